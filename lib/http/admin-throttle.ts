import { GatewayError } from '../errors.ts'

const KEY_CALLS_MAX = 600
/** A person with a link needs two or three; what one address may keep the process busy with. */
const STRANGER_CALLS_MAX = 60
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
export function throttleKey(runtime: Clock, keyId: string): void {
  count(runtime, keyId, KEY_CALLS_MAX, `This key made ${KEY_CALLS_MAX} calls within a minute.`)
}

/** The same for calls without sign-in, by the address they come from; beyond 60. */
export function throttleStranger(runtime: Clock, address: string): void {
  const said = `This address made ${STRANGER_CALLS_MAX} calls without sign-in within a minute.`
  count(runtime, `address ${address}`, STRANGER_CALLS_MAX, said)
}

interface Clock {
  now: () => number
}

function count(runtime: Clock, who: string, callsMax: number, said: string): void {
  const nowMs = runtime.now()
  const startMs = nowMs - (nowMs % WINDOW_MS)
  let window = windows.get(runtime)
  if (!window || window.startMs !== startMs) {
    window = { startMs, calls: new Map() }
    windows.set(runtime, window)
  }
  const calls = window.calls.get(who) ?? 0
  if (calls >= callsMax) {
    const seconds = Math.ceil((startMs + WINDOW_MS - nowMs) / 1000)
    throw new GatewayError('throttled', `${said} Try again in ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    })
  }
  window.calls.set(who, calls + 1)
}
