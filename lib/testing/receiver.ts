import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it reached the receiver; `body` is what was signed, byte for byte. */
export interface ReceivedPost {
  path: string
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

export interface ReceiverManners {
  /** Default 200. */
  status?: number
  /** Of a redirect. */
  location?: string
  body?: string
  /** Takes the request and never answers. */
  isMute?: boolean
}

export interface TestReceiver {
  url: string
  posts: readonly ReceivedPost[]
  behave(manners: ReceiverManners): void
  close(): Promise<void>
}

/** A webhook receiver on loopback that keeps what it is sent. */
export async function startReceiver(): Promise<TestReceiver> {
  const posts: ReceivedPost[] = []
  let manners: ReceiverManners = {}
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      posts.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) })
      const { status = 200, location, body = '', isMute } = manners
      if (isMute) return
      response.writeHead(status, location === undefined ? {} : { location }).end(body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    posts,
    behave(next) {
      manners = next
    },
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
