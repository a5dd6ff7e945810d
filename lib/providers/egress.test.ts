import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../errors.ts'
import {
  closeEgress,
  createEgress,
  type EgressOptions,
  egressFetch,
  type UpstreamExchange,
  type UpstreamRequest,
} from './egress.ts'

type TestEgress = ReturnType<typeof createEgress>

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('a request to a provider', () => {
  it('arrives as it was sent, without what belongs to another connection', async () => {
    const seen: http.IncomingMessage[] = []
    const url = await httpUpstream((req, res) => {
      seen.push(req)
      req.pipe(res)
    })
    const answer = await ask(egress(), {
      url: `${url}/v1/chat?api-version=1`,
      headers: {
        authorization: 'Bearer k',
        'content-type': 'application/json',
        Host: 'elsewhere.net',
        connection: 'close',
        'accept-encoding': 'gzip',
        'transfer-encoding': 'chunked',
        expect: '100-continue',
        'content-length': '999',
      },
      body: Buffer.from('{"model":"m"}'),
    })
    expect(answer).toMatchObject({ status: 200, text: '{"model":"m"}', error: null })
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/chat?api-version=1' })
    expect(seen[0]!.headers).toEqual({
      host: new URL(url).host,
      connection: 'keep-alive',
      'accept-encoding': 'identity',
      authorization: 'Bearer k',
      'content-type': 'application/json',
      'content-length': '13',
    })
  })

  it('may stream its body, with the length it states', async () => {
    const lengths: (string | undefined)[] = []
    const url = await httpUpstream((req, res) => {
      lengths.push(req.headers['content-length'])
      req.pipe(res)
    })
    const pieces = async function* () {
      yield Buffer.from('one ')
      yield Buffer.from('two')
    }
    const pool = egress()
    expect(await ask(pool, { url, body: pieces(), headers: { 'content-length': '7' } })).toMatchObject({
      text: 'one two',
    })
    expect(await ask(pool, { url, body: pieces() })).toMatchObject({ text: 'one two' })
    expect(lengths).toEqual(['7', undefined])
  })

  it('uses a warm connection again', async () => {
    const { url, sockets } = await countedUpstream((_, res) => res.end('ok'))
    const pool = egress()
    for (let round = 0; round < 5; round++) await ask(pool, { url })
    expect(sockets.length).toBe(1)
  })

  it('closes a connection that stays unused', async () => {
    const { url, sockets } = await countedUpstream((_, res) => res.end('ok'))
    const pool = egress({ keepAliveMs: 20 })
    await ask(pool, { url })
    await closed(sockets[0]!)
    expect(await ask(pool, { url })).toMatchObject({ text: 'ok' })
    expect(sockets.length).toBe(2)
  })

  it('closes the least used idle origin to make room for a new one', async () => {
    const first = await countedUpstream((_, res) => res.end('a'))
    const second = await countedUpstream((_, res) => res.end('b'))
    const third = await countedUpstream((_, res) => res.end('c'))
    const pool = egress({ originsMax: 2 })
    await ask(pool, { url: first.url })
    await ask(pool, { url: second.url })
    await ask(pool, { url: first.url })
    await ask(pool, { url: third.url })
    await closed(second.sockets[0]!)
    await ask(pool, { url: first.url })
    expect(first.sockets.length).toBe(1)
  })

  it('is refused when a header cannot be sent, and harms no connection', async () => {
    const { url, sockets } = await countedUpstream((_, res) => res.end('ok'))
    const pool = egress()
    await ask(pool, { url })
    expect(await ask(pool, { url, headers: { 'x-a': 'b\r\nx-c: d' } })).toMatchObject({
      code: 'invalid_header',
    })
    expect(await ask(pool, { url })).toMatchObject({ text: 'ok' })
    expect(sockets.length).toBeLessThanOrEqual(2)
  })

  it.each(['http://h.example?x=/y', 'nonsense', 'ftp://h.example/', 'http://u:p@h.example/'])(
    'to %s is refused',
    async (url) => {
      expect(await ask(egress(), { url })).toMatchObject({ code: 'invalid_custom_host' })
    },
  )
})

