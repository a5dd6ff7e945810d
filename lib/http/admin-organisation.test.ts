import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { organisationVerbs } from '../admin/organisation.ts'
import { NOT_ENFORCED, organisationRow } from '../contract/organisation.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let routes: RouteHandlers

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, organisationVerbs)
})
afterAll(() => world.drop())
beforeEach(() =>
  world.database.prisma.organisation.update({
    where: { id: world.first.organisationId },
    data: { settings: {}, securitySettings: {}, logo: null },
  }),
)

const read = (ask: Ask = { key: world.adminKey }) => world.call(routes, 'GET', 'admin/organisation', ask)
const put = (body: unknown, ask: Ask = { key: world.adminKey }) =>
  world.call(routes, 'PUT', 'admin/organisation', { ...ask, body })
const settings = async () => (await read()).body.settings as Record<string, unknown>

const SCHEMA = {
  type: 'object',
  properties: { team: { type: 'string', enum: ['red', 'blue'] } },
  required: ['team'],
  additionalProperties: true,
}

describe('GET /admin/organisation', () => {
  test('200: every setting and toggle, as they are when nobody said', async () => {
    const { status, body } = await read()
    expect(status).toBe(200)
    expect(organisationRow.parse(body)).toEqual(body)
    expect(body).toMatchObject({
      object: 'organisation',
      id: world.first.organisationId,
      logo: null,
      settings: {
        request_logging: 'full',
        allow_workspace_override: false,
        user_attribution: { enabled: false, allow_override: false, allow_workspace_override: true },
        unpriced_calls: 'allow',
        cache_threshold: 0.95,
        block_inline_config: false,
        user_api_key_ttl: { default_days: null, max_days: null },
        export_settings: { deniedFields: [] },
        session_settings: { max_session_ttl: null },
        retention: { logs_days: 90, bodies_days: 90, metrics_days: 365 },
      },
      security_settings: {
        membersWriteConfigs: false,
        membersViewLogs: true,
        workspace_overrides: { logs: false },
      },
    })
  })

  test('200: says which settings nothing acts on yet, and each of them is one', async () => {
    const { body } = await read()
    expect(body.not_enforced).toEqual([...NOT_ENFORCED])
    for (const path of NOT_ENFORCED) {
      const value = path.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], body)
      expect(value, path).not.toBeUndefined()
    }
  })

  test('403 AB03 for members and for keys without the scope', async () => {
    const member = await world.addUser('member', { [world.first.workspaceId]: 'admin' })
    const key = await world.addKey('organisation-service', ['organisation_settings.update'])
    for (const ask of [{ userId: member }, { key: key.secret }]) {
      const { status, body } = await read(ask)
      expect([status, body.errorCode]).toEqual([403, 'AB03'])
    }
  })
})

