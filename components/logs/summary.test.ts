import { describe, expect, it } from 'vitest'
import type { Log } from './detail.ts'
import { reasonIn, summaryOf } from './summary.ts'

const log = (over: Partial<Log> = {}) =>
  ({
    response_status_code: 200,
    response_time: 412,
    virtual_key: 'openai-prod',
    ai_model: 'gpt-4o',
    requested_model: '@openai-prod/gpt-4o',
    cost: 0.04217,
    unpriced: false,
    is_partial: false,
    refusal: null,
    ...over,
  }) as Log
const said = (over: Partial<Log>, body?: unknown) => summaryOf({ metrics: log(over), response: { body } })

describe('a call in a sentence', () => {
  it('says how fast, by whom and for how much', () => {
    expect(said({})).toMatchObject({
      tone: 'ok',
      words: 'Answered in 412 ms by @openai-prod/gpt-4o for $0.0004217.',
      fault: null,
    })
  })

  it('never passes an unknown price off as free', () => {
    expect(said({ unpriced: true, cost: null }).words).toBe(
      'Answered in 412 ms by @openai-prod/gpt-4o; its price is not known.',
    )
  })

  it.each([
    ['caller', { response_status_code: 404, refusal: 'provider_not_found' }],
    ['caller', { response_status_code: 400, refusal: 'invalid_body' }],
    ['caller', { response_status_code: 400 }],
    ['provider', { response_status_code: 500 }],
    ['provider', { response_status_code: 429 }],
    ['provider', { response_status_code: 504, refusal: 'request_timeout' }],
    ['gateway', { response_status_code: 500, refusal: 'internal_error' }],
    ['gateway', { response_status_code: 503, refusal: 'upstream_busy' }],
  ])('blames the %s for %o', (who, over) => {
    const summary = said(over)
    expect(summary.fault?.who).toBe(who)
    expect(summary.words).toMatch(/^Failed with \d{3} after 412 ms: .+\.$/)
  })

  it('tells a stream that broke off from one that was whole', () => {
    const cut = said({ is_partial: true, refusal: 'upstream_stream_error' })
    expect(cut.tone).toBe('warn')
    expect(cut.words).toBe(
      'Cut off after 412 ms: the provider broke off its answer. What had come by then was billed for $0.0004217.',
    )
    expect(said({ is_partial: true, refusal: 'client_closed', response_status_code: 499 }).words).toContain(
      'the client went away',
    )
  })

  it('quotes the reason of the answer itself', () => {
    expect(said({ response_status_code: 429 }, { error: { message: 'Slow down' } }).said).toBe('Slow down')
  })
})

it('finds the reason in any dialect', () => {
  expect(reasonIn({ error: { message: 'a' } })).toBe('a')
  expect(reasonIn({ type: 'error', error: { type: 'x', message: 'b' } })).toBe('b')
  expect(reasonIn({ error: 'c' })).toBe('c')
  expect(reasonIn({ message: 'd' })).toBe('d')
  expect(reasonIn('<html>')).toBeNull()
  expect(reasonIn(null)).toBeNull()
})
