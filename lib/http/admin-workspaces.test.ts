import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meVerbs } from '../admin/people-me.ts'
import { workspaceVerbs } from '../admin/workspaces.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let routes: RouteHandlers
let member: string

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, workspaceVerbs, meVerbs)
  await world.addWorkspace('Search')
  const shop = await world.addWorkspace('Shop')
  await world.database.prisma.workspace.update({ where: { id: shop.id }, data: { icon: '🛒' } })
  const gone = await world.addWorkspace('Gone')
  await world.database.prisma.workspace.update({ where: { id: gone.id }, data: { status: 'archived' } })
  member = await world.addUser('member', { [shop.id]: 'member' })
})
afterAll(() => world.drop())

const names = async (query: string, ask: { key?: string; userId?: string } = { key: world.adminKey }) =>
  ((await world.call(routes, 'GET', `admin/workspaces${query}`, ask)).body.data as { name: string }[]).map(
    ({ name }) => name,
  )

describe('workspaces', () => {
  test('the default one comes first; names filter as the contract says', async () => {
    expect(await names('')).toEqual(['Shared Team Workspace', 'Search', 'Shop'])
    expect(await names('?name=S')).toEqual(['Shared Team Workspace', 'Search', 'Shop'])
    expect(await names('?name=sh')).toEqual([])
    expect(await names('?name=S%25p')).toEqual([])
    expect(await names('?name=S_op')).toEqual([])
    expect(await names('?exact_name=Shop')).toEqual(['Shop'])
    expect(await names('?exact_name=Sho')).toEqual([])
    expect(await names('?exact_name=Shop&name_format=display')).toEqual(['🛒 Shop'])
    expect(await names('?status=archived')).toEqual(['Gone'])
    expect(await names('?status=active,archived&page_size=2&current_page=1')).toHaveLength(2)
    expect(
      (await world.call(routes, 'GET', 'admin/workspaces?status=odd', { key: world.adminKey })).status,
    ).toBe(400)
  })

  test('what clients write for nothing filters nothing; any other word is a word', async () => {
    for (const unsaid of ['', 'NOT_GIVEN', 'undefined', 'None', 'null'])
      expect(await names(`?name=${unsaid}`)).toHaveLength(3)
    expect(await names('?name=missing')).toEqual([])
  })

  test('a member and a workspace key see their own, never archived ones', async () => {
    expect(await names('?status=active,archived', { userId: member })).toEqual(['Shop'])
    const key = await world.addKey('workspace-service', ['workspaces.list'])
    expect(await names('', { key: key.secret })).toEqual(['Shared Team Workspace'])
  })

  test('one is read by id or slug, with its members; another’s is unknown', async () => {
    const { body } = await world.call(routes, 'GET', 'admin/workspaces/ws-shop', { key: world.adminKey })
    expect(body).toMatchObject({
      object: 'workspace',
      slug: 'ws-shop',
      is_default: 0,
      usage_limits: [],
      created_by: null,
      defaults: { metadata: {}, input_guardrails: [], output_guardrails: [], user_api_key_config: null },
      settings: {},
      security_settings: {},
      users: [{ id: member, scopes: expect.arrayContaining(['completions.write']), settings: {} }],
    })
    expect((await world.call(routes, 'GET', `admin/workspaces/${body.id}`, { userId: member })).status).toBe(
      200,
    )
    expect((await world.call(routes, 'GET', 'admin/workspaces/ws-search', { userId: member })).status).toBe(
      404,
    )
  })
})

