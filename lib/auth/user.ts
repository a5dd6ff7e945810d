/**
 * Who is signed in to the console: next-auth keeps the cookie, a `sessions` row keeps the truth. The token carries the
 * row's id and the row is checked on every read, so a revoked session ends at once. Source: architecture §8,
 * admin-contract §6.4.
 */
import { createHash, hkdfSync } from 'node:crypto'
import type { AuthOptions } from 'next-auth'
import { decode, encode, type JWT } from 'next-auth/jwt'
import { SESSION_SECONDS_MAX, sessionEnd, sessionSeconds } from '../contract/organisation.ts'
import { PASSWORD_CHARS_MAX } from '../contract/password.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { uuidv7 } from '../ids.ts'
import { comeBack, countAttempt, forgetAttempts } from './attempts.ts'
import { clientAddress } from './client-address.ts'
import { hashPassword, verifyPassword } from './password.ts'

/** What sign-in needs of the process; `runtime().admin` has it. */
export interface AuthWorld {
  database: { prisma: PrismaClient }
  /** `publicUrl` decides whether cookies are `Secure`; `secret` is TOLLGATE_SECRET. */
  settings: { publicUrl: string; secret: string }
  /** Epoch milliseconds. */
  now: () => number
}

export interface SignedIn {
  sessionId: string
  userId: string
  user: {
    id: string
    email: string
    firstName: string
    lastName: string
    /** owner | admin | member */
    role: string
    preferences: Record<string, unknown>
  }
  organisation: { id: string; slug: string; name: string }
}

const SEEN_EVERY_MS = 5 * 60_000

/**
 * The person behind a request's session cookie, or null: no cookie, a forged or expired one, a revoked session, or a
 * person who is no longer active. One database read.
 */
export async function readSession(world: AuthWorld, headers: Headers): Promise<SignedIn | null> {
  const token = readCookie(headers.get('cookie') ?? '', cookieName(world))
  if (!token) return null
  const claims = await decode({ token, secret: authSecret(world) }).catch(() => null)
  return claims ? liveSession(world, claims) : null
}

/** Options for next-auth's route handler. They hold no state; build them once a process or once a request. */
export function authOptions(world: AuthWorld): AuthOptions {
  const isSecure = world.settings.publicUrl.startsWith('https:')
  return {
    secret: authSecret(world),
    useSecureCookies: isSecure,
    cookies: {
      sessionToken: {
        name: cookieName(world),
        options: { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure },
      },
    },
    // The row ends sooner; the cookie only must not.
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS_MAX },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    jwt: {
      encode,
      decode: async (params) => {
        const claims = await decode(params)
        return claims && (await liveSession(world, claims)) ? claims : null
      },
    },
    providers: [
      {
        id: 'credentials',
        name: 'E-mail and password',
        type: 'credentials',
        credentials: { email: {}, password: {} },
        authorize: (credentials, request) =>
          signIn(world, credentials ?? {}, request.headers ?? {}).catch(spoken),
        options: {},
      },
    ],
    callbacks: {
      jwt: ({ token, user }) => {
        const sessionId = (user as { sessionId?: string } | undefined)?.sessionId
        return sessionId ? { ...token, sessionId } : token
      },
      // Paths only: the console is reached under whatever host the person typed, and no other site is a destination.
      redirect: ({ url }) => localPath(url),
    },
    events: {
      signOut: async ({ token }) => {
        if (token) await signOut(world, token)
      },
    },
    logger: {
      error: (code, metadata) =>
        console.error('sign-in:', code, metadata instanceof Error ? metadata.message : ''),
      warn: () => {},
      debug: () => {},
    },
  }
}

/**
 * A path of this console from an untrusted address: origin dropped, `/` when it is not one. Protocol-relative forms
 * (`//host`, `/\host`) are not paths.
 */
export function localPath(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
  return /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in') ? path : '/'
}

/**
 * Checks an e-mail and a password; returns what next-auth puts in the token, and writes the session's row. Throws a
 * Refusal. Every attempt is counted before the password
 * is looked at, so a burst cannot pass the limit; an unknown e-mail costs the same time as a known one.
 */
