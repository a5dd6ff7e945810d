import type { Route } from '../admin/verbs.ts'

/** Lists whose rows the Python client reads with one object where everyone else reads a list (ruling 6). */
const SINGULAR: Readonly<Record<string, string>> = {
  'GET providers': 'data',
  'GET integrations/{slug}/workspaces': 'workspaces',
}

/** The reply as the calling client can read it. Source: admin-contract §0.3 ruling 6, §2.6. */
export function forThisClient(route: Route, body: object, headers: Headers): object {
  const list = SINGULAR[`${route.method} ${route.path}`]
  if (list === undefined || !isPython(headers)) return body
  const rows = (body as Record<string, unknown>)[list]
  return Array.isArray(rows) ? { ...body, [list]: rows.map(singular) } : body
}

function isPython(headers: Headers): boolean {
  const runtime = headers.get('x-portkey-runtime') ?? ''
  const isElsewhere = runtime === 'node' || runtime.startsWith('browser')
  return (headers.get('x-portkey-package-version') ?? '').startsWith('portkey-') && !isElsewhere
}

function singular(row: Record<string, unknown>): Record<string, unknown> {
  return { ...row, usage_limits: first(row.usage_limits), rate_limits: first(row.rate_limits) }
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] ?? null) : (value ?? null)
}
