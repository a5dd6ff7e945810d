import type {
  Json,
  JsonObject,
  SseEvent,
  StreamStep,
  StreamTranslator,
  TranslateContext,
  Usage,
} from './adapter.ts'
import { isObject, isSet, parseJson } from './fields.ts'
import { Blocks } from './messages-blocks.ts'
import { matchedStop, messageHead, messagesUsage, spokenIn, stopReasonOf } from './messages-response.ts'
import { providerSpec } from './openai-compatible.ts'
import { eventError, openAiUsage, usageOf } from './openai-usage.ts'
import { eventFrame } from './sse.ts'

const NOTHING: StreamStep = { out: '', isClosing: false, error: null, isSilent: false }
const SILENT: StreamStep = { ...NOTHING, isSilent: true }
const CLOSED: StreamStep = { ...NOTHING, isClosing: true }

/**
 * Turns chat chunks into a Messages stream. Blocks never overlap and everything that ends the answer is held until the
 * upstream ends, since some send arguments or usage after the finish reason. `[DONE]` ends it; without one, a clean end
 * after a finish reason does. Source: gateway-contract §8.11.
 */
export function messagesStream(context: TranslateContext): StreamTranslator {
  const blocks = new Blocks(context.newId)
  let usage: Usage | null = null
  let finish: string | null = null
  let stopSequence: string | null = null
  let isRefusal = false
  let isStarted = false
  let isEnded = false

  function start(chunk: JsonObject): string {
    if (isStarted) return ''
    isStarted = true
    const message = {
      ...messageHead(chunk, context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...messagesUsage(usage), output_tokens: 0 },
    }
    return eventFrame('message_start', { type: 'message_start', message })
  }

  function read(chunk: JsonObject): string {
    const found = usageOf(chunk)
    if (found) usage = openAiUsage(found, context.providerId)
    let out = start(chunk)
    const choice = Array.isArray(chunk.choices) ? chunk.choices.find(isFirst) : null
    if (!isObject(choice)) return out
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') finish = choice.finish_reason
    stopSequence = matchedStop(choice) ?? stopSequence
    const delta = isObject(choice.delta) ? choice.delta : isObject(choice.message) ? choice.message : {}
    if (typeof delta.refusal === 'string' && delta.refusal !== '') isRefusal = true
    const { text, thinking } = spokenIn(delta)
    out += blocks.say('thinking', thinking) + blocks.say('text', text)
    const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : []
    for (const call of calls) if (isObject(call)) out += blocks.call(call)
    if (isObject(delta.function_call)) out += blocks.call({ index: 0, function: delta.function_call })
    return out
  }

  function close(): StreamStep {
    if (isEnded) return CLOSED
    isEnded = true
    const opening = start({})
    const rest = blocks.end()
    const stopReason = isRefusal ? 'refusal' : stopReasonOf(finish, blocks.hasCalls, stopSequence)
    finish = stopReason
    const ending =
      eventFrame('message_delta', {
        type: 'message_delta',
        delta: {
          stop_reason: stopReason,
          stop_sequence: stopReason === 'stop_sequence' ? stopSequence : null,
        },
        usage: messagesUsage(usage),
      }) + eventFrame('message_stop', { type: 'message_stop' })
    return { ...CLOSED, out: opening + rest + ending }
  }

  return {
    push(event) {
      if (isEnded) return SILENT
      if (event.data === '[DONE]') return close()
      const chunk = parseJson(event.data)
      const error = failureIn(event, chunk)
      if (error || !isObject(chunk)) return { ...NOTHING, error }
      const out = read(chunk)
      return out === '' ? SILENT : { ...NOTHING, out }
    },
    end() {
      if (isEnded) return CLOSED
      return finish === null ? NOTHING : close()
    },
    usage: () => usage,
    finishReason: () =>
      finish === null || isEnded ? finish : stopReasonOf(finish, blocks.hasCalls, stopSequence),
    text: () => blocks.text,
  }

  function failureIn(event: SseEvent, chunk: Json | undefined): StreamStep['error'] {
    const name = providerSpec(context.providerId)?.name ?? context.providerId
    const isReadable = isObject(chunk) || event.event === 'error'
    return eventError(
      event,
      isReadable ? chunk : { error: `${name} sent a stream event that is not JSON.` },
      name,
    )
  }
}

function isFirst(choice: Json): boolean {
  return isObject(choice) && (choice.index === 0 || !isSet(choice.index))
}
