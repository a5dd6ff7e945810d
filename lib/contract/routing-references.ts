/** What a canonical config names that must exist, and how large it is. Source: gateway-contract §2.7, §3.1, §7.2. */

export interface Reference {
  /** Where it stands: `targets.0.provider`. */
  path: string
  /** `provider`: a stored provider's slug; `vendor`: a provider of the catalogue; `host`: a URL. */
  kind: 'provider' | 'vendor' | 'guardrail' | 'prompt' | 'host'
  /** A slug or id without `@`, or a URL. */
  name: string
}

type Node = Record<string, unknown>

/** Every reference of a config, in the order they stand. Reads what it understands and passes over the rest. */
export function referencesOf(config: unknown): Reference[] {
  return [...nodesOf(config, '')].flatMap(({ node, path }) => referencesIn(node, path))
}

/** Targets at the root, and the most that lie beneath one of them at any depth. */
export function targetCounts(config: unknown): { root: number; nestedMax: number; nestedAt: number } {
  const targets = targetsOf(config)
  const nested = targets.map((target) => [...nodesOf(target, '')].length - 1)
  const nestedMax = Math.max(0, ...nested)
  return { root: targets.length, nestedMax, nestedAt: nested.indexOf(nestedMax) }
}

function* nodesOf(node: unknown, path: string): Generator<{ node: Node; path: string }> {
  if (!isNode(node)) return
  yield { node, path }
  for (const [index, target] of targetsOf(node).entries()) yield* nodesOf(target, `${path}targets.${index}.`)
}

function referencesIn(node: Node, path: string): Reference[] {
  const found: Reference[] = []
  const add = (at: string, kind: Reference['kind'], name: unknown) => {
    if (typeof name === 'string' && name !== '') found.push({ path: `${path}${at}`, kind, name })
  }
  const { provider, virtual_key, prompt_id, custom_host } = node
  if (typeof provider === 'string') {
    if (provider.startsWith('@')) add('provider', 'provider', slugOf(provider))
    else add('provider', 'vendor', provider)
  }
  if (typeof virtual_key === 'string') add('virtual_key', 'provider', virtual_key.replace(/^@/, ''))
  for (const field of ['override_params', 'default_params']) {
    const model = isNode(node[field]) ? node[field].model : undefined
    if (typeof model === 'string' && model.startsWith('@')) add(`${field}.model`, 'provider', slugOf(model))
  }
  add('prompt_id', 'prompt', prompt_id)
  add('custom_host', 'host', custom_host)
  for (const field of LISTS) {
    for (const [index, entry] of arrayOf(node[field]).entries()) {
      const at = `${field}.${index}`
      if (typeof entry === 'string') add(at, 'guardrail', entry)
      else if (isNode(entry)) {
        if (namesSaved(entry)) add(`${at}.id`, 'guardrail', entry.id)
        for (const { path: inner, url } of urlsOf(entry, at)) add(inner, 'host', url)
      }
    }
  }
  return found
}

/** `@slug/model` and `@slug` alike. */
const slugOf = (said: string) => said.slice(1).split('/')[0] ?? ''

const LISTS = [
  'input_guardrails',
  'output_guardrails',
  'before_request_hooks',
  'after_request_hooks',
  'input_mutators',
  'output_mutators',
]
const NO_CHECK = new Set([
  'id',
  'name',
  'type',
  'guardrail_version_id',
  'deny',
  'async',
  'sequential',
  'soft_deny_200',
  'softDeny200',
  'on_success',
  'onSuccess',
  'on_fail',
  'onFail',
])

/** Only an id, whatever its actions: the checks are those of the saved guardrail. */
function namesSaved(entry: Node): boolean {
  const checks = Object.keys(entry).filter((key) => !NO_CHECK.has(key))
  return (
    checks.length === 0 ||
    (checks.length === 1 && checks[0] === 'checks' && arrayOf(entry.checks).length === 0)
  )
}

const URLS = new Set(['webhookURL', 'logURL', 'jwksUri', 'introspectEndpoint'])

/** Addresses that checks call, wherever they stand in `value`. */
export function* urlsOf(value: unknown, path: string): Generator<{ path: string; url: string }> {
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) yield* urlsOf(inner, `${path}.${index}`)
  } else if (isNode(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (URLS.has(key) && typeof inner === 'string') yield { path: `${path}.${key}`, url: inner }
      else yield* urlsOf(inner, `${path}.${key}`)
    }
  }
}

function targetsOf(node: unknown): unknown[] {
  return isNode(node) ? arrayOf(node.targets) : []
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
