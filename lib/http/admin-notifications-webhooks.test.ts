import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DomainEvent, tell } from '../admin/events.ts'
import { webhookVerbs } from '../admin/webhooks.ts'
import { closeEgress } from '../providers/egress.ts'
import { encryptSecret } from '../secrets.ts'
import { type AdminWorld, type Ask, adminWorld, TEST_SECRET } from '../testing/admin.ts'
import { dump, testEgress, type Worker, worker } from '../testing/notifications.ts'
import { startReceiver, type TestReceiver } from '../testing/receiver.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const PATH = 'admin/notifications/webhooks'
const SECRET = 'a-secret-the-caller-chose-9876543210'

let world: AdminWorld
let receiver: TestReceiver
let egress: ReturnType<typeof testEgress>
let routes: RouteHandlers
let bus: Worker
let made: string[]

beforeAll(async () => {
  receiver = await startReceiver()
  const allowPrivateHosts = [new URL(receiver.url).host]
  egress = testEgress(allowPrivateHosts)
  world = await adminWorld({ allowPrivateHosts, egress, mail: null })
  routes = adminRoute(world.source, webhookVerbs)
  bus = worker(world.runtime)
})
beforeEach(async () => {
  receiver.behave({})
  made = []
  await world.database.prisma.webhook.updateMany({ data: { status: 'archived' } })
})
afterAll(async () => {
  await receiver.close()
  await closeEgress(egress)
  await world.drop()
})

/** Each at a moment of its own, so that rows have an order. */
function call(method: string, path: string, body?: object, ask: Ask = { key: world.adminKey }) {
  world.pass(1)
  return world.call(routes, method, path, body === undefined ? ask : { ...ask, body })
}

async function add(more: object = {}, ask?: Ask) {
  const answer = await call('POST', PATH, { name: 'ops', url: `${receiver.url}/hook?a=b`, ...more }, ask)
  expect([answer.status, answer.body.message]).toEqual([200, undefined])
  made.push(String(answer.body.secret))
  return answer.body as unknown as { id: string; secret: string; workspace_id: string | null }
}

function say(event: Omit<DomainEvent, 'organisationId' | 'workspaceId'>, workspaceId: string | null = null) {
  world.pass(1)
  const { runtime, first, database } = world
  const { organisationId } = first
  const teller = { db: database.prisma, now: new Date(runtime.now()), newId: runtime.newId }
  return tell({ ...teller, secretKey: TEST_SECRET }, { ...event, organisationId, workspaceId } as DomainEvent)
}

const rotated = {
  kind: 'key.rotated' as const,
  data: {
    id: '00000000-0000-7000-8000-000000000000',
    name: 'Grüße & <b>"keys"</b> 🔑',
    old_expires_at: null,
    next_rotation_at: null,
  },
}

/** What arrived since the last look. */
async function arrived() {
  const before = receiver.posts.length
  await bus.turn()
  return receiver.posts.slice(before)
}
const latest = () =>
  world.database.prisma.delivery.findFirstOrThrow({
    where: { channel: 'webhook' },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  })

