import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardrailVerbs } from '../admin/guardrails.ts'
import { organisationDefaultVerbs, workspaceExclusionVerbs } from '../admin/organisation-defaults.ts'
import { configVerbs } from '../admin/routing.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const NOBODY = '00000000-0000-7000-8000-000000000000'
const CHECK = { id: 'default.contains', parameters: { words: ['secret'], operator: 'none' } }
const ALL = ['create', 'read', 'update', 'delete', 'list'].map((verb) => `guardrails.${verb}`)

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string
let organisationId: string
let elsewhere: { id: string; slug: string }

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(
    world.source,
    guardrailVerbs,
    organisationDefaultVerbs,
    workspaceExclusionVerbs,
    configVerbs,
  )
  workspaceId = world.first.workspaceId
  organisationId = world.first.organisationId
  elsewhere = await world.addWorkspace('Elsewhere')
})
afterAll(() => world.drop())

const as = (method: string, path: string, ask: Ask = {}) => {
  world.pass(1)
  return world.call(routes, method, path, { key: world.adminKey, ...ask })
}
const post = (body: object, ask: Ask = {}) =>
  as('POST', 'guardrails', {
    body: { name: 'Nothing secret', checks: [CHECK], workspace_id: workspaceId, ...body },
    ...ask,
  })
const put = (id: string, body: unknown, ask: Ask = {}) => as('PUT', `guardrails/${id}`, { body, ...ask })
const read = async (id: string) => (await as('GET', `guardrails/${id}`)).body

async function add(more: object = {}): Promise<string> {
  const { status, body } = await post(more)
  expect([status, body.message]).toEqual([200, undefined])
  return String(body.slug)
}
const addOurs = () => add({ workspace_id: undefined, organisation_id: organisationId })
const slugsOf = (body: Record<string, unknown>) => (body.data as { slug: string }[]).map(({ slug }) => slug)
const byPerson = (userId: string): Ask => ({ key: undefined as never, userId })

