import type {
  AnswerTranslation,
  Json,
  JsonObject,
  StreamStep,
  StreamTranslator,
  TranslateContext,
  TranslatedResponse,
  Usage,
} from './adapter.ts'
import { isObject, isSet, parseJson } from './fields.ts'
import { spokenIn } from './messages-response.ts'
import { eventError, openAiUsage, usageOf } from './openai-usage.ts'
import { dataFrame } from './sse.ts'

/**
 * Chat answers of providers that nearly speak OpenAI's dialect, put right: content in parts joined, finish reasons in
 * OpenAI's words for strict callers, ids that are missing, parallel calls under one index, usage in a place of its own.
 * What needs none of it is given back as it is. Source: gateway-contract §8.1, §8.8, §8.10, §14.
 */
export const chatRepair: AnswerTranslation = { response: repairedAnswer, stream: repairedStream }

function repairedAnswer(body: JsonObject, context: TranslateContext): TranslatedResponse {
  const found = usageOf(body)
  const usage = found ? openAiUsage(found, context.providerId) : null
  const choices = objectsIn(body.choices)
  const repaired = choices.map((choice) => repairedChoice(choice, context))
  const finishReason = wordFor(choices[0]?.finish_reason ?? null)
  const changes: JsonObject = {}
  if (!isText(body.id)) changes.id = `chatcmpl-${context.newId()}`
  if (!isText(body.model)) changes.model = context.model
  if (repaired.some((choice, at) => choice !== choices[at])) changes.choices = repaired
  return { body: withChanges(body, changes), usage, finishReason }
}

function repairedChoice(choice: JsonObject, context: TranslateContext): JsonObject {
  const changes: JsonObject = {}
  if (context.isStrict && !OPENAI_WORDS.has(choice.finish_reason as string))
    changes.finish_reason = wordFor(choice.finish_reason) ?? 'stop'
  if (isObject(choice.message)) {
    const message = repairedMessage(choice.message, context)
    if (message !== choice.message) changes.message = message
  }
  return withChanges(choice, changes)
}

function repairedMessage(message: JsonObject, context: TranslateContext): JsonObject {
  const changes = Array.isArray(message.content)
    ? joined(message.content, context, (kind, text) => ({ type: kind, [kind]: text }))
    : {}
  const calls = objectsIn(message.tool_calls)
  if (calls.some(({ id }) => !isNamed(id)))
    changes.tool_calls = calls.map((call) =>
      isNamed(call.id) ? call : { ...call, id: `call_${context.newId()}` },
    )
  return withChanges(message, changes)
}

/**
 * The same, chunk by chunk. Finish reason and usage wait for the end; whatever else comes behind them goes out before.
 * `[DONE]` ends the answer; without one, a clean end does once every choice that spoke has finished.
 */
function repairedStream(context: TranslateContext): StreamTranslator {
  const choices = new Map<Json, Choice>()
  let id = ''
  let usage: Usage | null = null
  /** Usage the caller asked for and has not been shown. */
  let owed: JsonObject | null = null
  let finish: string | null = null
  let text = ''
  let held = ''
  let isEnded = false

  function read(chunk: JsonObject, raw: string): StreamStep {
    const found = usageOf(chunk)
    if (found) usage = openAiUsage(found, context.providerId)
    const changes = headOf(chunk)
    const spoken = objectsIn(chunk.choices)
    if (found && isSet(chunk.usage) && !context.includeUsage && spoken.length > 0) changes.usage = null
    if (found && (!isSet(chunk.usage) || spoken.length === 0)) {
      const { x_groq: _, ...rest } = chunk
      if (context.includeUsage) owed = { ...rest, ...changes, choices: [], usage: found }
      if (spoken.length === 0) return SILENT
    }
    const repaired = spoken.map(repairedDelta)
    if (repaired.some((choice, at) => choice !== spoken[at])) changes.choices = repaired
    const frame = dataFrame(Object.keys(changes).length > 0 ? withChanges(chunk, changes) : raw)
    if (!spoken.some(({ finish_reason: word }) => isText(word))) return { ...NOTHING, out: frame }
    held += frame
    return SILENT
  }

  function headOf(chunk: JsonObject): JsonObject {
    const changes: JsonObject = {}
    if (id === '') id = isText(chunk.id) ? (chunk.id as string) : `chatcmpl-${context.newId()}`
    if (!isText(chunk.id)) changes.id = id
    if (!isText(chunk.model)) changes.model = context.model
    return changes
  }

  function repairedDelta(choice: JsonObject): JsonObject {
    const index = choice.index ?? 0
    const state = choices.get(index) ?? { isFinished: false, calls: new Calls(context) }
    choices.set(index, state)
    const changes: JsonObject = {}
    const word = isText(choice.finish_reason) ? wordFor(choice.finish_reason) : null
    if (word !== null) {
      state.isFinished = true
      finish ??= word
      if (context.isStrict && word !== choice.finish_reason) changes.finish_reason = word
    }
    if (isObject(choice.delta)) {
      const delta = repairedPart(choice.delta, state.calls)
      if (delta !== choice.delta) changes.delta = delta
    }
    return withChanges(choice, changes)
  }

  function repairedPart(delta: JsonObject, calls: Calls): JsonObject {
    const changes = Array.isArray(delta.content)
      ? joined(delta.content, context, (kind, said) => ({
          index: kind === 'thinking' ? 0 : 1,
          delta: { [kind]: said },
        }))
      : {}
    const deltas = objectsIn(delta.tool_calls)
    const numbered = deltas.map((call) => calls.read(call))
    if (numbered.some((call, at) => call !== deltas[at])) changes.tool_calls = numbered
    const said = spokenIn(delta)
    text += said.thinking + said.text
    if (deltas.length > 0) text += JSON.stringify(deltas)
    return withChanges(delta, changes)
  }

  function close(): StreamStep {
    isEnded = true
    return { ...CLOSED, out: held + (owed ? dataFrame(owed) : '') + dataFrame('[DONE]') }
  }

  return {
    push(event) {
      if (isEnded) return SILENT
      if (event.data === '[DONE]') return close()
      const chunk = parseJson(event.data)
      const error = eventError(event, chunk, context.providerId)
      if (error) return { ...NOTHING, error }
      if (isObject(chunk)) return read(chunk, event.data)
      return event.data === '' ? SILENT : { ...NOTHING, out: dataFrame(event.data) }
    },
    end() {
      if (isEnded) return CLOSED
      const isWhole = choices.size > 0 && [...choices.values()].every(({ isFinished }) => isFinished)
      return isWhole ? close() : NOTHING
    },
    usage: () => usage,
    finishReason: () => finish,
    text: () => text,
  }
}

