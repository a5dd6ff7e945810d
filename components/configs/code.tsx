'use client'

import { Stack, Text } from '@mantine/core'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'

type Body = Readonly<Record<string, unknown>>

/** Creating this config, as code. */
export function CreateAsCode({ name, config }: { name: string; config: Body }) {
  const origin = useOrigin()
  const workspaceId = useWorkspaceId()
  const body = { name: name.trim() || 'Checkout routing', config, workspace_id: workspaceId }
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        Creating it, as code. The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
        <code>configs.create</code>.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: 'configs',
          body,
          python: { call: 'configs.create' },
          node: { call: 'configs.create' },
        })}
      />
    </div>
  )
}

/** Saving a version of this config, as code. */
export function ConfigAsCode({ slug, name, config }: { slug: string; name: string; config: Body }) {
  const origin = useOrigin()
  const body = { name: name.trim(), config }
  return (
    <Stack gap={8}>
      <Text size="sm" c="dimmed">
        Saving what is in the editor, as code. The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
        <code>configs.update</code>. Masked secrets stay what they are.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          method: 'PUT',
          path: `configs/${slug}`,
          body,
          python: { call: 'configs.update', input: { slug, ...body } },
          node: { call: 'configs.update', input: { slug, ...body } },
        })}
      />
    </Stack>
  )
}
