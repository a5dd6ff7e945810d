import NextAuth from 'next-auth/next'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { type AuthWorld, authOptions, localPath, readSession } from './user.ts'

const PASSWORD = 'correct horse battery staple'
const MINUTE = 60_000

let world: AdminWorld
let person = 0

beforeAll(async () => {
  world = await adminWorld()
})
afterAll(() => world.drop())

describe('signing in', () => {
  it('opens a session with a cookie that scripts and other sites cannot use', async () => {
    const { email } = await somebody()
    const { status, cookies } = await signIn(email, PASSWORD)
    expect(status).toBe(200)
    const cookie = cookies.find((each) => each.startsWith('tollgate.session='))!
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Lax/i)
    expect(cookie).not.toMatch(/Secure/i)
    expect(await readSession(auth(), withCookies(cookies))).toMatchObject({
      user: { email },
      organisation: { slug: 'default' },
    })
  })

  it('marks the cookie Secure when the console is reached over https', async () => {
    const { email } = await somebody()
    const { cookies } = await signIn(email, PASSWORD, { publicUrl: 'https://gate.example' })
    expect(cookies.find((each) => each.startsWith('__Secure-tollgate.session='))).toMatch(/; Secure/)
  })

  it('takes the e-mail in any case', async () => {
    const { email } = await somebody()
    expect((await signIn(email.toUpperCase(), PASSWORD)).status).toBe(200)
  })

  it('says the same to a wrong password, an unknown e-mail and a person who left', async () => {
    const { email } = await somebody()
    const gone = await somebody('archived')
    const answers = [
      await signIn(email, 'wrong'),
      await signIn('nobody@example.test', PASSWORD),
      await signIn(gone.email, PASSWORD),
      await signIn(email, 'x'.repeat(5000)),
    ]
    for (const { status, refusal } of answers) {
      expect(status).toBe(401)
      expect(refusal).toBe('That e-mail and password do not match. Check both and try again.')
    }
  })

  it('leaves a trace of every sign-in, good or bad', async () => {
    const { email, id } = await somebody()
    await signIn(email, 'wrong', { ip: '198.51.100.7' })
    world.pass(1000)
    await signIn(email, PASSWORD, { ip: '198.51.100.7' })
    const rows = await world.database.prisma.auditEvent.findMany({
      where: { resourceName: email },
      orderBy: { id: 'asc' },
    })
    expect(rows.map((row) => [row.action, row.responseStatusCode, row.actorId, row.clientIp])).toEqual([
      ['login', 401, id, '198.51.100.7'],
      ['login', 200, id, '198.51.100.7'],
    ])
    expect(JSON.stringify(rows)).not.toContain('wrong')
  })
})

it('tells nothing of the inside when the database is away', async () => {
  const away = new Proxy(
    {},
    { get: () => () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:5432')) },
  )
  const lost = { ...auth(), database: { prisma: away as AuthWorld['database']['prisma'] } }
  const { refusal } = await signIn('somebody@example.test', PASSWORD, { auth: lost })
  expect(refusal).toBe(
    'Sign-in is not possible right now. Try again in a minute; the server’s log has the reason.',
  )
})

describe('guessing', () => {
  it('is stopped after five failures of one e-mail, and told when to come back', async () => {
    const { email } = await somebody()
    for (let i = 0; i < 5; i++) await signIn(email, 'wrong')
    expect(await signIn(email, PASSWORD)).toMatchObject({
      status: 401,
      refusal: expect.stringMatching(
        /^Too many failed attempts\. Come back in 15 minutes, at \d\d:\d\d UTC\.$/,
      ),
    })
    world.pass(15 * MINUTE + 1)
    expect((await signIn(email, PASSWORD)).status).toBe(200)
  })

  it('is stopped after five failures from one address, whatever the e-mail', async () => {
    const { email } = await somebody()
    const ip = '203.0.113.99'
    for (let i = 0; i < 5; i++) await signIn(`guess-${i}@example.test`, 'wrong', { ip })
    expect((await signIn(email, PASSWORD, { ip })).refusal).toMatch(/^Too many/)
    expect((await signIn(email, PASSWORD)).status).toBe(200)
  })

  it('is stopped even when all attempts come at once', async () => {
    const { email } = await somebody()
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(email, 'wrong')))
    expect(answers.filter(({ refusal }) => refusal.startsWith('That e-mail'))).toHaveLength(5)
    expect(answers.filter(({ refusal }) => refusal.startsWith('Too many'))).toHaveLength(7)
  })

  it('forgets failures once the right password came', async () => {
    const { email } = await somebody()
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 4; i++) await signIn(email, 'wrong')
      expect((await signIn(email, PASSWORD)).status).toBe(200)
    }
  })
})

