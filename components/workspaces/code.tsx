'use client'

import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import type { Workspace } from './data.ts'
import { createBody, draftOf, type WorkspaceDraft } from './draft.ts'

/** Adding this workspace, as code. */
export function CreateAsCode({ draft }: { draft: WorkspaceDraft }) {
  const origin = useOrigin()
  const said = createBody(draft)
  const body = { ...said, name: said.name || 'Search team' }
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        Adding it, as code. The key in <code>TOLLGATE_API_KEY</code> is an admin key with the scope{' '}
        <code>workspaces.create</code>.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: 'admin/workspaces',
          body,
          python: { call: 'admin.workspaces.create', input: inPython(body) },
          node: { call: 'admin.workspaces.create' },
        })}
      />
    </div>
  )
}

/** Its client knows no icons. */
function inPython({ icon: _, ...body }: ReturnType<typeof createBody>) {
  return body
}

/** What one does most to a workspace, as code: say it anew, and add somebody. */
export function WorkspaceAsCode({ workspace }: { workspace: Workspace }) {
  const origin = useOrigin()
  const { slug } = workspace
  const path = `admin/workspaces/${slug}`
  const body = createBody(draftOf(workspace))
  const users = [{ id: 'ann@example.com', role: 'member' }]
  return (
    <Stack gap={20}>
      <Act title="Change it" scope="workspaces.update">
        {actAsCode({
          origin,
          method: 'PUT',
          path,
          body,
          python: { call: 'admin.workspaces.update', input: { workspace_id: slug, ...inPython(body) } },
          node: { call: 'admin.workspaces.update', input: { workspaceId: slug, ...body } },
        })}
      </Act>
      <Act title="Add somebody" scope="workspace_users.create">
        {actAsCode({
          origin,
          path: `${path}/users`,
          body: { users },
          python: { call: 'admin.workspaces.users.create', input: { workspace_id: slug, users } },
          node: { call: 'admin.workspaces.users.create', input: { workspaceId: slug, users } },
        })}
      </Act>
    </Stack>
  )
}

function Act({
  title,
  scope,
  children,
}: {
  title: string
  scope: string
  children: ReturnType<typeof actAsCode>
}): ReactNode {
  return (
    <section aria-label={title}>
      <Text fw={550}>{title}</Text>
      <Text size="sm" c="dimmed" mb={8}>
        Needs the scope <code>{scope}</code>.
      </Text>
      <CodeTabs snippets={children} />
    </section>
  )
}