describe('an answer', () => {
  it('that redirects is handed on, not followed', async () => {
    const paths: (string | undefined)[] = []
    const url = await httpUpstream((req, res) => {
      paths.push(req.url)
      res.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end('moved')
    })
    const answer = await ask(egress(), { url: `${url}/v1` })
    expect(answer).toMatchObject({ status: 302, text: 'moved' })
    expect(answer.headers.location).toBe('http://169.254.169.254/latest/meta-data')
    expect(paths).toEqual(['/v1'])
  })

  it('keeps repeated headers apart and ignores early hints', async () => {
    const url = await httpUpstream((_, res) => {
      res.writeEarlyHints({ link: '</a>; rel=preload' })
      res.setHeader('set-cookie', ['a=1', 'b=2'])
      res.end('ok')
    })
    const answer = await ask(egress(), { url })
    expect(answer.status).toBe(200)
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('compressed unasked with %s is inflated', async (coding, compress) => {
    const text = 'data: {"a":1}\n\n'.repeat(5_000)
    const url = await httpUpstream((_, res) => {
      const body = compress(Buffer.from(text))
      res
        .writeHead(200, { 'content-encoding': coding, 'content-length': body.length, 'x-kept': '1' })
        .end(body)
    })
    const answer = await ask(egress(), { url })
    expect(answer.text).toBe(text)
    expect(answer.headers).toMatchObject({ 'x-kept': '1' })
    expect(answer.headers).not.toHaveProperty('content-encoding')
    expect(answer.headers).not.toHaveProperty('content-length')
  })

  it('that inflates beyond the bound is cut off', async () => {
    const url = await httpUpstream((_, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000)))
    })
    const answer = await ask(egress({ inflatedBytesMax: 1_000_000 }), { url })
    expect(answer.code).toBe('invalid_provider_response')
    expect(answer.text.length).toBeLessThanOrEqual(1_000_000)
  })

  it('whose compressed body is cut short is a stream error, not a short answer', async () => {
    const url = await httpUpstream((_, res) => {
      const body = gzipSync(Buffer.from('hello '.repeat(10_000)))
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(body.subarray(0, body.length - 10))
    })
    expect(await ask(egress(), { url })).toMatchObject({ code: 'upstream_stream_error' })
  })

  it('in an unknown coding passes as it is', async () => {
    const url = await httpUpstream((_, res) => {
      res.writeHead(200, { 'content-encoding': 'zstd' }).end('opaque')
    })
    const answer = await ask(egress(), { url })
    expect(answer).toMatchObject({ text: 'opaque' })
    expect(answer.headers['content-encoding']).toBe('zstd')
  })

  it('that is not HTTP is an invalid answer', async () => {
    const url = await rawUpstream((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n')))
    expect(await ask(egress(), { url })).toMatchObject({ code: 'invalid_provider_response' })
  })

  it('stops coming while the reader is paused, and goes on when it resumes', async () => {
    const total = 64 * 1024 * 1024
    let written = 0
    const block = Buffer.alloc(256 * 1024)
    const stalled = promised<void>()
    const url = await httpUpstream(async (_, res) => {
      while (written < total) {
        written += block.length
        if (res.write(block)) continue
        const drained = once(res, 'drain').then(() => true)
        if (!(await Promise.race([drained, after(300)]))) stalled.resolve()
        await drained
      }
      res.end()
    })
    let received = 0
    let exchange: UpstreamExchange | null = null
    const ended = promised<void>()
    egress().send(request({ url }), {
      onHeaders: (_, __, given) => {
        exchange = given
        given.pause()
      },
      onData: (chunk) => {
        received += chunk.length
      },
      onEnd: () => ended.resolve(),
      onError: ended.reject,
    })
    await stalled.promise
    expect(received).toBeLessThan(1024 * 1024)
    expect(written).toBeLessThan(total)
    exchange!.resume()
    await ended.promise
    expect(received).toBe(total)
  })

  it.each(['identity', 'gzip'])('sends nothing between pause and resume (%s)', async (coding) => {
    const text = Buffer.alloc(4_000_000, 'abcdefgh')
    const url = await httpUpstream((_, res) => {
      res.writeHead(200, { 'content-encoding': coding }).end(coding === 'gzip' ? gzipSync(text) : text)
    })
    let received = 0
    let isPaused = false
    let chunksWhilePaused = 0
    let exchange: UpstreamExchange | null = null
    const ended = promised<void>()
    egress().send(request({ url }), {
      onHeaders: (_, __, given) => {
        exchange = given
      },
      onData(chunk) {
        received += chunk.length
        if (isPaused) chunksWhilePaused++
        isPaused = true
        exchange!.pause()
        setImmediate(() => {
          isPaused = false
          exchange!.resume()
        })
      },
      onEnd: () => ended.resolve(),
      onError: ended.reject,
    })
    await ended.promise
    expect(chunksWhilePaused).toBe(0)
    expect(received).toBe(text.length)
  })
})

describe('a failing provider', () => {
  it('that refuses connections is unreachable', async () => {
    const url = await httpUpstream(() => {})
    await closers.pop()!()
    expect(await ask(egress(), { url })).toMatchObject({
      code: 'upstream_unreachable',
      message: 'The provider could not be reached: the connection was refused.',
    })
  })

  it('whose name does not resolve is unreachable', async () => {
    const lookup = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    }
    expect(await ask(egress({ lookup }), { url: 'https://llm.provider.net/v1' })).toMatchObject({
      code: 'upstream_unreachable',
      message: 'The provider could not be reached: its name does not resolve.',
    })
  })

  it('that gives no connection in time is a connect timeout', async () => {
    const lookup = () => new Promise<never>(() => {})
    expect(
      await ask(egress({ lookup, connectTimeoutMs: 50 }), { url: 'http://llm.provider.net/' }),
    ).toMatchObject({
      code: 'connect_timeout',
    })
  })

  it('that sends no headers in time is a timeout, and only that connection is closed', async () => {
    const { url, sockets } = await countedUpstream((req, res) => {
      if (req.url === '/fast') res.end('ok')
    })
    const pool = egress()
    const slow = ask(pool, { url: `${url}/slow`, headersTimeoutMs: 150 })
    const begun = performance.now()
    const fast = await ask(pool, { url: `${url}/fast` })
    expect(await slow).toMatchObject({ code: 'request_timeout', message: 'No response headers within 150ms' })
    expect(performance.now() - begun).toBeLessThan(1_000)
    expect(fast.text).toBe('ok')
    await ask(pool, { url: `${url}/fast` })
    expect(sockets.length).toBe(2)
    expect(sockets.filter((socket) => socket.destroyed).length).toBe(1)
  })

  it('is not timed out while the upload flows, but after it', async () => {
    const url = await httpUpstream((req, res) => {
      req.resume().on('end', () => req.url === '/answers' && res.end('ok'))
    })
    async function* upload() {
      for (const piece of ['a', 'b', 'c', 'd']) {
        await new Promise((tick) => setTimeout(tick, 80))
        yield Buffer.from(piece)
      }
    }
    const options = { method: 'POST', headersTimeoutMs: 150 }
    expect(await ask(egress(), { ...options, url: `${url}/answers`, body: upload() })).toMatchObject({
      text: 'ok',
    })
    expect(await ask(egress(), { ...options, url: `${url}/silent`, body: upload() })).toMatchObject({
      code: 'request_timeout',
    })
  })

  it('is not timed out while its answer flows', async () => {
    const url = await httpUpstream(async (_, res) => {
      res.write('a')
      await after(200)
      res.end('b')
    })
    expect(await ask(egress(), { url, headersTimeoutMs: 100 })).toMatchObject({ text: 'ab', error: null })
  })

  it('that drops the connection before an answer is unreachable, and is asked once', async () => {
    let asked = 0
    const url = await rawUpstream((socket) =>
      socket.once('data', () => {
        asked++
        socket.resetAndDestroy()
      }),
    )
    expect(await ask(egress(), { url })).toMatchObject({ code: 'upstream_unreachable' })
    expect(asked).toBe(1)
  })

  it.each([
    ['a chunked answer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['an answer of known length', 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello'],
  ])('that drops the connection within %s is a stream error', async (_, bytes) => {
    for (const drop of ['end', 'resetAndDestroy'] as const) {
      const url = await rawUpstream((socket) =>
        socket.once('data', () => socket.write(bytes, () => setTimeout(() => socket[drop](), 20))),
      )
      const answer = await ask(egress(), { url })
      expect(answer).toMatchObject({
        status: 200,
        text: 'hello',
        code: 'upstream_stream_error',
        isEnded: false,
      })
    }
  })

  it('with a certificate nobody vouches for is unreachable; TLS names the host, not its address', async () => {
    const hello = promised<string>()
    const url = await rawUpstream((socket) =>
      socket.once('data', (bytes) => {
        hello.resolve(bytes.toString('latin1'))
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
      }),
    )
    const { port } = new URL(url)
    const pool = egress({
      lookup: async () => [{ address: '127.0.0.1', family: 4 }],
      allowPrivateHosts: ['llm.provider.net'],
    })
    const answer = await ask(pool, { url: `https://llm.provider.net:${port}/` })
    expect(await hello.promise).toContain('llm.provider.net')
    expect(answer).toMatchObject({
      code: 'upstream_unreachable',
      message: 'The provider could not be reached: its TLS certificate or handshake failed.',
    })
  })
})