describe('a session', () => {
  it('ends at sign-out, even for a copy of its cookie', async () => {
    const { email } = await somebody()
    const { cookies } = await signIn(email, PASSWORD)
    await call('signout', { callbackUrl: '/sign-in' }, { cookies })
    expect(await readSession(auth(), withCookies(cookies))).toBeNull()
    expect(
      await world.database.prisma.auditEvent.count({ where: { resourceName: email, action: 'logout' } }),
    ).toBe(1)
  })

  it('ends at once when its row is revoked or its person archived', async () => {
    const first = await somebody()
    const second = await somebody()
    const one = await signIn(first.email, PASSWORD)
    const two = await signIn(second.email, PASSWORD)
    const { prisma } = world.database
    await prisma.session.updateMany({ where: { userId: first.id }, data: { revokedAt: new Date() } })
    await prisma.user.update({ where: { id: second.id }, data: { status: 'archived' } })
    expect(await readSession(auth(), withCookies(one.cookies))).toBeNull()
    expect(await readSession(auth(), withCookies(two.cookies))).toBeNull()
  })

  it('ends when the organisation says so, at its next call, although it began under a longer life', async () => {
    const { email } = await somebody()
    const { cookies } = await signIn(email, PASSWORD)
    world.pass(29 * 24 * 60 * MINUTE)
    expect(await readSession(auth(), withCookies(cookies))).not.toBeNull()
    const { prisma } = world.database
    const say = (settings: object) => prisma.organisation.updateMany({ data: { settings } })
    await say({ session_settings: { max_session_ttl: 900 } })
    expect(await readSession(auth(), withCookies(cookies))).toBeNull()
    const short = await signIn(email, PASSWORD)
    world.pass(15 * MINUTE - 1)
    expect(await readSession(auth(), withCookies(short.cookies))).not.toBeNull()
    world.pass(1)
    expect(await readSession(auth(), withCookies(short.cookies))).toBeNull()
    await say({})
    expect(await readSession(auth(), withCookies(short.cookies))).toBeNull()
  })

  it('lasts thirty days when nobody said', async () => {
    const { email } = await somebody()
    const { cookies } = await signIn(email, PASSWORD)
    world.pass(30 * 24 * 60 * MINUTE - 1)
    expect(await readSession(auth(), withCookies(cookies))).not.toBeNull()
    world.pass(1)
    expect(await readSession(auth(), withCookies(cookies))).toBeNull()
  })

  it('is nobody’s when the cookie is missing, forged or of another installation', async () => {
    const { email } = await somebody()
    const { cookies } = await signIn(email, PASSWORD)
    const elsewhere = {
      ...auth(),
      settings: { ...auth().settings, secret: 'another-secret-of-more-than-thirty-two-chars' },
    }
    expect(await readSession(auth(), new Headers())).toBeNull()
    expect(await readSession(auth(), new Headers({ cookie: 'tollgate.session=a.b.c' }))).toBeNull()
    expect(await readSession(elsewhere, withCookies(cookies))).toBeNull()
  })
})

it.each([
  ['/logs?open=1', '/logs?open=1'],
  ['http://localhost:3000/logs', '/logs'],
  ['https://evil.example', '/'],
  ['//evil.example', '/'],
  ['https://x//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?next=/', '/'],
  ['', '/'],
])('after sign-in, %s leads to %s', (asked, path) => expect(localPath(asked)).toBe(path))

interface How {
  ip?: string
  publicUrl?: string
  auth?: AuthWorld
  cookies?: readonly string[]
}

function auth(publicUrl = 'http://localhost:3000'): AuthWorld {
  const { settings, now } = world.runtime
  return { database: world.database, settings: { secret: settings.secret, publicUrl }, now }
}

async function somebody(status = 'active') {
  const id = await world.addUser('member')
  const { hashPassword } = await import('./password.ts')
  const email = `person-${++person}@example.test`
  await world.database.prisma.user.update({
    where: { id },
    data: { email, status, passwordHash: await hashPassword(PASSWORD) },
  })
  return { id, email }
}

async function signIn(email: string, password: string, how: How = {}) {
  const answer = await call('callback/credentials', { email, password, callbackUrl: '/' }, how)
  const url = new URL(String((answer.body as { url: string }).url), 'http://localhost')
  return { ...answer, refusal: url.searchParams.get('error') ?? '' }
}

let address = 0

/** A call as a browser makes it: first the CSRF token, then the form, through next-auth itself. */
async function call(path: string, form: Record<string, string>, { ip, cookies = [], ...how }: How) {
  const options = how.auth ?? auth(how.publicUrl)
  const forwarded = ip ?? `192.0.2.${++address % 250}`
  const csrf = await handle('GET', 'csrf', {}, cookies, forwarded, options)
  const { csrfToken } = csrf.body as { csrfToken: string }
  const body = { ...form, csrfToken, json: 'true' }
  return handle('POST', path, body, [...cookies, ...csrf.cookies], forwarded, options)
}

async function handle(
  method: string,
  path: string,
  body: Record<string, string>,
  cookies: readonly string[],
  ip: string,
  world: AuthWorld,
) {
  const answer = { status: 200, body: null as unknown, cookies: [] as string[] }
  const request = {
    method,
    query: { nextauth: path.split('/') },
    headers: { host: 'localhost:3000', 'x-forwarded-for': ip, 'user-agent': 'test' },
    cookies: Object.fromEntries(cookies.map((each) => [nameOf(each), decodeURIComponent(contentOf(each))])),
    body,
  }
  const reply = {
    status(code: number) {
      answer.status = code
      return reply
    },
    getHeader: () => answer.cookies,
    setHeader(name: string, value: string | string[]) {
      if (name.toLowerCase() === 'set-cookie') answer.cookies = [value].flat()
      return reply
    },
    json: (value: unknown) => {
      answer.body = value
    },
    send: (value: unknown) => {
      answer.body = value
    },
    end: () => {},
  }
  const run = NextAuth as unknown as (...args: unknown[]) => Promise<void>
  await run(request, reply, authOptions(world))
  return answer
}

function withCookies(cookies: readonly string[]): Headers {
  return new Headers({ cookie: cookies.map((each) => `${nameOf(each)}=${contentOf(each)}`).join('; ') })
}

const nameOf = (cookie: string) => cookie.slice(0, cookie.indexOf('='))
const contentOf = (cookie: string) => cookie.slice(cookie.indexOf('=') + 1).split(';')[0]!
