import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKeyVerbs } from '../admin/access.ts'
import { auditVerbs } from '../admin/audit-log.ts'
import { meVerbs } from '../admin/people-me.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

type Row = Record<string, unknown>

let world: AdminWorld
let routes: RouteHandlers
let keyId: string

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, apiKeyVerbs, meVerbs, auditVerbs)
  const made = await call('POST', 'api-keys/workspace/service', {
    name: 'bot',
    workspace_id: world.first.workspaceId,
    scopes: ['completions.write'],
  })
  keyId = made.body.id as string
  world.pass(1_000)
  await call('PUT', `api-keys/${keyId}`, { name: 'robot' })
  world.pass(1_000)
  await call('PUT', `api-keys/${keyId}`, { name: '' })
  const bare = await world.addKey('workspace-service', [])
  await world.call(routes, 'PUT', `api-keys/${keyId}`, { key: bare.secret, body: { name: 'mine' } })
  world.pass(1_000)
  await world.call(routes, 'PUT', 'admin/users/me', { userId: world.ownerId, body: { first_name: 'Ada' } })
})
afterAll(() => world.drop())

const call = (method: string, path: string, body?: unknown) =>
  world.call(routes, method, path, { key: world.adminKey, ...(body === undefined ? {} : { body }) })

const DAY_MS = 86_400_000
const day = () => ({
  start_time: new Date(world.runtime.now() - DAY_MS).toISOString(),
  end_time: new Date(world.runtime.now() + DAY_MS).toISOString(),
})
const ask = (more: Record<string, string> = {}) => `audit-logs?${new URLSearchParams({ ...day(), ...more })}`
const list = async (more: Record<string, string> = {}) => {
  const { status, body } = await call('GET', ask(more))
  expect(status).toBe(200)
  return body.records as Row[]
}

