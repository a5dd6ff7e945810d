import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApiKeyVerbs, apiKeyVerbs } from '../admin/access.ts'
import { parseKey } from '../auth/keys.ts'
import { scopesFor } from '../contract/scopes.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const HALF_HOUR_MS = 1_800_000

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string
let configId: string

const ask = (method: string, path: string, more: Ask = { key: world.adminKey }) =>
  world.call(routes, method, path, more)
const create = (path: string, body: object, more: Ask = { key: world.adminKey }) =>
  ask('POST', path, { ...more, body })
const read = async (id: unknown, more?: Ask) => (await ask('GET', `api-keys/${id}`, more)).body
/** Whether a secret opens anything: 401 says no. */
const opens = async (secret: unknown) =>
  (await ask('GET', 'api-keys', { key: String(secret) })).status !== 401

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, apiKeyVerbs, adminApiKeyVerbs)
  workspaceId = world.first.workspaceId
  configId = world.runtime.newId()
  await world.database.prisma.config.create({
    data: {
      id: configId,
      workspaceId,
      slug: 'pc-shop-9a11c2',
      name: 'Shop',
      versionId: world.runtime.newId(),
    },
  })
})
afterAll(() => world.drop())

describe('create', () => {
  test('a service key, as the contract shows it', async () => {
    const made = await create('api-keys/workspace/service', {
      name: 'checkout-bot',
      workspace_id: workspaceId,
      scopes: ['completions.write', 'prompts.render'],
      defaults: {
        config_id: 'pc-shop-9a11c2',
        metadata: { team: 'shop', env: 'prod' },
        allow_config_override: false,
      },
      usage_limits: { type: 'cost', credit_limit: 200, alert_threshold: 160, periodic_reset: 'monthly' },
      rate_limits: [
        { type: 'requests', unit: 'rpm', value: 300 },
        { type: 'tokens', unit: 'rpd', value: 2_000_000 },
      ],
      alert_emails: ['finops@example.test'],
      rotation_policy: { rotation_period: 'monthly', key_transition_period_ms: 86_400_000 },
    })
    expect(Object.keys(made.body)).toEqual(['id', 'key', 'object'])
    expect(made.body.object).toBe('api-key')
    expect(parseKey(String(made.body.key))).toBe('workspace-service')

    const key = String(made.body.key)
    const usage = {
      type: 'cost',
      credit_limit: 200,
      alert_threshold: 160,
      periodic_reset: 'monthly',
      next_usage_reset_at: '2026-04-01T00:00:00.000Z',
      current_usage: 0,
      status: 'active',
    }
    expect(await read(made.body.id)).toEqual({
      object: 'api-key',
      id: made.body.id,
      key: `${key.slice(0, 6)}*******${key.slice(-2)}`,
      name: 'checkout-bot',
      description: null,
      type: 'workspace-service',
      organisation_id: world.first.organisationId,
      workspace_id: workspaceId,
      user_id: null,
      status: 'active',
      creation_mode: 'api',
      created_by: null,
      created_at: '2026-03-09T08:00:00.000Z',
      last_updated_at: expect.stringMatching(/Z$/),
      last_used_at: null,
      expires_at: null,
      scopes: ['completions.write', 'prompts.render'],
      alert_emails: ['finops@example.test'],
      defaults: {
        config_id: 'pc-shop-9a11c2',
        config_slug: 'pc-shop-9a11c2',
        metadata: { team: 'shop', env: 'prod' },
        allow_config_override: false,
      },
      allow_config_override: 0,
      usage_limits: usage,
      usage_limits_all: [usage],
      rate_limits: [
        { type: 'requests', unit: 'rpm', value: 300 },
        { type: 'tokens', unit: 'rpd', value: 2_000_000 },
      ],
      rotation_policy: {
        rotation_period: 'monthly',
        next_rotation_at: '2026-04-01T00:00:00.000Z',
        key_transition_period_ms: 86_400_000,
        status: 'ACTIVE',
      },
      reset_usage: 0,
      last_reset_at: null,
      last_rotated_at: null,
      key_transition_expires_at: null,
      has_unrevealed_secret: false,
    })
  })

  test.each(['NOT_GIVEN', 'undefined', 'None', 'null', 'missing', ''])(
    'the sub-type "%s" means service',
    async (segment) => {
      const organisation = await create(`api-keys/organisation/${segment}`, {
        name: 'o',
        type: 'organisation',
      })
      expect((await read(organisation.body.id)).type).toBe('organisation-service')
      const workspace = await create(`api-keys/workspace/${segment}`, {
        name: 'w',
        workspace_id: workspaceId,
      })
      expect((await read(workspace.body.id)).type).toBe('workspace-service')
      const user = await create(`api-keys/workspace/${segment}`, {
        name: 'u',
        workspace_id: workspaceId,
        user_id: world.ownerId,
      })
      expect((await read(user.body.id)).type).toBe('workspace-user')
    },
  )

  test('by body, at both places, in either case, with the workspace as slug in the query', async () => {
    const { slug } = await world.addWorkspace('By body')
    const ways: [string, object][] = [
      ['admin/api-keys', { type: 'workspace', sub_type: 'service', name: 'n', workspaceId: slug }],
      [`api-keys?workspace_id=${slug}`, { type: 'workspace', 'sub-type': 'service', name: 'n' }],
      ['api-keys', { type: 'workspace', subType: 'service', name: 'n', workspace_id: slug }],
    ]
    for (const [path, body] of ways) {
      const made = await create(path, body)
      expect([path, made.status]).toEqual([path, 200])
      expect((await read(made.body.id)).type).toBe('workspace-service')
    }
  })

  test('an organisation key bound to a workspace may infer; an unbound one may not be given that scope', async () => {
    const bound = await create('api-keys/organisation/NOT_GIVEN', {
      name: 'frontend-engineering',
      workspace_id: workspaceId,
      defaults: { config_id: configId, metadata: { team: 'frontend' } },
      scopes: ['logs.view', 'configs.read', 'completions.write'],
    })
    expect(bound.status).toBe(200)
    expect(await read(bound.body.id)).toMatchObject({
      type: 'organisation-service',
      workspace_id: workspaceId,
      defaults: { config_id: configId, config_slug: 'pc-shop-9a11c2' },
    })
    const unbound = await create('api-keys/organisation/service', {
      name: 'x',
      scopes: ['completions.write'],
    })
    expect(unbound.status).toBe(400)
  })

  test('workspace keys start with inference and prompts, organisation keys with nothing', async () => {
    const service = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes: [],
    })
    expect((await read(service.body.id)).scopes).toEqual([
      'completions.write',
      'prompts.read',
      'prompts.list',
      'prompts.render',
    ])
    const organisation = await create('api-keys/organisation/service', { name: 'n' })
    expect((await read(organisation.body.id)).scopes).toEqual([])
  })

  test('logs.read is stored as logs.view, completions.read as nothing', async () => {
    const made = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes: ['logs.read', 'completions.read', 'logs.view'],
    })
    expect((await read(made.body.id)).scopes).toEqual(['logs.view'])
  })

  test('a person makes a user key for themselves without saying so; the console is its maker', async () => {
    const userId = await world.addUser('member', { [workspaceId]: 'member' })
    const made = await create(
      'api-keys',
      { type: 'workspace', sub_type: 'user', name: 'mine', workspace_id: workspaceId },
      { userId },
    )
    expect(made.status).toBe(200)
    expect(await read(made.body.id, { userId })).toMatchObject({
      user_id: userId,
      creation_mode: 'ui',
      created_by: userId,
    })
  })

  test.each([
    ['a workspace nobody has', () => ({ workspace_id: 'ws-nope' }), 404, 'AB02'],
    ['no workspace', () => ({}), 400, 'AB01'],
    [
      'a config nobody has',
      () => ({ workspace_id: workspaceId, defaults: { config_id: 'pc-nope' } }),
      404,
      'AB02',
    ],
    [
      'a person nobody knows',
      () => ({ workspace_id: workspaceId, user_id: world.runtime.newId() }),
      404,
      'AB02',
    ],
    ['a person who is no UUID', () => ({ workspace_id: workspaceId, user_id: 'me' }), 404, 'AB02'],
  ])('%s is refused', async (_, body, status, code) => {
    const answer = await create('api-keys/workspace', { name: 'n', ...body() })
    expect([answer.status, answer.body.errorCode]).toEqual([status, code])
  })

  test('someone who is not in the workspace cannot own a key there', async () => {
    const stranger = await world.addUser('member')
    const made = await create('api-keys/workspace/user', {
      name: 'n',
      workspace_id: workspaceId,
      user_id: stranger,
    })
    expect(made.status).toBe(404)
  })

  test('nobody grants what they do not hold', async () => {
    const small = await world.addKey('workspace-service', ['workspace_service_api_keys.create', 'logs.view'])
    const more = await create(
      'api-keys/workspace/service',
      { name: 'n', scopes: ['logs.view', 'logs.export'] },
      { key: small.secret },
    )
    expect([more.status, more.body.errorCode]).toEqual([403, 'AB03'])
    const same = await create(
      'api-keys/workspace/service',
      { name: 'n', scopes: ['logs.view'] },
      { key: small.secret },
    )
    expect(same.status).toBe(200)
    const member = await world.addUser('member', { [workspaceId]: 'member' })
    const own = { type: 'workspace', sub_type: 'user', name: 'n', workspace_id: workspaceId }
    const beyond = await create('api-keys', { ...own, scopes: ['configs.create'] }, { userId: member })
    expect(beyond.status).toBe(403)
  })

  test('every scope that is legal for a type can be granted by the first admin key', async () => {
    for (const [path, type, more] of [
      ['organisation/service', 'organisation-service', {}],
      ['workspace/service', 'workspace-service', { workspace_id: workspaceId }],
      ['workspace/user', 'workspace-user', { workspace_id: workspaceId, user_id: world.ownerId }],
    ] as const) {
      const scopes = scopesFor(type).map((scope) => scope.id)
      const made = await create(`api-keys/${path}`, { name: 'all', scopes, ...more })
      expect([path, made.status]).toEqual([path, 200])
      expect((await read(made.body.id)).scopes).toHaveLength(scopes.length)
    }
  })
})

