import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKeyVerbs } from '../admin/access.ts'
import { memberVerbs } from '../admin/members.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

type Who = { key?: string; userId?: string }
type Role = 'admin' | 'manager' | 'member'

let world: AdminWorld
let routes: RouteHandlers
let shop: { id: string; slug: string }
const inside = {} as Record<Role, string>

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, memberVerbs, apiKeyVerbs)
  shop = await world.addWorkspace('Shop')
  for (const role of ['admin', 'manager', 'member'] as const)
    inside[role] = await world.addUser('member', { [shop.id]: role })
})
afterAll(() => world.drop())

const NOBODY = '00000000-0000-7000-8000-000000000000'
const at = (user = '', workspace = shop.slug) => `admin/workspaces/${workspace}/users${user && `/${user}`}`
const owner = () => ({ userId: world.ownerId })
const add = (users: object[], ask: Who = owner(), workspace = shop.slug) =>
  world.call(routes, 'POST', at('', workspace), { ...ask, body: { workspace_id: workspace, users } })
const put = (user: string, role: string, ask: Who = owner()) =>
  world.call(routes, 'PUT', at(user), { ...ask, body: { user_id: user, role } })
const end = (user: string, ask: Who = owner()) => world.call(routes, 'DELETE', at(user), ask)
const roleOf = async (userId: string) =>
  (
    await world.database.prisma.membership.findUnique({
      where: { workspaceId_userId: { workspaceId: shop.id, userId } },
    })
  )?.role ?? null
const trail = (resourceId: string) =>
  world.database.prisma.auditEvent.findMany({ where: { resourceId, responseStatusCode: 200 } })
const events = (kind: string, userId: string) =>
  world.database.prisma.outboxMessage
    .findMany({ where: { kind, workspaceId: shop.id } })
    .then((rows) =>
      rows.map(({ payload }) => payload as { user_id: string }).filter((one) => one.user_id === userId),
    )

