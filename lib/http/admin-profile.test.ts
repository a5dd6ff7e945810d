import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { profileVerbs } from '../admin/profile.ts'
import { passwordResetVerbs } from '../admin/profile-resets.ts'
import { hashPassword, verifyPassword } from '../auth/password.ts'
import { sessionRow } from '../contract/profile.ts'
import { decryptSecret } from '../secrets.ts'
import { type AdminWorld, type Ask, adminWorld, TEST_HOST, TEST_SECRET } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const OLD = 'an old password of hers'
const NEW = 'a new password of hers'
const MINUTE = 60_000
const ROOT = `http://${TEST_HOST}`

let world: AdminWorld
let routes: RouteHandlers
let oldHash: string
/** Sessions of the cookie that tests send, by person. */
const present = new Map<string, string>()

beforeAll(async () => {
  world = await adminWorld({
    readSession: async (request) => {
      const userId = /session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1]
      return userId ? { userId, sessionId: present.get(userId) ?? userId } : null
    },
  })
  routes = adminRoute(world.source, profileVerbs, passwordResetVerbs)
  oldHash = await hashPassword(OLD)
})
afterAll(() => world.drop())
beforeEach(() => world.pass(16 * MINUTE))

/** A little after the call before, so that rows have an order. */
const call = (method: string, path: string, ask: Ask) => {
  world.pass(5)
  return world.call(routes, method, path, ask)
}
const me = (method: string, path: string, userId: string, body?: unknown) =>
  call(method, `admin/users/me/${path}`, { userId, ...(body === undefined ? {} : { body }) })

async function somebody(status = 'active') {
  const id = await world.addUser('member', { [world.first.workspaceId]: 'member' })
  const { email } = await world.database.prisma.user.update({
    where: { id },
    data: { passwordHash: oldHash, status },
  })
  const sessions = [await addSession(id), await addSession(id), await addSession(id)] as const
  present.set(id, sessions[0])
  return { id, email, sessions }
}

async function addSession(userId: string): Promise<string> {
  const id = world.runtime.newId()
  const now = world.runtime.now()
  await world.database.prisma.session.create({
    data: {
      id,
      userId,
      ip: '198.51.100.7',
      userAgent: 'a browser',
      createdAt: new Date(now),
      lastSeenAt: new Date(now),
      expiresAt: new Date(now + 86_400_000),
    },
  })
  return id
}

const living = async (userId: string) =>
  (await world.database.prisma.session.findMany({ where: { userId, revokedAt: null } }))
    .map(({ id }) => id)
    .sort()
const opens = async (userId: string, password: string) => {
  const { passwordHash } = await world.database.prisma.user.findUniqueOrThrow({ where: { id: userId } })
  return verifyPassword(password, passwordHash ?? '')
}
const trail = (resourceId: string) =>
  world.database.prisma.auditEvent.findMany({ where: { resourceId }, orderBy: { id: 'asc' } })

describe('PUT /admin/users/me/password', () => {
  test('200: the new password opens, the old one does not, and every other session ends', async () => {
    const { id, sessions } = await somebody()
    const { status, body } = await me('PUT', 'password', id, { current_password: OLD, new_password: NEW })
    expect([status, body]).toEqual([200, {}])
    expect([await opens(id, NEW), await opens(id, OLD)]).toEqual([true, false])
    expect(await living(id)).toEqual([sessions[0]])
    const rows = await trail(id)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      action: 'update',
      actorId: id,
      after: { password_changed: true, sessions_ended: 2 },
    })
    expect(JSON.stringify(rows)).not.toMatch(/old password|new password|scrypt/)
  })

  test.each([
    ['current_password', { current_password: 'wrong', new_password: NEW }],
    ['current_password', { new_password: NEW }],
    ['new_password', { current_password: OLD, new_password: 'short' }],
    ['new_password', { current_password: OLD, new_password: 'x'.repeat(1025) }],
    ['new_password', { current_password: OLD, new_password: OLD }],
    ['new_password', { current_password: OLD }],
    ['password', { current_password: OLD, password: NEW }],
  ])('400 AB01: %s of %j', async (param, body) => {
    const { id, sessions } = await somebody()
    const refused = await me('PUT', 'password', id, body)
    expect([refused.status, (refused.body.error as { param: string }).param]).toEqual([400, param])
    expect(await opens(id, OLD)).toBe(true)
    expect(await living(id)).toHaveLength(sessions.length)
    expect(await trail(id)).toEqual([])
  })

  test('429: a stranger at somebody’s desk cannot guess on and on', async () => {
    const { id } = await somebody()
    const guess = () => me('PUT', 'password', id, { current_password: 'guess', new_password: NEW })
    for (let i = 0; i < 5; i++) expect((await guess()).status).toBe(400)
    const { status, body, headers } = await me('PUT', 'password', id, {
      current_password: OLD,
      new_password: NEW,
    })
    expect([status, body.errorCode]).toEqual([429, 'AB06'])
    expect(body.message).toMatch(/^Too many attempts\. Come back in 15 minutes, at \d\d:\d\d UTC\.$/)
    expect(Number(headers.get('retry-after'))).toBe(15 * 60)
    world.pass(15 * MINUTE + 1)
    expect((await me('PUT', 'password', id, { current_password: OLD, new_password: NEW })).status).toBe(200)
  })

  test('409: for a person who signs in elsewhere there is nothing to change', async () => {
    const { id } = await somebody()
    await world.database.prisma.user.update({ where: { id }, data: { passwordHash: null } })
    expect((await me('PUT', 'password', id, { current_password: OLD, new_password: NEW })).status).toBe(409)
  })
})

