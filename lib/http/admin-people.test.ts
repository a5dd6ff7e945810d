import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKeyVerbs } from '../admin/access.ts'
import { userVerbs } from '../admin/users.ts'
import { personRow } from '../contract/people.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let routes: RouteHandlers
let admin: string

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, userVerbs, apiKeyVerbs)
  admin = await world.addUser('admin')
})
afterAll(() => world.drop())

const NOBODY = '00000000-0000-7000-8000-000000000000'
type Who = { key?: string; userId?: string }

const get = (path: string, ask: Who = { userId: world.ownerId }) => world.call(routes, 'GET', path, ask)
const put = (id: string, role: string, ask: Who = { userId: world.ownerId }) =>
  world.call(routes, 'PUT', `admin/users/${id}`, { ...ask, body: { role } })
const end = (id: string, ask: Who = { userId: world.ownerId }) =>
  world.call(routes, 'DELETE', `admin/users/${id}`, { ...ask, body: { user_id: id } })
const stored = (id: string) => world.database.prisma.user.findUniqueOrThrow({ where: { id } })
const trail = (resourceId: string) => world.database.prisma.auditEvent.findMany({ where: { resourceId } })

describe('the people of an organisation', () => {
  test('200: are listed with their role and where they are, and filter as the contract says', async () => {
    const shop = await world.addWorkspace('Shop')
    const ana = await world.addUser('member', { [shop.id]: 'manager' })
    const { body } = await get('admin/users?currentPage=0&pageSize=100', { key: world.adminKey })
    const rows = body.data as { id: string; email: string; workspace_ids: string[]; role: string }[]
    expect(body).toMatchObject({ object: 'list', total: rows.length })
    expect(rows.find(({ id }) => id === ana)).toMatchObject({
      object: 'user',
      role: 'member',
      status: 'active',
      workspace_ids: ['ws-shop'],
      provisioned_by: 'invite',
    })
    expect(rows.find(({ id }) => id === world.ownerId)?.workspace_ids).toContain('ws-shop')
    expect(JSON.stringify(body)).not.toContain('scrypt')
    const some = async (query: string) =>
      ((await get(`admin/users?${query}`)).body.data as { id: string }[]).map(({ id }) => id)
    expect(await some('role=owner')).toEqual([world.ownerId])
    expect(await some(`email=${ana.toUpperCase()}@example.test`)).toEqual([ana])
    expect(await some(`email=${ana}`)).toEqual([])
    expect(await some(`search=${ana.slice(4)}`)).toEqual([ana])
    expect(await some('page_size=1&current_page=1')).toHaveLength(1)
    expect((await get('admin/users?role=boss')).status).toBe(400)
    expect((await get('admin/users?status=gone')).status).toBe(400)
  })

  test('200: one is read by id', async () => {
    expect((await get(`admin/users/${world.ownerId}`, { key: world.adminKey })).body).toMatchObject({
      object: 'user',
      id: world.ownerId,
      email: 'owner@example.test',
      role: 'owner',
    })
  })

  test('200: a single one tells where they are, when they were seen, and what would end with them', async () => {
    const shop = await world.addWorkspace('Corner shop')
    const dan = await world.addUser('member', { [shop.id]: 'manager' })
    const fresh = (await get(`admin/users/${dan}`)).body
    expect(personRow.parse(fresh)).toEqual(fresh)
    expect(fresh).toMatchObject({
      last_seen_at: null,
      workspaces: [{ id: shop.slug, workspace_id: shop.id, name: 'Corner shop', role: 'manager' }],
      holds: { sessions: 0, api_keys: 0 },
    })
    const now = world.runtime.now()
    const session = (lastSeen: number, more: object = {}) => ({
      id: world.runtime.newId(),
      userId: dan,
      lastSeenAt: new Date(lastSeen),
      expiresAt: new Date(now + 86_400_000),
      ...more,
    })
    await world.database.prisma.session.createMany({
      data: [
        session(now - 5_000),
        session(now - 1_000, { revokedAt: new Date(now) }),
        session(now - 9_000, { expiresAt: new Date(now) }),
      ],
    })
    await world.addKey('workspace-user', ['completions.write'], { workspaceId: shop.id, userId: dan })
    const seen = new Date(now - 1_000).toISOString()
    expect((await get(`admin/users/${dan}`)).body).toMatchObject({
      last_seen_at: seen,
      holds: { sessions: 1, api_keys: 1 },
    })
    const list = (await get(`admin/users?email=${dan}@example.test`)).body.data as object[]
    expect(list[0]).toMatchObject({ last_seen_at: seen })
    expect(list[0]).not.toHaveProperty('holds')
  })

  test('404: those of another organisation are nobody, whatever is tried', async () => {
    const other = await world.addOrganisation('people-elsewhere')
    const theirs = await world.addUser('member', {}, other.id)
    for (const id of [theirs, NOBODY, 'not-an-id']) {
      for (const answer of [await get(`admin/users/${id}`), await put(id, 'admin'), await end(id)]) {
        expect([answer.status, answer.body.errorCode, answer.body.message]).toEqual([
          404,
          'AB08',
          'No such user.',
        ])
      }
    }
    const list = await get('admin/users?page_size=100')
    expect(JSON.stringify(list.body)).not.toContain(theirs)
  })

  test('403: members and keys without the scope see and change nobody', async () => {
    const member = await world.addUser('member', { [world.first.workspaceId]: 'admin' })
    for (const answer of [
      await get('admin/users', { userId: member }),
      await put(admin, 'member', { userId: member }),
      await end(admin, { userId: member }),
    ]) {
      expect(answer.status).toBe(403)
    }
    const readOnly = await world.addKey('organisation-service', [
      'organisation_users.list',
      'organisation_users.read',
    ])
    expect((await get('admin/users', { key: readOnly.secret })).status).toBe(200)
    expect((await put(member, 'admin', { key: readOnly.secret })).status).toBe(403)
    expect((await end(member, { key: readOnly.secret })).status).toBe(403)
  })
})

