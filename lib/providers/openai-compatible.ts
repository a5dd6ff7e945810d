import type { Json, UpstreamDialect } from './adapter.ts'

/** How much a model is asked to think, from nothing to everything; `default` is Groq's word for "on". */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'ultra' | 'default'

/** One line of a credentials form. `key` is the secret itself; other names are `configurations` of admin-contract §1.5. */
export interface CredentialField {
  name: string
  label: string
  hint: string
  isRequired: boolean
  isSecret: boolean
}

/** What one family of models takes. The first rule whose `models` matches the id's tail speaks; none means nothing is known. */
export interface ModelRule {
  models: RegExp
  /** Levels of `reasoning_effort` it knows; null: it refuses the parameter. */
  efforts: readonly Effort[] | null
  /** Parameters it answers with 400, unless they carry the value that changes nothing. */
  refuses: readonly string[]
  /** `refuses` does not hold while effort is `none`, and `none` is what it does when nobody asks. */
  isFreeWithoutEffort?: boolean
  /** Takes function tools in chat only with effort `none`. */
  hasToolsOnlyWithoutEffort?: boolean
  /** Knows only this spelling of the output cap. */
  cap?: OutputCap
}

export type OutputCap = 'max_tokens' | 'max_completion_tokens'

/** Paths below the base URL that a provider is known to answer; anything else is still passed through. */
export type ProviderEndpoint =
  | 'chat'
  | 'messages'
  | 'completions'
  | 'embeddings'
  | 'responses'
  | 'images'
  | 'audio'
  | 'models'

/** One provider of the catalogue: a row of data. Source: gateway-contract §8.2, §8.8, §8.10, §8.14. */
export interface ProviderSpec {
  id: string
  name: string
  dialect: UpstreamDialect
  /** Without a trailing slash; null where the integration must bring a host. */
  baseUrl: string | null
  auth: 'bearer' | 'x-api-key' | 'none-or-bearer' | 'none'
  /** Headers sent unless the caller sent its own, lower-case. */
  headers: Readonly<Record<string, string>>
  fields: readonly CredentialField[]
  /** Which header carries which configuration value, header names lower-case. */
  configurationHeaders: Readonly<Record<string, string>>
  endpoints: readonly ProviderEndpoint[]
  /** Parameters every model here refuses. */
  drop: readonly string[]
  /** Parameters that go by another name here. */
  rename: Readonly<Record<string, string>>
  /** Values that go by another name, by parameter. */
  values: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Bounds of numbers, by parameter; what lies outside is moved to the bound. */
  ranges: Readonly<Record<string, readonly [number, number]>>
  /** The only spelling of the output cap it knows; null when it takes both. */
  cap: OutputCap | null
  models: readonly ModelRule[]
  /** Knows the `developer` role; elsewhere it becomes `system`. */
  hasDeveloperRole: boolean
  /** Answers 4xx to `name` on a tool message. */
  refusesToolName: boolean
  /** Reads `reasoning_content` of earlier turns. */
  keepsReasoningContent: boolean
  /** Reads `cache_control` marks. */
  keepsCacheControl: boolean
  /** Reads `think` and `options` (Ollama's own). */
  keepsOllamaFields: boolean
  /** How effort is said here: as `reasoning_effort`, or with DeepSeek's `thinking` switch beside it. */
  effortStyle: 'effort' | 'effort-and-thinking'
  /** `stream_options.include_usage` may be sent. */
  streamUsage: boolean
  /** Parameters sent in chat and completions unless the caller set them. */
  adds: Readonly<Record<string, Json>>
  /** Its chat chunks are not quite OpenAI's and are put right one by one (`chat-repair.ts`); others pass as bytes. */
  hasOddChunks: boolean
  /** Where `prompt` and `suffix` go when the caller asks for fill-in-the-middle. */
  fimPath: string | null
  /** Hex colour of the monogram. */
  colour: string
  docsUrl: string | null
  /** Answered inside this process, without a socket. */
  isLocal: boolean
}