describe('sessions', () => {
  test('GET 200: the living ones, the present one marked; nobody else’s', async () => {
    const { id, sessions } = await somebody()
    const other = await somebody()
    const prisma = world.database.prisma
    await prisma.session.update({ where: { id: sessions[1] }, data: { revokedAt: new Date() } })
    const { status, body } = await me('GET', 'sessions', id)
    expect([status, body.total]).toEqual([200, 2])
    const rows = body.data as Record<string, unknown>[]
    for (const row of rows) expect(sessionRow.parse(row)).toEqual(row)
    expect(rows.map((row) => [row.id, row.is_current]).sort()).toEqual(
      [
        [sessions[0], true],
        [sessions[2], false],
      ].sort(),
    )
    expect(rows[0]).toMatchObject({ ip: '198.51.100.7', user_agent: 'a browser' })
    expect(JSON.stringify(rows)).not.toContain(other.sessions[0])
  })

  test('GET 200: a shorter life that the organisation set counts for those that began before', async () => {
    const { id } = await somebody()
    const say = (settings: object) => world.database.prisma.organisation.updateMany({ data: { settings } })
    await say({ session_settings: { max_session_ttl: 900 } })
    const [row] = (await me('GET', 'sessions', id)).body.data as { created_at: string; expires_at: string }[]
    expect(Date.parse(row!.expires_at) - Date.parse(row!.created_at)).toBe(900_000)
    world.pass(900_000)
    expect((await me('GET', 'sessions', id)).body).toMatchObject({ total: 0 })
    await say({})
  })

  test('DELETE 200: ends one; 404 for one that ended, another’s, and what is none', async () => {
    const { id, sessions } = await somebody()
    const other = await somebody()
    expect((await me('DELETE', `sessions/${sessions[1]}`, id)).body).toEqual({})
    expect(await living(id)).toEqual([sessions[0], sessions[2]].sort())
    for (const gone of [sessions[1], other.sessions[1], world.runtime.newId(), 'nope']) {
      const { status, body } = await me('DELETE', `sessions/${gone}`, id)
      expect([status, body.message]).toEqual([404, 'No such session.'])
    }
    expect(await living(other.id)).toHaveLength(3)
    expect(await trail(id)).toMatchObject([
      { action: 'delete', before: { id: sessions[1], is_current: false } },
    ])
  })

  test('POST sign-out-everywhere 200: all but this one; with include_current, this one too', async () => {
    const { id, sessions } = await somebody()
    await me('POST', 'sign-out-everywhere', id, {})
    expect(await living(id)).toEqual([sessions[0]])
    await me('POST', 'sign-out-everywhere', id, { include_current: true })
    expect(await living(id)).toEqual([])
    expect((await trail(id)).map(({ after }) => after)).toEqual([
      { sessions_ended: 2 },
      { sessions_ended: 1 },
    ])
  })

  test('403: keys have no sessions; 401: strangers', async () => {
    for (const [method, path] of [
      ['GET', 'sessions'],
      ['PUT', 'password'],
      ['POST', 'sign-out-everywhere'],
    ] as const) {
      const body = method === 'GET' ? {} : { body: {} }
      expect((await call(method, `admin/users/me/${path}`, { key: world.adminKey, ...body })).status).toBe(
        403,
      )
      expect((await call(method, `admin/users/me/${path}`, body)).status).toBe(401)
    }
  })
})

