import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../testing/postgres.ts'
import { createDatabase, type Database, isDatabaseAway, isDatabaseBusy, listen } from './client.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

/** A way to Postgres that can be cut and mended, and hung. */
async function wire(url: string) {
  const target = new URL(url)
  const open = new Set<Socket>()
  let mode: 'through' | 'cut' | 'silent' = 'through'
  const server: Server = createServer((near) => {
    open.add(near)
    near.on('error', () => {}).on('close', () => open.delete(near))
    if (mode === 'cut') return near.destroy()
    if (mode === 'silent') return
    const far = connect(Number(target.port), target.hostname)
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
    near.on('close', () => far.destroy())
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const through = new URL(url)
  through.port = String((server.address() as { port: number }).port)
  return {
    url: through.href,
    set(to: typeof mode) {
      mode = to
      for (const socket of open) socket.destroy()
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error,
  )
}

describe('while Postgres is away', () => {
  const asks: [string, (database: Database) => Promise<unknown>][] = [
    ['a query of the pool', ({ pool }) => pool.query('SELECT 1')],
    ['a find', ({ prisma }) => prisma.organisation.findMany()],
    ['a raw query', ({ prisma }) => prisma.$queryRaw`SELECT 1`],
    ['a transaction', ({ prisma }) => prisma.$transaction(async (tx) => tx.organisation.count())],
    ['a batch', ({ prisma }) => prisma.$transaction([prisma.organisation.count(), prisma.user.count()])],
  ]

  test.each(asks)('%s says so, and works again once it is back', async (_, ask) => {
    const path = await wire(db.url)
    const database = createDatabase(path.url)
    await ask(database)
    path.set('cut')
    expect(isDatabaseAway(await failure(ask(database)))).toBe(true)
    path.set('through')
    await vi.waitFor(() => ask(database), { timeout: 5_000 })
    await database.close()
    await path.close()
  })

  test('a query that was under way when it went says so too', async () => {
    const path = await wire(db.url)
    const database = createDatabase(path.url)
    const waiting = failure(database.prisma.$queryRaw`SELECT pg_sleep(30)`)
    await vi.waitFor(async () => {
      const { rows } = await db.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%'`,
      )
      expect(rows).toHaveLength(1)
    })
    path.set('cut')
    expect(isDatabaseAway(await waiting)).toBe(true)
    await database.close()
    await path.close()
  })

  test('a connection that is held between two queries breaks quietly, and its next query says so', async () => {
    const path = await wire(db.url)
    const database = createDatabase(path.url)
    const client = await database.pool.connect()
    const isBroken = new Promise((done) => client.once('end', done))
    path.set('cut')
    await isBroken
    expect(isDatabaseAway(await failure(client.query('SELECT 1')))).toBe(true)
    client.release(true)
    await database.close()
    await path.close()
  })

  test('a query fails within five seconds when nothing answers at all', async () => {
    const path = await wire(db.url)
    path.set('silent')
    const database = createDatabase(path.url)
    const began = Date.now()
    expect(isDatabaseAway(await failure(database.prisma.organisation.count()))).toBe(true)
    expect(Date.now() - began).toBeLessThan(5_000)
    await path.close()
    await database.close()
  })

  test('a session that an operator ends is away; what the query did wrong is not', async () => {
    const database = createDatabase(db.url)
    const waiting = failure(database.pool.query('SELECT pg_sleep(31)'))
    await vi.waitFor(async () => {
      const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(31)'`
      expect((await db.pool.query(sql)).rowCount).toBe(1)
    })
    expect(isDatabaseAway(await waiting)).toBe(true)
    expect(isDatabaseAway(await failure(database.pool.query('SELECT nonsense')))).toBe(false)
    expect(isDatabaseAway(await failure(database.prisma.$queryRaw`SELECT nonsense`))).toBe(false)
    expect(isDatabaseAway(new Error('a bug'))).toBe(false)
    expect(isDatabaseBusy(new Error('a bug'))).toBe(false)
    expect(isDatabaseAway(null)).toBe(false)
    await database.close()
  })
})

test('a statement that takes too long is given up', async () => {
  const database = createDatabase(db.url, { statementTimeoutMs: 50 })
  await expect(database.pool.query('SELECT pg_sleep(10)')).rejects.toThrow('statement timeout')
  await database.close()
})

describe('listening', () => {
  test('hears what is announced', async () => {
    const heard: string[] = []
    const listener = listen(
      db.url,
      'news',
      (payload) => heard.push(payload),
      () => {},
    )
    await listener.ready
    await db.pool.query(`NOTIFY news, 'one'`)
    await vi.waitFor(() => expect(heard).toEqual(['one']))
    await listener.close()
  })

  test('says when it lost the connection, and hears again when it is back', async () => {
    const path = await wire(db.url)
    const heard: string[] = []
    const onLost = vi.fn()
    const onBack = vi.fn()
    const listener = listen(path.url, 'news', (payload) => heard.push(payload), onLost, onBack)
    await listener.ready
    path.set('cut')
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1))
    path.set('through')
    await vi.waitFor(() => expect(onBack).toHaveBeenCalledTimes(1), { timeout: 5_000 })
    await db.pool.query(`NOTIFY news, 'two'`)
    await vi.waitFor(() => expect(heard).toEqual(['two']))
    expect(onLost).toHaveBeenCalledTimes(1)
    await listener.close()
    await path.close()
  })

  test('a close while Postgres is away ends the attempts', async () => {
    const path = await wire(db.url)
    path.set('cut')
    const onLost = vi.fn()
    const listener = listen(path.url, 'news', () => {}, onLost)
    await listener.close()
    await path.close()
    expect(onLost).not.toHaveBeenCalled()
  })
})

test('work that found no time or no lock may succeed later, though Postgres is there', async () => {
  const { url, drop } = await testDatabase()
  const database = createDatabase(url, { statementTimeoutMs: 100 })
  const failed = async (work: Promise<unknown>) => {
    const error = await failure(work)
    return [isDatabaseBusy(error), isDatabaseAway(error)]
  }
  expect(await failed(database.prisma.$queryRaw`SELECT pg_sleep(1)`)).toEqual([true, false])
  expect(await failed(database.pool.query('SELECT pg_sleep(1)'))).toEqual([true, false])
  const slow = database.prisma.$transaction(
    async (db) => {
      await new Promise((done) => setTimeout(done, 50))
      await db.organisation.count()
    },
    { timeout: 10 },
  )
  expect(await failed(slow)).toEqual([true, false])
  await database.close()
  await drop()
})
