import { GatewayError } from '../errors.ts'
import type { AnswerTranslation, Json, JsonObject, TranslateContext } from '../providers/adapter.ts'
import { chatToAnthropic } from '../providers/anthropic.ts'
import { chatRepair } from '../providers/chat-repair.ts'
import { invalid } from '../providers/fields.ts'
import { messagesToChat } from '../providers/messages.ts'
import {
  messageEdits,
  needsMessageEdits,
  type ParamView,
  parameterEdits,
  toolEdits,
} from '../providers/parameters.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoints.ts'
import type { Target } from './resolve.ts'
import { memberValue, type Rewrites, rewrite, type Scan, scanObject } from './scan.ts'
import { control, isMetadataOurs, optionHeaders } from './signals.ts'

/** What is sent to a provider for one try: pure data, credentials still to come. */
export interface Outbound {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer
  /** Members replaced, added or left out (null), as JSON texts, when that is all that was done to the caller's body. */
  changes: Rewrites | null
  /** How the answer becomes the caller's; null where it passes as it comes. */
  translation: { with: AnswerTranslation; context: TranslateContext } | null
  clamped: string[]
  dropped: string[]
  /** The caller itself asked for the usage chunk. */
  hasAskedUsage: boolean
}

const PATHS: Readonly<Record<string, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
}

/**
 * The body of a unified route as its target wants it. When caller and upstream speak one dialect the bytes stay, but for
 * the members that must change; otherwise the body is parsed and translated. Pure. Throws `invalid_body`,
 * `unsupported_parameter`, `endpoint_not_supported`. Source: architecture §3.1, gateway-contract §8.
 */
export function outboundOf(
  call: Call,
  endpoint: Endpoint,
  scan: Scan,
  target: Target,
  newId: () => string,
): Outbound {
  const { dialect } = endpoint
  const isFim = dialect === 'chat' && asksForFim(call, target)
  if ((dialect === 'chat' && !isFim) || dialect === 'messages') requireMessages(scan)
  if (dialect === 'messages') {
    if (target.provider.spec.dialect === 'anthropic') return anthropicBytes(call, scan, target)
    if (endpoint.name === 'messagesCountTokens') throw notOffered(endpoint, target)
    return messagesForOpenAi(call, scan, target, newId)
  }
  if (target.provider.spec.dialect === 'anthropic') {
    if (dialect !== 'chat') throw notOffered(endpoint, target)
    return chatForAnthropic(call, scan, target, newId)
  }
  const outbound = openAiBytes(call, dialect as 'chat' | 'completions' | 'embeddings', scan, target)
  if (dialect !== 'chat') return outbound
  const { spec } = target.provider
  const path = isFim ? (spec.fimPath as string) : outbound.path
  // A whole answer is parsed anyway, and given back as it is when nothing is wrong with it.
  const isRead = spec.hasOddChunks || memberValue(scan, 'stream') !== true
  if (!isRead) return { ...outbound, path }
  const context = contextOf(call, memberValue(scan, 'stream_options'), target, newId)
  return { ...outbound, path, translation: { with: chatRepair, context } }
}

/** Codestral takes a prompt and its suffix under the chat route of this gateway (gateway-contract §8.8). */
function asksForFim(call: Call, { provider }: Target): boolean {
  return provider.spec.fimPath !== null && control(call, 'mistral-fim-completion')?.toLowerCase() === 'true'
}

/** An empty list is the upstream's to refuse; what is no list was never a conversation (gateway-contract §11.2). */
function requireMessages({ bytes, members }: Scan): void {
  const messages = members.get('messages')
  if (!messages || bytes[messages.valueStart] !== OPEN_LIST) throw invalid('messages', 'must be a list')
}

const OPEN_LIST = 0x5b

function openAiBytes(
  call: Call,
  dialect: 'chat' | 'completions' | 'embeddings',
  from: Scan,
  target: Target,
): Outbound {
  const { spec } = target.provider
  const scan = needsMessageEdits(from, spec) ? editedMessages(from, target) : from
  const plan = parameterEdits(viewOf(scan), {
    spec,
    model: target.model as string,
    card: target.card,
    endpoint: dialect,
    isMetadataOurs: isMetadataOurs(call, dialect),
  })
  const rewrites = new Map<string, string | null>()
  for (const edit of plan.edits) {
    if (edit.op === 'set') rewrites.set(edit.name, JSON.stringify(edit.value))
    else if (edit.op === 'drop') rewrites.set(edit.name, null)
    else {
      const member = scan.members.get(edit.from)
      if (!member) continue
      rewrites.set(edit.from, null)
      if (!rewrites.has(edit.to))
        rewrites.set(edit.to, scan.bytes.toString('utf8', member.valueStart, member.valueEnd))
    }
  }
  return {
    method: 'POST',
    path: PATHS[dialect] as string,
    headers: optionHeaders(call, 'openai'),
    body: rewrite(scan, rewrites),
    changes: scan === from ? rewrites : null,
    translation: null,
    clamped: plan.clamped,
    dropped: plan.dropped,
    hasAskedUsage: !plan.isUsageInjected,
  }
}

