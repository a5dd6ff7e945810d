import { describe, expect, test } from 'vitest'
import { NO_USAGE } from './adapter.ts'
import { embeddedError, openAiError, openAiUsage, usageOf } from './openai-usage.ts'

describe('tokens', () => {
  test('OpenAI: cached, reasoning and audio parts are found, input keeps the cached ones', () => {
    const usage = {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 6 },
      completion_tokens_details: {
        reasoning_tokens: 128,
        audio_tokens: 10,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    }
    expect(openAiUsage(usage, 'openai')).toEqual({
      ...NO_USAGE,
      input: 2006,
      output: 300,
      cacheRead: 1920,
      reasoning: 128,
      audioInput: 6,
      audioOutput: 10,
    })
  })

  test('DeepSeek: cache hits stand at the top', () => {
    const usage = {
      prompt_tokens: 16,
      completion_tokens: 10,
      total_tokens: 26,
      prompt_cache_hit_tokens: 12,
      prompt_cache_miss_tokens: 4,
    }
    expect(openAiUsage(usage, 'deepseek')).toMatchObject({ input: 16, output: 10, cacheRead: 12 })
  })

  test('Groq: a stream carries usage under x_groq', () => {
    const chunk = {
      choices: [],
      x_groq: { id: 'req_1', usage: { prompt_tokens: 18, completion_tokens: 5, total_tokens: 23 } },
    }
    expect(openAiUsage(usageOf(chunk) ?? undefined, 'groq')).toMatchObject({ input: 18, output: 5 })
    expect(openAiUsage(chunk.x_groq, 'groq')).toMatchObject({ input: 18, output: 5 })
  })

  test('tokens written to a cache are found in both spellings', () => {
    expect(
      openAiUsage({ prompt_tokens: 9, prompt_tokens_details: { cache_write_tokens: 4 } }, 'openrouter')
        .cacheWrite,
    ).toBe(4)
    expect(openAiUsage({ prompt_tokens: 9, cache_creation_input_tokens: 4 }, 'custom').cacheWrite).toBe(4)
  })

  test('xAI: thinking is billed on top of completion_tokens', () => {
    const usage = {
      prompt_tokens: 12,
      completion_tokens: 1,
      total_tokens: 399,
      completion_tokens_details: { reasoning_tokens: 386 },
    }
    expect(openAiUsage(usage, 'x-ai')).toMatchObject({ output: 387, reasoning: 386 })
  })

  test('the Responses shape is read too', () => {
    const usage = {
      input_tokens: 5,
      output_tokens: 7,
      input_tokens_details: { cached_tokens: 2 },
      output_tokens_details: { reasoning_tokens: 3 },
    }
    expect(openAiUsage(usage, 'openai')).toMatchObject({ input: 5, output: 7, cacheRead: 2, reasoning: 3 })
  })

  test('nonsense counts nothing, and no answer has more cached than it read', () => {
    expect(openAiUsage(undefined, 'openai')).toEqual(NO_USAGE)
    expect(openAiUsage('12', 'openai')).toEqual(NO_USAGE)
    expect(openAiUsage({ prompt_tokens: -4, completion_tokens: '9' }, 'openai')).toEqual(NO_USAGE)
    expect(
      openAiUsage({ prompt_tokens: 3, prompt_tokens_details: { cached_tokens: 10 } }, 'openai').cacheRead,
    ).toBe(3)
  })
})

