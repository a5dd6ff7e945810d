/** Whether an upstream answers with the credentials given: really asked, nothing stored. Source: admin-contract §2.3. */
import type { z } from 'zod'
import type { integrationTest, integrationTestRow } from '../contract/catalog.ts'
import { GatewayError } from '../errors.ts'
import { catalogueModels } from '../pricing.ts'
import { anthropicError } from '../providers/anthropic-usage.ts'
import { type Egress, egressFetch } from '../providers/egress.ts'
import { modelRule, type ProviderSpec } from '../providers/openai-compatible.ts'
import { openAiError } from '../providers/openai-usage.ts'
import { sandboxUpstream } from '../providers/sandbox.ts'
import { maskSecret, maskSecrets } from '../secrets.ts'
import {
  baseUrlOf,
  type Credentials,
  mergeCredentials,
  openCredentials,
  secretsIn,
  upstreamHeaders,
} from './catalog-credentials.ts'
import { findIntegration, specOf } from './catalog-find.ts'
import { enabledModels } from './catalog-models.ts'
import { type Ctx, need } from './context.ts'
import { invalidField } from './validation.ts'

type Said = z.output<typeof integrationTest>
type Reply = z.output<typeof integrationTestRow>

const TIMEOUT_MS = 15_000
const BYTES_MAX = 16 * 1024 * 1024
const MODELS_MAX = 5_000
const MESSAGE_CHARS_MAX = 600

/**
 * Asks the upstream for its models, and where it has no list, or one that strangers may read too, for one token.
 * A refusal by the upstream is an answer (`success: false`), not an error; no secret stands in its message.
 */
export async function testConnection(ctx: Ctx, said: Said): Promise<Reply> {
  const subject = await subjectOf(ctx, said)
  const { spec, credentials } = subject
  ctx.record({ id: subject.id, name: subject.name, workspaceId: ctx.workspace?.id ?? null })
  const upstream = reach(ctx, spec, credentials)
  const startMs = ctx.runtime.now()
  const reply = await outcomeOf(upstream, subject).catch((error: unknown): Outcome => {
    if (!(error instanceof GatewayError)) throw error
    return { isWell: false, models: [], message: error.message }
  })
  return {
    success: reply.isWell,
    latency_ms: Math.max(0, Math.round(ctx.runtime.now() - startMs)),
    models: reply.models.slice(0, MODELS_MAX),
    ...(reply.message === null ? {} : { message: scrubbed(reply.message, credentials) }),
  }
}

interface Subject {
  id: string | null
  name: string
  spec: ProviderSpec
  credentials: Credentials
  /** Models a token may be asked of, the likeliest first. */
  candidates: readonly string[]
}

interface Outcome {
  isWell: boolean
  models: { slug: string; name: string }[]
  message: string | null
}

/** What is tested: the body of a create, or a stored integration with what the body replaces. */
async function subjectOf(ctx: Ctx, said: Said): Promise<Subject> {
  const rules = { allowPrivateHosts: ctx.runtime.allowPrivateHosts }
  if (said.ai_provider_id !== undefined) {
    need(ctx, CREATE, ctx.workspace?.id ?? null, 'workspace')
    const spec = specOf(said.ai_provider_id)
    const credentials = mergeCredentials(spec, { key: null, configurations: {} }, said, rules)
    return { id: null, name: said.name ?? spec.name, spec, credentials, candidates: chatModels(spec) }
  }
  if (said.slug == null)
    throw invalidField('ai_provider_id', 'is required, or slug of a stored integration', 'required')
  const stored = await findIntegration(ctx, said.slug, 'read')
  const spec = specOf(stored.aiProviderId)
  const before = typeof said.key === 'string' ? bare(ctx, stored) : openCredentials(ctx, stored)
  const credentials = mergeCredentials(spec, before, said, rules)
  refuseNewHost(spec, before, credentials, said)
  const enabled = (await enabledModels(ctx, stored)).filter((slug) => !NOT_CHAT.test(slug))
  const cheapest = chatModels(spec).filter((slug) => enabled.includes(slug))
  return { id: stored.id, name: stored.name, spec, credentials, candidates: [...cheapest, ...enabled] }
}

