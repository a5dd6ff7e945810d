import { GatewayError } from '../errors.ts'
import type { JsonObject, TranslateContext, TranslatedResponse } from './adapter.ts'
import { anthropicUsage, chatFinishReason, chatUsage, streamError } from './anthropic-usage.ts'
import { isObject } from './fields.ts'

/**
 * A Messages answer as a chat completion. Throws `invalid_provider_response` for a body that is no message.
 * `finishReason` is OpenAI's word; callers that are not strict read Anthropic's own in the body.
 * Source: gateway-contract §8.1, §8.3.
 */
export function chatResponse(body: JsonObject, context: TranslateContext): TranslatedResponse {
  if (!Array.isArray(body.content)) throw noMessage(body)
  const blocks = body.content.filter(isObject)
  const stopReason = typeof body.stop_reason === 'string' ? body.stop_reason : 'end_turn'
  const finishReason = chatFinishReason(stopReason)
  const usage = anthropicUsage(body)
  const out: JsonObject = {
    id: typeof body.id === 'string' && body.id !== '' ? body.id : `chatcmpl-${context.newId()}`,
    object: 'chat.completion',
    created: Math.floor(context.nowMs / 1000),
    model: typeof body.model === 'string' && body.model !== '' ? body.model : context.model,
    provider: context.providerId,
    choices: [
      {
        index: 0,
        message: messageOf(blocks, body, context),
        logprobs: null,
        finish_reason: context.isStrict ? finishReason : stopReason,
      },
    ],
  }
  if (usage) out.usage = chatUsage(usage)
  return { body: out, usage, finishReason }
}

function noMessage(body: JsonObject): GatewayError {
  const said =
    body.type === 'error' ? `: ${streamError(body).message}` : ' with a body that is not a message.'
  return new GatewayError('invalid_provider_response', `The provider answered 200${said}`)
}

function messageOf(blocks: JsonObject[], body: JsonObject, context: TranslateContext): JsonObject {
  const text = textsOf(blocks, 'text')
  const calls = blocks.filter((block) => block.type === 'tool_use').map((block) => toolCall(block, context))
  const thinking = textsOf(blocks, 'thinking')
  const message: JsonObject = {
    role: 'assistant',
    content: text.join('') || null,
    refusal: refusalOf(body, text),
  }
  if (text.length > 0 || calls.length === 0) message.content ??= ''
  if (context.hasReasoningContent && thinking.length > 0) message.reasoning_content = thinking.join('')
  if (calls.length > 0) message.tool_calls = calls
  if (!context.isStrict) message.content_blocks = blocks.filter((block) => block.type !== 'tool_use')
  return message
}

function textsOf(blocks: JsonObject[], type: 'text' | 'thinking'): string[] {
  return blocks.flatMap((block) => {
    const text = block.type === type ? block[type] : null
    return typeof text === 'string' ? [text] : []
  })
}

function toolCall(block: JsonObject, context: TranslateContext): JsonObject {
  return {
    id: typeof block.id === 'string' && block.id !== '' ? block.id : `call_${context.newId()}`,
    type: 'function',
    function: { name: block.name ?? '', arguments: JSON.stringify(block.input ?? {}) },
  }
}

/** Why the model declined, when it said nothing else. */
function refusalOf(body: JsonObject, text: string[]): string | null {
  if (body.stop_reason !== 'refusal' || text.length > 0) return null
  const why = isObject(body.stop_details) ? body.stop_details.explanation : null
  return typeof why === 'string' ? why : null
}