describe('list', () => {
  test('pages, filters and searches; keys are masked', async () => {
    const { id, slug } = await world.addWorkspace('Listing')
    for (const name of ['alpha', 'beta', 'Alphabet']) {
      await create('api-keys/workspace/service', { name, workspace_id: id })
    }
    const page = await ask('GET', `api-keys?workspace_id=${slug}&page_size=2`)
    expect(page.body).toMatchObject({ object: 'list', total: 3 })
    expect(page.body.data).toHaveLength(2)
    expect((await ask('GET', `api-keys?workspaceId=${id}&pageSize=2&currentPage=1`)).body.data).toHaveLength(
      1,
    )
    const found = (await ask('GET', `api-keys?workspace_id=${slug}&search=ALPHA`)).body.data as {
      name: string
      id: string
      key: string
    }[]
    expect(found.map(({ name }) => name).sort()).toEqual(['Alphabet', 'alpha'])
    expect(found.every(({ key }) => /^tg_s..\*{7}..$/.test(key))).toBe(true)
    expect((await ask('GET', `api-keys?workspace_id=${slug}&search=%25`)).body.total).toBe(0)
    expect((await ask('GET', `api-keys?workspace_id=${slug}&search=_`)).body.total).toBe(0)
    const byIds = await ask('GET', `api-keys?workspace_id=${slug}&ids=${found[0]?.id},not-one`)
    expect(byIds.body.total).toBe(1)
    expect((await ask('GET', `api-keys?workspace_id=${slug}&type=organisation-service`)).body).toEqual({
      object: 'list',
      total: 0,
      data: [],
    })
    expect((await ask('GET', `api-keys?workspace_id=${slug}&status=disabled`)).body.total).toBe(0)
  })

  test('a member sees their own user keys, a manager all of the workspace', async () => {
    const { id } = await world.addWorkspace('Roles')
    const member = await world.addUser('member', { [id]: 'member' })
    const manager = await world.addUser('member', { [id]: 'manager' })
    const theirs = await create('api-keys/workspace/user', {
      name: 'theirs',
      workspace_id: id,
      user_id: manager,
    })
    await create('api-keys/workspace/service', { name: 'service', workspace_id: id })
    const mine = await create('api-keys/workspace/user', { name: 'mine', workspace_id: id, user_id: member })
    const names = async (userId: string) =>
      ((await ask('GET', 'api-keys', { userId })).body.data as { name: string }[])
        .map(({ name }) => name)
        .sort()
    expect(await names(member)).toEqual(['mine'])
    expect(await names(manager)).toEqual(['mine', 'service', 'theirs'])
    expect((await ask('GET', `api-keys/${mine.body.id}`, { userId: member })).status).toBe(200)
    expect((await ask('GET', `api-keys/${theirs.body.id}`, { userId: member })).status).toBe(404)
    expect((await ask('POST', `api-keys/${theirs.body.id}/rotate`, { userId: member })).status).toBe(404)
    const forAnother = { name: 'n', workspace_id: id, user_id: manager }
    expect((await create('api-keys/workspace/user', forAnother, { userId: member })).status).toBe(403)
  })
})

