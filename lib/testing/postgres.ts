import { randomBytes } from 'node:crypto'
import { get } from 'node:http'
import pg from 'pg'
import { inject } from 'vitest'
import { createDatabase, type Database } from '../db/client.ts'

export interface TestDatabase extends Database {
  url: string
  /** Closes the connections and removes the database. */
  drop(): Promise<void>
}

/**
 * A fresh, migrated, empty database on the real Postgres of this test run. The first call of the run starts it
 * (about 1.5 s); a database after that takes some 100 ms. Call `drop()` in `afterAll`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const { admin, template } = await testServer()
  const name = `test_${randomBytes(8).toString('hex')}`
  await run(admin, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const url = databaseUrl(admin, name)
  const database = createDatabase(url)
  return {
    ...database,
    url,
    drop: async () => {
      await database.close()
      await run(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** A fresh database without any table, by its URL. For tests of the migrations themselves. */
export async function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const { admin } = await testServer()
  const name = `empty_${randomBytes(8).toString('hex')}`
  await run(admin, `CREATE DATABASE ${name} TEMPLATE template0`)
  return {
    url: databaseUrl(admin, name),
    drop: () => run(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

export interface TestServer {
  /** URL of the superuser's database. */
  admin: string
  /** A migrated, empty database that nobody connects to. */
  template: string
}

// The run's own process (setup.ts) owns Postgres; whoever asks first makes it start.
function testServer(): Promise<TestServer> {
  return new Promise((done, failed) => {
    get({ socketPath: inject('postgresSocket'), path: '/' }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () =>
        response.statusCode === 200 ? done(JSON.parse(text)) : failed(new Error(text)),
      )
    }).on('error', failed)
  })
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function databaseUrl(admin: string, name: string): string {
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresSocket: string
  }
}
