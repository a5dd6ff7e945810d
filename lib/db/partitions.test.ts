import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../testing/postgres.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

const idAt = (iso: string) => {
  const time = Date.parse(iso).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

async function insertBody(id: string, retentionDays: number) {
  const sql = `INSERT INTO request_bodies (id, retention_days, workspace_id, head) VALUES ($1, $2, $3, '{}')
    ON CONFLICT DO NOTHING RETURNING tableoid::regclass::text AS partition`
  const { rows } = await db.pool.query(sql, [id, retentionDays, randomUUID()])
  return rows[0]?.partition ?? null
}

async function partitions(root: string): Promise<string[]> {
  const sql = 'SELECT relid::regclass::text AS name FROM pg_partition_tree($1) WHERE level > 0 ORDER BY name'
  return (await db.pool.query(sql, [root])).rows.map(({ name }) => name)
}

const ensureBodies = (day: string, days: number) =>
  db.pool.query('SELECT ensure_body_partition($1, $2)', [day, days])
const ensureLogs = (day: string, days: number) =>
  db.pool.query('SELECT ensure_log_partition($1, $2)', [day, days])
const drop = async (at: string) =>
  (await db.pool.query('SELECT drop_log_partitions($1) AS name', [at])).rows.map(({ name }) => name).sort()

describe('a row finds its partition by the time in its id', () => {
  test('from the first to the last millisecond of the UTC day', async () => {
    await ensureBodies('2026-03-01', 90)
    expect(await insertBody(idAt('2026-03-01T00:00:00.000Z'), 90)).toBe('request_bodies_20260301_90')
    expect(await insertBody(idAt('2026-03-01T23:59:59.999Z'), 90)).toBe('request_bodies_20260301_90')
    await expect(insertBody(idAt('2026-03-02T00:00:00.000Z'), 90)).rejects.toThrow('no partition')
  })

  test('and by its retention class', async () => {
    await ensureBodies('2026-03-05', 7)
    await ensureBodies('2026-03-05', 30)
    expect(await insertBody(idAt('2026-03-05T12:00:00Z'), 30)).toBe('request_bodies_20260305_30')
    await expect(insertBody(idAt('2026-03-05T12:00:00Z'), 1)).rejects.toThrow('no partition')
  })

  test('a replay meets its first copy', async () => {
    await ensureBodies('2026-03-06', 7)
    const id = idAt('2026-03-06T12:00:00Z')
    expect(await insertBody(id, 7)).not.toBeNull()
    expect(await insertBody(id, 7)).toBeNull()
  })

  test('and the id alone finds it without a look into other days', async () => {
    await ensureBodies('2026-03-07', 7)
    const id = idAt('2026-03-07T12:00:00Z')
    const plan = await db.pool.query(`EXPLAIN SELECT FROM request_bodies WHERE id = '${id}'`)
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toContain('request_bodies_20260307_7')
    expect(text).not.toContain('request_bodies_20260301')
  })
})

describe('partitions are made', () => {
  test('once, however many processes ask at the same moment', async () => {
    const asks = Array.from({ length: 8 }, (_, i) => ensureLogs('2026-04-01', i % 2 ? 30 : 90))
    await Promise.all(asks)
    expect((await partitions('request_logs')).filter((name) => name.includes('20260401'))).toEqual([
      'request_logs_20260401',
      'request_logs_20260401_30',
      'request_logs_20260401_90',
    ])
  })

  test('with the indexes of their parent', async () => {
    await ensureLogs('2026-04-02', 90)
    const { rows } = await db.pool.query(
      `SELECT indexdef FROM pg_indexes WHERE tablename = 'request_logs_20260402_90'`,
    )
    const indexes = rows.map(({ indexdef }) => indexdef.replace(/^.* USING /, '')).sort()
    expect(indexes).toEqual([
      'btree (id, retention_days)',
      'btree (session_id) WHERE (session_id IS NOT NULL)',
      'btree (trace_id)',
      'btree (workspace_id, id DESC)',
      'gin (metadata jsonb_path_ops)',
    ])
  })

  test('while somebody reads the parent', async () => {
    const reader = await db.pool.connect()
    try {
      await reader.query('BEGIN')
      await reader.query('SELECT count(*) FROM request_logs')
      await ensureLogs('2026-04-03', 90)
      await reader.query('COMMIT')
    } finally {
      reader.release()
    }
    expect(await partitions('request_logs')).toContain('request_logs_20260403_90')
  })

  test('with bodies kept as they come, since they are compressed already', async () => {
    await ensureBodies('2026-04-04', 90)
    const { rows } = await db.pool.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'request_bodies_20260404_90'::regclass AND attstorage = 'e' ORDER BY 1`,
    )
    expect(rows.map(({ attname }) => attname)).toEqual([
      'final_request',
      'original_response',
      'request',
      'response',
    ])
  })

  test('for no class shorter than a day', async () => {
    await expect(ensureLogs('2026-04-05', 0)).rejects.toThrow('a retention class is 1 to 32767 days, not 0')
  })
})

describe('retention drops', () => {
  test('a class when its last moment is as old as it may get, and a day with its last class', async () => {
    await ensureLogs('2025-01-01', 1)
    await ensureLogs('2025-01-01', 7)
    await ensureBodies('2025-01-01', 7)
    expect(await drop('2025-01-02T23:59:59Z')).toEqual([])
    expect(await drop('2025-01-03T00:00:00Z')).toEqual(['request_logs_20250101_1'])
    expect(await drop('2025-01-09T00:00:00Z')).toEqual([
      'request_bodies_20250101',
      'request_bodies_20250101_7',
      'request_logs_20250101',
      'request_logs_20250101_7',
    ])
    expect(await drop('2025-01-09T00:00:00Z')).toEqual([])
  })
})

describe('a change is announced', () => {
  test('by a notification and a row that carry its relation, id and version; a write that changes nothing is not', async () => {
    const listener = await db.pool.connect()
    const heard: string[] = []
    listener.on('notification', ({ payload }) => heard.push(payload ?? ''))
    await listener.query('LISTEN tollgate_changes')
    const id = randomUUID()
    await db.prisma.organisation.create({ data: { id, slug: 'acme', name: 'Acme' } })
    await db.pool.query('UPDATE organisations SET name = $2 WHERE id = $1', [id, 'Acme'])
    await db.pool.query('UPDATE organisations SET name = $2 WHERE id = $1', [id, 'Acme Inc'])
    await db.pool.query('DELETE FROM organisations WHERE id = $1', [id])
    await listener.query('SELECT 1')
    listener.release()
    const events = await db.prisma.changeEvent.findMany({ where: { rowId: id }, orderBy: { version: 'asc' } })
    expect(events).toHaveLength(3)
    expect(heard).toEqual(events.map(({ version }) => `organisations:${id}:${version}`))
  })
})

describe('slugs', () => {
  test('are unique among the living, whatever their case, and free again once archived', async () => {
    const organisationId = randomUUID()
    await db.prisma.organisation.create({ data: { id: organisationId, slug: 'slugs', name: 'Slugs' } })
    const make = (slug: string) =>
      db.prisma.workspace.create({ data: { id: randomUUID(), organisationId, slug, name: slug } })
    const first = await make('team')
    await expect(make('Team')).rejects.toMatchObject({ code: 'P2002' })
    await db.prisma.workspace.update({ where: { id: first.id }, data: { status: 'archived' } })
    await expect(make('Team')).resolves.toMatchObject({ slug: 'Team' })
  })
})

describe('audit events', () => {
  test('cannot be rewritten or removed', async () => {
    const id = randomUUID()
    await db.prisma.auditEvent.create({
      data: {
        id,
        organisationId: randomUUID(),
        method: 'POST',
        uri: '/api/v1/providers',
        actorType: 'system',
        resourceType: 'provider',
        action: 'create',
        responseStatusCode: 200,
      },
    })
    await expect(db.pool.query(`UPDATE audit_events SET action = 'x'`)).rejects.toThrow(
      'audit_events is append-only',
    )
    await expect(db.pool.query('DELETE FROM audit_events')).rejects.toThrow('audit_events is append-only')
    await expect(db.pool.query('TRUNCATE audit_events')).rejects.toThrow('audit_events is append-only')
    expect(await db.prisma.auditEvent.count({ where: { id } })).toBe(1)
  })
})
