import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integrationVerbs, providerVerbs } from '../admin/catalog.ts'
import { catalogDirectory } from '../directory/catalog.ts'
import { type AdminWorld, type Ask, adminWorld, TEST_SECRET } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, integrationVerbs, providerVerbs)
  workspaceId = world.first.workspaceId
})
afterAll(() => world.drop())

const as = (method: string, path: string, ask: Ask = {}) =>
  world.call(routes, method, path, { key: world.adminKey, ...ask })
const put = (path: string, body: unknown, ask: Ask = {}) => as('PUT', path, { body, ...ask })

let count = 0
const unique = (stem: string) => `${stem}-${++count}`

async function addIntegration(more: Record<string, unknown> = {}): Promise<string> {
  const slug = unique('openai')
  const body = { name: 'OpenAI', ai_provider_id: 'openai', key: 'sk-test-0123456789', slug, ...more }
  const made = await as('POST', 'integrations', { body })
  expect([made.status, made.body.message]).toEqual([200, undefined])
  return slug
}

interface WorkspaceRow {
  id: string
  workspace_id: string
  enabled: boolean
  models: string[] | null
}

async function workspacesOf(slug: string, query = '') {
  const { body } = await as('GET', `integrations/${slug}/workspaces${query}`)
  return body as unknown as { total: number; workspaces: WorkspaceRow[] }
}
const rowOf = async (slug: string, id: string) =>
  (await workspacesOf(slug)).workspaces.find((row) => row.workspace_id === id)

const keepTo = (slug: string, models: unknown, id = workspaceId) =>
  put(`integrations/${slug}/workspaces`, { workspaces: [{ id, enabled: true, models }] })

async function modelsOf(slug: string, query = '') {
  const { status, body } = await as('GET', `integrations/${slug}/models${query}`)
  expect(status).toBe(200)
  const models = (body.models as { slug: string; enabled: boolean }[]).map((model) => model.slug)
  return { total: body.total, list: body.workspace_models, models }
}

