import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { provisionWorkspace, withdrawWorkspace } from './catalog-provisioning.ts'
import type { Ctx } from './context.ts'

let world: AdminWorld
let ctx: Ctx

beforeAll(async () => {
  world = await adminWorld()
  const { database, runtime, first } = world
  await database.prisma.integration.updateMany({ where: { slug: 'sandbox' }, data: { status: 'archived' } })
  ctx = {
    organisation: { id: first.organisationId },
    actor: { kind: 'user', id: world.ownerId },
    db: database.prisma,
    now: new Date(runtime.now()),
    newId: runtime.newId,
  } as unknown as Ctx
})
afterAll(() => world.drop())

const BUDGET = [{ type: 'cost', credit_limit: 50, alert_threshold: null, periodic_reset: 'monthly' }]

async function addIntegration(slug: string, more: object = {}) {
  const id = ctx.newId()
  await world.database.prisma.integration.create({
    data: {
      id,
      organisationId: ctx.organisation.id,
      slug,
      name: slug,
      aiProviderId: 'openai',
      credentials: new Uint8Array([1]),
      ...more,
    },
  })
  return id
}

test('a new workspace gets what the organisation gives to all to come, with its limits and a provider', async () => {
  const given = await addIntegration('given', {
    globalWorkspaceAccess: { enabled: true, usage_limits: BUDGET, rate_limits: [] },
  })
  await addIntegration('withheld', { globalWorkspaceAccess: { enabled: false } })
  await addIntegration('ended', { status: 'archived' })
  await addIntegration('another-workspaces', { workspaceId: world.first.workspaceId })
  const stranger = await world.addOrganisation('strangers')
  await addIntegration('theirs', { organisationId: stranger.id })

  const { id } = await world.addWorkspace('Fresh')
  expect(await provisionWorkspace(ctx, id)).toEqual(['given'])
  const { prisma } = world.database
  expect(await prisma.integrationWorkspace.findMany({ where: { workspaceId: id } })).toMatchObject([
    { integrationId: given, enabled: true, models: null, usageLimits: BUDGET, rateLimits: [] },
  ])
  expect(await prisma.provider.findMany({ where: { workspaceId: id } })).toMatchObject([
    { integrationId: given, slug: 'given', status: 'active', createdBy: world.ownerId },
  ])
})

test('a workspace that ends takes its providers and its own credentials with it, and nobody else’s', async () => {
  const { id } = await world.addWorkspace('Ending')
  await addIntegration('of-it', { workspaceId: id })
  await provisionWorkspace(ctx, id)
  expect(await withdrawWorkspace(ctx, id)).toEqual({ providers: ['given'], integrations: ['of-it'] })
  const { prisma } = world.database
  expect(await prisma.provider.count({ where: { workspaceId: id, status: 'active' } })).toBe(0)
  expect(await prisma.integration.findFirstOrThrow({ where: { slug: 'of-it' } })).toMatchObject({
    status: 'archived',
    credentials: null,
  })
  expect(await prisma.provider.count({ where: { slug: 'given', status: 'active' } })).toBe(1)
  expect(await prisma.integration.findFirstOrThrow({ where: { slug: 'given' } })).toMatchObject({
    status: 'active',
  })
})
