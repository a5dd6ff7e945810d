import type { z } from 'zod'
import type { overviewRow } from '@/lib/contract/telemetry.ts'
import { count, moneyFromCents, percent, plural } from '../format.ts'

export type Overview = z.output<typeof overviewRow>
export type Range = Overview['range']

export const RANGE_WORDS: Record<Range, string> = {
  '1h': 'the last hour',
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
  '30d': 'the last 30 days',
}

export interface Verdict {
  tone: 'ok' | 'warn' | 'bad' | 'idle'
  words: string
}

/** From this share of calls on, failures of the gateway itself are an illness, and those of providers a warning. */
const GATEWAY_ILL = 0.01
const PROVIDERS_ILL = 0.05

/**
 * "Is my gateway healthy, and what does it cost?", answered in one or two sentences. Blame decides the tone: the
 * gateway's own failures weigh most, the providers' next; callers' mistakes are told but never make it ill.
 */
export function verdict({ now, blame, range }: Pick<Overview, 'now' | 'blame' | 'range'>): Verdict {
  const span = RANGE_WORDS[range]
  if (now.requests === 0) return { tone: 'idle', words: `Ready. No calls in ${span}.` }
  const spent = `${plural(now.requests, 'call')} in ${span} cost ${moneyFromCents(now.cost)}${unpriced(now.unpriced)}.`
  if (blame.gateway / now.requests >= GATEWAY_ILL) {
    return { tone: 'bad', words: `The gateway itself failed ${share(blame.gateway, now.requests)}. ${spent}` }
  }
  if (blame.provider / now.requests >= PROVIDERS_ILL) {
    return { tone: 'warn', words: `Providers failed ${share(blame.provider, now.requests)}. ${spent}` }
  }
  const refused = blame.caller > 0 ? ` Callers were refused ${plural(blame.caller, 'time')}.` : ''
  return { tone: 'ok', words: `The gateway is healthy. ${spent}${refused}` }
}

/** Cents spent since midnight UTC, from the buckets of a span that began before it. */
export function spentToday({ series }: Pick<Overview, 'series'>, nowMs: number): number {
  const midnightMs = nowMs - (nowMs % 86_400_000)
  return series.reduce((sum, { at, cost }) => (Date.parse(at) >= midnightMs ? sum + cost : sum), 0)
}

function share(part: number, whole: number): string {
  return `${count(part)} of ${plural(whole, 'call')} (${percent(part / whole)})`
}

function unpriced(calls: number): string {
  return calls > 0 ? `, without ${plural(calls, 'unpriced call')}` : ''
}
