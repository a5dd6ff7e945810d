import { cost, duration } from '../format.ts'
import type { Tone } from '../ui/status.tsx'
import { type Log, type LogDetail, modelName } from './detail.ts'
import { type Fault, faultOf, toneOf } from './fault.ts'

export interface Summary {
  tone: Tone
  /** "Answered in 412 ms by @openai-prod/gpt-4o for $0.0004217." */
  words: string
  fault: Fault | null
  /** What the answer itself gave as its reason, where it failed. */
  said: string | null
}

/** One call in a sentence: what came of it, how fast, by whom, for how much; of a failure, whose fault it is. */
export function summaryOf(detail: { metrics: Log; response?: Pick<LogDetail['response'], 'body'> }): Summary {
  const { metrics: log, response } = detail
  const fault = faultOf(log)
  const tone = toneOf(log)
  const after = duration(log.response_time)
  const by = modelName(log)
  const price = log.unpriced ? 'its price is not known' : `for ${cost(log.cost)}`
  if (!fault && !log.is_partial) {
    const words = log.unpriced
      ? `Answered in ${after} by ${by}; ${price}.`
      : `Answered in ${after} by ${by} ${price}.`
    return { tone, words, fault, said: null }
  }
  if (log.is_partial) {
    const why = fault?.why ?? 'the provider broke off its answer'
    return {
      tone: tone === 'ok' ? 'warn' : tone,
      words: `Cut off after ${after}: ${why}. What had come by then was ${log.unpriced ? 'not priced' : `billed ${price}`}.`,
      fault: fault ?? { who: 'provider', why },
      said: null,
    }
  }
  return {
    tone,
    words: `Failed with ${log.response_status_code} after ${after}: ${fault?.why}.`,
    fault,
    said: reasonIn(response?.body),
  }
}

/** The sentence an error body carries, in any dialect; null when it has none. */
export function reasonIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null
  const { error, message } = body as { error?: unknown; message?: unknown }
  if (typeof error === 'string') return error
  if (typeof error === 'object' && error !== null) return reasonIn(error)
  return typeof message === 'string' && message !== '' ? message : null
}
