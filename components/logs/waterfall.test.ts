import { describe, expect, it } from 'vitest'
import { waterfallOf } from './waterfall.ts'

const attempt = (over: object = {}) => ({
  provider: 'openai',
  model: 'gpt-4o',
  status: 200,
  error: null,
  start_ms: 2,
  connect_ms: 10,
  headers_ms: 50,
  first_ms: 60,
  end_ms: 100,
  ...over,
})
const spans = (...args: Parameters<typeof waterfallOf>) =>
  waterfallOf(...args).spans.map(({ label, fromMs, toMs }) => [label, fromMs, toMs])

describe('where the time of a call went', () => {
  it('covers the whole call without a gap', () => {
    expect(spans({ response_time: 101, stream_mode: 1 }, [attempt()])).toEqual([
      ['Gateway', 0, 2],
      ['Connect', 2, 10],
      ['First byte', 10, 60],
      ['Stream', 60, 100],
      ['Gateway', 100, 101],
    ])
  })

  it('is one bar where no provider was reached', () => {
    expect(spans({ response_time: 3, stream_mode: 0 }, [])).toEqual([['Gateway', 0, 3]])
  })

  it('says that nothing came back', () => {
    const lost = attempt({ connect_ms: null, headers_ms: null, first_ms: null, error: 'connect_timeout' })
    const { spans: all } = waterfallOf({ response_time: 100, stream_mode: 0 }, [lost])
    expect(all[1]).toMatchObject({ label: 'No answer', fromMs: 2, toMs: 100, note: 'connect_timeout' })
  })

  it('shows a wait for a first byte that never came', () => {
    const hungUp = attempt({ first_ms: null, error: 'client_closed' })
    const { spans: all } = waterfallOf({ response_time: 100, stream_mode: 1 }, [hungUp])
    expect(all[2]).toMatchObject({ label: 'First byte', fromMs: 10, toMs: 100, note: 'client_closed' })
  })

  it('draws every attempt and the wait between two', () => {
    const second = attempt({ start_ms: 200, connect_ms: 201, first_ms: 240, end_ms: 300 })
    const labels = spans({ response_time: 301, stream_mode: 0 }, [attempt({ status: 500 }), second]).map(
      ([label]) => label,
    )
    expect(labels).toEqual([
      'Gateway',
      'Connect',
      'First byte',
      'Body',
      'Gateway',
      'Connect',
      'First byte',
      'Body',
      'Gateway',
    ])
  })
})
