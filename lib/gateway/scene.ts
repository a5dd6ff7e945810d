import { GatewayError } from '../errors.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoints.ts'
import { forwardedHeaders } from './headers.ts'
import type { Ledger } from './ledger.ts'
import type { Caller, Ports, WorkspaceCatalog } from './ports.ts'
import { type ProviderSignals, resolveTarget, type Target } from './resolve.ts'
import { memberValue, type Scan } from './scan.ts'
import { sessionText } from './session.ts'
import { flatMetadata, forwardedNames, headersTimeoutMs, isMetadataOurs } from './signals.ts'

/** What both stories of a call have in hand once it is signed in and allowed. */
export interface Scene {
  call: Call
  caller: Caller
  endpoint: Endpoint
  ledger: Ledger
  signals: ProviderSignals
  catalog: WorkspaceCatalog
  ports: Ports
}

/** Notes what the body says about the call itself: its session, its person, its metadata. Throws `invalid_metadata`. */
export function readBody(scene: Scene, scan: Scan): void {
  const { call, endpoint, ledger } = scene
  ledger.request = scan.bytes
  ledger.requestBytes = scan.bytes.length
  const session = sessionText(scan)
  if (session) ledger.noteSession(session)
  const user = textOf(scan, 'user', endpoint.takes === 'any')
  const metadata = isMetadataOurs(call, endpoint.dialect) ? memberValue(scan, 'metadata') : undefined
  ledger.noteBody(
    metadata === undefined || metadata === null ? {} : flatMetadata(metadata),
    user?.slice(0, 128) ?? null,
  )
}

/** Where the call goes, noted on its row. Throws what `resolveTarget` does. */
export function targetOf(scene: Scene, requested: string | null, isModelRequired: boolean): Target {
  const { call, caller, catalog, signals, ledger, ports } = scene
  ledger.requested = requested
  const target = resolveTarget(call, caller, catalog, signals, requested, isModelRequired, ports.now())
  ledger.target = target
  return target
}

/** A member that must be text; null when it is absent, or may mean anything (`isForeign`). Throws `invalid_body`. */
export function textOf(scan: Scan, name: string, isForeign = false): string | null {
  const value = memberValue(scan, name)
  if (value === undefined || value === null) return null
  if (typeof value !== 'string' && isForeign) return null
  if (typeof value !== 'string')
    throw new GatewayError('invalid_body', `"${name}" must be a string.`, { param: name })
  return value
}

/**
 * The request as it leaves: what the story says, the caller's forwarded headers, and the credential last. Noted for the
 * log. Throws `invalid_forward_headers`, `invalid_header`. Source: gateway-contract §12.2.
 */
export function upstreamRequest(
  scene: Scene,
  target: Target,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer | AsyncIterable<Uint8Array> | null,
) {
  const { call, ledger, ports } = scene
  const { provider } = target
  const forwarded = forwardedHeaders(
    call,
    forwardedNames(call),
    ports.settings.headersToIgnore,
    provider.headers,
  )
  const request = {
    method,
    url: provider.baseUrl + path,
    headers: {
      ...headers,
      ...provider.spec.headers,
      ...headersOfCaller(headers, provider.spec.headers),
      ...forwarded,
      ...provider.headers,
    },
    body,
    isStoredHost: provider.isStoredHost,
    headersTimeoutMs: headersTimeoutMs(call, ports.settings.requestTimeoutMs),
  }
  ledger.finalRequest = {
    url: request.url,
    method,
    headers: request.headers,
    body: Buffer.isBuffer(body) ? body : null,
  }
  return request
}

/** A provider's standing headers give way to the caller's own of the same name. */
function headersOfCaller(
  headers: Record<string, string>,
  standing: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.keys(standing).flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  )
}

/** The refusal of a path nobody was named for. */
export function unknownPath(call: Call): GatewayError {
  return new GatewayError(
    'path_not_found',
    `There is no ${call.method} /v1${call.path.slice(0, 128)} here. To pass a path through, name its provider with the x-portkey-provider header.`,
  )
}

export const JSON_TYPE = /^application\/(?:[\w.+-]*\+)?json(?=[;\s]|$)/i

/** Throws `invalid_content_type` on a body that says it is no JSON. */
export function requireJson(call: Call): void {
  const type = call.headers['content-type']
  if (type === undefined || JSON_TYPE.test(type)) return
  throw new GatewayError(
    'invalid_content_type',
    `This path takes application/json, not "${type.slice(0, 64)}".`,
  )
}
