import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLocks } from './db/locks.ts'
import { startJobs } from './jobs.ts'
import { type TestDatabase, testDatabase } from './testing/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const soon = (ms: number) => new Promise((done) => setTimeout(done, ms))

test('of two processes one works, and the other comes in when it is done', async () => {
  let [working, most, turns] = [0, 0, 0]
  const run = async () => {
    working++
    turns++
    most = Math.max(most, working)
    await soon(60)
    working--
  }
  const start = () =>
    startJobs({ locks: openLocks(database.url), jobs: [{ name: 'turn', everyMs: 10, run }], log: () => {} })
  const processes = [start(), start(), start()]
  await soon(500)
  await Promise.all(processes.map((one) => one.stop()))
  expect(most).toBe(1)
  expect(turns).toBeGreaterThan(1)
  const seen = turns
  await soon(100)
  expect(turns).toBe(seen)
})

test('a job that fails says so and comes round again; a nudge brings it forward', async () => {
  const lines: string[] = []
  let turns = 0
  const jobs = startJobs({
    locks: openLocks(database.url),
    jobs: [
      {
        name: 'failing',
        everyMs: 60_000,
        run: async () => {
          turns++
          throw new Error('no luck')
        },
      },
    ],
    log: (line) => lines.push(line),
  })
  for (let i = 0; i < 5; i++) jobs.nudge('failing')
  await expect.poll(() => turns).toBe(1)
  jobs.nudge('failing')
  await expect.poll(() => turns).toBe(2)
  await jobs.stop()
  expect(lines).toContain('The job failing failed, and comes round again in 60 s: no luck')
})

test('what works for long holds no connection of the pool, and one that breaks is replaced', async () => {
  let working = 0
  let turns = 0
  const job = (name: string) => ({
    name,
    everyMs: 60_000,
    run: async () => {
      working++
      turns++
      await soon(300)
      working--
    },
  })
  const names = ['one', 'two', 'three']
  const lines: string[] = []
  const jobs = startJobs({
    locks: openLocks(database.url),
    jobs: names.map(job),
    log: (line) => lines.push(line),
  })
  for (const name of names) jobs.nudge(name)
  await expect.poll(() => working, { interval: 10 }).toBe(3)
  expect(database.pool.totalCount - database.pool.idleCount).toBe(0)
  await database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tollgate jobs' and datname = current_database()",
  )
  await expect.poll(() => working, { interval: 10 }).toBe(0)
  for (const name of names) jobs.nudge(name)
  await expect.poll(() => turns, { timeout: 5_000 }).toBe(6)
  await jobs.stop()
  expect(lines).toEqual([])
})