describe('members', () => {
  test('200: are listed and read with role and scopes', async () => {
    const { status, body } = await world.call(routes, 'GET', `${at()}?page_size=50&current_page=0`, owner())
    expect([status, body.object, body.total]).toEqual([200, 'list', 3])
    const rows = body.data as { id: string; role: string; scopes: string[] }[]
    expect(rows.map(({ role }) => role).sort()).toEqual(['admin', 'manager', 'member'])
    const one = await world.call(routes, 'GET', at(inside.member, shop.id), { userId: inside.manager })
    expect(one.body).toMatchObject({
      object: 'workspace-user',
      id: inside.member,
      org_role: 'member',
      role: 'member',
      status: 'active',
      workspace_id: shop.id,
      scopes: expect.arrayContaining(['completions.write']),
      settings: {},
    })
    const found = async (query: string) =>
      ((await world.call(routes, 'GET', `${at()}?${query}`, owner())).body.data as { id: string }[]).map(
        ({ id }) => id,
      )
    expect(await found('role=manager')).toEqual([inside.manager])
    expect(await found('role=ws-manager')).toEqual([inside.manager])
    expect(await found(`email=${inside.admin}@EXAMPLE.test`)).toEqual([inside.admin])
    expect(await found(`search=${inside.member.slice(6)}`)).toEqual([inside.member])
    expect(await found(`email=&workspace_id=${shop.slug}&page_size=2&current_page=1`)).toHaveLength(1)
  })

  test('200: are added by id or e-mail, with either spelling of a role', async () => {
    const [ana, ben] = [await world.addUser('member'), await world.addUser('member')]
    const answer = await add([
      { id: ana, role: 'ws-manager' },
      { id: `${ben}@Example.test`, role: 'member' },
    ])
    expect(answer).toMatchObject({ status: 200, body: {} })
    expect([await roleOf(ana), await roleOf(ben)]).toEqual(['manager', 'member'])
    expect(await events('member.added', ana)).toEqual([
      { user_id: ana, email: `${ana}@example.test`, workspace: 'Shop', role: 'manager', by: 'Owner' },
    ])
    const rows = await trail(shop.id)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      resourceType: 'users',
      action: 'create',
      workspaceId: shop.id,
      before: null,
      after: {
        users: [
          { id: ana, role: 'manager' },
          { id: ben, role: 'member' },
        ],
      },
    })
  })

  test('200: joining brings the key the organisation wants everybody to have', async () => {
    const { prisma } = world.database
    const settings = (value: object) =>
      prisma.organisation.update({ where: { id: world.first.organisationId }, data: { settings: value } })
    await settings({ user_api_key_auto_create: true })
    try {
      const ana = await world.addUser('member')
      await add([{ id: ana, role: 'member' }])
      expect(await prisma.apiKey.findMany({ where: { userId: ana } })).toMatchObject([
        { type: 'workspace-user', workspaceId: shop.id, creationMode: 'auto', status: 'active' },
      ])
    } finally {
      await settings({})
    }
  })

  test('404: whoever is not in the organisation is named, and nobody is added', async () => {
    const other = await world.addOrganisation('members-elsewhere')
    const theirs = await world.addUser('member', {}, other.id)
    const gone = await world.addUser('member')
    await world.database.prisma.user.update({ where: { id: gone }, data: { status: 'archived' } })
    const ana = await world.addUser('member')
    for (const id of [theirs, `${theirs}@example.test`, gone, NOBODY, 'nobody@example.test']) {
      const { status, body } = await add([
        { id: ana, role: 'member' },
        { id, role: 'member' },
      ])
      expect([status, body.errorCode, body.message]).toEqual([
        404,
        'AB02',
        'users.1.id names no person of this organisation.',
      ])
    }
    expect(await roleOf(ana)).toBeNull()
  })

  test.each([
    [{}, 'users'],
    [{ users: [] }, 'users'],
    [{ users: [{ id: NOBODY }] }, 'users.0.role'],
    [{ users: [{ id: NOBODY, role: 'owner' }] }, 'users.0.role'],
    [{ users: [{ id: NOBODY, role: 'member', roles: 1 }] }, 'users.0.roles'],
    [{ members: [] }, 'members'],
  ])('400: %j is refused, naming the field', async (body, param) => {
    const answer = await world.call(routes, 'POST', at(), { ...owner(), body })
    expect([answer.status, (answer.body.error as { param: string }).param]).toEqual([400, param])
  })

  test('400 for somebody named twice, 409 for who is in already, also when two add at once', async () => {
    const ana = await world.addUser('member')
    const twice = await add([
      { id: ana, role: 'member' },
      { id: `${ana}@example.test`, role: 'member' },
    ])
    expect(twice.status).toBe(400)
    const answers = await Promise.all([1, 2].map(() => add([{ id: ana, role: 'member' }])))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const { status, body } = await add([{ id: ana, role: 'manager' }])
    expect([status, body.errorCode]).toEqual([409, 'AB07'])
    expect(body.message).toBe(
      `${ana}@example.test is in this workspace already. Change the role there instead.`,
    )
    expect(await roleOf(ana)).toBe('member')
  })

  test('200: a role changes at once, for the person’s keys too', async () => {
    const ana = await world.addUser('member', { [shop.id]: 'manager' })
    const key = await world.addKey('workspace-user', ['workspace_users.list'], {
      workspaceId: shop.id,
      userId: ana,
    })
    expect((await world.call(routes, 'GET', at(), { key: key.secret })).status).toBe(200)
    expect(await put(ana, 'member')).toMatchObject({ status: 200, body: {} })
    expect((await world.call(routes, 'GET', at(), { key: key.secret })).status).toBe(403)
    expect(await trail(ana)).toMatchObject([
      {
        workspaceId: shop.id,
        resourceType: 'users',
        action: 'update',
        before: { role: 'manager' },
        after: { role: 'member' },
      },
    ])
    expect(await events('member.changed', ana)).toMatchObject([
      { role_before: 'manager', role: 'member', workspace: 'Shop' },
    ])
  })

  test('200: who is removed loses access and keys for good, also when they come back', async () => {
    const { prisma } = world.database
    const elsewhere = await world.addWorkspace('Elsewhere')
    const ana = await world.addUser('member', { [shop.id]: 'manager', [elsewhere.id]: 'member' })
    const scopes = ['workspace_users.list']
    const key = await world.addKey('workspace-user', scopes, { workspaceId: shop.id, userId: ana })
    const kept = await world.addKey('workspace-user', scopes, { workspaceId: elsewhere.id, userId: ana })
    expect((await world.call(routes, 'GET', at(), { key: key.secret })).status).toBe(200)

    expect(await end(ana)).toMatchObject({ status: 200, body: {} })
    expect((await world.call(routes, 'GET', at(), { key: key.secret })).status).toBe(401)
    expect((await world.call(routes, 'GET', at(), { userId: ana })).status).toBe(403)
    expect((await world.call(routes, 'GET', at(ana), owner())).status).toBe(404)
    expect((await prisma.apiKey.findUniqueOrThrow({ where: { id: kept.id } })).status).toBe('active')

    await add([{ id: ana, role: 'manager' }])
    expect((await world.call(routes, 'GET', at(), { key: key.secret })).status).toBe(401)
    expect((await trail(ana)).map(({ action, before, after }) => [action, before, after])).toEqual(
      expect.arrayContaining([
        ['delete', expect.objectContaining({ role: 'manager' }), { keys_ended: [expect.any(String)] }],
      ]),
    )
    expect(await events('member.removed', ana)).toMatchObject([{ workspace: 'Shop' }])
  })

  test('403: nobody grants above their own role, or touches who stands above', async () => {
    const ana = await world.addUser('member')
    const manager = { userId: inside.manager }
    const above = await add([{ id: ana, role: 'admin' }], manager)
    expect([above.status, above.body.message]).toEqual([
      403,
      'You cannot make somebody admin here: that is above your own role, manager. An admin of the workspace can.',
    ])
    expect((await add([{ id: ana, role: 'manager' }], manager)).status).toBe(200)
    expect((await put(ana, 'admin', manager)).status).toBe(403)
    expect((await put(inside.manager, 'admin', manager)).status).toBe(403)
    for (const answer of [await put(inside.admin, 'member', manager), await end(inside.admin, manager)]) {
      expect([answer.status, answer.body.message]).toEqual([
        403,
        'You cannot change or remove an admin: that is above your own role, manager. An admin of the workspace can.',
      ])
    }
    // An owner is an admin everywhere, whatever the list says.
    const boss = await world.addUser('owner', { [shop.id]: 'member' })
    expect((await end(boss, manager)).status).toBe(403)
    expect((await put(ana, 'admin', { userId: inside.admin })).status).toBe(200)
    const refusals = await world.database.prisma.auditEvent.findMany({
      where: { resourceId: inside.admin, responseStatusCode: 403 },
    })
    expect(refusals).toHaveLength(2)
    for (const row of refusals) expect(row).toMatchObject({ workspaceId: shop.id, before: null, after: null })
  })

  test('403: a service key, which managers can make, stands no higher than they do; an organisation key does', async () => {
    const scopes = ['create', 'update', 'delete', 'list', 'read'].map((verb) => `workspace_users.${verb}`)
    const service = await world.addKey('workspace-service', scopes, { workspaceId: shop.id })
    const ana = await world.addUser('member')
    const { status, body } = await add([{ id: ana, role: 'admin' }], { key: service.secret })
    expect([status, body.message]).toEqual([
      403,
      'You cannot make somebody admin here: that is above what this key stands for, manager. An admin of the workspace can.',
    ])
    expect((await add([{ id: ana, role: 'manager' }], { key: service.secret })).status).toBe(200)
    expect((await put(ana, 'admin', { key: world.adminKey })).status).toBe(200)
    expect((await end(ana, { key: service.secret })).status).toBe(403)
    expect((await end(ana, { key: world.adminKey })).status).toBe(200)
  })

  test('403: members and read-only keys change nobody', async () => {
    const ana = await world.addUser('member')
    const readOnly = await world.addKey(
      'workspace-service',
      ['workspace_users.list', 'workspace_users.read'],
      {
        workspaceId: shop.id,
      },
    )
    for (const ask of [{ userId: inside.member }, { key: readOnly.secret }]) {
      expect((await add([{ id: ana, role: 'member' }], ask)).status).toBe(403)
      expect((await put(inside.manager, 'member', ask)).status).toBe(403)
      expect((await end(inside.manager, ask)).status).toBe(403)
    }
  })

  test('404: another tenant’s workspace, one the caller is not in and none look alike', async () => {
    const other = await world.addOrganisation('members-theirs')
    const closed = await world.addWorkspace('Closed')
    const ana = await world.addUser('member')
    for (const workspace of [other.workspaceId, closed.id, closed.slug, NOBODY, 'ws-nope']) {
      for (const answer of [
        await world.call(routes, 'GET', at('', workspace), { userId: inside.admin }),
        await add([{ id: ana, role: 'member' }], { userId: inside.admin }, workspace),
        await world.call(routes, 'DELETE', at(ana, workspace), { userId: inside.admin }),
      ]) {
        expect([answer.status, answer.body.message]).toEqual([404, 'No such workspace.'])
      }
    }
    const foreign = await world.addUser('member', { [other.workspaceId]: 'member' }, other.id)
    for (const user of [foreign, NOBODY, 'x']) {
      const answer = await put(user, 'member')
      expect([answer.status, answer.body.message]).toEqual([404, 'No such member.'])
    }
  })
})
