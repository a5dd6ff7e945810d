import { describe, expect, test } from 'vitest'
import { MODELS, refusalOf } from '../testing/openai-rules.ts'
import type { Json, JsonObject } from './adapter.ts'
import { providerSpec } from './openai-compatible.ts'
import { messageEdits, needsMessageEdits, parameterEdits, toolEdits } from './parameters.ts'

const spec = (id: string) => {
  const found = providerSpec(id)
  if (!found) throw new Error(`no provider ${id}`)
  return found
}

/** Applies the plan the way the byte path does, to see the body an upstream gets. */
function sent(
  body: JsonObject,
  provider: string,
  model: string,
  options: {
    cap?: number | null
    endpoint?: 'chat' | 'completions' | 'embeddings'
    isMetadataOurs?: boolean
  } = {},
) {
  const params = { has: (name: string) => name in body, get: (name: string) => body[name] }
  const card = { maxOutputTokens: options.cap ?? null }
  const plan = parameterEdits(params, {
    spec: spec(provider),
    model,
    card,
    endpoint: options.endpoint ?? 'chat',
    isMetadataOurs: options.isMetadataOurs ?? true,
  })
  const out: JsonObject = { ...body }
  const touched = plan.edits.flatMap((edit) => (edit.op === 'rename' ? [edit.from, edit.to] : [edit.name]))
  expect(new Set(touched).size, 'no name is touched twice').toBe(touched.length)
  for (const edit of plan.edits) {
    if (edit.op === 'set') out[edit.name] = edit.value
    if (edit.op === 'drop') delete out[edit.name]
    if (edit.op === 'rename') {
      out[edit.to] = out[edit.from] as Json
      delete out[edit.from]
    }
  }
  return { body: out, ...plan }
}

describe('the output cap', () => {
  test('65,536 tokens asked of gpt-4o are clamped to what the model allows', () => {
    const { body, clamped } = sent(
      { model: '@openai-prod/gpt-4o', max_completion_tokens: 65_536 },
      'openai',
      'gpt-4o',
      { cap: 16_384 },
    )
    expect(body).toEqual({ model: 'gpt-4o', max_completion_tokens: 16_384 })
    expect(clamped).toEqual(['max_completion_tokens'])
  })

  test('a cap within the limit, or of a model whose limit is unknown, is left as sent', () => {
    expect(sent({ model: 'gpt-4o', max_tokens: 100 }, 'openai', 'gpt-4o', { cap: 16_384 }).edits).toEqual([])
    expect(sent({ model: 'm', max_tokens: 9e6 }, 'custom', 'm').edits).toEqual([])
  })

  test.each(['o3', 'o4-mini', 'gpt-5', 'gpt-5.4', 'gpt-5-chat-latest'])(
    '%s is told max_completion_tokens',
    (model) => {
      const { body, edits } = sent({ model, max_tokens: 500 }, 'openai', model, { cap: 100_000 })
      expect(body).toEqual({ model, max_completion_tokens: 500 })
      expect(edits).toEqual([{ op: 'rename', from: 'max_tokens', to: 'max_completion_tokens' }])
    },
  )

  test('a renamed cap is clamped too, and reported as the caller spelt it', () => {
    const { body, clamped } = sent({ model: 'o3', max_tokens: 500_000 }, 'openai', 'o3', { cap: 100_000 })
    expect(body).toEqual({ model: 'o3', max_completion_tokens: 100_000 })
    expect(clamped).toEqual(['max_tokens'])
  })

  test.each(['mistral-ai', 'together-ai', 'deepseek', 'perplexity-ai', 'ollama', 'lm-studio'])(
    '%s is told max_tokens',
    (provider) => {
      const { body } = sent({ model: 'm', max_completion_tokens: 10 }, provider, 'm')
      expect(body).toEqual({ model: 'm', max_tokens: 10 })
    },
  )

  test('when both spellings came, the one the model knows stands', () => {
    const { body, dropped } = sent({ model: 'o3', max_tokens: 1, max_completion_tokens: 2 }, 'openai', 'o3')
    expect(body).toEqual({ model: 'o3', max_completion_tokens: 2 })
    expect(dropped).toEqual([])
  })

  test('a plain completion keeps max_tokens, clamped', () => {
    const { body } = sent({ model: 'm', max_tokens: 9_000 }, 'openai', 'm', {
      cap: 4_096,
      endpoint: 'completions',
    })
    expect(body).toEqual({ model: 'm', max_tokens: 4_096 })
  })
})

