/**
 * Everything a chart has to decide, decided before it is drawn: units, ticks, colours, gaps, captions, top-N. Pure.
 */
import { compact, count, duration, money } from '../format.ts'

export type Unit = 'count' | 'dollars' | 'ms'

export interface Point {
  /** Epoch milliseconds at which the bucket begins. */
  atMs: number
  /** By series key; null where there was nothing to measure, which is drawn as a gap and never as zero. */
  values: Readonly<Record<string, number | null>>
}

export interface Series {
  key: string
  label: string
  /** CSS colour. */
  colour: string
  kind: 'bar' | 'area' | 'line'
}

export interface Prepared {
  rows: { at: number; [key: string]: number | null }[]
  series: readonly Series[]
  /** From zero to at least the largest stack, in round steps. */
  yTicks: number[]
  /** Epoch milliseconds, at most six, on round times. */
  xTicks: number[]
  /** A value on the axis. */
  formatTick: (value: number) => string
  /** A value in full, for the hover and the table. */
  formatValue: (value: number | null) => string
  /** When a bucket begins, for the axis and for the hover. */
  formatAt: (atMs: number) => string
  formatSpan: (atMs: number) => string
  /** "22 Nov, 12:00 – 23 Nov, 12:00 UTC+1". */
  caption: string
  /** Nothing but zeros and gaps. */
  isEmpty: boolean
}

interface Request {
  points: readonly Point[]
  series: readonly Series[]
  unit: Unit
  bucketSeconds: number
  /** IANA name; the reader's own unless a test says otherwise. */
  timeZone?: string
}

/** Makes points ready to draw. Bars of several series are stacked, so the scale covers their sum. */
export function prepare({ points, series, unit, bucketSeconds, timeZone }: Request): Prepared {
  const rows = points.map(({ atMs, values }) => ({
    at: atMs,
    ...Object.fromEntries(series.map(({ key }) => [key, values[key] ?? null])),
  }))
  const bars = series.filter(({ kind }) => kind === 'bar')
  const highest = points.map(({ values }) =>
    Math.max(
      bars.reduce((sum, { key }) => sum + (values[key] ?? 0), 0),
      ...series.map(({ key }) => values[key] ?? 0),
      0,
    ),
  )
  const most = Math.max(0, ...highest)
  const first = points[0]?.atMs ?? 0
  const last = (points.at(-1)?.atMs ?? 0) + bucketSeconds * 1000
  const clock = timeFormat(bucketSeconds, last - first, timeZone)
  return {
    rows,
    series,
    yTicks: niceTicks(most, unit === 'count'),
    xTicks: spread(
      points.map(({ atMs }) => atMs),
      6,
    ),
    formatTick: TICKS[unit],
    formatValue: (value) => (value === null ? 'no calls' : VALUES[unit](value)),
    formatAt: clock.axis,
    formatSpan: (atMs) => `${clock.full(atMs)} – ${clock.end(atMs + bucketSeconds * 1000)}`,
    caption:
      points.length === 0 ? '' : `${clock.full(first)} – ${clock.full(last)} ${zoneName(last, timeZone)}`,
    isEmpty: most === 0,
  }
}

/**
 * Zero and round steps up to at least `most`: 1, 2, 2.5 or 5 times a power of ten, at most four steps. Counts step by
 * whole numbers. An empty chart gets a scale of one.
 */
export function niceTicks(most: number, isWhole: boolean): number[] {
  if (most <= 0) return [0, 1]
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .find((each) => each >= rough * (1 - 1e-9) && (!isWhole || each < 1 || Number.isInteger(each)))!
  const whole = isWhole ? Math.max(1, step) : step
  const steps = Math.ceil(most / whole - 1e-9)
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * whole).toPrecision(12)))
}

const PALETTE = 8

/** The colour of a thing, the same on every chart: its slug hashed to one of eight. */
export function colourOf(slug: string): string {
  let hash = 0x811c9dc5
  for (const character of slug) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0
  return `var(--tg-series-${hash % PALETTE})`
}

/** The `most` largest by `size`, and what the rest come to; `rest` is null when nothing was left out. */
export function topOf<T>(
  items: readonly T[],
  most: number,
  size: (item: T) => number,
): { top: T[]; rest: { items: number; size: number } | null } {
  const sorted = [...items].sort((a, b) => size(b) - size(a))
  const left = sorted.slice(most)
  return {
    top: sorted.slice(0, most),
    rest:
      left.length === 0
        ? null
        : { items: left.length, size: left.reduce((sum, item) => sum + size(item), 0) },
  }
}

/** The rows as CSV with full figures: RFC 3339 times, gaps empty. */
export function toCsv({ rows, series }: Pick<Prepared, 'rows' | 'series'>): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const head = ['from', ...series.map(({ label }) => quoted(label))].join(',')
  const lines = rows.map((row) =>
    [new Date(row.at).toISOString(), ...series.map(({ key }) => row[key] ?? '')].join(','),
  )
  return `${[head, ...lines].join('\n')}\n`
}

/** An SVG path through values in a box; gaps break the line. Empty for fewer than two values. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  if (values.length < 2) return ''
  const most = Math.max(1e-12, ...values.map((value) => value ?? 0))
  let isDrawing = false
  return values
    .map((value, index) => {
      if (value === null) {
        isDrawing = false
        return ''
      }
      const x = (index / (values.length - 1)) * width
      const y = height - (value / most) * height
      const command = isDrawing ? 'L' : 'M'
      isDrawing = true
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}

const TICKS: Record<Unit, (value: number) => string> = {
  count: compact,
  dollars: (value) => (value === 0 ? '$0' : value < 10 ? money(value) : `$${compact(value)}`),
  ms: duration,
}
const VALUES: Record<Unit, (value: number) => string> = { count, dollars: money, ms: duration }

function timeFormat(bucketSeconds: number, spanMs: number, timeZone: string | undefined) {
  const zone = timeZone ? { timeZone } : {}
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...zone })
  const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone })
  const isDaily = bucketSeconds >= 86_400
  const isLong = spanMs > 2 * 86_400_000
  const full = (atMs: number) => (isDaily ? day.format(atMs) : `${day.format(atMs)}, ${hour.format(atMs)}`)
  return {
    axis: (atMs: number) => (isDaily || isLong ? day.format(atMs) : hour.format(atMs)),
    full,
    end: (atMs: number) => (isDaily ? day.format(atMs) : hour.format(atMs)),
  }
}

function zoneName(atMs: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZoneName: 'short',
    ...(timeZone ? { timeZone } : {}),
  })
  return format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** At most `most` of the moments, evenly apart, the first among them. */
function spread(moments: readonly number[], most: number): number[] {
  const every = Math.max(1, Math.ceil(moments.length / most))
  return moments.filter((_, index) => index % every === 0)
}
