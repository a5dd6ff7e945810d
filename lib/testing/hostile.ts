import { type AddressInfo, createServer, type Socket } from 'node:net'

/** An upstream that is no HTTP server: it says whatever bytes a test wants said, on a connection per request. */
export interface HostileUpstream {
  url: string
  /** What the next connection hears once its request has begun to come. Queued. */
  next(behave: (socket: Socket) => void): void
  /** As `next`: these bytes, then the end. */
  says(bytes: string | Buffer): void
  close(): Promise<void>
}

/** Listens on a free loopback port. A connection nothing was planned for is dropped. */
export async function startHostile(): Promise<HostileUpstream> {
  const plans: ((socket: Socket) => void)[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.on('data', () => {})
      const behave = plans.shift()
      if (behave) behave(socket)
      else socket.destroy()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: (behave) => void plans.push(behave),
    says: (bytes) => void plans.push((socket) => void socket.end(bytes)),
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** An answer in HTTP, framed by its length; `headers` may say anything. */
export function httpAnswer(
  status: number,
  headers: Record<string, string>,
  body: string | Buffer = '',
): Buffer {
  const head = Object.entries({
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Said\r\n${head}\r\n`), Buffer.from(body)])
}
