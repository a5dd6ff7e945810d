import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { testEgress } from '../testing/notifications.ts'
import { post, signature } from './webhooks-post.ts'

const egress = testEgress(['127.0.0.1'])
const closing: (() => void)[] = [() => void egress.close()]
afterAll(() => {
  for (const close of closing) close()
})

async function sent(answer: RequestListener, timeoutMs?: number) {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return post(
    egress,
    { url: `http://127.0.0.1:${port}/`, secret: 'a-secret-of-16-ch', body: '{}' },
    timeoutMs,
  )
}

// RFC 4231, test case 2.
test('the signature is HMAC-SHA256 of the body', () => {
  expect(signature('Jefe', 'what do ya want for nothing?')).toBe(
    'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('a receiver that says nothing is given up in time', async () => {
  expect(await sent(() => {}, 200)).toEqual({
    isSent: false,
    isPermanent: false,
    status: null,
    answer: 'No answer within 0.2 s.',
  })
})

test('a status counts although the rest of the answer never ends, or is long', async () => {
  const slow = await sent((_, response) => void response.writeHead(200).write('x'), 200)
  expect(slow).toMatchObject({ isSent: true, status: 200 })
  const long = await sent((_, response) => void response.writeHead(202).end('x'.repeat(1_000_000)))
  expect(long).toMatchObject({ isSent: true, status: 202 })
  const error = await sent((_, response) => void response.writeHead(500).end('x'.repeat(1_000_000)))
  expect(error).toMatchObject({ isSent: false, status: 500 })
  expect(error.answer.length).toBeLessThan(400)
})

test('one that breaks off, or is not there, is tried again', async () => {
  const broken = await sent((request) => void request.socket.destroy())
  expect(broken).toEqual({
    isSent: false,
    isPermanent: false,
    status: null,
    answer: 'The address cannot be reached, or broke off the connection.',
  })
})

test('without a way out nothing is sent, and that is said', async () => {
  expect(await post(undefined, { url: 'https://x.example', secret: 's', body: '' })).toMatchObject({
    isSent: false,
    answer: 'This process cannot reach webhooks.',
  })
})
