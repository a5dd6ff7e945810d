/**
 * The figures the product shows: what each is called, its unit, and how it is counted, once for charts, tables and
 * exports. Source: admin-contract §7.7, whose numbers they carry.
 */
export type MetricUnit = 'count' | 'nanos' | 'tokens' | 'ms' | 'percent' | 'perMinute'

export interface Metric {
  /** Number in the catalogue of §7.7. */
  catalogue: number
  label: string
  unit: MetricUnit
  /** One sentence for a tooltip. */
  definition: string
}

export const METRICS = {
  requests: { catalogue: 18, label: 'Requests', unit: 'count', definition: 'Every call with a log row.' },
  succeeded: {
    catalogue: 19,
    label: 'Succeeded',
    unit: 'count',
    definition: 'Calls the client got an answer below 400 for.',
  },
  failed: {
    catalogue: 20,
    label: 'Failed',
    unit: 'count',
    definition: 'Calls that ended with status 400 or above.',
  },
  successRate: { catalogue: 21, label: 'Success rate', unit: 'percent', definition: 'Succeeded ÷ requests.' },
  errorRate: { catalogue: 30, label: 'Error rate', unit: 'percent', definition: 'Failed ÷ requests.' },
  callerErrors: {
    catalogue: 34,
    label: 'Caller errors',
    unit: 'count',
    definition: 'Status 4xx: the request was refused as it was sent.',
  },
  gatewayErrors: {
    catalogue: 35,
    label: 'Gateway errors',
    unit: 'count',
    definition: 'Status 5xx for a reason inside the gateway.',
  },
  providerErrors: {
    catalogue: 35,
    label: 'Provider errors',
    unit: 'count',
    definition: 'Status 5xx because the provider failed, was unreachable or broke off.',
  },
  cost: {
    catalogue: 1,
    label: 'Cost',
    unit: 'nanos',
    definition: 'Sum over priced calls; unpriced ones are counted apart.',
  },
  averageCost: { catalogue: 2, label: 'Cost per request', unit: 'nanos', definition: 'Cost ÷ priced calls.' },
  unpriced: {
    catalogue: 1,
    label: 'Unpriced',
    unit: 'count',
    definition: 'Calls whose model has no known price.',
  },
  tokens: { catalogue: 3, label: 'Tokens', unit: 'tokens', definition: 'Input plus output tokens.' },
  inputTokens: { catalogue: 5, label: 'Input tokens', unit: 'tokens', definition: 'Cached ones included.' },
  outputTokens: { catalogue: 6, label: 'Output tokens', unit: 'tokens', definition: 'Reasoning included.' },
  reasoningTokens: {
    catalogue: 7,
    label: 'Reasoning tokens',
    unit: 'tokens',
    definition: 'Part of the output tokens.',
  },
  cacheReadTokens: {
    catalogue: 8,
    label: 'Cache read tokens',
    unit: 'tokens',
    definition: 'Part of the input, read from a prompt cache.',
  },
  cacheWriteTokens: {
    catalogue: 9,
    label: 'Cache write tokens',
    unit: 'tokens',
    definition: 'Part of the input, written to a prompt cache.',
  },
  latencyMean: { catalogue: 10, label: 'Mean latency', unit: 'ms', definition: 'Arrival to last byte.' },
  latencyP50: {
    catalogue: 11,
    label: 'p50 latency',
    unit: 'ms',
    definition: 'Half of the calls were done by then; within 2 %.',
  },
  latencyP99: {
    catalogue: 13,
    label: 'p99 latency',
    unit: 'ms',
    definition: '99 of 100 calls were done by then; within 2 %.',
  },
  overheadP50: {
    catalogue: 16,
    label: 'p50 overhead',
    unit: 'ms',
    definition: 'Time spent in the gateway itself; within 2 %.',
  },
  overheadP99: {
    catalogue: 16,
    label: 'p99 overhead',
    unit: 'ms',
    definition: 'Time spent in the gateway itself; within 2 %.',
  },
  firstByteP50: {
    catalogue: 17,
    label: 'p50 first byte',
    unit: 'ms',
    definition: 'Arrival to the first byte of a streamed answer; within 2 %.',
  },
  requestsPerMinute: {
    catalogue: 22,
    label: 'Requests per minute',
    unit: 'perMinute',
    definition: 'Of the last five full minutes.',
  },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS

/**
 * Refusal codes of a 5xx row that are the gateway's own doing. Every other 5xx is the provider's: it answered so, could
 * not be reached, or broke off.
 */
export const GATEWAY_REFUSALS: readonly string[] = ['internal_error', 'unavailable', 'upstream_busy']

export type Blame = 'caller' | 'gateway' | 'provider'

/** Whose failure a row is; null for a success. `refusal` is our error code, null when the upstream answered. */
export function blameOf(status: number, refusal: string | null): Blame | null {
  if (status < 400) return null
  if (status < 500) return 'caller'
  return refusal !== null && GATEWAY_REFUSALS.includes(refusal) ? 'gateway' : 'provider'
}