describe('a workspace’s list of models', () => {
  test('200: a workspace starts without one, takes one, keeps it when nothing is said of it, and loses it by null', async () => {
    const slug = await addIntegration()
    expect(await rowOf(slug, workspaceId)).toMatchObject({ enabled: true, models: null })
    expect((await keepTo(slug, ['gpt-4o', 'gpt-4o-mini', 'gpt-4o'])).text).toBe('{}')
    expect((await rowOf(slug, workspaceId))?.models).toEqual(['gpt-4o', 'gpt-4o-mini'])
    await put(`integrations/${slug}/workspaces`, { workspaces: [{ id: workspaceId, enabled: false }] })
    expect(await rowOf(slug, workspaceId)).toMatchObject({
      enabled: false,
      models: ['gpt-4o', 'gpt-4o-mini'],
    })
    await keepTo(slug, [])
    expect((await rowOf(slug, workspaceId))?.models).toEqual([])
    await keepTo(slug, null)
    expect((await rowOf(slug, workspaceId))?.models).toBeNull()
  })

  test('200: neither a rule for all workspaces nor the switch for all models widens it', async () => {
    const slug = await addIntegration()
    await keepTo(slug, ['gpt-4o'])
    await put(`integrations/${slug}/workspaces`, {
      global_workspace_access: { enabled: true, rate_limits: [{ type: 'requests', unit: 'rpm', value: 5 }] },
      override_existing_workspace_access: true,
    })
    await put(`integrations/${slug}`, { allow_all_models: true })
    expect(await rowOf(slug, workspaceId)).toMatchObject({
      models: ['gpt-4o'],
      rate_limits: [{ value: 5 }],
    })
  })

  test('400 AB01: models the integration does not have are named, with the likely one', async () => {
    const slug = await addIntegration()
    const one = await keepTo(slug, ['gpt-4o', 'gpt-4o-mimi'])
    expect([one.status, one.body.errorCode, one.body.message]).toEqual([
      400,
      'AB01',
      'workspaces.0.models names no model of this integration: gpt-4o-mimi; did you mean gpt-4o-mini?',
    ])
    const two = await keepTo(slug, ['claude-9', 'gemini-9'])
    expect(two.body.message).toMatch(/claude-9, gemini-9; add it under the models of the integration first/)
    expect((await keepTo(slug, 'gpt-4o')).status).toBe(400)
    expect((await rowOf(slug, workspaceId))?.models).toBeNull()
  })

  test('200: what the list carried can be sent back, though a model has left the catalogue since', async () => {
    const slug = await addIntegration()
    await keepTo(slug, ['gpt-4o'])
    await world.database.prisma
      .$executeRaw`update integration_workspaces set models = '["left", "gpt-4o"]' where models is not null and integration_id = (select id from integrations where slug = ${slug})`
    const { workspaces } = await workspacesOf(slug)
    const { status, body } = await put(`integrations/${slug}/workspaces`, { workspaces })
    expect([status, body.message]).toEqual([200, undefined])
    expect((await rowOf(slug, workspaceId))?.models).toEqual(['left', 'gpt-4o'])
  })

  test('200: a custom model that is removed leaves the lists with it', async () => {
    const slug = await addIntegration()
    const ours = { slug: 'ours', enabled: true, is_custom: true, base_model_slug: 'gpt-4o' }
    await put(`integrations/${slug}/models`, { models: [ours] })
    await keepTo(slug, ['ours', 'gpt-4o'])
    await as('DELETE', `integrations/${slug}/models?slugs=ours`)
    expect((await rowOf(slug, workspaceId))?.models).toEqual(['gpt-4o'])
  })

  test('200: the models of an integration, asked from the workspace, leave out what its list does', async () => {
    const slug = await addIntegration()
    const whole = await modelsOf(slug)
    expect(whole.list).toBeUndefined()
    expect(await modelsOf(slug, `?workspace_id=${workspaceId}`)).toEqual({ ...whole, list: null })
    await keepTo(slug, ['gpt-4o', 'gpt-4o-mini'])
    expect(await modelsOf(slug, `?workspace_id=${workspaceId}`)).toEqual({
      total: 2,
      list: ['gpt-4o', 'gpt-4o-mini'],
      models: ['gpt-4o', 'gpt-4o-mini'],
    })
    expect(await modelsOf(slug)).toEqual(whole)
  })

  test('the data plane keeps a workspace to it, and no other', async () => {
    const other = await world.addWorkspace(unique('Free'))
    const slug = await addIntegration()
    await put(`integrations/${slug}/models`, { models: [{ slug: 'gpt-4.1', enabled: false }] })
    await keepTo(slug, ['gpt-4o-mini', 'gpt-4.1'])
    const directory = catalogDirectory(world.database.prisma, [TEST_SECRET], world.runtime.now)
    const here = (await directory.of(workspaceId)).bySlug(slug)
    expect([...(here?.models.keys() ?? [])]).toEqual(['gpt-4o-mini'])
    expect((await directory.of(other.id)).bySlug(slug)?.card('gpt-4o')).not.toBeNull()
  })

  test('one audit row tells the workspaces that changed, as they were and as they are', async () => {
    const other = await world.addWorkspace(unique('Same'))
    const slug = await addIntegration()
    await put(`integrations/${slug}/workspaces`, {
      workspaces: [
        { id: workspaceId, enabled: true, models: ['gpt-4o'] },
        { id: other.id, enabled: true },
      ],
    })
    const { prisma } = world.database
    const { id } = await prisma.integration.findFirstOrThrow({ where: { slug } })
    const rows = await prisma.auditEvent.findMany({ where: { resourceId: id, action: 'update' } })
    expect(rows).toHaveLength(1)
    const [{ before, after } = { before: null, after: null }] = rows
    const { slug: here } = await prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } })
    expect(before).toMatchObject({ workspaces: { [here]: { enabled: true, models: null } } })
    expect(after).toMatchObject({ workspaces: { [here]: { enabled: true, models: ['gpt-4o'] } } })
    expect(Object.keys((after as { workspaces: object }).workspaces)).toEqual([here])
  })

  test('404 AB02: another tenant’s workspace is answered like one that exists nowhere', async () => {
    const stranger = await world.addOrganisation(unique('tenant'))
    const slug = await addIntegration()
    const theirs = await keepTo(slug, ['gpt-4o'], stranger.workspaceId)
    const nowhere = await keepTo(slug, ['gpt-4o'], world.runtime.newId())
    expect([theirs.status, theirs.body.message]).toEqual([404, nowhere.body.message])
  })

  test('403 AB03: a key that may only read sets none', async () => {
    const slug = await addIntegration()
    const reader = await world.addKey('organisation-service', ['organisation_integrations.read'])
    const ask = { key: reader.secret }
    expect((await as('GET', `integrations/${slug}/workspaces`, ask)).status).toBe(200)
    const body = { workspaces: [{ id: workspaceId, enabled: true, models: ['gpt-4o'] }] }
    expect((await put(`integrations/${slug}/workspaces`, body, ask)).status).toBe(403)
  })
})