const LEVELS = ['low', 'medium', 'high'] as const
const SAMPLING = [
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'logprobs',
  'top_logprobs',
  'logit_bias',
]
const O_REFUSES = [...SAMPLING, 'parallel_tool_calls']
const O_MINI_REFUSES = [...O_REFUSES, 'stop']
const GPT5_REFUSES = [...SAMPLING, 'stop']

const NO_EFFORT = (models: RegExp): ModelRule => ({ models, efforts: null, refuses: [] })
const EFFORT = (models: RegExp, efforts: readonly Effort[] = LEVELS): ModelRule => ({
  models,
  efforts,
  refuses: [],
})

/** OpenAI's own models differ by generation; versions before 5.1 reason always, later ones only when asked. */
const OPENAI_MODELS: readonly ModelRule[] = [
  { models: /^o1-(mini|preview)/, efforts: null, refuses: O_REFUSES, cap: 'max_completion_tokens' },
  { models: /^(o3|o4)/, efforts: LEVELS, refuses: O_MINI_REFUSES, cap: 'max_completion_tokens' },
  { models: /^o\d/, efforts: LEVELS, refuses: O_REFUSES, cap: 'max_completion_tokens' },
  { models: /^gpt-5(\.\d+)?-search/, efforts: null, refuses: SAMPLING, cap: 'max_completion_tokens' },
  { models: /^gpt-5-chat/, efforts: null, refuses: [], cap: 'max_completion_tokens' },
  { models: /^gpt-5\.\d+-chat/, efforts: ['medium'], refuses: GPT5_REFUSES, cap: 'max_completion_tokens' },
  { models: /^gpt-5-pro/, efforts: ['high'], refuses: GPT5_REFUSES, cap: 'max_completion_tokens' },
  {
    models: /^gpt-5\.\d+-pro/,
    efforts: ['medium', 'high', 'xhigh'],
    refuses: GPT5_REFUSES,
    cap: 'max_completion_tokens',
  },
  {
    models: /^gpt-5(\.1)?-codex(?!-max)/,
    efforts: LEVELS,
    refuses: GPT5_REFUSES,
    cap: 'max_completion_tokens',
  },
  {
    models: /^gpt-5\.\d+-codex/,
    efforts: [...LEVELS, 'xhigh'],
    refuses: GPT5_REFUSES,
    cap: 'max_completion_tokens',
  },
  {
    models: /^gpt-5(?!\.)/,
    efforts: ['minimal', ...LEVELS],
    refuses: GPT5_REFUSES,
    cap: 'max_completion_tokens',
  },
  {
    models: /^gpt-5\.1/,
    efforts: ['none', ...LEVELS],
    refuses: GPT5_REFUSES,
    isFreeWithoutEffort: true,
    cap: 'max_completion_tokens',
  },
  {
    models: /^gpt-5\.[23]/,
    efforts: ['none', ...LEVELS, 'xhigh'],
    refuses: GPT5_REFUSES,
    isFreeWithoutEffort: true,
    cap: 'max_completion_tokens',
  },
  {
    models: /^gpt-5\.[45]/,
    efforts: ['none', ...LEVELS, 'xhigh'],
    refuses: GPT5_REFUSES,
    isFreeWithoutEffort: true,
    hasToolsOnlyWithoutEffort: true,
    cap: 'max_completion_tokens',
  },
  {
    models: /^gpt-([6-9]|5\.([6-9]|\d\d))/,
    efforts: ['none', ...LEVELS, 'xhigh'],
    refuses: GPT5_REFUSES,
    hasToolsOnlyWithoutEffort: true,
    cap: 'max_completion_tokens',
  },
  NO_EFFORT(/^(gpt-[34]|chatgpt-|codex-mini|davinci|babbage|text-)/),
]

const GROK_REFUSES = ['presence_penalty', 'frequency_penalty', 'stop']