describe('effort', () => {
  const effort = (asked: string, provider: string, model: string) =>
    sent({ model, reasoning_effort: asked }, provider, model).body.reasoning_effort

  test.each([
    ['ultra', 'openai', 'gpt-5', 'high'],
    ['max', 'openai', 'gpt-5.2', 'xhigh'],
    ['minimal', 'openai', 'gpt-5', 'minimal'],
    ['minimal', 'openai', 'gpt-5.4', 'low'],
    ['none', 'openai', 'gpt-5.4', 'none'],
    ['none', 'openai', 'gpt-5', 'minimal'],
    ['none', 'openai', 'o3', 'low'],
    ['xhigh', 'openai', 'o4-mini', 'high'],
    ['low', 'openai', 'gpt-5-pro', 'high'],
    ['high', 'openai', 'gpt-4o', undefined],
    ['none', 'openai', 'gpt-4o', undefined],
    ['high', 'groq', 'llama-3.3-70b-versatile', undefined],
    ['minimal', 'groq', 'openai/gpt-oss-120b', 'low'],
    ['high', 'groq', 'qwen/qwen3-32b', 'default'],
    ['ultra', 'x-ai', 'grok-3-mini', 'high'],
    ['high', 'x-ai', 'grok-4', undefined],
    ['max', 'openrouter', 'anthropic/claude-sonnet-4.6', 'xhigh'],
    ['low', 'mistral-ai', 'mistral-small-latest', 'high'],
    ['low', 'mistral-ai', 'open-mistral-nemo', undefined],
    ['ultra', 'custom', 'anything', 'high'],
    ['none', 'vllm', 'anything', undefined],
    ['none', 'ollama', 'qwen3', 'none'],
  ])('%s for %s %s is sent as %s', (asked, provider, model, expected) => {
    expect(effort(asked, provider, model)).toBe(expected)
  })

  test('leaving out an effort that asked for something is reported, turning nothing off is not', () => {
    expect(sent({ model: 'gpt-4o', reasoning_effort: 'high' }, 'openai', 'gpt-4o').dropped).toEqual([
      'reasoning_effort',
    ])
    expect(sent({ model: 'gpt-4o', reasoning_effort: 'none' }, 'openai', 'gpt-4o').dropped).toEqual([])
  })

  test('tools on gpt-5.4 and later go out without effort, which their chat endpoint demands', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    const asked = sent({ model: 'gpt-5.4', reasoning_effort: 'high', tools }, 'openai', 'gpt-5.4')
    expect(asked.body.reasoning_effort).toBe('none')
    expect(asked.dropped).toEqual(['reasoning_effort'])
    expect(sent({ model: 'gpt-5.4', tools }, 'openai', 'gpt-5.4').edits).toEqual([])
    expect(sent({ model: 'gpt-5.6-sol', tools }, 'openai', 'gpt-5.6-sol').body.reasoning_effort).toBe('none')
    expect(sent({ model: 'gpt-5', reasoning_effort: 'high', tools }, 'openai', 'gpt-5').edits).toEqual([])
  })

  test('DeepSeek is told with its thinking switch as well', () => {
    expect(
      sent({ model: 'deepseek-chat', reasoning_effort: 'none' }, 'deepseek', 'deepseek-chat').body,
    ).toEqual({
      model: 'deepseek-chat',
      thinking: { type: 'disabled' },
    })
    expect(sent({ model: 'm', reasoning_effort: 'ultra' }, 'deepseek', 'm').body).toEqual({
      model: 'm',
      reasoning_effort: 'max',
      thinking: { type: 'enabled' },
    })
  })
})

describe('parameters an upstream is known to refuse', () => {
  test('think and options leave, except for Ollama', () => {
    const body = { model: 'm', think: false, options: { num_ctx: 8192 } }
    expect(sent(body, 'openai', 'm').body).toEqual({ model: 'm' })
    expect(sent(body, 'openai', 'm').dropped).toEqual(['think', 'options'])
    expect(sent(body, 'ollama', 'm').body).toEqual(body)
  })

  test('a temperature leaves for reasoning models unless it is the default', () => {
    expect(sent({ model: 'o3', temperature: 0.1 }, 'openai', 'o3').body).toEqual({ model: 'o3' })
    expect(sent({ model: 'o3', temperature: 0.1 }, 'openai', 'o3').dropped).toEqual(['temperature'])
    expect(sent({ model: 'o3', temperature: 1 }, 'openai', 'o3').edits).toEqual([])
    expect(sent({ model: 'gpt-4o', temperature: 0.1 }, 'openai', 'gpt-4o').edits).toEqual([])
  })

  test('a temperature stays where the model does not reason, and leaves where it was asked to', () => {
    expect(sent({ model: 'gpt-5.2', temperature: 0.1 }, 'openai', 'gpt-5.2').edits).toEqual([])
    expect(
      sent({ model: 'gpt-5.2', temperature: 0.1, reasoning_effort: 'low' }, 'openai', 'gpt-5.2').dropped,
    ).toEqual(['temperature'])
  })

  test('Mistral gets its own names and values', () => {
    const body = {
      model: 'm',
      seed: 7,
      tool_choice: 'required',
      temperature: 2,
      user: 'alice',
      store: false,
      stream: true,
      stream_options: { include_usage: true },
    }
    const { body: out, clamped, dropped } = sent(body, 'mistral-ai', 'm')
    expect(out).toEqual({ model: 'm', random_seed: 7, tool_choice: 'any', temperature: 1.5, stream: true })
    expect(clamped).toEqual(['temperature'])
    expect(dropped).toEqual(['stream_options', 'store', 'user'])
  })

  test('what is merely unknown passes', () => {
    expect(sent({ model: 'm', brand_new_switch: true }, 'openai', 'm').edits).toEqual([])
  })
})

