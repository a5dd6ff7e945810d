import { publicPrice } from '../admin/catalog-prices.ts'
import { fromDatabase } from '../admin/database-errors.ts'
import { apiPath } from '../contract/planes.ts'
import { GatewayError } from '../errors.ts'
import { uuidv7 } from '../ids.ts'
import type { RouteHandler, RouteHandlers } from './admin.ts'
import { envelope, reply } from './admin-envelope.ts'

/**
 * `GET /model-configs/pricing/{provider}/{model}`: the one admin family that answers without sign-in, since it tells
 * nothing but public prices. A model's id may hold slashes, encoded or not. Source: admin-contract §2.3.
 */
export const modelPriceRoute: RouteHandlers = everyMethod(async (request) => {
  const requestId = uuidv7(Date.now())
  try {
    return reply(priceAsked(request), requestId)
  } catch (error) {
    return envelope(fromDatabase(error), requestId)
  }
})

function priceAsked(request: Request): object {
  const path = apiPath(new URL(request.url).pathname) ?? ''
  const [, topic, provider, ...model] = path.split('/')
  if (topic !== 'pricing' || provider === undefined || model.join('') === '')
    throw new GatewayError('not_found', 'No such path.')
  if (request.method !== 'GET') {
    throw new GatewayError('method_not_allowed', `${request.method} is not allowed here; GET is.`, {
      headers: { allow: 'GET' },
    })
  }
  return publicPrice(decoded(provider), decoded(model.join('/')))
}

const PART_CHARS_MAX = 512

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.slice(0, PART_CHARS_MAX))
  } catch (cause) {
    throw new GatewayError('not_found', 'No such path.', { cause })
  }
}

function everyMethod(handler: RouteHandler): RouteHandlers {
  return { GET: handler, POST: handler, PUT: handler, PATCH: handler, DELETE: handler }
}