describe('a part of a long list', () => {
  test('200: models by part of a name, by their switch, by page; all of them when nothing is asked', async () => {
    const slug = await addIntegration()
    await put(`integrations/${slug}/models`, { models: [{ slug: 'gpt-4o', enabled: false }] })
    const all = await modelsOf(slug)
    expect(all.total).toBe(all.models.length)
    expect((await modelsOf(slug, '?search=GPT-4O&enabled=false')).models).toEqual(['gpt-4o'])
    const page = await modelsOf(slug, '?search=gpt&page_size=3&current_page=1')
    expect(page.models).toEqual(all.models.filter((one) => one.includes('gpt')).slice(3, 6))
    expect(page.total).toBeGreaterThan(6)
    expect((await modelsOf(slug, '?current_page=0')).models).toEqual(all.models.slice(0, 100))
  })

  test('200: workspaces by part of a name, by their switch, by page', async () => {
    const slug = await addIntegration()
    const one = await world.addWorkspace('Needle in it')
    await put(`integrations/${slug}/workspaces`, { workspaces: [{ id: one.id, enabled: false }] })
    const found = await workspacesOf(slug, '?search=needle&enabled=false')
    expect([found.total, found.workspaces.map(({ id }) => id)]).toEqual([1, [one.slug]])
    const page = await workspacesOf(slug, '?page_size=1&current_page=1')
    expect(page.workspaces).toHaveLength(1)
    expect(page.total).toBe((await workspacesOf(slug)).workspaces.length)
    expect((await as('GET', `integrations/${slug}/workspaces?page_size=0`)).status).toBe(400)
  })
})

describe('default providers', () => {
  test('200: a workspace that has the integration gets a provider when it asks for one, once', async () => {
    const slug = await addIntegration({ create_default_provider: false })
    const ask = { id: workspaceId, enabled: true, default_provider_slug: unique('asked') }
    for (const _ of [1, 2])
      expect((await put(`integrations/${slug}/workspaces`, { workspaces: [ask] })).status).toBe(200)
    const { body } = await as('GET', `providers?workspace_id=${workspaceId}&integration_id=${slug}`)
    expect(body).toMatchObject({ total: 1, data: [{ slug: ask.default_provider_slug }] })
  })

  test('400 AB01: a slug that another integration’s provider has', async () => {
    const taken = await addIntegration()
    const slug = await addIntegration({ create_default_provider: false })
    const { status, body } = await put(`integrations/${slug}/workspaces`, {
      workspaces: [{ id: workspaceId, enabled: true, default_provider_slug: taken }],
    })
    expect([status, body.message]).toEqual([
      400,
      `default_provider_slug names a provider that exists already: ${taken}`,
    ])
  })
})

