import { describe, expect, it } from 'vitest'
import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { chatToAnthropic } from './anthropic.ts'

const CONTEXT: TranslateContext = {
  model: 'claude-sonnet-4-5',
  providerId: 'anthropic',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: true,
  maxOutputTokens: null,
  nowMs: 0,
  newId: () => 'new',
}
const MARK = { type: 'ephemeral' }
const tool = (name: string, extra: JsonObject = {}): JsonObject => ({
  type: 'function',
  function: { name },
  ...extra,
})
const turns: Json[] = [
  { role: 'system', content: 'One' },
  { role: 'system', content: 'Two' },
  { role: 'user', content: 'a' },
  { role: 'assistant', content: '', tool_calls: [{ id: 'c1', function: { name: 'x', arguments: '{}' } }] },
  { role: 'tool', tool_call_id: 'c1', content: 'r1' },
  { role: 'assistant', content: 'b' },
  { role: 'user', content: 'c' },
]

/** Where the marks of a translated request are, as `part:text`. */
function marks(body: JsonObject): string[] {
  const out = chatToAnthropic.request(body, CONTEXT).body
  const found = (part: string, blocks: Json | undefined) =>
    (Array.isArray(blocks) ? (blocks as JsonObject[]) : [])
      .filter((block) => block.cache_control)
      .map((block) => `${part}:${block.name ?? block.text ?? block.content ?? block.tool_use_id}`)
  return [
    ...found('tool', out.tools),
    ...found('system', out.system),
    ...(out.messages as JsonObject[]).flatMap((turn) => found(String(turn.role), turn.content)),
  ]
}

describe('when the caller marks nothing', () => {
  it('a request with tools is marked on the last tool, the last system block and the last two user turns', () => {
    expect(marks({ messages: turns, tools: [tool('x'), tool('y')] })).toEqual([
      'tool:y',
      'system:Two',
      'user:r1',
      'user:c',
    ])
  })
  it('the first turn of a session has three', () => {
    expect(marks({ messages: turns.slice(0, 3), tools: [tool('x')] })).toEqual([
      'tool:x',
      'system:Two',
      'user:a',
    ])
  })
  it('a tool loaded later is passed over', () => {
    const late = { type: 'function', function: { name: 'late', defer_loading: true } }
    expect(marks({ messages: turns.slice(2, 3), tools: [tool('x'), late] })).toEqual(['tool:x', 'user:a'])
  })
  it('a request without tools is left alone', () => expect(marks({ messages: turns })).toEqual([]))
  it('two requests of a session share their bytes up to the marks', () => {
    const text = (messages: Json[]) =>
      JSON.stringify(chatToAnthropic.request({ messages, tools: [tool('x')] }, CONTEXT).body)
    expect(text(turns.slice(0, 5)).split('"tools"')[0]?.slice(0, 100)).toBe(
      text(turns).split('"tools"')[0]?.slice(0, 100),
    )
  })
})

describe('the caller’s own marks', () => {
  const marked = (text: string): JsonObject => ({ type: 'text', text, cache_control: MARK })
  it.each<[string, JsonObject, string[]]>([
    [
      'on a part',
      { messages: [{ role: 'user', content: [marked('a'), { type: 'text', text: 'b' }] }] },
      ['user:a'],
    ],
    ['on a message', { messages: [{ role: 'user', content: 'a', cache_control: MARK }] }, ['user:a']],
    [
      'on system text',
      {
        messages: [
          { role: 'system', content: [marked('s')] },
          { role: 'user', content: 'a' },
        ],
      },
      ['system:s'],
    ],
    [
      'on a tool',
      { messages: turns.slice(2, 3), tools: [tool('x', { cache_control: MARK }), tool('y')] },
      ['tool:x'],
    ],
    [
      'in a tool result',
      { messages: [...turns.slice(2, 4), { role: 'tool', tool_call_id: 'c1', content: [marked('r')] }] },
      ['user:r'],
    ],
    [
      'on a tool message',
      {
        messages: [
          ...turns.slice(2, 4),
          { role: 'tool', tool_call_id: 'c1', content: 'r', cache_control: MARK },
        ],
      },
      ['user:r'],
    ],
    [
      'on an assistant’s text',
      {
        messages: [
          ...turns.slice(2, 3),
          { role: 'assistant', content: [marked('b')] },
          { role: 'user', content: 'c' },
        ],
      },
      ['assistant:b'],
    ],
  ])('%s are kept, and no others are placed', (_name, body, expected) => {
    expect(marks({ tools: [tool('z')], ...body })).toEqual(expected)
  })

  it('their lifetime is kept', () => {
    const hour = { type: 'ephemeral', ttl: '1h' }
    const out = chatToAnthropic.request(
      { messages: [{ role: 'user', content: 'a', cache_control: hour }] },
      CONTEXT,
    ).body
    expect(JSON.stringify(out)).toContain('"cache_control":{"type":"ephemeral","ttl":"1h"}')
  })

  it('beyond four, the prefix and the newest stay', () => {
    const messages = [
      { role: 'system', content: [marked('s')] },
      ...['a', 'b', 'c', 'd', 'e'].map((text, i) => ({
        role: i % 2 ? 'assistant' : 'user',
        content: [marked(text)],
      })),
    ]
    expect(marks({ messages, tools: [tool('x', { cache_control: MARK })] })).toEqual([
      'system:s',
      'user:c',
      'assistant:d',
      'user:e',
    ])
    expect(marks({ messages, cache_control: MARK })).toEqual(['system:s', 'assistant:d', 'user:e'])
  })

  it('a mark on a turn that ends in thinking goes on what can bear it', () => {
    const blocks: Json = [
      { type: 'text', text: 'b' },
      { type: 'thinking', thinking: 'x', signature: 's' },
    ]
    const messages = [
      ...turns.slice(2, 3),
      { role: 'assistant', content_blocks: blocks, cache_control: MARK },
      { role: 'user', content: 'c' },
    ]
    expect(marks({ messages })).toEqual(['assistant:b'])
  })
})
