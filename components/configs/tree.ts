/** A config as a tree to look at: where calls go, how one is picked, what each step asks for. Pure. */
import { leafPlace, settingWords } from '@/lib/contract/routing-summary.ts'

export interface Branch {
  /** Stable among its siblings: where it stands. */
  key: string
  kind: 'single' | 'fallback' | 'loadbalance' | 'conditional' | 'target'
  /** What it is: `Fallback`, `@openai-prod/gpt-4o`. */
  title: string
  name: string | null
  /** Why a call comes here: `first`, `70%`, `when metadata.plan is "pro"`, `otherwise`. */
  when: string | null
  settings: readonly string[]
  branches: readonly Branch[]
}

type Node = Readonly<Record<string, unknown>>

/** The tree of a canonical config, as far as it can be understood: it is drawn while somebody writes. */
export function treeOf(config: unknown): Branch | null {
  return isNode(config) ? branch(config, 'root', null) : null
}

const TITLES = {
  single: 'One target',
  fallback: 'Fallback',
  loadbalance: 'Load balance',
  conditional: 'Conditions',
} as const

function branch(node: Node, key: string, when: string | null): Branch {
  const name = typeof node.name === 'string' ? node.name : null
  const settings = [...settingWords(node), ...strategyWords(node)]
  if (!Array.isArray(node.targets)) {
    const title = leafPlace(node) || 'The provider the call names'
    return { key, kind: 'target', title, name, when, settings, branches: [] }
  }
  const strategy = isNode(node.strategy) ? node.strategy : {}
  const kind = Object.hasOwn(TITLES, String(strategy.mode))
    ? (strategy.mode as keyof typeof TITLES)
    : 'single'
  const targets = node.targets.filter(isNode)
  const whens =
    kind === 'conditional'
      ? conditionWords(strategy, targets)
      : targets.map((_, at) => order(kind, targets, at))
  const branches = targets.map((target, at) => branch(target, `${key}.${at}`, whens[at] ?? null))
  return { key, kind, title: TITLES[kind], name, when, settings, branches }
}

function order(kind: keyof typeof TITLES, targets: readonly Node[], at: number): string | null {
  if (kind === 'loadbalance') return share(targets, at)
  if (kind === 'fallback') return at === 0 ? 'first' : 'then'
  return at === 0 ? null : 'never: mode single takes the first'
}

function share(targets: readonly Node[], at: number): string {
  const weights = targets.map(({ weight }) => (typeof weight === 'number' && weight >= 0 ? weight : 1))
  const sum = weights.reduce((all, one) => all + one, 0)
  if (sum === 0) return 'never'
  return `${Number((((weights[at] ?? 0) / sum) * 100).toFixed(1))}%`
}

function conditionWords(
  { conditions, default: otherwise }: Node,
  targets: readonly Node[],
): (string | null)[] {
  const asked = Array.isArray(conditions) ? conditions.filter(isNode) : []
  return targets.map(({ name }) => {
    const words = asked
      .filter(({ then }) => then === name && name !== undefined)
      .map(({ query }) => `when ${queryWords(query)}`)
    if (otherwise === name && name !== undefined) words.push('otherwise')
    return words.join('; ') || 'never: no condition names it'
  })
}

const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  $eq: 'is',
  $ne: 'is not',
  $gt: '>',
  $gte: '≥',
  $lt: '<',
  $lte: '≤',
  $in: 'is one of',
  $nin: 'is none of',
  $regex: 'matches',
}

/** A query in words: `metadata.plan is "pro" and params.max_tokens > 1000`. */
export function queryWords(query: unknown): string {
  if (!isNode(query)) return '…'
  return Object.entries(query)
    .map(([key, value]) => {
      if (key === '$and' || key === '$or') {
        const inner = (Array.isArray(value) ? value : []).map(queryWords)
        return inner.length > 1 ? `(${inner.join(key === '$and' ? ' and ' : ' or ')})` : (inner[0] ?? '…')
      }
      if (!isNode(value)) return `${key} is ${JSON.stringify(value)}`
      return Object.entries(value)
        .map(
          ([operator, operand]) => `${key} ${OPERATOR_WORDS[operator] ?? operator} ${operandWords(operand)}`,
        )
        .join(' and ')
    })
    .join(' and ')
}

function operandWords(operand: unknown): string {
  return Array.isArray(operand)
    ? operand.map((one) => JSON.stringify(one)).join(', ')
    : JSON.stringify(operand)
}

function strategyWords({ strategy }: Node): string[] {
  if (!isNode(strategy)) return []
  const { on_status_codes: codes, sticky, cb_config } = strategy
  return [
    Array.isArray(codes) && codes.length > 0 ? `on ${codes.join(', ')}` : '',
    isNode(sticky) && sticky.enabled !== false ? 'sticky' : '',
    isNode(cb_config) ? 'circuit breaker' : '',
  ].filter(Boolean)
}

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
