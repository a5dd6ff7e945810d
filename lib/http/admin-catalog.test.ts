import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integrationVerbs, providerVerbs, virtualKeyVerbs } from '../admin/catalog.ts'
import { catalogDirectory } from '../directory/catalog.ts'
import { decryptSecret, encryptSecret } from '../secrets.ts'
import { type AdminWorld, type Ask, adminWorld, TEST_SECRET } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const CANARY = 'sk-canary-0123456789abcdefghijklmnop'

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string

beforeAll(async () => {
  world = await adminWorld({ allowPrivateHosts: ['127.0.0.1'] })
  routes = adminRoute(world.source, integrationVerbs, providerVerbs, virtualKeyVerbs)
  workspaceId = world.first.workspaceId
})
afterAll(() => world.drop())

const as = (method: string, path: string, ask: Ask = {}) =>
  world.call(routes, method, path, { key: world.adminKey, ...ask })
const post = (path: string, body: unknown, ask: Ask = {}) => as('POST', path, { body, ...ask })
const put = (path: string, body: unknown, ask: Ask = {}) => as('PUT', path, { body, ...ask })

let count = 0
const unique = (stem: string) => `${stem}-${++count}`

async function addIntegration(more: Record<string, unknown> = {}): Promise<string> {
  const slug = unique('openai')
  const { status, body } = await post('integrations', {
    name: 'OpenAI',
    ai_provider_id: 'openai',
    key: CANARY,
    slug,
    ...more,
  })
  expect([status, body.message]).toEqual([200, undefined])
  return String(body.slug)
}

describe('POST /integrations', () => {
  test('200: an organisation’s integration works in every workspace, each with a provider of its slug', async () => {
    const other = await world.addWorkspace('Second one')
    const slug = await addIntegration()
    for (const workspace of [workspaceId, other.id]) {
      const { body } = await as('GET', `providers/${slug}?workspace_id=${workspace}`)
      expect(body).toMatchObject({ object: 'provider', slug, integration_id: slug, status: 'active' })
    }
    const { body } = await as('GET', `integrations/${slug}`)
    expect(body).toMatchObject({
      object: 'integration',
      type: 'organisation',
      workspace_id: null,
      masked_key: 'sk********nop',
      allow_all_models: true,
      workspace_count: 2,
      global_workspace_access_settings: { enabled: true, usage_limits: [], rate_limits: [] },
      global_workspace_access: { enabled: true, usage_limits: [], rate_limits: [] },
      created_by: null,
      tags: {},
    })
  })

  test('200: one of a workspace stays there, and takes the provider’s slug it is given', async () => {
    const other = await world.addWorkspace('Third one')
    const slug = unique('mine')
    const made = await post('integrations', {
      name: 'Mine',
      ai_provider_id: 'anthropic',
      key: CANARY,
      workspace_id: workspaceId,
      default_provider_slug: slug,
    })
    expect(made.body).toEqual({
      id: expect.any(String),
      slug: expect.stringMatching(/^mine-[0-9a-f]{6}$/),
      object: 'integration',
    })
    const { body } = await as('GET', `integrations/${made.body.id}`)
    expect(body).toMatchObject({ type: 'workspace', workspace_id: workspaceId, workspace_count: 1 })
    expect((await as('GET', `providers/${slug}?workspace_id=${workspaceId}`)).body.slug).toBe(slug)
    expect((await as('GET', `integrations/${made.body.slug}?workspace_id=${other.id}`)).status).toBe(404)
  })

  test('200: rows say which person made them', async () => {
    const ask = { userId: world.ownerId }
    const slug = unique('by-hand')
    const vk = unique('by-hand-key')
    const write = (path: string, body: object) =>
      world.call(routes, 'POST', path, { ...ask, body: { name: 'n', key: CANARY, ...body } })
    expect((await write('integrations', { ai_provider_id: 'openai', slug })).status).toBe(200)
    expect(
      (await write(`virtual-keys?workspace_id=${workspaceId}`, { provider: 'openai', slug: vk })).status,
    ).toBe(200)
    expect((await as('GET', `integrations/${slug}`)).body).toMatchObject({
      created_by: world.ownerId,
      owner_id: world.ownerId,
    })
    for (const path of [`providers/${slug}`, `providers/${vk}`, `virtual-keys/${vk}`])
      expect((await as('GET', `${path}?workspace_id=${workspaceId}`)).body.created_by).toBe(world.ownerId)
  })

  test('200: no provider is made when none is wanted, nor where the integration is off', async () => {
    const quiet = await addIntegration({ create_default_provider: false })
    const off = await addIntegration({ global_workspace_access_settings: { enabled: false } })
    for (const slug of [quiet, off])
      expect((await as('GET', `providers/${slug}?workspace_id=${workspaceId}`)).status).toBe(404)
    expect((await as('GET', `integrations/${off}`)).body.workspace_count).toBe(0)
  })

  test('200: secrets are sealed, the rest is readable, secret headers stand masked', async () => {
    const slug = await addIntegration({
      configurations: {
        openai_organization: 'org-1',
        custom_host: 'https://proxy.example.com/v1',
        custom_headers: { 'X-Team': 'blue', 'X-Proxy-Token': CANARY },
      },
    })
    const { body } = await as('GET', `integrations/${slug}`)
    expect(body.configurations).toEqual({
      openai_organization: 'org-1',
      custom_host: 'https://proxy.example.com/v1',
      custom_headers: { 'X-Team': 'blue', 'X-Proxy-Token': 'sk********nop' },
    })
    const row = await world.database.prisma.integration.findFirstOrThrow({ where: { slug } })
    expect(JSON.parse(decryptSecret(TEST_SECRET, row.credentials as Uint8Array))).toEqual({
      key: CANARY,
      configurations: { custom_headers: { 'X-Proxy-Token': CANARY } },
    })
  })

  test.each([
    ['an unknown provider', { ai_provider_id: 'nope' }, 'ai_provider_id'],
    ['no key', { key: undefined }, 'key'],
    ['an empty key', { key: '' }, 'key'],
    ['a key of spaces', { key: '   ' }, 'key'],
    ['a key with a line break inside', { key: 'sk-a\nb' }, 'key'],
    ['a slug with a slash', { slug: 'a/b' }, 'slug'],
    ['a name too long', { name: 'x'.repeat(256) }, 'name'],
    ['a field that is no text', { configurations: { openai_project: 5 } }, 'configurations.openai_project'],
    ['an unknown field', { configurations: { custom_hots: 'x' } }, 'configurations.custom_hots'],
    ['a key inside configurations', { configurations: { key: 'x' } }, 'configurations.key'],
    ['a host that is no URL', { configurations: { custom_host: 'nope' } }, 'configurations.custom_host'],
    [
      'a private host',
      { configurations: { custom_host: 'http://10.0.0.8/v1' } },
      'configurations.custom_host',
    ],
    [
      'a metadata host',
      { configurations: { custom_host: 'http://169.254.169.254/' } },
      'configurations.custom_host',
    ],
    [
      'a host with a query',
      { configurations: { custom_host: 'https://a.example/v1?x=1' } },
      'configurations.custom_host',
    ],
    [
      'a host with a password',
      { configurations: { custom_host: 'https://u:p@a.example/v1' } },
      'configurations.custom_host',
    ],
    [
      'headers that nest',
      { configurations: { custom_headers: { a: { b: 1 } } } },
      'configurations.custom_headers.a',
    ],
    [
      'a header with a line break',
      { configurations: { custom_headers: { a: 'b\r\nc: d' } } },
      'configurations.custom_headers.a',
    ],
    [
      'a header of ours',
      { configurations: { custom_headers: { Host: 'x' } } },
      'configurations.custom_headers.Host',
    ],
    ['a budget by another name', { budget: 5 }, 'budget'],
    [
      'a multiplier below zero',
      { pricing_adjustments: { multiplier: { default: -1 } } },
      'pricing_adjustments.multiplier.default',
    ],
    [
      'a multiplier beyond measure',
      { pricing_adjustments: { multiplier: { default: 1e308 } } },
      'pricing_adjustments.multiplier.default',
    ],
    [
      'a multiplier of a kind there is not',
      { pricing_adjustments: { multiplier: { input_token: 2 } } },
      'pricing_adjustments.multiplier.input_token',
    ],
    [
      'a multiplier of a part where the whole is meant',
      { pricing_adjustments: { multiplier: { request_token: { default: 2 } } } },
      'pricing_adjustments.multiplier.request_token',
    ],
    ['a switch that is text', { allow_all_models: 'maybe' }, 'allow_all_models'],
  ])('400 AB01: %s', async (_, more, param) => {
    const { status, body } = await post('integrations', {
      name: 'n',
      ai_provider_id: 'openai',
      key: CANARY,
      ...more,
    })
    expect([status, body.errorCode]).toEqual([400, 'AB01'])
    expect(body.error).toMatchObject({ param })
  })

  test('400 AB01: a provider without an address of its own needs a host', async () => {
    const { status, body } = await post('integrations', { name: 'n', ai_provider_id: 'vllm' })
    expect([status, body.message]).toEqual([400, 'configurations.custom_host is required for vLLM'])
  })

  test('400 AB01: a default provider slug that exists', async () => {
    const taken = await addIntegration()
    const slug = unique('fresh')
    const { status, body } = await post('integrations', {
      name: 'n',
      ai_provider_id: 'openai',
      key: CANARY,
      slug,
      default_provider_slug: taken,
    })
    expect([status, (body.error as { param: string }).param]).toEqual([400, 'default_provider_slug'])
    expect((await as('GET', `integrations/${slug}`)).status).toBe(404)
  })

  test('404 AB02: a secret reference nobody has', async () => {
    const { status, body } = await post('integrations', {
      name: 'n',
      ai_provider_id: 'openai',
      secret_mappings: [{ target_field: 'key', secret_reference_id: 'nope' }],
    })
    expect([status, body.errorCode]).toEqual([404, 'AB02'])
  })

  test('409 AB07: a slug that is taken, in any case', async () => {
    const slug = await addIntegration()
    const { status, body } = await post('integrations', {
      name: 'n',
      ai_provider_id: 'openai',
      key: CANARY,
      slug: slug.toUpperCase(),
    })
    expect([status, body.errorCode]).toEqual([409, 'AB07'])
  })

  test('a private host that the operator listed is taken', async () => {
    const { status } = await post('integrations', {
      name: 'Local',
      ai_provider_id: 'ollama',
      configurations: { custom_host: 'http://127.0.0.1:11434/v1' },
    })
    expect(status).toBe(200)
  })
})