describe('what a receiver gets', () => {
  test('the event as JSON, signed byte for byte', async () => {
    const { secret } = await add({ secret: SECRET })
    expect(secret).toBe(SECRET)
    await say(rotated)
    const [post] = await arrived()
    expect(post?.path).toBe('/hook?a=b')
    expect(post?.headers['content-type']).toBe('application/json')
    const hmac = createHmac('sha256', SECRET)
      .update(post?.body ?? '')
      .digest('hex')
    expect(post?.headers['x-signature']).toBe(`sha256=${hmac}`)
    const { messageId } = await latest()
    expect(JSON.parse(String(post?.body))).toEqual({
      id: messageId,
      type: 'key.rotated',
      created_at: new Date(world.runtime.now()).toISOString(),
      organisation_id: world.first.organisationId,
      workspace_id: null,
      data: rotated.data,
    })
    expect(await latest()).toMatchObject({ status: 'sent', lastStatus: 200, lastError: null })
  })

  test('for Slack, the words people read, its markup made harmless', async () => {
    await add({ format: 'slack' })
    await say(rotated)
    const [post] = await arrived()
    const { text, ...rest } = JSON.parse(String(post?.body))
    expect(rest).toEqual({})
    expect(text).toContain('*Key Grüße &amp; &lt;b&gt;"keys"&lt;/b&gt; 🔑 was rotated*')
    expect(text).toContain(
      '<http://gate.test/api-keys?open=00000000-0000-7000-8000-000000000000|Open the key>',
    )
  })

  test('the link of an invite is in no webhook', async () => {
    await add()
    await add({ format: 'slack' })
    await say({
      kind: 'invite.created',
      secret: 'http://gate.test/invite#the-token',
      data: {
        id: 'x',
        email: 'new@example.test',
        role: 'member',
        workspaces: [],
        invited_by: null,
        expires_at: '2026-03-16T08:00:00.000Z',
        is_reminder: false,
      },
    })
    const posts = await arrived()
    expect(posts).toHaveLength(2)
    for (const { body } of posts) expect(String(body)).not.toContain('the-token')
  })

  test('only kinds it asked for, of its workspace alone; the organisation’s hears of all', async () => {
    const { workspaceId } = world.first
    const { id: elsewhere } = await world.addWorkspace('Elsewhere')
    await add({ url: `${receiver.url}/all` })
    await add({ url: `${receiver.url}/mine`, workspace_id: workspaceId })
    await add({ url: `${receiver.url}/theirs`, workspace_id: elsewhere })
    await add({ url: `${receiver.url}/others`, events: ['key.expiring'] })
    await add({ url: `${receiver.url}/off`, status: 'disabled' })
    await say(rotated, workspaceId)
    expect((await arrived()).map(({ path }) => path).sort()).toEqual(['/all', '/mine'])
    await say(rotated)
    expect((await arrived()).map(({ path }) => path)).toEqual(['/all'])
    await say({
      kind: 'password.reset',
      secret: 'x',
      data: { user_id: world.ownerId, email: 'owner@example.test', expires_at: '2026-03-09T09:00:00.000Z' },
    })
    expect(await arrived()).toEqual([])
  })
})

