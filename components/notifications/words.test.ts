import { expect, test } from 'vitest'
import type { Delivery } from './data.ts'
import { eventsWords, eventTitle, readerWords, standing, story } from './words.tsx'

const NOW = Date.parse('2026-03-09T08:00:00.000Z')
const row: Delivery = {
  object: 'delivery',
  id: 'd',
  event_id: 'e',
  kind: 'key.rotated',
  channel: 'webhook',
  recipient: 'https://hooks.example/x',
  subject: 'key.rotated',
  status: 'pending',
  attempts: 0,
  attempts_max: 6,
  last_status: null,
  last_error: null,
  webhook_id: 'w',
  workspace_id: null,
  created_at: '2026-03-09T07:59:00.000Z',
  next_attempt_at: '2026-03-09T08:00:00.000Z',
  done_at: null,
}
const said = (more: Partial<Delivery>) => story({ ...row, ...more }, NOW)

test('a delivery says what became of it and what comes next', () => {
  expect(said({})).toBe('On its way.')
  expect(said({ attempts: 1, last_error: 'HTTP 503.', next_attempt_at: '2026-03-09T08:00:10.000Z' })).toMatch(
    /^1 of 6 attempts failed\. HTTP 503\. Attempt 2 of 6 follows in 10 s, at \d\d:\d\d:10 \S+\.$/,
  )
  expect(said({ attempts: 2, last_error: 'HTTP 503.' })).toContain('Attempt 3 of 6 is due now.')
  expect(said({ status: 'sent', attempts: 2, last_status: 204, done_at: '2026-03-09T07:59:30.000Z' })).toBe(
    'Sent 30 s ago at the second attempt, answered HTTP 204.',
  )
  expect(said({ status: 'failed', attempts: 6, last_error: 'HTTP 500.' })).toBe(
    'Given up after 6 attempts. HTTP 500.',
  )
  expect(said({ status: 'failed', attempts: 1, last_error: 'The webhook was deleted.' })).toBe(
    'Failed after 1 attempt, and is not tried again. The webhook was deleted.',
  )
  expect(said({ channel: 'mail', status: 'held' })).toContain('sent to nobody')
})

test('one that has failed before is retrying, one at its first attempt is on its way', () => {
  expect(standing({ status: 'pending', attempts: 1, last_error: null })).toEqual(['info', 'On its way'])
  expect(standing({ status: 'pending', attempts: 1, last_error: 'x' })).toEqual(['warn', 'Retrying'])
})

test('events and readers have names people know', () => {
  expect(eventTitle('key.rotated')).toBe('Key rotated')
  expect(eventTitle('from.the.future')).toBe('from.the.future')
  expect(eventsWords({ events: [] })).toBe('All events')
  expect(eventsWords({ events: ['key.rotated'] })).toBe('Key rotated')
  expect(eventsWords({ events: ['key.rotated', 'key.expiring'] })).toBe('2 events')
  expect(readerWords(['organisationAdmins', 'alertEmails'])).toBe(
    'owners and admins of the organisation and the alert e-mails of the key',
  )
})