describe('a forgotten password', () => {
  const ask = (email: string, ip?: string) =>
    call('POST', 'admin/password-resets', {
      body: { email },
      ...(ip === undefined ? {} : { headers: { 'x-forwarded-for': ip } }),
    })
  const accept = (token: string, password = NEW) =>
    call('POST', 'admin/password-resets/accept', { body: { token, password } })
  const messages = (email: string) =>
    world.database.prisma.outboxMessage.findMany({
      where: { kind: 'password.reset', payload: { path: ['email'], equals: email } },
      orderBy: { id: 'asc' },
    })
  const tokenFor = async (email: string) => {
    await ask(email)
    const last = (await messages(email)).at(-1)!
    const link = decryptSecret(TEST_SECRET, last.secret!)
    const [page, token] = link.split('#')
    expect(page).toBe(`${ROOT}/reset/new`)
    return token!
  }

  test('200: a link is sent that opens once, within the hour; all sessions end', async () => {
    const { id, email } = await somebody()
    const token = await tokenFor(email.toUpperCase().toLowerCase())
    expect((await accept(token)).body).toEqual({})
    expect([await opens(id, NEW), await opens(id, OLD)]).toEqual([true, false])
    expect(await living(id)).toEqual([])
    const again = await accept(token, 'yet another password')
    expect([again.status, (again.body.error as { param: string }).param]).toEqual([400, 'token'])
    expect(await opens(id, NEW)).toBe(true)
  })

  test('200: two at once use a link once', async () => {
    const { email } = await somebody()
    const token = await tokenFor(email)
    const answers = await Promise.all([
      accept(token, 'the one password'),
      accept(token, 'the other password'),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  test('400: after an hour, once a newer link was sent, once the password was changed, or for a person who left', async () => {
    const late = await somebody()
    const lateToken = await tokenFor(late.email)
    world.pass(60 * MINUTE)
    expect((await accept(lateToken)).status).toBe(400)

    const twice = await somebody()
    const older = await tokenFor(twice.email)
    const newer = await tokenFor(twice.email)
    expect([(await accept(older)).status, (await accept(newer)).status]).toEqual([400, 200])

    const changed = await somebody()
    const before = await tokenFor(changed.email)
    await me('PUT', 'password', changed.id, { current_password: OLD, new_password: NEW })
    expect((await accept(before, 'a third password')).status).toBe(400)

    const left = await somebody()
    const kept = await tokenFor(left.email)
    await world.database.prisma.user.update({ where: { id: left.id }, data: { status: 'archived' } })
    expect((await accept(kept)).status).toBe(400)
    expect((await accept('nope')).status).toBe(400)
  })

  test('the answer is the same, and takes as long, whether there is such a person or not', async () => {
    const { email } = await somebody()
    const gone = await somebody('archived')
    const elsewhere = await somebody()
    await world.database.prisma.user.update({ where: { id: elsewhere.id }, data: { passwordHash: null } })
    const times: number[] = []
    for (const who of [email, 'nobody@example.test', gone.email, elsewhere.email]) {
      const startedMs = performance.now()
      const { status, body } = await ask(who)
      times.push(performance.now() - startedMs)
      expect([status, body]).toEqual([200, {}])
    }
    expect(Math.min(...times)).toBeGreaterThan(490)
    expect(await messages(email)).toHaveLength(1)
    for (const who of ['nobody@example.test', gone.email, elsewhere.email])
      expect(await messages(who)).toEqual([])
  })

  test('429: five an e-mail and five an address in 15 minutes, known or not, and sign-in is not barred by it', async () => {
    const { email } = await somebody()
    for (const who of [email, 'unknown@example.test']) {
      const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => ask(who, `203.0.113.${i}`)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429])
    }
    world.pass(16 * MINUTE)
    const fromOne = await Promise.all(
      Array.from({ length: 6 }, (_, i) => ask(`guess-${i}@example.test`, '203.0.113.77')),
    )
    expect(fromOne.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429])
    const signIns = await world.database.prisma.signInFailure.count({ where: { email } })
    expect(signIns).toBe(0)
  })

  test('a new password lifts the bar that wrong ones put on the sign-in', async () => {
    const { email } = await somebody()
    await world.database.prisma.signInFailure.create({
      data: { id: world.runtime.newId(), email, ip: '203.0.113.5', at: new Date(world.runtime.now()) },
    })
    await accept(await tokenFor(email))
    expect(await world.database.prisma.signInFailure.count({ where: { email } })).toBe(0)
  })

  test('leaves a trace without token or password, of whoever it was', async () => {
    const { id, email } = await somebody()
    const token = await tokenFor(email)
    await accept(token)
    const rows = await trail(id)
    expect(rows.map((row) => [row.action, row.actorType, row.responseStatusCode])).toEqual([
      ['reset', 'system', 200],
      ['reset', 'user', 200],
    ])
    const outbox = await messages(email)
    expect(outbox[0]?.payload).toEqual({ user_id: id, email, expires_at: expect.any(String) })
    expect(JSON.stringify([rows, outbox.map(({ payload }) => payload)])).not.toContain(token)
    expect(JSON.stringify(rows)).not.toContain(NEW)
    await ask('no-such-person@example.test')
    const [unknown] = await world.database.prisma.auditEvent.findMany({
      where: { resourceName: 'no-such-person@example.test' },
    })
    expect(unknown).toMatchObject({ organisationId: world.first.organisationId, resourceId: null })
  })

  test.each([
    ['email', {}],
    ['email', { email: '' }],
    ['email', { email: 5 }],
  ])('400: %s of %j', async (param, body) => {
    const { status, body: refused } = await call('POST', 'admin/password-resets', { body })
    expect([status, (refused.error as { param: string }).param]).toEqual([400, param])
  })
})