describe('PUT /admin/organisation', () => {
  test('200: each setting is kept as it was said, in the form the contract gives it', async () => {
    const said = {
      api_key_metadata_schema: SCHEMA,
      workspace_metadata_schema: { type: 'object', additionalProperties: true },
      request_logging: 'metrics_only',
      allow_workspace_override: true,
      user_attribution: { enabled: true, allow_override: true, allow_workspace_override: false },
      cache_default_ttl: 60,
      unpriced_calls: 'refuse',
      cache_threshold: 0.5,
      cache_embedding_model: '@openai/text-embedding-3-small',
      user_api_key_auto_create: true,
      default_workspace_user_api_key_auto_create: true,
      user_api_key_ttl: { default_days: 30, max_days: 90 },
      max_user_api_keys: 3,
      user_api_key_rotation_period: 45,
      block_inline_config: true,
      export_settings: { deniedFields: ['request', 'response'] },
      session_settings: { max_session_ttl: 900 },
      gateway_url: 'https://gate.example/v1',
      mcp_gateway_url: 'https://mcp.example/v1',
      retention: { logs_days: 30, bodies_days: 7, metrics_days: 400 },
    }
    const { status, body } = await put({
      name: 'Acme',
      logo: 'https://acme.example/logo.png',
      settings: said,
    })
    expect([status, body.message]).toEqual([200, undefined])
    const expected = {
      ...said,
      workspace_metadata_schema: { type: 'object', properties: {}, additionalProperties: true },
    }
    expect(body).toMatchObject({ name: 'Acme', logo: 'https://acme.example/logo.png', settings: expected })
    expect((await read()).body).toEqual(body)
    expect(organisationRow.parse(body)).toEqual(body)
  })

  test.each([
    ['weekly', 7],
    ['monthly', 30],
    [1, 1],
    [365, 365],
  ])('200: user keys turn %s: %s days', async (said, days) => {
    await put({ settings: { user_api_key_rotation_period: said } })
    expect(await settings()).toMatchObject({ user_api_key_rotation_period: days })
  })

  test.each([
    ['https://gate.example', 'https://gate.example/v1'],
    ['https://gate.example/', 'https://gate.example/v1'],
    ['https://gate.example/v1/', 'https://gate.example/v1'],
    ['https://gate.example/v1/v1', 'https://gate.example/v1'],
    ['https://gate.example/api/v1', 'https://gate.example/api/v1'],
    ['http://10.0.0.5:8080/llm', 'http://10.0.0.5:8080/llm/v1'],
  ])('200: the address %s is kept as %s', async (said, kept) => {
    await put({ settings: { gateway_url: said } })
    expect(await settings()).toMatchObject({ gateway_url: kept })
  })

  test('200: absent leaves, null clears, at every level', async () => {
    await put({
      settings: {
        max_user_api_keys: 4,
        user_attribution: { enabled: true, allow_override: true },
        api_key_metadata_schema: SCHEMA,
      },
      security_settings: { membersWriteConfigs: true },
    })
    await put({ settings: { user_attribution: { allow_override: null } } })
    expect(await settings()).toMatchObject({
      max_user_api_keys: 4,
      user_attribution: { enabled: true, allow_override: false },
      api_key_metadata_schema: SCHEMA,
    })
    await put({
      settings: { max_user_api_keys: null, user_attribution: null, api_key_metadata_schema: null },
      security_settings: { membersWriteConfigs: null },
    })
    expect((await read()).body).toMatchObject({
      settings: {
        max_user_api_keys: null,
        user_attribution: { enabled: false },
        api_key_metadata_schema: null,
      },
      security_settings: { membersWriteConfigs: false },
    })
    const { settings: kept } = await world.database.prisma.organisation.findUniqueOrThrow({
      where: { id: world.first.organisationId },
    })
    expect(kept).toEqual({})
  })

  test('200: what was read can be written back, and changes nothing', async () => {
    await put({ settings: { user_api_key_ttl: { max_days: 5 }, request_logging: 'metrics_only' } })
    const { body } = await read()
    const again = await put({
      name: body.name,
      logo: body.logo,
      settings: body.settings,
      security_settings: body.security_settings,
    })
    expect([again.status, again.body.message]).toEqual([200, undefined])
    expect(again.body).toMatchObject({ settings: body.settings, security_settings: body.security_settings })
  })

  test('200: logging may be said with what workspaces may do about it', async () => {
    await put({ settings: { request_logging: { mode: 'metrics_only', allow_workspace_override: true } } })
    expect(await settings()).toMatchObject({
      request_logging: 'metrics_only',
      allow_workspace_override: true,
    })
  })

  test('200: saved-only mode is one switch by two names', async () => {
    await put({ settings: { block_inline_config: true } })
    expect((await read()).body).toMatchObject({
      settings: { block_inline_config: true },
      security_settings: { block_inline_config: true },
    })
    await put({ security_settings: { block_inline_config: false } })
    expect(await settings()).toMatchObject({ block_inline_config: false })
    const { settings: kept } = await world.database.prisma.organisation.findUniqueOrThrow({
      where: { id: world.first.organisationId },
    })
    expect(kept).toEqual({})
    const { status, body } = await put({
      settings: { block_inline_config: true },
      security_settings: { block_inline_config: false },
    })
    expect([status, (body.error as { param: string }).param]).toEqual([400, 'settings.block_inline_config'])
  })

  test('200: two changes at once are both kept', async () => {
    await Promise.all([
      put({ settings: { max_user_api_keys: 2 } }),
      put({ settings: { cache_default_ttl: 100 } }),
      put({ security_settings: { membersViewLogs: false } }),
    ])
    expect((await read()).body).toMatchObject({
      settings: { max_user_api_keys: 2, cache_default_ttl: 100 },
      security_settings: { membersViewLogs: false },
    })
  })

  test.each([
    ['name', { name: '' }],
    ['logo', { logo: 'javascript:alert(1)' }],
    ['logo', { logo: 'data:text/html;base64,PGI+' }],
    [
      'settings.api_key_metadata_schema.additionalProperties',
      { settings: { api_key_metadata_schema: { type: 'object' } } },
    ],
    ['settings.request_logging', { settings: { request_logging: 'none' } }],
    ['settings.user_attribution.enabled', { settings: { user_attribution: { enabled: 'maybe' } } }],
    ['settings.cache_default_ttl', { settings: { cache_default_ttl: 59 } }],
    ['settings.cache_default_ttl', { settings: { cache_default_ttl: 25_923_001 } }],
    ['settings.unpriced_calls', { settings: { unpriced_calls: 'deny' } }],
    ['settings.cache_threshold', { settings: { cache_threshold: 1.1 } }],
    ['settings.cache_embedding_model', { settings: { cache_embedding_model: 'text-embedding-3-small' } }],
    [
      'settings.user_api_key_ttl.default_days',
      { settings: { user_api_key_ttl: { default_days: 9, max_days: 8 } } },
    ],
    ['settings.user_api_key_ttl.max_days', { settings: { user_api_key_ttl: { max_days: 1.5 } } }],
    ['settings.max_user_api_keys', { settings: { max_user_api_keys: 0 } }],
    ['settings.user_api_key_rotation_period', { settings: { user_api_key_rotation_period: 366 } }],
    ['settings.user_api_key_rotation_period', { settings: { user_api_key_rotation_period: 'daily' } }],
    [
      'settings.export_settings.deniedFields.0',
      { settings: { export_settings: { deniedFields: ['password'] } } },
    ],
    [
      'settings.session_settings.max_session_ttl',
      { settings: { session_settings: { max_session_ttl: 899 } } },
    ],
    ['settings.gateway_url', { settings: { gateway_url: 'gate.example' } }],
    ['settings.gateway_url', { settings: { gateway_url: 'https://me:secret@gate.example' } }],
    ['settings.gateway_url', { settings: { gateway_url: 'https://gate.example/?key=1' } }],
    ['settings.retention.logs_days', { settings: { retention: { logs_days: 31 } } }],
    ['settings.retention.bodies_days', { settings: { retention: { logs_days: 7, bodies_days: 30 } } }],
    ['security_settings.membersViewLogs', { security_settings: { membersViewLogs: 'sometimes' } }],
    ['defaults', { defaults: { input_guardrails: [] } }],
    ['auth_settings', { auth_settings: {} }],
  ])('400 AB01: %s', async (param, body) => {
    const refused = await put(body)
    expect([refused.status, refused.body.errorCode]).toEqual([400, 'AB01'])
    expect((refused.body.error as { param: string }).param).toBe(param)
  })

  test('400: a default that the present maximum does not allow, named; nothing is kept', async () => {
    await put({ settings: { user_api_key_ttl: { max_days: 10 } } })
    const { status, body } = await put({
      settings: { user_api_key_ttl: { default_days: 11 }, max_user_api_keys: 1 },
    })
    expect([status, body.message]).toEqual([
      400,
      'settings.user_api_key_ttl.default_days must be at most max_days (10)',
    ])
    expect(await settings()).toMatchObject({ max_user_api_keys: null })
  })

  test.each([
    [{ settings: { session_setting: {} } }, 'settings.session_setting', 'session_settings'],
    [{ settings: { retention: { log_days: 7 } } }, 'settings.retention.log_days', 'logs_days'],
    [
      { settings: { export_settings: { denied_fields: [] } } },
      'settings.export_settings.denied_fields',
      'deniedFields',
    ],
    [{ security_settings: { memberViewLogs: true } }, 'security_settings.memberViewLogs', 'membersViewLogs'],
    [
      { security_settings: { workspace_overrides: { log: true } } },
      'security_settings.workspace_overrides.log',
      'logs',
    ],
    [{ request_logging: 'full' }, 'request_logging', 'settings.request_logging'],
    [{ security: {} }, 'security', 'security_settings'],
  ])('400: %j names the field that was meant', async (body, path, meant) => {
    const refused = await put(body)
    expect([refused.status, refused.body.message]).toEqual([
      400,
      `${path} is not a field; did you mean ${meant}?`,
    ])
  })

  test('one audit row a change, with what it was before; none for a refusal', async () => {
    const rows = () =>
      world.database.prisma.auditEvent.findMany({
        where: { resourceType: 'organisation' },
        orderBy: { id: 'asc' },
      })
    const before = (await rows()).length
    world.pass(1000)
    await put({ settings: { max_user_api_keys: 7 } })
    await put({ settings: { max_user_api_keys: 'seven' } })
    const [row, ...more] = (await rows()).slice(before)
    expect(more).toEqual([])
    expect(row).toMatchObject({
      action: 'update',
      resourceId: world.first.organisationId,
      before: { settings: { max_user_api_keys: null } },
      after: { settings: { max_user_api_keys: 7 } },
    })
  })

  test('403: a member, a key that may only read, a workspace key; of another tenant, nothing changes', async () => {
    const member = await world.addUser('member', { [world.first.workspaceId]: 'admin' })
    const reader = await world.addKey('organisation-service', ['organisation_settings.read'])
    const service = await world.addKey('workspace-service', ['workspaces.update'])
    for (const ask of [{ userId: member }, { key: reader.secret }, { key: service.secret }]) {
      const { status, body } = await put({ name: 'Theirs' }, ask)
      expect([status, body.errorCode]).toEqual([403, 'AB03'])
    }
    const other = await world.addOrganisation('other-organisation')
    const key = await world.addKey(
      'organisation-service',
      ['organisation_settings.read', 'organisation_settings.update'],
      { organisationId: other.id },
    )
    const theirs = await put({ name: 'Elsewhere', settings: { max_user_api_keys: 9 } }, { key: key.secret })
    expect(theirs.body).toMatchObject({ id: other.id, name: 'Elsewhere' })
    expect((await read()).body).toMatchObject({ settings: { max_user_api_keys: null } })
    expect((await read()).body.name).not.toBe('Elsewhere')
  })

  test('a cookie from a page of another site changes nothing', async () => {
    const ask = { userId: world.ownerId, headers: { origin: 'https://evil.example' } }
    expect((await put({ name: 'Evil' }, ask)).status).toBe(403)
  })
})
