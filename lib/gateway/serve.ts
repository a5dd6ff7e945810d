import { GatewayError } from '../errors.ts'
import type { Answer, Call } from './call.ts'
import { type Endpoint, endpointOf, PROXY } from './endpoints.ts'
import { answerHeaders, forwardedHeaders, passedHeaders } from './headers.ts'
import { Ledger } from './ledger.ts'
import { listModels, readModel, upstreamModels } from './models.ts'
import { rewriteModel } from './multipart.ts'
import { outboundOf } from './outbound.ts'
import type { Caller, Ports, WorkspaceCatalog } from './ports.ts'
import { refusalBody, refusalOf } from './refusal.ts'
import { type ProviderSignals, providerSignals, resolveTarget, type Target } from './resolve.ts'
import { memberValue, rewrite, type Scan, scanObject } from './scan.ts'
import { send } from './send.ts'
import { sessionText } from './session.ts'
import { authenticate, requireScope } from './sign-in.ts'
import { control, flatMetadata, forwardedNames, headersTimeoutMs } from './signals.ts'

/**
 * The story of one call, from signed-in key to the last byte. Never throws: what goes wrong becomes an answer in the
 * caller's dialect, and a row once the key is known. Order and statuses: gateway-contract §0.
 */
export async function serve(call: Call, ports: Ports): Promise<Answer> {
  let ledger: Ledger | null = null
  try {
    const caller = await authenticate(call, ports)
    if (call.path === '/models' || call.path.startsWith('/models/')) return await models(call, caller, ports)
    const endpoint = endpointOf(call.method, call.path)
    // A key bound to no workspace has no log its row could stand in.
    if (caller.workspaceId !== null) ledger = new Ledger(call, caller, endpoint, ports)
    requireScope(caller, endpoint.scopes)
    if (!ledger) throw new GatewayError('internal_error', 'A key without a workspace passed the scope check.')
    ledger.noteHeaders()
    refuseConfigs(call, caller)
    const signals = providerSignals(call, caller.isSavedOnly || ports.settings.isSavedOnlyForced)
    const catalog = await ports.catalog.of(caller.workspaceId as string)
    const story = endpoint.body === 'json' ? unified : passthrough
    return await story({ call, caller, endpoint, ledger, signals, catalog, ports })
  } catch (error) {
    return refuse(call, ledger, error)
  }
}

interface Scene {
  call: Call
  caller: Caller
  endpoint: Endpoint
  ledger: Ledger
  signals: ProviderSignals
  catalog: WorkspaceCatalog
  ports: Ports
}

/** Chat, completions, embeddings and messages: the body is understood, and translated where it must be. */
async function unified(scene: Scene): Promise<Answer> {
  const { call, endpoint, ledger, ports } = scene
  requireJson(call)
  const bytes = await call.body.bytes(ports.settings.bodyBytesMax)
  const scan = scanObject(bytes)
  readBody(scene, scan)
  const target = targetOf(scene, textOf(scan, 'model'), true)
  const outbound = outboundOf(call, endpoint, scan, target, ports.newId)
  ledger.clamped = outbound.clamped
  ledger.dropped = outbound.dropped
  ledger.changes = outbound.changes
  const wantsStream = memberValue(scan, 'stream') === true
  ledger.isStream = wantsStream
  const headers = {
    'content-type': 'application/json',
    accept: wantsStream ? 'text/event-stream' : 'application/json',
    'user-agent': 'tollgate',
    ...outbound.headers,
  }
  return send({
    call,
    endpoint,
    target,
    ledger,
    ports,
    outbound,
    wantsStream,
    wantsBase64: endpoint.dialect === 'embeddings' && textOf(scan, 'encoding_format') === 'base64',
    request: upstreamRequest(scene, target, outbound.method, outbound.path, headers, outbound.body),
  })
}

/** Every other inference path: resolved, metered and logged the same, its body passed as it comes. */
async function passthrough(scene: Scene): Promise<Answer> {
  const { call, endpoint, ledger, ports, signals } = scene
  // A provider that folds such segments would be led out of its base path, credential in hand.
  if (DOT_SEGMENT.test(call.path)) throw unknownPath(call)
  const type = call.headers['content-type'] ?? ''
  const { length } = call.body
  const hasBody = length !== 0 && !['GET', 'HEAD'].includes(call.method)
  const headers = passedHeaders(call, ports.settings.headersToIgnore)
  let target: Target | null = null
  let body: Buffer | AsyncIterable<Uint8Array> | null = null
  let wantsStream = false

  if (hasBody && type.includes('multipart/form-data') && headers['content-encoding'] === undefined) {
    const form = await rewriteModel(call.body.stream(), type, (model) => {
      target = targetOf(scene, model, false)
      return target.model
    })
    body = form.body
    if (length !== null) headers['content-length'] = String(length + form.grownBytes)
  } else if (hasBody && (type === '' || JSON_TYPE.test(type))) {
    const bytes = await call.body.bytes(ports.settings.bodyBytesMax)
    delete headers['content-encoding']
    if (bytes.length > 0) {
      const scan = scanObject(bytes)
      readBody(scene, scan)
      target = targetOf(scene, textOf(scan, 'model'), false)
      wantsStream = memberValue(scan, 'stream') === true
      ledger.changes = new Map(target.model === null ? [] : [['model', JSON.stringify(target.model)]])
      body = rewrite(scan, ledger.changes)
    }
  } else if (hasBody) {
    body = call.body.stream()
    if (length !== null) headers['content-length'] = String(length)
  }

  let { query } = call
  if (!target) {
    const params = new URLSearchParams(query)
    const isNamed = signals.slug || signals.providerId || params.has('model')
    if (endpoint === PROXY && !isNamed) throw unknownPath(call)
    const named: Target = targetOf(scene, params.get('model'), false)
    if (named.model !== null && named.model !== params.get('model')) {
      params.set('model', named.model)
      query = `?${params}`
    }
    target = named
  }
  refuseUnoffered(endpoint, target)
  ledger.isStream = wantsStream
  return send({
    call,
    endpoint,
    target,
    ledger,
    ports,
    outbound: null,
    wantsStream,
    wantsBase64: false,
    request: upstreamRequest(scene, target, call.method, `${call.path}${query}`, headers, body),
  })
}