const KEY: CredentialField = {
  name: 'key',
  label: 'API key',
  hint: 'Stored encrypted; never shown again.',
  isRequired: true,
  isSecret: true,
}
const OPTIONAL_KEY: CredentialField = {
  ...KEY,
  hint: 'Only when the server asks for one.',
  isRequired: false,
}
const HOST: CredentialField = {
  name: 'custom_host',
  label: 'Base URL',
  hint: 'Replaces the public address, for a proxy or a regional host. Include the version path, such as /v1.',
  isRequired: false,
  isSecret: false,
}
const requiredHost = (example: string): CredentialField => ({
  ...HOST,
  hint: `Where the server answers, ending in its version path: ${example}. Private addresses must be listed in ALLOW_PRIVATE_HOSTS.`,
  isRequired: true,
})
const optional = (name: string, label: string, hint: string): CredentialField => ({
  name,
  label,
  hint,
  isRequired: false,
  isSecret: false,
})

const PLAIN: Omit<ProviderSpec, 'id' | 'name' | 'baseUrl' | 'colour'> = {
  dialect: 'openai',
  auth: 'bearer',
  headers: {},
  fields: [KEY, HOST],
  configurationHeaders: {},
  endpoints: ['chat', 'models'],
  drop: [],
  rename: {},
  values: {},
  ranges: {},
  cap: null,
  models: [],
  hasDeveloperRole: false,
  refusesToolName: false,
  keepsReasoningContent: false,
  keepsCacheControl: false,
  keepsOllamaFields: false,
  effortStyle: 'effort',
  streamUsage: true,
  adds: {},
  hasOddChunks: false,
  fimPath: null,
  docsUrl: null,
  isLocal: false,
}

/** A server somebody runs themselves: it has no public address and may want no key. */
const OWN_SERVER = {
  auth: 'none-or-bearer',
  baseUrl: null,
  endpoints: ['chat', 'completions', 'embeddings', 'models'],
} as const

type Row = Pick<ProviderSpec, 'id' | 'name' | 'baseUrl' | 'colour'> & Partial<ProviderSpec>

