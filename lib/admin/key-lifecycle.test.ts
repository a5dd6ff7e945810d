/** What keys do by themselves, with a real database and a clock that is moved. Source: admin-contract §3.5, §10. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseKey } from '../auth/keys.ts'
import { keyDirectory } from '../directory/keys.ts'
import { adminRoute, type RouteHandlers } from '../http/admin.ts'
import { type AdminWorld, type Ask, adminWorld, TEST_SECRET } from '../testing/admin.ts'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { apiKeyVerbs } from './access.ts'
import { keyJobs } from './key-lifecycle.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const HALF_HOUR_MS = 1_800_000

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, apiKeyVerbs)
  workspaceId = world.first.workspaceId
})
afterAll(() => world.drop())
// Each test starts with nothing due and nothing told.
beforeEach(async () => {
  const { prisma } = world.database
  await prisma.apiKey.updateMany({ data: { status: 'archived' } })
  await prisma.apiKeySecret.deleteMany({ where: { expiresAt: { not: null } } })
  await prisma.outboxMessage.deleteMany()
  await prisma.apiKey.updateMany({ where: { type: 'organisation-service' }, data: { status: 'active' } })
})

const tend = async () => {
  for (const job of keyJobs(world.runtime)) await job.run()
}
const ask = (method: string, path: string, more: Ask = { key: world.adminKey }) =>
  world.call(routes, method, path, more)
const make = async (more: object = {}) => {
  const body = {
    name: 'turning',
    workspace_id: workspaceId,
    scopes: ['logs.list', 'completions.write'],
    ...more,
  }
  const made = await ask('POST', `api-keys/workspace/${'user_id' in body ? 'user' : 'service'}`, {
    key: world.adminKey,
    body,
  })
  expect(made.text).not.toContain('"success":false')
  return { id: String(made.body.id), secret: String(made.body.key) }
}
const read = async (id: string) => (await ask('GET', `api-keys/${id}`)).body
const moveTo = (at: string | Date) => world.pass(new Date(at).getTime() - world.runtime.now())
const told = async (kind?: string): Promise<Record<string, unknown>[]> => {
  const messages = await world.database.prisma.outboxMessage.findMany({
    where: kind ? { kind } : {},
    orderBy: { createdAt: 'asc' },
  })
  return messages.map(({ kind, payload }) => ({ kind, ...(payload as object) }))
}
const opens = async (secret: string) => (await ask('GET', 'api-keys', { key: secret })).status !== 401
const audits = (id: string, action: string) =>
  world.database.prisma.auditEvent.findMany({ where: { resourceId: id, action, actorType: 'system' } })
const owners = async (role: 'owner' | 'admin' | 'member', at: 'admin' | 'manager' | 'member' = 'member') =>
  world.addUser(role, { [workspaceId]: at })

describe('a scheduled rotation', () => {
  test('turns a key at 00:00 UTC of its day, not a millisecond before, and plans the turn after', async () => {
    const { id } = await make({ rotation_policy: { rotation_period: 'weekly' } })
    const next = (await read(id)).rotation_policy as { next_rotation_at: string }
    expect(new Date(next.next_rotation_at).getUTCDay()).toBe(1)
    moveTo(new Date(new Date(next.next_rotation_at).getTime() - 1))
    await tend()
    expect((await read(id)).last_rotated_at).toBeNull()
    world.pass(1)
    const { mask } = await world.database.prisma.apiKey.findUniqueOrThrow({ where: { id } })
    await tend()
    const row = await read(id)
    expect(row.key).not.toBe(mask)
    expect(row).toMatchObject({
      last_rotated_at: next.next_rotation_at,
      key_transition_expires_at: new Date(world.runtime.now() + HALF_HOUR_MS).toISOString(),
      has_unrevealed_secret: true,
      rotation_policy: {
        rotation_period: 'weekly',
        next_rotation_at: new Date(world.runtime.now() + 7 * DAY_MS).toISOString(),
      },
    })
    expect(await told('key.rotated')).toEqual([
      {
        kind: 'key.rotated',
        id,
        name: 'turning',
        key: row.key,
        old_key: mask,
        link: `/api-keys?open=${id}`,
        old_expires_at: row.key_transition_expires_at,
        next_rotation_at: (row.rotation_policy as { next_rotation_at: string }).next_rotation_at,
      },
    ])
    expect(await audits(id, 'rotate')).toMatchObject([
      {
        actorType: 'system',
        actorId: null,
        uri: '/rotation',
        resourceType: 'api_keys',
        resourceName: 'turning',
        workspaceId,
        responseStatusCode: 200,
        before: { key: mask, last_rotated_at: null },
        after: {
          key: row.key,
          api_key_id: id,
          rotation_mode: 'auto',
          old_key_masked: mask,
          transition_expires_at: row.key_transition_expires_at,
        },
      },
    ])
    await tend()
    expect(await told('key.rotated')).toHaveLength(1)
  })

  test('happens once, however many processes work at it', async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, () => make({ rotation_policy: { rotation_period_days: 3 } })),
    )
    world.pass(3 * DAY_MS)
    await Promise.all([tend(), tend(), tend(), tend()])
    const rotated = await told('key.rotated')
    expect(rotated.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort())
    for (const { id } of made) {
      expect(await world.database.prisma.apiKeySecret.count({ where: { apiKeyId: id } })).toBe(2)
      expect(await audits(id, 'rotate')).toHaveLength(1)
    }
  })

  test('that breaks off in the middle has changed nothing, holds up no other key, and is made good', async () => {
    const { database } = world
    const broken = await make({ name: 'broken', rotation_policy: { rotation_period_days: 1 } })
    const whole = await make({ name: 'whole', rotation_policy: { rotation_period_days: 1 } })
    world.pass(DAY_MS)
    // The event is the last thing written, so all before it has to be undone.
    await database.pool.query(`
      create function break_off() returns trigger language plpgsql as $$
      begin if new.payload ->> 'name' = 'broken' then raise exception 'the lights went out'; end if; return new; end $$;
      create trigger break_off before insert on outbox_messages for each row execute function break_off();`)
    await expect(tend()).rejects.toThrow(/lights went out/)
    expect(await read(broken.id)).toMatchObject({ last_rotated_at: null, has_unrevealed_secret: false })
    expect(await database.prisma.apiKeySecret.count({ where: { apiKeyId: broken.id } })).toBe(1)
    expect(await audits(broken.id, 'rotate')).toEqual([])
    expect((await read(whole.id)).last_rotated_at).not.toBeNull()

    await database.pool.query('drop trigger break_off on outbox_messages; drop function break_off()')
    world.pass(5 * MINUTE_MS)
    await tend()
    expect((await read(broken.id)).last_rotated_at).not.toBeNull()
    expect((await told('key.rotated')).map(({ name }) => name).sort()).toEqual(['broken', 'whole'])
  })

  test('that was missed for weeks happens once at the next round', async () => {
    const { id } = await make({ rotation_policy: { rotation_period: 'weekly' } })
    world.pass(40 * DAY_MS)
    await tend()
    await tend()
    expect(await told('key.rotated')).toHaveLength(1)
    const { next_rotation_at } = (await read(id)).rotation_policy as { next_rotation_at: string }
    expect(new Date(next_rotation_at).getTime()).toBeGreaterThan(world.runtime.now())
  })

  test('of a day that was named happens on that day alone', async () => {
    const at = new Date(world.runtime.now() + 3 * DAY_MS)
    const { id } = await make({ rotation_policy: { next_rotation_at: at.toISOString() } })
    const midnight = `${at.toISOString().slice(0, 10)}T00:00:00.000Z`
    expect((await read(id)).rotation_policy).toMatchObject({ next_rotation_at: midnight })
    moveTo(midnight)
    await tend()
    expect(await read(id)).toMatchObject({ last_rotated_at: midnight, rotation_policy: null })
  })

  test('waits while the old secret of a rotation by hand still lives: at most two live', async () => {
    const { id } = await make({ rotation_policy: { rotation_period_days: 2 } })
    world.pass(1.5 * DAY_MS)
    await ask('PUT', `api-keys/${id}`, {
      key: world.adminKey,
      body: {
        rotation_policy: {
          rotation_period_days: 2,
          next_rotation_at: new Date(world.runtime.now() + DAY_MS).toISOString(),
        },
      },
    })
    const body = { key_transition_period_ms: 1.9 * DAY_MS }
    const byHand = await ask('POST', `api-keys/${id}/rotate`, { key: world.adminKey, body })
    const ends = String(byHand.body.key_transition_expires_at)
    await world.database.prisma.apiKey.update({
      where: { id },
      data: { nextRotationAt: new Date(world.runtime.now()) },
    })
    await tend()
    expect(await told('key.rotated')).toEqual([])
    moveTo(ends)
    await tend()
    expect(await told('key.rotated')).toHaveLength(1)
    expect(await opens(String(byHand.body.key))).toBe(true)
  })

  test.each([
    [
      'switched off',
      (id: string) => ask('PUT', `api-keys/${id}`, { key: world.adminKey, body: { status: 'disabled' } }),
    ],
    ['deleted', (id: string) => ask('DELETE', `api-keys/${id}`)],
    [
      'expired',
      (id: string) =>
        world.database.prisma.apiKey.update({
          where: { id },
          data: { expiresAt: new Date(world.runtime.now() + 1) },
        }),
    ],
  ])('leaves a key alone that is %s', async (_, act) => {
    const { id } = await make({ rotation_policy: { rotation_period_days: 1 } })
    await act(id)
    world.pass(DAY_MS)
    await tend()
    expect(await told('key.rotated')).toEqual([])
    expect(await audits(id, 'rotate')).toEqual([])
  })

  test('by hand counts as the turn: the next one is a whole period away', async () => {
    const { id } = await make({ rotation_policy: { rotation_period_days: 10 } })
    world.pass(9 * DAY_MS)
    await ask('POST', `api-keys/${id}/rotate`)
    const { next_rotation_at } = (await read(id)).rotation_policy as { next_rotation_at: string }
    expect(new Date(next_rotation_at).getTime()).toBe(
      Math.floor(world.runtime.now() / DAY_MS) * DAY_MS + 10 * DAY_MS,
    )
  })
})

describe('the new secret of a scheduled rotation', () => {
  const turned = async (more: object = {}) => {
    const { id, secret } = await make({ rotation_policy: { rotation_period_days: 1 }, ...more })
    world.pass(DAY_MS)
    await tend()
    return { id, secret }
  }
  const reveal = (id: string, userId: string) => ask('POST', `api-keys/${id}/reveal`, { userId })

  test('is shown once to the owner of a user key, and to nobody else', async () => {
    const owner = await owners('member')
    const manager = await owners('member', 'manager')
    const colleague = await owners('member')
    const { id } = await turned({ user_id: owner })
    expect((await reveal(id, manager)).status).toBe(403)
    expect((await reveal(id, world.ownerId)).status).toBe(403)
    expect((await reveal(id, colleague)).status).toBe(404)
    expect((await ask('POST', `api-keys/${id}/reveal`)).status).toBe(403)

    const shown = await reveal(id, owner)
    expect(shown.status).toBe(200)
    expect(parseKey(String(shown.body.key))).toBe('workspace-user')
    expect(await opens(String(shown.body.key))).toBe(true)
    expect((await read(id)).has_unrevealed_secret).toBe(false)
    const again = await reveal(id, owner)
    expect([again.status, again.body.errorCode]).toEqual([409, 'AB07'])
    expect(again.body.message).toMatch(/shown before/)
  })

  test('of a service key is shown to who may rotate it', async () => {
    const member = await owners('member')
    const manager = await owners('member', 'manager')
    const { id } = await turned()
    expect((await reveal(id, member)).status).toBe(404)
    expect((await reveal(id, manager)).status).toBe(200)
  })

  test('of two who ask at once one sees it', async () => {
    const owner = await owners('member')
    const { id } = await turned({ user_id: owner })
    const answers = await Promise.all([1, 2, 3].map(() => reveal(id, owner)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  test('is told to nobody in another organisation that it exists', async () => {
    const { id } = await turned()
    const other = await world.addOrganisation(`elsewhere-${world.runtime.now()}`)
    const stranger = await world.addUser('owner', {}, other.id)
    const answer = await reveal(id, stranger)
    const nobody = await reveal(world.runtime.newId(), stranger)
    expect([answer.status, answer.body.message]).toEqual([404, nobody.body.message])
  })

  test('waits thirty days, and no longer than the next turn, rotation by hand or deletion', async () => {
    const owner = await owners('member')
    const { id } = await turned({ user_id: owner })
    await ask('PUT', `api-keys/${id}`, { key: world.adminKey, body: { rotation_policy: null } })
    world.pass(30 * DAY_MS - 1)
    await tend()
    expect((await read(id)).has_unrevealed_secret).toBe(true)
    world.pass(1)
    expect((await read(id)).has_unrevealed_secret).toBe(false)
    expect((await reveal(id, owner)).status).toBe(409)
    await tend()
    const kept = () => world.database.prisma.keyReveal.count({ where: { apiKeyId: id } })
    expect(await kept()).toBe(0)

    const next = await turned({ user_id: owner })
    world.pass(HALF_HOUR_MS)
    await ask('POST', `api-keys/${next.id}/rotate`)
    expect((await reveal(next.id, owner)).status).toBe(409)
  })

  test('stands in clear in no table, audit row or event, though its reveal is audited', async () => {
    const owner = await owners('member')
    const { id } = await turned({ user_id: owner })
    const shown = String((await reveal(id, owner)).body.key)
    const rows = await world.database.prisma.auditEvent.findMany({
      where: { resourceId: id, action: 'export' },
    })
    expect(rows).toMatchObject([
      {
        actorId: owner,
        responseStatusCode: 200,
        before: { has_unrevealed_secret: true },
        after: { has_unrevealed_secret: false },
      },
    ])
    const second = await turned({ user_id: owner })
    const { secret } = await world.database.prisma.keyReveal.findFirstOrThrow({
      where: { apiKeyId: second.id },
    })
    const { decryptSecret } = await import('../secrets.ts')
    const sealed = decryptSecret(TEST_SECRET, secret)
    expect(parseKey(sealed)).toBe('workspace-user')
    const { rows: tables } = await world.database.pool.query(
      `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    )
    expect(tables.length).toBeGreaterThan(20)
    for (const { table_name } of tables) {
      const { rows: found } = await world.database.pool.query(
        `select 1 from "${table_name}" t where t::text like any($1) or t::text like any($2)`,
        [
          [`%${shown}%`, `%${sealed}%`],
          [shown, sealed].map((text) => `%${Buffer.from(text).toString('hex')}%`),
        ],
      )
      expect([table_name, found.length]).toEqual([table_name, 0])
    }
  })
})

describe('the old secret', () => {
  let gateway: TestGateway
  let directory: ReturnType<typeof keyDirectory>
  beforeAll(async () => {
    const { runtime, database } = world
    directory = keyDirectory(database.prisma, runtime.now)
    gateway = await startGateway('node', [{ slug: 'sandbox', provider: 'sandbox' }], {
      keys: directory,
      now: runtime.now,
    })
  })
  afterAll(() => gateway.close())
  const models = async (secret: string) =>
    (await fetch(`${gateway.baseUrl}/models`, { headers: { 'x-portkey-api-key': secret } })).status

  test('opens the data plane beside the new one to the last millisecond of its transition, then no more', async () => {
    const owner = await owners('member')
    const { id, secret: old } = await make({
      user_id: owner,
      rotation_policy: { rotation_period_days: 5, key_transition_period_ms: 2 * DAY_MS },
    })
    expect(await models(old)).toBe(200)
    world.pass(5 * DAY_MS)
    await tend()
    const { key_transition_expires_at } = await read(id)
    // What the triggers announce to a running process, which knew the old secret before it had an end.
    directory.changed('api_key_secrets', id)
    const shown = String((await ask('POST', `api-keys/${id}/reveal`, { userId: owner })).body.key)
    expect([await models(old), await models(shown)]).toEqual([200, 200])
    moveTo(new Date(new Date(String(key_transition_expires_at)).getTime() - 1))
    expect([await models(old), await models(shown)]).toEqual([200, 200])
    expect([await opens(old), await opens(shown)]).toEqual([true, true])
    world.pass(1)
    expect([await models(old), await models(shown)]).toEqual([401, 200])
    expect([await opens(old), await opens(shown)]).toEqual([false, true])
    await tend()
    expect(await world.database.prisma.apiKeySecret.count({ where: { apiKeyId: id } })).toBe(1)
    expect([await models(old), await models(shown)]).toEqual([401, 200])
  })

  test('is warned of once, within its last day', async () => {
    const { id } = await make()
    const body = { key_transition_period_ms: 3 * DAY_MS }
    const rotated = await ask('POST', `api-keys/${id}/rotate`, { key: world.adminKey, body })
    const ends = String(rotated.body.key_transition_expires_at)
    moveTo(new Date(new Date(ends).getTime() - DAY_MS - 1))
    await tend()
    expect(await told('key.version_expiring')).toEqual([])
    world.pass(1)
    await Promise.all([tend(), tend()])
    await tend()
    expect(await told('key.version_expiring')).toMatchObject([{ id, name: 'turning', expires_at: ends }])
  })
})

describe('people hear in time', () => {
  test('of a turn within a day, once a turn, and again when it is moved', async () => {
    const { id } = await make({ rotation_policy: { rotation_period_days: 5 } })
    const { next_rotation_at } = (await read(id)).rotation_policy as { next_rotation_at: string }
    moveTo(new Date(new Date(next_rotation_at).getTime() - DAY_MS - 1))
    await tend()
    expect(await told()).toEqual([])
    world.pass(1)
    await Promise.all([tend(), tend(), tend()])
    expect(await told()).toMatchObject([{ kind: 'key.rotation_upcoming', id, rotates_at: next_rotation_at }])
    const later = new Date(new Date(next_rotation_at).getTime() + DAY_MS).toISOString()
    await ask('PUT', `api-keys/${id}`, {
      key: world.adminKey,
      body: { rotation_policy: { rotation_period_days: 5, next_rotation_at: later } },
    })
    moveTo(next_rotation_at)
    await tend()
    expect((await told()).map(({ rotates_at }) => rotates_at)).toEqual([next_rotation_at, later])
  })

  test('of a key that ends: seven days and a day ahead and when it has ended, which is audited', async () => {
    const expires = new Date(world.runtime.now() + 20 * DAY_MS)
    const { id } = await make({ expires_at: expires.toISOString() })
    const stages = async () => (await told('key.expiring')).map(({ stage }) => stage)
    for (const [away, expected] of [
      [7 * DAY_MS + 1, []],
      [7 * DAY_MS, ['7d']],
      [DAY_MS + 1, ['7d']],
      [DAY_MS, ['7d', '1d']],
      [1, ['7d', '1d']],
      [0, ['7d', '1d', 'expired']],
      [-DAY_MS, ['7d', '1d', 'expired']],
    ] as const) {
      moveTo(new Date(expires.getTime() - away))
      await Promise.all([tend(), tend()])
      expect([away, await stages()]).toEqual([away, expected])
    }
    expect(await audits(id, 'update')).toMatchObject([
      {
        uri: '/expiry',
        before: { status: 'active' },
        after: { status: 'expired' },
        resourceType: 'api_keys',
      },
    ])
  })

  test('of the stage a key is in, not of those that were missed or that its maker has just said', async () => {
    const missed = await make({
      name: 'missed',
      expires_at: new Date(world.runtime.now() + 20 * DAY_MS).toISOString(),
    })
    world.pass(21 * DAY_MS)
    await make({ name: 'brief', expires_at: new Date(world.runtime.now() + DAY_MS / 2).toISOString() })
    await tend()
    expect(await told()).toMatchObject([{ id: missed.id, stage: 'expired' }])
    world.pass(DAY_MS / 2)
    await tend()
    expect((await told()).map(({ name, stage }) => `${name} ${stage}`)).toEqual([
      'missed expired',
      'brief expired',
    ])
  })

  test('of nothing about keys that are deleted, switched off, or whose person has gone', async () => {
    const person = await owners('member')
    const expires_at = new Date(world.runtime.now() + 10 * DAY_MS).toISOString()
    const [gone, off] = [await make({ expires_at }), await make({ expires_at })]
    await make({ expires_at, user_id: person, rotation_policy: { rotation_period_days: 9 } })
    await ask('DELETE', `api-keys/${gone.id}`)
    await ask('PUT', `api-keys/${off.id}`, { key: world.adminKey, body: { status: 'disabled' } })
    await world.database.prisma.user.update({ where: { id: person }, data: { status: 'archived' } })
    world.pass(9.5 * DAY_MS)
    await tend()
    world.pass(DAY_MS)
    await tend()
    expect(await told()).toEqual([])
  })

  test('of a provider that ends, the same way', async () => {
    const { prisma } = world.database
    const [integrationId, id] = [world.runtime.newId(), world.runtime.newId()]
    const expiresAt = new Date(world.runtime.now() + 10 * DAY_MS)
    const createdAt = new Date(world.runtime.now())
    await prisma.integration.create({
      data: {
        id: integrationId,
        organisationId: world.first.organisationId,
        slug: 'ending',
        name: 'Ending',
        aiProviderId: 'openai',
      },
    })
    await prisma.provider.create({
      data: { id, workspaceId, integrationId, slug: 'ending', name: 'Ending', expiresAt, createdAt },
    })
    for (const away of [7 * DAY_MS, DAY_MS, 0]) {
      moveTo(new Date(expiresAt.getTime() - away))
      await Promise.all([tend(), tend()])
    }
    expect(await told()).toMatchObject(
      ['7d', '1d', 'expired'].map((stage) => ({ kind: 'provider.expiring', id, slug: 'ending', stage })),
    )
    expect(await audits(id, 'update')).toMatchObject([
      { resourceType: 'providers', before: { status: 'active' }, after: { status: 'expired' } },
    ])
  })
})
