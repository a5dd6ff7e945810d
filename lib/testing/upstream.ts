import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Json, JsonObject } from '../providers/adapter.ts'

/** What a stand-in does to the next request instead of answering it well. Fields combine; times are milliseconds. */
export interface Fault {
  /** Only a request whose path ends so takes this fault; others pass it by. */
  path?: string
  /** Requests that take it; 1 when absent. */
  times?: number
  /** Answer with this status; the body is the provider's own for it unless `body` says otherwise. */
  status?: number
  /** Sent as it is when text or bytes, as JSON otherwise. */
  body?: Json | Buffer
  headers?: Record<string, string>
  /** Server-sent events to send instead of the provider's, already framed. */
  events?: readonly string[]
  /** What the model says and does; see each stand-in. */
  answer?: ScriptedAnswer
  /** Before the status line. */
  delayMs?: number
  /** Never answers. */
  hang?: boolean
  /** Closes the connection without an answer. */
  dieBeforeHeaders?: boolean
  /** Between the headers and the first event. */
  silentMs?: number
  /** Pings (comments, for OpenAI) before the first event. */
  pings?: number
  /** The first event of the stream is this error, and the last. */
  firstEventError?: { status?: number; type: string; message: string; code?: string }
  /** An error event after so many events, and the end. */
  errorAfterEvents?: number
  /** The connection breaks after so many events. */
  dieAfterEvents?: number
  /** The connection breaks after so many bytes of a whole body. */
  dieAfterBytes?: number
  /** A clean end after so many events. */
  endAfterEvents?: number
  /** Nothing more after so many events, and no end. */
  hangAfterEvents?: number
  /** Between events. */
  chunksDelayMs?: number
  /** Writes so many bytes at a time, whatever the events. */
  splitEveryBytes?: number
}

/** The model's part of an answer, for tests that need a certain one. */
export interface ScriptedAnswer {
  text?: string
  reasoning?: string
  toolCalls?: readonly { id?: string; name: string; arguments: JsonObject }[]
  /** In the provider's own words. */
  finishReason?: string
  /** In the provider's own shape; null leaves usage out. */
  usage?: JsonObject | null
}

/** One request as it came in. */
export interface Recorded {
  method: string
  /** With its query. */
  url: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** The body as JSON; null when it is none. */
  json: JsonObject | null
  /** Fields of a multipart body; a file's value is its bytes. */
  form: Record<string, string | Buffer> | null
  /** Counts connections from 1, so a test can see reuse. */
  connection: number
  /** The client went away before the answer was over. */
  isAborted: boolean
  /** Resolves when it does. */
  aborted: Promise<void>
}

/** What a provider would answer. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body?: Json | Buffer
  /** Framed server-sent events; then there is no `body`. */
  events?: readonly string[]
}

/** How a provider speaks, for what every stand-in does alike. */
export interface Wire {
  answer(request: Recorded, answer: ScriptedAnswer | undefined): Reply
  /** A refusal in the provider's own words. */
  refusal(status: number): Reply
  ping: string
  errorEvent(error: NonNullable<Fault['firstEventError']>): string
}

export interface TestUpstream {
  /** Origin, without a path. */
  url: string
  port: number
  /** Oldest first. */
  requests: Recorded[]
  /** The newest; throws when there is none. */
  last(): Recorded
  /** Queues a fault; each request takes the first that fits it. */
  next(fault: Fault): void
  /** Forgets the faults nobody took. */
  clear(): void
  /** Resolves at the next request whose client goes away early. */
  nextAbort(): Promise<Recorded>
  /** Breaks every connection and stops listening. */
  close(): Promise<void>
}

