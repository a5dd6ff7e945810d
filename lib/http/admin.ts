/**
 * The one entrance of the control plane: a signed-in person or an API key, the same handlers. It makes a call out of a
 * request, and a reply or an envelope out of what came of it. Source: admin-contract §0, architecture §2.
 */
import type { AdminRuntime, Principal } from '../admin/context.ts'
import { fromDatabase } from '../admin/database-errors.ts'
import { Download } from '../admin/download.ts'
import { principalOfKey, principalOfUser, VISITOR } from '../admin/principal.ts'
import { perform, type Route, type Verbs } from '../admin/verbs.ts'
import { clientAddress } from '../auth/client-address.ts'
import { apiPath, planeOf } from '../contract/planes.ts'
import { GatewayError } from '../errors.ts'
import { uuidv7 } from '../ids.ts'
import { download, envelope, reply } from './admin-envelope.ts'
import { forThisClient } from './admin-quirks.ts'
import { auditHeaders, keyOf, readBody, readQuery, refuseForeignOrigin } from './admin-request.ts'
import { type Match, router } from './admin-router.ts'
import { throttleKey, throttleStranger } from './admin-throttle.ts'

export type RouteHandler = (request: Request) => Promise<Response>

export interface RouteHandlers {
  GET: RouteHandler
  POST: RouteHandler
  PUT: RouteHandler
  PATCH: RouteHandler
  DELETE: RouteHandler
}

/** Where handlers find the process they run in; `runtime` of `lib/compose.ts`. */
export type RuntimeSource = () => Promise<{ admin: AdminRuntime }>

/**
 * Route handlers for some verbs. Every reply is a JSON object with `x-portkey-request-id`; every refusal is the
 * superset envelope of admin-contract §0.2. Nothing thrown gets past it.
 */
export function adminRoute(source: RuntimeSource, ...families: readonly Verbs[]): RouteHandlers {
  const find = router(families.flatMap((family) => family.routes))
  return forEveryMethod(async (request) => {
    let requestId = ''
    try {
      const { admin: runtime } = await source()
      requestId = runtime.newId()
      const url = new URL(request.url)
      const match = find(methodOf(request), apiPath(url.pathname) ?? '')
      const result = await answer(runtime, request, url, match, requestId)
      return result instanceof Download ? download(result, requestId) : reply(result, requestId)
    } catch (error) {
      return envelope(fromDatabase(error), requestId || uuidv7(Date.now()))
    }
  })
}

/** For families whose feature is not here: 501 in the envelope, whatever the path and method. */
export const notBuilt: RouteHandlers = forEveryMethod(async (request) => {
  const family = (apiPath(new URL(request.url).pathname) ?? '').split('/')[0]
  return envelope(new GatewayError('not_built', `${family} is not part of this version.`), uuidv7(Date.now()))
})

/** Handlers of a family that hands inference paths (`prompts/{id}/completions`) to the data plane. */
export function handOver(handlers: RouteHandlers, dataPlane: RouteHandler): RouteHandlers {
  return forEveryMethod((request) => {
    const isInference = planeOf(apiPath(new URL(request.url).pathname) ?? '') === 'data'
    return isInference ? dataPlane(request) : handlers[methodOf(request) as keyof RouteHandlers](request)
  })
}

async function answer(
  runtime: AdminRuntime,
  request: Request,
  url: URL,
  { route, parts }: Match,
  requestId: string,
): Promise<object> {
  const principal = await signIn(runtime, request, route)
  const query = readQuery(url.searchParams)
  const { fields, audited } = await readBody(request, route.isBulk)
  const result = await perform(runtime, principal, route, {
    raw: { ...query, ...fields },
    parts,
    requestId,
    method: request.method,
    uri: url.pathname,
    query,
    body: audited,
    headers: auditHeaders(request.headers),
    clientIp: clientAddress(request.headers),
    userAgent: request.headers.get('user-agent')?.slice(0, 512) ?? null,
  })
  return result instanceof Download ? result : forThisClient(route, result, request.headers)
}

/** A key speaks for itself even beside a cookie; a cookie may write only from a page of its own host. */
async function signIn(runtime: AdminRuntime, request: Request, route: Route): Promise<Principal> {
  if (route.isOpen) {
    throttleStranger(runtime, clientAddress(request.headers))
    return VISITOR
  }
  const key = keyOf(request.headers)
  if (key !== null) {
    const principal = await principalOfKey(runtime, key)
    if (principal.actor.kind === 'api_key') throttleKey(runtime, principal.actor.id)
    return principal
  }
  const session = await runtime.readSession(request)
  const principal = session && (await principalOfUser(runtime, session))
  if (!principal) {
    throw new GatewayError(
      'unauthenticated',
      'Sign in, or send an API key in x-portkey-api-key or Authorization.',
    )
  }
  if (route.method !== 'GET') refuseForeignOrigin(request, runtime.settings.publicUrl)
  return principal
}

/** Next answers HEAD through GET, and drops the body. */
function methodOf(request: Request): string {
  return request.method === 'HEAD' ? 'GET' : request.method
}

function forEveryMethod(handler: RouteHandler): RouteHandlers {
  return { GET: handler, POST: handler, PUT: handler, PATCH: handler, DELETE: handler }
}
