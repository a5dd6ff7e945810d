import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configVerbs } from '../admin/routing.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { CONFIG_SAMPLES, SAMPLE_PROVIDERS } from '../testing/config-samples.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const SECRET = 'sk-canary-0123456789abcdefghijklmnop'
const NOBODY = '00000000-0000-7000-8000-000000000000'

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string
let elsewhere: { id: string; slug: string }

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, configVerbs)
  workspaceId = world.first.workspaceId
  elsewhere = await world.addWorkspace('Elsewhere')
  for (const slug of ['one', ...SAMPLE_PROVIDERS]) await addProvider(slug, workspaceId)
})
afterAll(() => world.drop())

async function addProvider(slug: string, workspace: string): Promise<void> {
  const { prisma } = world.database
  const id = world.runtime.newId()
  const { organisationId } = world.first
  await prisma.integration.create({
    data: {
      id,
      organisationId,
      workspaceId: workspace,
      slug: `${slug}-key`,
      name: slug,
      aiProviderId: 'openai',
    },
  })
  await prisma.provider.create({
    data: { id: world.runtime.newId(), workspaceId: workspace, integrationId: id, slug, name: slug },
  })
}

const as = (method: string, path: string, ask: Ask = {}) => {
  world.pass(1)
  return world.call(routes, method, path, { key: world.adminKey, ...ask })
}
const put = (slug: string, body: unknown, ask: Ask = {}) => as('PUT', `configs/${slug}`, { body, ...ask })
const post = (body: object, ask: Ask = {}) =>
  as('POST', 'configs', { body: { name: 'Routing', workspace_id: workspaceId, ...body }, ...ask })

/** A config of the first workspace, by its slug. */
async function add(config: unknown = { provider: '@one' }, more: object = {}): Promise<string> {
  const { status, body } = await post({ config, ...more })
  expect([status, body.message]).toEqual([200, undefined])
  return String(body.slug)
}
const read = async (slug: string) => (await as('GET', `configs/${slug}`)).body
const textOf = async (slug: string) => String((await read(slug)).config)

