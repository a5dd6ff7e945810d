import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import * as binding from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { projectRoot } from './project-root.ts'

/**
 * Runs `work` with Prisma's schema engine over the database at `url`, as WebAssembly: no binary is downloaded. A shadow
 * database, when the work needs one, is made beside that database and dropped at the end. `schema` is the text of the
 * Prisma schema, where one is needed. Every connection is closed when this returns.
 */
export async function withSchemaEngine<T>(
  url: string,
  work: (engine: binding.SchemaEngine) => Promise<T>,
  schema?: string,
): Promise<T> {
  instantiate()
  const pool = openPool(url)
  const shadow = shadowDatabase(url, pool)
  const factory = new PrismaPg(pool)
  let scriptError: unknown
  const connectTo = (to: pg.Pool) =>
    adapterOf(to, (error) => {
      scriptError = error
    })
  const adapter = bindMigrationAwareSqlAdapterFactory({
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => connectTo(pool),
    connectToShadowDb: async () => connectTo(await shadow.open()),
  })
  const datamodels: [string, string][] | undefined = schema ? [['schema.prisma', schema]] : undefined
  try {
    const engine = await binding.SchemaEngine.new({ datamodels }, () => {}, adapter)
    try {
      return await work(engine)
    } catch (error) {
      // The engine tells where it was, Postgres what was wrong.
      throw scriptError ?? error
    } finally {
      engine.free()
    }
  } finally {
    await shadow.close()
    await pool.end()
  }
}

function shadowDatabase(url: string, admin: pg.Pool) {
  const name = `tollgate_shadow_${process.pid}_${Date.now()}`
  let pool: pg.Pool | null = null
  return {
    open: async () => {
      await admin.query(`CREATE DATABASE "${name}" TEMPLATE template0`)
      const shadowUrl = new URL(url)
      shadowUrl.pathname = `/${name}`
      pool = openPool(shadowUrl.href)
      return pool
    },
    close: async () => {
      if (!pool) return
      await pool.end()
      await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
    },
  }
}

const INTERNAL_CHAR = 18
const BLANK_PADDED_CHAR = 1042

// One connection. The catalogue's own one-letter type is passed off as char(1), since the adapter refuses it.
function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('error', () => {})
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>
  const translated = async (...args: unknown[]) => {
    const result = await query(...args)
    for (const field of result.fields ?? []) {
      if (field.dataTypeID === INTERNAL_CHAR) field.dataTypeID = BLANK_PADDED_CHAR
    }
    return result
  }
  return Object.assign(pool, { query: translated })
}

async function adapterOf(pool: pg.Pool, onScriptError: (error: unknown) => void): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaPg(pool).connect()
  // The adapter cuts a script at every semicolon, which breaks function bodies. Sent whole, Postgres parses it itself
  // and runs it as one transaction, so a migration that fails leaves nothing behind.
  adapter.executeScript = async (script) => {
    try {
      await pool.query(script)
    } catch (error) {
      onScriptError(error)
      throw error
    }
  }
  // The engine lists check constraints only to warn of them, and dies of the NOT NULL ones that Postgres 18 adds.
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = (query) =>
    queryRaw({ ...query, sql: query.sql.replace("contype NOT IN ('p', 'u', 'f')", 'false') })
  return adapter
}

let isInstantiated = false

// What the package's own entry does through an ES import of the .wasm file, which Node 20 has only behind a flag.
function instantiate() {
  if (isInstantiated) return
  // By way of the checkout: a bundler would put a module number where this module's own path stands.
  const entry = createRequire(join(projectRoot(), 'package.json')).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  )
  const module = new WebAssembly.Module(readFileSync(join(dirname(entry), 'schema_engine_bg.wasm')))
  const imports: WebAssembly.ModuleImports = { ...binding } as unknown as WebAssembly.ModuleImports
  // The engine forgets a ten-second timer, which would keep a finished program waiting.
  for (const name of Object.keys(imports).filter((each) => each.startsWith('__wbg_setTimeout_'))) {
    imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms).unref()
  }
  const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': imports })
  binding.__wbg_set_wasm(exports)
  const start = exports.__wbindgen_start as () => void
  start()
  isInstantiated = true
}
