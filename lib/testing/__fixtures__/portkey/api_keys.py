from contextlib import suppress

from portkey_ai.api_resources.exceptions import NotFoundError

portkey.api_keys.list()

service = portkey.api_keys.create(
    type="workspace",
    sub_type="service",
    name="checkout-bot",
    description="calls from the shop",
    workspace_id=given.workspace_id,
    scopes=["completions.write", "prompts.render"],
    defaults={"config_id": given.config_slug, "metadata": {"team": "shop"}, "allow_config_override": False},
    usage_limits={"type": "cost", "credit_limit": 200, "alert_threshold": 160, "periodic_reset": "monthly"},
    rate_limits=[
        {"type": "requests", "unit": "rpm", "value": 300},
        {"type": "tokens", "unit": "rpd", "value": 2000000},
    ],
    expires_at="2027-01-01T00:00:00.000Z",
    alert_emails=["finops@example.test"],
)
mine = portkey.api_keys.create(
    type="workspace", name="mine", workspace_id=given.workspace_slug, user_id=given.owner_id, scopes=[]
)
robot = portkey.api_keys.create(type="organisation", name="robot", scopes=["logs.view"])
for key in [service, mine, robot]:
    portkey.api_keys.retrieve(id=key.id)

page = 0
while portkey.api_keys.list(page_size=20, current_page=page).data:
    page += 1
portkey.api_keys.list(workspace_id=given.workspace_slug)

portkey.api_keys.update(
    id=service.id,
    name="renamed",
    description=None,
    usage_limits=None,
    rate_limits=[],
    scopes=["completions.write"],
    defaults={"metadata": {"team": "front"}},
    expires_at=None,
    reset_usage=True,
)
portkey.api_keys.retrieve(id=service.id)
portkey.post(f"/api-keys/{service.id}/rotate")

for key in [service, mine, robot]:
    portkey.api_keys.delete(id=key.id)
    with suppress(NotFoundError):
        portkey.api_keys.retrieve(id=key.id)
portkey.api_keys.list()
