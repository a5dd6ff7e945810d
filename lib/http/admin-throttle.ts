import { GatewayError } from '../errors.ts'

const CALLS_MAX = 600
const WINDOW_MS = 60_000

interface Window {
  startMs: number
  calls: Map<string, number>
}

const windows = new WeakMap<object, Window>()

/**
 * Counts one call of a key in the present minute of its process; throws `throttled` with `retry-after` beyond 600.
 * A refused call is not counted. Source: admin-contract §0.2 AB06.
 */
export function throttle(runtime: { now: () => number }, keyId: string): void {
  const nowMs = runtime.now()
  const startMs = nowMs - (nowMs % WINDOW_MS)
  let window = windows.get(runtime)
  if (!window || window.startMs !== startMs) {
    window = { startMs, calls: new Map() }
    windows.set(runtime, window)
  }
  const calls = window.calls.get(keyId) ?? 0
  if (calls >= CALLS_MAX) {
    const seconds = Math.ceil((startMs + WINDOW_MS - nowMs) / 1000)
    throw new GatewayError(
      'throttled',
      `This key made ${CALLS_MAX} calls within a minute. Try again in ${seconds} s.`,
      {
        headers: { 'retry-after': String(seconds) },
      },
    )
  }
  window.calls.set(keyId, calls + 1)
}
