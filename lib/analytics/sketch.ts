/**
 * Mergeable percentiles. A duration is counted in the bucket `ceil(log(value) / log(GAMMA))`; adding two sketches
 * bucket by bucket gives the sketch of both, and any quantile read from it is within 2 % of a value at that rank.
 * Postgres counts with the same formula (`bucketSql`), so buckets of both sides are the same.
 * Source: architecture §6, admin-contract §7.6.
 */
export const GAMMA = 1.04
/** The farthest an answer lies from the true value at its rank, as a share of it: (GAMMA − 1) / (GAMMA + 1). */
export const RELATIVE_ERROR_MAX = (GAMMA - 1) / (GAMMA + 1)

const LOG_GAMMA = Math.log(GAMMA)

/**
 * What the `latency` column of a roll-up counts, one object for all: a prefix and a bucket (`t87`), or a prefix alone
 * for a plain count. `response` in ms, `overhead` in µs, `firstByte` in ms (streams only), and `gateway`: failed calls
 * that are the gateway's own fault. In the row that stands for a whole workspace, `sum` and a column's name (`#errors`)
 * hold what the columns of the other rows add up to.
 */
export const TALLY = { response: 't', overhead: 'o', firstByte: 'f', gateway: 'g', sum: '#' } as const

/**
 * Every span of time has, beside the rows of its keys, models and statuses, one that stands for the whole workspace: so
 * a chart reads one row a span, however many keys there are. It has this key and this status, and zeros in its
 * columns, so adding rows up never counts a call twice.
 */
export const WHOLE = { apiKeyId: '00000000-0000-0000-0000-000000000000', status: 0 } as const

/** Counts by tally key; merging is addition. */
export type Tallies = Readonly<Record<string, number>>

/** Count by bucket number. */
export type Sketch = ReadonlyMap<number, number>

/** Bucket of a duration; everything below one unit counts as one. */
export function bucketOf(value: number): number {
  return Math.ceil(Math.log(Math.max(value, 1)) / LOG_GAMMA)
}

/** The value a bucket stands for: the one whose relative distance to both ends is the same. */
export function bucketValue(bucket: number): number {
  return (2 * GAMMA ** bucket) / (GAMMA + 1)
}

/** `bucketOf` as an SQL expression over an integer expression. */
export function bucketSql(expression: string): string {
  return `ceil(ln(greatest(${expression}, 1)::float8) / ${LOG_GAMMA}::float8)::int`
}

/** The sketch of one prefix inside the tallies of a roll-up. */
export function sketchOf(tallies: Tallies, prefix: string): Sketch {
  const sketch = new Map<number, number>()
  for (const [key, count] of Object.entries(tallies)) {
    if (key.length > prefix.length && key.startsWith(prefix)) {
      sketch.set(Number(key.slice(prefix.length)), Number(count))
    }
  }
  return sketch
}

/** The sketch of both. */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  const merged = new Map(a)
  for (const [bucket, count] of b) merged.set(bucket, (merged.get(bucket) ?? 0) + count)
  return merged
}

/** Value at rank `q` (0…1) in the unit that was counted; null when nothing was. */
export function quantile(sketch: Sketch, q: number): number | null {
  let total = 0
  for (const count of sketch.values()) total += count
  if (total === 0) return null
  const rank = q * (total - 1)
  let seen = 0
  let value = 0
  for (const [bucket, count] of [...sketch].sort(([a], [b]) => a - b)) {
    seen += count
    value = bucketValue(bucket)
    if (seen > rank) break
  }
  return value
}
