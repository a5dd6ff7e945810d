from contextlib import suppress

from portkey_ai.api_resources.exceptions import NotFoundError

portkey.virtual_keys.list(workspace_id=given.workspace_id)

slug = portkey.virtual_keys.create(
    name="Old way",
    provider="openai",
    key=given.secret,
    note="from before",
    apiVersion="2024-06-01",
    resourceName="ours",
    deploymentName="gpt-4o",
    workspace_id=given.workspace_id,
    usage_limits={"credit_limit": 10},
    rate_limits=[{"type": "requests", "unit": "rpm", "value": 60}],
).slug
portkey.virtual_keys.retrieve(slug=slug)
portkey.virtual_keys.list(workspace_id=given.workspace_slug)

portkey.virtual_keys.update(slug=slug, name="Renamed", note=None, usage_limits=None, rate_limits=[])
portkey.virtual_keys.update(slug=slug, key="sk-another-0123456789abcdefgh")
portkey.virtual_keys.retrieve(slug=slug)

portkey.virtual_keys.delete(slug=slug)
with suppress(NotFoundError):
    portkey.virtual_keys.retrieve(slug=slug)
portkey.virtual_keys.list(workspace_id=given.workspace_id)
