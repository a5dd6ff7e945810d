import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deliveryVerbs } from '../admin/deliveries.ts'
import { type DomainEvent, tell } from '../admin/events.ts'
import { mailVerbs, testMailVerbs } from '../admin/notifications-mail.ts'
import { closeEgress } from '../providers/egress.ts'
import { encryptSecret } from '../secrets.ts'
import { type AdminWorld, type Ask, adminWorld, TEST_SECRET } from '../testing/admin.ts'
import { testEgress, testMailer, type Worker, worker } from '../testing/notifications.ts'
import { startReceiver, type TestReceiver } from '../testing/receiver.ts'
import { startSmtp, type TestSmtp } from '../testing/smtp.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const PATH = 'admin/notifications/deliveries'
const LINK = 'http://gate.test/invite#the-token-that-opens-it'
const RESET = 'http://gate.test/reset/new#the-token-that-resets'

interface Row {
  id: string
  kind: string
  recipient: string
  status: string
  text?: string
  link?: string | null
  is_link_hidden?: boolean
}

let world: AdminWorld
let smtp: TestSmtp
let receiver: TestReceiver
let egress: ReturnType<typeof testEgress>
let routes: RouteHandlers
let bus: Worker

beforeAll(async () => {
  smtp = await startSmtp({ user: 'gate', password: 'p-of-the-gate' })
  receiver = await startReceiver()
  egress = testEgress(['127.0.0.1'])
  world = await adminWorld({ allowPrivateHosts: ['127.0.0.1'], egress, mail: null })
  routes = adminRoute(world.source, deliveryVerbs, mailVerbs, testMailVerbs)
  bus = worker(world.runtime)
})
beforeEach(() => {
  world.runtime.mail = null
  smtp.behave({})
  receiver.behave({})
})
afterAll(async () => {
  await smtp.close()
  await receiver.close()
  await closeEgress(egress)
  await world.drop()
})

function call(method: string, path: string, ask: Ask = { userId: world.ownerId }) {
  world.pass(1)
  return world.call(routes, method, path, method === 'POST' ? { body: {}, ...ask } : ask)
}
const rows = async (query: string, ask?: Ask) =>
  (await call('GET', `${PATH}?${query}`, ask)).body as unknown as { total: number; data: Row[] }
const read = async (id: string, ask?: Ask) => (await call('GET', `${PATH}/${id}`, ask)).body as unknown as Row

async function say(
  event: Omit<DomainEvent, 'organisationId' | 'workspaceId'>,
  workspaceId: string | null = null,
) {
  world.pass(1)
  const { runtime, first, database } = world
  const { organisationId } = first
  const teller = { db: database.prisma, now: new Date(runtime.now()), newId: runtime.newId }
  await tell({ ...teller, secretKey: TEST_SECRET }, { ...event, organisationId, workspaceId } as DomainEvent)
  await bus.turn()
  return (await rows('page_size=1')).data[0] as Row
}

const invite = (email: string) =>
  say({
    kind: 'invite.created',
    secret: LINK,
    data: {
      id: 'x',
      email,
      role: 'admin',
      workspaces: [],
      invited_by: null,
      expires_at: '2026-03-16T08:00:00.000Z',
      is_reminder: true,
    },
  })
const reset = (user_id: string, email = `${user_id}@example.test`) =>
  say({
    kind: 'password.reset',
    secret: RESET,
    data: { user_id, email, expires_at: '2026-03-09T09:00:00.000Z' },
  })

