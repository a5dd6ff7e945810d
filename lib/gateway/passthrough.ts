import { GatewayError } from '../errors.ts'
import type { Answer } from './call.ts'
import { type Endpoint, PROXY } from './endpoints.ts'
import { passedHeaders } from './headers.ts'
import { rewriteModel } from './multipart.ts'
import type { Target } from './resolve.ts'
import { memberValue, rewrite, scanObject } from './scan.ts'
import {
  JSON_TYPE,
  readBody,
  requireJson,
  type Scene,
  targetOf,
  textOf,
  unknownPath,
  upstreamRequest,
} from './scene.ts'
import { send } from './send.ts'
import { optionHeaders } from './signals.ts'

/** Every other inference path: resolved, metered and logged the same, its body passed as it comes. */
export async function passthrough(scene: Scene): Promise<Answer> {
  const { call, endpoint, ledger, ports, signals } = scene
  // A provider that folds such segments would be led out of its base path, credential in hand.
  if (DOT_SEGMENT.test(call.path)) throw unknownPath(call)
  const headers = passedHeaders(call, ports.settings.headersToIgnore)
  const { body, wantsStream, ...passed } = await passedBody(scene, headers)
  let { target } = passed
  let { query } = call
  if (!target) {
    const params = new URLSearchParams(query)
    const isNamed = signals.slug || signals.providerId || params.has('model')
    if (endpoint === PROXY && !isNamed) throw unknownPath(call)
    target = targetOf(scene, params.get('model'), false)
    if (target.model !== null && target.model !== params.get('model')) {
      params.set('model', target.model)
      query = `?${params}`
    }
  }
  refuseUnoffered(endpoint, target)
  Object.assign(headers, optionHeaders(call, target.provider.spec.dialect))
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

/** A body on its way, and where it says it goes: null when it does not say. */
interface PassedBody {
  body: Buffer | AsyncIterable<Uint8Array> | null
  target: Target | null
  wantsStream: boolean
}

const NO_BODY: PassedBody = { body: null, target: null, wantsStream: false }

/**
 * Reads no more of the body than its kind needs, and makes `headers` true of what leaves. A path that is known takes
 * only what its model can be found in. Source: gateway-contract §11.2, §12.3.
 */
async function passedBody(scene: Scene, headers: Record<string, string>): Promise<PassedBody> {
  const { call, endpoint } = scene
  const { length } = call.body
  if (length === 0 || ['GET', 'HEAD'].includes(call.method)) return NO_BODY
  const type = call.headers['content-type'] ?? ''
  if (endpoint.takes === 'json') requireJson(call)
  if (type === '' || JSON_TYPE.test(type)) return passedJson(scene, headers)
  if (FORM_TYPE.test(type) && call.headers['content-encoding'] === undefined)
    return passedForm(scene, headers, type)
  if (endpoint.takes === 'form' && !SOUND_TYPE.test(type))
    throw new GatewayError(
      'invalid_content_type',
      `This path takes a plain multipart/form-data body or application/json, not "${type.slice(0, 64)}".`,
    )
  if (length !== null) headers['content-length'] = String(length)
  return { ...NO_BODY, body: call.body.stream() }
}

async function passedJson(scene: Scene, headers: Record<string, string>): Promise<PassedBody> {
  const { call, endpoint, ledger, ports } = scene
  const bytes = await call.body.bytes(ports.settings.bodyBytesMax)
  delete headers['content-encoding']
  if (bytes.length === 0) return NO_BODY
  const isForeign = endpoint.takes === 'any'
  // A list or a text names no model: on a path nobody knows that is the provider's to judge.
  if (isForeign && !OPENS_OBJECT.test(bytes.toString('latin1', 0, 256))) {
    ledger.request = bytes
    ledger.requestBytes = bytes.length
    return { ...NO_BODY, body: bytes }
  }
  const scan = scanObject(bytes)
  readBody(scene, scan)
  const wantsStream = memberValue(scan, 'stream') === true
  const model = textOf(scan, 'model', isForeign)
  if (model === null) return { body: bytes, target: null, wantsStream }
  const target = targetOf(scene, model, false)
  ledger.changes = new Map([['model', JSON.stringify(target.model)]])
  return { body: rewrite(scan, ledger.changes), target, wantsStream }
}

async function passedForm(scene: Scene, headers: Record<string, string>, type: string): Promise<PassedBody> {
  const { call, signals } = scene
  let target: Target | null = null
  const isNamed = signals.slug !== null || signals.providerId !== null
  const form = await rewriteModel(
    call.body.stream(),
    type,
    (model) => {
      target = targetOf(scene, model, false)
      return target.model
    },
    isNamed,
  )
  if (call.body.length !== null) headers['content-length'] = String(call.body.length + form.grownBytes)
  return { body: form.body, target, wantsStream: false }
}

const FORM_TYPE = /^multipart\/form-data(?=[;\s]|$)/i
const SOUND_TYPE = /^audio\//i
/** White space that JSON knows, and the mark some editors begin a file with. */
const OPENS_OBJECT = /^(?:\xef\xbb\xbf)?[ \t\r\n]*(?:\{|$)/
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i

/** A known path of OpenAI's that a provider of another dialect cannot mean the same by. */
function refuseUnoffered({ name, offer }: Endpoint, { provider }: Target): void {
  if (!offer || provider.spec.dialect === 'openai' || provider.spec.endpoints.includes(offer)) return
  throw new GatewayError(
    'endpoint_not_supported',
    `The provider @${provider.slug} (${provider.spec.name}) does not offer ${name}.`,
  )
}
