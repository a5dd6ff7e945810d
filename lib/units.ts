/**
 * The only conversions between what is stored (integer nano-dollars, integer pico-dollars per unit, epoch milliseconds)
 * and what is spoken (dollars in budgets, cents in logs and prices, RFC 3339 in JSON). Source: architecture §5.
 */

const NANOS_PER_CENT = 10_000_000
const NANOS_PER_DOLLAR = 1_000_000_000
const PICOS_PER_CENT = 10_000_000_000
const PICOS_PER_NANO = 1_000n

/** Integer nano-dollars to cents, as the log and analytics wires carry cost. Null stays null (unpriced). */
export function nanosToCents(nanos: number | bigint | null): number | null {
  return nanos === null ? null : Number(nanos) / NANOS_PER_CENT
}

/** Integer nano-dollars to dollars, as budgets and people read them. */
export function nanosToDollars(nanos: number | bigint): number {
  return Number(nanos) / NANOS_PER_DOLLAR
}

/** Dollars to integer nano-dollars, rounded half up. */
export function dollarsToNanos(dollars: number): number {
  return Math.round(dollars * NANOS_PER_DOLLAR)
}

/** Cents per token (the price record's unit) to integer pico-dollars per token. */
export function centsToPicos(cents: number): number {
  return Math.round(cents * PICOS_PER_CENT)
}

/** Integer pico-dollars per token to cents per token. */
export function picosToCents(picos: number): number {
  return picos / PICOS_PER_CENT
}

/** Dollars per million tokens to integer pico-dollars per token: $1 per million is 1,000,000 picos. */
export function dollarsPerMillionToPicos(dollars: number): number {
  return Math.round(dollars * 1_000_000)
}

/**
 * Integer pico-dollars per token to a decimal string of dollars per single token, no exponent and no trailing zeros:
 * what a model list carries (`"0.0000025"`).
 */
export function picosToDollarString(picos: number): string {
  const digits = String(picos).padStart(13, '0')
  const whole = digits.slice(0, -12)
  const fraction = digits.slice(-12).replace(/0+$/, '')
  return fraction ? `${whole}.${fraction}` : whole
}

/** A sum of units × picos, rounded half up to integer nanos, once a call. Throws RangeError on a negative sum. */
export function picosToNanos(picos: bigint): number {
  if (picos < 0n) throw new RangeError('a cost is never negative')
  return Number((picos + PICOS_PER_NANO / 2n) / PICOS_PER_NANO)
}

/** RFC 3339 UTC with milliseconds; null stays null. */
export function rfc3339(at: Date | number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
