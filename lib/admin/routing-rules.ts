/** What may be saved as a config, and what it names must exist. Source: admin-contract §1.7, gateway-contract §2.7, §4. */
import { z } from 'zod'
import { didYouMean } from '../contract/nearest.ts'
import { canonicalConfig } from '../contract/routing-canonical.ts'
import { routingConfig } from '../contract/routing-config.ts'
import { type Reference, referencesOf, targetCounts } from '../contract/routing-references.ts'
import { type ErrorDetail, GatewayError } from '../errors.ts'
import { checkHostUrl } from '../providers/address.ts'
import { PROVIDERS } from '../providers/openai-compatible.ts'
import { enabledIn } from './catalog-find.ts'
import type { Ctx } from './context.ts'
import { guardrailsNamed } from './guardrails-find.ts'
import { putBack } from './sealed-json.ts'
import { invalid, invalidField, parse } from './validation.ts'

const CHARS_MAX = 512_000
const DEPTH_MAX = 64
const FIELD = 'config'

/**
 * The config as it is kept: one spelling, in the order it was written, the secrets of `before` in place of their masks.
 * Throws `validation` naming each path at fault, `parent_not_found` for what does not exist in the workspace.
 */
export async function checkedConfig(
  ctx: Ctx,
  workspaceId: string,
  said: unknown,
  before: unknown,
): Promise<Record<string, unknown>> {
  const read = typeof said === 'string' ? fromText(said) : said
  refuseUnfit(read)
  const config = putBack(canonicalConfig(read), before, FIELD) as Record<string, unknown>
  parse(judged, { [FIELD]: config })
  if (Object.keys(config).length === 0) throw invalidField(FIELD, 'must say something')
  refuseMany(ctx, config)
  await refuseAbsent(ctx, workspaceId, referencesOf(config))
  return config
}

const judged = z.object({ [FIELD]: routingConfig })

function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new GatewayError('validation', `${FIELD} must be an object, or the same as JSON text`, {
      param: FIELD,
      details: [{ path: FIELD, rule: 'json', message: 'must be an object, or the same as JSON text' }],
      cause,
    })
  }
}

const UNSTORABLE = /\0|\p{Surrogate}/u

/** Text escapes the bounds of a body, so they are kept here; without recursion, as deep text would end it. */
function refuseUnfit(value: unknown): void {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX)
      throw invalidField(FIELD, `may be nested at most ${DEPTH_MAX} levels deep`, 'depth')
    const texts = level.flatMap((one) =>
      typeof one === 'string' ? [one] : one !== null && typeof one === 'object' ? Object.keys(one) : [],
    )
    if (texts.some((text) => UNSTORABLE.test(text)))
      throw invalidField(FIELD, 'holds a character that cannot be kept', 'format')
    level = level.flatMap((one) => (one !== null && typeof one === 'object' ? Object.values(one) : []))
  }
  if (JSON.stringify(value).length > CHARS_MAX)
    throw invalidField(FIELD, `must have at most ${CHARS_MAX} characters`, 'length')
}

function refuseMany(ctx: Ctx, config: Record<string, unknown>): void {
  const most = ctx.runtime.settings.configTargets
  const isConditional = (config.strategy as { mode?: string } | undefined)?.mode === 'conditional'
  const rootMax = isConditional ? most.conditionalRoot : most.root
  const { root, nestedMax, nestedAt } = targetCounts(config)
  if (root > rootMax) throw invalidField(`${FIELD}.targets`, `may hold at most ${rootMax} targets`, 'length')
  if (nestedMax > most.nested) {
    const message = `may hold at most ${most.nested} targets at all depths, and holds ${nestedMax}`
    throw invalidField(`${FIELD}.targets.${nestedAt}`, message, 'length')
  }
}

async function refuseAbsent(ctx: Ctx, workspaceId: string, references: Reference[]): Promise<void> {
  const of = (kind: Reference['kind']) => references.filter((one) => one.kind === kind)
  const wrong = [...of('vendor').flatMap(unknownVendor), ...of('host').flatMap(forbiddenHost)]
  if (wrong.length > 0) throw invalid(wrong)
  const [providers, guardrails] = await Promise.all([
    providerSlugs(ctx, workspaceId, of('provider')),
    guardrailsNamed(
      ctx,
      workspaceId,
      of('guardrail').map(({ name }) => name),
    ),
  ])
  const known = {
    provider: providers,
    guardrail: new Set(guardrails.flatMap(({ id, slug }) => [id, slug.toLowerCase()])),
    // There are no prompts in this version, so none can be named.
    prompt: new Set<string>(),
  } as const
  const missing = references.flatMap(({ path, kind, name }): ErrorDetail[] => {
    if (kind === 'vendor' || kind === 'host' || known[kind].has(name.toLowerCase())) return []
    const message = `names no ${kind} of this workspace: ${name.slice(0, 64)}`
    return [{ path: `${FIELD}.${path}`, rule: 'exists', message }]
  })
  const [first] = missing
  if (!first) return
  throw new GatewayError('parent_not_found', `${first.path} ${first.message}`, {
    param: first.path,
    details: missing,
  })
}

function unknownVendor({ path, name }: Reference): ErrorDetail[] {
  const known = PROVIDERS.map(({ id }) => id)
  if (known.includes(name)) return []
  const hint = didYouMean(name, known)
  const message = `names no provider this version can call: ${name.slice(0, 64)}${hint || '. A stored provider is written @slug'}`
  return [{ path: `${FIELD}.${path}`, rule: 'enum', message }]
}

function forbiddenHost({ path, name }: Reference): ErrorDetail[] {
  const message = hostFault(name)
  return message === null ? [] : [{ path: `${FIELD}.${path}`, rule: 'format', message }]
}

/** What is wrong with an address that something stored will call; null when nothing is. Private hosts are for integrations alone (gateway-contract §12.5). */
export function hostFault(url: string): string | null {
  try {
    checkHostUrl(url, { isStoredHost: false, allowPrivateHosts: [] })
    return null
  } catch (error) {
    return `cannot be called. ${error instanceof GatewayError ? error.message : 'It is no URL.'}`
  }
}

/** The living providers among those named whose integration works in the workspace, in lower case. */
async function providerSlugs(ctx: Ctx, workspaceId: string, named: Reference[]): Promise<Set<string>> {
  const slugs = lowered(named)
  if (slugs.length === 0) return new Set()
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    select id from providers
    where workspace_id = ${workspaceId}::uuid and status <> 'archived' and lower(slug) = any(${slugs}::text[])`
  const living = await ctx.db.provider.findMany({
    where: {
      id: { in: rows.map(({ id }) => id) },
      integration: { status: 'active', ...enabledIn(workspaceId) },
    },
    select: { slug: true },
  })
  return new Set(living.map(({ slug }) => slug.toLowerCase()))
}

const lowered = (named: Reference[]) => [...new Set(named.map(({ name }) => name.toLowerCase()))]
