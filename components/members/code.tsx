'use client'

import { Stack, Text } from '@mantine/core'
import { useWorkspaces } from '../shell/workspace.tsx'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import type { Member, WorkspaceRole } from './roles.ts'

/** Adding these people, as code. */
export function AddAsCode({ emails, role }: { emails: readonly string[]; role: WorkspaceRole }) {
  const origin = useOrigin()
  const workspace = useWorkspaces().workspace?.slug ?? 'workspace'
  const users = (emails.length > 0 ? emails : ['ann@example.com']).map((id) => ({ id, role }))
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        Adding them, as code. The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
        <code>workspace_users.create</code>. People are named by e-mail or id.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: `admin/workspaces/${workspace}/users`,
          body: { users },
          python: { call: 'admin.workspaces.users.create', input: { workspace_id: workspace, users } },
          node: { call: 'admin.workspaces.users.create', input: { workspaceId: workspace, users } },
        })}
      />
    </div>
  )
}

/** Giving somebody this role, as code. */
export function MemberAsCode({ member: { id, role } }: { member: Member }) {
  const origin = useOrigin()
  const workspace = useWorkspaces().workspace?.slug ?? 'workspace'
  return (
    <Stack gap={8}>
      <Text size="sm" c="dimmed">
        Giving them this role, as code. The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
        <code>workspace_users.update</code>.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          method: 'PUT',
          path: `admin/workspaces/${workspace}/users/${id}`,
          body: { role },
          python: {
            call: 'admin.workspaces.users.update',
            input: { workspace_id: workspace, user_id: id, role },
          },
          node: {
            call: 'admin.workspaces.users.update',
            input: { workspaceId: workspace, userId: id, role },
          },
        })}
      />
    </Stack>
  )
}