describe('GET /integrations', () => {
  test('200: pages, searches by part of a name, filters by type, provider and tags', async () => {
    const slug = await addIntegration({ name: 'Needle 50%_off', tags: { team: 'core', tier: 'gold' } })
    const get = async (query: string) => {
      const { status, body } = await as('GET', `integrations?${query}`)
      expect([status, body.object]).toEqual([200, 'list'])
      return body as unknown as { total: number; data: { slug: string }[] }
    }
    expect((await get('search=needle')).data.map((row) => row.slug)).toEqual([slug])
    expect((await get('search=%25_o')).data.map((row) => row.slug)).toEqual([slug])
    expect((await get(`tags=${encodeURIComponent('{"team":"core","tier":"gold"}')}`)).total).toBe(1)
    expect((await get(`tags=${encodeURIComponent('{"team":"core","tier":"tin"}')}`)).total).toBe(0)
    expect((await get('type=workspace&search=needle')).total).toBe(0)
    expect((await get('ai_provider_id=anthropic&search=needle')).total).toBe(0)
    const page = await get('page_size=1&current_page=1')
    expect(page.data).toHaveLength(1)
    expect(page.total).toBeGreaterThan(1)
  })

  test('200: a workspace sees its own and what the organisation gives it', async () => {
    const other = await world.addWorkspace('Narrow')
    const given = await addIntegration()
    const withheld = await addIntegration({ global_workspace_access_settings: { enabled: false } })
    const key = await world.addKey(
      'workspace-service',
      ['organisation_integrations.list', 'workspace_integrations.list'],
      { workspaceId: other.id },
    )
    const { body } = await as('GET', 'integrations?page_size=100', { key: key.secret })
    const slugs = (body.data as { slug: string }[]).map((row) => row.slug)
    expect(slugs).toContain(given)
    expect(slugs).not.toContain(withheld)
  })

  test('200: each says how many models it has and how many of them are on, and shows its key masked', async () => {
    const slug = await addIntegration({ name: 'Counted', key: 'sk-counted-0123456789' })
    const counts = async () => {
      const { body } = await as('GET', 'integrations?search=counted')
      return (body.data as Record<string, unknown>[])[0]
    }
    const { body } = await as('GET', `integrations/${slug}/models`)
    expect(await counts()).toMatchObject({ model_count: body.total, enabled_model_count: body.total })
    await put(`integrations/${slug}/models`, {
      allow_all_models: false,
      models: [
        { slug: 'gpt-4o', enabled: true },
        {
          slug: 'ft:gpt-4o:acme::1',
          enabled: true,
          is_custom: true,
          is_finetune: true,
          base_model_slug: 'gpt-4o',
        },
      ],
    })
    expect(await counts()).toMatchObject({ model_count: Number(body.total) + 1, enabled_model_count: 2 })
    expect(JSON.stringify(await counts())).not.toContain('sk-counted-0123456789')
    expect((await counts())?.masked_key).toMatch(/\*789$/)
  })

  test('400 AB01: tags that are no JSON object', async () => {
    for (const tags of ['x', '[]', '5']) {
      const { status } = await as('GET', `integrations?tags=${encodeURIComponent(tags)}`)
      expect(status).toBe(400)
    }
  })
})

