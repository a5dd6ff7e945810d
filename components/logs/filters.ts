/**
 * The filters of the log list as the address carries them: the names and values of the API (admin-contract §7.2), so a
 * link from anywhere needs no translation, and `range` beside them for spans that end now.
 */
import { money } from '../format.ts'

export const RANGES = [
  { value: '15m', label: 'Last 15 minutes', ms: 900_000 },
  { value: '1h', label: 'Last hour', ms: 3_600_000 },
  { value: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', label: 'Last 7 days', ms: 7 * 86_400_000 },
  { value: '30d', label: 'Last 30 days', ms: 30 * 86_400_000 },
] as const

export type Filter = Readonly<Record<string, string>>

export interface Dimension {
  id: string
  label: string
  kind: 'list' | 'span' | 'pairs' | 'failed'
  /** Its members of the address; a span has its lower and upper bound. */
  params: readonly [string] | readonly [string, string]
  /** Of a span's figures. */
  unit?: 'dollars' | 'tokens'
  hint: string
}

export const DIMENSIONS: readonly Dimension[] = [
  { id: 'failed', label: 'Failed only', kind: 'failed', params: ['is_success'], hint: '' },
  {
    id: 'status',
    label: 'Status',
    kind: 'list',
    params: ['status_code'],
    hint: 'A code or a class: 429, 5xx',
  },
  { id: 'provider', label: 'Provider', kind: 'list', params: ['virtual_keys'], hint: 'The slug after @' },
  { id: 'model', label: 'Model', kind: 'list', params: ['ai_model'], hint: 'Without its @slug/' },
  { id: 'key', label: 'Key', kind: 'list', params: ['api_key_ids'], hint: 'Keys of this workspace' },
  { id: 'endpoint', label: 'Endpoint', kind: 'list', params: ['endpoint_type'], hint: 'What was called' },
  { id: 'user', label: 'User', kind: 'list', params: ['user'], hint: 'Metadata _user, or the body’s user' },
  { id: 'trace', label: 'Trace id', kind: 'list', params: ['trace_id'], hint: 'Whole trace ids' },
  {
    id: 'session',
    label: 'Session',
    kind: 'list',
    params: ['session_id'],
    hint: 'The fingerprint of one agent session',
  },
  {
    id: 'metadata',
    label: 'Metadata',
    kind: 'pairs',
    params: ['metadata'],
    hint: 'key=value; all must match',
  },
  {
    id: 'tokens',
    label: 'Tokens',
    kind: 'span',
    params: ['total_units_min', 'total_units_max'],
    unit: 'tokens',
    hint: 'In and out together',
  },
  {
    id: 'cost',
    label: 'Cost',
    kind: 'span',
    params: ['cost_min', 'cost_max'],
    unit: 'dollars',
    hint: 'Dollars of one call',
  },
]

const TIME = ['time_of_generation_min', 'time_of_generation_max'] as const
const KNOWN: ReadonlySet<string> = new Set([
  'range',
  'search',
  'ai_org_model',
  ...TIME,
  ...DIMENSIONS.flatMap(({ params }) => params),
])

/** The filter an address spells; what it holds beside is left out. */
export function filterOf(params: URLSearchParams): Filter {
  return Object.fromEntries([...params].filter(([name, value]) => KNOWN.has(name) && value.trim() !== ''))
}

/** Nothing is filtered, so an empty list means that no call was ever made. */
export function isEmpty(filter: Filter): boolean {
  return Object.keys(filter).length === 0
}

/** What to ask the API for: `range` counted back from `nowMs`. */
export function queryOf({ range, ...filter }: Filter, nowMs: number): Record<string, string> {
  const span = RANGES.find(({ value }) => value === range)
  return span ? { ...filter, time_of_generation_min: new Date(nowMs - span.ms).toISOString() } : filter
}

/** Changes of the address that remove every filter. */
export function cleared(filter: Filter): Record<string, null> {
  return Object.fromEntries(Object.keys(filter).map((name) => [name, null]))
}

/** Members of a comma list. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}

/** `{"team":"shop"}` as `team=shop`, one a pair; what is no JSON object is no pair. */
export function pairsOf(text: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
    return Object.entries(value).map(([key, each]) => `${key}=${String(each)}`)
  } catch {
    return []
  }
}

/** `team=shop` pairs as the JSON the API takes; null for none. Entries without `=` are left out. */
export function metadataText(pairs: readonly string[]): string | null {
  const split = pairs.map((pair) => [pair.split('=')[0]!.trim(), pair.slice(pair.indexOf('=') + 1).trim()])
  const whole = split.filter(([key], index) => key !== '' && pairs[index]!.includes('='))
  return whole.length === 0 ? null : JSON.stringify(Object.fromEntries(whole))
}

/** A filter's value for people: `429, 5xx`, `≥ $0.01`; null when it is not set. `names` spells ids. */
export function wordsOf(
  dimension: Dimension,
  filter: Filter,
  names: (value: string) => string = (value) => value,
): string | null {
  const [first, second] = dimension.params
  if (dimension.kind === 'span') {
    const [from, to] = [filter[first], second && filter[second]].map((text) => spoken(text, dimension.unit))
    if (from && to) return `${from} – ${to}`
    return from ? `≥ ${from}` : to ? `≤ ${to}` : null
  }
  const text = filter[first]
  if (text === undefined) return null
  if (dimension.kind === 'failed') return text === 'false' ? '' : null
  const values = dimension.kind === 'pairs' ? pairsOf(text) : listOf(text).map(names)
  if (values.length === 0) return null
  return values.length > 3 ? `${values.slice(0, 2).join(', ')} +${values.length - 2}` : values.join(', ')
}

function spoken(text: string | undefined, unit: Dimension['unit']): string | null {
  const value = Number(text)
  if (text === undefined || !Number.isFinite(value)) return null
  return unit === 'dollars' ? money(value / 100) : value.toLocaleString('en-US')
}
