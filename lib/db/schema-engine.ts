import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import * as binding from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'

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
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('error', () => {})
  const shadow = shadowDatabase(url, pool)
  const factory = new PrismaPg(pool)
  const adapter = bindMigrationAwareSqlAdapterFactory({
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => adapterOf(pool),
    connectToShadowDb: async () => adapterOf(await shadow.open()),
  })
  const datamodels: [string, string][] | undefined = schema ? [['schema.prisma', schema]] : undefined
  try {
    const engine = await binding.SchemaEngine.new({ datamodels }, () => {}, adapter)
    try {
      return await work(engine)
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
      pool = new pg.Pool({ connectionString: shadowUrl.href, max: 1 })
      pool.on('error', () => {})
      return pool
    },
    close: async () => {
      if (!pool) return
      await pool.end()
      await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
    },
  }
}

async function adapterOf(pool: pg.Pool): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaPg(pool).connect()
  // The adapter cuts a script at every semicolon, which breaks function bodies. Sent whole, Postgres parses it itself
  // and runs it as one transaction, so a migration that fails leaves nothing behind.
  adapter.executeScript = async (script) => {
    await pool.query(script)
  }
  return adapter
}

let isInstantiated = false

// What the package's own entry does through an ES import of the .wasm file, which Node 20 has only behind a flag.
function instantiate() {
  if (isInstantiated) return
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
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
