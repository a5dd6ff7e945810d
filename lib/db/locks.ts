import pg from 'pg'

/** Locks of a process on one connection of its own, so that what is held for long takes none from the pool. */
export interface Locks {
  /** Runs `work` while holding the lock; false, without running it, when somebody else holds it. */
  alone(name: string, work: () => Promise<void>): Promise<boolean>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 3_000
const QUERY_TIMEOUT_MS = 10_000

/**
 * Session locks of Postgres: a process that dies lets go of them, and so does one whose connection breaks; the next call
 * makes another. Within one `Locks` a name must not be asked for while it is held. `url` must reach Postgres itself, not
 * a transaction pooler.
 */
export function openLocks(url: string): Locks {
  let session: pg.Client | null = null
  /** A connection takes one query at a time. */
  let last: Promise<unknown> = Promise.resolve()

  const drop = (client: pg.Client) => {
    if (session === client) session = null
    // Half a connection would hold its locks for good.
    client.end().catch(() => {})
  }
  const connected = async (): Promise<pg.Client> => {
    if (session) return session
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'tollgate jobs',
    })
    client.on('error', () => drop(client))
    await client.connect()
    session = client
    return client
  }
  const ask = (sql: string, name: string): Promise<boolean> => {
    const answer = last.then(async () => {
      const client = await connected()
      try {
        const { rows } = await client.query<{ got: boolean }>(sql, [name])
        return rows[0]?.got === true
      } catch (error) {
        drop(client)
        throw error
      }
    })
    last = answer.catch(() => {})
    return answer
  }

  return {
    async alone(name, work) {
      if (!(await ask('SELECT pg_try_advisory_lock(hashtext($1)) AS got', name))) return false
      try {
        await work()
      } finally {
        // One that broke meanwhile holds nothing.
        await ask('SELECT pg_advisory_unlock(hashtext($1)) AS got', name).catch(() => {})
      }
      return true
    },
    async close() {
      await last
      const client = session
      session = null
      await client?.end().catch(() => {})
    },
  }
}
