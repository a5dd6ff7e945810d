from contextlib import suppress

from portkey_ai.api_resources.exceptions import ConflictError, NotFoundError

EMAIL = "nia.member@example.test"
part = portkey.admin.workspaces.users
here = {"workspace_id": given.workspace_slug}

invite = portkey.admin.users.invites.create(email=EMAIL, role="member")
nia = portkey.post(
    "/admin/users/invites/accept",
    token=invite.invite_link.split("#")[1],
    first_name="Nia",
    password="a password of her own",
).id

part.list(**here)
with suppress(NotFoundError):
    part.retrieve(user_id=nia, **here)
part.create(users=[{"id": nia, "role": "member"}], **here)
with suppress(ConflictError):
    part.create(users=[{"id": nia, "role": "member"}], **here)
part.retrieve(workspace_id=given.workspace_id, user_id=nia)

page = 0
while part.list(page_size=1, current_page=page, **here).data:
    page += 1
part.update(user_id=nia, role="manager", **here)
part.retrieve(user_id=nia, **here)
part.list(role="manager", **here)
part.list(email=EMAIL, **here)

part.delete(user_id=nia, **here)
with suppress(NotFoundError):
    part.retrieve(user_id=nia, **here)
part.list(**here)
portkey.admin.users.delete(user_id=nia)