describe('a kept-alive connection that the provider had closed', () => {
  it('is replaced once, and the request sent again', async () => {
    const { url, bodies } = await staleUpstream(1)
    const pool = egress()
    await ask(pool, { url, body: Buffer.from('warm') })
    const onConnect = vi.fn()
    expect(await ask(pool, { url, body: Buffer.from('again') }, onConnect)).toMatchObject({
      status: 200,
      error: null,
    })
    expect(bodies).toEqual(['warm', 'again', 'again'])
    expect(onConnect).toHaveBeenCalledTimes(2)
  })

  it('is not replaced when the body was a stream', async () => {
    const { url, bodies } = await staleUpstream(1)
    const pool = egress()
    await ask(pool, { url, body: Buffer.from('warm') })
    const stream = (async function* () {
      yield Buffer.from('once')
    })()
    expect(await ask(pool, { url, body: stream, headers: { 'content-length': '4' } })).toMatchObject({
      code: 'upstream_unreachable',
    })
    expect(bodies).toEqual(['warm', 'once'])
  })

  it('is not replaced a second time', async () => {
    const { url, bodies } = await staleUpstream(2)
    const pool = egress()
    await ask(pool, { url, body: Buffer.from('warm') })
    expect(await ask(pool, { url, body: Buffer.from('again') })).toMatchObject({
      code: 'upstream_unreachable',
    })
    expect(bodies).toEqual(['warm', 'again', 'again'])
  })

  it('is not replaced when part of an answer had come', async () => {
    const { url, bodies } = await staleUpstream(1, 'HTTP/1.1 2')
    const pool = egress()
    await ask(pool, { url, body: Buffer.from('warm') })
    expect(await ask(pool, { url, body: Buffer.from('again') })).toMatchObject({
      error: expect.any(GatewayError),
    })
    expect(bodies).toEqual(['warm', 'again'])
  })
})