describe('PUT and DELETE /integrations/{slug}', () => {
  test('200: what is left out stays, null clears, configurations merge, a mask that comes back keeps the secret', async () => {
    const slug = await addIntegration({
      description: 'first',
      configurations: { openai_project: 'p1', custom_headers: { 'x-api-token': CANARY, 'x-team': 'a' } },
    })
    const { configurations } = (await as('GET', `integrations/${slug}`)).body as {
      configurations: Record<string, unknown>
    }
    const { body } = await put(`integrations/${slug}`, {
      name: 'Renamed',
      description: null,
      configurations: { ...configurations, openai_organization: 'org-2', openai_project: null },
    })
    expect(body).toEqual({})
    const after = (await as('GET', `integrations/${slug}`)).body
    expect(after).toMatchObject({ name: 'Renamed', description: null, masked_key: 'sk********nop' })
    expect(after.configurations).toEqual({
      openai_organization: 'org-2',
      custom_headers: { 'x-api-token': 'sk********nop', 'x-team': 'a' },
    })
    const row = await world.database.prisma.integration.findFirstOrThrow({ where: { slug } })
    expect(JSON.parse(decryptSecret(TEST_SECRET, row.credentials as Uint8Array))).toEqual({
      key: CANARY,
      configurations: { custom_headers: { 'x-api-token': CANARY } },
    })
  })

  test('200: a new key replaces the old, and the audit row tells so without it', async () => {
    const slug = await addIntegration()
    await put(`integrations/${slug}`, { key: `${CANARY}-second` })
    const row = await world.database.prisma.integration.findFirstOrThrow({ where: { slug } })
    expect(JSON.parse(decryptSecret(TEST_SECRET, row.credentials as Uint8Array)).key).toBe(`${CANARY}-second`)
    const audit = await world.database.prisma.auditEvent.findFirstOrThrow({
      where: { resourceId: row.id, action: 'update' },
    })
    expect(audit.after).toMatchObject({ slug, masked_key: 'sk********ond' })
  })

  test('a credential sealed under another secret: all else goes on, and a new key mends it', async () => {
    const slug = await addIntegration({ configurations: { openai_project: 'p1' } })
    const sealed = encryptSecret(
      'another-secret-of-more-than-thirty-two-characters',
      '{"key":"x","configurations":{}}',
    )
    await world.database.prisma.integration.updateMany({ where: { slug }, data: { credentials: sealed } })
    expect((await as('GET', `integrations/${slug}`)).status).toBe(200)
    expect((await put(`integrations/${slug}`, { name: 'Still mine' })).status).toBe(200)
    const stuck = await put(`integrations/${slug}`, { configurations: { openai_project: 'p2' } })
    expect([stuck.status, stuck.body.message]).toEqual([409, expect.stringContaining('TOLLGATE_SECRET')])
    expect((await put(`integrations/${slug}`, { key: CANARY })).status).toBe(200)
    expect((await put(`integrations/${slug}`, { configurations: { openai_project: 'p2' } })).status).toBe(200)
  })

  test('400 AB01: a required key cannot be cleared', async () => {
    const slug = await addIntegration()
    expect((await put(`integrations/${slug}`, { key: null })).status).toBe(400)
  })

  test('409 AB07: a config names its provider; force deletes all the same, and frees the slug', async () => {
    const slug = await addIntegration()
    const { prisma } = world.database
    const versionId = world.runtime.newId()
    await prisma.config.create({
      data: {
        id: world.runtime.newId(),
        workspaceId,
        slug: unique('pc'),
        name: 'c',
        versionId,
        versions: { create: { id: versionId, config: { targets: [{ provider: `@${slug}` }] } } },
      },
    })
    const refused = await as('DELETE', `integrations/${slug}`)
    expect([refused.status, refused.body.errorCode]).toEqual([409, 'AB07'])
    expect((await as('DELETE', `integrations/${slug}?force=True`)).text).toBe('{}')
    expect((await as('GET', `integrations/${slug}`)).status).toBe(404)
    expect((await as('GET', `providers/${slug}?workspace_id=${workspaceId}`)).status).toBe(404)
    const gone = await prisma.integration.findFirstOrThrow({ where: { slug } })
    expect([gone.status, gone.credentials]).toEqual(['archived', null])
    expect(
      (await post('integrations', { name: 'n', ai_provider_id: 'openai', key: CANARY, slug })).status,
    ).toBe(200)
  })
})

