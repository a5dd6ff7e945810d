import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integrationVerbs } from '../admin/catalog.ts'
import { closeEgress, createEgress } from '../providers/egress.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { startAnthropicUpstream } from '../testing/anthropic-upstream.ts'
import { startOpenAiUpstream } from '../testing/openai-upstream.ts'
import type { TestUpstream } from '../testing/upstream.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const KEY = 'sk-canary-0123456789abcdefghijklmnop'

let world: AdminWorld
let routes: RouteHandlers
let egress: ReturnType<typeof createEgress>
let openai: TestUpstream
let anthropic: TestUpstream

beforeAll(async () => {
  const allowPrivateHosts = ['127.0.0.1']
  egress = createEgress({
    allowPrivateHosts,
    connectTimeoutMs: 2_000,
    maxConnectionsPerOrigin: 4,
    maxPendingPerOrigin: 4,
  })
  world = await adminWorld({ allowPrivateHosts, egress })
  routes = adminRoute(world.source, integrationVerbs)
  openai = await startOpenAiUpstream({ credential: KEY })
  anthropic = await startAnthropicUpstream({ credential: KEY })
})
afterAll(async () => {
  await openai.close()
  await anthropic.close()
  await closeEgress(egress)
  await world.drop()
})

async function tested(body: Record<string, unknown>, ask: Ask = {}) {
  const answer = await world.call(routes, 'POST', 'integrations/test', { key: world.adminKey, body, ...ask })
  expect(answer.text).not.toContain(KEY)
  return answer as typeof answer & {
    body: { success: boolean; models: { slug: string }[]; message?: string }
  }
}
const host = (upstream: { url: string }) => ({ custom_host: `${upstream.url}/v1` })

