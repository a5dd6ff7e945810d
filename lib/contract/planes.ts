/**
 * Which plane answers a path under `/api/v1`: the one list both edges read. Built or not, an admin family goes to the
 * control plane and is never passed through; everything else, `models` included, is data plane.
 * Source: architecture §2, admin-contract §2.
 */
export const ADMIN_FAMILIES = [
  'admin',
  'analytics',
  'api-keys',
  'audit-logs',
  'collections',
  'configs',
  'feedback',
  'guardrails',
  'integrations',
  'labels',
  'limits',
  'logs',
  'mcp-integrations',
  'mcp-servers',
  'model-configs',
  'policies',
  'prompts',
  'providers',
  'scim',
  'secret-references',
  'virtual-keys',
  'wallets',
  'workspace-exclusions',
] as const

export type Plane = 'admin' | 'data'

const FAMILIES: ReadonlySet<string> = new Set(ADMIN_FAMILIES)
/** Prompt completions and renders are inference, whatever family they stand in. */
const PROMPT_CALL = /^prompts\/[^/]+\/(completions|render)\/?$/

/**
 * The plane of a path below `/api/v1/`: no leading slash, no query (`api-keys/workspace/service`, `chat/completions`).
 */
export function planeOf(path: string): Plane {
  const slash = path.indexOf('/')
  const family = slash === -1 ? path : path.slice(0, slash)
  if (!FAMILIES.has(family)) return 'data'
  return family === 'prompts' && PROMPT_CALL.test(path) ? 'data' : 'admin'
}

const BASE = '/api/v1'
const ALIASES = ['/api/v2', '/v1', '/v2'] as const

/**
 * A request path with its aliases resolved: `/v1/*`, `/api/v2/*` and `/v2/*` (but `/v2/auth/*`) become `/api/v1/*`,
 * and a doubled `/v1` is folded. Other paths are returned as they came. The path carries no query.
 */
export function normalisePath(path: string): string {
  if (path === '/v2/auth' || path.startsWith('/v2/auth/')) return path
  let below = isUnder(path, BASE) ? path.slice(BASE.length) : null
  if (below === null) {
    const alias = ALIASES.find((prefix) => isUnder(path, prefix))
    if (alias === undefined) return path
    below = path.slice(alias.length)
  }
  while (isUnder(below, '/v1')) below = below.slice('/v1'.length)
  return BASE + below
}

/** The part of a request path below `/api/v1/`, aliases resolved; null when it is not an API path. */
export function apiPath(path: string): string | null {
  const normal = normalisePath(path)
  return isUnder(normal, BASE) ? normal.slice(BASE.length + 1) : null
}

/**
 * What agents ask a host to find out what it is. With the base `/api/v1` the server root they derive is `/api`, with
 * the alias `/v1` it is the host itself; both sets are here. Answered 404 before sign-in, without a log row.
 * Source: hermes-client §2.1.
 */
const PROBES: ReadonlySet<string> = new Set([
  'GET /api/api/tags',
  'GET /api/tags',
  'GET /api/v1/props',
  'GET /api/props',
  'GET /props',
  'GET /api/version',
  'GET /version',
  'GET /api/models',
  'GET /models',
  'POST /api/api/show',
  'POST /api/show',
])

/** True for a client's discovery request; `path` carries no query. */
export function isProbe(method: string, path: string): boolean {
  const asked = method === 'HEAD' ? 'GET' : method
  return PROBES.has(`${asked} ${path}`) || PROBES.has(`${asked} ${normalisePath(path)}`)
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}
