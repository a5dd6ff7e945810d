'use client'

import { Text } from '@mantine/core'
import { useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { createBody, type KeyDraft } from './key-draft.ts'

/** Creating this key, as code. */
export function KeyAsCode({ draft }: { draft: KeyDraft }) {
  const origin = useOrigin()
  const workspaceId = useWorkspaceId()
  const { me } = useWorkspaces()
  const { type, sub_type, ...rest } = createBody(draft, workspaceId)
  const named = { ...rest, name: rest.name || 'checkout-bot' }
  const family = draft.type === 'workspace-user' ? 'workspace_user' : 'workspace_service'
  // A session means its own person; a key has to say whom.
  const user = draft.type === 'workspace-user' && !draft.userId ? { user_id: me?.id } : {}
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        Creating this key, as code. The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
        <code>{family}_api_keys.create</code>, and every scope it gives away.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: `api-keys/${type}/${sub_type}`,
          body: { ...named, ...user },
          python: { call: 'api_keys.create', input: { type, sub_type, ...named, ...user } },
          node: { call: 'apiKeys.create', input: { type, 'sub-type': sub_type, ...named, ...user } },
        })}
      />
    </div>
  )
}
