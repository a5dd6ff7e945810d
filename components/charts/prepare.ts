/**
 * Everything a chart has to decide, decided before it is drawn: units, ticks, colours, gaps, captions. Pure.
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
  /** Epoch milliseconds of a handful of buckets, on round times of the reader's zone. */
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
    xTicks: roundTimes(
      points.map(({ atMs }) => atMs),
      timeZone,
    ),
    formatTick: TICKS[unit],
    formatValue: (value) => (value === null ? 'no calls' : VALUES[unit](value)),
    formatAt: clock.axis,
    formatSpan: (atMs) => `${clock.full(atMs)} – ${clock.end(atMs + bucketSeconds * 1000)}`,
    caption: points.length === 0 ? '' : `${clock.span(first, last)} ${zoneName(last, timeZone)}`,
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

/** The rows as CSV with full figures: RFC 3339 times, gaps empty. */
export function toCsv({ rows, series }: Pick<Prepared, 'rows' | 'series'>): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const head = ['from', ...series.map(({ label }) => quoted(label))].join(',')
  const lines = rows.map((row) =>
    [new Date(row.at).toISOString(), ...series.map(({ key }) => row[key] ?? '')].join(','),
  )
  return `${[head, ...lines].join('\n')}\n`
}

/**
 * SVG paths through values in a box: the line and the area under it, both broken at gaps, and dots for values between two
 * gaps. Empty for fewer than two values.
 */
export function sparkPaths(
  values: readonly (number | null)[],
  width: number,
  height: number,
): { line: string; area: string; dots: string } {
  if (values.length < 2) return { line: '', area: '', dots: '' }
  const most = Math.max(1e-12, ...values.map((value) => value ?? 0))
  const runs: { x: string; y: string }[][] = [[]]
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([])
    else {
      const x = ((index / (values.length - 1)) * width).toFixed(1)
      runs.at(-1)?.push({ x, y: (height - (value / most) * height).toFixed(1) })
    }
  }
  const lines = runs.filter((run) => run.length > 1)
  const through = (run: (typeof runs)[number]) => `M${run.map(({ x, y }) => `${x} ${y}`).join('L')}`
  return {
    line: lines.map(through).join(''),
    area: lines.map((run) => `${through(run)}L${run.at(-1)?.x} ${height}L${run[0]?.x} ${height}Z`).join(''),
    dots: runs
      .filter((run) => run.length === 1)
      .map((run) => `${through(run)}h0.01`)
      .join(''),
  }
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
  const end = (atMs: number) => (isDaily ? day.format(atMs) : hour.format(atMs))
  return {
    axis: (atMs: number) => (isDaily || isLong ? day.format(atMs) : hour.format(atMs)),
    full,
    end,
    /** A day is named once when both ends lie in it. */
    span: (fromMs: number, toMs: number) => {
      const isOneDay = !isDaily && day.format(fromMs) === day.format(toMs)
      return `${full(fromMs)} – ${isOneDay ? end(toMs) : full(toMs)}`
    },
  }
}

function zoneName(atMs: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZoneName: 'short',
    ...(timeZone ? { timeZone } : {}),
  })
  return format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/**
 * Those of the moments that begin a round span of wall-clock time, in the shortest span that leaves at most seven: 12:00,
 * 16:00, 20:00 rather than 12:12, 16:27, 20:42.
 */
function roundTimes(moments: readonly number[], timeZone: string | undefined): number[] {
  const wall = wallClock(timeZone)
  const walls = moments.map(wall)
  for (const step of ROUND_MS) {
    const begins = moments.filter((_, index) => {
      const before = walls[index - 1]
      const now = walls[index] as number
      return before === undefined ? now % step === 0 : Math.floor(now / step) !== Math.floor(before / step)
    })
    if (begins.length <= X_TICKS_MAX) return begins
  }
  return moments.slice(0, 1)
}

/** Turns a moment into milliseconds of the zone's own calendar, as if its clock were UTC's. */
function wallClock(timeZone: string | undefined): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
    ...(timeZone ? { timeZone } : {}),
  })
  return (atMs) => {
    const parts = Object.fromEntries(
      format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute)
  }
}

const X_TICKS_MAX = 7
const MINUTE_MS = 60_000
const ROUND_MS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * 60),
  ...[1, 2, 5, 10, 15, 30, 60, 90].map((days) => days * 1440),
].map((minutes) => minutes * MINUTE_MS)
