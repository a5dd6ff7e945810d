import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyDatabase } from '../testing/postgres.ts'
import { type Migration, migrate, readMigrations, schemaDrift } from './migrate.ts'

async function inEmptyDatabase(work: (url: string, client: pg.Client) => Promise<void>) {
  const { url, drop } = await emptyDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(url, client)
  } finally {
    await client.end()
    await drop()
  }
}

const names = readMigrations().map(({ name }) => name)
const first: Migration = { name: '0001_first', sql: 'CREATE TABLE first (id int);' }

describe('migrating', () => {
  test('applies everything once and then nothing', async () => {
    await inEmptyDatabase(async (url) => {
      expect(await migrate(url)).toEqual(names)
      expect(await migrate(url)).toEqual([])
    })
  })

  test('lets many processes start at once: each migration is applied by one of them', async () => {
    await inEmptyDatabase(async (url, client) => {
      const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(url)))
      expect(applied.flat()).toEqual(names)
      const { rows } = await client.query('SELECT migration_name FROM _prisma_migrations')
      expect(rows).toHaveLength(names.length)
    })
  })

  test('applies only what is new', async () => {
    await inEmptyDatabase(async (url) => {
      await migrate(url, [first])
      expect(await migrate(url, [first, { name: '0002_second', sql: 'DROP TABLE first;' }])).toEqual([
        '0002_second',
      ])
    })
  })

  test('leaves nothing of a migration that fails, and tries it again', async () => {
    await inEmptyDatabase(async (url, client) => {
      const broken = {
        name: '0001_first',
        sql: 'CREATE TABLE first (id int); SELECT no_such_column FROM first;',
      }
      await expect(migrate(url, [broken])).rejects.toThrow(/^a migration failed: .*no_such_column/)
      const { rows } = await client.query(`SELECT to_regclass('first') AS first`)
      expect(rows[0].first).toBeNull()
      expect(await migrate(url, [first])).toEqual(['0001_first'])
    })
  })

  test('refuses a migration that was edited after it was applied', async () => {
    await inEmptyDatabase(async (url) => {
      await migrate(url, [first])
      const edited = { ...first, sql: `${first.sql} -- edited` }
      await expect(migrate(url, [edited])).rejects.toThrow(
        'migration 0001_first was changed after it was applied',
      )
    })
  })

  test('understands function bodies, whose semicolons do not end statements', async () => {
    await inEmptyDatabase(async (url, client) => {
      const sql = `CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$;`
      await migrate(url, [{ name: '0001_function', sql }])
      expect((await client.query('SELECT two()')).rows[0].two).toBe(2)
    })
  })
})

describe('the schema', () => {
  let url: string
  let drop: () => Promise<void>
  beforeAll(async () => {
    ;({ url, drop } = await emptyDatabase())
  })
  afterAll(() => drop())

  test('says what the migrations made', async () => {
    expect(await schemaDrift(url)).toBeNull()
  })

  test('asks for a migration when it says more', async () => {
    const schema = 'datasource db {\n  provider = "postgresql"\n}\nmodel Extra {\n  id Int @id\n}\n'
    expect(await schemaDrift(url, [], schema)).toContain('CREATE TABLE "Extra"')
  })
})