describe('POST /integrations/test', () => {
  test('200: the sandbox answers here', async () => {
    const { status, body } = await tested({ ai_provider_id: 'sandbox' })
    expect(status).toBe(200)
    expect(body).toEqual({
      success: true,
      latency_ms: expect.any(Number),
      models: expect.arrayContaining([{ slug: 'echo', name: 'echo' }]),
    })
  })

  test('200: an OpenAI upstream is asked for its models with the credentials given, and nothing is stored', async () => {
    const before = await world.database.prisma.integration.count()
    const { body } = await tested({
      ai_provider_id: 'openai',
      key: KEY,
      configurations: { ...host(openai), openai_organization: 'org-9', custom_headers: { 'X-Team': 'blue' } },
    })
    expect(body.success).toBe(true)
    expect(body.models.map(({ slug }) => slug)).toContain('gpt-4o-mini')
    const { method, path, headers } = openai.last()
    expect([method, path]).toEqual(['GET', '/v1/models'])
    expect(headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'openai-organization': 'org-9',
      'x-team': 'blue',
    })
    expect(await world.database.prisma.integration.count()).toBe(before)
  })

  test('200: an Anthropic upstream is asked in its own words', async () => {
    const { body } = await tested({ ai_provider_id: 'anthropic', key: KEY, configurations: host(anthropic) })
    expect(body.message).toBeUndefined()
    expect(body.success).toBe(true)
    expect(body.models.length).toBeGreaterThan(0)
    expect(anthropic.last().headers).toMatchObject({ 'x-api-key': KEY, 'anthropic-version': '2023-06-01' })
  })

  test('200 success false: a key the upstream refuses, in words that hold no key', async () => {
    const { status, body } = await tested({
      ai_provider_id: 'openai',
      key: `${KEY}-wrong`,
      configurations: host(openai),
    })
    expect([status, body.success, body.models]).toEqual([200, false, []])
    expect(body.message).toMatch(/^OpenAI refuses this key \(401\)\./)
  })

  test('200 success false: an upstream that repeats the key it was sent is masked', async () => {
    openai.next({ status: 401, body: { error: { message: `bad key ${KEY}, header Bearer ${KEY}` } } })
    const { body } = await tested({ ai_provider_id: 'openai', key: KEY, configurations: host(openai) })
    expect(body.message).toBe(
      'OpenAI refuses this key (401). bad key sk********nop, header Bearer sk********nop',
    )
  })

  test.each([
    [404, /^OpenAI does not know/],
    [429, /limits its calls right now \(429\)/],
    [500, /is failing at the moment \(500\)/],
    [302, /sends callers to another address \(302\)/],
    [418, /refuses the request \(418\)/],
  ])('200 success false: the upstream answers %d', async (refused, words) => {
    // A 404 on the list leads to one token, refused the same way.
    openai.next({ status: refused, body: { error: { message: 'no' } }, times: refused === 404 ? 2 : 1 })
    const { body } = await tested({ ai_provider_id: 'openai', key: KEY, configurations: host(openai) })
    expect(body.success).toBe(false)
    expect(body.message).toMatch(words)
  })

  test('200: where there is no list, one token is asked for', async () => {
    openai.next({ path: '/models', status: 404, body: { error: { message: 'no such path' } } })
    const { body } = await tested({ ai_provider_id: 'openai', key: KEY, configurations: host(openai) })
    expect(body).toMatchObject({ success: true, models: [] })
    expect(openai.last().json).toMatchObject({ max_tokens: 1 })
  })

  test('200: an upstream that misses only the model has let the key in', async () => {
    openai.next({ path: '/models', status: 404, body: {} })
    const { body } = await tested({ ai_provider_id: 'groq', key: KEY, configurations: host(openai) })
    expect(body.success).toBe(true)
    expect(body.message).toMatch(/^Groq accepts the key, but does not know /)
  })

  test('200: a list that strangers may read too proves nothing, so the key is asked about', async () => {
    openai.next({
      path: '/key',
      status: 401,
      body: { error: { message: 'No auth credentials found', code: 401 } },
    })
    const { body } = await tested({ ai_provider_id: 'openrouter', key: KEY, configurations: host(openai) })
    expect(body.success).toBe(false)
    expect(openai.last().path).toBe('/v1/key')
  })

  test('200 success false: something answers that is no provider', async () => {
    openai.next({ path: '/models', status: 200, body: Buffer.from('<html>hello</html>') })
    const { body } = await tested({ ai_provider_id: 'openai', key: KEY, configurations: host(openai) })
    expect(body).toMatchObject({
      success: false,
      message: 'Something answered at this address, but not as OpenAI does: check the base URL.',
    })
  })

  test('200 success false: nobody listens', async () => {
    const server: Server = createServer()
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    await new Promise((closed) => server.close(closed))
    const { status, body } = await tested({
      ai_provider_id: 'vllm',
      configurations: { custom_host: `http://127.0.0.1:${port}/v1` },
    })
    expect([status, body.success]).toEqual([200, false])
    expect(body.message?.length).toBeGreaterThan(10)
  })

  test('200: a stored integration by its slug, and with a field replaced', async () => {
    await world.call(routes, 'POST', 'integrations', {
      key: world.adminKey,
      body: {
        name: 'Stored',
        slug: 'stored',
        ai_provider_id: 'openai',
        key: KEY,
        configurations: host(openai),
      },
    })
    expect((await tested({ slug: 'stored' })).body.success).toBe(true)
    expect((await tested({ slug: 'stored', key: `${KEY}-wrong` })).body.success).toBe(false)
    expect(
      (await tested({ slug: 'stored', configurations: { custom_host: `${openai.url}/v1/` } })).body.success,
    ).toBe(true)
  })

  test('400: a stored key is not sent to a host that the test brings', async () => {
    const sent = anthropic.requests.length
    const { status, body } = await tested({ slug: 'stored', configurations: host(anthropic) })
    expect([status, (body.error as unknown as { param: string }).param]).toEqual([400, 'key'])
    expect(anthropic.requests).toHaveLength(sent)
    expect((await tested({ slug: 'stored', key: KEY, configurations: host(anthropic) })).status).toBe(200)
  })

  test('400 AB01: what no upstream could be asked', async () => {
    for (const body of [
      {},
      { ai_provider_id: 'nope' },
      { ai_provider_id: 'openai' },
      { ai_provider_id: 'vllm' },
      { ai_provider_id: 'openai', key: KEY, configurations: { custom_host: 'http://10.1.2.3/v1' } },
      { ai_provider_id: 'openai', key: KEY, configurations: { custom_host: 'http://169.254.169.254/v1' } },
    ]) {
      const { status, body: refusal } = await tested(body)
      expect([body, status, refusal.errorCode]).toEqual([body, 400, 'AB01'])
    }
  })

  test('403 for who may only list, 404 for a stored one of another workspace', async () => {
    const lister = await world.addKey('workspace-service', ['workspace_integrations.list'])
    expect((await tested({ ai_provider_id: 'sandbox' }, { key: lister.secret })).status).toBe(403)
    const other = await world.addWorkspace('Elsewhere')
    const neighbour = await world.addKey('workspace-service', ['workspace_integrations.read'], {
      workspaceId: other.id,
    })
    await world.call(routes, 'POST', 'integrations', {
      key: world.adminKey,
      body: { name: 'Ours', slug: 'ours', ai_provider_id: 'sandbox', workspace_id: world.first.workspaceId },
    })
    expect((await tested({ slug: 'ours' }, { key: neighbour.secret })).status).toBe(404)
  })

  test('its audit row says who asked, and holds no key', async () => {
    await tested({
      ai_provider_id: 'openai',
      key: KEY,
      configurations: { ...host(openai), custom_headers: { authorization: `Bearer ${KEY}` } },
    })
    const rows = await world.database.prisma.auditEvent.findMany({ where: { action: 'manage' } })
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(KEY)
  })
})
