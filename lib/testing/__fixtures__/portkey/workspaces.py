from contextlib import suppress

from portkey_ai.api_resources.exceptions import NotFoundError

portkey.admin.workspaces.list()

page = 0
while portkey.admin.workspaces.list(page_size=2, current_page=page).data:
    page += 1
portkey.admin.workspaces.list(name="Shared Team")
portkey.admin.workspaces.list(exact_name="Shared Team Workspace")
portkey.admin.workspaces.list(exact_name="Shared Team")
portkey.admin.workspaces.retrieve(workspace_id=given.workspace_id)
portkey.admin.workspaces.retrieve(workspace_id=given.workspace_slug)
with suppress(NotFoundError):
    portkey.admin.workspaces.retrieve(workspace_id="ws-nowhere-000000")
