/**
 * What a config may say, as the routing engine and the editor read it. Judge `canonicalConfig(said)`, never what was said:
 * this knows one spelling of each word. Unknown members are refused. Source: gateway-contract §4.
 */
import { z } from 'zod'
import { didYouMean } from './nearest.ts'
import { text } from './resource.ts'
import { guardrailRefs, hooks } from './routing-hooks.ts'
import { breaker, cache, retry, type Strategy, strategy } from './routing-strategy.ts'

const DROPPED = /^[^.[\]]+(?:\[(?:\d+|\*)\])*(?:\.[^.[\]]+(?:\[(?:\d+|\*)\])*)*$/
const MODEL = /^@([a-zA-Z0-9_-]{1,255})\/./
const PROVIDER = /^@[a-zA-Z0-9_-]{1,255}(?:\/.+)?$/
const TIMEOUT_MS_MAX = 2_147_483_647
const TARGETS_MAX = 10_000
/** Inbound headers that are never handed on (gateway-contract §2.2). */
const KEPT_HEADERS =
  /^(?:x-(?:portkey|tollgate)-forward-headers|metadata|metadata-flavor|x-aws-ec2-metadata-token.*|x-google-metadata-request)$/i

const word = z.string().min(1, 'must not be empty').max(2048, 'must have at most 2048 characters')
const params = z.record(z.string(), z.json())
const provider = word.refine(
  (said) => !said.startsWith('@') || PROVIDER.test(said),
  'must be @provider-slug or @provider-slug/model',
)

/** Options of providers that have a name of their own, as strings (gateway-contract §2.3). */
const OPTIONS = [
  'openai_organization',
  'openai_project',
  'openai_beta',
  'anthropic_beta',
  'anthropic_version',
  'anthropic_aws_workspace_id',
  'resource_name',
  'deployment_id',
  'api_version',
  'file_purpose',
  'provider_model',
  'provider_file_name',
  'provider_batch_endpoint',
  'file_upload_size',
  'audio_file_duration',
  'workers_ai_account_id',
  'huggingface_base_url',
  'fireworks_account_id',
  'snowflake_account',
  'stability_client_id',
  'stability_client_user_id',
  'stability_client_version',
  'mistral_fim_completion',
  'databricks_workspace',
  'databricks_serving_endpoint_name',
  'byteplus_region',
] as const
/** Families of options whose members are not all listed anywhere. */
const OPTION_FAMILIES = /^(?:azure|aws|amz|amzn|vertex|oracle)_[a-z0-9_]+$/
const option = z.union([z.string(), z.number(), z.boolean()])
const options = Object.fromEntries(OPTIONS.map((name) => [name, option.optional()])) as Record<
  (typeof OPTIONS)[number],
  z.ZodOptional<typeof option>
>

/** Handed down to nested targets (gateway-contract §4.5). */
const inherited = {
  override_params: params.optional(),
  default_params: params.optional(),
  drop_params: z
    .array(z.string().regex(DROPPED, 'must be a path such as a.b, a[0].b or a[*].b'))
    .max(200, 'may hold at most 200 paths')
    .optional(),
  retry: retry.optional(),
  cache: cache.optional(),
  /** Milliseconds, for each attempt. */
  request_timeout: z
    .number()
    .int('must be a whole number of milliseconds')
    .min(1, 'must be 1 or more')
    .max(TIMEOUT_MS_MAX, `must be at most ${TIMEOUT_MS_MAX}`)
    .optional(),
  custom_host: word.optional(),
  forward_headers: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/i, 'must be the name of a header')
        .refine((name) => !KEPT_HEADERS.test(name), 'is a header that may not be forwarded'),
    )
    .max(100, 'may hold at most 100 headers')
    .optional(),
  strict_open_ai_compliance: z.boolean().optional(),
  input_guardrails: guardrailRefs.optional(),
  output_guardrails: guardrailRefs.optional(),
  before_request_hooks: hooks.optional(),
  after_request_hooks: hooks.optional(),
  input_mutators: hooks.optional(),
  output_mutators: hooks.optional(),
  cb_config: breaker.optional(),
}

/** One leaf's own: where it goes, and as whom. */
const own = {
  provider: provider.optional(),
  virtual_key: word.optional(),
  api_key: word.optional(),
  prompt_id: word.optional(),
  deployments: z
    .array(
      z.strictObject({
        deployment_id: word,
        alias: word.optional(),
        api_version: word.optional(),
        is_default: z.boolean().optional(),
      }),
    )
    .optional(),
  vertex_service_account_json: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
  ...options,
}

const targetOwn = {
  /** What conditions call it. */
  name: text(1, 255).optional(),
  /** Takes its provider from the caller. */
  passthrough: z.boolean().optional(),
  weight: z.number().min(0, 'must be 0 or more').max(1_000_000, 'must be at most 1000000').optional(),
}

const rootOwn = {
  metadata: z
    .record(
      z.string().min(1, 'must have 1-128 characters').max(128, 'must have 1-128 characters'),
      z.union([z.string().max(128, 'must have at most 128 characters'), z.number(), z.boolean()]),
    )
    .optional(),
  fetch_integrated_models: z.boolean().optional(),
}

interface Group {
  strategy?: Strategy | undefined
  targets?: RoutingTarget[] | undefined
}
const targetFields = z.object({ ...targetOwn, ...own, ...inherited })
const rootFields = z.object({ ...rootOwn, ...own, ...inherited })