describe('cost a provider states', () => {
  test('OpenRouter: dollars become nanos', () => {
    expect(openAiUsage({ prompt_tokens: 10, cost: 0.00014 }, 'openrouter').reportedCostNanos).toBe(140_000)
  })

  test('OpenRouter with the customer’s own key: fee and price together', () => {
    const usage = { cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.0360795 } }
    expect(openAiUsage(usage, 'openrouter').reportedCostNanos).toBe(37_079_500)
  })

  test('Perplexity: the total of its breakdown', () => {
    const usage = {
      prompt_tokens: 1,
      cost: { input_tokens_cost: 0.001, output_tokens_cost: 0.002, request_cost: 0.005, total_cost: 0.008 },
    }
    expect(openAiUsage(usage, 'perplexity-ai').reportedCostNanos).toBe(8_000_000)
  })

  test('xAI: ticks', () => {
    expect(openAiUsage({ cost_in_usd_ticks: 37_756_000 }, 'x-ai').reportedCostNanos).toBe(3_775_600)
  })

  test('a cost from a host whose unit nobody knows is not believed, nor is a negative one', () => {
    expect(openAiUsage({ cost: 12 }, 'custom').reportedCostNanos).toBeNull()
    expect(openAiUsage({ cost: -1 }, 'openrouter').reportedCostNanos).toBeNull()
  })
})

describe('errors', () => {
  test.each([
    [
      'OpenAI',
      '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}',
      {
        message: 'Incorrect API key provided',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
        param: null,
      },
    ],
    [
      'xAI',
      '{"code":"Client specified an invalid argument","error":"Model not found: grok-9"}',
      {
        message: 'Model not found: grok-9',
        type: null,
        code: 'Client specified an invalid argument',
        param: null,
      },
    ],
    [
      'Mistral',
      '{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}',
      { message: 'Invalid model: x', type: 'invalid_model', code: '1500', param: null },
    ],
    [
      'Mistral, field errors',
      '{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs are not permitted"}]}}',
      {
        message: 'body.x: Extra inputs are not permitted',
        type: null,
        code: null,
        param: null,
      },
    ],
    [
      'FastAPI',
      '{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"bad"}]}',
      { message: 'body: field required; bad', type: null, code: null, param: null },
    ],
    ['Zhipu', '{"msg":"quota","code":1113}', { message: 'quota', type: null, code: '1113', param: null }],
    [
      'Google in a list',
      '[{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT"}}]',
      { message: 'Bad', type: null, code: '400', param: null },
    ],
  ])('%s', (_, text, expected) => {
    expect(openAiError(400, text, 'Acme')).toEqual(expected)
  })

  test('text that is no JSON is quoted briefly, a page of HTML not at all', () => {
    expect(openAiError(502, 'upstream sad', 'Acme').message).toBe('Acme answered 502: upstream sad')
    expect(openAiError(502, '<html><title>Bad</title></html>', 'Acme').message).toBe('Acme answered 502')
    expect(openAiError(500, '', 'Acme').message).toBe('Acme answered 500')
    expect(openAiError(500, 'x'.repeat(9_000), 'Acme').message.length).toBeLessThan(1_100)
  })
})

describe('an error inside a 200', () => {
  test('takes the status it names', () => {
    const found = embeddedError({ error: { code: 429, message: 'Rate limited upstream' } }, 'OpenRouter')
    expect(found).toEqual({
      status: 429,
      message: 'Rate limited upstream',
      type: null,
      code: '429',
      param: null,
    })
  })

  test.each([
    [{ type: 'rate_limit_error', code: 'rate_limit_exceeded' }, 429],
    [{ type: 'overloaded_error' }, 529],
    [{ type: 'server_error', code: 'overloaded' }, 529],
    [{ code: 'insufficient_quota' }, 429],
    [{ type: 'invalid_request_error', code: 'context_length_exceeded' }, 400],
    [{ code: 'constructor', type: '__proto__' }, 502],
  ])('takes the status its name stands for: %j', (error, status) => {
    expect(embeddedError({ error: { message: 'No', ...error } }, 'Acme')).toMatchObject({ status })
  })

  test('is a 502 when it names none', () => {
    expect(embeddedError({ error: 'network lost' }, 'Acme')).toMatchObject({
      status: 502,
      message: 'network lost',
    })
  })

  test('is not seen in an answer', () => {
    expect(embeddedError({ choices: [], error: null }, 'Acme')).toBeNull()
    expect(embeddedError([], 'Acme')).toBeNull()
    expect(embeddedError('x', 'Acme')).toBeNull()
  })
})