const CREATE = ['workspace_integrations.create', 'organisation_integrations.create']

/** A stored integration whose key is replaced: what cannot be opened any more is not needed. */
function bare(ctx: Ctx, stored: Parameters<typeof openCredentials>[1]): Credentials {
  try {
    return openCredentials(ctx, stored)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return openCredentials(ctx, { ...stored, credentials: null })
  }
}

/**
 * Whoever may read an integration may test it, so a test must not carry the stored secrets to a host of their choice
 * (architecture §7).
 */
function refuseNewHost(spec: ProviderSpec, before: Credentials, after: Credentials, said: Said): void {
  const [from, to] = [before, after].map(
    (one) => new URL(baseUrlOf(spec, one) ?? 'http://none.invalid').origin,
  )
  if (from === to) return
  const kept = secretsIn(before).filter((secret) => secretsIn(after).includes(secret))
  const isSaidAgain = kept.every((secret) => secret === said.key?.trim())
  if (kept.length > 0 && !isSaidAgain)
    throw invalidField(
      'key',
      'must be entered again: a stored secret is not sent to another host',
      'required',
    )
}

interface Upstream {
  ask(path: string, body?: object): Promise<{ status: number; text: string }>
}

function reach(ctx: Ctx, spec: ProviderSpec, credentials: Credentials): Upstream {
  const base = baseUrlOf(spec, credentials)
  if (base === null)
    throw invalidField('configurations.custom_host', `is required for ${spec.name}`, 'required')
  const egress: Egress | undefined = spec.isLocal ? sandboxUpstream : ctx.runtime.egress
  if (!egress) throw new GatewayError('unavailable', 'This process cannot reach providers.')
  const headers = { accept: 'application/json', ...upstreamHeaders(spec, credentials) }
  return {
    async ask(path, body) {
      const answer = await egressFetch(egress, `${base}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
        body: body ? Buffer.from(JSON.stringify(body)) : null,
        timeoutMs: TIMEOUT_MS,
        isStoredHost: true,
        bytesMax: BYTES_MAX,
      })
      return { status: answer.status, text: answer.body.toString('utf8') }
    },
  }
}

/** Lists that answer whoever asks, so they prove nothing about a key; the path that does, or null for one token. */
const OPEN_LISTS: Readonly<Record<string, string | null>> = {
  openrouter: '/key',
  deepinfra: null,
  sambanova: null,
}

async function outcomeOf(upstream: Upstream, subject: Subject): Promise<Outcome> {
  const { spec } = subject
  if (!spec.endpoints.includes('models')) return oneToken(upstream, subject, [])
  const { status, text } = await upstream.ask(spec.dialect === 'anthropic' ? '/models?limit=1000' : '/models')
  if (status === 404 || status === 405 || status === 501) return oneToken(upstream, subject, [])
  if (status < 200 || status >= 300) return failure(spec, status, text)
  const models = modelsIn(text)
  if (models === null) return { isWell: false, models: [], message: notAList(spec) }
  if (!(spec.id in OPEN_LISTS)) return { isWell: true, models, message: null }
  const proof = OPEN_LISTS[spec.id]
  if (proof == null) return oneToken(upstream, subject, models)
  const proved = await upstream.ask(proof)
  return proved.status < 300
    ? { isWell: true, models, message: null }
    : failure(spec, proved.status, proved.text)
}

/** The smallest call there is. An upstream that only misses the model has let the key in. */
async function oneToken(upstream: Upstream, subject: Subject, models: Outcome['models']): Promise<Outcome> {
  const { spec, candidates } = subject
  const model = candidates[0] ?? models[0]?.slug
  if (model === undefined) {
    return {
      isWell: false,
      models,
      message: `${spec.name} has no list of models at this address, and none is known to try. Check that the base URL ends in its version path, such as /v1.`,
    }
  }
  const isAnthropic = spec.dialect === 'anthropic'
  const cap = modelRule(spec, model)?.cap ?? spec.cap ?? 'max_tokens'
  const body = { model, [cap]: 1, messages: [{ role: 'user', content: 'Hi' }] }
  const { status, text } = await upstream.ask(isAnthropic ? '/messages' : '/chat/completions', body)
  if (status >= 200 && status < 300) {
    const isAnswer = isObject(parsed(text))
    return { isWell: isAnswer, models, message: isAnswer ? null : notAList(spec) }
  }
  const refused = failure(spec, status, text)
  if (status === 404 && refused.message?.includes(model)) {
    return { isWell: true, models, message: `${spec.name} accepts the key, but does not know ${model}.` }
  }
  return { ...refused, models }
}

function failure(spec: ProviderSpec, status: number, text: string): Outcome {
  const said = (
    spec.dialect === 'anthropic' ? anthropicError(status, text) : openAiError(status, text, spec.name)
  ).message
  const quoted = said.startsWith(`${spec.name} answered`) ? '' : ` ${said}`
  return { isWell: false, models: [], message: `${verdict(spec, status)}${quoted}` }
}

function verdict({ name }: ProviderSpec, status: number): string {
  if (status === 401 || status === 403) return `${name} refuses this key (${status}).`
  if (status === 402) return `${name} accepts the key but wants payment first (402).`
  if (status === 404)
    return `${name} does not know this path (404): check that the base URL ends in its version path, such as /v1.`
  if (status === 429) return `${name} accepts the key but limits its calls right now (429).`
  if (status >= 300 && status < 400)
    return `${name} sends callers to another address (${status}): enter that address instead.`
  if (status >= 500) return `${name} is failing at the moment (${status}).`
  return `${name} refuses the request (${status}).`
}

function notAList({ name }: ProviderSpec): string {
  return `Something answered at this address, but not as ${name} does: check the base URL.`
}

/** OpenAI and most others list under `data`, some answer a bare list, a few say `models`. Null when it is no list. */
function modelsIn(text: string): Outcome['models'] | null {
  const body = parsed(text)
  const list = Array.isArray(body) ? body : isObject(body) ? (body.data ?? body.models) : null
  if (!Array.isArray(list)) return null
  const found = new Map<string, string>()
  for (const one of list) {
    if (!isObject(one)) continue
    const slug = one.id ?? one.name
    const name = one.display_name ?? one.name ?? slug
    if (typeof slug === 'string' && slug !== '' && slug.length <= 255)
      found.set(slug, typeof name === 'string' && name !== '' ? name.slice(0, 255) : slug)
  }
  return [...found].map(([slug, name]) => ({ slug, name }))
}

const NOT_CHAT =
  /embed|whisper|tts|speech|audio|image|dall-e|moderation|rerank|realtime|transcri|sora|guard|instruct$|davinci|babbage|search|research|codex/i

/** The cheapest first, but those that think before they answer last: one token is not enough for them. */
function chatModels(spec: ProviderSpec): string[] {
  const known = catalogueModels(spec.id).filter(({ id }) => !NOT_CHAT.test(id))
  const price = (card: (typeof known)[number]) => card.prices?.output ?? Number.POSITIVE_INFINITY
  const thinks = ({ id }: (typeof known)[number]) => (modelRule(spec, id)?.cap ? 1 : 0)
  return known.sort((a, b) => thinks(a) - thinks(b) || price(a) - price(b)).map(({ id }) => id)
}

function scrubbed(message: string, credentials: Credentials): string {
  const clean = secretsIn(credentials).reduce(
    (text, secret) => text.replaceAll(secret, maskSecret(secret)),
    message,
  )
  return String(maskSecrets(clean)).slice(0, MESSAGE_CHARS_MAX)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
