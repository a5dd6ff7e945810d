import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import next from 'next'
import { afterEach, expect, it } from 'vitest'
import { lintRefusal, type Wire, wireTo } from '../testing/caller.ts'
import { boundSilence, NO_UPGRADES, PORT_OPTIONS, refuseMalformed } from './port.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function listening(handle: RequestListener): Promise<Wire> {
  server = createServer(PORT_OPTIONS, handle)
  server.on('clientError', refuseMalformed)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return wireTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

it('a request that offers an upgrade is answered, also after Next has served a page', async () => {
  const app = next({ dev: false, httpServer: NO_UPGRADES })
  Object.assign(app, {
    init: { requestHandler: async (_: unknown, res: { end(text: string): void }) => res.end('page') },
  })
  const pages = app.getRequestHandler()
  const wire = await listening((req, res) => void pages(req, res))
  const ask = (connection: string) =>
    wire.send(
      `GET / HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\nupgrade: h2c\r\nhttp2-settings: AAM\r\n\r\n`,
    )
  ask('Upgrade, HTTP2-Settings')
  await wire.until((received) => received.includes('page'))
  ask('Upgrade, HTTP2-Settings, close')
  await wire.until((received) => received.split('page').length === 3)
  expect(await wire.closed).toMatch(/^HTTP\/1\.1 200/)
})

it('an upload may take as long as it takes, but not go silent for ever', async () => {
  expect([PORT_OPTIONS.requestTimeout, PORT_OPTIONS.headersTimeout]).toEqual([0, 60_000])
  const wire = await listening((req, res) => {
    boundSilence(req, 150)
    // What is waited for after the body is the provider's time, not the caller's.
    req.resume().on('end', () => setTimeout(() => res.end(`${req.url} done`), 400))
  })
  const post = (path: string) => wire.send(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\n`)
  post('/slow')
  for (const byte of 'abcdef') {
    await new Promise((tick) => setTimeout(tick, 60))
    wire.send(byte)
  }
  await wire.until((received) => received.includes('/slow done'))
  post('/silent')
  expect(await wire.closed).not.toContain('/silent done')
})

it.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400, 'invalid_request'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    400,
    'invalid_request',
  ],
  [
    'endless headers',
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
])('%s is refused in JSON under an id', async (_, sent, status, code) => {
  const wire = await listening((_req, res) => res.end('served'))
  wire.send(sent)
  const [head = '', text = ''] = (await wire.closed).split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map((each) => each.split(': ') as [string, string]))
  const json = JSON.parse(text)
  expect(line).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(json.error).toMatchObject({ code, type: 'invalid_request_error', param: null })
  lintRefusal({ status, headers, text, json, bytes: Buffer.from(text), isCut: false }, false)
})
