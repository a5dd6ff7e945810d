import { describe, expect, test } from 'vitest'
import { usageSaid } from './telemetry-usage.ts'

const chat = { prompt_tokens: 20, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 8 } }
const start = {
  type: 'message_start',
  message: { usage: { input_tokens: 10, cache_read_input_tokens: 30, output_tokens: 1 } },
}
const delta = { type: 'message_delta', usage: { output_tokens: 12 } }
const stream = (events: object[]) =>
  `${events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`

describe('the usage of an answer that went elsewhere', () => {
  test.each([
    [
      'a whole chat answer',
      { object: 'chat.completion', usage: chat },
      { input: 20, output: 5, cacheRead: 8 },
    ],
    [
      'a responses answer',
      { object: 'response', usage: { input_tokens: 4, output_tokens: 2 } },
      { input: 4, output: 2 },
    ],
    ['chat chunks in a list', [{ choices: [] }, { choices: [], usage: chat }], { input: 20, output: 5 }],
    [
      'the text of a chat stream',
      stream([
        { choices: [{}], usage: null },
        { choices: [], usage: chat },
      ]),
      { input: 20, output: 5 },
    ],
    [
      'the text of a responses stream',
      stream([{ type: 'response.completed', response: { usage: { input_tokens: 4, output_tokens: 2 } } }]),
      { input: 4, output: 2 },
    ],
    [
      'a whole message',
      { type: 'message', usage: { input_tokens: 10, cache_read_input_tokens: 30, output_tokens: 7 } },
      { input: 40, output: 7, cacheRead: 30 },
    ],
    [
      'the text of a message stream',
      stream([start, { type: 'ping' }, delta]),
      { input: 40, output: 12, cacheRead: 30 },
    ],
    ['message events in a list', [start, delta], { input: 40, output: 12 }],
  ])('%s', (_, response, usage) => {
    expect(usageSaid(response, 'openai')).toMatchObject(usage)
  })

  test.each([
    ['nothing', undefined],
    ['text', 'hello'],
    ['a number', 5],
    ['an error', { error: { message: 'no' } }],
    ['broken events', 'data: {"usage":'],
    ['usage that is text', { usage: 'many' }],
  ])('%s reports none', (_, response) => {
    expect(usageSaid(response, 'openai')).toBeNull()
  })
})
