import type { z } from 'zod'
import type { logsQuery } from '../contract/telemetry.ts'
import { GatewayError } from '../errors.ts'

/**
 * Which rows are asked for. All parts must match; a list matches any of its members. Costs in integer nano-dollars.
 * Source: admin-contract §7.2.
 */
export interface LogFilter {
  from?: Date
  to?: Date
  models?: readonly string[]
  /** `provider__model` pairs. */
  providerModels?: readonly string[]
  providerSlugs?: readonly string[]
  /** Ids or slugs. */
  configs?: readonly string[]
  apiKeyIds?: readonly string[]
  traceIds?: readonly string[]
  spanIds?: readonly string[]
  /** Statuses (`429`) and classes (`5xx`). */
  statuses?: readonly string[]
  costNanosMin?: number
  costNanosMax?: number
  tokensMin?: number
  tokensMax?: number
  inputTokensMin?: number
  inputTokensMax?: number
  outputTokensMin?: number
  outputTokensMax?: number
  cacheStatuses?: readonly string[]
  metadata?: Readonly<Record<string, string>>
  users?: readonly string[]
  sessionIds?: readonly string[]
  endpoints?: readonly string[]
  isSuccess?: boolean
  /** A log id, a trace or session id, or part of a user's or model's name. */
  search?: string
  /** A trace or session id, whole. */
  traceOrSession?: string
  /** Asks for something no row has yet (a prompt, a verdict, feedback): nothing matches. */
  isImpossible?: boolean
}

const NANOS_PER_CENT = 10_000_000

/** The filter a query string spells. Refuses `validation` for metadata that is no JSON object of strings. */
export function logFilterOf(query: Partial<z.output<typeof logsQuery>>): LogFilter {
  const nanos = (cents: number | undefined) =>
    cents === undefined ? undefined : Math.round(cents * NANOS_PER_CENT)
  const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text))
  return {
    from: date(query.time_of_generation_min),
    to: date(query.time_of_generation_max),
    models: query.ai_model,
    providerModels: query.ai_org_model,
    providerSlugs: query.virtual_keys?.map((slug) => slug.replace(/^@/, '')),
    configs: query.configs,
    apiKeyIds: query.api_key_ids,
    traceIds: query.trace_id,
    spanIds: query.span_id,
    statuses: query.status_code,
    costNanosMin: nanos(query.cost_min),
    costNanosMax: nanos(query.cost_max),
    tokensMin: query.total_units_min,
    tokensMax: query.total_units_max,
    inputTokensMin: query.prompt_token_min,
    inputTokensMax: query.prompt_token_max,
    outputTokensMin: query.completion_token_min,
    outputTokensMax: query.completion_token_max,
    cacheStatuses: query.cache_status?.map((status) => status.toUpperCase()),
    metadata: metadataOf(query.metadata),
    users: query.user,
    sessionIds: query.session_id,
    endpoints: query.endpoint_type,
    isSuccess: query.is_success,
    search: query.search?.trim() || undefined,
    isImpossible:
      query.prompt_slug !== undefined ||
      query.guardrail_verdict !== undefined ||
      query.weighted_feedback_min !== undefined ||
      query.weighted_feedback_max !== undefined,
  }
}

/** Adds a value to a statement and returns the name it goes by there. */
export type Bind = (value: unknown) => string

