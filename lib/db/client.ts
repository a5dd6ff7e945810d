import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.ts'

export interface Database {
  prisma: PrismaClient
  pool: pg.Pool
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** Connections kept at most. */
  connectionsMax?: number
  /** Postgres gives a statement up after this long. */
  statementTimeoutMs?: number
}

const CONNECT_TIMEOUT_MS = 3_000
const KEEP_ALIVE_MS = 10_000
const RECONNECT_MS = { first: 100, most: 5_000 } as const

/**
 * One pool of connections and Prisma over the same pool. Nothing is connected before the first query; when Postgres is
 * away a query fails within 3 s with an error that `isDatabaseAway` knows, and the next one tries anew.
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { connectionsMax = 10, statementTimeoutMs = 30_000 } = options
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // A server that fell silent is given up a little after it would have given up the statement itself.
    query_timeout: statementTimeoutMs + 5_000,
    application_name: 'tollgate',
    // Said in SQL: transaction poolers refuse it among the connection's parameters.
    onConnect: async (client) => {
      // One that is held between two queries has nobody else to tell; its next query fails and says so.
      client.on('error', () => {})
      await client.query(`SET statement_timeout = ${Math.trunc(statementTimeoutMs)}`)
    },
  })
  // A connection that breaks while idle is replaced by the next query, which meets the error if there is one.
  pool.on('error', () => {})
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    close: async () => {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/** True when `error` says that Postgres could not be reached or went away, so that the same work may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  return anyOf(error, ({ code, originalCode, kind, message }) => {
    if (AWAY_CODES.has(String(code)) || AWAY_CODES.has(String(originalCode)) || AWAY_KINDS.has(String(kind)))
      return true
    if (typeof code === 'string' && /^08...$/.test(code)) return true
    return typeof message === 'string' && AWAY_MESSAGE.test(message)
  })
}

/**
 * True when the same work may succeed later: Postgres is away, or it is there and had no connection, no lock or no time
 * left for it. What was written in its transaction does not stand.
 */
export function isDatabaseBusy(error: unknown): boolean {
  const isBusy = anyOf(
    error,
    ({ code, originalCode }) => BUSY_CODES.has(String(code)) || BUSY_CODES.has(String(originalCode)),
  )
  return isBusy || isDatabaseAway(error)
}

/** Whether an error, or any that it wraps, is such a one. */
function anyOf(error: unknown, isOne: (error: Record<string, unknown>) => boolean): boolean {
  const seen = new Set<unknown>()
  const search = (at: unknown): boolean => {
    if (typeof at !== 'object' || at === null || seen.has(at)) return false
    seen.add(at)
    const { message, code, kind, originalCode, cause, errors, meta, driverAdapterError } = at as Record<
      string,
      unknown
    >
    if (isOne({ message, code, kind, originalCode })) return true
    const deeper = Array.isArray(errors) ? errors : []
    return [cause, meta, driverAdapterError, ...deeper].some(search)
  }
  return search(error)
}

const AWAY_CODES = new Set([
  // the socket
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENOENT'],
  // Postgres: shutting down, crashed, starting, out of connections, idle session ended
  ...['57P01', '57P02', '57P03', '53300', '57P05'],
  // Prisma: unreachable, timed out, closed, no connection to be had
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024'],
])

const BUSY_CODES = new Set([
  // Postgres: deadlock, serialization, lock or statement given up
  ...['40P01', '40001', '55P03', '57014'],
  // Prisma: no transaction could begin in time or it took too long; a write conflict
  ...['P2028', 'P2034'],
])

const AWAY_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
])

const AWAY_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|connection error and is not queryable|Can't reach database server/

export interface Listener {
  /** Resolves when the first LISTEN has been heard. */
  ready: Promise<void>
  close(): Promise<void>
}

/**
 * Hears `channel` on a connection of its own, made again with growing pauses whenever it breaks. `onMessage` gets each
 * payload. `onLost` is called once a break, since what is announced until the next LISTEN is never heard; `onBack`
 * when it is heard again. `url` must reach Postgres itself, not a transaction pooler.
 */
export function listen(
  url: string,
  channel: string,
  onMessage: (payload: string) => void,
  onLost: () => void,
  onBack: () => void = () => {},
): Listener {
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined
  let pauseMs: number = RECONNECT_MS.first
  let isClosed = false
  let wasHeard = false
  let markReady = () => {}
  const ready = new Promise<void>((done) => {
    markReady = done
  })

  const connect = async () => {
    const mine = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'tollgate listen',
    })
    client = mine
    let isLive = true
    let isHeard = false
    const lose = () => {
      if (!isLive) return
      isLive = false
      clearTimeout(timer)
      mine.end().catch(() => {})
      if (isClosed) return
      if (isHeard) onLost()
      timer = setTimeout(connect, pauseMs)
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most)
    }
    mine.on('error', lose)
    mine.on('end', lose)
    mine.on('notification', ({ payload }) => onMessage(payload ?? ''))
    // A peer that vanished without a word is noticed by asking it something.
    const probe = () => {
      timer = setTimeout(() => mine.query('SELECT 1').then(probe, lose), KEEP_ALIVE_MS)
    }
    try {
      await mine.connect()
      await mine.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch {
      lose()
      return
    }
    if (!isLive) return
    isHeard = true
    pauseMs = RECONNECT_MS.first
    probe()
    if (wasHeard) onBack()
    wasHeard = true
    markReady()
  }
  void connect()

  return {
    ready,
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