describe('PUT /integrations/{slug}', () => {
  test('400 AB01: what never changes is refused, and taken when it is as it was', async () => {
    const slug = await addIntegration()
    const same = { slug: slug.toUpperCase(), ai_provider_id: 'openai', name: 'Same' }
    expect((await put(`integrations/${slug}`, same)).status).toBe(200)
    const other = await put(`integrations/${slug}`, { ai_provider_id: 'anthropic' })
    expect([other.status, other.body.message]).toEqual([
      400,
      'ai_provider_id cannot change: it is openai for good. Make a new one instead',
    ])
    expect((await put(`integrations/${slug}`, { slug: 'another' })).status).toBe(400)
  })

  test('200: limits across all workspaces stand from the start, and the switch for all models turns', async () => {
    const slug = await addIntegration({
      usage_limits: [{ type: 'cost', credit_limit: 900 }],
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 70 }],
    })
    expect((await as('GET', `integrations/${slug}`)).body).toMatchObject({
      usage_limits: [{ type: 'cost', credit_limit: 900 }],
      rate_limits: [{ value: 70 }],
    })
    await put(`integrations/${slug}`, { allow_all_models: false })
    expect((await as('GET', `integrations/${slug}/models`)).body.allow_all_models).toBe(false)
  })

  test.each([
    ['no field there is', { target_field: 'apikey', secret_reference_id: 'x' }],
    ['a field of a field', { target_field: 'configurations.a.b', secret_reference_id: 'x' }],
  ])('400 AB01: a secret mapped to %s', async (_, mapping) => {
    const { status } = await put(`integrations/${await addIntegration()}`, { secret_mappings: [mapping] })
    expect(status).toBe(400)
  })

  test('400 AB01: a field mapped twice; 200: an empty list clears', async () => {
    const slug = await addIntegration()
    const one = { target_field: 'key', secret_reference_id: 'x' }
    const twice = await put(`integrations/${slug}`, { secret_mappings: [one, one] })
    expect([twice.status, twice.body.message]).toEqual([400, 'secret_mappings may map a field once only'])
    expect((await put(`integrations/${slug}`, { secret_mappings: [] })).status).toBe(200)
  })
})

describe('DELETE /integrations/{slug}', () => {
  async function addConfig(config: object, older: object = {}) {
    const { prisma } = world.database
    const [versionId, olderId] = [world.runtime.newId(), world.runtime.newId()]
    const slug = unique('pc')
    const versions = [
      { id: olderId, config: older },
      { id: versionId, config },
    ]
    await prisma.config.create({
      data: {
        id: world.runtime.newId(),
        workspaceId,
        slug,
        name: slug,
        versionId,
        versions: { create: versions },
      },
    })
    return slug
  }

  test.each([
    ['as its target’s model', (slug: string) => ({ override_params: { model: `@${slug}/gpt-4o` } })],
    [
      'by its old name, in any case',
      (slug: string) => ({ targets: [{ virtual_key: slug.toUpperCase() }, { provider: '@other' }] }),
    ],
  ])('409 AB07: a config names its provider %s', async (_, config) => {
    const slug = await addIntegration()
    const user = await addConfig(config(slug))
    const { status, body } = await as('DELETE', `integrations/${slug}`)
    expect([status, body.errorCode, body.message]).toEqual([
      409,
      'AB07',
      `Configs still name its providers: ${user}. Change them first, or send force=true.`,
    ])
    expect((await as('DELETE', `integrations/${slug}?force=true`)).status).toBe(200)
  })

  test('200: a config that named it once, or names one that only begins alike', async () => {
    const slug = await addIntegration()
    await addConfig({ provider: `@${slug}-eu` }, { provider: `@${slug}` })
    expect((await as('DELETE', `integrations/${slug}`)).status).toBe(200)
  })
})
