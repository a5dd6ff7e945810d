import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../providers/adapter.ts'
import { providerSpec } from '../providers/openai-compatible.ts'
import type { Call } from './call.ts'
import { endpointOf } from './endpoints.ts'
import { outboundOf } from './outbound.ts'
import type { Provider } from './ports.ts'
import { scanObject } from './scan.ts'

const HI = [{ role: 'user', content: 'Hi' }]

function outbound(id: string, path: string, body: JsonObject, more: Partial<Call> = {}) {
  const call = {
    path,
    query: '',
    headers: {},
    hasControls: false,
    arrivedAtMs: 0,
    style: {},
    ...more,
  } as Call
  const provider = { slug: `${id}-prod`, spec: providerSpec(id) } as Provider
  const target = { provider, model: 'some-model', card: null, isCallerCredential: false }
  return outboundOf(
    call,
    endpointOf('POST', path),
    scanObject(Buffer.from(JSON.stringify(body))),
    target,
    () => 'new',
  )
}

describe('a conversation without messages', () => {
  const ways = [
    ['openai', '/chat/completions'],
    ['anthropic', '/chat/completions'],
    ['openai', '/messages'],
    ['anthropic', '/messages'],
    ['anthropic', '/messages/count_tokens'],
  ] as const
  it.each(ways)('is refused before it is sent: %s, %s', (id, path) => {
    for (const messages of [undefined, null, 'Hi', { role: 'user' }])
      expect(() =>
        outbound(id, path, { max_tokens: 1, ...(messages !== undefined && { messages }) }),
      ).toThrow(expect.objectContaining({ code: 'invalid_body', param: 'messages' }))
  })

  it('that is an empty list is left to the upstream', () => {
    expect(outbound('openai', '/chat/completions', { messages: [] }).body.toString()).toContain(
      '"messages":[]',
    )
    expect(outbound('anthropic', '/messages', { messages: [] }).body.toString()).toContain('"messages":[]')
  })

  it('is no matter where none are expected', () => {
    expect(outbound('openai', '/embeddings', { input: 'x' }).path).toBe('/embeddings')
    expect(outbound('openai', '/completions', { prompt: 'x' }).path).toBe('/completions')
  })
})

describe('to Anthropic', () => {
  it('the query goes along on its own path, and only there', () => {
    const body = { messages: HI, max_tokens: 1 }
    const query = '?beta=true'
    expect(outbound('anthropic', '/messages', body, { query }).path).toBe('/messages?beta=true')
    expect(outbound('anthropic', '/messages/count_tokens', body, { query }).path).toBe(
      '/messages/count_tokens?beta=true',
    )
    expect(outbound('anthropic', '/chat/completions', body, { query }).path).toBe('/messages')
    expect(outbound('openai', '/messages', body, { query }).path).toBe('/chat/completions')
  })

  it('a number moved into range is told', () => {
    expect(outbound('anthropic', '/chat/completions', { messages: HI, temperature: 1.7 }).clamped).toEqual([
      'temperature',
    ])
  })
})