describe('POST /guardrails', () => {
  test('200: of a workspace; the reply names it and its version', async () => {
    const { body } = await post({ actions: { deny: true, on_fail: { feedback: { value: -5, weight: 1 } } } })
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      slug: expect.stringMatching(/^pg-nothin-[0-9a-f]{6}$/),
      version_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      object: 'guardrail',
    })
    expect(await read(String(body.id))).toMatchObject({
      object: 'guardrail',
      workspace_id: workspaceId,
      organisation_id: organisationId,
      checks: [CHECK],
      actions: { deny: true, on_fail: { feedback: { value: -5, weight: 1 } } },
      status: 'active',
      is_enforced: false,
      owner_id: null,
    })
  })

  test('200: of the organisation when it alone is named, by id or slug', async () => {
    for (const named of [organisationId, 'default']) {
      const slug = await add({ workspace_id: undefined, organisation_id: named })
      expect((await read(slug)).workspace_id).toBeNull()
    }
    expect((await read(await add({ organisation_id: organisationId }))).workspace_id).toBe(workspaceId)
  })

  test('200: what is left out stays out, and parameters come back in the order they were written', async () => {
    const schema = { zebra: 1, type: 'object', a: { b: true } }
    const slug = await add({ checks: [{ parameters: { schema, not: false }, id: 'jsonSchema' }] })
    const row = await read(slug)
    expect(JSON.stringify(row.checks)).toBe(
      `[{"id":"jsonSchema","parameters":${JSON.stringify({ schema, not: false })}}]`,
    )
    expect(row.actions).toEqual({})
  })

  test.each([
    [{ onFail: 'block' }, { deny: true }],
    [{ on_fail: 'deny' }, { deny: true }],
    [
      { on_fail: 'block', deny: true, async: false },
      { deny: true, async: false },
    ],
    [{ onSuccess: { feedback: { value: 5 } } }, { on_success: { feedback: { value: 5 } } }],
  ])('200: actions said as %j are %j', async (said, kept) => {
    expect((await read(await add({ actions: said }))).actions).toEqual(kept)
  })

  test.each([
    'default.modelWhitelist',
    'modelwhitelist',
    'bedrock.guard',
    'patronus.phi',
    'lakera',
    'portkey.gibberish',
  ])('200: %s is a check', async (id) => {
    await add({
      checks: [{ id, ...(id.toLowerCase().includes('white') ? { parameters: { models: ['a'] } } : {}) }],
    })
  })

  test.each([
    ['no name', { name: undefined }, 'name', 'is required'],
    ['no checks', { checks: undefined }, 'checks', 'is required'],
    ['an empty list of checks', { checks: [] }, 'checks', 'at least one check'],
    [
      'a check nobody has',
      { checks: [{ id: 'default.containz' }] },
      'checks.0.id',
      'did you mean default.contains?',
    ],
    [
      'a check without its words',
      { checks: [{ id: 'contains', parameters: {} }] },
      'checks.0.parameters.words',
      'is required',
    ],
    [
      'a check with no words',
      { checks: [{ id: 'contains', parameters: { words: [] } }] },
      'checks.0.parameters.words',
      'at least one word',
    ],
    [
      'a parameter nearly right',
      { checks: [{ id: 'contains', parameters: { words: ['a'], operater: 'any' } }] },
      'checks.0.parameters.operater',
      'did you mean operator?',
    ],
    [
      'bounds that cross',
      { checks: [{ id: 'wordCount', parameters: { minWords: 9, maxWords: 1 } }] },
      'checks.0.parameters.maxWords',
      'below minWords',
    ],
    [
      'a pattern that is none',
      { checks: [{ id: 'regexMatch', parameters: { rule: '(' } }] },
      'checks.0.parameters.rule',
      'regular expression',
    ],
    [
      'a language nobody tags',
      { checks: [{ id: 'containsCode', parameters: { format: 'Cobol' } }] },
      'checks.0.parameters.format',
      'must be one of SQL',
    ],
    [
      'types both allowed and blocked',
      {
        checks: [
          { id: 'allowedRequestTypes', parameters: { allowedTypes: 'chat, embed', blockedTypes: ['embed'] } },
        ],
      },
      'checks.0.parameters.blockedTypes',
      'allowed too',
    ],
    [
      'a token of nowhere',
      { checks: [{ id: 'jwt', parameters: {} }] },
      'checks.0.parameters.jwksUri',
      'is required',
    ],
    [
      'a webhook inside',
      { checks: [{ id: 'webhook', parameters: { webhookURL: 'http://127.0.0.1/x' } }] },
      'checks.0.parameters.webhookURL',
      'private',
    ],
    [
      'a header that is kept here',
      {
        checks: [
          {
            id: 'webhook',
            parameters: { webhookURL: 'https://a.example', forwardHeaders: ['Authorization'] },
          },
        ],
      },
      'checks.0.parameters.forwardHeaders.0',
      'not handed',
    ],
    [
      'a switch nearly right',
      { checks: [{ ...CHECK, isEnabled: false }] },
      'checks.0.isEnabled',
      'did you mean is_enabled?',
    ],
    ['an action nearly right', { actions: { denny: true } }, 'actions.denny', 'did you mean deny?'],
    ['an action in other words', { actions: { on_fail: 'explode' } }, 'actions.on_fail', 'must be an object'],
    [
      'an action and its contrary',
      { actions: { on_fail: 'block', deny: false } },
      'actions.on_fail',
      'must be an object',
    ],
    [
      'feedback beyond its bounds',
      { actions: { on_fail: { feedback: { value: -11 } } } },
      'actions.on_fail.feedback.value',
      '-10 to 10',
    ],
    [
      'no workspace and no organisation',
      { workspace_id: undefined },
      'workspace_id',
      'or organisation_id is required',
    ],
  ])('400: %s', async (_, said, param, message) => {
    const { status, body } = await post(said)
    expect([status, body.errorCode, (body.error as { param: string }).param]).toEqual([400, 'AB01', param])
    expect(body.message).toContain(message)
  })

  test('404: another organisation', async () => {
    const other = await world.addOrganisation('foreign')
    for (const organisation_id of [other.id, NOBODY, 'foreign']) {
      const { status, body } = await post({ workspace_id: undefined, organisation_id })
      expect([status, body.message]).toEqual([404, 'organisation_id names no organisation.'])
    }
  })

  test('403: a workspace’s key makes none for the organisation, and a read-only one makes none at all', async () => {
    const { secret: key } = await world.addKey('workspace-service', ALL)
    const beyond = await post({ workspace_id: undefined, organisation_id: organisationId }, { key })
    expect([beyond.status, beyond.body.message]).toEqual([
      403,
      expect.stringContaining('organisation_guardrails.create'),
    ])
    expect((await post({ workspace_id: undefined }, { key })).status).toBe(200)
    const reader = await world.addKey('workspace-service', ['guardrails.read', 'guardrails.list'])
    expect((await post({}, { key: reader.secret })).status).toBe(403)
  })

  test('secrets are sealed, masked, and put back where their mask comes in', async () => {
    const secret = 'only-between-the-two-of-us'
    const hook = (more: object = {}) => ({
      id: 'webhook',
      parameters: { webhookURL: 'https://guard.example.com', headers: { 'X-Guard': secret }, ...more },
    })
    const slug = await add({ checks: [hook()] })
    const shown = (await read(slug)).checks as { parameters: { headers: Record<string, string> } }[]
    expect(shown[0]?.parameters.headers).toEqual({ 'X-Guard': 'on********-us' })
    await put(slug, {
      checks: [{ ...hook({ timeout: 5 }), parameters: { ...shown[0]?.parameters, timeout: 5 } }],
    })
    expect((await as('GET', `guardrails/${slug}/versions`)).body.total).toBe(2)
    await put(slug, { checks: [hook({ timeout: 5 })] })
    expect((await as('GET', `guardrails/${slug}/versions`)).body.total).toBe(2)
    const { prisma } = world.database
    const rows = [await prisma.guardrailVersion.findMany(), await prisma.auditEvent.findMany()]
    expect(JSON.stringify(rows)).not.toContain(secret)
  })
})