describe('POST /configs', () => {
  test('200: the reply is flat and the same again under data; the slug begins with the name', async () => {
    const { status, body } = await post({ name: 'Routing for shop', config: { provider: '@one' } })
    expect(status).toBe(200)
    const { success, data, ...flat } = body
    expect(success).toBe(true)
    expect(data).toEqual(flat)
    expect(flat).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      slug: expect.stringMatching(/^pc-routin-[0-9a-f]{6}$/),
      version_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      object: 'config',
    })
    const short = await post({ name: 'Shop fallback', config: { provider: '@one' } })
    expect(short.body.slug).toMatch(/^pc-shop-f-[0-9a-f]{6}$/)
    const foreign = await post({ name: '日本', config: { provider: '@one' } })
    expect(foreign.body.slug).toMatch(/^pc-[0-9a-f]{6}$/)
  })

  test.each(Object.entries(CONFIG_SAMPLES))(
    '200: the guide’s sample for %s, as it stands',
    async (_, sample) => {
      const kept = JSON.parse(await textOf(await add(sample)))
      expect(kept).toEqual(JSON.parse(JSON.stringify(sample).replace('load-balance', 'loadbalance')))
    },
  )

  test('200: text is as good as an object, and comes back in the order it was written', async () => {
    const text = '{"retry":{"on_status_codes":[429],"attempts":1},"provider":"@one","cache":"simple"}'
    expect(await textOf(await add(text))).toBe(text)
    expect(await textOf(await add(JSON.parse(text)))).toBe(text)
  })

  test('200: whatever the case of a provider’s slug', async () => {
    await add({ provider: '@ONE', override_params: { model: '@One/gpt-4o' } })
  })

  test('200: is_default in either spelling, and the one before is no longer it', async () => {
    const first = await add(undefined, { is_default: 1 })
    expect((await read(first)).is_default).toBe(1)
    const second = await add(undefined, { isDefault: true })
    expect([(await read(first)).is_default, (await read(second)).is_default]).toEqual([0, 1])
    const audit = await world.database.prisma.auditEvent.findFirstOrThrow({
      where: { resourceType: 'configs' },
      orderBy: { id: 'desc' },
    })
    expect(audit.after).toMatchObject({ is_default: 1, no_longer_default: first })
  })

  test('200: two defaults made at once leave one', async () => {
    const made = await Promise.all(
      [1, 2, 3, 4].map(() => post({ config: { provider: '@one' }, is_default: true })),
    )
    expect(made.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { prisma } = world.database
    expect(await prisma.config.count({ where: { workspaceId, isDefault: true, status: 'active' } })).toBe(1)
  })

  test('200: secrets are sealed in the database, masked in replies and in the trail', async () => {
    const slug = await add({
      strategy: { mode: 'fallback' },
      targets: [
        { provider: 'openai', api_key: SECRET },
        { provider: '@one', aws_secret_access_key: 'short' },
      ],
      output_guardrails: [
        {
          webhook: { webhookURL: 'https://guard.example.com', headers: { 'X-Internal': 'between us only' } },
        },
      ],
    })
    const shown = await textOf(slug)
    for (const secret of [SECRET, 'short', 'between us only']) expect(shown).not.toContain(secret)
    expect(JSON.parse(shown).targets[0].api_key).toBe('sk********nop')
    const { prisma } = world.database
    const rows = [
      await prisma.configVersion.findMany(),
      await prisma.auditEvent.findMany({ where: { resourceType: 'configs' } }),
    ]
    const stored = JSON.stringify(rows)
    for (const secret of [SECRET, 'between us only']) expect(stored).not.toContain(secret)

    const again = JSON.parse(shown)
    again.targets.reverse()
    again.targets[1].weight = 2
    expect((await put(slug, { config: again })).status).toBe(200)
    const config = await prisma.config.findFirstOrThrow({ where: { slug } })
    const version = await prisma.configVersion.findUniqueOrThrow({ where: { id: config.versionId } })
    const { opened } = await import('../admin/sealed-json.ts')
    const ctx = { secretKey: world.runtime.settings.secret, runtime: world.runtime }
    expect(opened(ctx, version.config)).toMatchObject({
      targets: [{ aws_secret_access_key: 'short' }, { api_key: SECRET, weight: 2 }],
    })
  })

  test('200: a secret inside JSON text is no more told to the trail than one inside an object', async () => {
    const secret = '0123456789abcdef0123456789abcdef'
    await add(JSON.stringify({ provider: 'openai', api_key: secret }))
    const rows = await world.database.prisma.auditEvent.findMany({ where: { resourceType: 'configs' } })
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('400: a mask that stands for no secret is not kept as one', async () => {
    const { status, body } = await post({ config: { provider: 'openai', api_key: 'sk********nop' } })
    expect([status, body.message]).toEqual([
      400,
      'config holds a masked api_key: sk********nop. Send the secret itself, or name a stored provider',
    ])
  })

  test.each([
    ['no name', { name: undefined, config: { provider: '@one' } }, 'name', 'name is required'],
    ['no config', {}, 'config', 'config is required'],
    ['a list', { config: [] }, 'config', 'config must be'],
    ['text that is no JSON', { config: '{' }, 'config', 'config must be an object, or the same as JSON text'],
    ['text of a list', { config: '[]' }, 'config', 'config must be an object'],
    ['nothing said', { config: {} }, 'config', 'config must say something'],
    [
      'a word nearly right',
      { config: { provider: '@one', retri: {} } },
      'config.retri',
      'did you mean retry?',
    ],
    [
      'a word nearly right, deep inside',
      {
        config: {
          strategy: { mode: 'single' },
          targets: [{ provider: '@one', cache: { mode: 'simple', maxage: 60 } }],
        },
      },
      'config.targets.0.cache.maxage',
      'did you mean max_age?',
    ],
    ['a provider nobody makes', { config: { provider: 'opnai' } }, 'config.provider', 'did you mean openai?'],
    [
      'a host inside',
      { config: { provider: 'openai', custom_host: 'http://10.0.0.1/v1' } },
      'config.custom_host',
      'private',
    ],
    [
      'a webhook inside',
      {
        config: {
          provider: '@one',
          input_guardrails: [{ webhook: { webhookURL: 'http://169.254.169.254/' } }],
        },
      },
      'config.input_guardrails.0.webhook.webhookURL',
      'private',
    ],
    [
      'depth beyond sense',
      { config: `${'{"override_params":'.repeat(1)}${'['.repeat(20000)}${']'.repeat(20000)}}` },
      'config',
      'levels deep',
    ],
    [
      'a character that cannot be kept',
      { config: '{"provider":"@one","metadata":{"a":"\\u0000"}}' },
      'config',
      'cannot be kept',
    ],
    [
      'a name nearly right',
      { config: { provider: '@one' }, isdefault: true },
      'isdefault',
      'did you mean is_default?',
    ],
  ])('400: %s', async (_, said, param, message) => {
    const { status, body } = await post(said)
    expect([status, body.errorCode, (body.error as { param: string }).param]).toEqual([400, 'AB01', param])
    expect(body.message).toContain(message)
  })

  test('400: without a workspace where the key has none', async () => {
    const { status, body } = await post({ config: { provider: '@one' }, workspace_id: undefined })
    expect([status, body.message]).toEqual([400, 'workspace_id is required'])
  })

  test('400: more targets than there may be, at the root and beneath it', async () => {
    const targets = (count: number) => Array.from({ length: count }, () => ({ provider: '@one' }))
    const group = (count: number) => ({ strategy: { mode: 'fallback' }, targets: targets(count) })
    expect((await post({ config: group(100) })).status).toBe(200)
    const wide = await post({ config: group(101) })
    expect([wide.status, wide.body.message]).toEqual([400, 'config.targets may hold at most 100 targets'])
    const deep = await post({
      config: { strategy: { mode: 'fallback' }, targets: [...targets(1), group(51)] },
    })
    expect(deep.body.message).toBe('config.targets.1 may hold at most 50 targets at all depths, and holds 51')
    const conditional = {
      strategy: {
        mode: 'conditional',
        // biome-ignore lint/suspicious/noThenProperty: the wire's word
        conditions: [{ query: { 'metadata.a': '1' }, then: 'x' }],
        default: 'x',
      },
      targets: [{ name: 'x', provider: '@one' }, ...targets(200)],
    }
    expect((await post({ config: conditional })).status).toBe(200)
  })

  test('404: what it names must exist in the workspace; every path at fault is named', async () => {
    await addProvider('theirs', elsewhere.id)
    const { status, body } = await post({
      config: {
        strategy: { mode: 'fallback' },
        targets: [
          { provider: '@one' },
          { provider: '@theirs' },
          { virtual_key: 'gone', input_guardrails: ['pg-none'], prompt_id: 'pp-none' },
          { override_params: { model: '@nobody/gpt-4o' } },
        ],
      },
    })
    expect([status, body.errorCode, body.message]).toEqual([
      404,
      'AB02',
      'config.targets.1.provider names no provider of this workspace: theirs',
    ])
    expect((body.data as { details: { path: string }[] }).details.map(({ path }) => path)).toEqual([
      'config.targets.1.provider',
      'config.targets.2.virtual_key',
      'config.targets.2.prompt_id',
      'config.targets.2.input_guardrails.0',
      'config.targets.3.override_params.model',
    ])
  })

  test('404: a provider whose integration is archived is gone', async () => {
    await addProvider('retired', workspaceId)
    await world.database.prisma.integration.updateMany({
      where: { slug: 'retired-key' },
      data: { status: 'archived' },
    })
    expect((await post({ config: { provider: '@retired' } })).status).toBe(404)
  })

  test('a failed write leaves no row and no trail', async () => {
    const { prisma } = world.database
    const count = async () => [await prisma.config.count(), await prisma.auditEvent.count()]
    const before = await count()
    await post({ config: { provider: '@nope' } })
    await post({ config: { provider: '@one' }, name: '' })
    expect(await count()).toEqual(before)
  })
})

describe('GET /configs', () => {
  test('200: a list newest first, without texts, with who uses each', async () => {
    const slug = await add()
    const { body } = await as('GET', `configs?workspace_id=${workspaceId}&page_size=1`)
    expect(body).toMatchObject({ success: true, object: 'list' })
    const [row] = body.data as Record<string, unknown>[]
    expect(row).toMatchObject({ slug, used_by: 0, type: 'ORG_CONFIG', format: 'json', status: 'active' })
    expect(row).toHaveProperty('summary', 'Sent to @one')
    expect(row).not.toHaveProperty('config')
    expect(Number(body.total)).toBeGreaterThan(1)
  })

  test('200: the empty query of the Python client lists all the key may see', async () => {
    const slug = await add()
    const mine = await world.addKey('workspace-service', ['configs.list'])
    for (const key of [world.adminKey, mine.secret]) {
      const { status, body } = await as('GET', 'configs?', { key })
      expect(status).toBe(200)
      expect((body.data as { slug: string }[]).map((row) => row.slug)).toContain(slug)
    }
    const there = await world.addKey('workspace-service', ['configs.list'], { workspaceId: elsewhere.id })
    expect((await as('GET', 'configs?', { key: there.secret })).body).toMatchObject({ total: 0, data: [] })
  })

  test('200: one is read by slug in any case, or by id, without its workspace', async () => {
    const slug = await add()
    const { body } = await as('GET', `configs/${slug.toUpperCase()}`)
    const { success, data, ...flat } = body
    expect(data).toEqual(flat)
    expect(flat).toMatchObject({ object: 'config', slug, config: '{"provider":"@one"}', owner_id: null })
    expect((await as('GET', `configs/${flat.id}`)).body.slug).toBe(slug)
  })

  test('200: rows say which person made and changed them', async () => {
    const made = await post(
      { config: { provider: '@one' } },
      { key: undefined as never, userId: world.ownerId },
    )
    expect(await read(String(made.body.slug))).toMatchObject({
      created_by: world.ownerId,
      owner_id: world.ownerId,
      updated_by: world.ownerId,
    })
  })

  test('400: two workspaces with the same slug must be told apart', async () => {
    const slug = await add()
    const { prisma } = world.database
    const id = world.runtime.newId()
    const versionId = world.runtime.newId()
    await prisma.config.create({
      data: {
        id,
        workspaceId: elsewhere.id,
        slug,
        name: 'twin',
        versionId,
        versions: { create: { id: versionId, config: { provider: '@x' } } },
      },
    })
    const { status, body } = await as('GET', `configs/${slug}`)
    expect([status, body.message]).toEqual([
      400,
      'workspace_id is required: several workspaces have a config of this slug',
    ])
    expect((await as('GET', `configs/${slug}?workspace_id=${elsewhere.slug}`)).body.id).toBe(id)
  })

  test('404: another tenant’s and another workspace’s are answered like one nobody has', async () => {
    const slug = await add()
    const id = String((await read(slug)).id)
    const there = await world.addKey(
      'workspace-service',
      ['configs.read', 'configs.update', 'configs.delete'],
      {
        workspaceId: elsewhere.id,
      },
    )
    const other = await world.addOrganisation('tenant')
    const tenant = await world.addKey(
      'organisation-service',
      ['configs.read', 'configs.update', 'configs.delete'],
      {
        organisationId: other.id,
      },
    )
    for (const { secret: key } of [there, tenant]) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const none = await as(method, `configs/${NOBODY}`, { key, ...(method === 'PUT' ? { body: {} } : {}) })
        expect(none.status).toBe(404)
        for (const named of [slug, id]) {
          const { status, body } = await as(method, `configs/${named}`, {
            key,
            ...(method === 'PUT' ? { body: {} } : {}),
          })
          expect([status, body.message, body.errorCode]).toEqual([
            404,
            none.body.message,
            none.body.errorCode,
          ])
        }
      }
    }
  })
})

