import { describe, expect, test } from 'vitest'
import { maskHeaders, maskUrl } from './redact.ts'

const SECRET = 'sk-proj-THISMUSTNOTBESEEN0123456789wAA'

describe('headers in a log', () => {
  test.each([
    'authorization',
    'x-api-key',
    'api-key',
    'x-portkey-api-key',
    'x-tollgate-api-key',
    'x-goog-api-key',
    'cookie',
    'set-cookie',
    'proxy-authorization',
    'x-auth-token',
    'x-amz-security-token',
    'x-my-secret',
    'x-portkey-config',
    'x-portkey-aws-secret-access-key',
    'x-portkey-custom-host',
    'x-header-nobody-has-heard-of',
    'baggage',
  ])('%s never shows its secret', (name) => {
    const shown = maskHeaders({ [name]: SECRET })[name]
    expect(shown).toBe('sk********wAA')
  })

  test('a bearer is masked behind its scheme', () => {
    expect(maskHeaders({ authorization: `Bearer ${SECRET}` })).toEqual({
      authorization: 'Bearer sk********wAA',
    })
    expect(maskHeaders({ authorization: 'Basic dXNlcjpwYXNz' }).authorization).not.toContain('dXNlcjpwYXNz')
  })

  test('short values show nothing at all', () => {
    expect(maskHeaders({ 'x-api-key': 'hunter2' })).toEqual({ 'x-api-key': '********' })
  })

  test('harmless ones are kept as they came', () => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'OpenAI/Python 1.0',
      'anthropic-version': '2023-06-01',
      'x-portkey-metadata': '{"_user":"ann"}',
      'x-portkey-provider': '@openai-prod',
      'x-stainless-lang': 'js',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    }
    expect(maskHeaders(headers)).toEqual(headers)
  })

  test('those a caller calls sensitive are masked, in any spelling of the list', () => {
    const headers = { 'x-portkey-metadata': '{"patient":"Jane Doe"}', 'user-agent': 'curl/8.5.0 linux' }
    const shown = maskHeaders(headers, 'X-Portkey-Metadata, User-Agent')
    expect(JSON.stringify(shown)).not.toMatch(/Jane|curl/)
  })

  test('absent ones stay absent', () => {
    expect(maskHeaders({ accept: undefined })).toEqual({})
  })
})

test.each([
  ['/v1/models?limit=5', '/v1/models?limit=5'],
  ['/v1beta/x:generate?alt=sse&key=AIzaSyA-1234567890', '/v1beta/x:generate?alt=sse&key=AI********890'],
  [
    'https://user:pass@host/v1?X-Amz-Signature=abcdef0123456789',
    'https://********@host/v1?X-Amz-Signature=ab********789',
  ],
  ['https://host/v1?api_key=short#x', 'https://host/v1?api_key=********#x'],
])('a URL in a log: %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown)
})
