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

describe('to a provider that speaks OpenAI', () => {
  const isRead = (id: string, body: JsonObject) =>
    outbound(id, '/chat/completions', { messages: HI, ...body }).translation !== null

  it('a stream passes as bytes, unless its chunks are known to be odd; a whole answer is read', () => {
    for (const id of ['openai', 'openrouter', 'x-ai', 'custom', 'vllm', 'sandbox'])
      expect([isRead(id, { stream: true }), isRead(id, {})]).toEqual([false, true])
    for (const id of ['mistral-ai', 'groq', 'together-ai', 'deepseek', 'ollama', 'lm-studio'])
      expect([isRead(id, { stream: true }), isRead(id, {})]).toEqual([true, true])
    expect(outbound('mistral-ai', '/embeddings', { input: 'x' }).translation).toBeNull()
  })

  it('what the caller asked of usage is known to who reads the stream', () => {
    const asked = { messages: HI, stream: true, stream_options: { include_usage: true } }
    const { translation, body } = outbound('mistral-ai', '/chat/completions', asked)
    expect(translation?.context.includeUsage).toBe(true)
    expect(body.toString()).not.toContain('stream_options')
  })

  it.each(['x-portkey-mistral-fim-completion', 'x-tollgate-mistral-fim-completion'])(
    'fill-in-the-middle goes to Mistral’s own path with %s, and nowhere else',
    (name) => {
      const more = { hasControls: true, headers: { [name]: 'true' } }
      const fim = { prompt: 'def f(', suffix: 'return x', seed: 1 }
      const { path, body } = outbound('mistral-ai', '/chat/completions', fim, more)
      expect(path).toBe('/fim/completions')
      expect(JSON.parse(body.toString())).toEqual({
        prompt: 'def f(',
        suffix: 'return x',
        random_seed: 1,
        model: 'some-model',
      })
      expect(outbound('openai', '/chat/completions', { messages: HI }, more).path).toBe('/chat/completions')
      const off = { hasControls: true, headers: { [name]: 'false' } }
      expect(outbound('mistral-ai', '/chat/completions', { messages: HI }, off).path).toBe(
        '/chat/completions',
      )
      expect(() => outbound('mistral-ai', '/chat/completions', fim, off)).toThrow(
        expect.objectContaining({ code: 'invalid_body', param: 'messages' }),
      )
    },
  )
})