describe('PUT /configs/{slug}', () => {
  test('200: a changed text is a new version, the same text is not', async () => {
    const slug = await add()
    const first = (await read(slug)).version_id
    const same = await put(slug, { config: '{ "provider" : "@one" }', name: 'Renamed' })
    expect(same.body).toMatchObject({ success: true, object: 'config', version_id: first })
    expect((await read(slug)).name).toBe('Renamed')
    const changed = await put(slug, { config: { provider: '@one', retry: { attempts: 1 } } })
    expect(changed.body.version_id).not.toBe(first)
    const { body } = await as('GET', `configs/${slug}/versions`)
    expect(body).toMatchObject({ object: 'list', total: 2 })
    expect(body.data).toMatchObject([
      { id: changed.body.version_id, is_current: true, config: '{"provider":"@one","retry":{"attempts":1}}' },
      { id: first, is_current: false, config: '{"provider":"@one"}' },
    ])
  })

  test('200: what Node sends along is passed over', async () => {
    const slug = await add()
    expect((await put(slug, { slug, name: 'Again', workspace_id: workspaceId })).status).toBe(200)
  })

  test('200: two changes at once are two versions, and the later one holds', async () => {
    const slug = await add()
    const answers = await Promise.all(
      [1, 2, 3, 4].map((attempts) => put(slug, { config: { provider: '@one', retry: { attempts } } })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { body } = await as('GET', `configs/${slug}/versions`)
    expect(body.total).toBe(5)
    const [newest] = body.data as { id: string; is_current: boolean }[]
    expect(newest).toMatchObject({ is_current: true, id: (await read(slug)).version_id })
  })

  test('200: the trail tells before and after, as objects', async () => {
    const slug = await add()
    await put(slug, { config: { provider: '@one', cache: 'simple' } })
    const audit = await world.database.prisma.auditEvent.findFirstOrThrow({
      where: { resourceType: 'configs', action: 'update' },
      orderBy: { id: 'desc' },
    })
    expect(audit).toMatchObject({
      workspaceId,
      before: { slug, config: { provider: '@one' } },
      after: { slug, config: { provider: '@one', cache: 'simple' } },
    })
  })

  test('200: archived by status, and back by its id', async () => {
    const slug = await add()
    const { id } = await read(slug)
    expect((await put(slug, { status: 'archived' })).status).toBe(200)
    expect((await as('GET', `configs/${slug}`)).status).toBe(404)
    const archived = await as('GET', `configs?workspace_id=${workspaceId}&status=archived`)
    expect((archived.body.data as { slug: string }[]).map((row) => row.slug)).toContain(slug)
    expect((await put(String(id), { status: 'active' })).status).toBe(200)
    expect((await read(slug)).status).toBe('active')
  })

  test('200: is_default 0 takes the mark away', async () => {
    const slug = await add(undefined, { is_default: 1 })
    await put(slug, { is_default: 0 })
    expect((await read(slug)).is_default).toBe(0)
  })

  test('400 and 404: an unfit text changes nothing', async () => {
    const slug = await add()
    expect((await put(slug, { config: { provider: '@one', nope: 1 } })).status).toBe(400)
    expect((await put(slug, { config: { provider: '@nope' } })).status).toBe(404)
    expect((await put(slug, { status: 'gone' })).status).toBe(400)
    expect(await textOf(slug)).toBe('{"provider":"@one"}')
  })

  test('403: a read-only key is refused', async () => {
    const slug = await add()
    const key = await world.addKey('workspace-service', ['configs.read', 'configs.list'])
    for (const [method, path] of [
      ['PUT', `configs/${slug}`],
      ['POST', 'configs'],
      ['POST', `configs/${slug}/versions/${NOBODY}/restore`],
    ] as const)
      expect((await as(method, path, { key: key.secret, body: {} })).status).toBe(403)
    expect((await as('DELETE', `configs/${slug}`, { key: key.secret })).status).toBe(403)
  })

  test('403: a member may look and not write, unless the setting says so', async () => {
    const member = await world.addUser('member', { [workspaceId]: 'member' })
    const slug = await add()
    const ask = { key: undefined as never, userId: member }
    expect((await as('GET', `configs/${slug}`, ask)).status).toBe(200)
    const refused = await put(slug, { name: 'Mine' }, ask)
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringContaining('membersWriteConfigs'),
    ])
    const { prisma } = world.database
    const { organisationId: id } = world.first
    await prisma.organisation.update({
      where: { id },
      data: { securitySettings: { membersWriteConfigs: true } },
    })
    expect((await put(slug, { name: 'Mine' }, ask)).status).toBe(200)
    await prisma.organisation.update({ where: { id }, data: { securitySettings: {} } })
  })
})

