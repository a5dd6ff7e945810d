import { describe, expect, it } from 'vitest'
import { corsHeaders, preflight } from './cors.ts'

const rules = {
  allowedOrigins: ['https://app.test'],
  allowedMethods: [],
  allowedHeaders: [],
  exposeHeaders: ['x-request-id'],
}
const NONE = { allowedOrigins: [], allowedMethods: [], allowedHeaders: [], exposeHeaders: [] }

describe('pages of other origins', () => {
  it('are refused unless listed', () => {
    expect(corsHeaders({ origin: 'https://app.test' }, NONE)).toBeNull()
    expect(corsHeaders({ origin: 'https://evil.test' }, rules)).toBeNull()
    expect(
      preflight('OPTIONS', { origin: 'https://evil.test', 'access-control-request-method': 'POST' }, rules),
    ).toBeNull()
  })

  it('that are listed may read answers, and learn so beforehand', () => {
    expect(corsHeaders({ origin: 'https://app.test' }, rules)).toEqual({
      'access-control-allow-origin': 'https://app.test',
      'access-control-expose-headers': 'x-request-id',
      vary: 'origin',
    })
    const asked = {
      origin: 'https://app.test',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    }
    expect(preflight('OPTIONS', asked, rules)).toMatchObject({
      'access-control-allow-headers': 'authorization',
    })
    expect(preflight('GET', asked, rules)).toBeNull()
  })
})
