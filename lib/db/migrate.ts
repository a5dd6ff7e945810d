import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MigrationList, SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { StartError } from '../start-error.ts'
import { projectRoot } from './project-root.ts'
import { withSchemaEngine } from './schema-engine.ts'

export interface Migration {
  /** Its folder, e.g. `0001_spine`; they apply in the order of their names. */
  name: string
  sql: string
}

const LOCK = 'tollgate migrations'
const CONNECT_TIMEOUT_MS = 5_000
const EVERYTHING: SchemaFilter = { externalTables: [], externalEnums: [] }

/**
 * Brings the database at `url` up to the newest migration and returns the names of those applied now, none when it was
 * there already. Any number of processes may call it at once: an advisory lock lets one work while the others wait. Each
 * migration is one transaction, so one that fails or is killed leaves nothing and is tried again by the next call.
 * `url` must reach Postgres itself, not a transaction pooler. Throws StartError.
 * Source: architecture §6.
 */
export async function migrate(url: string, migrations = readMigrations()): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => {})
  await client.connect().catch((cause: NodeJS.ErrnoException) => {
    const { host, port } = client
    throw new StartError(`Postgres at ${host}:${port} cannot be used: ${cause.message || cause.code}`, {
      cause,
    })
  })
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [LOCK])
    const history = await readHistory(client)
    refuseEdited(migrations, history)
    if (migrations.every(({ name }) => history.some((past) => past.name === name && past.isDone))) return []
    return await apply(url, migrations, history)
  } finally {
    await client.end()
  }
}

/** The migrations of this project, oldest first. */
export function readMigrations(folder = join(projectRoot(), 'prisma', 'migrations')): Migration[] {
  return readdirSync(/* turbopackIgnore: true */ folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * The SQL that leads from the migrations to schema.prisma, null when nothing is missing. Both are compared as Prisma
 * sees them, on a shadow database beside `url`; partial and expression indexes, partitions, functions and triggers are the
 * migrations' own and never show up.
 */
export async function schemaDrift(
  url: string,
  migrations = readMigrations(),
  schema = readSchema(),
): Promise<string | null> {
  const diff = (engine: SchemaEngine) =>
    engine.diff({
      from: { tag: 'migrations', ...listOf(migrations) },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters: EVERYTHING,
    })
  const { stdout } = await withSchemaEngine(url, diff, schema)
  return stdout && stripComments(stdout) ? stdout : null
}

// Nothing to do is said in a comment.
const stripComments = (sql: string) => sql.replace(/^--.*$/gm, '').trim()

function readSchema(): string {
  return readFileSync(join(projectRoot(), 'prisma', 'schema.prisma'), 'utf8')
}

interface Past {
  name: string
  checksum: string
  isDone: boolean
}

async function readHistory(client: pg.Client): Promise<Past[]> {
  const table = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`)
  if (!table.rows[0].exists) return []
  const { rows } = await client.query(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS "isDone"
     FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  )
  return rows
}

function refuseEdited(migrations: Migration[], history: Past[]) {
  for (const { name, sql } of migrations) {
    const past = history.find((each) => each.name === name && each.isDone)
    const checksum = createHash('sha256').update(sql).digest('hex')
    if (past && past.checksum !== checksum) {
      throw new StartError(
        `migration ${name} was changed after it was applied: migrations are forward only, add a new one`,
      )
    }
  }
}

async function apply(url: string, migrations: Migration[], history: Past[]): Promise<string[]> {
  try {
    return await withSchemaEngine(url, async (engine) => {
      for (const { name, isDone } of history) {
        if (!isDone) await engine.markMigrationRolledBack({ migrationName: name })
      }
      const done = await engine.applyMigrations({ migrationsList: listOf(migrations), filters: EVERYTHING })
      return done.appliedMigrationNames
    })
  } catch (error) {
    throw new StartError(`a migration failed: ${oneLine(error)}`, { cause: error })
  }
}

function listOf(migrations: Migration[]): MigrationList {
  return {
    baseDir: 'prisma/migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\s*\n\s*/g, ' ').trim()
}
