import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bellVerbs } from '../admin/bell.ts'
import { attempt, claim, LEASE_MS } from '../admin/deliveries-send.ts'
import { type DomainEvent, tell } from '../admin/events.ts'
import { passwordResetVerbs } from '../admin/profile-resets.ts'
import { openLocks } from '../db/locks.ts'
import { startJobs } from '../jobs.ts'
import { closeEgress } from '../providers/egress.ts'
import { encryptSecret } from '../secrets.ts'
import { type AdminWorld, adminWorld, TEST_SECRET } from '../testing/admin.ts'
import { dump, testEgress, testMailer, type Worker, worker } from '../testing/notifications.ts'
import { startReceiver, type TestReceiver } from '../testing/receiver.ts'
import { startSmtp, type TestSmtp } from '../testing/smtp.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const TOKEN = 'a-token-that-opens-a-door-0123456789'
const LINK = `http://gate.test/invite#${TOKEN}`

let world: AdminWorld
let smtp: TestSmtp
let receiver: TestReceiver
let egress: ReturnType<typeof testEgress>
let routes: RouteHandlers
let bus: Worker

beforeAll(async () => {
  smtp = await startSmtp()
  receiver = await startReceiver()
  egress = testEgress(['127.0.0.1'])
  world = await adminWorld({ allowPrivateHosts: ['127.0.0.1'], egress })
  world.runtime.mail = testMailer(smtp.url)
  routes = adminRoute(world.source, bellVerbs, passwordResetVerbs)
  bus = worker(world.runtime)
})
beforeEach(() => {
  smtp.behave({})
  receiver.behave({})
})
afterAll(async () => {
  await smtp.close()
  await receiver.close()
  await closeEgress(egress)
  await world.drop()
})

type Told = Pick<DomainEvent, 'kind' | 'data' | 'secret'> & { workspaceId?: string | null }

function say({ workspaceId = null, ...event }: Told): Promise<void> {
  const { runtime, first, database } = world
  const teller = { db: database.prisma, now: new Date(runtime.now()), newId: runtime.newId }
  const { organisationId } = first
  return tell({ ...teller, secretKey: TEST_SECRET }, { ...event, organisationId, workspaceId } as DomainEvent)
}

const invite = (email: string, more: Record<string, unknown> = {}): Told => ({
  kind: 'invite.created',
  secret: LINK,
  data: {
    id: world.runtime.newId(),
    email,
    role: 'member',
    workspaces: ['Search', 'Shop'],
    invited_by: 'Olga Owner',
    expires_at: '2026-03-16T08:00:00.000Z',
    is_reminder: false,
    ...more,
  },
})
const to = (email: string) => smtp.messages().filter((mail) => mail.to.includes(email))
const deliveriesTo = (recipient: string) =>
  world.database.prisma.delivery.findMany({ where: { recipient }, orderBy: { id: 'asc' } })

