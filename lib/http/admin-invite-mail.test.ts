import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AdminRuntime } from '../admin/context.ts'
import { deliveryVerbs } from '../admin/deliveries.ts'
import { inviteVerbs } from '../admin/invites.ts'
import { createDatabase, type Database } from '../db/client.ts'
import { type AdminWorld, adminWorld, TEST_HOST } from '../testing/admin.ts'
import { testMailer, worker } from '../testing/notifications.ts'
import { startSmtp, type TestSmtp } from '../testing/smtp.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const INVITES = 'admin/users/invites'
const TIMEOUT_MS = 1_000

let world: AdminWorld
let smtp: TestSmtp
let routes: RouteHandlers
let count = 0
const databases: Database[] = []

beforeAll(async () => {
  smtp = await startSmtp()
  world = await adminWorld({ mail: testMailer(smtp.url, TIMEOUT_MS) })
  routes = adminRoute(world.source, inviteVerbs, deliveryVerbs)
})
beforeEach(() => smtp.behave({}))
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()))
  await smtp.close()
  await world.drop()
})

const post = (path: string, body: unknown, who: object = { userId: world.ownerId }) =>
  world.call(routes, 'POST', path, { ...who, body })
async function invite(): Promise<{ id: string; email: string }> {
  const email = `letter-${++count}@example.test`
  const { status, body } = await post(INVITES, { email, role: 'member' })
  expect(status).toBe(200)
  return { id: String(body.id), email }
}
const to = (email: string) => smtp.messages().filter((mail) => mail.to.includes(email))
const linkIn = (text: string) => /^http\S+#\S+$/m.exec(text)?.[0] as string
/** What the console's outbox tells of the newest mail to somebody. */
async function outbox(email: string) {
  const list = await world.call(routes, 'GET', 'admin/notifications/deliveries?channel=mail', {
    userId: world.ownerId,
  })
  return (list.body.data as Record<string, unknown>[]).find(({ recipient }) => recipient === email)
}
/** Another process on the same database, with connections of its own. */
function anotherProcess(more: Partial<AdminRuntime> = {}, connectionsMax = 3) {
  const database = createDatabase(world.database.url, { connectionsMax })
  databases.push(database)
  return { database, ...worker({ ...world.runtime, database, ...more }) }
}

describe('the letter of an invite', () => {
  test('arrives, and its link opens the offer and accepts it', async () => {
    const { email } = await invite()
    await worker(world.runtime).turn()
    const { subject, text, html } = smtp.newestTo(email)
    expect(subject).toBe('Owner invites you to Default organisation')
    const link = linkIn(text)
    expect(html).toContain(`href="${link}"`)
    const [page, token] = link.split('#')
    expect(page).toBe(`http://${TEST_HOST}/invite`)
    const offer = await post(`${INVITES}/look`, { token }, {})
    expect(offer.body).toMatchObject({ email, organisation: { name: 'Default organisation' } })
    const joined = { token, first_name: 'Lia', password: 'a password of her own' }
    expect((await post(`${INVITES}/accept`, joined, {})).body).toMatchObject({ email })
  })

  test('sent again, says so, and its link alone opens', async () => {
    const { id, email } = await invite()
    await worker(world.runtime).turn()
    world.pass(1_000)
    expect((await post(`${INVITES}/${id}/resend`, undefined)).status).toBe(200)
    await worker(world.runtime).turn()
    const [first, second] = to(email).map(({ text }) => linkIn(text).split('#')[1])
    expect(smtp.newestTo(email).subject).toBe('Reminder: Owner invites you to Default organisation')
    expect((await post(`${INVITES}/look`, { token: first }, {})).status).toBe(404)
    expect((await post(`${INVITES}/look`, { token: second }, {})).status).toBe(200)
  })

  test('is sent once, whichever of two processes comes first', async () => {
    const emails = await Promise.all(Array.from({ length: 8 }, async () => (await invite()).email))
    const processes = [anotherProcess(), anotherProcess()]
    for (let turn = 0; turn < 3; turn++) await Promise.all(processes.map((one) => one.turn()))
    for (const email of emails) expect(to(email)).toHaveLength(1)
  })
})

