/** An installation for tests of the control plane: a first start's world on a database of its own. */
import { bootstrap, type FirstStart } from '../admin/bootstrap.ts'
import type { AdminRuntime } from '../admin/context.ts'
import { hashKey, mintKey } from '../auth/keys.ts'
import type { KeyType } from '../contract/scopes.ts'
import type { RouteHandlers } from '../http/admin.ts'
import { uuidv7 } from '../ids.ts'
import { type TestDatabase, testDatabase } from './postgres.ts'

const ADMIN_KEY = 'an-operator-chose-this-admin-key-0123456789'
export const TEST_SECRET = 'a-test-secret-of-more-than-thirty-two-characters'
export const TEST_HOST = 'gate.test'

export interface Answer {
  status: number
  headers: Headers
  /** Empty for a file. */
  body: Record<string, unknown> & { [key: string]: unknown }
  text: string
}

export interface Ask {
  /** An API key, in `x-portkey-api-key`. */
  key?: string
  /** A person's id: signed in by cookie, from a page of this host. */
  userId?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface AdminWorld {
  database: TestDatabase
  runtime: AdminRuntime
  source: () => Promise<{ admin: AdminRuntime }>
  first: FirstStart
  ownerId: string
  /** An organisation key with all 133 scopes. */
  adminKey: string
  /** Moves the clock, in ms. */
  pass(ms: number): void
  /** Calls route handlers as a client would; `path` is below `/api/v1/`. */
  call(handlers: RouteHandlers, method: string, path: string, ask?: Ask): Promise<Answer>
  /** A key in the database, whatever its scopes. */
  addKey(
    type: KeyType,
    scopes: readonly string[],
    more?: { workspaceId?: string | null; userId?: string | null; organisationId?: string },
  ): Promise<{ id: string; secret: string }>
  addUser(
    role: 'owner' | 'admin' | 'member',
    memberships?: Record<string, 'admin' | 'manager' | 'member'>,
    organisationId?: string,
  ): Promise<string>
  addWorkspace(name: string, organisationId?: string): Promise<{ id: string; slug: string }>
  /** Another tenant with one workspace. */
  addOrganisation(name: string): Promise<{ id: string; workspaceId: string }>
  drop(): Promise<void>
}

/** Makes one. Every test file makes its own; `drop` it in `afterAll`. */
export async function adminWorld(more: Partial<AdminRuntime> = {}): Promise<AdminWorld> {
  const database = await testDatabase()
  const { prisma } = database
  let nowMs = Date.UTC(2026, 2, 9, 8, 0, 0)
  const now = () => nowMs
  const newId = () => uuidv7(nowMs)
  const runtime: AdminRuntime = {
    database,
    settings: {
      publicUrl: `http://${TEST_HOST}`,
      secret: TEST_SECRET,
      configTargets: { root: 100, conditionalRoot: 1000, nested: 50 },
    },
    now,
    newId,
    readSession: async (request) => {
      const userId = /session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1]
      return userId ? { userId, sessionId: userId } : null
    },
    allowPrivateHosts: [],
    ...more,
  }
  const first = await bootstrap({
    prisma,
    adminEmail: 'Owner@Example.Test',
    adminPassword: 'correct horse battery staple',
    adminKey: ADMIN_KEY,
    now,
    newId,
  })
  if (!first) throw new Error('the test database was not empty')
  const { id: ownerId } = await prisma.user.findFirstOrThrow({ where: { role: 'owner' } })
  const at = () => new Date(nowMs)

  return {
    database,
    runtime,
    source: async () => ({ admin: runtime }),
    first,
    ownerId,
    adminKey: ADMIN_KEY,
    pass: (ms) => {
      nowMs += ms
    },
    call: (handlers, method, path, ask) => call(handlers, method, path, ask),
    addKey: async (
      type,
      scopes,
      { workspaceId, userId = null, organisationId = first.organisationId } = {},
    ) => {
      const { secret, mask } = mintKey(type)
      const id = newId()
      await prisma.apiKey.create({
        data: {
          id,
          organisationId,
          workspaceId:
            workspaceId === undefined
              ? type === 'organisation-service'
                ? null
                : first.workspaceId
              : workspaceId,
          userId,
          type,
          name: `key ${id.slice(-6)}`,
          mask,
          scopes: [...scopes],
          createdAt: at(),
          secrets: { create: { hash: hashKey(secret), mask, createdAt: at() } },
        },
      })
      return { id, secret }
    },
    addUser: async (role, memberships = {}, organisationId = first.organisationId) => {
      const id = newId()
      await prisma.user.create({
        data: {
          id,
          organisationId,
          email: `${id}@example.test`,
          role,
          memberships: {
            create: Object.entries(memberships).map(([workspaceId, workspaceRole]) => ({
              workspaceId,
              role: workspaceRole,
            })),
          },
        },
      })
      return id
    },
    addWorkspace: async (name, organisationId = first.organisationId) => {
      const id = newId()
      const slug = `ws-${name.toLowerCase().replaceAll(' ', '-')}`
      await prisma.workspace.create({ data: { id, organisationId, slug, name, createdAt: at() } })
      return { id, slug }
    },
    addOrganisation: async (name) => {
      const [id, workspaceId] = [newId(), newId()]
      await prisma.organisation.create({ data: { id, slug: name, name } })
      await prisma.workspace.create({
        data: { id: workspaceId, organisationId: id, slug: 'ws-theirs', name: 'Theirs', isDefault: true },
      })
      return { id, workspaceId }
    },
    drop: () => database.drop(),
  }
}

async function call(handlers: RouteHandlers, method: string, path: string, ask: Ask = {}): Promise<Answer> {
  const headers = new Headers({ host: TEST_HOST, ...ask.headers })
  if (ask.key !== undefined) headers.set('x-portkey-api-key', ask.key)
  if (ask.userId !== undefined) {
    headers.set('cookie', `session=${ask.userId}`)
    if (!headers.has('origin')) headers.set('origin', `http://${TEST_HOST}`)
  }
  const body =
    ask.body === undefined ? null : typeof ask.body === 'string' ? ask.body : JSON.stringify(ask.body)
  if (body !== null && !headers.has('content-type')) headers.set('content-type', 'application/json')
  const request = new Request(`http://${TEST_HOST}/api/v1/${path}`, { method, headers, body })
  const served = method === 'HEAD' ? 'GET' : (method as keyof RouteHandlers)
  const response = await handlers[served](request)
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {}, text }
}