describe('metadata', () => {
  test('stays with the gateway, unless the answer is stored at the provider', () => {
    const body = { model: 'gpt-4o', metadata: { team: 'research' } }
    expect(sent(body, 'openai', 'gpt-4o').body).toEqual({ model: 'gpt-4o' })
    expect(sent(body, 'openai', 'gpt-4o').dropped).toEqual([])
    expect(sent({ ...body, store: true }, 'openai', 'gpt-4o').edits).toEqual([])
  })

  test('is a parameter like any other where the gateway did not take it', () => {
    const body = { model: 'gpt-4o', metadata: { team: 'research' } }
    for (const endpoint of ['chat', 'completions', 'embeddings'] as const)
      expect(sent(body, 'openai', 'gpt-4o', { endpoint, isMetadataOurs: false }).edits).toEqual([])
  })
})

describe('usage of streams', () => {
  test('is asked for when the caller did not, and that is said', () => {
    const { body, isUsageInjected } = sent({ model: 'gpt-4o', stream: true }, 'openai', 'gpt-4o')
    expect(body.stream_options).toEqual({ include_usage: true })
    expect(isUsageInjected).toBe(true)
  })

  test('keeps the caller’s other stream options', () => {
    const { body } = sent(
      { model: 'm', stream: true, stream_options: { include_obfuscation: false } },
      'openai',
      'm',
    )
    expect(body.stream_options).toEqual({ include_obfuscation: false, include_usage: true })
  })

  test('needs nothing when the caller asked, when nothing streams, or when the host refuses the question', () => {
    expect(
      sent({ model: 'm', stream: true, stream_options: { include_usage: true } }, 'openai', 'm').edits,
    ).toEqual([])
    expect(sent({ model: 'm', stream: false }, 'openai', 'm').edits).toEqual([])
    expect(sent({ model: 'm', stream: true }, 'mistral-ai', 'm').edits).toEqual([])
  })
})

test('embeddings have their model set and keep everything else', () => {
  const { edits } = sent({ model: '@p/embed', input: 'x', dimensions: 256 }, 'openai', 'embed', {
    endpoint: 'embeddings',
  })
  expect(edits).toEqual([{ op: 'set', name: 'model', value: 'embed' }])
})

describe('the cost OpenRouter tells', () => {
  test('is asked for, unless the caller decides, and nowhere else', () => {
    const of = (body: JsonObject, provider = 'openrouter', endpoint: 'chat' | 'embeddings' = 'chat') =>
      sent({ model: 'm', ...body }, provider, 'm', { endpoint }).body.usage
    expect(of({})).toEqual({ include: true })
    expect(of({ usage: { include: false } })).toEqual({ include: false })
    expect(of({}, 'openai')).toBeUndefined()
    expect(of({}, 'openrouter', 'embeddings')).toBeUndefined()
  })

  test('a caller that asks its way gets the usage chunk', () => {
    const asked = { model: 'm', stream: true, usage: { include: true } }
    expect(sent(asked, 'openrouter', 'm').isUsageInjected).toBe(false)
    expect(sent({ model: 'm', stream: true }, 'openrouter', 'm').isUsageInjected).toBe(true)
  })
})

/** As if the scan had met every word: then the bytes decide. */
const scanned = (body: string) => ({ bytes: Buffer.from(body), mayHold: () => true })

