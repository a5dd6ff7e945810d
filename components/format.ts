/**
 * How the console speaks numbers and times (interface.md, "Speak"). Pure: the clock and the zone are arguments where
 * they matter. Null and undefined read "–", since a missing figure is not zero.
 */

const NONE = '–'
type Maybe<T> = T | null | undefined

/**
 * Dollars as `$1,284.07`; below a dollar four significant digits with at least two decimals (`$0.0004217`, `$0.50`).
 * Never an exponent; below a nano-dollar it is `$0.00`.
 */
export function money(dollars: Maybe<number>): string {
  if (dollars === null || dollars === undefined || !Number.isFinite(dollars)) return NONE
  const size = Math.abs(dollars)
  const sign = dollars < 0 ? '-' : ''
  if (size >= 1) return `${sign}$${grouped(size, 2, 2)}`
  if (size < 1e-9) return '$0.00'
  const leadingZeros = Math.max(0, -Math.floor(Math.log10(size)) - 1)
  return `${sign}$${grouped(size, 2, Math.min(12, leadingZeros + 4))}`
}

/** Cents, as logs and analytics carry cost, spoken as `money`. */
export function moneyFromCents(cents: Maybe<number>): string {
  return money(cents === null || cents === undefined ? cents : cents / 100)
}

/** What a call cost: its money, or "unpriced" when no price is known, which is not free. */
export function cost(cents: Maybe<number>): string {
  return cents === null || cents === undefined ? 'unpriced' : moneyFromCents(cents)
}

/** Dollars per million tokens, as model lists show prices: `$2.50`. */
export function pricePerMillion(dollars: Maybe<number>): string {
  return money(dollars)
}

/** Counts with thousands apart: `12,418`. */
export function count(value: Maybe<number>): string {
  return value === null || value === undefined ? NONE : grouped(value, 0, 0)
}

/** Counts to three significant digits: `412`, `12.4k`, `1.28M`, `3B`. The exact figure belongs in a hover. */
export function compact(value: Maybe<number>): string {
  if (value === null || value === undefined) return NONE
  const size = Math.abs(value)
  if (size < 1000) return grouped(value, 0, size < 10 && !Number.isInteger(value) ? 1 : 0)
  for (const [unit, suffix] of UNITS) {
    const scaled = value / unit
    if (Math.abs(scaled) >= 0.9995) {
      const whole = Math.abs(scaled) >= 99.95 ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2
      return `${grouped(scaled, 0, whole)}${suffix}`
    }
  }
  return grouped(value, 0, 0)
}

const UNITS = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Tokens: `12.4k`. */
export const tokens = compact

/** Milliseconds as `0.28 ms`, `412 ms`, `1.8 s`, `2 min 5 s`, `3 h 12 min`. */
export function duration(ms: Maybe<number>): string {
  if (ms === null || ms === undefined) return NONE
  if (ms < 0) return `-${duration(-ms)}`
  if (ms < 1) return `${grouped(ms, 0, 2)} ms`
  if (ms < 9.95) return `${grouped(ms, 0, 1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${grouped(ms / 1000, 0, 1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return joined([Math.floor(seconds / 60), 'min'], [seconds % 60, 's'])
  const minutes = Math.round(seconds / 60)
  return joined([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min'])
}

/** A share of one as `4.2%`; below a tenth of a percent `<0.1%`, never rounded to a false 0 or 100. */
export function percent(ratio: Maybe<number>): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return NONE
  if (ratio > 0 && ratio < 0.001) return '<0.1%'
  if (ratio < 1 && ratio > 0.999) return '>99.9%'
  return `${grouped(ratio * 100, 0, 1)}%`
}

/** Bytes in powers of 1,000: `0 B`, `812 B`, `12.4 kB`, `1.2 MB`. */
export function bytes(value: Maybe<number>): string {
  if (value === null || value === undefined) return NONE
  if (value < 1000) return `${grouped(value, 0, 0)} B`
  const power = Math.min(4, Math.floor(Math.log10(value) / 3))
  return `${grouped(value / 1000 ** power, 0, 1)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/**
 * A moment seen from `nowMs`: `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `in 2 d`; beyond thirty days the date.
 * Takes RFC 3339 text, a Date or epoch milliseconds.
 */
export function relativeTime(at: Maybe<string | number | Date>, nowMs: number): string {
  const ms = toMs(at)
  if (ms === null) return NONE
  const distance = nowMs - ms
  const size = Math.abs(distance)
  if (size < 5_000) return 'just now'
  const spoken = spokenDistance(size)
  if (spoken === null) return new Date(ms).toISOString().slice(0, 10)
  return distance > 0 ? `${spoken} ago` : `in ${spoken}`
}

function spokenDistance(ms: number): string | null {
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h`
  return ms < 30 * 86_400_000 ? `${Math.floor(ms / 86_400_000)} d` : null
}

/** A moment in full with its zone: `23 Nov 2025, 11:52:03.120 UTC`. The zone is the reader's unless named. */
export function absoluteTime(at: Maybe<string | number | Date>, timeZone?: string): string {
  const ms = toMs(at)
  if (ms === null) return NONE
  const parts = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'short',
    ...(timeZone ? { timeZone } : {}),
  }).formatToParts(ms)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? ''
  const clock = `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`
  return `${part('day')} ${part('month')} ${part('year')}, ${clock} ${part('timeZoneName')}`
}

/** How a figure moved against an earlier one: `+12%`, `-4.5%`, `no change`; null when there is nothing to compare. */
export function change(now: Maybe<number>, before: Maybe<number>): string | null {
  if (now === null || now === undefined || !before) return null
  const ratio = (now - before) / Math.abs(before)
  if (Math.abs(ratio) < 0.0005) return 'no change'
  if (Math.abs(ratio) >= 9.995) return `×${grouped(now / before, 0, 0)}`
  return `${ratio > 0 ? '+' : '-'}${grouped(Math.abs(ratio) * 100, 0, Math.abs(ratio) < 0.0995 ? 1 : 0)}%`
}

/** One of a noun or several: `1 key`, `3 keys`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

function grouped(value: number, decimalsMin: number, decimalsMax: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimalsMin,
    maximumFractionDigits: decimalsMax,
  })
}

function joined(big: [number, string], small: [number, string]): string {
  return small[0] === 0 ? `${big[0]} ${big[1]}` : `${big[0]} ${big[1]} ${small[0]} ${small[1]}`
}

function toMs(at: Maybe<string | number | Date>): number | null {
  if (at === null || at === undefined) return null
  const ms = typeof at === 'number' ? at : new Date(at).getTime()
  return Number.isFinite(ms) ? ms : null
}
