import { type ClientRequest, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it passed. */
export interface Passed {
  method: string
  path: string
  /** Epoch ms of its arrival. */
  atMs: number
  /** Null until the answer's head came, and for good when none did. */
  status: number | null
  headers: Record<string, string | string[] | undefined>
  /** The answer came to its end; false while it runs and when it was cut. */
  isWhole: boolean
}

export interface Door {
  /** Origin, to be used in place of the one behind. */
  url: string
  /** Oldest first. */
  passed: Passed[]
  close(): Promise<void>
}

/**
 * Stands between a client and the server at `url` and writes down what passes: how often a client asked, when, and what
 * it was told. Bytes go through untouched, and a cut on one side is a cut on the other.
 */
export async function openDoor(url: string): Promise<Door> {
  const passed: Passed[] = []
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url: path = '/', headers } = incoming
    const note: Passed = { method, path, atMs: Date.now(), status: null, headers: {}, isWhole: false }
    passed.push(note)
    const onward: ClientRequest = request(new URL(path, url), { method, headers, agent: false }, (answer) => {
      note.status = answer.statusCode ?? null
      note.headers = answer.headers
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      outgoing.flushHeaders()
      answer.on('end', () => {
        note.isWhole = answer.complete
      })
      // What came before the cut still goes out.
      answer.on('error', () => outgoing.socket?.destroySoon())
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