describe('rules', () => {
  const settings = {
    api_key_metadata_schema: {
      type: 'object',
      properties: { team: { type: 'string', enum: ['shop', 'search'] } },
      required: ['team'],
      additionalProperties: true,
    },
    user_api_key_ttl: { default_days: 30, max_days: 90 },
    user_api_key_rotation_period: 30,
    max_user_api_keys: 5,
  }

  test('whoever may list keys reads what the organisation asks of a new one', async () => {
    const { workspaceId: there } = await world.addOrganisation('ruled')
    const place = await world.database.prisma.workspace.findUniqueOrThrow({ where: { id: there } })
    await world.database.prisma.organisation.update({
      where: { id: place.organisationId },
      data: { settings },
    })
    const userId = await world.addUser('member', { [there]: 'member' }, place.organisationId)
    expect((await ask('GET', 'api-keys/rules', { userId })).body).toEqual({
      object: 'api-key-rules',
      ...settings,
    })
  })

  test('where nothing is ruled, everything is null', async () => {
    expect((await ask('GET', 'api-keys/rules')).body).toEqual({
      object: 'api-key-rules',
      api_key_metadata_schema: null,
      user_api_key_ttl: { default_days: null, max_days: null },
      user_api_key_rotation_period: null,
      max_user_api_keys: null,
    })
  })
})

