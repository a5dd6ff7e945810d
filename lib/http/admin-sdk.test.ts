import Portkey from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApiKeyVerbs, apiKeyVerbs } from '../admin/access.ts'
import { workspaceVerbs } from '../admin/workspaces.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { type AdminServer, startAdminServer } from '../testing/admin-server.ts'
import { adminRoute } from './admin.ts'

let world: AdminWorld
let server: AdminServer
let portkey: Portkey

beforeAll(async () => {
  world = await adminWorld()
  await world.database.prisma.config.create({
    data: {
      id: world.runtime.newId(),
      workspaceId: world.first.workspaceId,
      slug: 'pc-front-0a1b2c',
      name: 'Frontend',
      versionId: world.runtime.newId(),
    },
  })
  server = await startAdminServer(adminRoute(world.source, apiKeyVerbs, adminApiKeyVerbs, workspaceVerbs))
  portkey = new Portkey({ apiKey: world.adminKey, baseURL: server.url })
})
afterAll(async () => {
  await server.close()
  await world.drop()
})

describe('the official Node client, unchanged', () => {
  test('makes the key of the seed, reads it, lists it, renames it, deletes it', async () => {
    const made = await portkey.apiKeys.create({
      name: 'frontend-engineering',
      type: 'organisation',
      workspace_id: world.first.workspaceId,
      defaults: {
        config_id: 'pc-front-0a1b2c',
        metadata: { environment: 'development', department: 'engineering', team: 'frontend' },
      },
      scopes: ['logs.view', 'configs.read'],
    })
    const id = String(made.id)
    expect(made.key).toMatch(/^tg_a[0-9A-Za-z]{49}$/)

    const read = await portkey.apiKeys.retrieve({ id })
    expect(read).toMatchObject({
      name: 'frontend-engineering',
      key: expect.stringMatching(/^tg_a..\*{7}..$/),
      workspace_id: world.first.workspaceId,
      defaults: { config_id: 'pc-front-0a1b2c', metadata: { team: 'frontend' } },
      scopes: ['logs.view', 'configs.read'],
    })

    const listed = await portkey.apiKeys.list({ page_size: 50 })
    expect(listed.data?.map((key) => key.id)).toContain(id)

    await portkey.apiKeys.update({ id, name: 'renamed' })
    expect((await portkey.apiKeys.retrieve({ id })).name).toBe('renamed')

    await portkey.apiKeys.delete({ id })
    await expect(portkey.apiKeys.retrieve({ id })).rejects.toMatchObject({ status: 404 })
  })

  test('makes service and user keys by sub-type', async () => {
    const service = await portkey.apiKeys.create({
      type: 'workspace',
      'sub-type': 'service',
      name: 'backend',
      workspace_id: world.first.workspaceId,
      scopes: [],
      usage_limits: { credit_limit: 10, alert_threshold: 5, periodic_reset: 'monthly' },
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
    })
    expect(service.key).toMatch(/^tg_s/)
    const user = await portkey.apiKeys.create({
      type: 'workspace',
      'sub-type': 'user',
      name: 'mine',
      workspace_id: world.first.workspaceId,
      user_id: world.ownerId,
      scopes: [],
    })
    expect(user.key).toMatch(/^tg_u/)
  })

  test('hears why it was refused, once', async () => {
    const before = server.calls()
    const refused = portkey.apiKeys.create({
      type: 'organisation',
      'sub-type': 'service',
      name: '',
      scopes: [],
    })
    await expect(refused).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('name must have 1-100 characters'),
    })
    expect(server.calls() - before).toBe(1)
  })

  test('pages through workspaces in camelCase', async () => {
    const { data, total } = (await portkey.admin.workspaces.list({ page_size: 1, current_page: 0 })) as {
      data: { name: string }[]
      total: number
    }
    expect([data.length, total]).toEqual([1, 1])
    expect(data[0]?.name).toBe('Shared Team Workspace')
    const one = await portkey.admin.workspaces.retrieve({ workspaceId: world.first.workspaceId })
    expect(one).toMatchObject({ users: [{ email: 'owner@example.test', org_role: 'owner', role: 'admin' }] })
  })
})