describe('/integrations/{slug}/models', () => {
  const models = async (slug: string) => {
    const { status, body } = await as('GET', `integrations/${slug}/models`)
    expect([status, body.object]).toEqual([200, 'list'])
    const list = body.models as Record<string, unknown>[]
    expect(body.total).toBe(list.length)
    return { all: body.allow_all_models, get: (model: string) => list.find((row) => row.slug === model) }
  }

  test('200: the catalogue’s models, with the prices calls are held to', async () => {
    const list = await models(await addIntegration())
    expect(list.all).toBe(true)
    expect(list.get('gpt-4o-mini')).toMatchObject({
      enabled: true,
      is_custom: false,
      pricing_config: null,
      prices: { input: 0.15, output: 0.6, cache_read: 0.075 },
      context_window: 128_000,
      max_output_tokens: 16_384,
    })
  })

  test('200: an upsert changes what it lists and leaves the rest; null clears', async () => {
    const slug = await addIntegration()
    const own = { pay_as_you_go: { request_token: { price: 0.001 }, response_token: { price: 0.002 } } }
    const set = await put(`integrations/${slug}/models`, {
      models: [
        { slug: 'gpt-4o', enabled: false },
        {
          slug: 'ours',
          enabled: true,
          is_custom: true,
          base_model_slug: 'gpt-4o-mini',
          pricing_config: own,
          context_window: 32_000,
          max_output_tokens: 4_000,
        },
      ],
    })
    expect(set.text).toBe('{}')
    let list = await models(slug)
    expect(list.get('gpt-4o')).toMatchObject({ enabled: false })
    expect(list.get('gpt-4o-mini')).toMatchObject({ enabled: true })
    expect(list.get('ours')).toMatchObject({
      is_custom: true,
      prices: { input: 10, output: 20, cache_read: null, cache_write: null },
      context_window: 32_000,
      max_output_tokens: 4_000,
    })
    await put(`integrations/${slug}/models`, {
      models: [{ slug: 'ours', enabled: 'false', pricing_config: null, context_window: null }],
      allow_all_models: false,
    })
    list = await models(slug)
    expect(list.all).toBe(false)
    expect(list.get('gpt-4o-mini')).toMatchObject({ enabled: false })
    expect(list.get('ours')).toMatchObject({
      enabled: false,
      is_custom: true,
      prices: { input: 0.15 },
      context_window: 128_000,
      max_output_tokens: 4_000,
    })
  })

  test('200: a multiplier shows in the prices', async () => {
    const slug = await addIntegration({ pricing_adjustments: { multiplier: { default: 2 } } })
    expect((await models(slug)).get('gpt-4o-mini')).toMatchObject({ prices: { input: 0.3, output: 1.2 } })
  })

  test('200: a multiplier of any kind the contract names', async () => {
    const multiplier = {
      default: 1,
      request_token: 2,
      response_token: 1000,
      cache_read_input_token: 0,
      cache_write_input_token: 1.25,
      reasoning_token: 1,
      request_audio_token: 1,
      response_image_token: 1,
      request_text_token: 1,
      prediction_accepted_token: 1,
      prediction_rejected_token: 1,
      image: { default: 1 },
      additional_units: { web_search: 2 },
    }
    const slug = await addIntegration({ pricing_adjustments: { multiplier } })
    expect((await as('GET', `integrations/${slug}`)).body.pricing_adjustments).toEqual({ multiplier })
  })

  test.each([
    [
      'a price below zero',
      {
        slug: 'x',
        enabled: true,
        pricing_config: { pay_as_you_go: { request_token: { price: -1 }, response_token: { price: 0 } } },
      },
    ],
    [
      'a price beyond what an integer of picos holds',
      {
        slug: 'x',
        enabled: true,
        pricing_config: { pay_as_you_go: { request_token: { price: 1e308 }, response_token: { price: 0 } } },
      },
    ],
    ['no slug', { enabled: true }],
    ['no switch', { slug: 'x' }],
    ['a window of text', { slug: 'x', enabled: true, context_window: 'big' }],
    ['a stray field', { slug: 'x', enabled: true, colour: 1 }],
    [
      'a private host of its own',
      { slug: 'x', enabled: true, configurations: { custom_host: 'http://10.0.0.8/v1' } },
    ],
    ['headers that nest', { slug: 'x', enabled: true, configurations: { custom_headers: { a: { b: 1 } } } }],
    ['a region of its own', { slug: 'x', enabled: true, configurations: { aws_region: 'eu-west-1' } }],
  ])('400 AB01: %s', async (_, model) => {
    const { status, body } = await put(`integrations/${await addIntegration()}/models`, { models: [model] })
    expect([status, body.errorCode]).toEqual([400, 'AB01'])
  })

  test('200: what the list carried can be sent back, with what clients add to it', async () => {
    const slug = await addIntegration()
    await put(`integrations/${slug}/models`, {
      models: [{ slug: 'ours', enabled: true, is_custom: true, base_model_slug: 'gpt-4o' }],
    })
    const before = (await as('GET', `integrations/${slug}/models`)).body.models as Record<string, unknown>[]
    const rows = before.map((row) => ({ ...row, created_at: null, last_updated_at: null }))
    const { status, body } = await put(`integrations/${slug}/models`, { models: rows })
    expect([status, body.message]).toEqual([200, undefined])
    expect((await as('GET', `integrations/${slug}/models`)).body.models).toEqual(before)
  })

  test('200: a host and headers of a model’s own, secrets sealed; a mask that comes back keeps them, null clears', async () => {
    const slug = await addIntegration()
    const set = (configurations: object | null | undefined) =>
      put(`integrations/${slug}/models`, { models: [{ slug: 'gpt-4o', enabled: true, configurations }] })
    const read = async () => (await models(slug)).get('gpt-4o')?.configurations
    const host = 'https://own.example.com/v1'
    await set({ custom_host: host, custom_headers: { 'X-Team': 'blue', 'X-Api-Token': CANARY } })
    const shown = {
      custom_host: host,
      custom_headers: { 'X-Team': 'blue', 'X-Api-Token': 'sk********nop' },
    }
    expect(await read()).toEqual(shown)
    await set(shown)
    await set(undefined)
    const directory = catalogDirectory(world.database.prisma, [TEST_SECRET], world.runtime.now)
    expect((await directory.of(workspaceId)).bySlug(slug)?.variants?.get('gpt-4o')).toMatchObject({
      baseUrl: host,
      headers: { authorization: `Bearer ${CANARY}`, 'x-team': 'blue', 'x-api-token': CANARY },
    })
    await set({ custom_host: null })
    expect(await read()).toEqual({ custom_headers: shown.custom_headers })
    await set(null)
    expect(await read()).toBeUndefined()
  })

  test('400 AB01: a model named twice', async () => {
    const one = { slug: 'x', enabled: true }
    expect((await put(`integrations/${await addIntegration()}/models`, { models: [one, one] })).status).toBe(
      400,
    )
  })

  test('DELETE 200 by query and by body; 400 for one of the catalogue; 404 for one nobody has', async () => {
    const slug = await addIntegration()
    const own = (model: string) => ({
      slug: model,
      enabled: true,
      is_custom: true,
      base_model_slug: 'gpt-4o-mini',
    })
    await put(`integrations/${slug}/models`, { models: [own('a'), own('b'), own('c')] })
    expect((await as('DELETE', `integrations/${slug}/models?slugs=a,b`)).text).toBe('{}')
    expect((await as('DELETE', `integrations/${slug}/models`, { body: { models: ['c'] } })).text).toBe('{}')
    expect((await models(slug)).get('c')).toBeUndefined()
    expect((await as('DELETE', `integrations/${slug}/models?slugs=gpt-4o`)).status).toBe(400)
    expect((await as('DELETE', `integrations/${slug}/models?slugs=zz`)).status).toBe(404)
    expect((await as('DELETE', `integrations/${slug}/models`)).status).toBe(400)
  })
})

