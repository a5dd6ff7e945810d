/**
 * The checks a guardrail may be made of, as data: what each is called, where it acts and what it takes. Parameters keep
 * the camelCase that callers write. Source: gateway-contract §7.6, §7.7, admin-contract §1.8.
 */
import { z } from 'zod'
import { didYouMean } from './nearest.ts'

export interface CheckSpec {
  id: string
  /** Further spellings of `id` that callers write. */
  aliases: readonly string[]
  /** Judges what goes in, what comes out, or either. */
  on: 'input' | 'output' | 'both'
  /** Decided by rule, by a model, or by a service of somebody else. */
  tier: 'rule' | 'model' | 'partner'
  /** Null where the partner alone knows what it takes. */
  parameters: z.ZodObject | null
}

const words = (what: string) =>
  z.array(z.string().min(1, 'must not be empty')).min(1, `must name at least one ${what}`)
const not = z.boolean().optional()
const operator = z.enum(['any', 'all', 'none']).optional()
const count = z.number().int('must be a whole number').min(0, 'must be 0 or more').optional()
const milliseconds = z.number().int('must be a whole number').min(1, 'must be 1 or more').optional()
const address = z.string().regex(/^https?:\/\/\S+$/i, 'must start with http:// or https://')
const headers = z.union([z.record(z.string(), z.string()), z.string()]).optional()
/** A list, or its members with commas between. */
const list = z.union([z.array(z.string()), z.string()]).optional()

const pattern = z.string().min(1, 'must not be empty').refine(isPattern, 'must be a regular expression')
const patternWithFlags = z
  .string()
  .min(1, 'must not be empty')
  .refine((said) => {
    const [, body, flags] = /^\/(.+)\/([a-z]*)$/s.exec(said) ?? []
    return body === undefined ? isPattern(said) : isPattern(body, flags)
  }, 'must be a regular expression')

/** What every check may be told. `id` tells two uses of one check apart (gateway-contract §7.2). */
const COMMON = {
  id: z.string().optional(),
  failOnError: z.boolean().optional(),
  scan_scope: z.enum(['last_message', 'last_user_message', 'user_messages', 'all_messages']).optional(),
}
const takes = <S extends z.ZodRawShape>(shape: S) => z.strictObject({ ...COMMON, ...shape })

const bounds = (min: string, max: string) =>
  takes({ [min]: count, [max]: count, not }).refine(
    (said) => ((said[min] as number | undefined) ?? 0) <= ((said[max] as number | undefined) ?? Infinity),
    { path: [max], message: `must not be below ${min}` },
  )

/** Names in both lists would have to be let in and kept out at once. */
const disjoint = (allowed: unknown, blocked: unknown) => {
  const names = (said: unknown) =>
    typeof said === 'string'
      ? said
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean)
      : ((said as string[]) ?? [])
  const kept = new Set(names(blocked))
  return !names(allowed).some((name) => kept.has(name))
}
const BOTH_LISTS = 'names something that is allowed too'

const LANGUAGES =
  'SQL,Python,TypeScript,JavaScript,Java,C#,C++,C,Ruby,PHP,Swift,Kotlin,Go,Rust,Scala,R,Perl,Shell,HTML,CSS,XML,JSON,YAML,Markdown,Dockerfile'.split(
    ',',
  )
/** Inbound headers a webhook never gets. */
const KEPT_HEADERS =
  /^(authorization|proxy-authorization|x-api-key|ocp-apim-subscription-key|cookie|connection|keep-alive|te|trailer|transfer-encoding|upgrade|host|content-length|metadata|metadata-flavor|x-aws-ec2-metadata-token.*|x-google-metadata-request|x-portkey-(?!trace-id$|span-id$).*)$/i

const rule = (
  id: string,
  on: CheckSpec['on'],
  parameters: z.ZodObject,
  aliases: string[] = [],
): CheckSpec => ({
  id: `default.${id}`,
  aliases: aliases.map((alias) => `default.${alias}`),
  on,
  tier: 'rule',
  parameters,
})
const partner = (id: string, on: CheckSpec['on'] = 'both'): CheckSpec => ({
  id,
  aliases: [],
  on,
  tier: 'partner',
  parameters: null,
})

