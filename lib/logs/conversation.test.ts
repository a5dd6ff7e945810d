import { describe, expect, test } from 'vitest'
import { type ConversationMessage, conversationIn } from './conversation.ts'

const message = (fields: Partial<ConversationMessage>): ConversationMessage => ({
  role: 'user',
  text: '',
  reasoning: null,
  toolCalls: [],
  toolResultOf: null,
  images: [],
  ...fields,
})

const sse = (...events: unknown[]) =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')

describe('an OpenAI chat', () => {
  const request = {
    model: 'gpt-4o-mini',
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"cat"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'a cat' },
    ],
  }
  const asked = [
    message({ role: 'system', text: 'Be brief.' }),
    message({ text: 'What is this?', images: ['https://example.com/cat.png'] }),
    message({ role: 'assistant', toolCalls: [{ id: 'call_1', name: 'look', arguments: '{"at":"cat"}' }] }),
    message({ role: 'tool', text: 'a cat', toolResultOf: 'call_1' }),
  ]

  test('reads in order, with images, tool calls and their results', () => {
    const response = {
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'A cat.', reasoning_content: 'Fur.' },
          finish_reason: 'stop',
        },
      ],
    }
    expect(conversationIn(request, response)).toEqual({
      messages: [...asked, message({ role: 'assistant', text: 'A cat.', reasoning: 'Fur.' })],
      finishReason: 'stop',
    })
  })

  test('streamed is put together again, parallel tool calls included', () => {
    const delta = (delta: unknown, finish_reason: string | null = null) => ({
      choices: [{ index: 0, delta, finish_reason }],
    })
    const response = sse(
      delta({ role: 'assistant', content: '' }),
      delta({ reasoning_content: 'Two ' }),
      delta({ reasoning_content: 'cities.' }),
      delta({ content: 'Let me ' }),
      delta({ content: 'see.' }),
      delta({
        tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: '' } }],
      }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
      delta({
        tool_calls: [
          {
            index: 1,
            id: 'b',
            type: 'function',
            function: { name: 'weather', arguments: '{"city":"Rome"}' },
          },
        ],
      }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] }),
      delta({}, 'tool_calls'),
      { choices: [], usage: { prompt_tokens: 1 } },
      '[DONE]',
    )
    const conversation = conversationIn(request, response)
    expect(conversation?.finishReason).toBe('tool_calls')
    expect(conversation?.messages.at(-1)).toEqual(
      message({
        role: 'assistant',
        text: 'Let me see.',
        reasoning: 'Two cities.',
        toolCalls: [
          { id: 'a', name: 'weather', arguments: '{"city":"Oslo"}' },
          { id: 'b', name: 'weather', arguments: '{"city":"Rome"}' },
        ],
      }),
    )
  })

  test('cut off in the middle shows what came, and no finish reason', () => {
    const whole = sse(
      { choices: [{ index: 0, delta: { content: 'Once upon' } }] },
      { choices: [{ index: 0, delta: { content: ' a time' } }] },
    )
    const conversation = conversationIn(request, whole.slice(0, -20))
    expect(conversation).toEqual({
      messages: [...asked, message({ role: 'assistant', text: 'Once upon' })],
      finishReason: null,
    })
  })

  test('reads the same with any line ending, comments and events that end with one newline', () => {
    const chunks = ['He', 'llo'].map((content) => JSON.stringify({ choices: [{ delta: { content } }] }))
    for (const text of [
      `: ping\r\n\r\ndata:${chunks[0]}\r\n\r\ndata: ${chunks[1]}\r\n\r\n`,
      `data: ${chunks[0]}\ndata: ${chunks[1]}\n`,
      `data: ${chunks[0]}\r\rdata: ${chunks[1]}`,
    ]) {
      expect(conversationIn(null, text)?.messages).toEqual([message({ role: 'assistant', text: 'Hello' })])
    }
  })
})

