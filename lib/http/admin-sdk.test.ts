import Portkey from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { adminFamilies } from '../testing/admin-families.ts'
import { startAdminServer } from '../testing/admin-server.ts'
import { partsOf, recorded } from '../testing/portkey/node.ts'
import { forgotten, ROWS } from '../testing/portkey/rows.ts'
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

    test('administers nothing that has no row', () => {
      const parts = partsOf(portkey)
      expect(parts).toEqual(expect.arrayContaining(ROWS.flatMap((row) => row.parts)))
      expect(forgotten(parts)).toEqual([])
    })

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

    test('workspaces: force ends what is in the way', async () => {
      const { admin, configs } = portkey
      const { slug } = await admin.workspaces.create({ name: 'Short-lived' })
      await configs.create({ name: 'Inside', config: { retry: { attempts: 2 } }, workspace_id: String(slug) })
      const said = { workspaceId: String(slug), name: 'Short-lived' }
      await expect(admin.workspaces.delete(said)).rejects.toMatchObject({
        status: 409,
        message: expect.stringContaining('1 config'),
      })
      await admin.workspaces.delete({ ...said, ...{ force_delete: true } })
      await expect(admin.workspaces.retrieve(said)).resolves.toMatchObject({ status: 'archived' })
    })

    test('configs, guardrails and virtual keys: a key of the workspace needs to name none', async () => {
      const { given, server, world } = served
      const scopes = ['virtual_keys', 'configs', 'guardrails'].flatMap((family) =>
        ['create', 'read', 'update', 'delete', 'list'].map((verb) => `${family}.${verb}`),
      )
      const { secret } = await world.addKey('workspace-service', scopes)
      const { configs, guardrails, virtualKeys } = new Portkey({ apiKey: secret, baseURL: server.url })

      const { slug = '' } = await virtualKeys.create({ name: 'Ours', provider: 'openai', key: given.secret })
      expect((await virtualKeys.list()).data).toContainEqual(expect.objectContaining({ slug, name: 'Ours' }))
      await virtualKeys.update({ slug, name: 'New' })
      expect(await virtualKeys.retrieve({ slug })).toMatchObject({ name: 'New' })

      const config = await configs.create({ name: 'Ours', config: { provider: `@${slug}` } })
      const named = { slug: String(config.slug) }
      expect((await configs.list()).data).toContainEqual(expect.objectContaining(named))
      await configs.update({ ...named, name: 'New' })
      expect(await configs.retrieve(named)).toMatchObject({ name: 'New', workspace_id: given.workspace_id })
      await configs.delete(named)

      const feedback = { feedback: { value: 1, weight: 1, metadata: '' } }
      const made = await guardrails.create({
        name: 'Ours',
        checks: [{ id: 'default.notNull' }],
        actions: { deny: true, async: false, on_success: feedback, on_fail: feedback },
      })
      const guardrail_id = made.slug
      expect((await guardrails.list()).data).toContainEqual(expect.objectContaining({ id: made.id }))
      await guardrails.update({ guardrail_id, name: 'New' })
      expect(await guardrails.retrieve({ guardrail_id })).toMatchObject({
        name: 'New',
        workspace_id: given.workspace_id,
      })
      await guardrails.delete({ guardrail_id })

      await virtualKeys.delete({ slug })
      await expect(virtualKeys.retrieve({ slug })).rejects.toMatchObject({ status: 404 })
    })
  })
})