describe('an abort', () => {
  it('closes the upstream connection at once, before headers and within a stream', async () => {
    for (const path of ['/silent', '/stream']) {
      const arrived = promised<Socket>()
      const url = await httpUpstream((req, res) => {
        if (req.url === '/stream') res.write('data: 1\n\n')
        arrived.resolve(req.socket)
      })
      const heard = vi.fn()
      const begun = promised<void>()
      const exchange = egress().send(request({ url: url + path }), {
        onHeaders() {},
        onData: () => begun.resolve(),
        onEnd: heard,
        onError: heard,
      })
      const socket = await arrived.promise
      if (path === '/stream') await begun.promise
      const at = performance.now()
      exchange.abort()
      await closed(socket)
      expect(performance.now() - at).toBeLessThan(1_000)
      expect(heard).not.toHaveBeenCalled()
    }
  })

  it('from within a callback is the last thing the handler hears', async () => {
    const { url, sockets } = await countedUpstream((_, res) => {
      res.write('one')
      setImmediate(() => res.end('two'))
    })
    const heard: string[] = []
    const exchange = egress().send(request({ url }), {
      onHeaders: () => heard.push('headers'),
      onData: (chunk) => {
        heard.push(String(chunk))
        exchange.abort()
      },
      onEnd: () => heard.push('end'),
      onError: () => heard.push('error'),
    })
    await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true))
    expect(heard).toEqual(['headers', 'one'])
  })

  it('while waiting for a connection never reaches the provider', async () => {
    const { url, paths, release } = await heldUpstream()
    const pool = egress({ maxConnectionsPerOrigin: 1 })
    const first = ask(pool, { url: `${url}/1` })
    pool.send(request({ url: `${url}/2` }), silent()).abort()
    const third = ask(pool, { url: `${url}/3` })
    await release('/1')
    await release('/3')
    await Promise.all([first, third])
    expect(paths).toEqual(['/1', '/3'])
  })
})

