from contextlib import suppress

from portkey_ai.api_resources.exceptions import NotFoundError

integration = portkey.integrations.create(
    name="Claude", ai_provider_id="anthropic", key=given.secret, create_default_provider=False
).slug
here = {"workspace_id": given.workspace_id}
portkey.providers.list(**here)

slug = portkey.providers.create(
    name="Claude for Search",
    integration_id=integration,
    slug="sdk-claude",
    note="asked for by Search",
    usage_limits={"credit_limit": 500, "alert_threshold": 400, "periodic_reset": "weekly"},
    rate_limits={"type": "requests", "unit": "rpm", "value": 600},
    expires_at="2027-01-01T00:00:00.000Z",
    **here,
).slug
portkey.providers.retrieve(slug=slug, **here)

page = 0
while portkey.providers.list(page_size=4, current_page=page, **here).data:
    page += 1
portkey.providers.update(
    slug=slug,
    name="Renamed",
    note=None,
    usage_limits=[{"type": "cost", "credit_limit": 900}, {"type": "tokens", "credit_limit": 5000}],
    rate_limits=[
        {"type": "requests", "unit": "rpm", "value": 5},
        {"type": "tokens", "unit": "rph", "value": 100},
    ],
    expires_at=None,
    reset_usage=True,
    **here,
)
portkey.providers.retrieve(slug=slug, **here)
portkey.providers.list(page_size=100, **here)

portkey.providers.delete(slug=slug, **here)
with suppress(NotFoundError):
    portkey.providers.retrieve(slug=slug, **here)
portkey.providers.list(**here)
portkey.integrations.delete(slug=integration)