describe('messages', () => {
  const edited = (messages: Json[], provider: string) => {
    const needs = needsMessageEdits(scanned(JSON.stringify({ messages }, null, 1)), spec(provider))
    const out = messageEdits(messages, spec(provider))
    expect(needs).toBe(JSON.stringify(out) !== JSON.stringify(messages))
    return out
  }

  test('a developer message becomes system text for everyone but OpenAI', () => {
    const messages = [{ role: 'developer', content: 'Be brief.' }]
    expect(edited(messages, 'groq')).toEqual([{ role: 'system', content: 'Be brief.' }])
    expect(edited(messages, 'openai')).toEqual(messages)
  })

  test('a function message becomes the answer to the tool call before it', () => {
    const messages: Json[] = [
      { role: 'assistant', content: '', function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: '1' },
    ]
    expect(edited(messages, 'groq')).toEqual([
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', name: 'f', content: '1', tool_call_id: 'call_0' },
    ])
  })

  test('reasoning of earlier turns goes back to DeepSeek only', () => {
    const messages = [{ role: 'assistant', content: 'x', reasoning_content: ' ' }]
    expect(edited(messages, 'deepseek')).toEqual(messages)
    expect(edited(messages, 'groq')).toEqual([{ role: 'assistant', content: 'x' }])
    expect(edited(messages, 'openai')).toEqual([{ role: 'assistant', content: 'x' }])
  })

  test('cache marks and thought signatures leave parts, messages and calls', () => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const messages: Json[] = [
      { role: 'user', content: [{ type: 'text', text: 'hi', ...mark }], ...mark },
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          {
            id: 'c',
            type: 'function',
            function: { name: 'f', arguments: '{}' },
            extra_content: { google: {} },
          },
        ],
      },
    ]
    expect(edited(messages, 'openai')).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ])
    const kept = messageEdits(messages, spec('openrouter'))
    expect(kept[0]).toEqual(messages[0])
  })

  test('a tool’s name is left out only for those who refuse it', () => {
    const messages = [{ role: 'tool', name: 'f', tool_call_id: 'c', content: '1' }]
    expect(edited(messages, 'mistral-ai')).toEqual([{ role: 'tool', tool_call_id: 'c', content: '1' }])
    expect(edited(messages, 'openai')).toEqual(messages)
  })

  test('tools lose their cache marks beside and inside the function', () => {
    const tools = [{ type: 'function', function: { name: 'f', cache_control: {} }, cache_control: {} }]
    expect(toolEdits(tools, spec('openai'))).toEqual([{ type: 'function', function: { name: 'f' } }])
    expect(toolEdits(tools, spec('openrouter'))).toEqual(tools)
  })

  test('an ordinary agent turn needs no parsing, whatever its text says', () => {
    const body = JSON.stringify({
      messages: [{ role: 'user', content: 'say "developer", "role": "function" and "cache_control"' }],
      tools: [{ type: 'function', function: { name: 'f' } }],
    })
    expect(needsMessageEdits(scanned(body), spec('groq'))).toBe(false)
  })

  test('what the scan did not meet is not looked for', () => {
    const body = { bytes: Buffer.from('{"messages":[{"cache_control":1}]}'), mayHold: () => false }
    expect(needsMessageEdits(body, spec('groq'))).toBe(false)
    expect(needsMessageEdits({ ...body, mayHold: (word) => word === 'cache_control' }, spec('groq'))).toBe(
      true,
    )
  })

  test('a malformed message is left for the upstream to refuse', () => {
    expect(messageEdits(['x', null, { role: 5 }], spec('groq'))).toEqual(['x', null, { role: 5 }])
  })
})

describe('what an agent sends, OpenAI takes', () => {
  const tools = [
    {
      type: 'function',
      function: { name: 'terminal', parameters: { type: 'object' } },
      cache_control: { type: 'ephemeral' },
    },
  ]
  const messages: Json[] = [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [{ type: 'text', text: 'List the files', cache_control: { type: 'ephemeral' } }],
    },
    {
      role: 'assistant',
      content: '',
      reasoning_content: ' ',
      tool_calls: [
        {
          id: 'c1',
          type: 'function',
          function: { name: 'terminal', arguments: '{}' },
          extra_content: { google: {} },
        },
      ],
    },
    { role: 'tool', name: 'terminal', tool_call_id: 'c1', content: 'a.txt' },
  ]
  const models = ['gpt-4o', 'gpt-4.1', 'gpt-5', 'gpt-5.2', 'gpt-5.4', 'o3', 'o4-mini']
  const efforts = [null, 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra']
  const cases = models.flatMap((model) => efforts.map((effort) => [model, effort] as const))

  test.each(cases)('%s with effort %s', (model, effort) => {
    for (const cap of ['max_tokens', 'max_completion_tokens']) {
      const asked: JsonObject = {
        model: `@openai-prod/${model}`,
        messages: messageEdits(messages, spec('openai')),
        tools: toolEdits(tools, spec('openai')),
        [cap]: 650_000,
        stream: true,
        temperature: 0.1,
        think: false,
        options: { num_ctx: 8_192 },
        metadata: { team: 'research' },
        ...(effort && { reasoning_effort: effort }),
      }
      const { body } = sent(asked, 'openai', model, { cap: MODELS[model] ?? null })
      expect(refusalOf('chat/completions', body)).toBeNull()
    }
  })
})
