from contextlib import suppress

from portkey_ai.api_resources.exceptions import NotFoundError

portkey.integrations.list()

slug = portkey.integrations.create(
    name="OpenAI",
    description="the main account",
    ai_provider_id="openai",
    key=given.secret,
    slug="sdk-openai",
    configurations={"openai_project": "one"},
).slug
portkey.integrations.retrieve(slug=slug)
own = portkey.integrations.create(
    name="Own", ai_provider_id="anthropic", key=given.secret, workspace_id=given.workspace_id
).slug

page = 0
while portkey.integrations.list(page_size=4, current_page=page).data:
    page += 1
portkey.integrations.list(type="workspace", workspace_id=given.workspace_slug)
portkey.integrations.update(
    slug=slug, name="Renamed", description=None, configurations={"openai_organization": "two"}
)
portkey.integrations.retrieve(slug=slug)

portkey.integrations.models.list(slug=slug)
portkey.integrations.models.update(
    slug=slug,
    allow_all_models=False,
    models=[
        {"slug": "gpt-4o", "enabled": True},
        {
            "slug": "ours",
            "enabled": True,
            "is_custom": True,
            "base_model_slug": "gpt-4o",
            "pricing_config": {
                "type": "static",
                "pay_as_you_go": {"request_token": {"price": 0.0002}, "response_token": {"price": 0.0004}},
            },
        },
    ],
)
portkey.integrations.models.list(slug=slug)
portkey.integrations.models.delete(slug=slug, slugs="ours")
portkey.integrations.models.list(slug=slug)

portkey.integrations.workspaces.list(slug=slug)
portkey.integrations.workspaces.update(
    slug=slug,
    global_workspace_access={
        "enabled": True,
        "usage_limits": [{"type": "cost", "credit_limit": 50, "periodic_reset": "monthly"}],
    },
    workspaces=[
        {
            "id": given.workspace_slug,
            "enabled": True,
            "usage_limits": [{"type": "cost", "credit_limit": 1500}, {"type": "tokens", "credit_limit": 1000}],
            "rate_limits": [{"type": "requests", "unit": "rpm", "value": 2000}],
        }
    ],
)
portkey.integrations.workspaces.list(slug=slug)
portkey.integrations.workspaces.update(slug=slug, override_existing_workspaces_access=True, workspaces=[])
portkey.integrations.workspaces.list(slug=slug)

for one in [slug, own]:
    portkey.integrations.delete(slug=one)
    with suppress(NotFoundError):
        portkey.integrations.retrieve(slug=one)
portkey.integrations.list()