describe('update', () => {
  test('absent leaves, null clears, a value replaces; defaults merge', async () => {
    const { body } = await create('api-keys/workspace/service', {
      name: 'before',
      description: 'kept',
      workspace_id: workspaceId,
      scopes: ['logs.view'],
      defaults: { config_id: 'pc-shop-9a11c2', metadata: { a: '1' } },
      usage_limits: [{ credit_limit: 5 }, { type: 'tokens', credit_limit: 500, periodic_reset: 'weekly' }],
      rate_limits: { type: 'requests', unit: 'rpm', value: 0 },
      alert_emails: ['a@example.test'],
      expires_at: '2027-01-01T00:00:00Z',
    })
    const put = (change: object) => ask('PUT', `api-keys/${body.id}`, { key: world.adminKey, body: change })
    expect(
      (await put({ name: 'after', defaults: { metadata: { b: '2' } }, type: 'x', userId: 'x' })).text,
    ).toBe('{}')
    expect(await read(body.id)).toMatchObject({
      name: 'after',
      description: 'kept',
      scopes: ['logs.view'],
      defaults: { config_id: 'pc-shop-9a11c2', metadata: { b: '2' } },
      usage_limits: { credit_limit: 5, next_usage_reset_at: null },
      usage_limits_all: [{}, { type: 'tokens', next_usage_reset_at: '2026-03-15T00:00:00.000Z' }],
      rate_limits: [{ value: 0 }],
      expires_at: '2027-01-01T00:00:00.000Z',
    })
    const cleared = {
      description: null,
      defaults: { config_id: null },
      usage_limits: null,
      rate_limits: null,
      alert_emails: null,
      expires_at: null,
      rotation_policy: null,
    }
    expect((await put(cleared)).status).toBe(200)
    expect(await read(body.id)).toMatchObject({
      description: null,
      defaults: { config_id: null, config_slug: null, metadata: { b: '2' } },
      usage_limits: null,
      usage_limits_all: [],
      rate_limits: null,
      alert_emails: [],
      expires_at: null,
      rotation_policy: null,
    })
    expect((await put({ scopes: null })).status).toBe(200)
    expect((await read(body.id)).scopes).toEqual([])
    expect((await put({ reset_usage: true })).status).toBe(200)
    expect(await read(body.id)).toMatchObject({ reset_usage: 0, last_reset_at: '2026-03-09T08:00:00.000Z' })
  })

  test('a budget without an amount is no budget; its type alone is refused', async () => {
    const { body } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      usage_limits: [{ credit_limit: 5 }, { type: 'tokens', credit_limit: 500 }],
    })
    const put = (usage_limits: unknown) =>
      ask('PUT', `api-keys/${body.id}`, { key: world.adminKey, body: { usage_limits } })
    expect((await put([{ credit_limit: null }, { type: 'tokens', credit_limit: 700 }])).status).toBe(200)
    expect((await read(body.id)).usage_limits_all).toMatchObject([{ type: 'tokens', credit_limit: 700 }])
    expect((await put({ type: 'cost', credit_limit: null, periodic_reset: 'monthly' })).status).toBe(200)
    expect(await read(body.id)).toMatchObject({ usage_limits: null, usage_limits_all: [] })
    const alone = await put({ type: 'cost' })
    expect([alone.status, alone.body.message]).toEqual([400, 'usage_limits.credit_limit is required'])
  })

  test('what a reply carried can be sent back as it is', async () => {
    const { body } = await create('api-keys/workspace/service', {
      name: 'echo',
      workspace_id: workspaceId,
      usage_limits: { credit_limit: 5, periodic_reset_days: 10 },
      rate_limits: [{ type: 'concurrent', value: 3 }],
      rotation_policy: { rotation_period_days: 30 },
      defaults: { metadata: { a: 'b' } },
    })
    const row = await read(body.id)
    expect((await ask('PUT', `api-keys/${body.id}`, { key: world.adminKey, body: row })).status).toBe(200)
    const again = await read(body.id)
    expect({ ...again, last_updated_at: '' }).toEqual({ ...row, last_updated_at: '' })
  })

  test('a disabled key is refused at once and can be enabled again', async () => {
    const { body } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes: ['workspace_user_api_keys.list'],
    })
    expect(await opens(body.key)).toBe(true)
    const put = (status: string) =>
      ask('PUT', `api-keys/${body.id}`, { key: world.adminKey, body: { status } })
    await put('disabled')
    expect(await opens(body.key)).toBe(false)
    expect((await read(body.id)).status).toBe('disabled')
    await put('active')
    expect(await opens(body.key)).toBe(true)
    expect((await put('archived')).status).toBe(400)
  })

  test('an updater adds only scopes it holds, and keeps those the key had', async () => {
    const { body } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes: ['logs.export'],
    })
    const small = await world.addKey('workspace-service', ['workspace_service_api_keys.update', 'logs.view'])
    const put = (scopes: string[]) =>
      ask('PUT', `api-keys/${body.id}`, { key: small.secret, body: { scopes } })
    expect((await put(['logs.export', 'logs.view'])).status).toBe(200)
    expect((await put(['logs.export', 'logs.view', 'logs.list'])).status).toBe(403)
  })

  test('a key expires when its time has come', async () => {
    const { body } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes: ['workspace_user_api_keys.list'],
      expires_at: new Date(world.runtime.now() + 1000).toISOString(),
    })
    expect(await opens(body.key)).toBe(true)
    world.pass(1000)
    expect(await opens(body.key)).toBe(false)
    expect((await read(body.id)).status).toBe('expired')
    const { expires_at } = await read(body.id)
    const put = (change: object) => ask('PUT', `api-keys/${body.id}`, { key: world.adminKey, body: change })
    // What a form sends back unchanged is no new date.
    expect((await put({ name: 'late', expires_at })).status).toBe(200)
    expect((await put({ expires_at: new Date(world.runtime.now() - 1).toISOString() })).status).toBe(400)
    const expired = await ask('GET', `api-keys?workspace_id=${workspaceId}&status=expired`)
    expect((expired.body.data as { id: string }[]).map(({ id }) => id)).toContain(body.id)
  })
})