const MODERATED = [
  'hate',
  'hate/threatening',
  'harassment',
  'harassment/threatening',
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const
const PERSONAL = [
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'LOCATION_ADDRESS',
  'NAME',
  'IP_ADDRESS',
  'CREDIT_CARD',
  'SSN',
] as const

const allowAndBlock = (allowed: string, blocked: string) =>
  z
    .strictObject({ [allowed]: z.array(z.json()).optional(), [blocked]: z.array(z.json()).optional() })
    .refine((said) => disjoint(said[allowed], said[blocked]), { path: [blocked], message: BOTH_LISTS })

const RULES: readonly CheckSpec[] = [
  rule(
    'regexMatch',
    'both',
    takes({ rule: pattern, not, redact: z.boolean().optional(), redactText: z.string().optional() }),
  ),
  rule(
    'regexReplace',
    'both',
    takes({
      rule: patternWithFlags,
      redactText: z.string().optional(),
      failOnDetection: z.boolean().optional(),
    }),
  ),
  rule('sentenceCount', 'both', bounds('minSentences', 'maxSentences')),
  rule('wordCount', 'both', bounds('minWords', 'maxWords')),
  rule('characterCount', 'both', bounds('minCharacters', 'maxCharacters')),
  rule('jsonSchema', 'output', takes({ schema: z.record(z.string(), z.json()), not })),
  rule('jsonKeys', 'output', takes({ keys: words('key'), operator })),
  rule('contains', 'both', takes({ words: words('word'), operator, not })),
  rule('validUrls', 'output', takes({ onlyDNS: z.boolean().optional(), not })),
  rule('containsCode', 'output', takes({ format: z.enum(LANGUAGES), not })),
  rule('alluppercase', 'both', takes({ not }), ['isAllUpperCase', 'allUpperCase']),
  rule('alllowercase', 'both', takes({ not }), ['isAllLowerCase', 'allLowerCase']),
  rule('endsWith', 'both', takes({ suffix: z.string().min(1, 'must not be empty'), not })),
  rule('notNull', 'output', takes({ not })),
  rule(
    'webhook',
    'both',
    takes({
      webhookURL: address,
      headers,
      timeout: milliseconds,
      forwardHeaders: z
        .array(
          z
            .string()
            .refine((name) => !KEPT_HEADERS.test(name), 'is a header that is not handed to a webhook'),
        )
        .optional(),
    }),
  ),
  rule('log', 'output', takes({ logURL: address, headers, timeout: milliseconds })),
  rule('modelwhitelist', 'input', takes({ models: words('model'), not }), ['modelWhitelist']),
  rule(
    'modelRules',
    'input',
    takes({
      rules: z.strictObject({
        defaults: z.array(z.string()).optional(),
        metadata: z.record(z.string(), z.record(z.string(), z.array(z.string()))).optional(),
      }),
      not,
    }),
  ),
  rule(
    'allowedRequestTypes',
    'input',
    takes({ allowedTypes: list, blockedTypes: list }).refine(
      (said) => disjoint(said.allowedTypes, said.blockedTypes),
      { path: ['blockedTypes'], message: BOTH_LISTS },
    ),
  ),
  rule('requiredMetadataKeys', 'input', takes({ metadataKeys: words('key'), operator })),
  rule(
    'requiredMetadataKeyValuePairs',
    'input',
    takes({
      metadataPairs: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
      operator,
      matchType: z.enum(['exact', 'contains', 'containsAll', 'regex']).optional(),
    }),
    ['requiredMetadataKeyPairs'],
  ),
  rule(
    'requestParametersCheck',
    'input',
    takes({
      tools: z
        .strictObject({
          allowedTypes: z.array(z.string()).optional(),
          blockedTypes: z.array(z.string()).optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
          blockedFunctionNames: z.array(z.string()).optional(),
        })
        .refine((said) => disjoint(said.allowedTypes, said.blockedTypes), {
          path: ['blockedTypes'],
          message: BOTH_LISTS,
        })
        .refine((said) => disjoint(said.allowedFunctionNames, said.blockedFunctionNames), {
          path: ['blockedFunctionNames'],
          message: BOTH_LISTS,
        })
        .optional(),
      params: z
        .strictObject({
          allowedKeys: z.array(z.string()).optional(),
          blockedKeys: z.array(z.string()).optional(),
          values: z.record(z.string(), allowAndBlock('allowedValues', 'blockedValues')).optional(),
        })
        .refine((said) => disjoint(said.allowedKeys, said.blockedKeys), {
          path: ['blockedKeys'],
          message: BOTH_LISTS,
        })
        .optional(),
    }),
  ),
  rule(
    'jwt',
    'input',
    takes({
      jwksUri: address.optional(),
      jwks: z.record(z.string(), z.json()).optional(),
      introspectEndpoint: address.optional(),
      headerKey: z.string().optional(),
      algorithms: z.array(z.string()).optional(),
      cacheMaxAge: count,
      clockTolerance: count,
      maxTokenAge: z.union([z.string(), z.number()]).optional(),
      requiredClaims: z.array(z.string()).optional(),
      claimValues: z.record(z.string(), z.json()).optional(),
      headerPayloadMatch: z.array(z.json()).optional(),
      extractClaims: z.array(z.string()).optional(),
      claimPrefix: z.string().optional(),
      introspectContentType: z.string().optional(),
      introspectCacheMaxAge: count,
    }).refine((said) => said.jwksUri ?? said.jwks ?? said.introspectEndpoint, {
      path: ['jwksUri'],
      message: 'is required, unless jwks or introspectEndpoint is given',
    }),
  ),
  rule(
    'addPrefix',
    'input',
    takes({
      prefix: z.string().min(1, 'must not be empty'),
      applyToRole: z.enum(['user', 'system', 'assistant']).optional(),
      addToExisting: z.boolean().optional(),
      onlyIfEmpty: z.boolean().optional(),
    }),
  ),
  rule(
    'inlineImageUrls',
    'input',
    takes({
      providers: z.array(z.string()).optional(),
      maxSizeBytes: milliseconds,
      timeoutMs: milliseconds,
    }),
  ),
  {
    id: 'portkey.pii',
    aliases: [],
    on: 'both',
    tier: 'rule',
    parameters: takes({
      categories: z.array(z.enum(PERSONAL)).optional(),
      redact: z.boolean().optional(),
      not,
    }),
  },
]

const model = (id: string, parameters: z.ZodObject): CheckSpec => ({
  id,
  aliases: [],
  on: 'input',
  tier: 'model',
  parameters,
})

const MODELS: readonly CheckSpec[] = [
  model('portkey.moderateContent', takes({ categories: z.array(z.enum(MODERATED)).optional(), not })),
  model('portkey.language', takes({ language: z.union([z.string(), z.array(z.string())]).optional(), not })),
  model('portkey.gibberish', takes({ not })),
]

const PARTNERS: readonly CheckSpec[] = [
  ...[
    'acuvity.scan',
    'aporia.validateProject',
    'azure.contentSafety',
    'azure.pii',
    'azure.shieldPrompt',
    'azure.protectedMaterial',
    'bedrock.guard',
    'crowdstrike-aidr.guardChatCompletions',
    'exa.online',
    'f5-guardrails.scan',
    'javelin.guardrails',
    'lasso.classify',
    'mistral.moderateContent',
    'pangea.textGuard',
    'pangea.pii',
    'panw-prisma-airs.intercept',
    'pillar.scanPrompt',
    'pillar.scanResponse',
    'promptfoo.guard',
    'promptfoo.pii',
    'promptfoo.harm',
    'promptsecurity.protectPrompt',
    'promptsecurity.protectResponse',
    'qualifire.contentModeration',
    'qualifire.hallucinations',
    'qualifire.pii',
    'qualifire.promptInjections',
    'qualifire.grounding',
    'qualifire.toolUseQuality',
    'qualifire.policy',
    'sydelabs.sydeguard',
    'walledai.walledprotect',
  ].map((id) => partner(id)),
  ...[
    'phi',
    'pii',
    'isConcise',
    'isHelpful',
    'isPolite',
    'noApologies',
    'noGenderBias',
    'noRacialBias',
    'retrievalAnswerRelevance',
    'retrievalHallucination',
    'toxicity',
    'custom',
  ].map((name) => partner(`patronus.${name}`, 'output')),
]
/** Partners whose checks the contract does not name. */
const OPEN_PARTNERS = /^(akto|alibaba-cloud-ai|cato|lakera|pangea|singulr|tavily|zscaler)(\.\w+)?$/

export const CHECKS: readonly CheckSpec[] = [...RULES, ...MODELS, ...PARTNERS]

const BY_NAME = new Map(CHECKS.flatMap((spec) => [spec.id, ...spec.aliases].map((name) => [name, spec])))

/** The check a name stands for; one without a dot is a `default.` one. Undefined: there is no such check. */
export function checkNamed(said: string): CheckSpec | undefined {
  const name = said.includes('.') ? said : `default.${said}`
  return BY_NAME.get(name) ?? (OPEN_PARTNERS.test(said) ? partner(said) : undefined)
}

/** Adds an issue for each thing wrong with the use of a check; `idAt` is where its name stands, `at` its parameters. */
export function judgeCheck(
  context: z.RefinementCtx,
  said: { id: string; idAt: PropertyKey[]; parameters: unknown; at: PropertyKey[] },
): void {
  const spec = checkNamed(said.id)
  if (!spec) {
    const known = CHECKS.flatMap(({ id, aliases }) => [id, ...aliases])
    const message = `is no check: ${said.id.slice(0, 64)}${didYouMean(nameOf(said.id), known)}`
    context.addIssue({ code: 'custom', path: said.idAt, message })
    return
  }
  if (!spec.parameters) return
  const known = Object.keys(spec.parameters.shape)
  for (const issue of spec.parameters.safeParse(said.parameters ?? {}).error?.issues ?? []) {
    const path = [...said.at, ...issue.path]
    if (issue.code !== 'unrecognized_keys') context.addIssue({ ...issue, path } as z.core.$ZodRawIssue)
    else {
      for (const key of issue.keys) {
        const meant = issue.path.length === 0 ? didYouMean(key, known) : ''
        const message = `is no parameter of ${spec.id}${meant}`
        context.addIssue({ code: 'custom', path: [...path, key], message })
      }
    }
  }
}

const nameOf = (said: string) => (said.includes('.') ? said : `default.${said}`)

function isPattern(said: string, flags = ''): boolean {
  try {
    new RegExp(said, flags)
    return true
  } catch {
    return false
  }
}
