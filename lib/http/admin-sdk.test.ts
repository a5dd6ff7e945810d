import Portkey from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { adminFamilies } from '../testing/admin-families.ts'
import { startAdminServer } from '../testing/admin-server.ts'
import { recorded } from '../testing/portkey/node.ts'
import { ROWS } from '../testing/portkey/rows.ts'
import { type PortkeyWorld, portkeyWorld } from '../testing/portkey/world.ts'
import { adminRoute } from './admin.ts'

const NAMED = ROWS.map((row) => [row.objects, row] as const)

describe('the official Node client, unchanged', () => {
  describe.each(['empty', 'populated'] as const)('on an organisation that is %s', (kind) => {
    let served: PortkeyWorld

    beforeAll(async () => {
      served = await portkeyWorld(kind)
    })
    afterAll(() => served.close())

    test.each(NAMED)('%s go round', async (_, { parts, node, expects }) => {
      const { server, world, given } = served
      const client = new Portkey({ apiKey: world.adminKey, baseURL: server.url })
      const { portkey, transcript } = recorded(client, parts)
      await node(portkey, given)
      expect(transcript().leftOut).toEqual([])
      expects(transcript(), { given, kind, client: 'node' })
    })
  })

  describe('alone', () => {
    let served: PortkeyWorld
    let portkey: Portkey

    beforeAll(async () => {
      served = await portkeyWorld('populated')
      portkey = new Portkey({ apiKey: served.world.adminKey, baseURL: served.server.url })
    })
    afterAll(() => served.close())

    test('makes the key of the guide', async () => {
      const { given } = served
      const { id, key } = await portkey.apiKeys.create({
        name: 'frontend-engineering',
        type: 'organisation',
        workspace_id: given.workspace_id,
        defaults: {
          config_id: given.config_slug,
          metadata: { environment: 'development', department: 'engineering', team: 'frontend' },
        },
        scopes: ['logs.view', 'configs.read'],
      })
      expect(key).toMatch(/^tg_a[0-9A-Za-z]{49}$/)
      expect(await portkey.apiKeys.retrieve({ id: String(id) })).toMatchObject({
        name: 'frontend-engineering',
        key: expect.stringMatching(/^tg_a..\*{7}..$/),
        workspace_id: given.workspace_id,
        defaults: { config_id: given.config_slug, metadata: { team: 'frontend' } },
        scopes: ['logs.view', 'configs.read'],
      })
    })

    test('hears why it was refused, once', async () => {
      const { server } = served
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

    test('does not send again what failed on our side', async () => {
      const broken = await startAdminServer(
        adminRoute(() => Promise.reject(new Error('no database')), ...(await adminFamilies())),
      )
      vi.spyOn(console, 'error').mockImplementation(() => undefined)
      try {
        const lost = new Portkey({ apiKey: 'any', baseURL: broken.url })
        await expect(lost.integrations.list({})).rejects.toMatchObject({ status: 500 })
        expect(broken.calls()).toBe(1)
      } finally {
        await broken.close()
        vi.restoreAllMocks()
      }
    })

    test('virtual keys: a key of the workspace needs to name none', async () => {
      const { given, server, world } = served
      const scopes = ['create', 'read', 'update', 'delete', 'list'].map((verb) => `virtual_keys.${verb}`)
      const { secret } = await world.addKey('workspace-service', scopes)
      const { virtualKeys } = new Portkey({ apiKey: secret, baseURL: server.url })
      const { slug = '' } = await virtualKeys.create({ name: 'Ours', provider: 'openai', key: given.secret })
      expect((await virtualKeys.list()).data).toContainEqual(expect.objectContaining({ slug, name: 'Ours' }))
      await virtualKeys.update({ slug, name: 'New' })
      expect(await virtualKeys.retrieve({ slug })).toMatchObject({ name: 'New' })
      await virtualKeys.delete({ slug })
      await expect(virtualKeys.retrieve({ slug })).rejects.toMatchObject({ status: 404 })
    })
  })
})