describe('GET /guardrails', () => {
  test('200: of the workspace, of the organisation, or both, as asked', async () => {
    const mine = await add()
    const ours = await addOurs()
    const theirs = await add({ workspace_id: elsewhere.id })
    const listed = async (query: string, ask: Ask = {}) =>
      slugsOf((await as('GET', `guardrails?page_size=1000&${query}`, ask)).body)
    const inMine = await listed(`workspace_id=${workspaceId}`)
    expect(inMine).toContain(mine)
    expect(inMine).not.toContain(ours)
    expect(inMine).not.toContain(theirs)
    const inOurs = await listed(`organisation_id=${organisationId}`)
    expect(inOurs).toContain(ours)
    expect(inOurs).not.toContain(mine)
    expect(await listed('')).toEqual(expect.arrayContaining([mine, ours, theirs]))
    expect(await listed(`workspace_id=${workspaceId}&organisation_id=${organisationId}`)).toEqual(
      expect.arrayContaining([mine, ours]),
    )
    const key = await world.addKey('workspace-service', ['guardrails.list'])
    const pinned = await listed('', { key: key.secret })
    expect(pinned).toContain(mine)
    expect(pinned).not.toContain(ours)
    expect(await listed(`ids=${theirs},${ours}`)).toEqual([theirs, ours])
    expect(await listed(`search=${mine.slice(3)}`)).toEqual([mine])
  })

  test('200: a list tells neither checks nor actions, in pages of up to 1000', async () => {
    const { body } = await as('GET', `guardrails?page_size=1`)
    expect(body).toMatchObject({ object: 'list', total: expect.any(Number) })
    expect((body.data as object[])[0]).not.toHaveProperty('checks')
    expect((await as('GET', 'guardrails?page_size=1001')).status).toBe(400)
  })

  test('403: the organisation’s, for who may not see them; 404 by name for who has no scope of the organisation', async () => {
    const { secret: key } = await world.addKey('workspace-service', ALL)
    expect((await as('GET', `guardrails?organisation_id=${organisationId}`, { key })).status).toBe(403)
    const ours = await addOurs()
    const none = await as('GET', `guardrails/${NOBODY}`, { key })
    const asked = await as('GET', `guardrails/${ours}`, { key })
    expect([asked.status, asked.body.message]).toEqual([404, none.body.message])
    const half = await world.addKey('organisation-service', ['guardrails.read'])
    expect((await as('GET', `guardrails/${ours}`, { key: half.secret })).status).toBe(403)
  })

  test('404: another tenant’s and another workspace’s are answered like one nobody has', async () => {
    const slug = await add()
    const { id } = await read(slug)
    const other = await world.addOrganisation('second')
    const keys = [
      await world.addKey('workspace-service', ALL, { workspaceId: elsewhere.id }),
      await world.addKey('organisation-service', ALL, { organisationId: other.id }),
    ]
    for (const { secret: key } of keys) {
      for (const [method, more] of [
        ['GET', ''],
        ['PUT', ''],
        ['DELETE', ''],
        ['GET', '/versions'],
      ] as const) {
        const ask = { key, ...(method === 'PUT' ? { body: {} } : {}) }
        const none = await as(method, `guardrails/${NOBODY}${more}`, ask)
        for (const named of [slug, id]) {
          const { status, body } = await as(method, `guardrails/${named}${more}`, ask)
          expect([status, body.message]).toEqual([404, none.body.message])
        }
      }
    }
  })

  test('200 and 403: a member looks, a manager writes', async () => {
    const member = await world.addUser('member', { [workspaceId]: 'member' })
    const manager = await world.addUser('member', { [workspaceId]: 'manager' })
    const slug = await add()
    expect((await as('GET', `guardrails/${slug}`, byPerson(member))).status).toBe(200)
    expect((await put(slug, { name: 'Mine' }, byPerson(member))).status).toBe(403)
    expect((await put(slug, { name: 'Mine' }, byPerson(manager))).status).toBe(200)
    expect(await read(slug)).toMatchObject({ name: 'Mine', updated_by: manager })
  })
})