function upstreamRequest(
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

/** What the body says about the call itself: its session, its person, its metadata. */
function readBody(scene: Scene, scan: Scan): void {
  const { call, endpoint, ledger } = scene
  ledger.request = scan.bytes
  ledger.requestBytes = scan.bytes.length
  const session = sessionText(scan)
  if (session) ledger.noteSession(session)
  const user = textOf(scan, 'user')
  const isGatewayMetadata = endpoint.dialect === 'chat' && !call.style.isPortkey
  const metadata = isGatewayMetadata ? memberValue(scan, 'metadata') : undefined
  ledger.noteBody(
    metadata === undefined || metadata === null ? {} : flatMetadata(metadata),
    user?.slice(0, 128) ?? null,
  )
}

function targetOf(scene: Scene, requested: string | null, isModelRequired: boolean): Target {
  const { call, caller, catalog, signals, ledger, ports } = scene
  ledger.requested = requested
  const target = resolveTarget(call, caller, catalog, signals, requested, isModelRequired, ports.now())
  ledger.target = target
  return target
}

function textOf(scan: Scan, name: string): string | null {
  const value = memberValue(scan, name)
  if (value === undefined || value === null) return null
  if (typeof value !== 'string')
    throw new GatewayError('invalid_body', `"${name}" must be a string.`, { param: name })
  return value
}

async function models(call: Call, caller: Caller, ports: Ports): Promise<Answer> {
  requireScope(caller, ['completions.write', 'virtual_keys.list'])
  if (call.method !== 'GET' && call.method !== 'HEAD' && call.method !== 'POST') throw unknownPath(call)
  const catalog = await ports.catalog.of(caller.workspaceId as string)
  const body =
    call.path === '/models'
      ? await modelList(call, caller, catalog, ports)
      : readModel(catalog, modelId(call), call)
  return {
    status: 200,
    headers: { ...answerHeaders(call, null), 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  }
}

/** The catalogue's list, or the provider's own when a header names one (unless the caller wants the catalogue's). */
async function modelList(call: Call, caller: Caller, catalog: WorkspaceCatalog, ports: Ports) {
  const signals = providerSignals(call, caller.isSavedOnly || ports.settings.isSavedOnlyForced)
  const wantsCatalogue = control(call, 'fetch-integrated-models')?.toLowerCase() === 'true'
  if (wantsCatalogue || (!signals.slug && !signals.providerId)) return listModels(catalog, call)
  const target = resolveTarget(call, caller, catalog, signals, null, false, ports.now())
  return target.provider.spec.isLocal ? listModels(catalog, call) : upstreamModels(target, ports)
}

function modelId(call: Call): string {
  try {
    return decodeURIComponent(call.path.slice('/models/'.length))
  } catch (cause) {
    throw new GatewayError('invalid_model', 'The model in the path is not valid percent-encoding.', {
      cause,
      param: 'model',
    })
  }
}

/** Configs are stored but not run yet, and half an obeyed config would be a lie. */
function refuseConfigs(call: Call, caller: Caller): void {
  const asked = control(call, 'config')
  if (asked === undefined && caller.configSlug === null) return
  const source =
    asked === undefined ? `The key carries the config "${caller.configSlug}"` : 'This request names a config'
  throw new GatewayError(
    'invalid_config',
    `${source}, and configs are not run by this version. Name the model as @provider-slug/model, without a config.`,
    { param: 'config' },
  )
}

function requireJson(call: Call): void {
  const type = call.headers['content-type']
  if (type === undefined || JSON_TYPE.test(type)) return
  throw new GatewayError(
    'invalid_content_type',
    `This path takes application/json, not "${type.slice(0, 64)}".`,
  )
}

const JSON_TYPE = /^application\/(?:[\w.+-]*\+)?json(?=[;\s]|$)/i
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i

/** A known path of OpenAI's that a provider of another dialect cannot mean the same by. */
function refuseUnoffered({ name, offer }: Endpoint, { provider }: Target): void {
  if (!offer || provider.spec.dialect === 'openai' || provider.spec.endpoints.includes(offer)) return
  throw new GatewayError(
    'endpoint_not_supported',
    `The provider @${provider.slug} (${provider.spec.name}) does not offer ${name}.`,
  )
}

function unknownPath(call: Call): GatewayError {
  return new GatewayError(
    'path_not_found',
    `There is no ${call.method} /v1${call.path.slice(0, 128)} here. To pass a path through, name its provider with the x-portkey-provider header.`,
  )
}

function refuse(call: Call, ledger: Ledger | null, error: unknown): Answer {
  const refusal = refusalOf(error, call.style)
  const body = Buffer.from(refusalBody(refusal, call.style, call.id))
  const headers = { ...answerHeaders(call, ledger), ...refusal.headers, 'content-type': 'application/json' }
  if (refusal.cause === 'internal_error') console.error(`call ${call.id} failed:`, error)
  try {
    ledger?.settle({
      status: refusal.status,
      refusal: refusal.cause,
      response: body,
      responseHeaders: headers,
    })
  } catch (journalError) {
    console.error(`call ${call.id} could not be journalled:`, journalError)
  }
  return { status: refusal.status, headers, body }
}