describe('roles', () => {
  test('200: change at once, with one audit row and one event', async () => {
    const ben = await world.addUser('member')
    expect((await get('admin/users', { userId: ben })).status).toBe(403)
    expect(await put(ben, 'admin')).toMatchObject({ status: 200, body: {} })
    expect((await get('admin/users', { userId: ben })).status).toBe(200)
    expect(await put(ben, 'member')).toMatchObject({ status: 200 })
    expect((await get('admin/users', { userId: ben })).status).toBe(403)
    const rows = await trail(ben)
    expect(rows.map(({ action, resourceType }) => [action, resourceType])).toEqual([
      ['update', 'users'],
      ['update', 'users'],
      // The last refusal above names nobody, so it is not among these.
    ])
    expect(rows.map(({ before, after }) => [before, after])).toEqual(
      expect.arrayContaining([
        [expect.objectContaining({ role: 'member' }), expect.objectContaining({ role: 'admin' })],
        [expect.objectContaining({ role: 'admin' }), expect.objectContaining({ role: 'member' })],
      ]),
    )
    const events = await world.database.prisma.outboxMessage.findMany({ where: { kind: 'member.changed' } })
    expect(events.map(({ payload }) => payload)).toContainEqual({
      user_id: ben,
      email: `${ben}@example.test`,
      workspace: null,
      by: 'Owner',
      role_before: 'member',
      role: 'admin',
    })
  })

  test('400: nobody is made an owner, and unknown roles are named', async () => {
    const ben = await world.addUser('member')
    for (const role of ['owner', 'root', '']) {
      const { status, body } = await put(ben, role)
      expect([status, body.message]).toEqual([400, 'role must be admin or member'])
    }
  })

  test('403: an admin, and a key, cannot touch an owner', async () => {
    const second = await world.addUser('owner')
    for (const ask of [{ userId: admin }, { key: world.adminKey }]) {
      for (const { status, body } of [await put(second, 'member', ask), await end(second, ask)]) {
        expect([status, body.errorCode, body.message]).toEqual([
          403,
          'AB03',
          'Only an owner can change or remove an owner. Ask one of them.',
        ])
      }
    }
    expect((await stored(second)).role).toBe('owner')
    expect((await put(second, 'member')).status).toBe(200)
  })

  test('409: the last owner keeps the role and cannot leave, for keys as for themselves', async () => {
    for (const ask of [{ userId: world.ownerId }, { key: world.adminKey }]) {
      for (const { status, body } of [
        await put(world.ownerId, 'admin', ask),
        await end(world.ownerId, ask),
      ]) {
        expect([status, body.errorCode]).toEqual([409, 'AB07'])
        expect(body.message).toContain('This is the last owner')
      }
    }
    expect(await trail(world.ownerId)).toEqual([])
  })

  test('of two owners who remove each other at the same moment one stays', async () => {
    const other = await world.addOrganisation('two-owners')
    const [one, two] = [
      await world.addUser('owner', {}, other.id),
      await world.addUser('owner', {}, other.id),
    ]
    const answers = await Promise.all([end(one, { userId: two }), end(two, { userId: one })])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(
      await world.database.prisma.user.count({ where: { organisationId: other.id, status: 'active' } }),
    ).toBe(1)
  })
})