const ROWS: readonly Row[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    fields: [
      KEY,
      optional(
        'openai_organization',
        'Organization',
        'Sent as OpenAI-Organization; for keys that belong to several.',
      ),
      optional('openai_project', 'Project', 'Sent as OpenAI-Project; usage is booked on it.'),
      HOST,
    ],
    configurationHeaders: { openai_organization: 'openai-organization', openai_project: 'openai-project' },
    endpoints: ['chat', 'completions', 'embeddings', 'responses', 'images', 'audio', 'models'],
    ranges: { temperature: [0, 2], top_p: [0, 1], presence_penalty: [-2, 2], frequency_penalty: [-2, 2] },
    models: OPENAI_MODELS,
    hasDeveloperRole: true,
    colour: '#0F9D76',
    docsUrl: 'https://platform.openai.com/api-keys',
  },
  {
    id: 'anthropic',
    name: 'Anthropic',
    dialect: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    auth: 'x-api-key',
    headers: { 'anthropic-version': '2023-06-01' },
    endpoints: ['messages', 'models'],
    keepsCacheControl: true,
    colour: '#C15F3C',
    docsUrl: 'https://console.anthropic.com/settings/keys',
  },
  {
    id: 'groq',
    name: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    endpoints: ['chat', 'responses', 'audio', 'models'],
    drop: ['logprobs', 'top_logprobs', 'logit_bias'],
    models: [EFFORT(/gpt-oss/), EFFORT(/qwen3/, ['none', 'default']), NO_EFFORT(/./)],
    // Stream usage stands under `x_groq`.
    hasOddChunks: true,
    colour: '#F55036',
    docsUrl: 'https://console.groq.com/keys',
  },
  {
    id: 'together-ai',
    name: 'Together AI',
    baseUrl: 'https://api.together.xyz/v1',
    endpoints: ['chat', 'completions', 'embeddings', 'images', 'models'],
    cap: 'max_tokens',
    // Finishes with `eos`.
    hasOddChunks: true,
    colour: '#0F6FFF',
    docsUrl: 'https://api.together.ai/settings/api-keys',
  },
  {
    id: 'deepseek',
    name: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com/v1',
    endpoints: ['chat', 'completions', 'models'],
    cap: 'max_tokens',
    models: [EFFORT(/./, [...LEVELS, 'max'])],
    keepsReasoningContent: true,
    effortStyle: 'effort-and-thinking',
    // Finishes with `insufficient_system_resource`.
    hasOddChunks: true,
    colour: '#4D6BFE',
    docsUrl: 'https://platform.deepseek.com/api_keys',
  },
  {
    id: 'x-ai',
    name: 'xAI',
    baseUrl: 'https://api.x.ai/v1',
    endpoints: ['chat', 'completions', 'embeddings', 'responses', 'images', 'models'],
    models: [
      { models: /^grok-3-mini/, efforts: ['low', 'high'], refuses: GROK_REFUSES },
      { models: /^grok-(4\.20-multi-agent|4\.[3-9])/, efforts: LEVELS, refuses: GROK_REFUSES },
      { models: /^grok-(4|code)/, efforts: null, refuses: GROK_REFUSES },
      NO_EFFORT(/^grok-[123]/),
    ],
    colour: '#3F3F46',
    docsUrl: 'https://console.x.ai',
  },
  {
    id: 'openrouter',
    name: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    endpoints: ['chat', 'completions', 'embeddings', 'responses', 'models'],
    models: [EFFORT(/./, ['none', 'minimal', ...LEVELS, 'xhigh'])],
    keepsReasoningContent: true,
    keepsCacheControl: true,
    // What the call cost; newer versions tell it unasked.
    adds: { usage: { include: true } },
    colour: '#6467F2',
    docsUrl: 'https://openrouter.ai/settings/keys',
  },
  {
    id: 'fireworks-ai',
    name: 'Fireworks AI',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    endpoints: ['chat', 'completions', 'embeddings', 'models'],
    models: [EFFORT(/./, ['none', ...LEVELS])],
    colour: '#6720FF',
    docsUrl: 'https://fireworks.ai/account/api-keys',
  },
  {
    id: 'perplexity-ai',
    name: 'Perplexity',
    baseUrl: 'https://api.perplexity.ai',
    endpoints: ['chat', 'responses'],
    cap: 'max_tokens',
    drop: ['stream_options'],
    models: [EFFORT(/deep-research/, ['minimal', ...LEVELS]), NO_EFFORT(/./)],
    streamUsage: false,
    colour: '#1F8A8C',
    docsUrl: 'https://www.perplexity.ai/settings/api',
  },
  {
    id: 'mistral-ai',
    name: 'Mistral AI',
    baseUrl: 'https://api.mistral.ai/v1',
    endpoints: ['chat', 'embeddings', 'models'],
    // Its schema forbids unknown fields: each of these is a 422.
    drop: ['stream_options', 'store', 'user', 'service_tier', 'logprobs', 'top_logprobs', 'logit_bias'],
    rename: { seed: 'random_seed' },
    values: { tool_choice: { required: 'any' } },
    ranges: { temperature: [0, 1.5] },
    cap: 'max_tokens',
    models: [EFFORT(/^mistral-(small|medium)-(latest|2[6-9]|3\.5)/, ['none', 'high']), NO_EFFORT(/./)],
    refusesToolName: true,
    streamUsage: false,
    // Content in parts, and `model_length` and `error` for a finish.
    hasOddChunks: true,
    fimPath: '/fim/completions',
    colour: '#FA520F',
    docsUrl: 'https://console.mistral.ai/api-keys',
  },
  {
    ...OWN_SERVER,
    id: 'ollama',
    name: 'Ollama',
    fields: [requiredHost('http://localhost:11434/v1'), OPTIONAL_KEY],
    cap: 'max_tokens',
    models: [EFFORT(/./, ['none', ...LEVELS])],
    keepsOllamaFields: true,
    // Older versions number every parallel call 0.
    hasOddChunks: true,
    colour: '#52525B',
    docsUrl: 'https://docs.ollama.com/api/openai-compatibility',
  },
  {
    ...OWN_SERVER,
    id: 'vllm',
    name: 'vLLM',
    fields: [requiredHost('http://localhost:8000/v1'), OPTIONAL_KEY],
    colour: '#30A2FF',
    docsUrl: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  },
  {
    ...OWN_SERVER,
    id: 'lm-studio',
    name: 'LM Studio',
    fields: [requiredHost('http://localhost:1234/v1'), OPTIONAL_KEY],
    cap: 'max_tokens',
    // Its engines differ in whether calls have ids.
    hasOddChunks: true,
    colour: '#4F46E5',
    docsUrl: 'https://lmstudio.ai/docs/app/api/endpoints/openai',
  },
  {
    ...OWN_SERVER,
    id: 'custom',
    name: 'Custom (OpenAI-compatible)',
    fields: [requiredHost('https://llm.example.com/v1'), OPTIONAL_KEY],
    endpoints: ['chat', 'completions', 'embeddings', 'responses', 'images', 'audio', 'models'],
    colour: '#D97706',
  },
  {
    id: 'sandbox',
    name: 'Sandbox',
    baseUrl: 'http://sandbox.invalid/v1',
    auth: 'none',
    fields: [],
    endpoints: ['chat', 'completions', 'embeddings', 'models'],
    colour: '#A16207',
    isLocal: true,
  },
  plain('302ai', '302.AI', 'https://api.302.ai/v1', '#7C3AED'),
  plain('aibadgr', 'AI Badgr', 'https://aibadgr.com/api/v1', '#475569'),
  plain('anyscale', 'Anyscale', 'https://api.endpoints.anyscale.com/v1', '#2563EB'),
  plain('byteplus', 'BytePlus ModelArk', null, '#3B82F6', {
    fields: [KEY, requiredHost('https://ark.ap-southeast.bytepluses.com/api/v3')],
  }),
  plain('cerebras', 'Cerebras', 'https://api.cerebras.ai/v1', '#F15A29', {
    models: [
      EFFORT(/gpt-oss/),
      NO_EFFORT(/^(llama|qwen-3-235b-a22b-instruct)/),
      EFFORT(/./, ['none', ...LEVELS]),
    ],
  }),
  plain('cometapi', 'CometAPI', 'https://api.cometapi.com/v1', '#0EA5E9'),
  plain(
    'dashscope',
    'Alibaba Model Studio',
    'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    '#FF6A00',
    {
      cap: 'max_tokens',
      keepsCacheControl: true,
      endpoints: ['chat', 'embeddings', 'models'],
    },
  ),
  plain('deepbricks', 'Deepbricks', 'https://api.deepbricks.ai/v1', '#B45309'),
  plain('deepinfra', 'DeepInfra', 'https://api.deepinfra.com/v1/openai', '#2A3275', {
    cap: 'max_tokens',
    endpoints: ['chat', 'completions', 'embeddings', 'models'],
  }),
  plain('featherless-ai', 'Featherless', 'https://api.featherless.ai/v1', '#CA8A04'),
  plain('hyperbolic', 'Hyperbolic', 'https://api.hyperbolic.xyz/v1', '#594CE9'),
  plain('inference-net', 'Inference.net', 'https://api.inference.net/v1', '#111827'),
  plain('iointelligence', 'IO Intelligence', 'https://api.intelligence.io.solutions/api/v1', '#0D9488'),
  plain('kluster-ai', 'kluster.ai', 'https://api.kluster.ai/v1', '#9333EA'),
  plain('krutrim', 'Krutrim', 'https://cloud.olakrutrim.com/v1', '#10B981'),
  plain('lambda', 'Lambda', 'https://api.lambdalabs.com/v1', '#5C3BFE'),
  plain('lemonfox-ai', 'Lemonfox', 'https://api.lemonfox.ai/v1', '#EAB308'),
  plain('lepton', 'Lepton', 'https://api.lepton.ai/api/v1', '#2D9CDB'),
  plain('lightning-ai', 'Lightning AI', null, '#792EE5', {
    fields: [KEY, requiredHost('https://lightning.ai/api/v1')],
  }),
  plain('lingyi', '01.AI', 'https://api.lingyiwanwu.com/v1', '#166534'),
  plain('matterai', 'Matter AI', 'https://api.matterai.so/v1', '#64748B'),
  plain('minimax', 'MiniMax', null, '#E11D48', {
    fields: [KEY, requiredHost('https://api.minimax.io/v1')],
  }),
  plain('modal', 'Modal', 'https://api.modal.com/v1', '#62DE61', {
    auth: 'none-or-bearer',
    fields: [HOST, OPTIONAL_KEY],
  }),
  plain('monsterapi', 'MonsterAPI', 'https://llm.monsterapi.ai/v1', '#7E22CE'),
  plain('moonshot', 'Moonshot AI', 'https://api.moonshot.cn/v1', '#16A34A', {
    cap: 'max_tokens',
    models: [NO_EFFORT(/./)],
    keepsReasoningContent: true,
  }),
  plain('ncompass', 'nCompass', 'https://api.ncompass.tech/v1', '#0369A1'),
  plain('nebius', 'Nebius', 'https://api.studio.nebius.ai/v1', '#4338CA', {
    endpoints: ['chat', 'completions', 'embeddings', 'models'],
  }),
  plain('nextbit', 'Nextbit', 'https://api.nextbit256.com/v1', '#BE185D'),
  plain('novita-ai', 'Novita AI', 'https://api.novita.ai/v3/openai', '#23D57C'),
  plain('nscale', 'Nscale', 'https://inference.api.nscale.com/v1', '#0F766E'),
  plain('ovhcloud', 'OVHcloud', 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1', '#000E9C'),
  plain('sambanova', 'SambaNova', 'https://api.sambanova.ai/v1', '#EE7624'),
  plain('siliconflow', 'SiliconFlow', 'https://api.siliconflow.cn/v1', '#6E29F6', {
    endpoints: ['chat', 'embeddings', 'models'],
  }),
  plain('upstage', 'Upstage', 'https://api.upstage.ai/v1/solar', '#805CFB', {
    endpoints: ['chat', 'embeddings', 'models'],
  }),
  plain('z-ai', 'Z.ai', 'https://api.z.ai/api/paas/v4', '#2D2D2D', { cap: 'max_tokens' }),
  plain('zhipu', 'Zhipu AI', 'https://open.bigmodel.cn/api/paas/v4', '#3859FF', {
    cap: 'max_tokens',
    endpoints: ['chat', 'embeddings', 'models'],
  }),
]