describe('a mail server', () => {
  test('that is gone holds up no invite; the outbox says why, and the letter arrives once it is back', async () => {
    const gone = await startSmtp()
    const runtime = { ...world.runtime, mail: testMailer(gone.url, TIMEOUT_MS) }
    await gone.close()
    const { email } = await invite()
    await worker(runtime).turn()
    const waiting = await outbox(email)
    expect(waiting).toMatchObject({
      status: 'pending',
      attempts: 1,
      last_error: expect.stringContaining('ECONNREFUSED'),
    })
    expect(Date.parse(String(waiting?.next_attempt_at)) - world.runtime.now()).toBe(10_000)
    world.pass(10_000)
    await worker(world.runtime).turn()
    expect(to(email)).toHaveLength(1)
    expect(await outbox(email)).toMatchObject({ status: 'sent', attempts: 2, last_error: null })
  })

  test('that takes the connection and says nothing is left after its time, and asked again', async () => {
    smtp.behave({ isMute: true })
    const { email } = await invite()
    const startedMs = performance.now()
    await worker(world.runtime).turn()
    expect(performance.now() - startedMs).toBeLessThan(4 * TIMEOUT_MS)
    expect(await outbox(email)).toMatchObject({
      status: 'pending',
      attempts: 1,
      last_error: expect.stringContaining('did not finish within 1 s'),
    })
    smtp.behave({})
    world.pass(10_000)
    await worker(world.runtime).turn()
    expect(to(email)).toHaveLength(1)
  })

  test('that is merely slow is waited for', async () => {
    smtp.behave({ delayMs: TIMEOUT_MS / 2 })
    const { email } = await invite()
    await worker(world.runtime).turn()
    expect(await outbox(email)).toMatchObject({ status: 'sent', attempts: 1 })
    expect(to(email)).toHaveLength(1)
  })
})

describe('a busy database', () => {
  test('with no connection to be had delays a letter, and loses none', async () => {
    const { email } = await invite()
    const busy = anotherProcess({}, 1)
    const held = await busy.database.pool.connect()
    await expect(busy.turn()).rejects.toThrow()
    expect(busy.lines).toEqual([])
    held.release()
    await busy.turn()
    expect(to(email)).toHaveLength(1)
  })

  test('too slow to hand an event out in time keeps it for the next turn', async () => {
    const { email } = await invite()
    const slow = anotherProcess({}, 3)
    const blocker = await slow.database.pool.connect()
    await blocker.query('begin; lock table deliveries in exclusive mode')
    setTimeout(() => blocker.query('rollback').finally(() => blocker.release()), 400)
    const hurried = worker({ ...world.runtime, database: hurry(slow.database) })
    await expect(hurried.turn()).rejects.toThrow(/transaction/i)
    expect(hurried.lines).toEqual([])
    await slow.turn()
    expect(to(email)).toHaveLength(1)
  })

  test('that cannot note at once that a letter left is told a little later, so that none is sent twice', async () => {
    const { email } = await invite()
    await worker(world.runtime).jobs[0]?.run()
    const one = anotherProcess({}, 1)
    smtp.behave({ delayMs: 300 })
    const sending = one.jobs.find(({ name }) => name === 'mail')?.run()
    await expect.poll(() => one.database.pool.idleCount, { interval: 5 }).toBe(1)
    const held = await one.database.pool.connect()
    setTimeout(() => held.release(), 3_500)
    await sending
    expect(await outbox(email)).toMatchObject({ status: 'sent', attempts: 1 })
    world.pass(120_000)
    await worker(world.runtime).turn()
    expect(to(email)).toHaveLength(1)
  })
})

/** The same database, whose transactions have a tenth of a second. */
function hurry(database: Database): Database {
  const prisma = Object.create(database.prisma, {
    $transaction: {
      value: (work: Parameters<Database['prisma']['$transaction']>[0]) =>
        database.prisma.$transaction(work as never, { timeout: 100 }),
    },
  })
  return { ...database, prisma }
}