describe('audit logs', () => {
  test('tell each write once, newest first, with what it changed and no secret; one that failed is not told, one that was forbidden is', async () => {
    const { body } = await call('GET', ask({ resource_type: 'api_keys' }))
    expect(body).toMatchObject({ object: 'analytics-graph', data: body.records })
    const records = body.records as Row[]
    const ours = records.filter(({ resource_id }) => resource_id === keyId)
    expect(ours.map(({ action, response_status_code }) => [action, response_status_code])).toEqual([
      ['update', 403],
      ['update', 200],
      ['create', 200],
    ])
    expect(ours[1]).toMatchObject({
      method: 'PUT',
      user_type: 'api_key',
      organisation_id: world.first.organisationId,
      resource_name: 'robot',
      before: { name: 'bot' },
      after: { name: 'robot' },
    })
    expect(JSON.parse(ours[1]?.request_body as string)).toMatchObject({ name: 'robot' })
    expect(ours[0]).toMatchObject({ before: null, after: null })
    expect(JSON.stringify(records)).not.toContain(world.adminKey)
    const times = records.map(({ timestamp }) => Date.parse(timestamp as string))
    expect(times).toEqual([...times].sort((a, b) => b - a))
  })

  test('a person’s own profile shows what it was', async () => {
    const [row] = await list({ resource_type: 'users', user_type: 'user' })
    expect(row).toMatchObject({
      action: 'update',
      user_id: world.ownerId,
      before: { first_name: expect.any(String) },
      after: { first_name: 'Ada' },
    })
  })

  test('each filter narrows, and a page is a part of the whole', async () => {
    const all = await list()
    const filters: Record<string, string>[] = [
      { method: 'put' },
      { uri: `api-keys/${keyId}` },
      { action: 'create' },
      { response_status_code: '403' },
      { user_type: 'user' },
      { user_id: world.ownerId },
      { request_id: all[0]?.request_id as string },
      { workspace_id: world.first.workspaceId },
      { resource_id: keyId },
      { search: 'ROBOT' },
    ]
    for (const filter of filters) {
      const some = await list(filter)
      expect(some.length, JSON.stringify(filter)).toBeGreaterThan(0)
      expect(some.length, JSON.stringify(filter)).toBeLessThan(all.length)
    }
    expect(await list({ country: 'DE' })).toEqual([])
    expect(await list({ uri: '%' })).toEqual([])
    const second = await list({ page_size: '1', current_page: '1' })
    expect(second).toEqual([all[1]])
    const past = { start_time: '2020-01-01T00:00:00Z', end_time: '2020-01-02T00:00:00Z' }
    expect(await list(past)).toEqual([])
  })

  test('200: one entry is read by its id; 404 for one of another tenant as for one nobody has', async () => {
    const [row] = await list({ resource_id: keyId, action: 'create' })
    const { status, body } = await call('GET', `audit-logs/${row?.id}`)
    expect([status, body]).toEqual([200, row])
    const other = await world.addOrganisation('Elsewhere')
    const stranger = await world.addUser('owner', {}, other.id)
    const asked = await world.call(routes, 'GET', `audit-logs/${row?.id}`, { userId: stranger })
    const nowhere = await call('GET', 'audit-logs/nowhere')
    expect([asked.status, nowhere.status]).toEqual([404, 404])
    expect(asked.body.message).toBe(nowhere.body.message)
  })

  test.each([
    [{ start_time: '' }, 'start_time'],
    [{ end_time: '2020-01-01T00:00:00Z' }, 'end_time'],
    [{ user_id: 'me' }, 'user_id'],
    [{ request_id: 'x' }, 'request_id'],
    [{ user_type: 'robot' }, 'user_type'],
    [{ format: 'xml' }, 'format'],
  ])('%j is refused by name', async (more, field) => {
    const { status, body } = await call('GET', ask(more as Record<string, string>))
    expect(status).toBe(400)
    expect(body).toMatchObject({ errorCode: 'AB01', error: { param: field } })
  })

  test('csv and jsonl are the whole selection, whatever the page, and leave a row of their own', async () => {
    const filter = { resource_type: 'api_keys', page_size: '1' }
    const whole = await list({ resource_type: 'api_keys' })
    const csv = await call('GET', ask({ ...filter, format: 'csv' }))
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(csv.headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"$/,
    )
    const lines = csv.text.trimEnd().split('\r\n')
    expect(lines[0]?.split(',').slice(0, 3)).toEqual(['id', 'timestamp', 'request_id'])
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(whole.map(({ id }) => id))
    const jsonl = await call('GET', ask({ ...filter, format: 'jsonl' }))
    expect(
      jsonl.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(whole)
    const exports = await list({ resource_type: 'audit_logs', action: 'export' })
    expect(exports.length).toBe(2)
    expect(exports[0]).toMatchObject({ actor_name: 'TOLLGATE_ADMIN_KEY', user_type: 'api_key' })
  })

  test('a selection of many pieces is told once and in order', async () => {
    const many = 1_203
    const at = new Date(Date.UTC(2026, 0, 5))
    await world.database.prisma.auditEvent.createMany({
      data: Array.from({ length: many }, (_, index) => ({
        id: world.runtime.newId(),
        at,
        organisationId: world.first.organisationId,
        method: 'POST',
        uri: '/many',
        actorType: 'system',
        resourceType: 'many',
        resourceName: index % 2 === 0 ? '=1+1' : 'plain, "quoted"',
        action: 'create',
        responseStatusCode: 200,
      })),
    })
    const range = { start_time: '2026-01-05T00:00:00Z', end_time: '2026-01-06T00:00:00Z' }
    const { text } = await call('GET', ask({ ...range, format: 'jsonl' }))
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id as string)
    expect(ids.length).toBe(many)
    expect(ids).toEqual([...new Set(ids)].sort().reverse())
    const csv = await call('GET', ask({ ...range, format: 'csv' }))
    expect(csv.text).toContain(",'=1+1,")
    expect(csv.text).toContain(',"plain, ""quoted""",')
  })

  test('another tenant’s rows and names are nobody’s here', async () => {
    const other = await world.addOrganisation('Other')
    for (const more of [{ workspace_id: other.workspaceId }, { workspace_id: 'nowhere' }]) {
      const { status, body } = await call('GET', ask(more))
      expect([status, body.errorCode]).toEqual([404, 'AB02'])
    }
    const { status } = await call('GET', ask({ organisation_id: 'other' }))
    expect(status).toBe(404)
    const stranger = await world.addKey('organisation-service', ['audit_logs.list'], {
      organisationId: (
        await world.database.prisma.workspace.findUniqueOrThrow({ where: { id: other.workspaceId } })
      ).organisationId,
    })
    const seen = await world.call(routes, 'GET', ask(), { key: stranger.secret })
    expect(seen.body).toMatchObject({ total: 0, records: [] })
  })

  test('rows cannot be written or removed through the API', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await call(method, 'audit-logs')).status).toBe(405)
  })
})