describe('a handler that throws', () => {
  it.each(['onConnect', 'onHeaders', 'onData', 'onEnd'])(
    'in %s is told so once, as a fault of ours',
    async (at) => {
      const { url } = await countedUpstream((_, res) => res.end('ok'))
      const pool = egress()
      const errors: Error[] = []
      const told = promised<void>()
      const throws = () => {
        throw new TypeError('a bug')
      }
      const onError = (error: Error) => {
        errors.push(error)
        told.resolve()
      }
      pool.send(request({ url }), { ...silent(), [at]: throws, onError })
      await told.promise
      expect(await ask(pool, { url })).toMatchObject({ text: 'ok' })
      expect(errors).toMatchObject([{ code: 'internal_error', cause: { message: 'a bug' } }])
    },
  )
})

describe('a full provider', () => {
  it('makes requests wait in order, and refuses the one too many', async () => {
    const { url, paths, release } = await heldUpstream()
    const pool = egress({ maxConnectionsPerOrigin: 1, maxPendingPerOrigin: 2 })
    const asked = [1, 2, 3].map((n) => ask(pool, { url: `${url}/${n}` }))
    const refused = await ask(pool, { url: `${url}/4` })
    expect(refused).toMatchObject({ code: 'upstream_busy', error: { headers: { 'retry-after': '1' } } })
    for (const path of ['/1', '/2', '/3']) await release(path)
    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['/1', '/2', '/3'])
    expect(paths).toEqual(['/1', '/2', '/3'])
  })

  it('counts the wait as part of the headers timeout', async () => {
    const { url, paths, release } = await heldUpstream()
    const pool = egress({ maxConnectionsPerOrigin: 1 })
    const first = ask(pool, { url: `${url}/1` })
    expect(await ask(pool, { url: `${url}/2`, headersTimeoutMs: 50 })).toMatchObject({
      code: 'request_timeout',
    })
    await release('/1')
    await first
    expect(paths).toEqual(['/1'])
  })

  it('goes on with the next in line when a connection is lost', async () => {
    const { url, release, drop } = await heldUpstream()
    const pool = egress({ maxConnectionsPerOrigin: 1 })
    const first = ask(pool, { url: `${url}/1` })
    const second = ask(pool, { url: `${url}/2` })
    await drop('/1')
    expect(await first).toMatchObject({ code: 'upstream_unreachable' })
    await release('/2')
    expect(await second).toMatchObject({ text: '/2' })
  })
})