/** The conditions of a filter over the alias `l` of `request_logs`, time range and workspace excepted. */
export function conditionsOf(filter: LogFilter, bind: Bind): string[] {
  const conditions: string[] = []
  const anyOf = (expression: string, values: readonly string[] | undefined) => {
    if (values && values.length > 0) conditions.push(`${expression} = ANY(${bind([...values])}::text[])`)
  }
  const atLeast = (expression: string, type: string, value: number | undefined) => {
    if (value !== undefined) conditions.push(`${expression} >= ${bind(String(Math.ceil(value)))}::${type}`)
  }
  const atMost = (expression: string, type: string, value: number | undefined) => {
    if (value !== undefined) conditions.push(`${expression} <= ${bind(String(Math.floor(value)))}::${type}`)
  }

  if (filter.isImpossible) conditions.push('false')
  anyOf('l.ai_model', filter.models)
  anyOf(`(l.ai_org || '__' || l.ai_model)`, filter.providerModels)
  anyOf('l.provider_slug', filter.providerSlugs)
  anyOf('l.api_key_id::text', filter.apiKeyIds)
  anyOf('l.trace_id', filter.traceIds)
  anyOf('l.span_id', filter.spanIds)
  anyOf('l.cache_status', filter.cacheStatuses)
  anyOf('l.user_label', filter.users)
  anyOf('l.session_id', filter.sessionIds)
  anyOf('l.endpoint', filter.endpoints)
  if (filter.configs && filter.configs.length > 0) {
    const names = bind([...filter.configs])
    conditions.push(
      `(l.config_id::text = ANY(${names}::text[]) OR l.config_id IN (SELECT id FROM configs WHERE slug = ANY(${names}::text[])))`,
    )
  }
  if (filter.statuses && filter.statuses.length > 0)
    conditions.push(statusCondition('l.status', filter.statuses, bind))
  if (filter.isSuccess !== undefined) conditions.push(filter.isSuccess ? 'l.is_success' : 'NOT l.is_success')
  atLeast('l.cost_nanos', 'numeric', filter.costNanosMin)
  atMost('l.cost_nanos', 'numeric', filter.costNanosMax)
  const totalTokens = '(l.input_tokens::bigint + l.output_tokens)'
  atLeast(totalTokens, 'numeric', filter.tokensMin)
  atMost(totalTokens, 'numeric', filter.tokensMax)
  atLeast('l.input_tokens', 'numeric', filter.inputTokensMin)
  atMost('l.input_tokens', 'numeric', filter.inputTokensMax)
  atLeast('l.output_tokens', 'numeric', filter.outputTokensMin)
  atMost('l.output_tokens', 'numeric', filter.outputTokensMax)
  if (filter.metadata && Object.keys(filter.metadata).length > 0) {
    conditions.push(`l.metadata @> ${bind(JSON.stringify(filter.metadata))}::text::jsonb`)
  }
  if (filter.traceOrSession !== undefined) {
    const name = bind(filter.traceOrSession)
    conditions.push(`(l.trace_id = ${name} OR l.session_id = ${name})`)
  }
  if (filter.search) {
    const exact = bind(filter.search)
    const part = bind(`%${filter.search.replace(/[\\%_]/g, '\\$&')}%`)
    conditions.push(
      `(l.id::text = ${exact} OR l.trace_id = ${exact} OR l.session_id = ${exact} OR l.user_label ILIKE ${part}` +
        ` OR l.ai_model ILIKE ${part} OR l.requested_model ILIKE ${part})`,
    )
  }
  return conditions
}

/** `429` and `5xx` as a condition over a status column. Anything else in the list matches nothing. */
export function statusCondition(column: string, statuses: readonly string[], bind: Bind): string {
  const codes = statuses.filter((status) => /^\d{3}$/.test(status))
  const classes = statuses.filter((status) => /^[1-5]xx$/i.test(status)).map((status) => status[0] as string)
  return `(${column}::text = ANY(${bind(codes)}::text[]) OR (${column} / 100)::text = ANY(${bind(classes)}::text[]))`
}

function metadataOf(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined
  const refuse = () =>
    new GatewayError('validation', 'metadata must be a JSON object of strings', {
      param: 'metadata',
      details: [{ path: 'metadata', rule: 'json', message: 'must be a JSON object of strings' }],
    })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refuse()
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse()
  const pairs = Object.entries(value)
  if (!pairs.every(([, pair]) => typeof pair === 'string')) throw refuse()
  return Object.fromEntries(pairs)
}