describe('POST /configs/{slug}/versions/{version_id}/restore', () => {
  test('200: an old text comes back as a new version', async () => {
    const slug = await add({ provider: 'openai', api_key: SECRET })
    const old = (await read(slug)).version_id
    await put(slug, { config: { provider: '@one' } })
    const { body } = await as('POST', `configs/${slug}/versions/${old}/restore`)
    expect(body.version_id).not.toBe(old)
    expect(await textOf(slug)).toBe('{"provider":"openai","api_key":"sk********nop"}')
    expect((await as('GET', `configs/${slug}/versions`)).body.total).toBe(3)
  })

  test('404: a version of another config, or one that names what is gone', async () => {
    const [slug, other] = [await add(), await add()]
    const foreign = (await read(other)).version_id
    expect((await as('POST', `configs/${slug}/versions/${foreign}/restore`)).status).toBe(404)
    await addProvider('short-lived', workspaceId)
    const left = await add({ provider: '@short-lived' })
    const old = (await read(left)).version_id
    await put(left, { config: { provider: '@one' } })
    await world.database.prisma.provider.updateMany({
      where: { slug: 'short-lived' },
      data: { status: 'archived' },
    })
    const { status, body } = await as('POST', `configs/${left}/versions/${old}/restore`)
    expect([status, body.message]).toEqual([
      404,
      'config.provider names no provider of this workspace: short-lived',
    ])
  })
})