interface Choice {
  isFinished: boolean
  calls: Calls
}

/**
 * Tool calls of one choice, each under an index and an id of its own. A new id at a known index is a new call, since
 * some hosts number every parallel call 0.
 */
class Calls {
  readonly #context: TranslateContext
  readonly #byIndex = new Map<Json, { id: Json; index: number }>()
  #count = 0

  constructor(context: TranslateContext) {
    this.#context = context
  }

  read(delta: JsonObject): JsonObject {
    const known = this.#byIndex.get(delta.index ?? 0)
    if (known && (!isNamed(delta.id) || delta.id === known.id))
      return delta.index === known.index ? delta : { ...delta, index: known.index }
    const id = isNamed(delta.id) ? (delta.id as Json) : `call_${this.#context.newId()}`
    const call = { id, index: this.#count++ }
    this.#byIndex.set(delta.index ?? 0, call)
    return delta.id === id && delta.index === call.index ? delta : { type: 'function', ...delta, ...call }
  }
}

const NOTHING: StreamStep = { out: '', isClosing: false, error: null, isSilent: false }
const SILENT: StreamStep = { ...NOTHING, isSilent: true }
const CLOSED: StreamStep = { ...NOTHING, isClosing: true }

const OPENAI_WORDS = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'function_call'])

/** OpenAI's finish reason: `eos`, `error`, `insufficient_system_resource` and whatever nobody knows count as `stop`. */
function wordFor(finish: Json | undefined): string | null {
  if (!isText(finish)) return null
  if (OPENAI_WORDS.has(finish as string)) return finish as string
  return finish === 'model_length' ? 'length' : 'stop'
}

/** Content that came as a list of parts (Mistral): its text, its thinking where the caller reads that, and the parts. */
function joined(
  parts: readonly Json[],
  context: TranslateContext,
  blockOf: (kind: 'thinking' | 'text', text: string) => JsonObject,
): JsonObject {
  const { text, thinking } = spokenIn({ content: [...parts] })
  const changes: JsonObject = { content: text }
  if (context.hasReasoningContent && thinking !== '') changes.reasoning_content = thinking
  if (context.isStrict) return changes
  changes.content_blocks = parts.map((part) => {
    const said = spokenIn({ content: [part] })
    return said.thinking === '' ? blockOf('text', said.text) : blockOf('thinking', said.thinking)
  })
  return changes
}

const isText = (value: Json | undefined) => typeof value === 'string' && value !== ''
const isNamed = (id: Json | undefined) => isText(id) || typeof id === 'number'
const objectsIn = (value: Json | undefined) => (Array.isArray(value) ? value.filter(isObject) : [])

function withChanges(value: JsonObject, changes: JsonObject): JsonObject {
  return Object.keys(changes).length > 0 ? { ...value, ...changes } : value
}
