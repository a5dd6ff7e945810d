import type { Json, JsonObject } from '../providers/adapter.ts'
import { dataFrame, eventFrame } from '../providers/sse.ts'

/**
 * A whole chat completion told as a stream, for a caller that asked for one and an upstream that gave JSON: role,
 * content, tool calls, the finish reason, usage when asked for, `[DONE]`. Source: gateway-contract §12.4.
 */
export function chatStreamOf(body: JsonObject, includeUsage: boolean): string {
  const { usage, choices, object: _, ...rest } = body
  const chunk = (delta: JsonObject, index: Json, finish: Json) =>
    dataFrame({
      ...rest,
      object: 'chat.completion.chunk',
      choices: [{ index, delta, finish_reason: finish }],
    })
  let out = ''
  for (const choice of (Array.isArray(choices) ? choices : []) as JsonObject[]) {
    const { tool_calls: calls, ...message } = (choice.message ?? {}) as JsonObject
    const index = choice.index ?? 0
    out += chunk({ ...message, role: 'assistant', content: message.content ?? '' }, index, null)
    if (Array.isArray(calls))
      out += chunk(
        { tool_calls: (calls as JsonObject[]).map((call, at) => ({ index: at, ...call })) },
        index,
        null,
      )
    out += chunk({}, index, choice.finish_reason ?? 'stop')
  }
  if (includeUsage && usage)
    out += dataFrame({ ...rest, object: 'chat.completion.chunk', choices: [], usage })
  return `${out}data: [DONE]\n\n`
}

/** A whole Anthropic message told as its stream of events. */
export function messagesStreamOf(body: JsonObject): string {
  const { content, stop_reason, stop_sequence, usage, ...rest } = body
  let out = eventFrame('message_start', {
    type: 'message_start',
    message: {
      ...rest,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...(usage as JsonObject), output_tokens: 0 },
    },
  })
  for (const [index, block] of ((Array.isArray(content) ? content : []) as JsonObject[]).entries()) {
    const [empty, delta] = blockParts(block)
    out += eventFrame('content_block_start', { type: 'content_block_start', index, content_block: empty })
    for (const part of delta)
      out += eventFrame('content_block_delta', { type: 'content_block_delta', index, delta: part })
    out += eventFrame('content_block_stop', { type: 'content_block_stop', index })
  }
  out += eventFrame('message_delta', {
    type: 'message_delta',
    delta: { stop_reason: stop_reason ?? 'end_turn', stop_sequence: stop_sequence ?? null },
    usage: { output_tokens: ((usage as JsonObject | undefined)?.output_tokens ?? 0) as Json },
  })
  return out + eventFrame('message_stop', { type: 'message_stop' })
}

function blockParts(block: JsonObject): [JsonObject, JsonObject[]] {
  if (block.type === 'text') return [{ ...block, text: '' }, [{ type: 'text_delta', text: block.text ?? '' }]]
  if (block.type === 'tool_use')
    return [
      { ...block, input: {} },
      [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input ?? {}) }],
    ]
  if (block.type === 'thinking') {
    const parts: JsonObject[] = [{ type: 'thinking_delta', thinking: block.thinking ?? '' }]
    if (block.signature) parts.push({ type: 'signature_delta', signature: block.signature })
    return [{ type: 'thinking', thinking: '', signature: '' }, parts]
  }
  return [block, []]
}