describe('PUT /guardrails/{id}', () => {
  test('200: changed checks or actions are a version, the same ones and a name are not', async () => {
    const slug = await add({ actions: { deny: true } })
    const first = (await read(slug)).version_id
    expect((await put(slug, { name: 'Other', checks: [CHECK], actions: { deny: true } })).body).toMatchObject(
      {
        slug,
        version_id: first,
      },
    )
    const second = (await put(slug, { actions: { deny: false } })).body.version_id
    expect(second).not.toBe(first)
    const { body } = await as('GET', `guardrails/${slug}/versions`)
    expect(body.data).toMatchObject([
      { id: second, is_current: true, actions: { deny: false } },
      { id: first, is_current: false, actions: { deny: true } },
    ])
    await as('POST', `guardrails/${slug}/versions/${first}/restore`)
    expect(await read(slug)).toMatchObject({ actions: { deny: true }, name: 'Other' })
    expect((await as('POST', `guardrails/${slug}/versions/${NOBODY}/restore`)).status).toBe(404)
  })

  test('200: changes at once are each a version', async () => {
    const slug = await add()
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((word) =>
        put(slug, { checks: [{ id: 'contains', parameters: { words: [word] } }] }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const { body } = await as('GET', `guardrails/${slug}/versions`)
    expect(body.total).toBe(4)
    expect((body.data as { id: string }[])[0]?.id).toBe((await read(slug)).version_id)
  })

  test('200: the trail tells before and after', async () => {
    const slug = await add()
    await put(slug, { name: 'After' })
    const audit = await world.database.prisma.auditEvent.findFirstOrThrow({
      where: { resourceType: 'guardrails', action: 'update' },
      orderBy: { at: 'desc' },
    })
    expect(audit).toMatchObject({ before: { slug, name: 'Nothing secret' }, after: { slug, name: 'After' } })
  })
})

describe('DELETE /guardrails/{id}', () => {
  test('200: gone, and its slug is free', async () => {
    const slug = await add()
    expect((await as('DELETE', `guardrails/${slug}`)).body).toEqual({})
    expect((await as('GET', `guardrails/${slug}`)).status).toBe(404)
  })

  test('409: while it is a default of the organisation or of a workspace, or a config names it', async () => {
    const ours = await addOurs()
    await as('PUT', 'admin/organisation/defaults', { body: { input_guardrails: [ours] } })
    const { prisma } = world.database
    const where = { id: elsewhere.id }
    await prisma.workspace.update({
      where,
      data: { defaults: { output_guardrails: [ours], metadata: { a: ours } } },
    })
    const config = await as('POST', 'configs', {
      body: {
        name: 'c',
        workspace_id: workspaceId,
        config: { retry: { attempts: 1 }, input_guardrails: [ours] },
      },
    })
    expect([config.status, config.body.message]).toEqual([200, undefined])
    const refused = await as('DELETE', `guardrails/${ours}`)
    expect([refused.status, refused.body.errorCode]).toEqual([409, 'AB07'])
    expect((refused.body.data as { details: unknown }).details).toEqual([
      { path: 'organisation', rule: 'dependent', message: 'Default organisation' },
      { path: 'workspaces', rule: 'dependent', message: elsewhere.slug },
      { path: 'configs', rule: 'dependent', message: config.body.slug },
    ])
    expect(refused.body.message).toContain('the defaults of the organisation')

    await as('PUT', 'admin/organisation/defaults', { body: { input_guardrails: null } })
    await prisma.workspace.update({ where, data: { defaults: { metadata: { a: ours } } } })
    expect((await as('DELETE', `guardrails/${ours}`)).status).toBe(409)
    await as('PUT', `configs/${config.body.slug}`, { body: { config: { retry: { attempts: 1 } } } })
    expect((await as('DELETE', `guardrails/${ours}`)).status).toBe(200)
  })

  test('a config may name the workspace’s and the organisation’s, and no other', async () => {
    const [mine, ours, theirs] = [await add(), await addOurs(), await add({ workspace_id: elsewhere.id })]
    const save = (input_guardrails: unknown) =>
      as('POST', 'configs', { body: { name: 'c', workspace_id: workspaceId, config: { input_guardrails } } })
    const { id } = await read(mine)
    expect((await save([mine, ours, String(id), { id: mine.toUpperCase(), deny: true }])).status).toBe(200)
    const { status, body } = await save([theirs])
    expect([status, body.message]).toEqual([
      404,
      `config.input_guardrails.0 names no guardrail of this workspace: ${theirs}`,
    ])
  })
})

describe('/admin/organisation/defaults', () => {
  test('200: set by slug, id or the row that was read; a list left out stays, null clears', async () => {
    const [one, two] = [await addOurs(), await addOurs()]
    const edit = (body: object) => as('PUT', 'admin/organisation/defaults', { body })
    const { id } = await read(two)
    const set = await edit({ input_guardrails: [one.toUpperCase(), id, one], output_guardrails: [two] })
    expect(set.body).toEqual({
      object: 'organisation-defaults',
      input_guardrails: [
        { id: expect.any(String), slug: one },
        { id, slug: two },
      ],
      output_guardrails: [{ id, slug: two }],
      is_enforced: false,
    })
    expect((await as('GET', 'admin/organisation/defaults')).body).toEqual(set.body)
    expect((await edit(set.body)).body).toEqual(set.body)
    expect((await edit({ input_guardrails: null })).body).toMatchObject({
      input_guardrails: [],
      output_guardrails: [{ slug: two }],
    })
    const audit = await world.database.prisma.auditEvent.findFirstOrThrow({
      where: { resourceType: 'organisation' },
      orderBy: { at: 'desc' },
    })
    expect(audit).toMatchObject({
      before: { input_guardrails: [{ slug: one }, { slug: two }] },
      after: { input_guardrails: [] },
    })
  })

  test('404: a workspace’s guardrail and one nobody has', async () => {
    for (const named of [await add(), 'pg-none']) {
      const { status, body } = await as('PUT', 'admin/organisation/defaults', {
        body: { output_guardrails: [named] },
      })
      expect([status, body.message]).toEqual([
        404,
        'output_guardrails.0 names no guardrail of the organisation.',
      ])
    }
  })

  test('400: a field nearly right; 403: not for members', async () => {
    const said = await as('PUT', 'admin/organisation/defaults', { body: { input_guardrail: [] } })
    expect([said.status, said.body.message]).toEqual([400, expect.stringContaining('input_guardrails')])
    const admin = await world.addUser('member', { [workspaceId]: 'admin' })
    expect((await as('GET', 'admin/organisation/defaults', byPerson(admin))).status).toBe(403)
  })
})

describe('/workspace-exclusions', () => {
  test('200: each direction has its own, by id or slug; override_existing starts anew', async () => {
    const edit = (direction: string, body: object) =>
      as('PUT', `workspace-exclusions/${direction}-guardrails`, { body })
    const listed = async (direction: string) =>
      slugsOf(
        (await as('GET', `workspace-exclusions/${direction}-guardrails?organisation_id=${organisationId}`))
          .body,
      )
    const { slug } = await world.database.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } })
    const both = [
      { workspace_id: workspaceId, excluded: true },
      { workspace_id: elsewhere.slug, excluded: true },
    ]
    const done = await edit('input', { organisation_id: organisationId, workspaces: both })
    expect([done.status, done.body]).toEqual([200, {}])
    expect((await listed('input')).sort()).toEqual([elsewhere.slug, slug].sort())
    expect(await listed('output')).toEqual([])
    await edit('output', { workspaces: [{ workspace_id: elsewhere.id, excluded: true }] })
    await edit('input', { workspaces: [{ workspace_id: workspaceId, excluded: false }] })
    expect(await listed('input')).toEqual([elsewhere.slug])
    await edit('input', { workspaces: [both[0]], override_existing: true })
    expect(await listed('input')).toEqual([slug])
    expect(await listed('output')).toEqual([elsewhere.slug])
    const audit = await world.database.prisma.auditEvent.findFirstOrThrow({
      where: { uri: '/api/v1/workspace-exclusions/input-guardrails' },
      orderBy: { at: 'desc' },
    })
    expect(audit).toMatchObject({ before: { excluded: [elsewhere.slug] }, after: { excluded: [slug] } })
  })

  test('404: a workspace of another tenant, and one nobody has; nothing changes', async () => {
    const other = await world.addOrganisation('third')
    for (const workspace_id of [other.workspaceId, NOBODY, 'ws-none']) {
      const { status, body } = await as('PUT', 'workspace-exclusions/input-guardrails', {
        body: { workspaces: [{ workspace_id, excluded: true }] },
      })
      expect([status, body.message]).toEqual([404, 'workspaces.0.workspace_id names no workspace.'])
    }
    const missing = await as('PUT', 'workspace-exclusions/input-guardrails', { body: {} })
    expect([missing.status, missing.body.message]).toEqual([400, 'workspaces is required'])
  })
})