async function signIn(
  world: AuthWorld,
  credentials: Partial<Record<'email' | 'password', string>>,
  headers: Record<string, string | string[] | undefined>,
) {
  const { prisma } = world.database
  const email = String(credentials.email ?? '')
    .trim()
    .toLowerCase()
    .slice(0, 320)
  const password = String(credentials.password ?? '')
  const from = {
    ip: clientAddress(headers),
    userAgent: String(headers['user-agent'] ?? '').slice(0, 512) || null,
  }
  const decoy = await decoyHash()

  const retryAtMs = await countAttempt(prisma, 'sign-in', { email, ip: from.ip }, world.now())
  if (retryAtMs !== null) throw new Refusal(`Too many failed attempts. ${comeBack(retryAtMs, world.now())}`)

  const user = await prisma.user.findUnique({
    where: { email },
    include: { organisation: { select: { settings: true } } },
  })
  const isRight = await verifyPassword(password.slice(0, PASSWORD_CHARS_MAX), user?.passwordHash ?? decoy)
  if (!user?.passwordHash || !isRight || password.length > PASSWORD_CHARS_MAX || user.status !== 'active') {
    await audit(world, user, 401, from, email)
    throw new Refusal('That e-mail and password do not match. Check both and try again.')
  }

  const now = world.now()
  const sessionId = uuidv7(now)
  await prisma.$transaction([
    forgetAttempts(prisma, 'sign-in', email),
    prisma.session.create({
      data: {
        id: sessionId,
        userId: user.id,
        ...from,
        createdAt: new Date(now),
        lastSeenAt: new Date(now),
        expiresAt: new Date(now + sessionSeconds(user.organisation.settings) * 1000),
      },
    }),
  ])
  await audit(world, user, 200, from, email)
  return { id: user.id, email: user.email, name: `${user.firstName} ${user.lastName}`.trim(), sessionId }
}

/** Its message is for the person: what happened and what to do. */
class Refusal extends Error {}

/** next-auth shows the browser whatever was thrown, so only refusals may reach it. */
function spoken(error: unknown): never {
  if (error instanceof Refusal) throw error
  console.error('sign-in:', error instanceof Error ? error.message : error)
  throw new Refusal(
    'Sign-in is not possible right now. Try again in a minute; the server’s log has the reason.',
  )
}

async function signOut(world: AuthWorld, token: JWT): Promise<void> {
  const { prisma } = world.database
  const session = await prisma.session.findUnique({
    where: { id: String(token.sessionId) },
    include: { user: true },
  })
  if (!session || session.revokedAt) return
  await prisma.session.update({ where: { id: session.id }, data: { revokedAt: new Date(world.now()) } })
  await audit(world, session.user, 200, session, session.user.email, 'logout')
}

async function liveSession(world: AuthWorld, claims: JWT): Promise<SignedIn | null> {
  const { prisma } = world.database
  if (typeof claims.sessionId !== 'string') return null
  const row = await prisma.session.findUnique({
    where: { id: claims.sessionId },
    include: {
      user: { include: { organisation: { select: { id: true, slug: true, name: true, settings: true } } } },
    },
  })
  const now = world.now()
  if (!row || row.revokedAt || row.user.status !== 'active') return null
  const { settings, ...organisation } = row.user.organisation
  if (sessionEnd(row, settings).getTime() <= now) return null
  if (now - row.lastSeenAt.getTime() > SEEN_EVERY_MS) {
    await prisma.session.updateMany({ where: { id: row.id }, data: { lastSeenAt: new Date(now) } })
  }
  const { id, email, firstName, lastName, role, preferences } = row.user
  return {
    sessionId: row.id,
    userId: id,
    user: { id, email, firstName, lastName, role, preferences: preferences as Record<string, unknown> },
    organisation,
  }
}

/** Sign-ins of e-mails nobody has are written to the first organisation, whose owners run this installation. */
async function audit(
  world: AuthWorld,
  user: { id: string; organisationId: string } | null,
  status: number,
  from: { ip: string | null; userAgent: string | null },
  email: string,
  action: 'login' | 'logout' = 'login',
): Promise<void> {
  const { prisma } = world.database
  const organisationId =
    user?.organisationId ??
    (await prisma.organisation.findFirst({ orderBy: { createdAt: 'asc' }, select: { id: true } }))?.id
  if (!organisationId) return
  const now = world.now()
  await prisma.auditEvent.create({
    data: {
      id: uuidv7(now),
      at: new Date(now),
      organisationId,
      method: 'POST',
      uri: action === 'login' ? '/api/auth/callback/credentials' : '/api/auth/signout',
      actorType: 'user',
      actorId: user?.id ?? null,
      resourceType: 'users',
      resourceId: user?.id ?? null,
      resourceName: email,
      action,
      responseStatusCode: status,
      clientIp: from.ip,
      userAgent: from.userAgent,
    },
  })
}

let decoy: Promise<string> | undefined

/** A hash no password opens, verified when there is no user, so that both cases take as long. */
function decoyHash(): Promise<string> {
  decoy ??= hashPassword(createHash('sha256').update(String(Math.random())).digest('hex'))
  return decoy
}

function authSecret({ settings }: AuthWorld): string {
  return Buffer.from(hkdfSync('sha256', settings.secret, '', 'tollgate console session', 32)).toString(
    'base64url',
  )
}

function cookieName({ settings }: AuthWorld): string {
  return settings.publicUrl.startsWith('https:') ? '__Secure-tollgate.session' : 'tollgate.session'
}

function readCookie(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const equals = part.indexOf('=')
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim() || null
  }
  return null
}