describe('rotate', () => {
  const scopes = ['workspace_user_api_keys.list']

  test('both secrets work until the transition ends, then the new one alone', async () => {
    const { body: made } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes,
    })
    const rotated = await ask('POST', `api-keys/${made.id}/rotate`)
    const endsAt = new Date(world.runtime.now() + HALF_HOUR_MS).toISOString()
    expect(rotated.body).toMatchObject({ id: made.id, key_transition_expires_at: endsAt })
    expect(rotated.body.key).not.toBe(made.key)
    expect([await opens(made.key), await opens(rotated.body.key)]).toEqual([true, true])
    expect(await read(made.id)).toMatchObject({
      key_transition_expires_at: endsAt,
      last_rotated_at: expect.any(String),
    })

    const again = await ask('POST', `api-keys/${made.id}/rotate`)
    expect([again.status, again.body.errorCode]).toEqual([409, 'AB07'])
    world.pass(HALF_HOUR_MS)
    expect([await opens(made.key), await opens(rotated.body.key)]).toEqual([false, true])
    expect((await ask('POST', `api-keys/${made.id}/rotate`)).status).toBe(200)
  })

  test('a transition of 0 ends every older secret at once, even while one runs', async () => {
    const { body: made } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes,
    })
    const first = await ask('POST', `api-keys/${made.id}/rotate`, {
      key: world.adminKey,
      body: { key_transition_period_ms: HALF_HOUR_MS },
    })
    const second = await ask('POST', `api-keys/${made.id}/rotate`, {
      key: world.adminKey,
      body: { key_transition_period_ms: 0 },
    })
    expect(second.body.key_transition_expires_at).toBeNull()
    expect([await opens(made.key), await opens(first.body.key), await opens(second.body.key)]).toEqual([
      false,
      false,
      true,
    ])
  })

  test('of several at once one turns the key', async () => {
    const { body: made } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes,
    })
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask('POST', `api-keys/${made.id}/rotate`)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
    expect(await world.database.prisma.apiKeySecret.count({ where: { apiKeyId: String(made.id) } })).toBe(2)
  })

  test.each([1, 1_799_999, -1, 1.5, '1800000'])('a transition of %s is refused', async (ms) => {
    const { body: made } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
    })
    const answer = await ask('POST', `api-keys/${made.id}/rotate`, {
      key: world.adminKey,
      body: { key_transition_period_ms: ms },
    })
    expect(answer.status).toBe(400)
  })
})

