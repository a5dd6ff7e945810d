/**
 * One spelling for what callers spell many ways, before a config is judged, kept or run. Source: gateway-contract §4.1,
 * §4.2, admin-contract ruling 19.
 */

/** What stands beneath these is the caller's own and keeps its spelling. */
const OPAQUE = new Set([
  'override_params',
  'default_params',
  'params',
  'checks',
  'parameters',
  'conditions',
  'input_guardrails',
  'output_guardrails',
  'vertex_service_account_json',
  'metadata',
])

/**
 * A config with snake_case names, `load-balance` and its like as `loadbalance`, and a `mode` that stands beside
 * `targets` moved into `strategy`. Anything else is left as it is; the order of members is kept.
 */
export function canonicalConfig(said: unknown): unknown {
  if (Array.isArray(said)) return said.map(canonicalConfig)
  if (said === null || typeof said !== 'object') return said
  const node: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(said)) {
    const plain = snake(field)
    // Said twice in two spellings: the odd one stays, and is refused as unknown.
    const name = plain !== field && Object.hasOwn(said, plain) ? field : plain
    define(node, name, OPAQUE.has(name) ? value : canonicalConfig(value))
  }
  return withMode(node)
}

function withMode(node: Record<string, unknown>): Record<string, unknown> {
  const { mode, targets, strategy, on_status_codes, ...rest } = node
  if (typeof mode !== 'string') return node
  const canonical = mode.replace(/[-_]/g, '').toLowerCase() === 'loadbalance' ? 'loadbalance' : mode
  if (targets === undefined || strategy !== undefined) return { ...node, mode: canonical }
  const legacy = { mode: canonical, ...(on_status_codes === undefined ? {} : { on_status_codes }) }
  return { strategy: legacy, ...rest, targets }
}

/** `overrideParams` as `override_params`; names that are not camelCase stay. */
function snake(field: string): string {
  if (!/^[a-z][A-Za-z0-9]*$/.test(field) || field === field.toLowerCase()) return field
  return field
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
}

/** As its own member, whatever it is called (`__proto__`). */
function define(node: Record<string, unknown>, field: string, value: unknown): void {
  Object.defineProperty(node, field, { value, enumerable: true, writable: true, configurable: true })
}
