from contextlib import suppress

from portkey_ai.api_resources.exceptions import ConflictError, NotFoundError

EMAIL = "nia.user@example.test"
part = portkey.admin.users

part.list()
invite = part.invites.create(email=EMAIL, role="member")
nia = portkey.post(
    "/admin/users/invites/accept",
    token=invite.invite_link.split("#")[1],
    first_name="Nia",
    password="a password of her own",
).id

page = 0
while part.list(page_size=2, current_page=page).data:
    page += 1
part.list(email=EMAIL.upper())
part.list(role="owner")
part.retrieve(user_id=nia)
part.update(user_id=nia, role="admin")
part.retrieve(user_id=nia)
with suppress(ConflictError):
    part.update(user_id=given.owner_id, role="member")
with suppress(ConflictError):
    part.delete(user_id=given.owner_id)
part.delete(user_id=nia)
part.retrieve(user_id=nia)
with suppress(NotFoundError):
    part.retrieve(user_id="00000000-0000-7000-8000-000000000000")
part.list()
