'use client'

import { Stack, Text } from '@mantine/core'
import { webhooks } from '@/lib/contract/webhooks.ts'
import type { Values } from '../resource/values.ts'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import type { Webhook } from './data.ts'
import { SECRET_ENV } from './verify-code.ts'

/** Adding this webhook, as code. */
export function AddingAsCode({ values }: { values: Values }) {
  const origin = useOrigin()
  const { name, url, events, format, workspace_id, secret } = values
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        Adding this webhook, as code. <Needs workspaceId={workspace_id} />
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: webhooks.path,
          body: {
            name: name || undefined,
            url: url || 'https://hooks.example.com/tollgate',
            events: Array.isArray(events) && events.length > 0 ? events : undefined,
            format,
            workspace_id: workspace_id || undefined,
            secret: secret ? { env: SECRET_ENV } : undefined,
          },
        })}
      />
    </div>
  )
}

/** What one does most to a webhook, as code: try it, and stop it for a while. */
export function WebhookAsCode({ webhook: { id, status, workspace_id } }: { webhook: Webhook }) {
  const origin = useOrigin()
  const path = `${webhooks.path}/${id}`
  const isActive = status === 'active'
  const acts = [
    ['Send a test', actAsCode({ origin, path: `${path}/test`, body: {} })],
    [
      isActive ? 'Pause it' : 'Resume it',
      actAsCode({ origin, method: 'PUT', path, body: { status: isActive ? 'disabled' : 'active' } }),
    ],
  ] as const
  return (
    <Stack gap={20}>
      <Text size="sm" c="dimmed">
        <Needs workspaceId={workspace_id} />
      </Text>
      {acts.map(([title, snippets]) => (
        <section key={title} aria-label={title}>
          <Text fw={550} mb={8}>
            {title}
          </Text>
          <CodeTabs snippets={snippets} />
        </section>
      ))}
    </Stack>
  )
}

function Needs({ workspaceId }: { workspaceId: unknown }) {
  return (
    <>
      The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
      <code>{workspaceId ? 'workspaces.update' : 'organisation_settings.update'}</code>.
    </>
  )
}
