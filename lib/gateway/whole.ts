import { GatewayError } from '../errors.ts'
import type { JsonObject, Usage } from '../providers/adapter.ts'
import { anthropicUsage } from '../providers/anthropic.ts'
import { embeddedError, openAiUsage, usageOf } from '../providers/openai-usage.ts'
import { floatsToBase64 } from './embeddings.ts'
import type { Endpoint } from './endpoints.ts'
import type { Outbound } from './outbound.ts'
import type { Target } from './resolve.ts'
import type { StreamFailure } from './stream.ts'
import { chatStreamOf, messagesStreamOf } from './synthesise.ts'

/** What was asked, of whom and how: all that an answer has to be read by. */
export interface Asked {
  endpoint: Endpoint
  target: Target
  /** Null on passed-through paths. */
  outbound: Outbound | null
  wantsStream: boolean
  /** The caller wants embeddings as base64. */
  wantsBase64: boolean
}

/** A whole upstream answer as its caller gets it. */
export interface WholeAnswer {
  /** The upstream's own bytes wherever nothing had to change. */
  body: Buffer
  /** Null when the upstream reported none. */
  usage: Usage | null
  finishReason: string | null
  /** Null: the upstream's stands. */
  contentType: string | null
  /** Output text for an estimate; empty when usage was reported. */
  text: string
}

/** A failure the upstream told inside a 200. */
export class UpstreamFailure extends Error {
  constructor(
    readonly failure: StreamFailure,
    readonly bytes: Buffer | null,
  ) {
    super(failure.message)
  }
}

/**
 * Reads a 2xx body: its usage and finish reason, translated when the dialects differ, told as a stream when the caller
 * asked for one. Pure. Throws UpstreamFailure on an error inside it, `invalid_provider_response` when it is not JSON.
 * Source: gateway-contract §5.4, §8.1, §8.13, §12.4.
 */
export function readWhole(
  bytes: Buffer,
  { endpoint, outbound, wantsStream, wantsBase64, target }: Asked,
): WholeAnswer {
  const { spec, slug } = target.provider
  const parsed = objectIn(bytes)
  const reported = parsed && usageOf(parsed)
  const usage = reported ? openAiUsage(reported, spec.id) : null
  if (endpoint.dialect === 'raw')
    return { body: bytes, usage, finishReason: null, contentType: null, text: '' }
  if (!parsed) {
    throw new GatewayError(
      'invalid_provider_response',
      `The provider @${slug} answered with something that is not JSON.`,
    )
  }
  const failure = embeddedError(parsed, spec.id)
  if (failure) throw new UpstreamFailure(failure, bytes)

  const { translation, hasAskedUsage } = outbound as Outbound
  const read = translation
    ? translation.with.response(parsed, translation.context)
    : spec.dialect === 'anthropic'
      ? { body: parsed, usage: anthropicUsage(parsed), finishReason: textOf(parsed.stop_reason) }
      : { body: completed(parsed, target.model, wantsBase64), usage, finishReason: firstFinish(parsed) }
  const { body, finishReason } = read
  const text = read.usage ? '' : JSON.stringify(body.choices ?? body.content ?? '')
  const answer = { usage: read.usage, finishReason, text }
  if (wantsStream) {
    const includeUsage = translation?.context.includeUsage ?? hasAskedUsage
    const stream = endpoint.dialect === 'messages' ? messagesStreamOf(body) : chatStreamOf(body, includeUsage)
    return { ...answer, body: Buffer.from(stream), contentType: 'text/event-stream; charset=utf-8' }
  }
  if (body === parsed) return { ...answer, body: bytes, contentType: null }
  return { ...answer, body: Buffer.from(JSON.stringify(body)), contentType: 'application/json' }
}

function completed(body: JsonObject, model: string | null, wantsBase64: boolean): JsonObject {
  const named = body.model === undefined ? { ...body, model } : body
  return wantsBase64 ? floatsToBase64(named) : named
}

function firstFinish({ choices }: JsonObject): string | null {
  return Array.isArray(choices) ? textOf((choices[0] as JsonObject | undefined)?.finish_reason) : null
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null)

function objectIn(bytes: Buffer): JsonObject | null {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as unknown
    return typeof value === 'object' && value !== null ? (value as JsonObject) : null
  } catch {
    return null
  }
}
