import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RouteHandlers } from '../http/admin.ts'

export interface AdminServer {
  /** Ends in `/v1`, as clients are given it. */
  url: string
  /** Requests so far: clients may send one twice. */
  calls(): number
  close(): Promise<void>
}

/** Serves route handlers on a free loopback port, for clients that want a real address. */
export async function startAdminServer(handlers: RouteHandlers): Promise<AdminServer> {
  let calls = 0
  const server = createServer((incoming, outgoing) => {
    calls++
    void serve(handlers, incoming, outgoing)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls: () => calls,
    close: () => {
      server.closeAllConnections()
      return new Promise((closed) => server.close(() => closed()))
    },
  }
}

async function serve(
  handlers: RouteHandlers,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = 'GET', headers, url } = incoming
  const request = new Request(`http://${headers.host}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]),
    body: method === 'GET' || chunks.length === 0 ? null : Buffer.concat(chunks),
  })
  const response = await handlers[method as keyof RouteHandlers](request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}