function anthropicBytes(call: Call, scan: Scan, target: Target): Outbound {
  const rewrites = new Map<string, string | null>([['model', JSON.stringify(target.model)]])
  const cap = target.card?.maxOutputTokens ?? null
  const asked = memberValue(scan, 'max_tokens')
  const isClamped = cap !== null && typeof asked === 'number' && asked > cap
  if (isClamped) rewrites.set('max_tokens', String(cap))
  return {
    method: 'POST',
    path: call.path + call.query,
    headers: { 'anthropic-version': '2023-06-01', ...optionHeaders(call, 'anthropic') },
    body: rewrite(scan, rewrites),
    changes: rewrites,
    translation: null,
    clamped: isClamped ? ['max_tokens'] : [],
    dropped: [],
    hasAskedUsage: true,
  }
}

function chatForAnthropic(call: Call, scan: Scan, target: Target, newId: () => string): Outbound {
  const body = objectOf(scan)
  const clamped = clampCaps(body, target)
  const context = contextOf(call, body.stream_options, target, newId)
  const { path, body: translated, headers, ...told } = chatToAnthropic.request(body, context)
  return {
    method: 'POST',
    path,
    headers: { 'anthropic-version': '2023-06-01', ...headers, ...optionHeaders(call, 'anthropic') },
    body: Buffer.from(JSON.stringify(translated)),
    changes: null,
    translation: { with: chatToAnthropic, context },
    clamped: [...clamped, ...told.clamped],
    dropped: told.dropped,
    hasAskedUsage: true,
  }
}

function messagesForOpenAi(call: Call, scan: Scan, target: Target, newId: () => string): Outbound {
  const body = objectOf(scan)
  const context = contextOf(call, body.stream_options, target, newId)
  const translated = messagesToChat.request(body, context)
  const inner = openAiBytes(call, 'chat', scanObject(Buffer.from(JSON.stringify(translated.body))), target)
  return {
    ...inner,
    changes: null,
    translation: { with: messagesToChat, context },
    // Named as the caller spelt it.
    clamped: [...translated.clamped, ...inner.clamped].map((name) =>
      name === 'max_completion_tokens' ? 'max_tokens' : name,
    ),
    dropped: [...translated.dropped, ...inner.dropped],
  }
}

function contextOf(
  call: Call,
  options: Json | undefined,
  target: Target,
  newId: () => string,
): TranslateContext {
  const { isPortkey } = call.style
  const strict = control(call, 'strict-open-ai-compliance') ?? control(call, 'strict-openai-compliance')
  return {
    model: target.model as string,
    providerId: target.provider.spec.id,
    isStrict: strict?.toLowerCase() !== 'false',
    hasReasoningContent: !isPortkey,
    includeUsage:
      typeof options === 'object' &&
      options !== null &&
      !Array.isArray(options) &&
      options.include_usage === true,
    maxOutputTokens: target.card?.maxOutputTokens ?? null,
    nowMs: call.arrivedAtMs,
    newId,
  }
}

function clampCaps(body: JsonObject, target: Target): string[] {
  const cap = target.card?.maxOutputTokens ?? null
  const clamped: string[] = []
  if (cap === null) return clamped
  for (const name of ['max_tokens', 'max_completion_tokens']) {
    const asked = body[name]
    if (typeof asked !== 'number' || asked <= cap) continue
    body[name] = cap
    clamped.push(name)
  }
  return clamped
}

function editedMessages(scan: Scan, target: Target): Scan {
  const { spec } = target.provider
  const rewrites = new Map<string, string | null>()
  const messages = memberValue(scan, 'messages')
  if (Array.isArray(messages)) rewrites.set('messages', JSON.stringify(messageEdits(messages, spec)))
  const tools = memberValue(scan, 'tools')
  if (Array.isArray(tools)) rewrites.set('tools', JSON.stringify(toolEdits(tools, spec)))
  return scanObject(rewrite(scan, rewrites))
}

function viewOf(scan: Scan): ParamView {
  const parsed = new Map<string, Json | undefined>()
  return {
    has: (name) => scan.members.has(name),
    get: (name) => {
      if (!parsed.has(name)) parsed.set(name, memberValue(scan, name))
      return parsed.get(name)
    },
  }
}

function objectOf(scan: Scan): JsonObject {
  try {
    return JSON.parse(scan.bytes.toString('utf8', scan.bodyStart - 1)) as JsonObject
  } catch (cause) {
    throw new GatewayError('invalid_body', 'The body is not valid JSON.', { cause })
  }
}

function notOffered(endpoint: Endpoint, target: Target): GatewayError {
  return new GatewayError(
    'endpoint_not_supported',
    `The provider @${target.provider.slug} (${target.provider.spec.name}) does not offer ${endpoint.name}.`,
  )
}
