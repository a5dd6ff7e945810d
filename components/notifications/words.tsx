'use client'

import { EVENTS, READERS } from '@/lib/contract/notifications.ts'
import { absoluteTime, plural, relativeTime } from '../format.ts'
import { Status, type Tone } from '../ui/status.tsx'
import type { Delivery, Webhook } from './data.ts'

const TITLES = new Map<string, string>(EVENTS.map(({ kind, title }) => [kind, title]))

/** "Key rotated" for `key.rotated`; a kind this version does not know stands for itself. */
export const eventTitle = (kind: string): string => TITLES.get(kind) ?? kind

/** Who is told of an event, as a phrase. */
export function readerWords(readers: readonly (keyof typeof READERS)[]): string {
  const words = readers.map((name) => READERS[name])
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** "All events", or how many. */
export function eventsWords({ events }: Pick<Webhook, 'events'>): string {
  if (events.length === 0) return 'All events'
  const [first = ''] = events
  return events.length === 1 ? eventTitle(first) : plural(events.length, 'event')
}

type Standing = Pick<Delivery, 'status' | 'attempts' | 'last_error'>

/** How a delivery stands, as a tone and a word. */
export function standing({ status, attempts, last_error }: Standing): [Tone, string] {
  if (status === 'sent') return ['ok', 'Sent']
  if (status === 'failed') return ['bad', 'Failed']
  if (status === 'held') return ['warn', 'Held']
  return attempts > 0 && last_error !== null ? ['warn', 'Retrying'] : ['info', 'On its way']
}

export function DeliveryStatus({ of }: { of: Standing }) {
  const [tone, word] = standing(of)
  return <Status tone={tone}>{word}</Status>
}

/** What became of a delivery and what comes next, in a sentence. Pure. */
export function story(row: Delivery, nowMs: number): string {
  const { status, attempts, attempts_max, last_error, last_status, next_attempt_at, done_at, channel } = row
  const tries = plural(attempts, 'attempt')
  const why = last_error ?? ''
  if (status === 'held') return 'No SMTP server is set up, so this mail waits here and was sent to nobody.'
  if (status === 'sent') {
    const answer = channel === 'webhook' && last_status !== null ? `, answered HTTP ${last_status}` : ''
    return `Sent ${relativeTime(done_at, nowMs)} at the ${ordinal(attempts)} attempt${answer}.`
  }
  if (status === 'failed')
    return attempts >= attempts_max
      ? `Given up after ${tries}. ${why}`
      : `Failed after ${tries}, and is not tried again. ${why}`
  if (attempts === 0 || !last_error) return 'On its way.'
  const next =
    next_attempt_at === null
      ? ''
      : ` Attempt ${attempts + 1} of ${attempts_max} ${Date.parse(next_attempt_at) > nowMs ? `follows ${relativeTime(next_attempt_at, nowMs)}, at ${clock(next_attempt_at)}` : 'is due now'}.`
  return `${attempts} of ${plural(attempts_max, 'attempt')} failed. ${why}${next}`
}

const clock = (at: string) =>
  absoluteTime(at)
    .replace(/^.*, /, '')
    .replace(/\.\d{3}/, '')

function ordinal(value: number): string {
  return ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth'][value] ?? `${value}th`
}

/** Whether it hears anything, for a list and a drawer. */
export function WebhookStatus({ of }: { of: Pick<Webhook, 'status'> }) {
  return of.status === 'active' ? <Status tone="ok">Active</Status> : <Status tone="idle">Paused</Status>
}