describe('/integrations/{slug}/workspaces', () => {
  const access = async (slug: string) => {
    const { status, body } = await as('GET', `integrations/${slug}/workspaces`)
    expect(status).toBe(200)
    return body as unknown as {
      total: number
      global_workspace_access: { enabled: boolean }
      workspaces: { id: string; enabled: boolean; usage_limits: unknown[] }[]
    }
  }
  const on = (list: Awaited<ReturnType<typeof access>>, id: string) =>
    list.workspaces.find((row) => row.id === id)?.enabled

  test('200: the workspaces named change, with a provider where the integration is gained', async () => {
    const other = await world.addWorkspace('Gains')
    const slug = await addIntegration({ global_workspace_access_settings: { enabled: false } })
    expect(on(await access(slug), other.slug)).toBe(false)
    const set = await put(`integrations/${slug}/workspaces`, {
      workspaces: [
        {
          id: other.slug,
          enabled: true,
          usage_limits: [{ type: 'cost', credit_limit: 10 }],
          default_provider_slug: 'gained',
        },
      ],
    })
    expect(set.text).toBe('{}')
    const list = await access(slug)
    expect(list.workspaces.find((row) => row.id === other.slug)).toMatchObject({
      enabled: true,
      workspace_id: other.id,
      usage_limits: [{ type: 'cost', credit_limit: 10, current_usage: 0 }],
      rate_limits: [],
      status: 'active',
    })
    expect((await as('GET', `providers/gained?workspace_id=${other.id}`)).body.integration_id).toBe(slug)
    expect((await as('GET', `providers/gained?workspace_id=${workspaceId}`)).status).toBe(404)
    await put(`integrations/${slug}/workspaces`, { workspaces: [{ id: other.id, enabled: false }] })
    expect((await as('GET', `providers/gained?workspace_id=${other.id}`)).status).toBe(404)
    expect((await as('GET', `providers?workspace_id=${other.id}&slug=GAINED`)).body.total).toBe(0)
  })

  test('200: a rule for workspaces to come leaves those of today', async () => {
    const slug = await addIntegration()
    await put(`integrations/${slug}/workspaces`, { global_workspace_access: { enabled: false } })
    const later = await world.addWorkspace(`Later ${slug}`)
    const list = await access(slug)
    expect(list.global_workspace_access.enabled).toBe(false)
    expect(on(list, later.slug)).toBe(false)
    expect(list.workspaces.filter((row) => row.enabled)).toHaveLength(list.total - 1)
  })

  test('200: what the list carried can be sent back, as lists or as the Python client reads it', async () => {
    const slug = await addIntegration()
    await put(`integrations/${slug}/workspaces`, {
      workspaces: [{ id: workspaceId, enabled: true, usage_limits: { credit_limit: 7 } }],
    })
    const { workspaces: before } = await access(slug)
    for (const version of ['', 'portkey-2.3.1']) {
      const headers = { 'x-portkey-package-version': version }
      const { body: read } = await as('GET', `integrations/${slug}/workspaces`, { headers })
      const { workspaces, global_workspace_access } = read
      const { status, body } = await put(`integrations/${slug}/workspaces`, {
        workspaces: (workspaces as object[]).map((row) => ({ ...row, created_at: null })),
        global_workspace_access,
      })
      expect([status, body.message]).toEqual([200, undefined])
    }
    expect((await access(slug)).workspaces).toEqual(before)
  })

  test('200: override with an empty list revokes all; with a rule, applies it to all', async () => {
    const slug = await addIntegration()
    await put(`integrations/${slug}/workspaces`, {
      workspaces: [],
      override_existing_workspaces_access: true,
    })
    expect((await access(slug)).workspaces.some((row) => row.enabled)).toBe(false)
    await put(`integrations/${slug}/workspaces`, {
      override_existing_workspace_access: true,
      global_workspace_access: { enabled: true, rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }] },
    })
    const list = await access(slug)
    expect(list.workspaces.every((row) => row.enabled)).toBe(true)
    expect(list.workspaces[0]).toMatchObject({ rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }] })
  })

  test('404 AB02: a workspace nobody has; 400 AB01: one named twice, or an integration of one workspace', async () => {
    const slug = await addIntegration()
    const unknown = await put(`integrations/${slug}/workspaces`, {
      workspaces: [{ id: 'ws-nope', enabled: true }],
    })
    expect([unknown.status, unknown.body.errorCode]).toEqual([404, 'AB02'])
    const twice = [
      { id: workspaceId, enabled: true },
      { id: workspaceId, enabled: false },
    ]
    expect((await put(`integrations/${slug}/workspaces`, { workspaces: twice })).status).toBe(400)
    const own = await addIntegration({ workspace_id: workspaceId })
    expect((await put(`integrations/${own}/workspaces`, { workspaces: [] })).status).toBe(400)
  })

  test('the Python client reads objects where others read lists (ruling 6)', async () => {
    const slug = await addIntegration({
      global_workspace_access: { enabled: true, rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }] },
    })
    const { body } = await as('GET', `integrations/${slug}/workspaces`, {
      headers: { 'x-portkey-package-version': 'portkey-2.3.1' },
    })
    expect((body.workspaces as unknown[])[0]).toMatchObject({
      usage_limits: null,
      rate_limits: { type: 'requests', unit: 'rpm', value: 5 },
    })
  })
})