/** Every provider that can be added, the well-known first: what the console lists and the gateway can call. */
export const PROVIDERS: readonly ProviderSpec[] = ROWS.map((row) => ({ ...PLAIN, ...row }))

const BY_ID = new Map(PROVIDERS.map((spec) => [spec.id, spec]))

/** The row of a provider id (`openai`); null when the catalogue has none. Source: gateway-contract §8.14. */
export function providerSpec(id: string): ProviderSpec | null {
  return BY_ID.get(id) ?? null
}

/**
 * The rule for a model of a provider, or null when nothing is known of it. A fine-tune (`ft:gpt-4o:org::id`) is judged
 * as its base; a publisher prefix (`openai/gpt-oss-120b`) stays, so rules that need the tail are not anchored.
 */
export function modelRule(spec: ProviderSpec, model: string): ModelRule | null {
  const base = model.startsWith('ft:') ? model.slice(3) : model
  return spec.models.find((rule) => rule.models.test(base)) ?? null
}

/**
 * Headers a stored credential becomes, lower-case. An Anthropic OAuth token travels as a bearer, any other as its
 * `x-api-key`. Values hold secrets. Source: gateway-contract §8.14, admin-contract §1.5.
 */
export function credentialHeaders(
  spec: ProviderSpec,
  key: string | null,
  configurations: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const headers: Record<string, string> = {}
  if (key && spec.auth !== 'none') {
    if (spec.auth === 'x-api-key' && !key.startsWith('sk-ant-oat')) headers['x-api-key'] = key
    else headers.authorization = `Bearer ${key}`
  }
  for (const [name, header] of Object.entries(spec.configurationHeaders)) {
    const value = configurations[name]
    if (typeof value === 'string' && value) headers[header] = value
  }
  return headers
}

function plain(
  id: string,
  name: string,
  baseUrl: string | null,
  colour: string,
  quirks: Partial<ProviderSpec> = {},
): Row {
  return { id, name, baseUrl, colour, ...quirks }
}
