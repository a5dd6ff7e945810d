import { expect, test } from 'vitest'
import { sampleRecord } from '../testing/calls.ts'
import type { LogDetail } from './query.ts'
import { detailForWire } from './wire.ts'

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

test('a request that went upstream with a few members changed is told as it was sent, without being stored twice', () => {
  const final = {
    method: 'POST',
    url: 'https://api.example.com/v1/chat/completions',
    headers: {},
    changes: {
      model: '"gpt-4o"',
      max_tokens: '16384',
      think: null,
      stream_options: '{"include_usage":true}',
    },
  }
  const detail = {
    row: { ...sampleRecord({ has_bodies: true }), created_at: new Date() },
    bodies: {
      head: { request: {}, response: {}, final },
      request: bytes({ model: '@p/gpt-4o', max_tokens: 65536, think: false, messages: [] }),
      response: bytes({}),
      finalRequest: null,
      originalResponse: null,
    },
    bodiesAbsent: null,
  } as unknown as LogDetail
  expect(detailForWire(detail).transformedRequest).toMatchObject({
    url: final.url,
    body: { model: 'gpt-4o', max_tokens: 16384, messages: [], stream_options: { include_usage: true } },
  })
  expect(JSON.stringify(detailForWire(detail).transformedRequest)).not.toContain('think')
})
