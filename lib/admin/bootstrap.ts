import { randomBytes } from 'node:crypto'
import { hashKey, maskKey, mintKey } from '../auth/keys.ts'
import { hashPassword } from '../auth/password.ts'
import { defaultScopes } from '../auth/scopes.ts'
import { type KeyType, scopesFor } from '../contract/scopes.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Db } from './context.ts'

export interface BootstrapOptions {
  prisma: PrismaClient
  /** Lower-cased here. */
  adminEmail: string
  /** Null: one is generated. */
  adminPassword: string | null
  /** `TOLLGATE_ADMIN_KEY`, installed with every scope an organisation key may hold; null: none. */
  adminKey: string | null
  now: () => number
  newId: () => string
}

/** What a first start prints, once: nothing of it can be read again. */
export interface FirstStart {
  organisationId: string
  workspaceId: string
  email: string
  /** Null when the operator chose it. */
  password: string | null
  /** The owner's user key in the first workspace, made for the printed curl. */
  key: string
}

/** Any number; the same in every process that may start against this database. */
const LOCK = 7_022_601_901n
const PASSWORD_BYTES = 15

/**
 * Makes the first organisation, its workspace, its owner, the sandbox provider and a key for it, when the database is
 * empty; null when it is not. Several processes may start at once: one makes it, the others wait and find it made.
 * Source: architecture §9, admin-contract §3.1, §6.4.
 */
export async function bootstrap(options: BootstrapOptions): Promise<FirstStart | null> {
  const { prisma, newId } = options
  if ((await prisma.organisation.count()) > 0) return null
  const password = options.adminPassword ?? randomBytes(PASSWORD_BYTES).toString('base64url')
  const passwordHash = await hashPassword(password)
  const email = options.adminEmail.trim().toLowerCase()

  return prisma.$transaction(
    async (db) => {
      await db.$executeRaw`select pg_advisory_xact_lock(${LOCK}::bigint)`
      if ((await db.organisation.count()) > 0) return null
      const at = new Date(options.now())
      const [organisationId, workspaceId, userId] = [newId(), newId(), newId()]
      await db.organisation.create({
        data: { id: organisationId, slug: 'default', name: 'Default organisation', createdAt: at },
      })
      await db.user.create({
        data: {
          id: userId,
          organisationId,
          email,
          firstName: 'Owner',
          role: 'owner',
          passwordHash,
          provisionedBy: 'seed',
          createdAt: at,
        },
      })
      await db.workspace.create({
        data: {
          id: workspaceId,
          organisationId,
          slug: `ws-shared-${randomBytes(3).toString('hex')}`,
          name: 'Shared Team Workspace',
          isDefault: true,
          createdBy: userId,
          createdAt: at,
          memberships: { create: { userId, role: 'admin', createdAt: at } },
        },
      })
      await addSandbox(db, { organisationId, workspaceId, userId, at, newId })

      const first = mintKey('workspace-user')
      const common = { organisationId, at, newId }
      await addKey(db, {
        ...common,
        ...first,
        type: 'workspace-user',
        name: 'First key',
        scopes: defaultScopes('workspace-user'),
        workspaceId,
        userId,
      })
      if (options.adminKey !== null) {
        await addKey(db, {
          ...common,
          hash: hashKey(options.adminKey),
          mask: maskKey(options.adminKey),
          type: 'organisation-service',
          name: 'TOLLGATE_ADMIN_KEY',
          scopes: scopesFor('organisation-service').map((scope) => scope.id),
          workspaceId: null,
          userId: null,
        })
      }
      await db.auditEvent.create({
        data: {
          id: newId(),
          at,
          organisationId,
          workspaceId,
          method: 'POST',
          uri: '/first-start',
          actorType: 'system',
          resourceType: 'organisation',
          resourceId: organisationId,
          resourceName: 'Default organisation',
          action: 'create',
          responseStatusCode: 200,
        },
      })
      return {
        organisationId,
        workspaceId,
        email,
        password: options.adminPassword === null ? password : null,
        key: first.secret,
      }
    },
    { timeout: 30_000, maxWait: 30_000 },
  )
}

interface Owner {
  organisationId: string
  workspaceId: string
  userId: string
  at: Date
  newId: () => string
}

/** The practice upstream: an integration without credentials, and its provider `@sandbox`. */
async function addSandbox(db: Db, { organisationId, workspaceId, userId, at, newId }: Owner): Promise<void> {
  const integrationId = newId()
  await db.integration.create({
    data: {
      id: integrationId,
      organisationId,
      slug: 'sandbox',
      name: 'Sandbox',
      description: 'A practice upstream inside this process: no credentials, made-up prices, removable.',
      aiProviderId: 'sandbox',
      createdBy: userId,
      createdAt: at,
      provisioning: { create: { workspaceId, createdAt: at } },
    },
  })
  await db.provider.create({
    data: {
      id: newId(),
      workspaceId,
      integrationId,
      slug: 'sandbox',
      name: 'Sandbox',
      createdBy: userId,
      createdAt: at,
    },
  })
}

interface NewKey {
  organisationId: string
  workspaceId: string | null
  userId: string | null
  type: KeyType
  name: string
  scopes: readonly string[]
  hash: Uint8Array<ArrayBuffer>
  mask: string
  at: Date
  newId: () => string
}

async function addKey(db: Db, key: NewKey): Promise<void> {
  await db.apiKey.create({
    data: {
      id: key.newId(),
      organisationId: key.organisationId,
      workspaceId: key.workspaceId,
      userId: key.userId,
      type: key.type,
      name: key.name,
      mask: key.mask,
      scopes: [...key.scopes],
      creationMode: 'auto',
      createdBy: key.userId,
      createdAt: key.at,
      secrets: { create: { hash: key.hash, mask: key.mask, createdAt: key.at } },
    },
  })
}
