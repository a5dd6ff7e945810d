import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integrationVerbs, providerVerbs } from '../admin/catalog.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string
let slug: string

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, integrationVerbs, providerVerbs)
  workspaceId = world.first.workspaceId
  slug = 'openai-main'
  await as('POST', 'integrations', {
    body: { name: 'OpenAI', ai_provider_id: 'openai', key: 'sk-test-0123456789', slug },
  })
  await grant({
    usage_limits: [
      { type: 'cost', credit_limit: 100, periodic_reset: 'weekly' },
      { type: 'tokens', credit_limit: 1000 },
    ],
    rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
  })
})
afterAll(() => world.drop())

const as = (method: string, path: string, ask: Ask = {}) =>
  world.call(routes, method, path, { key: world.adminKey, ...ask })
const grant = (limits: object) =>
  as('PUT', `integrations/${slug}/workspaces`, {
    body: { workspaces: [{ id: workspaceId, enabled: true, ...limits }] },
  })
const provider = (more: object) =>
  as('POST', 'providers', {
    body: { name: 'p', integration_id: slug, workspace_id: workspaceId, ...more },
  })
const change = (body: object) => as('PUT', `providers/${slug}?workspace_id=${workspaceId}`, { body })

describe('a provider’s limits may only tighten what the integration grants its workspace', () => {
  const cost = (credit_limit: number, more: object = {}) => ({
    usage_limits: { type: 'cost', credit_limit, ...more },
  })
  const rate = (value: number, unit: string, type = 'requests') => ({ rate_limits: [{ type, unit, value }] })

  test.each([
    ['a smaller budget', cost(99, { periodic_reset: 'weekly' })],
    ['the same budget', cost(100, { periodic_reset: 'weekly' })],
    ['a month of less than its weeks', cost(400, { periodic_reset: 'monthly' })],
    ['a budget for good, where the grant begins anew', cost(5000)],
    ['fewer tokens', { usage_limits: { type: 'tokens', credit_limit: 500, periodic_reset: 'weekly' } }],
    ['a lower rate', rate(60, 'rpm')],
    ['an hour of less than its minutes', rate(3000, 'rph')],
    ['a second that may hold a whole minute', rate(60, 'rps')],
    ['a limit of a type that is not granted', rate(9_000_000, 'rpm', 'tokens')],
  ])('200: %s', async (_, limits) => {
    const { status, body } = await provider(limits)
    expect([status, body.message]).toEqual([200, undefined])
  })

  test.each([
    ['$101 a week is more than $100 a week', cost(101, { periodic_reset: 'weekly' })],
    ['$600 a month is more than $100 a week', cost(600, { periodic_reset: 'monthly' })],
    ['$101 every 3 days is more than $100 a week', cost(101, { periodic_reset_days: 3 })],
    [
      '2000 tokens a month is more than 1000 tokens',
      { usage_limits: { type: 'tokens', credit_limit: 2000, periodic_reset: 'monthly' } },
    ],
    ['61 requests a minute is more than 60 requests a minute', rate(61, 'rpm')],
    ['3601 requests an hour is more than 60 requests a minute', rate(3601, 'rph')],
  ])('400 AB01: %s', async (said, limits) => {
    const field = Object.keys(limits)[0]
    for (const { status, body } of [await provider(limits), await change(limits)]) {
      expect([status, body.errorCode, body.message]).toEqual([
        400,
        'AB01',
        `${field} may only tighten what the integration openai-main grants this workspace: ${said}`,
      ])
    }
  })

  test('a grant that shrinks under a provider: its limits stand, can be sent back, and its row says which hold', async () => {
    const limits = { ...cost(90, { periodic_reset: 'weekly' }), ...rate(50, 'rpm') }
    expect((await change(limits)).status).toBe(200)
    const read = async () => (await as('GET', `providers/${slug}?workspace_id=${workspaceId}`)).body
    expect((await read()).overtaken_limits).toEqual([])
    await grant({
      usage_limits: [{ type: 'cost', credit_limit: 10, periodic_reset: 'weekly' }],
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }],
    })
    const row = await read()
    expect(row).toMatchObject({
      usage_limits: { credit_limit: 90 },
      overtaken_limits: [
        {
          path: 'usage_limits_all.0',
          message:
            '$90 a week is more than the $10 a week that the integration grants this workspace; the smaller one holds',
        },
        { path: 'rate_limits.0', message: expect.stringContaining('5 requests a minute') },
      ],
    })
    const { body: list } = await as('GET', `providers?workspace_id=${workspaceId}&slug=${slug}`)
    expect((list.data as unknown[])[0]).toEqual(row)
    expect((await change({ name: 'Renamed', ...limits })).status).toBe(200)
    expect((await change(cost(91, { periodic_reset: 'weekly' }))).status).toBe(400)
  })
})

describe('custom models', () => {
  const set = (...models: object[]) =>
    as('PUT', `integrations/${slug}/models`, { body: { models: models.map(custom) } })
  const custom = (more: object) => ({ slug: 'ours', enabled: true, is_custom: true, ...more })

  test.each([
    ['without a model it stands in for', {}, /^models\.0\.base_model_slug is required for a custom model/],
    [
      'that stands in for one nobody knows',
      { base_model_slug: 'gpt-4o-mimi' },
      /base_model_slug names no known model of openai: gpt-4o-mimi; did you mean gpt-4o-mini\?$/,
    ],
    ['that stands in for itself', { base_model_slug: 'ours' }, /names no known model/],
    [
      'with capitals in its slug',
      { slug: 'Ours', base_model_slug: 'gpt-4o' },
      /^models\.0\.slug must be lower-case for a custom model: ours\./,
    ],
  ])('400 AB01: one %s', async (_, more, message) => {
    const { status, body } = await set(more)
    expect([status, body.errorCode, body.message]).toEqual([400, 'AB01', expect.stringMatching(message)])
  })

  test('200: the model stood in for may be dated, or come in the same call; a fine-tune keeps its capitals', async () => {
    const { status, body } = await set(
      { slug: 'dated', base_model_slug: 'gpt-4o-2024-08-06' },
      { slug: 'ft:gpt-4o:Us::9aBc', is_finetune: true, base_model_slug: 'gpt-4o' },
      { slug: 'gpt-99', is_custom: false },
      { slug: 'newer', base_model_slug: 'gpt-99' },
    )
    expect([status, body.message]).toEqual([200, undefined])
  })

  test('200: of a server of one’s own, whose models no catalogue knows, nothing more is asked', async () => {
    await as('POST', 'integrations', {
      body: {
        name: 'Own',
        slug: 'own-server',
        ai_provider_id: 'vllm',
        configurations: { custom_host: 'https://models.example.com/v1' },
      },
    })
    const { status } = await as('PUT', 'integrations/own-server/models', {
      body: { models: [custom({ slug: 'Qwen/Qwen3-8B' })] },
    })
    expect(status).toBe(200)
  })

  test('200: one stored before the rule can still be switched off', async () => {
    const { id } = await world.database.prisma.integration.findFirstOrThrow({ where: { slug } })
    await world.database.prisma.modelSetting.create({
      data: { integrationId: id, slug: 'Older', isCustom: true },
    })
    const { status } = await as('PUT', `integrations/${slug}/models`, {
      body: { models: [{ slug: 'Older', enabled: false }] },
    })
    expect(status).toBe(200)
  })
})