describe('delete', () => {
  test('the key is unknown at once, to calls and to reads', async () => {
    const { body } = await create('api-keys/workspace/service', {
      name: 'n',
      workspace_id: workspaceId,
      scopes: ['workspace_user_api_keys.list'],
    })
    expect(await opens(body.key)).toBe(true)
    expect(
      (await ask('DELETE', `api-keys/${body.id}`, { key: world.adminKey, body: { id: body.id } })).text,
    ).toBe('{}')
    expect(await opens(body.key)).toBe(false)
    expect((await ask('GET', `api-keys/${body.id}`)).status).toBe(404)
    expect((await ask('DELETE', `api-keys/${body.id}`)).status).toBe(404)
  })
})

describe('audit', () => {
  test('a write leaves one row with who, what, before and after; a read and a failed write none; a refusal its status', async () => {
    const { prisma } = world.database
    const { body, headers } = await create('api-keys/workspace/service', {
      name: 'audited',
      workspace_id: workspaceId,
    })
    world.pass(1)
    await ask('PUT', `api-keys/${body.id}`, {
      userId: world.ownerId,
      body: { name: 'renamed' },
      headers: { 'user-agent': 'me/1' },
    })
    world.pass(1)
    await ask('PUT', `api-keys/${body.id}`, { key: world.adminKey, body: { name: '' } })
    world.pass(1)
    const bare = await world.addKey('workspace-service', ['workspace_service_api_keys.read'])
    await ask('PUT', `api-keys/${body.id}`, { key: bare.secret, body: { name: 'mine' } })
    world.pass(1)
    await ask('GET', `api-keys/${body.id}`)
    await ask('POST', `api-keys/${body.id}/rotate`)
    const rows = await prisma.auditEvent.findMany({
      where: { OR: [{ resourceId: String(body.id) }, { uri: { contains: String(body.id) } }] },
      orderBy: { at: 'asc' },
    })
    expect(rows.map((row) => [row.method, row.action, row.responseStatusCode, row.actorType])).toEqual([
      ['POST', 'create', 200, 'api_key'],
      ['PUT', 'update', 200, 'user'],
      ['PUT', 'update', 403, 'api_key'],
      ['POST', 'rotate', 200, 'api_key'],
    ])
    expect(rows[0]).toMatchObject({
      requestId: headers.get('x-portkey-request-id'),
      resourceType: 'api_keys',
      resourceName: 'audited',
      workspaceId,
    })
    expect(rows[1]).toMatchObject({
      actorId: world.ownerId,
      userAgent: 'me/1',
      before: { name: 'audited' },
      after: { name: 'renamed' },
      requestBody: '{"name":"renamed"}',
    })
    expect(rows[3]?.after).toMatchObject({
      rotation_mode: 'manual',
      old_key_masked: expect.stringContaining('*******'),
    })
  })

  test('no secret stands in any reply, row or dump', async () => {
    const canary = await create('api-keys/workspace/service', { name: 'canary', workspace_id: workspaceId })
    const rotated = await ask('POST', `api-keys/${canary.body.id}/rotate`)
    await ask('PUT', `api-keys/${canary.body.id}`, {
      headers: { authorization: `Bearer ${world.adminKey}` },
      body: {
        name: `my key is ${canary.body.key}`,
        defaults: { metadata: { token: String(rotated.body.key) } },
      },
    })
    const secrets = [canary.body.key, rotated.body.key, world.adminKey, world.first.key].map(String)
    const { prisma } = world.database
    const audit = JSON.stringify(await prisma.auditEvent.findMany())
    const rows = JSON.stringify(await prisma.apiKeySecret.findMany())
    const sessions = JSON.stringify(await prisma.user.findMany())
    for (const secret of secrets) {
      expect(audit).not.toContain(secret)
      expect(rows).not.toContain(secret)
    }
    expect(sessions).not.toContain('correct horse')
    const replies = (
      await Promise.all(
        ['api-keys?page_size=100', `api-keys/${canary.body.id}/none`].map((path) => ask('GET', path)),
      )
    ).map(({ text }) => text)
    expect(replies.join()).not.toContain(world.adminKey)
    expect(replies.join()).not.toContain(world.first.key)
  })
})
