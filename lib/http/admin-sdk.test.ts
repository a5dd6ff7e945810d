import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Portkey from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApiKeyVerbs, apiKeyVerbs } from '../admin/access.ts'
import { workspaceVerbs } from '../admin/workspaces.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let server: Server
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
  const handlers = adminRoute(world.source, apiKeyVerbs, adminApiKeyVerbs, workspaceVerbs)
  server = createServer((request, response) => void serve(handlers, request, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  portkey = new Portkey({ apiKey: world.adminKey, baseURL: `http://127.0.0.1:${port}/v1` })
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
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
    let calls = 0
    server.on('request', () => calls++)
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
    expect(calls).toBe(1)
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

/** A node:http exchange as the `Request` and `Response` that Next gives route handlers. */
async function serve(
  handlers: RouteHandlers,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = 'GET', headers, url } = incoming
  const request = new Request(`http://${headers.host}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]),
    body: method === 'GET' || chunks.length === 0 ? null : Buffer.concat(chunks),
  })
  const response = await handlers[method as keyof RouteHandlers](request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}
