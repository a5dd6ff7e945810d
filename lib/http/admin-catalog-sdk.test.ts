import Portkey from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integrationVerbs, providerVerbs, virtualKeyVerbs } from '../admin/catalog.ts'
import { logVerbs } from '../admin/telemetry.ts'
import type { CallRecord } from '../logs/record.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { type AdminServer, startAdminServer } from '../testing/admin-server.ts'
import { adminRoute } from './admin.ts'

const KEY = 'sk-canary-0123456789abcdefghijklmnop'

let world: AdminWorld
let server: AdminServer
let portkey: Portkey
let workspaceId: string
const appended: CallRecord[] = []

beforeAll(async () => {
  world = await adminWorld({ journal: { append: (record) => void appended.push(record) } })
  workspaceId = world.first.workspaceId
  server = await startAdminServer(
    adminRoute(world.source, integrationVerbs, providerVerbs, virtualKeyVerbs, logVerbs),
  )
  portkey = new Portkey({ apiKey: world.adminKey, baseURL: server.url })
})
afterAll(async () => {
  await server.close()
  await world.drop()
})

describe('the official Node client, unchanged', () => {
  test('integrations: made, read, listed, changed, provisioned, deleted', async () => {
    const made = await portkey.integrations.create({
      name: 'OpenAI',
      ai_provider_id: 'openai',
      key: KEY,
      slug: 'sdk-openai',
    })
    expect(made).toMatchObject({ id: expect.any(String), slug: 'sdk-openai' })
    const slug = String(made.slug)
    expect(await portkey.integrations.retrieve({ slug })).toMatchObject({
      slug,
      masked_key: 'sk********nop',
      type: 'organisation',
    })
    const listed = await portkey.integrations.list({ current_page: 0, page_size: 10, type: 'all' })
    expect(listed.data).toContainEqual(expect.objectContaining({ slug }))
    await portkey.integrations.update({ slug, name: 'Renamed', configurations: { openai_project: 'p' } })
    expect(await portkey.integrations.retrieve({ slug })).toMatchObject({
      name: 'Renamed',
      configurations: { openai_project: 'p' },
    })

    await portkey.integrations.models.update({
      slug,
      models: [{ slug: 'ours', enabled: true, is_custom: true }],
    })
    expect((await portkey.integrations.models.list({ slug })).models).toContainEqual(
      expect.objectContaining({ slug: 'ours', enabled: true }),
    )
    await portkey.integrations.models.delete({ slug, slugs: 'ours' })
    expect((await portkey.integrations.models.list({ slug })).models).not.toContainEqual(
      expect.objectContaining({ slug: 'ours' }),
    )

    await portkey.integrations.workspaces.update({ slug, workspaces: [{ id: workspaceId, enabled: false }] })
    expect((await portkey.integrations.workspaces.list({ slug })).workspaces).toContainEqual(
      expect.objectContaining({ workspace_id: workspaceId, enabled: false }),
    )

    await portkey.integrations.delete({ slug })
    await expect(portkey.integrations.retrieve({ slug })).rejects.toMatchObject({ status: 404 })
  })

  test('providers: made, read, listed, changed, deleted', async () => {
    const { slug: integration } = await portkey.integrations.create({
      name: 'Anthropic',
      ai_provider_id: 'anthropic',
      key: KEY,
    })
    const made = await portkey.providers.create({
      name: 'Claude',
      integration_id: integration,
      workspace_id: workspaceId,
      slug: 'sdk-claude',
    })
    expect(made).toMatchObject({ slug: 'sdk-claude' })
    const named = { slug: 'sdk-claude', workspace_id: workspaceId }
    expect(await portkey.providers.retrieve(named)).toMatchObject({
      name: 'Claude',
      integration_id: integration,
      status: 'active',
    })
    await portkey.providers.update({
      ...named,
      note: 'n',
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }],
    })
    const listed = await portkey.providers.list({ workspace_id: workspaceId })
    expect(listed.data).toContainEqual(
      expect.objectContaining({
        slug: 'sdk-claude',
        note: 'n',
        rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }],
      }),
    )
    await portkey.providers.delete(named)
    await expect(portkey.providers.retrieve(named)).rejects.toMatchObject({ status: 404 })
  })

  test('virtual keys: made, read, listed, changed, deleted', async () => {
    // Only their creation can name a workspace in this client, so a key of the workspace is used.
    const scopes = ['create', 'read', 'update', 'delete', 'list'].map((verb) => `virtual_keys.${verb}`)
    const { secret } = await world.addKey('workspace-service', scopes)
    const bound = new Portkey({ apiKey: secret, baseURL: server.url })
    const made = await bound.virtualKeys.create({
      name: 'Old',
      provider: 'openai',
      key: KEY,
      note: 'n',
      apiVersion: '2024-06-01',
    })
    expect(made).toMatchObject({ success: true, object: 'virtual-key', slug: expect.any(String) })
    const slug = String(made.slug)
    expect(await bound.virtualKeys.retrieve({ slug })).toMatchObject({
      slug,
      note: 'n',
      ai_provider_name: 'openai',
      model_config: { azure_api_version: '2024-06-01' },
    })
    await bound.virtualKeys.update({ slug, name: 'New', note: null })
    expect((await bound.virtualKeys.list()).data).toContainEqual(
      expect.objectContaining({ slug, name: 'New', note: null }),
    )
    await bound.virtualKeys.delete({ slug })
    await expect(bound.virtualKeys.retrieve({ slug })).rejects.toMatchObject({ status: 404 })
  })

  test('logs: one made elsewhere is taken', async () => {
    const { secret } = await world.addKey('workspace-service', ['completions.write', 'logs.write'])
    const bound = new Portkey({ apiKey: secret, baseURL: server.url })
    const made = await bound.logs.create({
      request: {
        url: 'https://api.openai.com/v1/chat/completions',
        provider: 'openai',
        method: 'post',
        headers: {},
        body: { model: 'gpt-4o-mini' },
      },
      response: {
        status: 200,
        headers: {},
        body: { usage: { prompt_tokens: 10, completion_tokens: 1 } },
        response_time: 5,
      },
      metadata: { trace_id: 'sdk-trace', span_id: 's', team: 'blue' },
    })
    expect(made).toMatchObject({ status: 'success', ids: [appended[0]?.id] })
    expect(appended).toMatchObject([
      { trace_id: 'sdk-trace', span_id: 's', metadata: { team: 'blue' }, input_tokens: 10 },
    ])
  })
})