describe('a receiver that fails', () => {
  test('is tried six times over two and a half hours, with the same id and body', async () => {
    await add()
    receiver.behave({ status: 503, body: 'over\n capacity' })
    await say(rotated)
    const bodies = new Set<string>()
    for (const [index, waitMs] of [0, 10_000, 60_000, 300_000, 1_800_000, 7_200_000].entries()) {
      world.pass(waitMs - 1)
      if (index > 0) expect(await arrived()).toEqual([])
      world.pass(1)
      const posts = await arrived()
      expect(posts).toHaveLength(1)
      bodies.add(String(posts[0]?.body))
      expect(await latest()).toMatchObject({
        attempts: index + 1,
        status: index < 5 ? 'pending' : 'failed',
        lastStatus: 503,
        lastError: 'HTTP 503: over capacity.',
      })
    }
    expect(bodies.size).toBe(1)
    world.pass(86_400_000)
    expect(await arrived()).toEqual([])
  })

  test('gets the message when it is well again', async () => {
    await add()
    receiver.behave({ status: 500 })
    await say(rotated)
    await arrived()
    receiver.behave({})
    world.pass(10_000)
    expect(await arrived()).toHaveLength(1)
    expect(await latest()).toMatchObject({ status: 'sent', attempts: 2, lastStatus: 200, lastError: null })
  })

  test('is seen in the list and in itself, by the newest message it was sent', async () => {
    const { id } = await add()
    const { id: other } = await add({ events: ['key.expiring'] })
    const last = async () => {
      const listed = (await call('GET', PATH)).body.data as { id: string; last_delivery: object | null }[]
      expect(listed.find((row) => row.id === other)?.last_delivery).toBeNull()
      const read = (await call('GET', `${PATH}/${id}`)).body.last_delivery
      expect(listed.find((row) => row.id === id)?.last_delivery).toEqual(read)
      return read
    }
    expect(await last()).toBeNull()
    await say(rotated)
    await arrived()
    expect(await last()).toMatchObject({ status: 'sent', last_status: 200 })
    receiver.behave({ status: 503 })
    await say(rotated)
    await arrived()
    const { id: delivery, createdAt } = await latest()
    expect(await last()).toEqual({
      id: delivery,
      status: 'pending',
      attempts: 1,
      last_status: 503,
      last_error: 'HTTP 503.',
      created_at: createdAt.toISOString(),
    })
  })

  test('may not send us elsewhere', async () => {
    await add()
    const before = receiver.posts.length
    receiver.behave({ status: 302, location: 'http://169.254.169.254/latest/meta-data/' })
    await say(rotated)
    await bus.turn()
    expect(receiver.posts.length).toBe(before + 1)
    expect(await latest()).toMatchObject({
      status: 'pending',
      lastStatus: 302,
      lastError: expect.stringContaining('redirects, which is not followed'),
    })
  })

  test('that was switched off or deleted meanwhile gets nothing more', async () => {
    const { id } = await add()
    receiver.behave({ status: 500 })
    await say(rotated)
    await arrived()
    await call('PUT', `${PATH}/${id}`, { status: 'disabled' })
    world.pass(10_000)
    expect(await arrived()).toEqual([])
    expect(await latest()).toMatchObject({ status: 'failed', lastError: 'The webhook was disabled.' })
  })

  test('a dead address does not keep the others waiting', async () => {
    const dead = await startReceiver()
    await dead.close()
    await world.database.prisma.webhook.create({
      data: {
        id: world.runtime.newId(),
        organisationId: world.first.organisationId,
        name: 'dead',
        url: dead.url,
        secret: encryptSecret(TEST_SECRET, 'whsec_0123456789abcdef'),
        events: [],
      },
    })
    await add()
    for (let at = 0; at < 20; at++) await say(rotated)
    expect(await arrived()).toHaveLength(20)
  })
})

describe('the address', () => {
  test.each([
    ['http://127.0.0.1:8081/', 'This host is not allowed: it is private, internal or reserved.'],
    ['http://10.0.0.8/hook', 'This host is not allowed'],
    ['http://[::1]/hook', 'This host is not allowed'],
    ['http://localhost/hook', 'This host is not allowed'],
    ['http://169.254.169.254/latest', 'This host is not allowed'],
    ['http://metadata.google.internal/', 'This host is not allowed'],
    ['http://2130706433/', 'This host is not allowed'],
    ['https://user:pass@hooks.example.com/', 'A URL carries no user name or password.'],
    ['ftp://hooks.example.com/', 'A URL starts with http:// or https://.'],
    ['hooks.example.com', 'This is not a URL.'],
    ['https://hooks.example.com/#x', 'A URL carries no fragment.'],
  ])('400: %s', async (url, words) => {
    for (const [method, path] of [
      ['POST', PATH],
      ['PUT', `${PATH}/${(await add()).id}`],
    ] as const) {
      const { status, body } = await call(method, path, { url })
      expect([status, body.message]).toEqual([400, expect.stringContaining(words)])
      expect((body.error as { param: string }).param).toBe('url')
    }
  })

  test('a name that turns out to be private is refused when it is called', async () => {
    const { id } = await add()
    await world.database.prisma.webhook.update({ where: { id }, data: { url: 'http://127.0.0.1:8081/' } })
    const { body } = await call('POST', `${PATH}/${id}/test`)
    expect(body).toMatchObject({
      success: false,
      status: null,
      message: 'This host is not allowed: it is private, internal or reserved.',
    })
    expect(await latest()).toMatchObject({ status: 'failed' })
  })
})

