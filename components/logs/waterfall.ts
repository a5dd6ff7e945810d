import type { Attempt, Log } from './detail.ts'

export interface Span {
  key: string
  label: string
  kind: 'gateway' | 'connect' | 'wait' | 'stream'
  /** ms from the call's arrival. */
  fromMs: number
  toMs: number
  /** Said beside the bar, where there is more to say than its length. */
  note: string | null
}

/**
 * A call as bars on one time line: the gateway before, each attempt's connecting, waiting and reading, the gateway
 * after. `totalMs` is where the line ends. Parts that were not measured apart are one bar. Admin-contract §7.3.
 */
export function waterfallOf(
  log: Pick<Log, 'response_time' | 'stream_mode'>,
  attempts: readonly Attempt[],
): { spans: Span[]; totalMs: number } {
  const totalMs = Math.max(log.response_time, ...attempts.map(({ end_ms }) => end_ms), 0.01)
  const first = attempts[0]
  if (!first) return { spans: [bar('gateway', 'Gateway', 'gateway', 0, totalMs, null)], totalMs }
  const spans = [bar('gateway', 'Gateway', 'gateway', 0, first.start_ms, 'sign-in, limits, routing')]
  let lastMs = first.start_ms
  attempts.forEach((attempt, index) => {
    if (attempt.start_ms - lastMs > 0.5)
      spans.push(bar(`pause-${index}`, 'Gateway', 'gateway', lastMs, attempt.start_ms, 'before trying again'))
    spans.push(...attemptSpans(attempt, index, log.stream_mode === 1))
    lastMs = attempt.end_ms
  })
  spans.push(bar('after', 'Gateway', 'gateway', lastMs, totalMs, 'last byte, record'))
  return { spans, totalMs }
}

function attemptSpans(attempt: Attempt, index: number, isStream: boolean): Span[] {
  const { start_ms, connect_ms, headers_ms, first_ms, end_ms, error, status } = attempt
  const key = (part: string) => `${part}-${index}`
  const spans: Span[] = []
  let atMs = start_ms
  if (connect_ms !== null) {
    spans.push(bar(key('connect'), 'Connect', 'connect', atMs, connect_ms, null))
    atMs = connect_ms
  }
  if (first_ms === null) {
    const label = headers_ms === null ? 'No answer' : 'First byte'
    spans.push(bar(key('wait'), label, 'wait', atMs, end_ms, error))
    return spans
  }
  const failed = status !== null && status >= 400 ? `answered ${status}` : null
  spans.push(bar(key('wait'), 'First byte', 'wait', atMs, first_ms, failed))
  spans.push(bar(key('stream'), isStream ? 'Stream' : 'Body', 'stream', first_ms, end_ms, error))
  return spans
}

function bar(
  key: string,
  label: string,
  kind: Span['kind'],
  fromMs: number,
  toMs: number,
  note: string | null,
): Span {
  return { key, label, kind, fromMs, toMs: Math.max(fromMs, toMs), note }
}