describe('what a workspace holds', () => {
  test('lists and reads count members, providers and living keys for whoever sees every workspace', async () => {
    const { id } = await world.addWorkspace('Counted')
    await world.addKey('workspace-service', ['workspaces.read'], { workspaceId: id })
    const gone = await world.addKey('workspace-service', ['workspaces.read'], { workspaceId: id })
    await world.database.prisma.apiKey.update({ where: { id: gone.id }, data: { status: 'archived' } })
    const inside = await world.addUser('member', { [id]: 'admin' })
    const counts = { members: 1, providers: 0, api_keys: 1 }
    const read = (ask: { key?: string; userId?: string }) =>
      world.call(routes, 'GET', `admin/workspaces/${id}`, ask)
    expect((await read({ userId: world.ownerId })).body.counts).toEqual(counts)
    const { body } = await world.call(routes, 'GET', 'admin/workspaces?exact_name=Counted', {
      key: world.adminKey,
    })
    expect(body.data).toMatchObject([{ counts }])
    expect((await read({ userId: inside })).body).not.toHaveProperty('counts')
  })

  test('settings say what holds, by whose word, and whether the workspace may say it', async () => {
    const { prisma } = world.database
    const { id } = await world.addWorkspace('Ruled')
    const { organisationId } = world.first
    const before = await prisma.organisation.findUniqueOrThrow({ where: { id: organisationId } })
    await prisma.organisation.update({
      where: { id: organisationId },
      data: {
        settings: { request_logging: 'metrics_only', user_attribution: { enabled: true } },
        securitySettings: { managersViewLogs: false, workspace_overrides: { configs: true } },
      },
    })
    await prisma.workspace.update({
      where: { id },
      data: {
        settings: { request_logging: 'full', user_attribution: { enabled: false } },
        securitySettings: { membersWriteConfigs: true, managersViewLogs: true },
      },
    })
    const member = await world.addUser('member', { [id]: 'member' })
    const ask = (who: { key?: string; userId?: string }) =>
      world.call(routes, 'GET', `admin/workspaces/${id}/settings`, who)
    const { status, body } = await ask({ userId: member })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      object: 'workspace-settings',
      workspace_id: id,
      metadata_schema: null,
      settings: {
        request_logging: {
          value: 'metrics_only',
          inherited: 'metrics_only',
          source: 'organisation',
          is_open: false,
        },
        user_attribution: {
          value: { enabled: false, allow_override: false },
          inherited: { enabled: true, allow_override: false },
          source: 'workspace',
          is_open: true,
        },
        export_settings: { value: { deniedFields: [] }, source: 'default', is_open: false },
      },
      security_settings: {
        membersWriteConfigs: { value: true, inherited: false, source: 'workspace', is_open: true },
        membersViewConfigs: { value: true, inherited: true, source: 'default', is_open: true },
        managersViewLogs: { value: false, inherited: false, source: 'organisation', is_open: false },
      },
    })
    const elsewhere = await world.addWorkspace('Elsewhere')
    const outside = await world.addUser('member', { [elsewhere.id]: 'admin' })
    expect((await ask({ userId: outside })).status).toBe(404)
    await prisma.organisation.update({
      where: { id: organisationId },
      data: { settings: before.settings ?? {}, securitySettings: before.securitySettings ?? {} },
    })
  })
})

