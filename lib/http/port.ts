/**
 * How the one port listens, whoever answers on it: its limits, what it says to what is no HTTP, and who may take a
 * connection over. Source: architecture §2, gateway-contract §12.3, §14.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayError } from '../errors.ts'
import { uuidv7 } from '../ids.ts'
import { edgeRefusal } from './wire.ts'

/** Headers must come soon; an upload takes as long as it takes. */
export const PORT_OPTIONS = {
  maxHeaderSize: 64 * 1024,
  keepAliveTimeout: 65_000,
  headersTimeout: 60_000,
  requestTimeout: 0,
  noDelay: true,
} as const

const BODY_SILENCE_MS = 300_000

/** Drops the connection of a body of which nothing more comes, so that nobody holds one for ever. */
export function boundSilence(req: IncomingMessage, silenceMs = BODY_SILENCE_MS): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers
  if (encoding === undefined && (length === undefined || length === '0')) return
  req.socket.setTimeout(silenceMs)
  req.once('end', () => req.socket.setTimeout(0))
}

/**
 * What Next is told to wait for upgrades on: a server nobody calls. On the real one it would take every request that
 * offers an upgrade (curl and Java offer h2c on plain HTTP) and leave it without an answer; node serves those as if
 * they had not.
 */
export const NO_UPGRADES = new EventEmitter() as Server

/** What cannot be parsed as HTTP, answered in JSON before the connection closes. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const refused =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new GatewayError('headers_too_large', 'The request headers are larger than 64 KB.')
      : new GatewayError('invalid_request', 'This is not a valid HTTP request.')
  const { status, headers, body } = edgeRefusal(refused, NOBODY, uuidv7(Date.now()))
  const text = String(body)
  const head = { connection: 'close', 'content-length': Buffer.byteLength(text), ...headers }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${text}`)
}

/** Whoever sends what cannot be read is of no dialect that is known. */
const NOBODY = { isPortkey: false, isAnthropic: false }