describe('without an SMTP server', () => {
  test('mail is held and can be read in the console, its link too; the log tells of it, not the link', async () => {
    const { id } = await invite('held@example.test')
    expect(await read(id)).toMatchObject({
      kind: 'invite.created',
      channel: 'mail',
      recipient: 'held@example.test',
      subject: 'Reminder: An administrator invites you to Default organisation',
      status: 'held',
      attempts: 0,
      next_attempt_at: null,
      is_link_hidden: false,
      link: LINK,
      text: expect.stringContaining(`Accept invitation:\n${LINK}`),
    })
    expect(bus.lines.at(-1)).toBe(
      'Mail is held, since no SMTP_URL is set: "Reminder: An administrator invites you to Default organisation" to "held@example.test". The console shows it under notifications.',
    )
    expect(bus.lines.join()).not.toContain('the-token')
    expect((await rows('status=held')).data.every(({ text }) => text === undefined)).toBe(true)
    expect((await call('GET', 'admin/notifications/mail')).body).toEqual({
      object: 'mail-settings',
      is_configured: false,
      server: null,
      from: null,
      held: (await rows('status=held')).total,
    })
  })

  test('the link of an invite is for those who may invite; of a new password, for nobody below its person', async () => {
    const admin = await world.addUser('admin')
    const settings = await world.addKey('organisation-service', ['organisation_settings.read'])
    const { id: invited } = await invite('role@example.test')
    expect((await read(invited, { userId: admin })).text).toContain(LINK)
    const asKey = await read(invited, { key: settings.secret })
    expect(asKey).toMatchObject({ is_link_hidden: true, link: null })
    expect(asKey.text).not.toContain('the-token')
    const { id: ofOwner } = await reset(world.ownerId, 'owner@example.test')
    const { id: ofMember } = await reset(await world.addUser('member'))
    const { id: ofAdmin } = await reset(await world.addUser('admin'))
    for (const id of [ofOwner, ofMember, ofAdmin]) expect((await read(id)).text).toContain(RESET)
    expect((await read(ofMember, { userId: admin })).text).toContain(RESET)
    for (const ask of [{ userId: admin }, { key: world.adminKey }])
      for (const id of [ofOwner, ofAdmin]) {
        const row = await read(id, ask)
        expect(row).toMatchObject({ is_link_hidden: true, link: null })
        expect(row.text).not.toContain('the-token')
      }
  })

  test('409: sending it now, or a test, says what is missing', async () => {
    const { id } = await invite('later@example.test')
    const again = await call('POST', `${PATH}/${id}/resend`)
    expect([again.status, again.body.message]).toEqual([
      409,
      expect.stringContaining('Set SMTP_URL and MAIL_FROM'),
    ])
    const tested = await call('POST', 'admin/notifications/test-mail')
    expect([tested.status, tested.body.message]).toEqual([
      409,
      'No SMTP server is set up, so mail is held here. Set SMTP_URL and MAIL_FROM and start again.',
    ])
  })

  test('once there is one, held mail waits for whoever sends it now', async () => {
    const { id } = await invite('now@example.test')
    world.runtime.mail = testMailer(smtp.url)
    await bus.turn()
    expect(smtp.messages()).toEqual([])
    expect((await call('POST', `${PATH}/${id}/resend`)).body).toMatchObject({ id, status: 'pending' })
    await bus.turn()
    expect(smtp.newestTo('now@example.test').text).toContain(LINK)
    const row = await read(id)
    expect(row).toMatchObject({ status: 'sent', is_link_hidden: true, link: null })
    expect(row.text).toContain('Accept invitation: (the link is in the mail itself)')
    expect(row.text).not.toContain('the-token')
  })

  test('mail that was to leave when the server was taken away is held too', async () => {
    world.runtime.mail = testMailer(smtp.url)
    smtp.behave({ dataCode: 451 })
    const { id, status } = await invite('stranded@example.test')
    expect(status).toBe('pending')
    world.runtime.mail = null
    await bus.turn()
    expect(await read(id)).toMatchObject({ status: 'held', is_link_hidden: false })
  })
})

describe('POST /test-mail', () => {
  test('200: to oneself, with what the server said and how long it took', async () => {
    world.runtime.mail = testMailer(smtp.url)
    const { body } = await call('POST', 'admin/notifications/test-mail')
    expect(body).toMatchObject({ success: true, status: null, message: expect.stringContaining('250') })
    expect(body.latency_ms).toBeGreaterThanOrEqual(0)
    expect(smtp.newestTo('owner@example.test')).toMatchObject({
      subject: 'Test message from Tollgate',
      text: expect.stringContaining('Owner asked for this test.'),
    })
    expect((await call('GET', 'admin/notifications/mail')).body).toMatchObject({
      is_configured: true,
      server: new URL(smtp.url).host,
      from: 'Gate <gate@example.test>',
    })
  })

  test('200: a failure is the server’s own words, is listed, and is not tried again', async () => {
    world.runtime.mail = testMailer(smtp.url.replace('p-of-the-gate', 'p-of-another'))
    const ask = { userId: world.ownerId, body: { to: 'someone@example.test' } }
    const { body } = await call('POST', 'admin/notifications/test-mail', ask)
    expect(body).toMatchObject({ success: false, message: expect.stringContaining('535') })
    expect(body.message).not.toContain('p-of-another')
    expect(await read(String(body.delivery_id))).toMatchObject({
      status: 'failed',
      attempts: 1,
      kind: 'test',
    })
    world.runtime.mail = testMailer(smtp.url)
    world.pass(86_400_000)
    await bus.turn()
    expect(() => smtp.newestTo('someone@example.test')).toThrow('no mail to')
  })

  test('400: a key says where to; no address is no address', async () => {
    world.runtime.mail = testMailer(smtp.url)
    const send = async (body: object) =>
      (await call('POST', 'admin/notifications/test-mail', { key: world.adminKey, body })).body.message
    expect(await send({})).toBe('to is required: a key has no address')
    expect(await send({ to: 'a@b.example\r\nBcc: c@d.example' })).toBe('to must be an e-mail address')
    expect(await send({ email: 'a@b.example' })).toBe('email is not a field; did you mean to?')
  })
})