/** Starts a provider's stand-in on a free loopback port: a real server that records what it gets and fails on demand. */
export async function startUpstream(wire: Wire, port = 0): Promise<TestUpstream> {
  const requests: Recorded[] = []
  const faults: Fault[] = []
  const connections = new WeakMap<Socket, number>()
  const abortWaiters: ((request: Recorded) => void)[] = []
  let connectionCount = 0

  const server = createServer((incoming, response) => {
    void serve(incoming, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => connections.set(socket, ++connectionCount))
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await record(incoming, connections.get(incoming.socket) ?? 0)
    requests.push(request)
    response.on('close', () => {
      if (response.writableFinished || died.has(response)) return
      request.isAborted = true
      markAborted(request)
      for (const resolve of abortWaiters.splice(0)) resolve(request)
    })
    const fault = take(faults, request)
    const reply = replyFor(wire, request, fault)
    await deliver(response, reply, fault, wire)
  }

  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    last() {
      const request = requests.at(-1)
      if (!request) throw new Error('the upstream was sent nothing')
      return request
    },
    next: (fault) => void faults.push(fault),
    clear: () => void faults.splice(0),
    nextAbort: () => new Promise((resolve) => abortWaiters.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An event of a stream, framed. */
export function frame(data: Json | string, event?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return `${event ? `event: ${event}\n` : ''}data: ${text}\n\n`
}

/** Words with the white space before them, the way models stream. */
export function pieces(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

/** Tokens a stand-in counts: four bytes each, at least one for any text. */
export function tokensOf(value: Json | undefined): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '')
  return Math.ceil(Buffer.byteLength(text) / 4)
}

const died = new WeakSet<ServerResponse>()
const settleAbort = new WeakMap<Recorded, () => void>()

function markAborted(request: Recorded): void {
  settleAbort.get(request)?.()
}

async function record(incoming: IncomingMessage, connection: number): Promise<Recorded> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const url = incoming.url ?? '/'
  let settle = () => {}
  const aborted = new Promise<void>((resolve) => {
    settle = resolve
  })
  const request: Recorded = {
    method: incoming.method ?? 'GET',
    url,
    path: url.split('?')[0] as string,
    headers: incoming.headers,
    body,
    json: jsonOf(body),
    form: await formOf(incoming.headers['content-type'], body),
    connection,
    isAborted: false,
    aborted,
  }
  settleAbort.set(request, settle)
  return request
}

function take(faults: Fault[], request: Recorded): Fault {
  const at = faults.findIndex(({ path }) => !path || request.path.endsWith(path))
  const fault = faults[at]
  if (!fault) return {}
  const left = (fault.times ?? 1) - 1
  if (left > 0) faults[at] = { ...fault, times: left }
  else faults.splice(at, 1)
  return fault
}

function replyFor(wire: Wire, request: Recorded, fault: Fault): Reply {
  const isOwn = fault.status === undefined && fault.body === undefined
  const reply = isOwn ? wire.answer(request, fault.answer) : wire.refusal(fault.status ?? 200)
  const { body = reply.body, events = reply.events } = fault
  return {
    ...reply,
    headers: { ...reply.headers, ...fault.headers },
    ...(fault.body === undefined && events ? { events } : { body }),
  }
}

async function deliver(response: ServerResponse, reply: Reply, fault: Fault, wire: Wire): Promise<void> {
  if (fault.hang) return
  await pause(response, fault.delayMs)
  if (fault.dieBeforeHeaders) return die(response)
  if (reply.events) await stream(response, reply.events, reply, fault, wire)
  else await whole(response, reply, fault)
}

async function whole(response: ServerResponse, reply: Reply, fault: Fault): Promise<void> {
  const isRaw = Buffer.isBuffer(reply.body) || typeof reply.body === 'string'
  const bytes = isRaw
    ? Buffer.from(reply.body as Buffer | string)
    : Buffer.from(JSON.stringify(reply.body ?? {}))
  const type = isRaw ? 'text/plain; charset=utf-8' : 'application/json'
  response.writeHead(reply.status, {
    'content-type': type,
    'content-length': String(bytes.length),
    ...reply.headers,
  })
  await pause(response, fault.silentMs, true)
  await write(response, bytes.subarray(0, fault.dieAfterBytes ?? bytes.length), fault.splitEveryBytes)
  if (fault.dieAfterBytes !== undefined) die(response)
  else response.end()
}

async function stream(
  response: ServerResponse,
  events: readonly string[],
  reply: Reply,
  fault: Fault,
  wire: Wire,
): Promise<void> {
  response.writeHead(reply.status, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...reply.headers,
  })
  response.flushHeaders()
  const send = async (text: string) => {
    await write(response, Buffer.from(text), fault.splitEveryBytes)
    await pause(response, fault.chunksDelayMs)
  }
  for (let ping = 0; ping < (fault.pings ?? 0); ping++) await send(wire.ping)
  await pause(response, fault.silentMs)
  if (fault.firstEventError) {
    await send(wire.errorEvent(fault.firstEventError))
    response.end()
    return
  }
  for (const [index, event] of [...events, null].entries()) {
    if (response.destroyed || index === fault.hangAfterEvents) return
    if (index === fault.dieAfterEvents) return die(response)
    if (index === fault.errorAfterEvents)
      await send(
        wire.errorEvent({
          type: 'server_error',
          message: 'The server had an error while processing your request.',
        }),
      )
    if (event === null || index === fault.endAfterEvents || index === fault.errorAfterEvents) break
    await send(event)
  }
  response.end()
}

/** Real sockets break with a reset; what was written before has left already. */
function die(response: ServerResponse): void {
  died.add(response)
  response.socket?.destroy()
}

async function write(response: ServerResponse, bytes: Buffer, every = bytes.length || 1): Promise<void> {
  for (let at = 0; at < bytes.length && !response.destroyed; at += every) {
    response.write(bytes.subarray(at, at + every))
    // A turn of the loop apart, so that pieces leave as separate packets.
    await new Promise((resolve) => setImmediate(resolve))
    if (response.writableNeedDrain && !response.destroyed)
      await new Promise<void>((resolve) => onceEither(response, resolve))
  }
}

function onceEither(response: ServerResponse, resolve: () => void): void {
  const done = () => {
    response.off('drain', done)
    response.off('close', done)
    resolve()
  }
  response.on('drain', done)
  response.on('close', done)
}

/** Waits, or less when the client goes away; a server with a pending wait does not keep a test run alive. */
async function pause(response: ServerResponse, ms = 0, flush = false): Promise<void> {
  if (ms <= 0 || response.destroyed) return
  if (flush) response.flushHeaders()
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      response.off('close', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    timer.unref()
    response.on('close', done)
  })
}

function jsonOf(body: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

async function formOf(type: string | undefined, body: Buffer): Promise<Recorded['form']> {
  if (!type?.startsWith('multipart/form-data')) return null
  const fields: NonNullable<Recorded['form']> = {}
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  for (const [name, value] of form)
    fields[name] = typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer())
  return fields
}