describe('a mail', () => {
  test('an invited person reads who invites them, to what, until when, and follows the link', async () => {
    await say(invite('New@Example.Test'))
    await bus.turn()
    const mail = smtp.newestTo('new@example.test')
    expect(mail.subject).toBe('Olga Owner invites you to Default organisation')
    expect(mail.text).toContain('with access to Search and Shop.')
    expect(mail.text).toContain('The link works once, until 16 March 2026, 08:00 UTC.')
    expect(mail.text).toContain(`Accept invitation:\n${LINK}`)
    expect(mail.text).toContain(
      'Sent by Tollgate for Acme & Sons, http://gate.test\nQuestions: help@acme.test',
    )
    expect(mail.html).toContain(`<a href="${LINK}"`)
    expect(mail.html).toContain('src="https://acme.test/logo.png" alt="Acme &amp; Sons"')
    expect(await deliveriesTo('new@example.test')).toMatchObject([
      { status: 'sent', attempts: 1, lastError: null },
    ])
  })

  test('the link of a forgotten password works, once', async () => {
    const { prisma } = world.database
    const ask = { body: { email: 'owner@example.test' } }
    expect((await world.call(routes, 'POST', 'admin/password-resets', ask)).status).toBe(200)
    await bus.turn()
    const { text } = smtp.newestTo('owner@example.test')
    const token = /#(\S+)/.exec(text)?.[1]
    const body = { token, password: 'another horse battery staple' }
    expect((await world.call(routes, 'POST', 'admin/password-resets/accept', { body })).status).toBe(200)
    expect((await world.call(routes, 'POST', 'admin/password-resets/accept', { body })).status).toBe(400)
    expect(await prisma.notification.count({ where: { kind: 'password.reset' } })).toBe(0)
  })

  test('names that hold markup or line breaks are only names', async () => {
    await say(
      invite('names@example.test', {
        invited_by: 'Eve\r\nBcc: all@example.test',
        workspaces: ['<img src=x onerror=alert(1)>', '"&\''],
      }),
    )
    await bus.turn()
    const { subject, html, raw } = smtp.newestTo('names@example.test')
    expect(subject).toBe('Eve Bcc: all@example.test invites you to Default organisation')
    expect(raw).not.toMatch(/^bcc:/im)
    expect(to('all@example.test')).toEqual([])
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; and &quot;&amp;&#39;')
    expect(html).not.toContain('<img src=x')
  })

  test('a reader the server refuses for good is failed at once; a busy server is asked again', async () => {
    smtp.behave({ recipientCode: 550 })
    await say(invite('nobody@example.test'))
    await bus.turn()
    expect(await deliveriesTo('nobody@example.test')).toMatchObject([
      { status: 'failed', attempts: 1, lastError: expect.stringContaining('550 No mailbox') },
    ])
    smtp.behave({ dataCode: 451 })
    await say(invite('busy@example.test'))
    await bus.turn()
    await bus.turn()
    expect(await deliveriesTo('busy@example.test')).toMatchObject([{ status: 'pending', attempts: 1 }])
    smtp.behave({})
    world.pass(10_000)
    await bus.turn()
    expect(to('busy@example.test')).toHaveLength(1)
  })

  test('a dead server costs six attempts over two and a half hours, then says why it gave up', async () => {
    const gone = await startSmtp()
    await gone.close()
    const runtime = { ...world.runtime, mail: testMailer(gone.url) }
    await say(invite('unlucky@example.test'))
    const waits = [0, 10_000, 60_000, 300_000, 1_800_000, 7_200_000]
    for (const [index, waitMs] of waits.entries()) {
      world.pass(waitMs)
      await worker(runtime).turn()
      expect(await deliveriesTo('unlucky@example.test')).toMatchObject([
        { attempts: index + 1, status: index < 5 ? 'pending' : 'failed' },
      ])
    }
    expect((await deliveriesTo('unlucky@example.test'))[0]?.lastError).toContain('ECONNREFUSED')
  })
})