describe('workspaces are made', () => {
  const make = (body: object, ask: { key?: string; userId?: string } = { userId: world.ownerId }) =>
    world.call(routes, 'POST', 'admin/workspaces', { ...ask, body })

  test('200: with a slug of its own, its maker as admin and whoever was named as members', async () => {
    const ana = await world.addUser('member')
    const { status, body } = await make({
      name: 'Ärzte & Söhne',
      icon: '🩺',
      description: 'Medical',
      defaults: { metadata: { team: 'med' } },
      users: [ana],
      usage_limits: { type: 'cost', credit_limit: 50, periodic_reset: 'monthly' },
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      object: 'workspace',
      name: 'Ärzte & Söhne',
      icon: '🩺',
      description: 'Medical',
      is_default: 0,
      status: 'active',
      created_by: world.ownerId,
      last_reset_at: null,
      defaults: {
        metadata: { team: 'med' },
        input_guardrails: [],
        output_guardrails: [],
        user_api_key_config: null,
      },
      usage_limits: [{ type: 'cost', credit_limit: 50 }],
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
    })
    expect(body.slug).toMatch(/^ws-[a-z0-9-]+-[0-9a-f]{6}$/)
    const users = body.users as Record<string, unknown>[]
    expect(users.map(({ id, role }) => [id, role]).sort()).toEqual(
      [
        [ana, 'member'],
        [world.ownerId, 'admin'],
      ].sort(),
    )
    // The Python client reads them as maps from text to text.
    expect(users.flatMap((one) => Object.values(one)).every((value) => typeof value === 'string')).toBe(true)
    const events = await world.database.prisma.outboxMessage.findMany({
      where: { workspaceId: body.id as string },
    })
    expect(events.map(({ kind, payload }) => [kind, (payload as { role: string }).role]).sort()).toEqual([
      ['member.added', 'admin'],
      ['member.added', 'member'],
    ])
  })

  test('200: the integrations for every workspace come with it, each with a provider', async () => {
    const { body } = await make({ name: 'Provisioned' })
    const providers = await world.database.prisma.provider.findMany({
      where: { workspaceId: body.id as string },
    })
    expect(providers.map(({ slug }) => slug)).toEqual(['sandbox'])
    expect(
      await world.database.prisma.integrationWorkspace.count({
        where: { workspaceId: body.id as string, enabled: true },
      }),
    ).toBe(1)
  })

  test('200: a key makes one too, and nobody is in it', async () => {
    const { status, body } = await make({ name: 'By key' }, { key: world.adminKey })
    expect([status, body.users, body.created_by]).toEqual([200, [], null])
  })

  test.each([
    [{}, 'name'],
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(256) }, 'name'],
    [{ name: 'Icons', icon: 'ab' }, 'icon'],
    [{ name: 'Icons', icon: '🛒🛒' }, 'icon'],
    [{ name: 'Near', usage_limit: { credit_limit: 5 } }, 'usage_limit'],
    [{ name: 'Near', ratelimits: [] }, 'ratelimits'],
    [{ name: 'Near', defaults: { meta: {} } }, 'defaults.meta'],
    [{ name: 'Long', defaults: { metadata: { a: 'x'.repeat(129) } } }, 'defaults.metadata.a'],
  ])('400: %j is refused, naming the field', async (body, param) => {
    const answer = await make(body)
    expect([answer.status, answer.body.errorCode, (answer.body.error as { param: string }).param]).toEqual([
      400,
      'AB01',
      param,
    ])
  })

  test('404: somebody of another organisation is answered like somebody nobody is', async () => {
    const other = await world.addOrganisation('ws-create-elsewhere')
    const theirs = await world.addUser('member', {}, other.id)
    const answers = await Promise.all(
      [theirs, '00000000-0000-7000-8000-000000000000', 'nobody'].map((id) =>
        make({ name: 'Nope', users: [id] }),
      ),
    )
    for (const { status, body } of answers) {
      expect([status, body.errorCode, body.message]).toEqual([
        404,
        'AB02',
        'users.0 names no person of this organisation.',
      ])
    }
  })

  test('404: a new workspace has no guardrails and configs of its own to name', async () => {
    for (const defaults of [{ input_guardrails: ['pii'] }, { user_api_key_config: 'pc-any' }]) {
      const { status, body } = await make({ name: 'Early', defaults })
      expect([status, body.errorCode]).toEqual([404, 'AB02'])
    }
  })

  test('409: names are taken once, also by two at the same moment', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => make({ name: 'Only one' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    const { status, body } = await make({ name: 'Only one' })
    expect([status, body.errorCode]).toEqual([409, 'AB07'])
    expect(body.message).toBe('There is a workspace named Only one already. Choose another name.')
    const other = await world.addOrganisation('same-name')
    const theirs = await world.addUser('owner', {}, other.id)
    expect((await make({ name: 'Only one' }, { userId: theirs })).status).toBe(200)
  })

  test('403: members and read-only keys cannot', async () => {
    expect((await make({ name: 'Mine' }, { userId: member })).status).toBe(403)
    const key = await world.addKey('organisation-service', ['workspaces.read', 'workspaces.list'])
    expect((await make({ name: 'Mine' }, { key: key.secret })).status).toBe(403)
  })

  test('one audit row tells what came of it; a refused one leaves none', async () => {
    const { body } = await make({ name: 'Audited' })
    const rows = await world.database.prisma.auditEvent.findMany({ where: { resourceId: body.id as string } })
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      resourceType: 'workspaces',
      action: 'create',
      resourceName: 'Audited',
      workspaceId: body.id,
      actorId: world.ownerId,
      before: null,
      after: { name: 'Audited', providers: ['sandbox'], users: [{ id: world.ownerId, role: 'admin' }] },
    })
    const count = () => world.database.prisma.auditEvent.count()
    const before = await count()
    await make({ name: 'Audited' })
    await make({ name: 'x', icon: 'no' })
    expect(await count()).toBe(before)
  })
})

