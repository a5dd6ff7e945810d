/** What a canonical config does, in a few words, for lists and screens. Reads what it understands and passes over the rest. */

type Node = Record<string, unknown>

/** `Fallback over 2 targets, cache simple`; `Settings only` where it says nothing of these. */
export function configSummary(config: unknown): string {
  if (!isNode(config)) return 'Settings only'
  const head = Array.isArray(config.targets) ? groupWords(config) : leafWords(config)
  const [first = 'Settings only', ...rest] = [head, ...settingWords(config)].filter(Boolean)
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(', ')
}

const MODE_WORDS: Readonly<Record<string, string>> = {
  fallback: 'fallback over',
  loadbalance: 'load balance over',
  conditional: 'conditions over',
}

function groupWords({ strategy, targets }: Node): string {
  const all = Array.isArray(targets) ? targets : []
  const mode = isNode(strategy) ? String(strategy.mode) : 'single'
  const only = all[0]
  if (!Object.hasOwn(MODE_WORDS, mode)) return isNode(only) ? leafWords(only) : ''
  const groups = all.filter((one) => isNode(one) && Array.isArray(one.targets)).length
  const nested = groups > 0 ? ` (${groups} nested)` : ''
  return `${MODE_WORDS[mode]} ${all.length} ${all.length === 1 ? 'target' : 'targets'}${nested}`
}

/** Where a leaf sends a call: `sent to @openai-prod/gpt-4o`; '' when the caller says where. */
export function leafWords(node: unknown): string {
  const place = leafPlace(node)
  return place === '' ? '' : `sent to ${place}`
}

/** `@openai-prod`, `@openai-prod/gpt-4o`, `the caller's provider`; '' when nothing is said. */
export function leafPlace(node: unknown): string {
  if (!isNode(node)) return ''
  const { provider, virtual_key, override_params, passthrough, prompt_id } = node
  const model =
    isNode(override_params) && typeof override_params.model === 'string' ? override_params.model : ''
  const named =
    typeof provider === 'string'
      ? provider
      : typeof virtual_key === 'string'
        ? `@${virtual_key.replace(/^@/, '')}`
        : ''
  if (model.startsWith('@')) return model
  if (named) return model ? `${named} as ${model}` : named
  if (passthrough === true) return "the caller's provider"
  if (typeof prompt_id === 'string') return `prompt ${prompt_id}`
  return model
}

/** What else a node asks for: `cache simple`, `retry 3 times`, `30 s timeout`, `2 guardrails`. */
export function settingWords(node: unknown): string[] {
  if (!isNode(node)) return []
  const { cache, retry, request_timeout: timeout, metadata } = node
  const mode = isNode(cache) ? cache.mode : cache
  const attempts = isNode(retry) && typeof retry.attempts === 'number' ? retry.attempts : 0
  const guardrails = GUARDS.flatMap((field) => (Array.isArray(node[field]) ? (node[field] as unknown[]) : []))
  return [
    typeof mode === 'string' ? `cache ${mode}` : '',
    attempts > 0 ? `retry ${attempts === 1 ? 'once' : `${attempts} times`}` : '',
    typeof timeout === 'number' ? `timeout ${timeout < 1000 ? `${timeout} ms` : `${timeout / 1000} s`}` : '',
    guardrails.length > 0
      ? `${guardrails.length} ${guardrails.length === 1 ? 'guardrail' : 'guardrails'}`
      : '',
    isNode(metadata) ? 'metadata' : '',
  ].filter(Boolean)
}

const GUARDS = ['input_guardrails', 'output_guardrails', 'before_request_hooks', 'after_request_hooks']

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