describe('/providers', () => {
  const at = (path: string) => `${path}${path.includes('?') ? '&' : '?'}workspace_id=${workspaceId}`

  test('POST 200, GET 200: made on an integration, read by slug in any case and by id', async () => {
    const integration = await addIntegration({ create_default_provider: false })
    const made = await post('providers', {
      name: 'Prod',
      integration_id: integration,
      workspace_id: workspaceId,
      slug: unique('Prod_One'),
      note: 'n',
      usage_limits: { type: 'cost', credit_limit: 5, periodic_reset: 'monthly' },
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
      expires_at: '2026-12-01T00:00:00Z',
      tags: { a: 'b' },
    })
    expect(made.status).toBe(200)
    const { body } = await as('GET', at(`providers/${String(made.body.slug).toUpperCase()}`))
    expect(body).toEqual({
      object: 'provider',
      id: made.body.id,
      slug: made.body.slug,
      name: 'Prod',
      note: 'n',
      workspace_id: workspaceId,
      integration_id: integration,
      integration_name: 'OpenAI',
      ai_provider_id: 'openai',
      ai_provider_name: 'openai',
      model_config: { masked_key: 'sk********nop' },
      usage_limits: expect.objectContaining({
        type: 'cost',
        credit_limit: 5,
        next_usage_reset_at: '2026-04-01T00:00:00.000Z',
      }),
      usage_limits_all: [expect.objectContaining({ type: 'cost' })],
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
      overtaken_limits: [],
      expires_at: '2026-12-01T00:00:00.000Z',
      status: 'active',
      reset_usage: 0,
      last_reset_at: null,
      tags: { a: 'b' },
      created_at: expect.any(String),
      last_updated_at: expect.any(String),
      created_by: null,
    })
    expect((await as('GET', at(`providers/${made.body.id}`))).body.slug).toBe(made.body.slug)
  })

  test('PUT 200: fields change, null clears, a switch disables', async () => {
    const slug = await addIntegration()
    const changed = await put(at(`providers/${slug}`), {
      name: 'New',
      note: 'x',
      usage_limits: [{ type: 'tokens', credit_limit: 1000 }],
      status: 'disabled',
      reset_usage: true,
    })
    expect(changed.body).toEqual({ id: expect.any(String), slug })
    expect((await as('GET', at(`providers/${slug}`))).body).toMatchObject({
      name: 'New',
      note: 'x',
      status: 'disabled',
      usage_limits: { type: 'tokens' },
      last_reset_at: '2026-03-09T08:00:00.000Z',
    })
    await put(`providers/${slug}`, {
      workspace_id: workspaceId,
      note: null,
      usage_limits: null,
      status: 'active',
    })
    expect((await as('GET', at(`providers/${slug}`))).body).toMatchObject({
      name: 'New',
      note: null,
      status: 'active',
      usage_limits: null,
      usage_limits_all: [],
    })
  })

  test('a provider whose time is over is expired', async () => {
    const slug = await addIntegration()
    await put(at(`providers/${slug}`), { expires_at: '2026-03-09T08:00:01Z' })
    world.pass(2_000)
    expect((await as('GET', at(`providers/${slug}`))).body.status).toBe('expired')
    // What a form sends back unchanged is no new date.
    const saved = await put(at(`providers/${slug}`), { name: 'Late', expires_at: '2026-03-09T08:00:01.000Z' })
    expect(saved.status).toBe(200)
    expect((await put(at(`providers/${slug}`), { expires_at: '2026-03-09T08:00:00Z' })).status).toBe(400)
    world.pass(-2_000)
  })

  test('GET list 200: newest first, by exact slug in any case, by part of a name, by integration', async () => {
    const slug = await addIntegration({ name: 'Findable' })
    await addIntegration({ slug: slug.replace('-', '_') })
    const found = async (query: string) =>
      ((await as('GET', at(`providers?${query}`))).body.data as { slug: string }[]).map((row) => row.slug)
    expect(await found(`slug=${slug.toUpperCase()}`)).toEqual([slug])
    expect(await found('search=findab')).toEqual([slug])
    expect(await found(`integration_id=${slug}`)).toEqual([slug])
    expect(await found('integration_id=nope')).toEqual([])
  })

  test('DELETE 200 archives, and the slug is free again', async () => {
    const slug = await addIntegration()
    expect((await as('DELETE', at(`providers/${slug}`))).text).toBe('{}')
    expect((await as('GET', at(`providers/${slug}`))).status).toBe(404)
    expect(
      (await post('providers', { name: 'n', slug, integration_id: slug, workspace_id: workspaceId })).status,
    ).toBe(200)
  })

  test('400 AB01: no workspace; 404 AB02: no such integration; 409 AB07: a slug that is taken', async () => {
    expect((await as('GET', 'providers')).status).toBe(400)
    const nowhere = await post(at('providers'), { name: 'n', integration_id: 'nope' })
    expect([nowhere.status, nowhere.body.errorCode]).toEqual([404, 'AB02'])
    const off = await addIntegration({ global_workspace_access: { enabled: false } })
    expect((await post(at('providers'), { name: 'n', integration_id: off })).status).toBe(404)
    const slug = await addIntegration()
    const taken = await post(at('providers'), { name: 'n', integration_id: slug, slug: slug.toUpperCase() })
    expect([taken.status, taken.body.errorCode, (taken.body.error as { param: string }).param]).toEqual([
      409,
      'AB07',
      'slug',
    ])
  })

  test('two calls at once for one slug: one makes it, the other is told', async () => {
    const integration = await addIntegration({ create_default_provider: false })
    const slug = unique('race')
    const answers = await Promise.all(
      [1, 2, 3].map(() => post(at('providers'), { name: 'n', integration_id: integration, slug })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  test('the Python client’s list holds one object each (ruling 6)', async () => {
    const slug = await addIntegration()
    await put(at(`providers/${slug}`), { rate_limits: [{ type: 'requests', unit: 'rpm', value: 1 }] })
    const { body } = await as('GET', at(`providers?slug=${slug}`), {
      headers: { 'x-portkey-package-version': 'portkey-2.3.1' },
    })
    expect((body.data as unknown[])[0]).toMatchObject({
      rate_limits: { type: 'requests', unit: 'rpm', value: 1 },
    })
  })
})

describe('/virtual-keys', () => {
  const at = (path: string) => `${path}?workspace_id=${workspaceId}`

  test('POST 200, GET 200: credential and handle in one; the integration behind it is in no list', async () => {
    const slug = unique('vk')
    const made = await post(at('virtual-keys'), {
      name: 'Old way',
      provider: 'openai',
      key: CANARY,
      slug,
      note: 'n',
      apiVersion: '2024-06-01',
    })
    expect(made.body).toEqual({
      success: true,
      data: { slug },
      id: expect.any(String),
      slug,
      object: 'virtual-key',
    })
    const { body } = await as('GET', at(`virtual-keys/${slug}`))
    expect(body).toMatchObject({
      object: 'virtual-key',
      slug,
      name: 'Old way',
      note: 'n',
      key: 'sk********nop',
      provider: 'openai',
      ai_provider_name: 'openai',
      status: 'active',
      model_config: { azure_api_version: '2024-06-01', masked_key: 'sk********nop' },
    })
    const provider = (await as('GET', at(`providers/${slug}`))).body
    const listed = await as('GET', 'integrations?page_size=100&search=vk')
    expect(listed.body.total).toBe(0)
    expect((await as('GET', `integrations/${provider.integration_id}`)).body.tags).toEqual({})
    expect((await as('GET', at('virtual-keys'))).body).toMatchObject({
      object: 'list',
      data: expect.arrayContaining([expect.objectContaining({ slug })]),
    })
  })

  test.each(['apiVersion', 'api_version', 'azure_api_version'])('%s is read', async (spelling) => {
    const made = await post(at('virtual-keys'), {
      name: 'v',
      provider: 'openai',
      key: CANARY,
      [spelling]: '2025-01-01',
    })
    expect((await as('GET', at(`virtual-keys/${made.body.slug}`))).body.model_config).toMatchObject({
      azure_api_version: '2025-01-01',
    })
  })

  test('200: clients that cannot name a workspace reach theirs with an admin key', async () => {
    const other = await world.addWorkspace(unique('Legacy'))
    const make = async (workspace: string, slug: string) =>
      (
        await post('virtual-keys', {
          name: slug,
          provider: 'openai',
          key: CANARY,
          slug,
          workspace_id: workspace,
        })
      ).status
    const [one, both] = [unique('only'), unique('both')]
    const before = (await as('GET', 'virtual-keys')).body.total
    expect([await make(other.id, one), await make(other.id, both), await make(workspaceId, both)]).toEqual([
      200, 200, 200,
    ])
    expect((await as('GET', `virtual-keys/${one}`)).body).toMatchObject({ slug: one, workspace_id: other.id })
    expect((await as('GET', 'virtual-keys')).body.total).toBe(Number(before) + 3)
    expect((await put(`virtual-keys/${one}`, { name: 'Renamed' })).status).toBe(200)
    const unclear = await as('GET', `virtual-keys/${both}`)
    expect([unclear.status, unclear.body.errorCode, unclear.body.message]).toEqual([
      400,
      'AB01',
      'workspace_id is required: several workspaces have a provider of this slug',
    ])
    const nowhere = await post('virtual-keys', { name: 'n', provider: 'openai', key: CANARY })
    expect([nowhere.status, nowhere.body.message]).toEqual([400, 'workspace_id is required'])
    const reader = await world.addKey('organisation-service', ['virtual_keys.read'])
    expect((await as('GET', `virtual-keys/${one}`, { key: reader.secret })).status).toBe(200)
    expect((await as('DELETE', `virtual-keys/${one}`, { key: reader.secret })).status).toBe(403)
    const tenant = await world.addOrganisation(unique('tenant'))
    const stranger = await world.addKey('organisation-service', ['virtual_keys.read', 'virtual_keys.list'], {
      organisationId: tenant.id,
    })
    expect((await as('GET', `virtual-keys/${one}`, { key: stranger.secret })).status).toBe(404)
    expect((await as('GET', 'virtual-keys', { key: stranger.secret })).body.data).toEqual([])
    const member = await world.addUser('member', { [workspaceId]: 'manager' })
    expect((await world.call(routes, 'GET', `virtual-keys/${one}`, { userId: member })).status).toBe(404)
    expect(
      (await world.call(routes, 'GET', `virtual-keys/${both}`, { userId: member })).body.workspace_id,
    ).toBe(workspaceId)
    expect((await as('DELETE', `virtual-keys/${one}`)).text).toBe('{}')
    expect((await as('GET', `virtual-keys/${one}`)).status).toBe(404)
  })

  test('PUT 200: a new key for its own integration; one shared by others is changed there', async () => {
    const made = await post(at('virtual-keys'), { name: 'v', provider: 'openai', key: CANARY })
    const changed = await put(at(`virtual-keys/${made.body.slug}`), { name: 'w', key: `${CANARY}xyz` })
    expect(changed.body).toMatchObject({ slug: made.body.slug, success: true })
    expect((await as('GET', at(`virtual-keys/${made.body.slug}`))).body).toMatchObject({
      name: 'w',
      key: 'sk********xyz',
    })
    const shared = await addIntegration()
    const refused = await put(at(`virtual-keys/${shared}`), { key: 'sk-other' })
    expect([refused.status, (refused.body.error as { param: string }).param]).toEqual([400, 'key'])
    expect((await put(at(`virtual-keys/${shared}`), { note: 'fine' })).status).toBe(200)
  })

  test('DELETE 200 forgets the credential with it', async () => {
    const made = await post(at('virtual-keys'), { name: 'v', provider: 'openai', key: CANARY })
    const { integration_id: integration } = (await as('GET', at(`providers/${made.body.slug}`))).body
    expect((await as('DELETE', at(`virtual-keys/${made.body.slug}`))).text).toBe('{}')
    expect((await as('GET', `integrations/${integration}`)).status).toBe(404)
    const row = await world.database.prisma.integration.findFirstOrThrow({
      where: { slug: String(integration) },
    })
    expect(row.credentials).toBeNull()
  })

  test('400 AB01: a provider nobody knows, no key', async () => {
    const unknown = await post(at('virtual-keys'), { name: 'v', provider: 'nope', key: CANARY })
    expect([unknown.status, (unknown.body.error as { param: string }).param]).toEqual([400, 'provider'])
    expect((await post(at('virtual-keys'), { name: 'v', provider: 'openai' })).status).toBe(400)
  })
})

describe('a key that may only read', () => {
  test('403 AB03 for every write', async () => {
    const slug = await addIntegration({ workspace_id: workspaceId })
    const reader = await world.addKey('workspace-service', [
      'workspace_integrations.read',
      'workspace_integrations.list',
      'organisation_integrations.list',
      'providers.read',
      'providers.list',
      'virtual_keys.read',
      'virtual_keys.list',
    ])
    const ask = {
      key: reader.secret,
      body: { name: 'n', ai_provider_id: 'openai', provider: 'openai', key: 'sk-x', integration_id: slug },
    }
    for (const [method, path] of [
      ['POST', 'integrations'],
      ['PUT', `integrations/${slug}`],
      ['DELETE', `integrations/${slug}`],
      ['PUT', `integrations/${slug}/models`],
      ['DELETE', `integrations/${slug}/models`],
      ['PUT', `integrations/${slug}/workspaces`],
      ['POST', 'providers'],
      ['PUT', `providers/${slug}`],
      ['DELETE', `providers/${slug}`],
      ['POST', 'virtual-keys'],
      ['PUT', `virtual-keys/${slug}`],
      ['DELETE', `virtual-keys/${slug}`],
    ] as const) {
      const { status, body } = await as(method, path, ask)
      expect([method, path, status, body.errorCode]).toEqual([method, path, 403, 'AB03'])
    }
    expect((await as('GET', `integrations/${slug}`, { key: reader.secret })).status).toBe(200)
    expect(
      (
        await as('POST', 'integrations/test', {
          key: reader.secret,
          body: { name: 'n', ai_provider_id: 'sandbox' },
        })
      ).status,
    ).toBe(403)
  })

  test('403 AB03: a workspace’s key may see an integration of the organisation and not change it', async () => {
    const slug = await addIntegration()
    const key = await world.addKey('workspace-service', [
      'workspace_integrations.update',
      'workspace_integrations.read',
    ])
    expect((await as('PUT', `integrations/${slug}`, { key: key.secret, body: { name: 'x' } })).status).toBe(
      403,
    )
  })
})

describe('other workspaces and tenants', () => {
  test('404: what is theirs is answered like what nobody has', async () => {
    const elsewhere = await world.addOrganisation(unique('tenant'))
    const theirs = await world.addKey(
      'organisation-service',
      [
        'organisation_integrations.read',
        'organisation_integrations.update',
        'workspace_integrations.create',
        'providers.read',
        'providers.create',
      ],
      { organisationId: elsewhere.id },
    )
    const other = await world.addWorkspace(unique('Other'))
    const neighbour = await world.addKey(
      'workspace-service',
      ['workspace_integrations.read', 'providers.read'],
      { workspaceId: other.id },
    )
    const slug = await addIntegration({ workspace_id: workspaceId })
    const { id } = (await as('GET', `integrations/${slug}`)).body
    const nobody = await as('GET', 'integrations/nobody-has-this', { key: theirs.secret })
    for (const reference of [slug, id]) {
      for (const key of [theirs, neighbour]) {
        const { status, body } = await as('GET', `integrations/${reference}`, { key: key.secret })
        expect([status, body.message]).toEqual([404, nobody.body.message])
      }
    }
    expect((await as('GET', `providers/${slug}`, { key: neighbour.secret })).status).toBe(404)
    expect(
      (await as('GET', `providers/${slug}?workspace_id=${workspaceId}`, { key: theirs.secret })).status,
    ).toBe(404)
    const borrowed = await as('POST', `providers?workspace_id=${elsewhere.workspaceId}`, {
      key: theirs.secret,
      body: { name: 'n', integration_id: id },
    })
    expect([borrowed.status, borrowed.body.errorCode]).toEqual([404, 'AB02'])
  })
})

describe('the gateway', () => {
  test('reads what is made here: host, headers, key, models, prices, and where it works', async () => {
    const directory = catalogDirectory(world.database.prisma, [TEST_SECRET], world.runtime.now)
    const slug = await addIntegration({
      configurations: {
        custom_host: 'https://proxy.example.com/v1/',
        openai_project: 'p1',
        custom_headers: { 'X-Team': 'blue', 'X-Proxy-Token': CANARY },
      },
      pricing_adjustments: { multiplier: { default: 2 } },
    })
    const own = { pay_as_you_go: { request_token: { price: 0.001 }, response_token: { price: 0.002 } } }
    await put(`integrations/${slug}/models`, {
      models: [
        { slug: 'gpt-4o', enabled: false },
        {
          slug: 'ours',
          enabled: true,
          is_custom: true,
          base_model_slug: 'gpt-4o',
          pricing_config: own,
          max_output_tokens: 100,
        },
      ],
    })
    const found = (await directory.of(workspaceId)).bySlug(slug)
    expect(found).toMatchObject({
      slug,
      integrationSlug: slug,
      baseUrl: 'https://proxy.example.com/v1',
      isStoredHost: true,
      status: 'active',
      allowAllModels: true,
      headers: {
        authorization: `Bearer ${CANARY}`,
        'openai-project': 'p1',
        'x-team': 'blue',
        'x-proxy-token': CANARY,
      },
    })
    expect(found?.card('gpt-4o')).toBeNull()
    expect(found?.card('gpt-4o-mini')?.prices?.input).toBe(300_000)
    expect(found?.card('ours')).toMatchObject({ maxOutputTokens: 100, prices: { input: 20_000_000 } })

    await put(`providers/${slug}?workspace_id=${workspaceId}`, { status: 'disabled' })
    directory.changed('providers')
    expect((await directory.of(workspaceId)).bySlug(slug)?.status).toBe('disabled')
    await put(`providers/${slug}?workspace_id=${workspaceId}`, { status: 'active' })
    await put(`integrations/${slug}/workspaces`, { workspaces: [{ id: workspaceId, enabled: false }] })
    directory.changed('integration_workspaces')
    expect((await directory.of(workspaceId)).bySlug(slug)?.status).toBe('disabled')
    await as('DELETE', `integrations/${slug}`)
    directory.changed('providers')
    expect((await directory.of(workspaceId)).bySlug(slug)).toBeNull()
  })

  test('lists the models that the models tab shows as enabled, at the same prices', async () => {
    const directory = catalogDirectory(world.database.prisma, [TEST_SECRET], world.runtime.now)
    const slug = await addIntegration({ allow_all_models: false })
    await put(`integrations/${slug}/models`, {
      models: [
        { slug: 'gpt-4o', enabled: true },
        { slug: 'tuned', enabled: true, is_custom: true, base_model_slug: 'gpt-4o-mini' },
      ],
    })
    for (const allow_all_models of [false, true]) {
      await put(`integrations/${slug}/models`, { allow_all_models })
      directory.changed('model_settings')
      const shown = (await as('GET', `integrations/${slug}/models`)).body.models as {
        slug: string
        enabled: boolean
        prices: { input: number } | null
      }[]
      const models = (await directory.of(workspaceId)).bySlug(slug)?.models
      const enabled = shown.filter((row) => row.enabled)
      expect([...(models?.keys() ?? [])].sort()).toEqual(enabled.map((row) => row.slug).sort())
      for (const row of enabled)
        expect([row.slug, (models?.get(row.slug)?.prices?.input ?? Number.NaN) / 1_000_000]).toEqual([
          row.slug,
          row.prices?.input ?? Number.NaN,
        ])
    }
  })
})

describe('the canary', () => {
  test('no table holds a credential in the clear', async () => {
    await addIntegration({ configurations: { custom_headers: { authorization: `Bearer ${CANARY}` } } })
    const { prisma } = world.database
    const tables = await prisma.$queryRaw<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
    for (const { name } of tables) {
      const rows = await prisma.$queryRawUnsafe<{ text: string }[]>(`select t::text as text from "${name}" t`)
      const inHex = Buffer.from(CANARY).toString('hex')
      expect([name, rows.filter(({ text }) => text.includes(CANARY) || text.includes(inHex))]).toEqual([
        name,
        [],
      ])
    }
  })
})