describe('workspaces change', () => {
  const put = (
    id: string,
    body: object,
    ask: { key?: string; userId?: string } = { userId: world.ownerId },
  ) => world.call(routes, 'PUT', `admin/workspaces/${id}`, { ...ask, body })
  const organisation = (data: object) =>
    world.database.prisma.organisation.update({ where: { id: world.first.organisationId }, data })

  test('200: what is absent stays, null clears, a value replaces', async () => {
    const { id, slug } = await world.addWorkspace('Three')
    const first = await put(slug, {
      description: 'one',
      icon: '🎯',
      defaults: { metadata: { a: '1' } },
      usage_limits: [{ type: 'tokens', credit_limit: 1000 }],
    })
    expect(first.body).toMatchObject({
      id,
      description: 'one',
      icon: '🎯',
      defaults: { metadata: { a: '1' } },
    })
    const second = await put(id, { name: 'Three more', defaults: {} })
    expect(second.body).toMatchObject({
      name: 'Three more',
      slug,
      description: 'one',
      defaults: { metadata: { a: '1' } },
      usage_limits: [{ type: 'tokens', credit_limit: 1000 }],
    })
    const third = await put(id, {
      description: null,
      icon: null,
      defaults: { metadata: null },
      usage_limits: null,
    })
    expect(third.body).toMatchObject({
      description: null,
      icon: null,
      defaults: { metadata: {} },
      usage_limits: [],
    })
    const rows = await world.database.prisma.auditEvent.findMany({
      where: { resourceId: id, action: 'update' },
      orderBy: { id: 'asc' },
    })
    expect(rows).toHaveLength(3)
    for (const row of rows) expect(row).toMatchObject({ workspaceId: id, resourceType: 'workspaces' })
    const nameIn = (row: unknown) => (row as { name: string }).name
    expect(rows.map(({ before, after }) => `${nameIn(before)} → ${nameIn(after)}`).sort()).toEqual([
      'Three more → Three more',
      'Three → Three',
      'Three → Three more',
    ])
  })

  test('200: usage begins anew when asked', async () => {
    const { id } = await world.addWorkspace('Anew')
    const { body } = await put(id, { reset_usage: true })
    expect(body.last_reset_at).toBe(new Date(world.runtime.now()).toISOString())
  })

  test('200: guardrails and the config of user keys are its own, by id or slug', async () => {
    const { prisma } = world.database
    const { id } = await world.addWorkspace('Guarded')
    const [guardrailId, configId, foreignId] = [
      world.runtime.newId(),
      world.runtime.newId(),
      world.runtime.newId(),
    ]
    const organisationId = world.first.organisationId
    await prisma.guardrail.create({
      data: {
        id: guardrailId,
        organisationId,
        workspaceId: id,
        slug: 'pii',
        name: 'PII',
        versionId: guardrailId,
      },
    })
    await prisma.guardrail.create({
      data: {
        id: foreignId,
        organisationId,
        workspaceId: world.first.workspaceId,
        slug: 'foreign',
        name: 'Foreign',
        versionId: foreignId,
      },
    })
    await prisma.config.create({
      data: { id: configId, workspaceId: id, slug: 'pc-own', name: 'Own', versionId: configId },
    })
    const { body } = await put(id, {
      defaults: {
        input_guardrails: [guardrailId],
        output_guardrails: ['pii'],
        user_api_key_config: configId,
      },
    })
    expect(body.defaults).toMatchObject({
      input_guardrails: ['pii'],
      output_guardrails: ['pii'],
      user_api_key_config: 'pc-own',
    })
    for (const one of ['foreign', 'none']) {
      const { status, body } = await put(id, { defaults: { input_guardrails: [one] } })
      expect([status, body.message]).toEqual([
        404,
        'defaults.input_guardrails.0 names no guardrail of this workspace.',
      ])
    }
  })

  test('400: metadata must fit the organisation’s schema, whose defaults are filled in', async () => {
    const { id } = await world.addWorkspace('Schema')
    await organisation({
      settings: {
        workspace_metadata_schema: {
          type: 'object',
          additionalProperties: true,
          properties: { cost_center: { type: 'string' }, tier: { type: 'string', default: 'basic' } },
          required: ['cost_center'],
        },
      },
    })
    try {
      const refused = await put(id, { defaults: { metadata: { other: 'x' } } })
      expect([refused.status, (refused.body.error as { param: string }).param]).toEqual([
        400,
        'defaults.metadata.cost_center',
      ])
      const made = await world.call(routes, 'POST', 'admin/workspaces', {
        userId: world.ownerId,
        body: { name: 'Without' },
      })
      expect(made.status).toBe(400)
      const { body } = await put(id, { defaults: { metadata: { cost_center: '7' } } })
      expect(body.defaults).toMatchObject({ metadata: { cost_center: '7', tier: 'basic' } })
      // What does not touch the metadata does not judge it.
      expect((await put('ws-search', { description: 'still' })).status).toBe(200)
    } finally {
      await organisation({ settings: {} })
    }
  })

  test('400: settings the organisation keeps to itself are closed, and open when it says so', async () => {
    const { id } = await world.addWorkspace('Settings')
    const closed = await put(id, { settings: { request_logging: 'metrics_only' } })
    expect([closed.status, (closed.body.error as { param: string }).param]).toEqual([
      400,
      'settings.request_logging',
    ])
    expect((await put(id, { settings: { export_settings: { deniedFields: ['request'] } } })).status).toBe(400)
    expect((await put(id, { settings: { retention: { logs_days: 1 } } })).status).toBe(400)
    await organisation({ settings: { allow_workspace_override: true } })
    try {
      const { body } = await put(id, {
        settings: { request_logging: 'metrics_only', user_attribution: { enabled: true } },
      })
      expect(body.settings).toEqual({ request_logging: 'metrics_only', user_attribution: { enabled: true } })
      const again = await put(id, {
        settings: { request_logging: null, user_attribution: { allow_override: true } },
      })
      expect(again.body.settings).toEqual({ user_attribution: { enabled: true, allow_override: true } })
    } finally {
      await organisation({ settings: {} })
    }
  })

  test('400: security settings count only in categories the organisation opened', async () => {
    const { id } = await world.addWorkspace('Secure')
    const closed = await put(id, { security_settings: { membersViewApiKeys: false } })
    expect([closed.status, (closed.body.error as { param: string }).param]).toEqual([
      400,
      'security_settings.membersViewApiKeys',
    ])
    await organisation({ securitySettings: { workspace_overrides: { api_keys: true } } })
    try {
      const { body } = await put(id, { security_settings: { membersViewApiKeys: false } })
      expect(body.security_settings).toEqual({ membersViewApiKeys: false })
      expect((await put(id, { security_settings: null })).body.security_settings).toEqual({})
    } finally {
      await organisation({ securitySettings: {} })
    }
  })

  test('403: a manager changes a workspace, but not what decides about managers', async () => {
    const { id } = await world.addWorkspace('Managed')
    const manager = await world.addUser('member', { [id]: 'manager' })
    expect((await put(id, { description: 'by a manager' }, { userId: manager })).status).toBe(200)
    const { status, body } = await put(id, { security_settings: {} }, { userId: manager })
    expect([status, body.message]).toEqual([
      403,
      'Security settings are for admins of the workspace: they decide what managers and members may do.',
    ])
    const inside = await world.addUser('member', { [id]: 'member' })
    expect((await put(id, { description: 'no' }, { userId: inside })).status).toBe(403)
  })

  test('404: another tenant’s, another workspace’s, an ended one and none look alike', async () => {
    const other = await world.addOrganisation('ws-update-elsewhere')
    const { id } = await world.addWorkspace('Not theirs')
    const manager = await world.addUser('member', { [world.first.workspaceId]: 'manager' })
    for (const reference of [other.workspaceId, 'ws-theirs', 'ws-gone', 'ws-none', id]) {
      const { status, body } = await put(reference, { description: 'x' }, { userId: manager })
      expect([status, body.message]).toEqual([404, 'No such workspace.'])
    }
  })

  test('409: a name that another living one has', async () => {
    expect((await put('ws-search', { name: 'Shop' })).status).toBe(409)
    expect((await put('ws-search', { name: 'Gone' })).status).toBe(200)
    expect((await put('ws-search', { name: 'Search' })).status).toBe(200)
  })
})

