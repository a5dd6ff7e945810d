from contextlib import suppress

from portkey_ai.api_resources.exceptions import ConflictError, NotFoundError

EMAIL = "nia.invited@example.test"
part = portkey.admin.users.invites

part.list()
invite = part.create(
    email=EMAIL,
    role="member",
    workspaces=[{"id": given.workspace_slug, "role": "manager"}],
    workspace_api_key_details={"scopes": ["completions.write"]},
).id
with suppress(ConflictError):
    part.create(email=EMAIL, role="member", workspaces=[])
part.retrieve(invite_id=invite)

page = 0
while part.list(page_size=2, current_page=page).data:
    page += 1
part.list(email=EMAIL, role="member", status="pending")
part.resend(invite_id=invite)
part.delete(invite_id=invite)
part.retrieve(invite_id=invite)
with suppress(ConflictError):
    part.resend(invite_id=invite)
part.list(email=EMAIL, status="pending")
part.list(email=EMAIL, status="cancelled")
with suppress(NotFoundError):
    part.retrieve(invite_id="00000000-0000-7000-8000-000000000000")