/** A target, alone or a group of its own. Provider options beyond those named stand under their own names. */
export type RoutingTarget = z.output<typeof targetFields> & Group & { [option: string]: unknown }
export type RoutingConfig = z.output<typeof rootFields> & Group & { [option: string]: unknown }

const grouped = {
  strategy: strategy.optional(),
  get targets(): z.ZodOptional<z.ZodArray<z.ZodType<RoutingTarget>>> {
    return z
      .array(routingTarget)
      .min(1, 'must hold at least one target')
      .max(TARGETS_MAX, `may hold at most ${TARGETS_MAX} targets`)
      .optional()
  },
}

export const routingTarget: z.ZodType<RoutingTarget> = node({
  ...targetFields.shape,
}) as z.ZodType<RoutingTarget>
export const routingConfig: z.ZodType<RoutingConfig> = node({
  ...rootFields.shape,
}) as z.ZodType<RoutingConfig>

function node(fields: z.ZodRawShape): z.ZodType {
  const shape = Object.defineProperties({ ...fields }, Object.getOwnPropertyDescriptors(grouped))
  const known = [...Object.keys(fields), ...Object.keys(grouped)]
  return z
    .object(shape as z.ZodRawShape)
    .catchall(z.unknown())
    .superRefine((said, context) => {
      const refuse = (path: PropertyKey[], message: string) =>
        context.addIssue({ code: 'custom', path, message })
      judgeMembers(said, known, refuse)
      if (said.targets === undefined) judgeLeaf(said as RoutingTarget, refuse)
      else judgeGroup(said as RoutingTarget, refuse)
    })
}

type Refuse = (path: PropertyKey[], message: string) => void

/** Words of before that would be passed over now. */
const RETIRED: Readonly<Record<string, string>> = {
  options: 'belongs to the form of before 2024, which is not read; write strategy and targets',
  mode: 'belongs inside strategy',
  on_status_codes: 'belongs inside strategy or retry',
}

function judgeMembers(said: Record<string, unknown>, known: readonly string[], refuse: Refuse): void {
  for (const [field, value] of Object.entries(said)) {
    if (known.includes(field)) continue
    if (Object.hasOwn(RETIRED, field)) refuse([field], RETIRED[field] as string)
    else if (!OPTION_FAMILIES.test(field)) {
      const elsewhere = [...Object.keys(targetOwn), ...Object.keys(rootOwn)].includes(field)
      const where = Object.hasOwn(rootOwn, field) ? 'at the root of a config' : 'in a target'
      refuse(
        [field],
        elsewhere ? `stands ${where} only` : `is not a field${didYouMean(field, known) || ' of a config'}`,
      )
    } else if (value === null || typeof value === 'object')
      refuse([field], 'must be a string, a number or a switch')
  }
}

function judgeLeaf(said: RoutingTarget, refuse: Refuse): void {
  if (said.strategy !== undefined && said.strategy.mode !== 'single')
    refuse(['targets'], `is required for mode ${said.strategy.mode}`)
  if (said.api_key !== undefined && isStored(said))
    refuse(['api_key'], 'may not stand beside a stored provider, which has a credential of its own')
  for (const field of ['override_params', 'default_params'] as const) {
    const model = said[field]?.model
    if (typeof model === 'string' && model.startsWith('@') && !MODEL.test(model))
      refuse([field, 'model'], 'must be @provider-slug/model')
  }
  if (
    Object.keys(said).some((field) => field.startsWith('vertex_') && field !== 'vertex_storage_bucket_name')
  ) {
    if (!said.vertex_region) refuse(['vertex_region'], 'is required beside the other options of Vertex')
    if (!said.vertex_project_id && !said.vertex_service_account_json)
      refuse(['vertex_project_id'], 'is required, unless vertex_service_account_json is given')
  }
}

/** What only a leaf obeys: nested targets do not inherit it (gateway-contract §4.5). */
const LEAF_ONLY = [...Object.keys(own), 'passthrough']

function judgeGroup(said: RoutingTarget, refuse: Refuse): void {
  const { strategy: how, targets = [] } = said
  for (const field of Object.keys(said)) {
    if (LEAF_ONLY.includes(field) || OPTION_FAMILIES.test(field))
      refuse([field], 'is not handed down to targets; set it on each of them')
  }
  if (!how && targets.length > 1) refuse(['strategy'], 'is required where there are several targets')
  const names = new Set<string>()
  for (const [index, { name }] of targets.entries()) {
    if (name === undefined) continue
    if (names.has(name)) refuse(['targets', index, 'name'], 'is the name of another target beside it')
    names.add(name)
  }
  if (how?.mode === 'loadbalance' && targets.every(({ weight }) => weight === 0))
    refuse(['targets'], 'must hold a target with a weight above 0')
  for (const [index, { then }] of (how?.conditions ?? []).entries()) {
    if (!names.has(then)) refuse(['strategy', 'conditions', index, 'then'], unnamed(then, names))
  }
  if (how?.default !== undefined && !names.has(how.default))
    refuse(['strategy', 'default'], unnamed(how.default, names))
}

function unnamed(said: string, names: ReadonlySet<string>): string {
  return `names no target of this group: ${said.slice(0, 64)}${didYouMean(said, [...names])}`
}

function isStored(said: RoutingTarget): boolean {
  return said.virtual_key !== undefined || said.provider?.startsWith('@') === true
}