describe('workspaces end', () => {
  const end = (
    id: string,
    body: object,
    ask: { key?: string; userId?: string } = { userId: world.ownerId },
  ) => world.call(routes, 'DELETE', `admin/workspaces/${id}`, { ...ask, body })

  test('200: right after its creation, as the official clients do it; name and slug are free again', async () => {
    const made = await world.call(routes, 'POST', 'admin/workspaces', {
      userId: world.ownerId,
      body: { name: 'Short-lived', icon: '🎈' },
    })
    const { id, slug } = made.body as { id: string; slug: string }
    expect(await end(id, { workspace_id: id, name: '🎈 Short-lived' })).toMatchObject({
      status: 200,
      body: {},
    })
    expect(await names('?status=archived')).toContain('Short-lived')
    expect(await names('?exact_name=Short-lived')).toEqual([])
    expect(
      (await world.call(routes, 'GET', `admin/workspaces/${id}`, { userId: world.ownerId })).body.status,
    ).toBe('archived')
    const { prisma } = world.database
    await prisma.workspace.create({
      data: {
        id: world.runtime.newId(),
        organisationId: world.first.organisationId,
        slug,
        name: 'Short-lived',
      },
    })
    expect((await end(id, { name: 'Short-lived' })).status).toBe(404)
  })

  test('409: what is in the way is listed by kind, and force ends it all', async () => {
    const { prisma } = world.database
    const { id, slug } = await world.addWorkspace('Full')
    const organisationId = world.first.organisationId
    const next = world.runtime.newId
    const key = await world.addKey('workspace-service', ['workspaces.read'], { workspaceId: id })
    const integrationId = next()
    await prisma.integration.create({
      data: {
        id: integrationId,
        organisationId,
        workspaceId: id,
        slug: 'own-openai',
        name: 'Own',
        aiProviderId: 'openai',
      },
    })
    await prisma.provider.create({
      data: { id: next(), workspaceId: id, integrationId, slug: 'own-openai', name: 'Own' },
    })
    for (const [index] of Array.from({ length: 22 }).entries()) {
      const configId = next()
      await prisma.config.create({
        data: { id: configId, workspaceId: id, slug: `pc-${index}`, name: `C${index}`, versionId: configId },
      })
    }
    const guardrailId = next()
    await prisma.guardrail.create({
      data: {
        id: guardrailId,
        organisationId,
        workspaceId: id,
        slug: 'gr-1',
        name: 'G',
        versionId: guardrailId,
      },
    })
    await prisma.usageLimitPolicy.create({
      data: {
        id: next(),
        organisationId,
        workspaceId: id,
        name: 'Cap',
        conditions: [],
        groupBy: [],
        type: 'cost',
        creditLimit: 5,
      },
    })
    await prisma.rateLimitPolicy.create({
      data: {
        id: next(),
        organisationId,
        workspaceId: id,
        name: 'Pace',
        conditions: [],
        groupBy: [],
        type: 'requests',
        unit: 'rpm',
        value: 5,
      },
    })

    const { status, body } = await end(slug, { name: 'Full' })
    expect([status, body.errorCode]).toEqual([409, 'AB07'])
    expect(body.message).toBe(
      'This workspace still has 1 API key, 1 integration, 1 provider, 22 configs, 1 guardrail and 2 policies. Delete them first, or send force_delete: true to end them with it.',
    )
    const details = (
      body.data as { details: { path: string; count: number; items: string[]; message: string }[] }
    ).details
    expect(details.map(({ path, count }) => [path, count])).toEqual([
      ['api_keys', 1],
      ['integrations', 1],
      ['providers', 1],
      ['configs', 22],
      ['guardrails', 1],
      ['policies', 2],
    ])
    expect(details[3]?.items).toHaveLength(20)
    expect(details[3]?.message).toMatch(/^pc-0, pc-1, .*, and 2 more$/)
    const listed = await world.call(routes, 'GET', `admin/workspaces/${slug}/blockers`, {
      userId: world.ownerId,
    })
    expect(listed.body).toMatchObject({
      object: 'list',
      total: 6,
      data: [{ type: 'api_keys', count: 1 }, {}, {}, {}, {}, {}],
    })
    expect((await world.call(routes, 'GET', 'admin/workspaces', { key: key.secret })).status).toBe(403)

    expect(await end(slug, { name: 'Full', force_delete: true })).toMatchObject({ status: 200, body: {} })
    expect((await world.call(routes, 'GET', `admin/workspaces/${id}`, { key: key.secret })).status).toBe(401)
    expect(await prisma.apiKeySecret.count({ where: { apiKeyId: key.id } })).toBe(0)
    const living = { where: { workspaceId: id, status: { not: 'archived' } } }
    expect(
      await Promise.all([
        prisma.apiKey.count(living),
        prisma.integration.count(living),
        prisma.provider.count(living),
        prisma.config.count(living),
        prisma.guardrail.count(living),
        prisma.usageLimitPolicy.count(living),
        prisma.rateLimitPolicy.count(living),
      ]),
    ).toEqual([0, 0, 0, 0, 0, 0, 0])
    const rows = await prisma.auditEvent.findMany({ where: { resourceId: id } })
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      action: 'delete',
      workspaceId: id,
      before: { status: 'active' },
      after: { status: 'archived', ended: { providers: ['own-openai'], policies: ['Cap', 'Pace'] } },
    })
  })

  test('400: without its name, or with another', async () => {
    await world.addWorkspace('Typed')
    expect((await end('ws-typed', {})).status).toBe(400)
    const { status, body } = await end('ws-typed', { name: 'typed', force_delete: true })
    expect([status, body.message]).toEqual([
      400,
      'name must be the name of the workspace, letter by letter: Typed',
    ])
  })

  test('409: the default workspace stays, whatever is forced', async () => {
    const { status, body } = await end(world.first.workspaceId, {
      name: 'Shared Team Workspace',
      force_delete: true,
    })
    expect([status, body.errorCode]).toEqual([409, 'AB07'])
    expect(body.message).toContain('default workspace')
  })

  test('403 for its own admin, 404 for another tenant’s', async () => {
    const { id } = await world.addWorkspace('Kept')
    const admin = await world.addUser('member', { [id]: 'admin' })
    expect((await end(id, { name: 'Kept' }, { userId: admin })).status).toBe(403)
    const other = await world.addOrganisation('ws-delete-elsewhere')
    expect((await end(other.workspaceId, { name: 'Theirs' })).status).toBe(404)
  })
})

