import type { Prices } from '../connect/models.ts'
import type { Log } from './detail.ts'

export interface CostPart {
  label: string
  tokens: number
  dollarsPerMillion: number | null
  dollars: number | null
}

/** Prices may have moved since the call; parts that do not add up to what was charged are not shown as if they did. */
const TOLERANCE = 0.001

/**
 * The tokens of a call by kind and what each kind cost at today's prices (dollars per million).
 * `isSplit` says whether the parts add up to what the call was charged. Input counts include cached tokens.
 */
export function costParts(
  log: Pick<Log, 'req_units' | 'res_units' | 'cache_read_units' | 'cache_write_units' | 'cost'>,
  prices: Prices | null | undefined,
): { parts: CostPart[]; isSplit: boolean } {
  const part = (label: string, tokens: number, each: number | null | undefined): CostPart => ({
    label,
    tokens,
    dollarsPerMillion: each ?? null,
    dollars: each == null ? null : (each * tokens) / 1e6,
  })
  const fresh = Math.max(0, log.req_units - log.cache_read_units - log.cache_write_units)
  const isCached = log.cache_read_units + log.cache_write_units > 0
  const parts = [
    part(isCached ? 'Input, not cached' : 'Input', fresh, prices?.input),
    ...(log.cache_read_units > 0
      ? [part('Input, read from cache', log.cache_read_units, prices?.cache_read ?? prices?.input)]
      : []),
    ...(log.cache_write_units > 0
      ? [part('Input, written to cache', log.cache_write_units, prices?.cache_write ?? prices?.input)]
      : []),
    part('Output', log.res_units, prices?.output),
  ]
  const sum = parts.reduce((total, { dollars }) => total + (dollars ?? Number.NaN), 0)
  const charged = log.cost === null ? Number.NaN : log.cost / 100
  return { parts, isSplit: Math.abs(sum - charged) <= Math.max(1e-9, charged * TOLERANCE) }
}