describe('DELETE /configs/{slug}', () => {
  test('200: gone by slug and by id, kept for the trail, its slug free', async () => {
    const slug = await add(undefined, { is_default: 1 })
    const { id } = await read(slug)
    const { status, body } = await as('DELETE', `configs/${slug}`)
    expect([status, body]).toEqual([200, {}])
    for (const named of [slug, id]) expect((await as('GET', `configs/${named}`)).status).toBe(404)
    const row = await world.database.prisma.config.findUniqueOrThrow({ where: { id: String(id) } })
    expect(row).toMatchObject({ status: 'archived', isDefault: false })
    const byId = await read(await add())
    expect((await as('DELETE', `configs/${byId.id}`)).status).toBe(200)
  })

  test.each(['config_id by slug', 'config_id by id'])('409: while a key carries it (%s)', async (form) => {
    const slug = await add()
    const { id } = await read(slug)
    const key = await world.addKey('workspace-service', [])
    const { prisma } = world.database
    const said = form.endsWith('id') ? id : slug
    await prisma.apiKey.update({
      where: { id: key.id },
      data: { name: 'checkout-bot', defaults: { config_id: said, config_slug: slug } as object },
    })
    expect((await read(slug)).used_by).toBe(1)
    expect((await as('GET', `configs/${slug}/dependents`)).body).toMatchObject({
      total: 1,
      data: [{ object: 'config-dependent', kind: 'api_keys', id: key.id, name: 'checkout-bot' }],
    })
    for (const { status, body } of [
      await as('DELETE', `configs/${slug}`),
      await put(slug, { status: 'archived' }),
    ]) {
      expect([status, body.errorCode]).toEqual([409, 'AB07'])
      expect(body.message).toBe(
        `${slug} is the default config of the key checkout-bot. Give them another config first.`,
      )
      expect((body.data as { details: unknown }).details).toEqual([
        { path: 'api_keys', rule: 'dependent', message: 'checkout-bot' },
      ])
    }
    await prisma.apiKey.update({ where: { id: key.id }, data: { status: 'archived' } })
    expect((await as('DELETE', `configs/${slug}`)).status).toBe(200)
  })

  test('409: while the workspace gives it to the keys of its people', async () => {
    const slug = await add()
    const { prisma } = world.database
    await prisma.workspace.update({
      where: { id: workspaceId },
      data: { defaults: { user_api_key_config: slug } },
    })
    const { status, body } = await as('DELETE', `configs/${slug}`)
    expect([status, body.message]).toEqual([409, expect.stringContaining('user_api_key_config')])
    await prisma.workspace.update({ where: { id: workspaceId }, data: { defaults: {} } })
    expect((await as('DELETE', `configs/${slug}`)).status).toBe(200)
  })
})