describe('me', () => {
  test('a person reads who they are and what they may do where', async () => {
    const { body } = await world.call(routes, 'GET', 'admin/users/me', { userId: member })
    expect(body).toMatchObject({
      object: 'user',
      role: 'member',
      workspace_ids: ['ws-shop'],
      workspaces: [
        { slug: 'ws-shop', role: 'member', scopes: expect.arrayContaining(['completions.write']) },
      ],
      scopes: [],
      preferences: {},
      organisation: { slug: 'default' },
    })
    expect(JSON.stringify(body)).not.toContain('scrypt')
    const owner = await world.call(routes, 'GET', 'admin/users/me', { userId: world.ownerId })
    expect(owner.body.scopes).toHaveLength(139)
    const roles = (owner.body.workspaces as { role: string }[]).map(({ role }) => role)
    expect(new Set(roles)).toEqual(new Set(['admin']))
  })

  test('preferences merge one level deep, and null takes one away', async () => {
    const put = (body: object) => world.call(routes, 'PUT', 'admin/users/me', { userId: member, body })
    await put({ preferences: { theme: 'dark', checklist: true } })
    const { body } = await put({
      firstName: 'Ana',
      preferences: { checklist: null, last_workspace: 'ws-shop' },
    })
    expect(body).toMatchObject({
      first_name: 'Ana',
      preferences: { theme: 'dark', last_workspace: 'ws-shop' },
    })
    expect(Object.keys(body.preferences as object)).toHaveLength(2)
    const big = await put({ preferences: { big: 'x'.repeat(20_000) } })
    expect([big.status, big.body.errorCode]).toEqual([400, 'AB01'])
  })
})
