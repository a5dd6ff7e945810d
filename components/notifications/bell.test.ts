import { expect, test } from 'vitest'
import { type Notices, read } from './bell.ts'

const AT = '2026-03-09T08:00:00.000Z'
const notice = (id: string, read_at: string | null = null) => ({
  object: 'notification' as const,
  id,
  kind: 'member.added',
  title: id,
  body: '',
  link: null,
  created_at: AT,
  read_at,
})
const page: Notices = {
  object: 'list',
  total: 30,
  unread: 12,
  data: [notice('a'), notice('b'), notice('c', '2026-03-01T00:00:00.000Z')],
}
const unread = ({ data }: Notices) => data.filter(({ read_at }) => read_at === null).map(({ id }) => id)

test('reading one leaves the others, and those on later pages, unread', () => {
  const after = read(page, ['a'], AT)
  expect([after.unread, unread(after)]).toEqual([11, ['b']])
})

test('what was read before is not counted again, and keeps its time', () => {
  const after = read(page, ['c', 'nobody'], AT)
  expect([after.unread, after.data[2]?.read_at]).toEqual([12, '2026-03-01T00:00:00.000Z'])
})

test('reading all leaves nothing, on later pages too', () => {
  const after = read(page, undefined, AT)
  expect([after.unread, unread(after)]).toEqual([0, []])
})