describe('who hears of it', () => {
  const key = async (more: object = {}) => {
    const { id } = await world.addKey('workspace-user', [], { userId: world.ownerId })
    await world.database.prisma.apiKey.update({
      where: { id },
      data: { name: 'billing', alertEmails: ['FinOps@Example.Test', 'owner@example.test'], ...more },
    })
    return id
  }
  const bellOf = async (userId: string) =>
    (await world.call(routes, 'GET', 'admin/notifications/bell', { userId })).body as unknown as {
      unread: number
      total: number
      data: { id: string; title: string; body: string; link: string | null; read_at: string | null }[]
    }

  test('a rotated key: its person, owners and admins, and its alert addresses, each once, and the bell', async () => {
    const admin = await world.addUser('admin')
    const stranger = await world.addUser('member', { [world.first.workspaceId]: 'admin' })
    const id = await key()
    const [before, pause] = [smtp.messages().length, '2026-03-10T08:00:00.000Z']
    await say({
      kind: 'key.rotated',
      workspaceId: world.first.workspaceId,
      data: { id, name: 'billing', old_expires_at: pause, next_rotation_at: null },
    })
    await bus.turn()
    const mails = smtp.messages().slice(before)
    expect(mails.map((mail) => mail.to.join()).sort()).toEqual(
      [`${admin}@example.test`, 'finops@example.test', 'owner@example.test'].sort(),
    )
    expect(mails[0]).toMatchObject({ subject: 'Key billing was rotated' })
    expect(mails[0]?.text).toContain('The secret before works until 10 March 2026, 08:00 UTC')
    expect(mails[0]?.text).toContain(`http://gate.test/api-keys?open=${id}`)
    expect((await bellOf(world.ownerId)).data[0]).toMatchObject({
      title: 'Key billing was rotated',
      link: `/api-keys?open=${id}`,
    })
    expect((await bellOf(admin)).unread).toBe(1)
    expect(await bellOf(stranger)).toMatchObject({ unread: 0, total: 0 })
  })

  test('a key that expires: its owner and the admins of its workspace, or those of the organisation', async () => {
    const { id: workspaceId } = await world.addWorkspace('Expiring')
    const admin = await world.addUser('member', { [workspaceId]: 'admin' })
    const manager = await world.addUser('member', { [workspaceId]: 'manager' })
    const expiring = async (id: string, workspace: string) => {
      const before = smtp.messages().length
      await say({
        kind: 'key.expiring',
        workspaceId: workspace,
        data: { id, name: 'nightly', expires_at: '2026-03-16T08:00:00.000Z', stage: '7d' },
      })
      await bus.turn()
      return smtp
        .messages()
        .slice(before)
        .flatMap((mail) => mail.to)
    }
    const { id } = await world.addKey('workspace-user', [], { workspaceId, userId: manager })
    expect((await expiring(id, workspaceId)).sort()).toEqual(
      [`${admin}@example.test`, `${manager}@example.test`].sort(),
    )
    const { id: lonely } = await world.addWorkspace('Lonely')
    const { id: orphan } = await world.addKey('workspace-service', [], { workspaceId: lonely })
    expect(await expiring(orphan, lonely)).toContain('owner@example.test')
  })

  test('people read their own bell, and mark what they have read; other people’s stays as it is', async () => {
    const [ann, bob] = [await world.addUser('member'), await world.addUser('member')]
    for (const user_id of [ann, ann, bob]) {
      const email = `${user_id}@example.test`
      await say({
        kind: 'member.added',
        data: { user_id, email, workspace: 'Shop', role: 'member', by: 'Olga Owner' },
      })
    }
    await bus.turn()
    const { data, unread } = await bellOf(ann)
    expect(unread).toBe(2)
    expect(data[0]).toMatchObject({
      title: 'You now have access to Shop',
      body: 'Olga Owner added you to the workspace Shop of Default organisation as a member.',
      link: '/',
      read_at: null,
    })
    const others = (await bellOf(bob)).data[0]?.id
    const mark = (body: object) =>
      world.call(routes, 'POST', 'admin/notifications/bell', { userId: ann, body })
    expect((await mark({ ids: [data[0]?.id, others] })).body).toMatchObject({ unread: 1 })
    expect((await mark({})).body).toMatchObject({ unread: 0 })
    expect((await mark({ id: 'x' })).body.message).toBe('id is not a field; did you mean ids?')
    expect((await bellOf(bob)).unread).toBe(1)
    const asKey = await world.call(routes, 'GET', 'admin/notifications/bell', { key: world.adminKey })
    expect(asKey.status).toBe(403)
  })

  test('somebody removed from the organisation is still told', async () => {
    const gone = await world.addUser('member')
    const { prisma } = world.database
    await prisma.user.update({ where: { id: gone }, data: { status: 'archived' } })
    const email = `${gone}@example.test`
    await say({ kind: 'member.removed', data: { user_id: gone, email, workspace: null, by: null } })
    await bus.turn()
    expect(smtp.newestTo(email).subject).toBe('You no longer have access to Default organisation')
  })

  test('another tenant hears of nothing', async () => {
    const { prisma } = world.database
    const other = await world.addOrganisation('quiet')
    const admin = await world.addUser('owner', {}, other.id)
    await say({
      kind: 'key.rotated',
      data: { id: await key(), name: 'billing', old_expires_at: null, next_rotation_at: null },
    })
    await bus.turn()
    expect(to(`${admin}@example.test`)).toEqual([])
    expect(await prisma.delivery.count({ where: { organisationId: other.id } })).toBe(0)
  })
})

