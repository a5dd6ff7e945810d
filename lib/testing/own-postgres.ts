import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../db/embedded.ts'

export interface OwnPostgres {
  /** Stays the same over every stop and start. */
  url: string
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>
  /** Ends every session and the server; its port refuses connections until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Stops it and removes its files. */
  close(): Promise<void>
}

/** A real Postgres of a test's own, to be stopped and started under a running gateway. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-postgres-'))
  // When root runs the tests, the user postgres has to pass through.
  chmodSync(dataDir, 0o711)
  const startServer = () => startEmbeddedPostgres({ dataDir, log: () => {}, settings: { fsync: 'off' } })
  let server: EmbeddedPostgres | null = await startServer()
  const front = portFront(() => (server ? Number(new URL(server.url).port) : null))
  const url = new URL(server.url)
  url.port = String(await front.open())

  const stop = async () => {
    await front.shut()
    await server?.stop()
    server = null
  }
  return {
    url: url.href,
    async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) {
      const client = new pg.Client({ connectionString: url.href })
      await client.connect()
      try {
        return (await client.query<Row>(sql, values)).rows
      } finally {
        await client.end()
      }
    },
    stop,
    async start() {
      server = await startServer()
      await front.open()
    },
    async close() {
      await stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A port that stays the same while what is behind it moves from one to another. */
function portFront(behind: () => number | null) {
  let listener: Server | null = null
  let port = 0
  const sockets = new Set<Socket>()
  const link = (incoming: Socket) => {
    const target = behind()
    if (target === null) return void incoming.destroy()
    const onward = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [incoming, onward],
      [onward, incoming],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  }
  return {
    open: () =>
      new Promise<number>((opened, failed) => {
        const opening = createServer(link)
        listener = opening
        opening.once('error', failed)
        opening.listen(port, '127.0.0.1', () => {
          port = (opening.address() as AddressInfo).port
          opened(port)
        })
      }),
    shut: () =>
      new Promise<void>((shut) => {
        if (!listener) return shut()
        listener.close(() => shut())
        listener = null
        for (const socket of sockets) socket.destroy()
      }),
  }
}
