import { Agent, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Json, JsonObject } from '../providers/adapter.ts'

/** What a test sends, as raw as HTTP is. */
export interface Ask {
  method?: string
  /** Below the base URL unless it begins with `http`. */
  path?: string
  headers?: Record<string, string>
  /** An object is sent as JSON. */
  body?: JsonObject | Buffer | string | undefined
  /** Sent as bearer; null sends none. Default: the gateway's own key. */
  key?: string | null
}

/** What came back, to the last byte that did. */
export interface Got {
  status: number
  headers: Record<string, string>
  text: string
  bytes: Buffer
  /** Null when the text is no JSON. */
  json: JsonObject | null
  /** The connection was lost before the answer was over. */
  isCut: boolean
}

/** An answer that is still coming. */
export interface Coming {
  status: number
  headers: Record<string, string>
  response: IncomingMessage
  /** Text so far. */
  text(): string
  /** Resolves once the text so far fits; rejects when the answer ends without. */
  until(fits: (text: string) => boolean): Promise<void>
  /** The client goes away. */
  leave(): void
  whole(): Promise<Got>
}

const REQUEST_ID = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
/** Words that make an agent loop instead of stopping (hermes-client §4.1). */
const MISLEADING = /retry|wait|window|quota/i

/** A caller of one gateway. Every refusal it hears is held against the rules all refusals keep. */
export function callerOf({ baseUrl, key }: { baseUrl: string; key: string }) {
  const opened = (ask: Ask) => open(baseUrl, key, ask)
  return {
    open: opened,
    async call(ask: Ask): Promise<Got> {
      const got = await (await opened(ask)).whole()
      if (got.status >= 400 && ask.method !== 'HEAD') lintRefusal(got, isPortkey(ask.headers))
      return got
    },
    chat: (body: JsonObject, headers: Record<string, string> = {}) => {
      const ask = { path: '/chat/completions', body, headers }
      return opened(ask)
        .then((coming) => coming.whole())
        .then((got) => {
          if (got.status >= 400) lintRefusal(got, isPortkey(headers))
          return got
        })
    },
  }
}

export type Caller = ReturnType<typeof callerOf>

/**
 * What holds for every refusal: JSON, the request id in header and body, nothing that looks like a page, and no field
 * name an agent would take for "try again" (Portkey's own dialect excepted). Throws on the first that does not hold.
 */
export function lintRefusal(got: Got, isPortkeyCaller: boolean): void {
  const problem = problemOf(got, isPortkeyCaller)
  if (problem)
    throw new Error(`${problem}: ${got.status} ${JSON.stringify(got.headers)} ${got.text.slice(0, 500)}`)
}

/** `fetch` for the SDKs, which lints what they are refused with. */
export const lintedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (response.status >= 400) {
    const text = await response.clone().text()
    const headers = Object.fromEntries(response.headers)
    lintRefusal(
      { status: response.status, headers, text, bytes: Buffer.from(text), json: jsonOf(text), isCut: false },
      isPortkey(Object.fromEntries(new Headers(init?.headers))),
    )
  }
  return response
}

/** A connection of its own, for what no client library would send or show. */
export interface Wire {
  socket: Socket
  send(text: string | Buffer): void
  /** Everything received so far. */
  received(): string
  /** Resolves once what was received fits; rejects when the connection ends without. */
  until(fits: (received: string) => boolean): Promise<void>
  /** Resolves with everything received once the other side has closed. */
  closed: Promise<string>
}

/** Opens a socket to the host of `baseUrl`. */
export async function wireTo(baseUrl: string): Promise<Wire> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  await new Promise<void>((done, failed) => socket.once('connect', done).once('error', failed))
  const chunks: Buffer[] = []
  const received = () => Buffer.concat(chunks).toString('latin1')
  let look = () => {}
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    look()
  })
  const closed = new Promise<string>((done) => {
    socket.on('close', () => {
      done(received())
      look()
    })
  })
  return {
    socket,
    send: (text) => void socket.write(text),
    received,
    closed,
    until: (fits) =>
      new Promise((done, failed) => {
        look = () => {
          if (fits(received())) done()
          else if (socket.destroyed) failed(new Error(`the connection ended: ${received().slice(0, 500)}`))
        }
        look()
      }),
  }
}