describe('nothing is sent twice, and nothing is lost', () => {
  test('of several processes at once one sends each mail', async () => {
    const before = smtp.messages().length
    for (let at = 0; at < 12; at++) await say(invite(`twelve-${at}@example.test`))
    const processes = [world.runtime, { ...world.runtime }, { ...world.runtime }].map(worker)
    await Promise.all(processes.map(({ turn }) => turn()))
    await Promise.all(processes.map(({ turn }) => turn()))
    const sent = smtp
      .messages()
      .slice(before)
      .flatMap((mail) => mail.to)
    expect(sent.sort()).toEqual(Array.from({ length: 12 }, (_, at) => `twelve-${at}@example.test`).sort())
  })

  test('a process that dies before it sends leaves the mail to another, after its lease', async () => {
    await say(invite('crash@example.test'))
    await bus.jobs[0]?.run()
    expect((await claim(world.runtime, 'mail')).map(({ recipient }) => recipient)).toEqual([
      'crash@example.test',
    ])
    await bus.turn()
    expect(to('crash@example.test')).toEqual([])
    world.pass(LEASE_MS)
    await bus.turn()
    expect(to('crash@example.test')).toHaveLength(1)
    world.pass(LEASE_MS)
    await bus.turn()
    expect(to('crash@example.test')).toHaveLength(1)
  })

  test('one that dies after it sent and before it wrote so sends that one again, under the same Message-ID', async () => {
    await say(invite('twice@example.test'))
    await bus.jobs[0]?.run()
    for (const claimed of await claim(world.runtime, 'mail')) await attempt(world.runtime, claimed)
    world.pass(LEASE_MS)
    await bus.turn()
    const ids = to('twice@example.test').map(({ headers }) => headers['message-id'])
    expect(ids).toHaveLength(2)
    expect(ids[0]).toBe(ids[1])
  })

  test('an event rolled back with its change is told to nobody', async () => {
    const { prisma } = world.database
    const before = await prisma.outboxMessage.count()
    await prisma
      .$transaction(async (db) => {
        const { runtime, first } = world
        const teller = { db, now: new Date(), newId: runtime.newId, secretKey: TEST_SECRET }
        const event = { ...invite('ghost@example.test'), organisationId: first.organisationId }
        await tell(teller, { ...event, workspaceId: null } as DomainEvent)
        throw new Error('the change failed')
      })
      .catch(() => {})
    await bus.turn()
    expect(await prisma.outboxMessage.count()).toBe(before)
    expect(to('ghost@example.test')).toEqual([])
  })

  test('an event that cannot be told is said once, and holds up none behind it', async () => {
    await say(invite('broken@example.test', { expires_at: 'no time at all' }))
    await say(invite('behind@example.test'))
    await bus.turn()
    expect(to('behind@example.test')).toHaveLength(1)
    expect(bus.lines.filter((line) => line.includes('could not be told'))).toHaveLength(1)
    await bus.turn()
    expect(bus.lines.filter((line) => line.includes('could not be told'))).toHaveLength(1)
  })

  test('a slow mail server holds up no webhook, and a nudge brings both forward', async () => {
    const { prisma, url } = world.database
    const { id } = await addWebhook()
    smtp.behave({ delayMs: 1_500 })
    await say(invite('slow@example.test'))
    const at = Date.now()
    const { jobs } = worker(world.runtime)
    const named = jobs.map((job) => ({ ...job, everyMs: 100 }))
    const running = startJobs({ locks: openLocks(url), jobs: named, log: () => {} })
    running.nudge('notifications')
    await expect.poll(() => receiver.posts.length, { interval: 20 }).toBeGreaterThan(0)
    expect(Date.now() - at).toBeLessThan(1_400)
    expect(to('slow@example.test')).toEqual([])
    await expect.poll(() => to('slow@example.test').length, { timeout: 5_000 }).toBe(1)
    await running.stop()
    await prisma.webhook.update({ where: { id }, data: { status: 'archived' } })
  })
})

test('no token and no link stands anywhere in the database, nor in what an operator reads', async () => {
  const text = await dump(world.database)
  expect(text).toContain('new@example.test')
  expect(text).not.toContain(TOKEN)
  expect(text).not.toContain(Buffer.from(TOKEN).toString('hex'))
  expect(bus.lines.join()).not.toContain(TOKEN)
})

async function addWebhook() {
  return world.database.prisma.webhook.create({
    data: {
      id: world.runtime.newId(),
      organisationId: world.first.organisationId,
      name: 'ops',
      url: `${receiver.url}/hook`,
      secret: encryptSecret(TEST_SECRET, 'whsec_0123456789abcdef'),
      events: [],
    },
  })
}
