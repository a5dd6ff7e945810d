'use client'

import { Stack, Text } from '@mantine/core'
import type { Integration, Service } from '../catalog/data.ts'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { type Standing, setList, UNCHANGED } from './access.ts'
import { bodiesOf } from './access-words.ts'
import { connectCode, type IntegrationDraft } from './connect-draft.ts'

/** Connecting this service, as code. */
export function ConnectAsCode({ service, draft }: { service: Service; draft: IntegrationDraft }) {
  const origin = useOrigin()
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        Storing it, as code. The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
        <code>organisation_integrations.create</code>.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: 'integrations',
          body: connectCode(service, draft),
          python: { call: 'integrations.create' },
          node: { call: 'integrations.create' },
        })}
      />
    </div>
  )
}

/** What one does most to an integration, as code: give a workspace some models, and turn a model off. */
export function IntegrationAsCode({
  integration,
  standing,
}: {
  integration: Integration
  standing: Standing
}) {
  const origin = useOrigin()
  const { slug } = integration
  const place = standing.workspaces[0]
  const two = standing.models.slice(0, 2).map((model) => model.slug)
  const limited = place && bodiesOf(standing, setList(standing, UNCHANGED, place.id, new Set(two))).workspaces
  const path = `integrations/${slug}`
  return (
    <Stack gap={20}>
      <Text size="sm" c="dimmed">
        The key in <code>TOLLGATE_API_KEY</code> needs the scope <code>organisation_integrations.update</code>
        .
      </Text>
      {integration.type === 'organisation' && limited && (
        <section aria-label="Keep a workspace to some models">
          <Text fw={550} mb={8}>
            Keep a workspace to some models
          </Text>
          <CodeTabs
            snippets={actAsCode({
              origin,
              method: 'PUT',
              path: `${path}/workspaces`,
              body: limited,
              python: { call: 'integrations.workspaces.update', input: { slug, ...limited } },
              node: { call: 'integrations.workspaces.update', input: { slug, ...limited } },
            })}
          />
        </section>
      )}
      <section aria-label="Turn a model off for everybody">
        <Text fw={550} mb={8}>
          Turn a model off for everybody
        </Text>
        <CodeTabs
          snippets={actAsCode({
            origin,
            method: 'PUT',
            path: `${path}/models`,
            body: { models: [{ slug: two[0] ?? 'model', enabled: false }] },
            python: {
              call: 'integrations.models.update',
              input: { slug, models: [{ slug: two[0] ?? 'model', enabled: false }] },
            },
            node: {
              call: 'integrations.models.update',
              input: { slug, models: [{ slug: two[0] ?? 'model', enabled: false }] },
            },
          })}
        />
      </section>
    </Stack>
  )
}
