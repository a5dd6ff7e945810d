import { GatewayError } from '../errors.ts'
import type { Answer } from './call.ts'
import { type Endpoint, PROXY } from './endpoints.ts'
import { passedHeaders } from './headers.ts'
import { rewriteModel } from './multipart.ts'
import type { Target } from './resolve.ts'
import { memberValue, rewrite, scanObject } from './scan.ts'
import { JSON_TYPE, readBody, type Scene, targetOf, textOf, unknownPath, upstreamRequest } from './scene.ts'
import { send } from './send.ts'

/** Every other inference path: resolved, metered and logged the same, its body passed as it comes. */
export async function passthrough(scene: Scene): Promise<Answer> {
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

const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i

/** A known path of OpenAI's that a provider of another dialect cannot mean the same by. */
function refuseUnoffered({ name, offer }: Endpoint, { provider }: Target): void {
  if (!offer || provider.spec.dialect === 'openai' || provider.spec.endpoints.includes(offer)) return
  throw new GatewayError(
    'endpoint_not_supported',
    `The provider @${provider.slug} (${provider.spec.name}) does not offer ${name}.`,
  )
}
