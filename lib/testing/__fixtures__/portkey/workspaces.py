from contextlib import suppress

from portkey_ai.api_resources.exceptions import BadRequestError, ConflictError, NotFoundError
from portkey_ai.api_resources.utils import GenericResponse

SHARED = "Shared Team Workspace"
part = portkey.admin.workspaces

part.list()

page = 0
while part.list(page_size=2, current_page=page).data:
    page += 1
part.list(name="Shared Team")
part.list(exact_name=SHARED)
part.list(exact_name="Shared Team")
part.retrieve(workspace_id=given.workspace_id)
part.retrieve(workspace_id=given.workspace_slug)
with suppress(NotFoundError):
    part.retrieve(workspace_id="ws-nowhere-000000")

made = part.create(
    name="Checkout",
    description="The till",
    defaults={"metadata": {"team": "shop"}},
    users=[given.owner_id],
)
with suppress(ConflictError):
    part.create(name="Checkout")
part.retrieve(workspace_id=made.slug)
part.update(
    workspace_id=made.slug, name="Payments", description=None, defaults={"metadata": {"team": "till"}}
)
with suppress(ConflictError):
    part.update(workspace_id=made.slug, name=SHARED)
portkey.put(
    path=f"/admin/workspaces/{made.slug}",
    body={
        "usage_limits": [{"type": "cost", "credit_limit": 100, "periodic_reset": "monthly"}],
        "rate_limits": [{"type": "requests", "unit": "rpm", "value": 60}],
    },
    cast_to=GenericResponse,
)
part.retrieve(workspace_id=made.id)

config = portkey.configs.create(
    name="In the way", config={"retry": {"attempts": 2}}, workspace_id=made.slug
)
with suppress(ConflictError):
    part.delete(workspace_id=made.slug, name="Payments")
portkey.configs.delete(slug=config.slug)
with suppress(BadRequestError):
    part.delete(workspace_id=made.slug, name="Checkout")
with suppress(ConflictError):
    part.delete(workspace_id=given.workspace_id, name=SHARED)
part.delete(workspace_id=made.slug, name="Payments")
part.retrieve(workspace_id=made.id)
part.list(status="archived", exact_name="Payments")
part.list()
