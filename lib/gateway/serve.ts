import { GatewayError } from '../errors.ts'
import type { Answer, Call } from './call.ts'
import { endpointOf } from './endpoints.ts'
import { answerHeaders } from './headers.ts'
import { Ledger } from './ledger.ts'
import { listModels, readModel, upstreamModels } from './models.ts'
import { outboundOf } from './outbound.ts'
import { passthrough } from './passthrough.ts'
import type { Caller, Ports, WorkspaceCatalog } from './ports.ts'
import { refusalBody, refusalOf } from './refusal.ts'
import { providerSignals, resolveTarget } from './resolve.ts'
import { refuseUnsaved } from './saved-only.ts'
import { memberValue, scanObject } from './scan.ts'
import { readBody, requireJson, type Scene, targetOf, textOf, unknownPath, upstreamRequest } from './scene.ts'
import { send } from './send.ts'
import { authenticate, requireScope } from './sign-in.ts'
import { control } from './signals.ts'

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
    if (isSavedOnly(caller, ports)) refuseUnsaved(call)
    ledger.noteHeaders()
    refuseConfigs(call, caller)
    const signals = providerSignals(call)
    const catalog = await ports.catalog.of(caller.workspaceId as string)
    const story = endpoint.dialect === 'raw' ? passthrough : unified
    return await story({ call, caller, endpoint, ledger, signals, catalog, ports })
  } catch (error) {
    return refuse(call, ledger, error)
  }
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

async function models(call: Call, caller: Caller, ports: Ports): Promise<Answer> {
  requireScope(caller, ['completions.write', 'virtual_keys.list'])
  if (call.method !== 'GET' && call.method !== 'HEAD' && call.method !== 'POST') throw unknownPath(call)
  const catalog = await ports.catalog.of(caller.workspaceId as string)
  const body =
    call.path === '/models'
      ? await modelList(call, caller, catalog, ports)
      : readModel(catalog, modelId(call), call, ports.now())
  return {
    status: 200,
    headers: { ...answerHeaders(call, null), 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  }
}

/** The catalogue's list, or the provider's own when a header names one (unless the caller wants the catalogue's). */
async function modelList(call: Call, caller: Caller, catalog: WorkspaceCatalog, ports: Ports) {
  if (isSavedOnly(caller, ports)) refuseUnsaved(call)
  const signals = providerSignals(call)
  const wantsCatalogue = control(call, 'fetch-integrated-models')?.toLowerCase() === 'true'
  if (wantsCatalogue || (!signals.slug && !signals.providerId)) return listModels(catalog, call, ports.now())
  const target = resolveTarget(call, caller, catalog, signals, null, false, ports.now())
  return target.provider.spec.isLocal
    ? listModels(catalog, call, ports.now())
    : upstreamModels(call, target, ports)
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

const isSavedOnly = (caller: Caller, { settings }: Ports) => caller.isSavedOnly || settings.isSavedOnlyForced

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
