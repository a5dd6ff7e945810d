import { describe, expect, test } from 'vitest'
import { modelPriceRoute } from './model-prices.ts'

const ask = async (path: string, method: 'GET' | 'POST' = 'GET') => {
  const response = await modelPriceRoute[method](
    new Request(`http://gate.test/api/v1/model-configs/${path}`, { method }),
  )
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

describe('GET /model-configs/pricing/{provider}/{model}', () => {
  test('200 without sign-in: cents per token', async () => {
    const { status, body, headers } = await ask('pricing/openai/gpt-4o-mini')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      pay_as_you_go: {
        request_token: { price: 0.000015 },
        response_token: { price: 0.00006 },
        cache_read_input_token: { price: 0.0000075 },
      },
      currency: 'USD',
    })
    expect(headers.get('x-portkey-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('200: a model whose id holds slashes, encoded or not', async () => {
    const plain = await ask('pricing/groq/openai/gpt-oss-120b')
    const encoded = await ask('pricing/groq/openai%2Fgpt-oss-120b')
    expect(plain.status).toBe(200)
    expect(encoded.body).toEqual(plain.body)
  })

  test.each([
    'pricing/openai/nobody-knows-this',
    'pricing/nope/gpt-4o',
    'pricing/openai',
    'pricing/openai/',
    'other',
    '',
    'pricing/openai/%E0%A4%A',
  ])('404 AB08: %s', async (path) => {
    const { status, body } = await ask(path)
    expect([status, body.errorCode]).toEqual([404, 'AB08'])
  })

  test('405 names the method that works', async () => {
    const { status, headers } = await ask('pricing/openai/gpt-4o-mini', 'POST')
    expect([status, headers.get('allow')]).toEqual([405, 'GET'])
  })
})