describe('the address guard', () => {
  const loopback = { address: '127.0.0.1', family: 4 }
  const world = { address: '93.184.216.34', family: 4 }

  it('lets a stored host be private only when it is listed', async () => {
    const url = await httpUpstream((_, res) => res.end('ok'))
    const { port } = new URL(url)
    const named = `http://llm.provider.net:${port}/`
    const lookup = async () => [loopback]
    const blocked = { code: 'invalid_custom_host' }
    expect(await ask(egress({ lookup, allowPrivateHosts: [] }), { url: named })).toMatchObject(blocked)
    expect(await ask(egress({ allowPrivateHosts: [] }), { url })).toMatchObject(blocked)
    const pool = egress({ lookup, allowPrivateHosts: [`llm.provider.net:${port}`] })
    expect(await ask(pool, { url: named })).toMatchObject({ text: 'ok' })
    expect(await ask(pool, { url: named, isStoredHost: false })).toMatchObject(blocked)
    expect(await ask(pool, { url: named })).toMatchObject({ text: 'ok' })
  })

  it('resolves once and connects to the address it judged, whatever the name says next', async () => {
    const hosts: (string | undefined)[] = []
    const url = await httpUpstream((req, res) => {
      hosts.push(req.headers.host)
      res.end('ok')
    })
    const { port } = new URL(url)
    const lookup = vi
      .fn<NonNullable<EgressOptions['lookup']>>()
      .mockResolvedValueOnce([loopback])
      .mockResolvedValue([{ address: '169.254.169.254', family: 4 }])
    const pool = egress({ lookup, allowPrivateHosts: ['llm.provider.net'] })
    expect(await ask(pool, { url: `http://llm.provider.net:${port}/` })).toMatchObject({ text: 'ok' })
    expect(lookup).toHaveBeenCalledTimes(1)
    expect(lookup).toHaveBeenCalledWith('llm.provider.net')
    expect(hosts).toEqual([`llm.provider.net:${port}`])
  })

  it('refuses a name that turns private between two connections', async () => {
    const arrived = vi.fn()
    const url = await rawUpstream(arrived)
    const { port } = new URL(url)
    const lookup = vi.fn(async () => [loopback])
    const pool = egress({ lookup, allowPrivateHosts: [] })
    for (let round = 0; round < 2; round++) {
      expect(await ask(pool, { url: `http://rebind.provider.net:${port}/` })).toMatchObject({
        code: 'invalid_custom_host',
      })
    }
    expect(arrived).not.toHaveBeenCalled()
  })

  it.each([
    ['one private address among public ones', [world, loopback]],
    ['a private IPv6 address', [world, { address: 'fd00::1', family: 6 }]],
    ['a mapped loopback address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['a NAT64 address of a private one', [{ address: '64:ff9b::a00:1', family: 6 }]],
  ])('refuses a name with %s', async (_, addresses) => {
    const pool = egress({ lookup: async () => addresses })
    expect(await ask(pool, { url: 'http://llm.provider.net/' })).toMatchObject({
      code: 'invalid_custom_host',
    })
  })

  it('never reaches metadata, though the host is stored and listed', async () => {
    const pool = egress({
      lookup: async () => [{ address: '169.254.169.254', family: 4 }],
      allowPrivateHosts: ['llm.provider.net', '169.254.169.254', 'metadata.google.internal'],
    })
    for (const url of [
      'http://llm.provider.net/',
      'http://169.254.169.254/latest',
      'http://metadata.google.internal/',
    ]) {
      expect(await ask(pool, { url })).toMatchObject({ code: 'invalid_custom_host' })
    }
  })
})

describe('closing', () => {
  it('ends running and waiting exchanges, closes every socket and refuses new ones', async () => {
    const { url, sockets } = await countedUpstream(() => {})
    const pool = egress({ maxConnectionsPerOrigin: 1 })
    const running = ask(pool, { url })
    const waiting = ask(pool, { url })
    await vi.waitFor(() => expect(sockets.length).toBe(1))
    await closeEgress(pool)
    expect(await running).toMatchObject({ code: 'unavailable' })
    expect(await waiting).toMatchObject({ code: 'unavailable' })
    await closed(sockets[0]!)
    expect(await ask(pool, { url })).toMatchObject({ code: 'unavailable' })
  })
})

describe('a whole answer', () => {
  const options = { timeoutMs: 2_000, isStoredHost: true, bytesMax: 100 }

  it('comes with status, headers and bytes, whatever the status', async () => {
    const url = await httpUpstream((req, res) => {
      res.writeHead(401, { 'x-method': req.method }).end('no')
    })
    const answer = await egressFetch(egress(), url, options)
    expect(answer).toMatchObject({ status: 401, headers: { 'x-method': 'GET' } })
    expect(String(answer.body)).toBe('no')
    const posted = await egressFetch(egress(), url, { ...options, method: 'POST', body: Buffer.from('{}') })
    expect(posted.headers['x-method']).toBe('POST')
  })

  it('is refused when it is too long, too slow or its host is not allowed', async () => {
    const url = await httpUpstream((req, res) => {
      if (req.url === '/long') res.end('x'.repeat(101))
      else res.write('x')
    })
    await expect(egressFetch(egress(), `${url}/long`, options)).rejects.toMatchObject({
      code: 'invalid_provider_response',
    })
    await expect(egressFetch(egress(), `${url}/slow`, { ...options, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'request_timeout',
      message: 'No complete answer within 50ms',
    })
    await expect(egressFetch(egress(), url, { ...options, isStoredHost: false })).rejects.toMatchObject({
      code: 'invalid_custom_host',
    })
  })
})

function egress(options: Partial<EgressOptions> = {}): TestEgress {
  const made = createEgress({
    allowPrivateHosts: ['127.0.0.1'],
    connectTimeoutMs: 2_000,
    maxConnectionsPerOrigin: 16,
    maxPendingPerOrigin: 16,
    ...options,
  })
  closers.push(() => made.close())
  return made
}

function request(part: Partial<UpstreamRequest> & { url: string }): UpstreamRequest {
  return {
    method: 'POST',
    headers: {},
    body: Buffer.from('{}'),
    isStoredHost: true,
    headersTimeoutMs: 5_000,
    ...part,
  }
}

function silent() {
  return { onHeaders() {}, onData() {}, onEnd() {}, onError() {} }
}

interface Answer {
  status: number
  headers: Record<string, string | string[]>
  text: string
  isEnded: boolean
  error: GatewayError | null
  code: string | null
  message: string | null
}

function ask(
  pool: TestEgress,
  part: Partial<UpstreamRequest> & { url: string },
  onConnect: () => void = () => {},
): Promise<Answer> {
  const answer: Answer = {
    status: 0,
    headers: {},
    text: '',
    isEnded: false,
    error: null,
    code: null,
    message: null,
  }
  return new Promise((resolve) => {
    pool.send(request(part), {
      onConnect,
      onHeaders: (status, headers) => Object.assign(answer, { status, headers }),
      onData: (chunk) => {
        answer.text += chunk
      },
      onEnd: () => resolve({ ...answer, isEnded: true }),
      onError: (error) => {
        const known = error instanceof GatewayError ? error : null
        resolve({
          ...answer,
          error: known,
          code: known?.code ?? 'not a GatewayError',
          message: error.message,
        })
      },
    })
  })
}

async function listening(server: net.Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function countedUpstream(listener: http.RequestListener): Promise<{ url: string; sockets: Socket[] }> {
  const server = http.createServer(listener)
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  const url = await listening(server)
  closers.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url, sockets }
}

async function httpUpstream(listener: http.RequestListener): Promise<string> {
  return (await countedUpstream(listener)).url
}

async function rawUpstream(listener: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = []
  const server = net.createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    listener(socket)
  })
  const url = await listening(server)
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return url
}

/** Answers its first request; then the next `drops` requests, on any connection, lose theirs after `lastWords`. */
async function staleUpstream(drops: number, lastWords = ''): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = []
  const url = await rawUpstream((socket) => {
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
      const [head = '', body = ''] = text.split('\r\n\r\n')
      const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
      if (body.length < length) return
      text = ''
      bodies.push(body)
      if (bodies.length === 1 || bodies.length > 1 + drops) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      } else {
        socket.end(lastWords)
      }
    })
  })
  return { url, bodies }
}

/** Keeps every request until it is released by its path; answers with that path. */
async function heldUpstream() {
  const held = new Map<string, http.ServerResponse>()
  const paths: string[] = []
  const url = await httpUpstream((req, res) => {
    paths.push(req.url!)
    held.set(req.url!, res)
  })
  const when = (path: string) => vi.waitFor(() => held.get(path) ?? Promise.reject(new Error(`no ${path}`)))
  return {
    url,
    paths,
    release: async (path: string) => void (await when(path)).end(path),
    drop: async (path: string) => void (await when(path)).socket!.resetAndDestroy(),
  }
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close')
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false))
}

function promised<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((onDone, onFailed) => {
    resolve = onDone
    reject = onFailed
  })
  return { promise, resolve, reject }
}