describe('an Anthropic exchange', () => {
  const request = {
    system: [{ type: 'text', text: 'You are Claude.', cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Ask the tool.', signature: 'x' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: '4 °C' }] },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
          { type: 'text', text: 'And this?' },
        ],
      },
    ],
  }

  test('reads in order, with thinking, tools and images', () => {
    const response = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Cold.' }],
      stop_reason: 'end_turn',
    }
    expect(conversationIn(request, response)).toEqual({
      messages: [
        message({ role: 'system', text: 'You are Claude.' }),
        message({ text: 'Weather?' }),
        message({
          role: 'assistant',
          reasoning: 'Ask the tool.',
          toolCalls: [{ id: 'toolu_1', name: 'weather', arguments: '{"city":"Oslo"}' }],
        }),
        message({ role: 'tool', text: '4 °C', toolResultOf: 'toolu_1' }),
        message({ text: 'And this?', images: ['data:image/png;base64,aGk='] }),
        message({ role: 'assistant', text: 'Cold.' }),
      ],
      finishReason: 'end_turn',
    })
  })

  test('streamed is put together again', () => {
    const response = [
      ['message_start', { type: 'message_start', message: { id: 'msg_1', content: [] } }],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
      ],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
      ],
      ['content_block_stop', { type: 'content_block_stop', index: 0 }],
      [
        'content_block_start',
        { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      ],
      ['ping', { type: 'ping' }],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Looking' } },
      ],
      [
        'content_block_start',
        {
          type: 'content_block_start',
          index: 2,
          content_block: { type: 'tool_use', id: 't', name: 'weather', input: {} },
        },
      ],
      [
        'content_block_delta',
        {
          type: 'content_block_delta',
          index: 2,
          delta: { type: 'input_json_delta', partial_json: '{"city":' },
        },
      ],
      [
        'content_block_delta',
        {
          type: 'content_block_delta',
          index: 2,
          delta: { type: 'input_json_delta', partial_json: '"Oslo"}' },
        },
      ],
      [
        'message_delta',
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
      ],
      ['message_stop', { type: 'message_stop' }],
    ]
      .map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      .join('')
    expect(conversationIn({}, response)).toEqual({
      messages: [
        message({
          role: 'assistant',
          text: 'Looking',
          reasoning: 'Hm.',
          toolCalls: [{ id: 't', name: 'weather', arguments: '{"city":"Oslo"}' }],
        }),
      ],
      finishReason: 'tool_use',
    })
  })
})

describe('other calls', () => {
  test('a completion is a question and an answer, streamed or not', () => {
    const answer = { choices: [{ text: ' time', index: 0, finish_reason: 'length' }] }
    const expected = {
      messages: [message({ text: 'Once upon a' }), message({ role: 'assistant', text: ' time' })],
      finishReason: 'length',
    }
    expect(conversationIn({ prompt: 'Once upon a' }, answer)).toEqual(expected)
    expect(conversationIn({ prompt: ['Once upon a'] }, sse(answer, '[DONE]'))).toEqual(expected)
  })

  test('embeddings show their texts and how many vectors came', () => {
    const response = { object: 'list', data: [{ embedding: [0.1, 0.2, 0.3] }, { embedding: [1, 2, 3] }] }
    expect(conversationIn({ input: ['one', 'two'] }, response)?.messages.map(({ text }) => text)).toEqual([
      'one',
      'two',
      '[2 embeddings of 3 numbers]',
    ])
  })

  test('the responses API reads as a conversation too', () => {
    const response = {
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Think.' }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
      ],
    }
    const request = {
      instructions: 'Short.',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Go' }] }],
    }
    const plain = conversationIn(request, response)
    expect(
      plain?.messages.map(({ role, text, reasoning, toolCalls }) => [
        role,
        text || reasoning || toolCalls[0]?.name,
      ]),
    ).toEqual([
      ['system', 'Short.'],
      ['user', 'Go'],
      ['assistant', 'Think.'],
      ['assistant', 'f'],
      ['assistant', 'Done.'],
    ])
    expect(
      conversationIn(request, sse({ type: 'response.created' }, { type: 'response.completed', response })),
    ).toEqual(plain)
  })

  test('an error answer leaves the question', () => {
    expect(
      conversationIn({ messages: [{ role: 'user', content: 'Hi' }] }, { error: { message: 'No.' } }),
    ).toEqual({
      messages: [message({ text: 'Hi' })],
      finishReason: null,
    })
  })
})

describe('what cannot be read', () => {
  test.each([
    [undefined, undefined],
    [null, null],
    ['not json', 'not an event stream'],
    [42, true],
    [[], [[]]],
    [{ messages: 'no list' }, { choices: 'none' }],
    [{ audio: {} }, { encoding: 'base64', data: 'AAAA' }],
  ])('is no conversation: %j', (request, response) => {
    expect(conversationIn(request, response)).toBeNull()
  })

  test('never throws, wherever a body is broken', () => {
    const odd: unknown[] = [
      null,
      0,
      'x',
      [],
      [null],
      {},
      { type: 7 },
      [{ type: 'image' }, { type: 'tool_result' }, { text: {} }],
    ]
    for (const value of odd) {
      for (const key of ['messages', 'system', 'prompt', 'input', 'choices', 'content', 'output', 'data']) {
        expect(() => conversationIn({ [key]: value }, { type: 'message', [key]: value })).not.toThrow()
        expect(() =>
          conversationIn({ messages: [{ role: value, content: value, tool_calls: value }] }, [value]),
        ).not.toThrow()
        expect(() =>
          conversationIn({}, sse({ [key]: value, delta: value, type: 'content_block_delta' }, value ?? '')),
        ).not.toThrow()
      }
    }
  })
})