describe('removal', () => {
  test('200: sessions, keys and places end at once, and the row stays as history', async () => {
    const { prisma } = world.database
    const { workspaceId } = world.first
    const cat = await world.addUser('member', { [workspaceId]: 'manager' })
    const key = await world.addKey('workspace-user', ['workspace_user_api_keys.list'], { userId: cat })
    const service = await world.addKey('workspace-service', ['workspace_service_api_keys.list'])
    const sessionId = world.runtime.newId()
    await prisma.session.create({
      data: { id: sessionId, userId: cat, expiresAt: new Date(world.runtime.now() + 86_400_000) },
    })
    await prisma.passwordReset.create({
      data: {
        tokenHash: new Uint8Array([1, 2, 3]),
        userId: cat,
        expiresAt: new Date(world.runtime.now() + 1000),
      },
    })
    expect((await get('api-keys', { key: key.secret })).status).not.toBe(401)

    expect(await end(cat)).toMatchObject({ status: 200, body: {} })
    expect((await get('api-keys', { key: key.secret })).status).toBe(401)
    expect((await get('api-keys', { key: service.secret })).status).toBe(200)
    expect((await get('api-keys', { userId: cat })).status).toBe(401)
    expect((await prisma.session.findUniqueOrThrow({ where: { id: sessionId } })).revokedAt).not.toBeNull()
    expect(await prisma.passwordReset.count({ where: { userId: cat } })).toBe(0)
    expect(await prisma.apiKeySecret.count({ where: { apiKeyId: key.id } })).toBe(0)
    expect(await prisma.membership.count({ where: { userId: cat } })).toBe(0)
    expect((await get(`admin/users/${cat}`)).body).toMatchObject({ status: 'archived', workspace_ids: [] })
    expect(JSON.stringify((await get('admin/users?page_size=100')).body)).not.toContain(cat)
    expect(JSON.stringify((await get('admin/users?status=archived')).body)).toContain(cat)

    const rows = await trail(cat)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      resourceType: 'users',
      action: 'delete',
      actorId: world.ownerId,
      before: { role: 'member', status: 'active', workspaces: [{ role: 'manager' }] },
      after: { status: 'archived', workspaces: [], sessions_ended: 1, keys_ended: [expect.any(String)] },
    })
    expect(await prisma.outboxMessage.count({ where: { kind: 'member.removed' } })).toBeGreaterThan(0)
    // Once more is somebody who is not there.
    expect((await end(cat)).status).toBe(404)
  })

  test('200: an admin may leave, and an owner while another stays', async () => {
    const leaving = await world.addUser('admin')
    expect((await end(leaving, { userId: leaving })).status).toBe(200)
    const second = await world.addUser('owner')
    expect((await end(second, { userId: second })).status).toBe(200)
  })
})