describe('the list', () => {
  test('is filtered and paged, newest first', async () => {
    const all = await rows('page_size=100')
    expect(all.total).toBe(all.data.length)
    expect(await rows('channel=mail&status=held&kind=password.reset')).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ kind: 'password.reset', status: 'held' })]),
    })
    expect((await rows('channel=webhook')).total).toBe(0)
    const second = await rows('page_size=2&current_page=1')
    expect(second.data.map(({ id }) => id)).toEqual(all.data.slice(2, 4).map(({ id }) => id))
    expect((await call('GET', `${PATH}?kind=nothing`)).status).toBe(400)
  })

  test('whoever keeps a workspace sees what its webhooks were sent, and nothing else', async () => {
    const { organisationId, workspaceId } = world.first
    const { id: elsewhere } = await world.addWorkspace('Elsewhere')
    for (const [name, where] of [
      ['mine', workspaceId],
      ['theirs', elsewhere],
      ['all', null],
    ] as const) {
      await world.database.prisma.webhook.create({
        data: {
          id: world.runtime.newId(),
          organisationId,
          workspaceId: where,
          name,
          url: `${receiver.url}/${name}`,
          secret: encryptSecret(TEST_SECRET, 'whsec_0123456789abcdef'),
          events: ['key.rotated'],
        },
      })
    }
    const data = { id: world.runtime.newId(), name: 'k', old_expires_at: null, next_rotation_at: null }
    await say({ kind: 'key.rotated', data }, workspaceId)
    await say({ kind: 'key.rotated', data }, elsewhere)
    const manager: Ask = { userId: await world.addUser('member', { [workspaceId]: 'manager' }) }
    const { data: seen } = await rows('', manager)
    expect(seen.map(({ recipient }) => recipient)).toEqual([`${receiver.url}/mine`])
    expect(JSON.parse((await read(seen[0]?.id ?? '', manager)).text ?? '')).toMatchObject({
      type: 'key.rotated',
    })
    const others = (await rows('channel=webhook&page_size=100')).data.filter(({ recipient }) =>
      /theirs|all/.test(recipient),
    )
    expect(others.length).toBe(3)
    for (const { id } of [...others, ...(await rows('channel=mail')).data]) {
      for (const [method, more] of [
        ['GET', ''],
        ['POST', '/resend'],
      ] as const) {
        const { status, body } = await call(method, `${PATH}/${id}${more}`, manager)
        expect([status, body.message]).toEqual([404, 'No such delivery.'])
      }
    }
    const again = await call('POST', `${PATH}/${seen[0]?.id}/resend`, manager)
    expect([again.status, again.body.status]).toEqual([200, 'pending'])
    const before = receiver.posts.length
    await bus.turn()
    const posts = receiver.posts.slice(before)
    expect(posts.map(({ path }) => path)).toEqual(['/mine'])
    expect(posts[0]?.body).toEqual(receiver.posts.find(({ path }) => path === '/mine')?.body)
    const log = await world.database.prisma.auditEvent.findFirst({
      where: { resourceType: 'notifications', resourceId: String(again.body.id) },
    })
    expect(log).toMatchObject({ action: 'manage', workspaceId, before: { status: 'sent' } })
  })

  test('409: what is on its way, and what goes to a webhook that is gone', async () => {
    world.runtime.mail = testMailer(smtp.url)
    smtp.behave({ dataCode: 451 })
    const { id } = await invite('wait@example.test')
    const waiting = await call('POST', `${PATH}/${id}/resend`)
    expect([waiting.status, waiting.body.message]).toEqual([409, 'This message is on its way already.'])
    await world.database.prisma.webhook.updateMany({ data: { status: 'archived' } })
    const sent = (await rows('channel=webhook&status=sent')).data[0]
    const gone = await call('POST', `${PATH}/${sent?.id}/resend`)
    expect([gone.status, gone.body.message]).toEqual([409, 'The webhook was deleted.'])
  })

  test('another tenant sees none of it', async () => {
    const other = await world.addOrganisation('neighbour')
    const stranger: Ask = { userId: await world.addUser('owner', {}, other.id) }
    expect((await rows('', stranger)).total).toBe(0)
    const id = (await rows('page_size=1')).data[0]?.id
    expect((await call('GET', `${PATH}/${id}`, stranger)).status).toBe(404)
    expect((await call('GET', 'admin/notifications/mail', stranger)).body.held).toBe(0)
  })
})
