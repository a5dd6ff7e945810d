import { describe, expect, it } from 'vitest'
import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { chatToAnthropic } from './anthropic.ts'

const CONTEXT: TranslateContext = {
  model: 'claude-sonnet-4-6',
  providerId: 'anthropic',
  isStrict: true,
  hasReasoningContent: false,
  includeUsage: true,
  maxOutputTokens: 64_000,
  nowMs: 0,
  newId: () => 'new',
}
const HI: Json = [{ role: 'user', content: 'Hi' }]
const TOOLS: Json = [{ type: 'function', function: { name: 'read' } }]
const SIGNED = { type: 'thinking', thinking: 'hm', signature: 'sig' }
const answering = (blocks: Json): Json => [
  { role: 'user', content: 'Go' },
  {
    role: 'assistant',
    content_blocks: blocks,
    tool_calls: [{ id: 'a', function: { name: 'read', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'a', content: 'x' },
]

function translate(body: JsonObject, context: Partial<TranslateContext> = {}) {
  const { body: out, dropped } = chatToAnthropic.request(
    { messages: HI, ...body },
    { ...CONTEXT, ...context },
  )
  return {
    thinking: out.thinking,
    effort: (out.output_config as JsonObject | undefined)?.effort,
    maxTokens: out.max_tokens,
    dropped,
    out,
  }
}

describe('effort on models that think adaptively', () => {
  const adaptive = { type: 'adaptive' }
  it.each<[string, string, Json | undefined, string | undefined]>([
    ['claude-sonnet-4-6', 'minimal', adaptive, 'low'],
    ['claude-sonnet-4-6', 'low', adaptive, 'low'],
    ['claude-sonnet-4-6', 'medium', adaptive, 'medium'],
    ['claude-sonnet-4-6', 'high', adaptive, 'high'],
    ['claude-sonnet-4-6', 'xhigh', adaptive, 'high'],
    ['claude-sonnet-4-6', 'max', adaptive, 'max'],
    ['claude-opus-4.6', 'ultra', adaptive, 'max'],
    ['anthropic.claude-opus-4-7-v1', 'xhigh', adaptive, 'xhigh'],
    ['claude-opus-5-5', 'max', adaptive, 'max'],
    ['claude-sonnet-4-6', 'none', undefined, undefined],
    ['claude-sonnet-5', 'none', { type: 'disabled' }, undefined],
    ['claude-sonnet-5-5', 'none', { type: 'between_tools' }, undefined],
    ['claude-opus-5-5', 'none', undefined, 'low'],
    ['claude-fable-5', 'none', undefined, 'low'],
  ])('%s, %s', (model, reasoning_effort, thinking, effort) => {
    const plan = translate({ reasoning_effort }, { model })
    expect(plan.thinking).toEqual(thinking)
    expect(plan.effort).toBe(effort)
    expect(plan.dropped).toEqual([])
  })

  it('asks for readable thinking where the model would hide it and somebody reads it', () => {
    const ask = (context: Partial<TranslateContext>) =>
      translate({ reasoning_effort: 'low' }, context).thinking
    expect(ask({ model: 'claude-opus-4-7', hasReasoningContent: true })).toEqual({
      type: 'adaptive',
      display: 'summarized',
    })
    expect(ask({ model: 'claude-opus-4-7', isStrict: false })).toEqual({
      type: 'adaptive',
      display: 'summarized',
    })
    expect(ask({ model: 'claude-sonnet-4-6', hasReasoningContent: true })).toEqual({ type: 'adaptive' })
  })
})

describe('effort on models that take a budget', () => {
  it.each<[string, JsonObject, number | null, number | undefined, number]>([
    ['minimal', { max_tokens: 5000 }, 64_000, 1024, 5000],
    ['low', { max_tokens: 5000 }, 64_000, 1024, 5000],
    ['medium', { max_tokens: 5000 }, 64_000, 8192, 13_192],
    ['medium', { max_tokens: 1000 }, null, 8192, 9192],
    ['high', {}, 64_000, 16_384, 64_000],
    ['xhigh', {}, 64_000, 32_768, 64_000],
    ['ultra', { max_tokens: 1000 }, 64_000, 32_768, 33_768],
    ['high', { max_tokens: 4096 }, 8192, 4096, 8192],
    ['high', { max_tokens: 8192 }, 8192, 4096, 8192],
    ['high', { max_tokens: 1000 }, 8192, 7192, 8192],
    ['none', { max_tokens: 1000 }, 8192, undefined, 1000],
  ])('%s with %o under a cap of %s', (reasoning_effort, extra, maxOutputTokens, budget, maxTokens) => {
    const plan = translate({ reasoning_effort, ...extra }, { model: 'claude-sonnet-4-5', maxOutputTokens })
    expect(plan.thinking).toEqual(
      budget === undefined ? undefined : { type: 'enabled', budget_tokens: budget },
    )
    expect(plan.maxTokens).toBe(maxTokens)
    expect(plan.effort).toBeUndefined()
    expect(plan.dropped).toEqual([])
  })

  it('a cap with no room for thinking leaves it out and says so', () => {
    const plan = translate({ reasoning_effort: 'low' }, { model: 'claude-sonnet-4-5', maxOutputTokens: 1024 })
    expect(plan).toMatchObject({ thinking: undefined, maxTokens: 1024, dropped: ['reasoning_effort'] })
  })

  it('so do models that cannot think, and levels nobody knows', () => {
    expect(translate({ reasoning_effort: 'high' }, { model: 'claude-3-5-sonnet-20241022' }).dropped).toEqual([
      'reasoning_effort',
    ])
    expect(translate({ reasoning_effort: 'galactic' }).dropped).toEqual(['reasoning_effort'])
  })
})

describe('a tool result whose assistant turn lost its signed thinking', () => {
  it.each<[string, string, Json, boolean]>([
    ['without any block', 'claude-sonnet-4-5', [], false],
    ['with text alone', 'claude-sonnet-4-5', [{ type: 'text', text: 'x' }], false],
    ['with an unsigned block', 'claude-sonnet-4-5', [{ type: 'thinking', thinking: 'x' }], false],
    ['with the signed block', 'claude-sonnet-4-5', [SIGNED], true],
    ['with a redacted block', 'claude-sonnet-4-5', [{ type: 'redacted_thinking', data: 'x' }], true],
    ['without any block, adaptive', 'claude-opus-4-7', [], false],
    ['with the signed block, adaptive', 'claude-opus-4-7', [SIGNED], true],
  ])('%s (%s): thinking %#', (_name, model, blocks, isOn) => {
    const plan = translate({ messages: answering(blocks), tools: TOOLS, reasoning_effort: 'high' }, { model })
    expect(plan.thinking !== undefined).toBe(isOn)
  })

  it('keeps its effort where effort is not thinking, and is named where it is', () => {
    const body = { messages: answering([]), tools: TOOLS, reasoning_effort: 'high' }
    expect(translate(body)).toMatchObject({ effort: 'high', dropped: [] })
    expect(translate(body, { model: 'claude-sonnet-4-5' })).toMatchObject({ dropped: ['reasoning_effort'] })
  })

  it('the next question of the user may be thought about again', () => {
    const messages = [
      ...(answering([]) as Json[]),
      { role: 'assistant', content: 'Done' },
      { role: 'user', content: 'More' },
    ]
    expect(translate({ messages, tools: TOOLS, reasoning_effort: 'high' }).thinking).toEqual({
      type: 'adaptive',
    })
  })
})

describe('what thinking forbids', () => {
  it.each(['claude-sonnet-4-5', 'claude-sonnet-4-6'])('sampling is left out and named (%s)', (model) => {
    const plan = translate({ reasoning_effort: 'low', temperature: 0.2, top_k: 5, top_p: 0.5 }, { model })
    expect(plan.out).not.toHaveProperty('temperature')
    expect(plan.dropped).toEqual(['temperature', 'top_p', 'top_k'])
    expect(translate({ reasoning_effort: 'low', top_p: 0.97 }, { model }).out.top_p).toBe(0.97)
    expect(translate({ reasoning_effort: 'none', temperature: 0.2 }, { model }).out.temperature).toBe(0.2)
  })

  it.each<[string, Json | undefined, string | undefined, string[]]>([
    ['claude-sonnet-4-5', undefined, undefined, ['reasoning_effort']],
    ['claude-sonnet-4-6', undefined, 'max', []],
    ['claude-sonnet-5', { type: 'disabled' }, 'high', []],
  ])('a forced call is made without it (%s)', (model, thinking, effort, dropped) => {
    const plan = translate({ tools: TOOLS, tool_choice: 'required', reasoning_effort: 'max' }, { model })
    expect(plan.out.tool_choice).toEqual({ type: 'any' })
    expect(plan).toMatchObject({ thinking, effort, dropped })
  })
})

describe('Anthropic’s own thinking parameter', () => {
  it.each<[string, JsonObject, Json, number]>([
    [
      'claude-sonnet-4-5',
      { type: 'enabled', budget_tokens: 2000 },
      { type: 'enabled', budget_tokens: 2000 },
      3000,
    ],
    [
      'claude-sonnet-4-5',
      { type: 'enabled', budget_tokens: 5000 },
      { type: 'enabled', budget_tokens: 5000 },
      8000,
    ],
    ['claude-sonnet-4-5', { type: 'adaptive' }, { type: 'enabled', budget_tokens: 16_384 }, 19_384],
    [
      'claude-sonnet-4-6',
      { type: 'enabled', budget_tokens: 5000 },
      { type: 'enabled', budget_tokens: 5000 },
      8000,
    ],
    ['claude-opus-4-7', { type: 'enabled', budget_tokens: 5000 }, { type: 'adaptive' }, 3000],
    [
      'claude-opus-4-7',
      { type: 'adaptive', display: 'omitted' },
      { type: 'adaptive', display: 'omitted' },
      3000,
    ],
    ['claude-sonnet-5', { type: 'disabled' }, { type: 'disabled' }, 3000],
  ])('%s, %o', (model, thinking, expected, maxTokens) => {
    const plan = translate({ thinking, max_tokens: 3000 }, { model })
    expect(plan.thinking).toEqual(expected)
    expect(plan.maxTokens).toBe(maxTokens)
  })
})
