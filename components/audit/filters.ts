/**
 * The filters of the audit log as the address carries them: the names and values of the API (admin-contract §2.5), so a
 * link from anywhere needs no translation, and `range` beside them for spans that end now.
 */
import { absoluteTime } from '../format.ts'
import { ACTIONS, actionWords, nounOf, RESOURCES } from './words.ts'

export const RANGES = [
  { value: '1h', label: 'Last hour', ms: 3_600_000 },
  { value: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', label: 'Last 7 days', ms: 7 * 86_400_000 },
  { value: '30d', label: 'Last 30 days', ms: 30 * 86_400_000 },
  { value: '90d', label: 'Last 90 days', ms: 90 * 86_400_000 },
  { value: 'all', label: 'Any time', ms: null },
] as const

export type Filter = Readonly<Record<string, string>>

export interface Option {
  value: string
  label: string
}

export interface Dimension {
  /** Its member of the address and of the API. */
  param: string
  label: string
  /** Without options it is typed. */
  options?: readonly Option[]
  hint?: string
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const optionsOf = (names: readonly string[], words: (name: string) => string): Option[] =>
  names.map((value) => ({ value, label: capital(words(value)) }))

/** The person, key or workspace to choose is known by the screen alone, which fills their options in. */
export const DIMENSIONS: readonly Dimension[] = [
  { param: 'user_id', label: 'Who', options: [] },
  {
    param: 'user_type',
    label: 'Kind of actor',
    options: [
      { value: 'user', label: 'People' },
      { value: 'api_key', label: 'Keys' },
      { value: 'scim', label: 'SCIM' },
      { value: 'system', label: 'Tollgate itself' },
    ],
  },
  { param: 'workspace_id', label: 'Workspace', options: [] },
  { param: 'action', label: 'Action', options: optionsOf(Object.keys(ACTIONS), actionWords) },
  { param: 'resource_type', label: 'Resource', options: optionsOf(Object.keys(RESOURCES), nounOf) },
  { param: 'resource_id', label: 'One thing', hint: 'The id of a key, a person, a config …' },
  {
    param: 'method',
    label: 'Method',
    options: ['POST', 'PUT', 'DELETE', 'GET'].map((value) => ({ value, label: value })),
  },
  {
    param: 'response_status_code',
    label: 'Status',
    options: [
      { value: '200', label: '200 done' },
      { value: '401', label: '401 sign-in failed' },
      { value: '403', label: '403 not allowed' },
    ],
  },
  { param: 'client_ip', label: 'IP address', hint: 'The whole address' },
  { param: 'country', label: 'Country', hint: 'Two letters: DE' },
  { param: 'request_id', label: 'Request id', hint: 'The x-portkey-request-id of the answer' },
]

const KNOWN: ReadonlySet<string> = new Set([
  'range',
  'start_time',
  'end_time',
  'search',
  'uri',
  ...DIMENSIONS.map(({ param }) => param),
])

/** The filter an address spells; what it holds beside is left out. */
export function filterOf(params: URLSearchParams): Filter {
  return Object.fromEntries([...params].filter(([name, value]) => KNOWN.has(name) && value.trim() !== ''))
}

/** Whoever asks for one thing or one request wants it whenever it was; else it is the last day. */
export function rangeOf({ range, start_time, end_time, resource_id, request_id }: Filter): string | null {
  if (start_time || end_time) return null
  if (range && RANGES.some(({ value }) => value === range)) return range
  return resource_id || request_id ? 'all' : '24h'
}

/** Before the first row of any installation. */
const EVER = '2000-01-01T00:00:00.000Z'

/** What to ask the API for; spans that end now end at `nowMs`. */
export function queryOf(filter: Filter, nowMs: number): Record<string, string> {
  const { range: _, start_time: from, end_time: until, ...rest } = filter
  const span = RANGES.find(({ value }) => value === rangeOf(filter))
  const since = span?.ms ? new Date(nowMs - span.ms).toISOString() : EVER
  return { ...rest, start_time: from ?? since, end_time: until ?? new Date(nowMs).toISOString() }
}

/** Nothing is filtered but, perhaps, the time. */
export function isOpen(filter: Filter): boolean {
  return Object.keys(filter).every((name) => name === 'range' || name === 'start_time' || name === 'end_time')
}

/** Changes of the address that remove every filter, and lead to the first page. */
export function cleared(filter: Filter): Record<string, null> {
  return { ...Object.fromEntries(Object.keys(filter).map((name) => [name, null])), page: null }
}

export function timeWords(filter: Filter): string {
  const { start_time: from, end_time: until } = filter
  const short = (text: string) => absoluteTime(text).replace(/^(\d+ \w+) \d+, (\d+:\d+).*$/, '$1 $2')
  if (from && until) return `${short(from)} – ${short(until)}`
  if (from) return `Since ${short(from)}`
  if (until) return `Until ${short(until)}`
  return RANGES.find(({ value }) => value === rangeOf(filter))?.label ?? 'Last 24 hours'
}
