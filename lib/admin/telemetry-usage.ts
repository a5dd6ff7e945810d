/** What an answer that somebody else got says it used. Source: gateway-contract §9.2. */
import type { Json, JsonObject, Usage } from '../providers/adapter.ts'
import { usageOf as anthropicUsageOf, mergedUsage } from '../providers/anthropic-usage.ts'
import { openAiUsage, usageOf as openAiUsageIn } from '../providers/openai-usage.ts'

/**
 * The usage of an answer in OpenAI's or Anthropic's words: a whole body, a list of stream chunks, or the text of an
 * event stream. Null when it reports none.
 */
export function usageSaid(response: unknown, providerId: string): Usage | null {
  const chunks = chunksOf(response)
  let anthropic: JsonObject | null = null
  let openai: JsonObject | null = null
  for (const chunk of chunks) {
    const native = nativeUsage(chunk)
    if (native) anthropic = mergedUsage(anthropic, native)
    else openai = openAiUsageIn(chunk) ?? openAiUsageIn(objectAt(chunk, 'response') ?? {}) ?? openai
  }
  if (anthropic) return anthropicUsageOf(anthropic)
  return openai && openAiUsage(openai, providerId)
}

/** Anthropic's bodies are a `message`; its streams tell input in `message_start` and output in `message_delta`. */
function nativeUsage(chunk: JsonObject): JsonObject | null {
  if (chunk.type === 'message' || chunk.type === 'message_delta') return objectAt(chunk, 'usage')
  if (chunk.type !== 'message_start') return null
  return objectAt(objectAt(chunk, 'message') ?? {}, 'usage')
}

function chunksOf(response: unknown): JsonObject[] {
  if (typeof response === 'string') return response.split('\n').flatMap(dataOf)
  return (Array.isArray(response) ? response : [response]).filter(isObject)
}

function dataOf(line: string): JsonObject[] {
  if (!line.startsWith('data:')) return []
  try {
    const value: unknown = JSON.parse(line.slice('data:'.length))
    return isObject(value) ? [value] : []
  } catch {
    return []
  }
}

function objectAt(value: JsonObject, name: string): JsonObject | null {
  const inner: Json | undefined = value[name]
  return isObject(inner) ? inner : null
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