describe('POST /webhooks/{id}/test', () => {
  test('200: what the receiver really answered', async () => {
    const { id, secret } = await add()
    receiver.behave({ status: 204 })
    const well = await call('POST', `${PATH}/${id}/test`)
    expect(well.body).toMatchObject({ success: true, status: 204, message: 'HTTP 204' })
    expect(well.body.latency_ms).toBeGreaterThanOrEqual(0)
    const post = receiver.posts.at(-1)
    const hmac = createHmac('sha256', secret)
      .update(post?.body ?? '')
      .digest('hex')
    expect(post?.headers['x-signature']).toBe(`sha256=${hmac}`)
    expect(JSON.parse(String(post?.body))).toMatchObject({ type: 'test', data: { to: 'ops', by: null } })

    receiver.behave({ status: 401, body: '{"error":"bad signature"}' })
    const ill = await call('POST', `${PATH}/${id}/test`)
    expect(ill.body).toMatchObject({
      success: false,
      status: 401,
      message: 'HTTP 401: {"error":"bad signature"}.',
      delivery_id: (await latest()).id,
    })
    world.pass(86_400_000)
    expect(await arrived()).toEqual([])
  })

  test('409: one that is switched off', async () => {
    const { id } = await add({ status: 'disabled' })
    expect((await call('POST', `${PATH}/${id}/test`)).status).toBe(409)
  })
})

describe('the secret', () => {
  test('is shown once, made when none is given, and turned', async () => {
    const { id, secret } = await add()
    expect(secret).toMatch(/^whsec_[\w-]{43}$/)
    const masked = `wh********${secret.slice(-3)}`
    expect((await call('GET', `${PATH}/${id}`)).body.secret).toBe(masked)
    const listed = (await call('GET', PATH)).body.data as { secret: string }[]
    expect(listed.map((row) => row.secret)).toEqual([masked])
    expect((await call('PUT', `${PATH}/${id}`, { name: 'pager', secret: masked })).body).toMatchObject({
      name: 'pager',
      secret: masked,
    })
    const { body: turned } = await call('POST', `${PATH}/${id}/rotate`)
    expect(turned.secret).not.toBe(secret)
    expect(turned.secret).toMatch(/^whsec_/)
    const { body: chosen } = await call('PUT', `${PATH}/${id}`, { secret: SECRET })
    expect(chosen.secret).toBe(SECRET)
    await say(rotated)
    const [post] = await arrived()
    const hmac = createHmac('sha256', SECRET)
      .update(post?.body ?? '')
      .digest('hex')
    expect(post?.headers['x-signature']).toBe(`sha256=${hmac}`)
    made.push(String(turned.secret))
  })

  test.each(['short', 'has a space in it, and is long', ''])('400: %j', async (secret) => {
    const { id } = await add()
    for (const [method, path] of [
      ['PUT', `${PATH}/${id}`],
      ['POST', `${PATH}/${id}/rotate`],
    ] as const) {
      const { status, body } = await call(method, path, { secret })
      if (secret === '' && method === 'POST') continue
      expect([status, body.message]).toEqual([400, expect.stringMatching(/^secret must have 16-255/)])
    }
  })

  test('stands in the clear neither in the database nor in the audit log', async () => {
    const { id } = await add({ secret: SECRET })
    await call('POST', `${PATH}/${id}/rotate`, { secret: `${SECRET}-2` })
    await call('PUT', `${PATH}/${id}`, { secret: `${SECRET}-3` })
    const text = await dump(world.database)
    for (const secret of [...made, SECRET]) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(Buffer.from(secret).toString('hex'))
    }
    const rows = await world.database.prisma.auditEvent.findMany({
      where: { resourceType: 'webhooks', resourceId: id },
      orderBy: { id: 'asc' },
    })
    expect(rows.map(({ action }) => action)).toEqual(['create', 'rotate', 'update'])
    expect(rows[2]).toMatchObject({
      before: { name: 'ops', secret: expect.stringContaining('********') },
      after: { secret: expect.stringContaining('********') },
    })
  })
})

