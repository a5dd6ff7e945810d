from contextlib import suppress

from portkey_ai.api_resources.exceptions import BadRequestError, NotFoundError
from portkey_ai.api_resources.utils import GenericResponse

part = portkey.configs

part.list()
part.list(workspace_id=given.workspace_id)
made = part.create(
    name="Routing",
    config={"provider": "openai", "api_key": given.secret, "retry": {"attempts": 3}},
    is_default=1,
    workspace_id=given.workspace_slug,
)
with suppress(BadRequestError):
    part.create(name="Wrong", config={"retry": {"attempts": "many"}}, workspace_id=given.workspace_id)
part.retrieve(slug=made.slug)
part.list(workspace_id=given.workspace_slug)
part.update(slug=made.slug, name="Renamed")
part.update(slug=made.slug, config={"retry": {"attempts": 5}, "cache": {"mode": "simple"}})
part.retrieve(slug=made.id)
portkey.get(path=f"/configs/{made.slug}/versions", cast_to=GenericResponse)
part.update(slug=made.slug, status="archived")
with suppress(NotFoundError):
    part.retrieve(slug=made.slug)
part.update(slug=made.id, status="active")
part.delete(slug=made.slug)
with suppress(NotFoundError):
    part.retrieve(slug=made.slug)
with suppress(NotFoundError):
    part.delete(id="pc-nobody-000000")
part.list()