/** Names and data of the events of a stream, comments left out. */
export function eventsOf(text: string): { event: string | null; data: string }[] {
  return text
    .split('\n\n')
    .filter((block) => /^(event|data):/m.test(block))
    .map((block) => ({
      event: /^event: ?(.*)$/m.exec(block)?.[1] ?? null,
      data: [...block.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n'),
    }))
}

/** The JSON chunks of a chat stream. */
export function chunksOf(text: string): ChatChunk[] {
  return eventsOf(text)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as ChatChunk)
}

export interface ChatChunk {
  model?: string
  choices: {
    index: number
    finish_reason: string | null
    delta: {
      role?: string
      content?: string | null
      reasoning_content?: string
      tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[]
    }
  }[]
  usage?: JsonObject | null
  error?: JsonObject
}

/** The words a chat stream said. */
export function saidIn(text: string): string {
  return chunksOf(text)
    .flatMap(({ choices = [] }) => choices.map(({ delta }) => delta.content ?? ''))
    .join('')
}

function problemOf({ status, headers, text, json }: Got, isPortkeyCaller: boolean): string | null {
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return 'a refusal is not JSON'
  if (!json) return 'a refusal does not parse'
  if (/<html|<!doctype/i.test(text)) return 'a refusal holds a page'
  const id = headers['x-request-id'] ?? ''
  if (!REQUEST_ID.test(id)) return 'a refusal has no request id'
  if (json.request_id !== id) return 'a refusal does not repeat its request id'
  if (status >= 500 && json.error === undefined) return 'a refusal says nothing'
  const error = json.error as JsonObject | undefined
  if (typeof error?.message !== 'string' || error.message.length < 3) return 'a refusal has no sentence'
  const field = isPortkeyCaller ? undefined : namesIn(json).find((name) => MISLEADING.test(name))
  return field ? `a refusal has the field "${field}"` : null
}

function namesIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(namesIn)
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)])
}

const isPortkey = (headers: Record<string, string> = {}) =>
  Object.keys(headers).some((name) => name.toLowerCase().startsWith('x-portkey-'))

function open(baseUrl: string, key: string, ask: Ask): Promise<Coming> {
  const { method = 'POST', path = '', body, headers = {} } = ask
  const isJson = body !== undefined && typeof body === 'object' && !Buffer.isBuffer(body)
  const bytes = body === undefined ? null : isJson ? JSON.stringify(body) : body
  const bearer = ask.key === undefined ? key : ask.key
  return new Promise((resolve, reject) => {
    const req = request(path.startsWith('http') ? path : `${baseUrl}${path}`, {
      method,
      // A connection of its own, as agents do; and no pool keeps the test waiting.
      agent: new Agent({ keepAlive: false }),
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(isJson && { 'content-type': 'application/json' }),
        ...(bytes !== null &&
          !headers['transfer-encoding'] && { 'content-length': String(Buffer.byteLength(bytes)) }),
        ...headers,
      },
    })
    req.on('error', reject)
    req.on('response', (response) => {
      req.off('error', reject)
      req.on('error', () => {})
      resolve(coming(response, () => req.destroy()))
    })
    req.end(bytes ?? undefined)
  })
}

function coming(response: IncomingMessage, leave: () => void): Coming {
  const chunks: Buffer[] = []
  const listeners = new Set<() => void>()
  const text = () => Buffer.concat(chunks).toString('utf8')
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  )
  const over = new Promise<Got>((resolve) => {
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      for (const listener of listeners) listener()
    })
    response.on('error', () => {})
    response.on('close', () => {
      const said = text()
      resolve({
        status: response.statusCode as number,
        headers,
        text: said,
        bytes: Buffer.concat(chunks),
        json: jsonOf(said),
        isCut: !response.complete,
      })
      for (const listener of listeners) listener()
    })
  })
  return {
    status: response.statusCode as number,
    headers,
    response,
    text,
    leave,
    whole: () => over,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (fits(text())) resolve()
          else if (response.closed) reject(new Error(`the answer ended: ${text()}`))
          else return
          listeners.delete(look)
        }
        listeners.add(look)
        look()
      }),
  }
}

function jsonOf(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