describe('who may', () => {
  test('a manager keeps the webhooks of their workspace, and does not see those of others', async () => {
    const { workspaceId } = world.first
    const { id: elsewhere } = await world.addWorkspace('Far')
    const manager: Ask = { userId: await world.addUser('member', { [workspaceId]: 'manager' }) }
    const [organisation, theirs] = [await add(), await add({ workspace_id: elsewhere })]
    const own = await add({ workspace_id: workspaceId }, manager)
    expect(own.workspace_id).toBe(workspaceId)
    const seen = (await call('GET', PATH, undefined, manager)).body as { data?: { id: string }[] }
    expect(seen.data?.map(({ id }) => id)).toEqual([own.id])
    const refused = await call('POST', PATH, { url: `${receiver.url}/x` }, manager)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'AB03'])
    const none = await call('GET', `${PATH}/${world.runtime.newId()}`, undefined, manager)
    for (const { id } of [organisation, theirs]) {
      for (const [method, path] of [
        ['GET', ''],
        ['PUT', ''],
        ['DELETE', ''],
        ['POST', '/rotate'],
        ['POST', '/test'],
      ] as const) {
        const { status, body } = await call(method, `${PATH}/${id}${path}`, undefined, manager)
        expect([method, path, status, body.message]).toEqual([method, path, 404, none.body.message])
      }
    }
    const named = await call('POST', PATH, { url: receiver.url, workspace_id: elsewhere }, manager)
    expect([named.status, named.body.errorCode]).toEqual([404, 'AB02'])
  })

  test('a key of the organisation needs its settings for what is the organisation’s', async () => {
    const reader = await world.addKey('organisation-service', ['organisation_settings.read'])
    const workspaces = await world.addKey('organisation-service', ['workspaces.update'])
    const { id } = await add()
    expect((await call('GET', `${PATH}/${id}`, undefined, { key: reader.secret })).status).toBe(200)
    expect((await call('PUT', `${PATH}/${id}`, { name: 'x' }, { key: reader.secret })).status).toBe(403)
    expect((await call('GET', `${PATH}/${id}`, undefined, { key: workspaces.secret })).status).toBe(404)
    const { body } = await call('GET', PATH, undefined, { key: workspaces.secret })
    expect(body).toMatchObject({ total: 0, data: [] })
  })

  test('another tenant sees none and changes none', async () => {
    const other = await world.addOrganisation('neighbour')
    const stranger: Ask = { userId: await world.addUser('owner', {}, other.id) }
    const { id } = await add()
    expect((await call('GET', PATH, undefined, stranger)).body).toMatchObject({ total: 0 })
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(
        (await call(method, `${PATH}/${id}`, method === 'PUT' ? { name: 'x' } : undefined, stranger)).status,
      ).toBe(404)
    }
  })

  test('one that was deleted is gone, and hears of nothing', async () => {
    const { id } = await add()
    expect((await call('DELETE', `${PATH}/${id}`)).body).toEqual({})
    expect((await call('GET', `${PATH}/${id}`)).status).toBe(404)
    await say(rotated)
    expect(await arrived()).toEqual([])
  })
})

describe('what is said wrong', () => {
  test.each([
    [{ events: ['key.rotatd'] }, /^events\.0 must be one of invite\.created, /],
    [{ events: ['password.reset'] }, /^events\.0 names an event that no webhook hears of$/],
    [{ events: 'key.rotated' }, /^events must be a list$/],
    [{ event: 'key.rotated' }, /^event is not a field; did you mean events\?$/],
    [{ format: 'xml' }, /^format must be one of json, slack$/],
    [{ status: 'archived' }, /^status must be one of active, disabled$/],
    [{ name: '' }, /^name must have 1-100 characters$/],
  ])('400: %j', async (more, words) => {
    const { status, body } = await call('POST', PATH, { url: receiver.url, ...more })
    expect([status, body.message]).toEqual([400, expect.stringMatching(words)])
  })

  test('events: null asks for all of them, and each kind stands once', async () => {
    const { id } = await add({ events: ['key.rotated', 'key.rotated'] })
    expect((await call('GET', `${PATH}/${id}`)).body.events).toEqual(['key.rotated'])
    expect((await call('PUT', `${PATH}/${id}`, { events: null })).body.events).toEqual([])
  })
})
