import { expect, test } from 'vitest'
import { auditLogs } from '@/lib/contract/audit.ts'
import { cleared, DIMENSIONS, filterOf, isOpen, queryOf, rangeOf } from './filters.ts'

const NOW = Date.parse('2026-03-09T08:00:00Z')

test('the address is the API’s own filter, and every name in it is one of the API’s', () => {
  const filter = filterOf(new URLSearchParams('action=update&open=1&page=2&search=bot&country='))
  expect(filter).toEqual({ action: 'update', search: 'bot' })
  expect(queryOf(filter, NOW)).toEqual({
    action: 'update',
    search: 'bot',
    start_time: '2026-03-08T08:00:00.000Z',
    end_time: '2026-03-09T08:00:00.000Z',
  })
  expect(cleared(filter)).toEqual({ action: null, search: null, page: null })
  for (const { param } of DIMENSIONS) expect(auditLogs.query.shape).toHaveProperty(param)
})

test('the last day is shown unless somebody asks for one thing, which is shown whenever it was', () => {
  expect(rangeOf({})).toBe('24h')
  expect(rangeOf({ range: 'nonsense' })).toBe('24h')
  expect(rangeOf({ resource_id: 'k-1' })).toBe('all')
  expect(rangeOf({ resource_id: 'k-1', range: '7d' })).toBe('7d')
  expect(queryOf({ resource_id: 'k-1' }, NOW).start_time).toBe('2000-01-01T00:00:00.000Z')
})

test('a span somebody chose wins over a range, and may be open at either end', () => {
  const start_time = '2026-01-01T00:00:00.000Z'
  expect(queryOf({ start_time, range: '1h' }, NOW)).toEqual({
    start_time,
    end_time: '2026-03-09T08:00:00.000Z',
  })
  expect(queryOf({ end_time: start_time }, NOW).start_time).toBe('2000-01-01T00:00:00.000Z')
  expect(isOpen({ start_time })).toBe(true)
  expect(isOpen({ action: 'update' })).toBe(false)
})
