import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashKey, parseKey } from '../auth/keys.ts'
import { verifyPassword } from '../auth/password.ts'
import { uuidv7 } from '../ids.ts'
import { type TestDatabase, testDatabase } from '../testing/postgres.ts'
import { bootstrap } from './bootstrap.ts'

let database: TestDatabase
const NOW = Date.UTC(2026, 2, 9)
const ADMIN_KEY = 'an-operator-chose-this-admin-key-0123456789'
const start = () =>
  bootstrap({
    prisma: database.prisma,
    adminEmail: ' Admin@LocalHost ',
    adminPassword: null,
    adminKey: ADMIN_KEY,
    now: () => NOW,
    newId: () => uuidv7(NOW),
  })

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test('of several processes that start at once on an empty database one makes the first world, and later ones nothing', async () => {
  const { prisma } = database
  const starts = await Promise.all([start(), start(), start()])
  const made = starts.filter((one) => one !== null)
  expect(made).toHaveLength(1)
  const first = made[0]!
  expect(await start()).toBeNull()

  expect(await prisma.organisation.findMany()).toMatchObject([
    { id: first.organisationId, name: 'Default organisation' },
  ])
  expect(await prisma.workspace.findMany()).toMatchObject([
    { id: first.workspaceId, name: 'Shared Team Workspace', isDefault: true },
  ])
  const owner = await prisma.user.findFirstOrThrow({ include: { memberships: true } })
  expect(owner).toMatchObject({
    email: 'admin@localhost',
    role: 'owner',
    status: 'active',
    memberships: [{ role: 'admin' }],
  })
  expect(first.email).toBe('admin@localhost')
  expect(first.password?.length).toBeGreaterThanOrEqual(20)
  expect(await verifyPassword(first.password ?? '', owner.passwordHash ?? '')).toBe(true)

  expect(
    await prisma.provider.findMany({ include: { integration: { include: { provisioning: true } } } }),
  ).toMatchObject([
    {
      slug: 'sandbox',
      workspaceId: first.workspaceId,
      integration: {
        aiProviderId: 'sandbox',
        credentials: null,
        allowAllModels: true,
        provisioning: [{ workspaceId: first.workspaceId, enabled: true }],
      },
    },
  ])
})

test('the printed key is the owner’s, may infer, and is known by its hash alone', async () => {
  const { prisma } = database
  const user = await prisma.apiKey.findFirstOrThrow({
    where: { type: 'workspace-user' },
    include: { secrets: true, user: true },
  })
  expect(user).toMatchObject({ user: { role: 'owner' }, creationMode: 'auto' })
  expect(user.scopes).toContain('completions.write')
  expect(user.secrets).toHaveLength(1)
})

test('TOLLGATE_ADMIN_KEY becomes an organisation key with all 133 scopes', async () => {
  const secret = await database.prisma.apiKeySecret.findUniqueOrThrow({
    where: { hash: hashKey(ADMIN_KEY) },
    include: { apiKey: true },
  })
  expect(secret.apiKey).toMatchObject({
    type: 'organisation-service',
    workspaceId: null,
    mask: 'an*******89',
  })
  expect(secret.apiKey.scopes).toHaveLength(133)
})

test('a password the operator chose is not repeated', async () => {
  const other = await testDatabase()
  try {
    const first = await bootstrap({
      prisma: other.prisma,
      adminEmail: 'a@b.test',
      adminPassword: 'chosen',
      adminKey: null,
      now: () => NOW,
      newId: () => uuidv7(NOW),
    })
    expect(first?.password).toBeNull()
    expect(parseKey(first?.key ?? '')).toBe('workspace-user')
    expect(await other.prisma.apiKey.count()).toBe(1)
  } finally {
    await other.drop()
  }
})
