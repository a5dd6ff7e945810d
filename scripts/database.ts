// `npm run db:migrate` brings the database of the settings up to date; `npm run db:diff -- name` writes the migration
// that leads to prisma/schema.prisma, and `npm run db:diff -- --check` fails when one is missing.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDataDir } from '../lib/data-dir.ts'
import { runningEmbeddedPostgres, startEmbeddedPostgres } from '../lib/db/embedded.ts'
import { migrate, readMigrations, schemaDrift } from '../lib/db/migrate.ts'
import { settingsOrExit } from '../lib/env.ts'
import { StartError } from '../lib/start-error.ts'

const log = (line: string) => console.log(line)
const [command, argument] = process.argv.slice(2)

try {
  if (command === 'migrate') await runMigrate()
  else if (command === 'diff' && argument === '--check') await runCheck()
  else if (command === 'diff' && argument && /^[a-z0-9_-]+$/.test(argument)) await runDiff(argument)
  else throw new StartError('db:diff wants a name in lower case (npm run db:diff -- add_teams) or --check')
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exit(1)
}

async function runMigrate() {
  const settings = settingsOrExit()
  const given = settings.databaseDirectUrl ?? runningEmbeddedPostgres(settings.dataDir)
  if (given) return announce(await migrate(given))
  const lock = lockDataDir(settings.dataDir)
  const embedded = await startEmbeddedPostgres({ dataDir: settings.dataDir, log })
  try {
    announce(await migrate(embedded.url))
  } finally {
    await embedded.stop()
    lock.release()
  }
}

function announce(applied: string[]) {
  log(applied.length > 0 ? `applied ${applied.join(', ')}` : 'the database is up to date')
}

async function runCheck() {
  const sql = await drift()
  if (sql !== null) throw new StartError(`prisma/schema.prisma says more than the migrations make:\n${sql}`)
  log('the migrations make what prisma/schema.prisma says')
}

async function runDiff(name: string) {
  const sql = await drift()
  if (sql === null) return log('nothing to do: the migrations make what prisma/schema.prisma says')
  const number = Math.max(0, ...readMigrations().map((each) => Number.parseInt(each.name, 10))) + 1
  const folder = join('prisma', 'migrations', `${String(number).padStart(4, '0')}_${name}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'migration.sql'), sql)
  log(`wrote ${join(folder, 'migration.sql')}: read it before it is applied`)
}

// Compared on a Postgres of its own, so that nobody's database needs to be there or to allow shadow databases.
async function drift(): Promise<string | null> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-diff-'))
  // Root's Postgres runs as another user, who has to pass through.
  chmodSync(dataDir, 0o711)
  try {
    const embedded = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } })
    try {
      return await schemaDrift(embedded.url)
    } finally {
      await embedded.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
