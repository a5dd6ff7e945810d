import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../providers/adapter.ts'
import { fixture, HEADERS, id, ok, seconds, servedModel, textOf } from './openai-wire.ts'
import { frame, pieces, type Recorded, type Reply, type ScriptedAnswer, tokensOf } from './upstream.ts'

/** One request as the endpoints see it. */
export interface Ask {
  request: Recorded
  scripted: ScriptedAnswer | undefined
  isStrict: boolean
  cache: PrefixCache
}

type Call = { id: string; type: 'function'; function: { name: string; arguments: string } }

/** A chat answer, whole or streamed: as scripted, else a greeting, a tool call the text names, or a tool's words. */
export function chat({ request, scripted, cache }: Ask, body: JsonObject): Reply {
  const said = speech(body, scripted)
  const usage =
    scripted?.usage === undefined
      ? chatUsage(body, said, cache, String(request.headers.authorization))
      : scripted.usage
  const base = {
    ...fixture('openai-chat'),
    id: `chatcmpl-${id(29)}`,
    created: seconds(),
    model: servedModel(body),
    system_fingerprint: 'fp_44709d6fcb',
  }
  const finish = scripted?.finishReason ?? (said.calls.length > 0 ? 'tool_calls' : 'stop')
  if (body.stream === true) return chatStream(base, body, said, finish, usage)
  const message: JsonObject = {
    role: 'assistant',
    content: said.calls.length > 0 && !said.text ? null : said.text,
    refusal: null,
    annotations: [],
  }
  if (said.reasoning) message.reasoning_content = said.reasoning
  if (said.calls.length > 0) message.tool_calls = said.calls
  return ok({ ...base, choices: [{ index: 0, message, logprobs: null, finish_reason: finish }], usage })
}

function chatStream(base: JsonObject, body: JsonObject, said: Speech, finish: string, usage: Json): Reply {
  const asksUsage = (body.stream_options as JsonObject | undefined)?.include_usage === true
  const chunk = (choices: Json[], own?: Json): string =>
    frame({
      id: base.id ?? null,
      object: 'chat.completion.chunk',
      created: base.created ?? null,
      model: base.model ?? null,
      service_tier: 'default',
      system_fingerprint: base.system_fingerprint ?? null,
      choices,
      ...(asksUsage && { usage: own ?? null }),
      obfuscation: 'aK9zR2',
    })
  const delta = (value: JsonObject, reason: string | null = null) =>
    chunk([{ index: 0, delta: value, logprobs: null, finish_reason: reason }])
  const events = [
    delta({ role: 'assistant', content: said.calls.length > 0 && !said.text ? null : '', refusal: null }),
  ]
  for (const piece of pieces(said.reasoning)) events.push(delta({ reasoning_content: piece }))
  for (const piece of pieces(said.text)) events.push(delta({ content: piece }))
  for (const [index, call] of said.calls.entries()) {
    events.push(
      delta({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] }),
    )
    for (const piece of call.function.arguments.match(/.{1,8}/gs) ?? [])
      events.push(delta({ tool_calls: [{ index, function: { arguments: piece } }] }))
  }
  events.push(delta({}, finish))
  if (asksUsage && usage !== null) events.push(chunk([], usage))
  return { status: 200, headers: HEADERS(), events: [...events, 'data: [DONE]\n\n'] }
}

interface Speech {
  text: string
  reasoning: string
  calls: Call[]
}

function speech(body: JsonObject, scripted: ScriptedAnswer | undefined): Speech {
  if (scripted) {
    const calls = (scripted.toolCalls ?? []).map((call) => toolCall(call.name, call.arguments, call.id))
    return { text: scripted.text ?? '', reasoning: scripted.reasoning ?? '', calls }
  }
  const messages = Array.isArray(body.messages) ? (body.messages as JsonObject[]) : []
  const last = messages.at(-1) ?? {}
  const text = textOf(last.content)
  if (last.role === 'tool') return { text: `The tool says: ${text}`, reasoning: '', calls: [] }
  const tools = Array.isArray(body.tools) ? (body.tools as { function?: { name: string } }[]) : []
  const named =
    body.tool_choice === 'none'
      ? []
      : tools.filter((tool) => tool.function && text.includes(tool.function.name))
  const calls = named.map((tool) => toolCall(tool.function?.name ?? '', { location: 'Boston, MA' }))
  const format = body.response_format as JsonObject | undefined
  const greeting =
    format?.type === 'json_schema' || format?.type === 'json_object'
      ? '{"answer":42}'
      : 'Hello! How can I assist you today?'
  return { text: calls.length > 0 ? '' : greeting, reasoning: '', calls }
}

function toolCall(name: string, args: JsonObject, callId = `call_${id(24)}`): Call {
  return { id: callId, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}

function chatUsage(body: JsonObject, said: Speech, cache: PrefixCache, owner: string): JsonObject {
  const parts = [
    ...((body.tools as Json[] | undefined) ?? []),
    ...((body.messages as Json[] | undefined) ?? []),
  ]
  const prompt = parts.reduce<number>((sum, part) => sum + tokensOf(part), 0)
  const written =
    tokensOf(said.text || null) -
    1 +
    said.calls.reduce((sum, call) => sum + tokensOf(call.function.arguments), 0)
  const reasoning = said.reasoning ? tokensOf(said.reasoning) : 0
  const completion = Math.max(1, written) + reasoning
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cache.read(`${owner}${body.model}`, parts), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** OpenAI caches prompts of 1,024 tokens and more by their beginning, in steps of 128. */
export class PrefixCache {
  readonly #seen = new Set<string>()

  read(owner: string, parts: readonly Json[]): number {
    const hash = createHash('sha256').update(owner)
    let tokens = 0
    let cached = 0
    for (const part of parts) {
      hash.update(JSON.stringify(part))
      tokens += tokensOf(part)
      const key = hash.copy().digest('hex')
      if (this.#seen.has(key)) cached = tokens
      this.#seen.add(key)
    }
    return cached >= 1_024 ? cached - (cached % 128) : 0
  }
}
