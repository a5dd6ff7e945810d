import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { type EmbeddedPostgres, startEmbeddedPostgres, stopEmbeddedPostgres } from '../db/embedded.ts'
import { migrate } from '../db/migrate.ts'
import type { TestServer } from './postgres.ts'

const PREFIX = 'tollgate-test-'
const TEMPLATE = 'tollgate_template'

// Nothing here needs to survive a power cut.
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  max_wal_size: '4GB',
}

/**
 * Once a run, before its tests: offers a Postgres to whoever asks on a socket, and starts it only then, so that a run of
 * pure tests costs nothing. Stops and removes it at the end, and what runs that were killed left behind at the start.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers()
  const folder = join(tmpdir(), `${PREFIX}${process.pid}`)
  mkdirSync(folder, { recursive: true })
  // When root runs the tests, the user postgres has to pass through.
  chmodSync(folder, 0o711)

  let postgres: EmbeddedPostgres | null = null
  let started: Promise<TestServer> | null = null
  const start = async (): Promise<TestServer> => {
    postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {}, settings: SETTINGS })
    const template = new URL(postgres.url)
    template.pathname = `/${TEMPLATE}`
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query(`CREATE DATABASE ${TEMPLATE}`)
    await client.end()
    await migrate(template.href)
    return { admin: postgres.url, template: TEMPLATE }
  }

  const socket = join(folder, 'ask')
  const server = createServer((_request, response) => {
    started ??= start()
    started.then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: Error) => response.writeHead(500).end(`the test database did not start: ${error.message}`),
    )
  })
  await new Promise<void>((done) => server.listen(socket, done))
  project.provide('postgresSocket', socket)

  return async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    await started?.catch(() => {})
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : Number.NaN)
    if (!pid || pid === process.pid || isAlive(pid)) continue
    const folder = join(tmpdir(), name)
    try {
      await stopEmbeddedPostgres(folder)
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // another user's
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
