import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meVerbs, workspaceVerbs } from '../admin/workspaces.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let routes: RouteHandlers
let member: string

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, workspaceVerbs, meVerbs)
  await world.addWorkspace('Search')
  const shop = await world.addWorkspace('Shop')
  await world.database.prisma.workspace.update({ where: { id: shop.id }, data: { icon: '🛒' } })
  const gone = await world.addWorkspace('Gone')
  await world.database.prisma.workspace.update({ where: { id: gone.id }, data: { status: 'archived' } })
  member = await world.addUser('member', { [shop.id]: 'member' })
})
afterAll(() => world.drop())

const names = async (query: string, ask: { key?: string; userId?: string } = { key: world.adminKey }) =>
  ((await world.call(routes, 'GET', `admin/workspaces${query}`, ask)).body.data as { name: string }[]).map(
    ({ name }) => name,
  )

describe('workspaces', () => {
  test('the default one comes first; names filter as the contract says', async () => {
    expect(await names('')).toEqual(['Shared Team Workspace', 'Search', 'Shop'])
    expect(await names('?name=S')).toEqual(['Shared Team Workspace', 'Search', 'Shop'])
    expect(await names('?name=sh')).toEqual([])
    expect(await names('?name=S%25p')).toEqual([])
    expect(await names('?name=S_op')).toEqual([])
    expect(await names('?exact_name=Shop')).toEqual(['Shop'])
    expect(await names('?exact_name=Sho')).toEqual([])
    expect(await names('?exact_name=Shop&name_format=display')).toEqual(['🛒 Shop'])
    expect(await names('?status=archived')).toEqual(['Gone'])
    expect(await names('?status=active,archived&page_size=2&current_page=1')).toHaveLength(2)
    expect(
      (await world.call(routes, 'GET', 'admin/workspaces?status=odd', { key: world.adminKey })).status,
    ).toBe(400)
  })

  test('what clients write for nothing filters nothing; any other word is a word', async () => {
    for (const unsaid of ['', 'NOT_GIVEN', 'undefined', 'None', 'null'])
      expect(await names(`?name=${unsaid}`)).toHaveLength(3)
    expect(await names('?name=missing')).toEqual([])
  })

  test('a member and a workspace key see their own, never archived ones', async () => {
    expect(await names('?status=active,archived', { userId: member })).toEqual(['Shop'])
    const key = await world.addKey('workspace-service', ['workspaces.list'])
    expect(await names('', { key: key.secret })).toEqual(['Shared Team Workspace'])
  })

  test('one is read by id or slug, with its members; another’s is unknown', async () => {
    const { body } = await world.call(routes, 'GET', 'admin/workspaces/ws-shop', { key: world.adminKey })
    expect(body).toMatchObject({
      object: 'workspace',
      slug: 'ws-shop',
      is_default: 0,
      usage_limits: [],
      created_by: null,
      defaults: { metadata: {}, input_guardrails: [], output_guardrails: [], user_api_key_config: null },
      settings: {},
      security_settings: {},
      users: [{ id: member, scopes: expect.arrayContaining(['completions.write']), settings: {} }],
    })
    expect((await world.call(routes, 'GET', `admin/workspaces/${body.id}`, { userId: member })).status).toBe(
      200,
    )
    expect((await world.call(routes, 'GET', 'admin/workspaces/ws-search', { userId: member })).status).toBe(
      404,
    )
  })
})

describe('me', () => {
  test('a person reads who they are and what they may do where', async () => {
    const { body } = await world.call(routes, 'GET', 'admin/users/me', { userId: member })
    expect(body).toMatchObject({
      object: 'user',
      role: 'member',
      workspace_ids: ['ws-shop'],
      workspaces: [
        { slug: 'ws-shop', role: 'member', scopes: expect.arrayContaining(['completions.write']) },
      ],
      scopes: [],
      preferences: {},
      organisation: { slug: 'default' },
    })
    expect(JSON.stringify(body)).not.toContain('scrypt')
    const owner = await world.call(routes, 'GET', 'admin/users/me', { userId: world.ownerId })
    expect(owner.body.scopes).toHaveLength(139)
    expect((owner.body.workspaces as { role: string }[]).map(({ role }) => role)).toEqual([
      'admin',
      'admin',
      'admin',
    ])
  })

  test('preferences merge one level deep, and null takes one away', async () => {
    const put = (body: object) => world.call(routes, 'PUT', 'admin/users/me', { userId: member, body })
    await put({ preferences: { theme: 'dark', checklist: true } })
    const { body } = await put({
      firstName: 'Ana',
      preferences: { checklist: null, last_workspace: 'ws-shop' },
    })
    expect(body).toMatchObject({
      first_name: 'Ana',
      preferences: { theme: 'dark', last_workspace: 'ws-shop' },
    })
    expect(Object.keys(body.preferences as object)).toHaveLength(2)
    const big = await put({ preferences: { big: 'x'.repeat(20_000) } })
    expect([big.status, big.body.errorCode]).toEqual([400, 'AB01'])
  })
})
