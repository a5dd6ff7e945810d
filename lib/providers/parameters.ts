import type { Json, JsonObject } from './adapter.ts'
import { anyOf } from './byte-search.ts'
import {
  type Effort,
  type ModelRule,
  modelRule,
  type OutputCap,
  type ProviderSpec,
} from './openai-compatible.ts'

/** The top level of a request body; `get` parses a value only when asked for it. */
export interface ParamView {
  has(name: string): boolean
  get(name: string): Json | undefined
}

/** One change to the top level of a body. `set` replaces the value or adds the name; no name is touched twice. */
export type ParamEdit =
  | { op: 'set'; name: string; value: Json }
  | { op: 'drop'; name: string; isReported: boolean }
  | { op: 'rename'; from: string; to: string }

export interface ParamTarget {
  spec: ProviderSpec
  /** As the upstream calls it, without `@slug/`. */
  model: string
  card: { maxOutputTokens: number | null } | null
  endpoint: 'chat' | 'completions' | 'embeddings'
  /** `metadata` was taken by the gateway. */
  isMetadataOurs: boolean
}

export interface ParamPlan {
  edits: ParamEdit[]
  /** Names, as the caller spelt them, whose number was moved to a bound (`x-tollgate-clamped`). */
  clamped: string[]
  /** Names left out although they asked for something (`x-tollgate-dropped`). */
  dropped: string[]
  /** The upstream was asked for a usage chunk the caller did not want. */
  isUsageInjected: boolean
}

/**
 * What must change at the top level of an OpenAI-shaped body before an OpenAI-compatible upstream gets it: the model's
 * own name, the output cap's spelling and bound, effort, parameters known to be refused, the usage chunk. Parameters
 * nobody knows pass. Pure; never fails: a wrong type is the upstream's to refuse.
 * Source: gateway-contract §8.1, §8.2, §8.8, §8.10; hermes-client §2.2, §4.3.
 */
export function parameterEdits(params: ParamView, target: ParamTarget): ParamPlan {
  const { spec, endpoint } = target
  const draft = new Draft(params)
  const rule = modelRule(spec, target.model)

  if (params.get('model') !== target.model) draft.set('model', target.model)
  for (const name of spec.drop) draft.drop(name)
  if (!spec.keepsOllamaFields) for (const name of OLLAMA_FIELDS) draft.drop(name)
  if (!spec.keepsCacheControl) draft.drop('cache_control', false)
  // What stands on the log goes no further, unless the caller keeps the answer at the provider under it.
  if (target.isMetadataOurs && params.has('metadata') && params.get('store') !== true)
    draft.drop('metadata', false)
  for (const [from, to] of Object.entries(spec.rename)) draft.rename(from, to)
  bound(draft, spec)
  if (endpoint === 'embeddings') return draft.plan()

  capOutput(draft, target, rule)
  if (endpoint === 'chat') {
    chooseEffort(draft, target, rule)
    refuse(draft, rule)
  }
  askForUsage(draft, spec)
  for (const [name, value] of Object.entries(spec.adds)) if (!draft.has(name)) draft.set(name, value)
  return draft.plan()
}

/**
 * Messages as an OpenAI-compatible upstream takes them: `developer` becomes `system` and `function` becomes `tool`
 * where only OpenAI knows them; `reasoning_content`, `cache_control`, `extra_content` and a tool's `name` leave unless
 * the provider reads them. Order and everything else stay. Source: gateway-contract §8.1, hermes-client §2.2.
 */
export function messageEdits(messages: readonly Json[], spec: ProviderSpec): Json[] {
  let callId = ''
  return messages.map((message, index) => {
    if (!isObject(message)) return message
    const edited = bare(message, spec)
    if (spec.hasDeveloperRole) return edited
    if (edited.role === 'developer') edited.role = 'system'
    if (edited.role === 'assistant' && isObject(edited.function_call)) {
      callId = `call_${index}`
      edited.tool_calls = [{ id: callId, type: 'function', function: edited.function_call }]
      delete edited.function_call
    }
    if (edited.role === 'function') {
      edited.role = 'tool'
      edited.tool_call_id = callId
    }
    if (edited.role === 'tool' && spec.refusesToolName) delete edited.name
    return edited
  })
}

/** Tools without marks the provider does not read. */
export function toolEdits(tools: readonly Json[], spec: ProviderSpec): Json[] {
  return spec.keepsCacheControl
    ? [...tools]
    : tools.map((tool) => (isObject(tool) ? withoutMark(tool) : tool))
}

/** A JSON body as far as it has been looked at: `mayHold` may say yes in vain, never no (`scanObject`). */
export interface ScannedBody {
  bytes: Uint8Array
  mayHold(word: string): boolean
}

/**
 * Whether a JSON body may hold something `messageEdits` or `toolEdits` would change; may say yes in vain, never no. The
 * scan that proved it JSON mostly knows that it holds no such word; else one walk over the bytes tells, so bodies that
 * need nothing are not parsed. Text inside a JSON string has its quotes escaped and does not match.
 */
export function needsMessageEdits(body: ScannedBody, spec: ProviderSpec): boolean {
  let search = searches.get(spec)
  if (!search) {
    const words = tellTales(spec)
    search = { words, isIn: anyOf(words.map((word) => `"${word}"`)) }
    searches.set(spec, search)
  }
  return search.words.some((word) => body.mayHold(word)) && search.isIn(body.bytes)
}

const searches = new WeakMap<
  ProviderSpec,
  { words: readonly string[]; isIn: (bytes: Uint8Array) => boolean }
>()

/** A `function` message means something only behind a `function_call`, so that word stands for both. */
function tellTales(spec: ProviderSpec): string[] {
  const words = ['extra_content']
  if (!spec.keepsReasoningContent) words.push('reasoning_content')
  if (!spec.keepsCacheControl) words.push('cache_control')
  if (spec.refusesToolName) words.push('tool_call_id')
  if (!spec.hasDeveloperRole) words.push('developer', 'function_call')
  return words
}

const OLLAMA_FIELDS = ['think', 'options'] as const
const CAPS: readonly OutputCap[] = ['max_tokens', 'max_completion_tokens']

/** Values that ask for nothing, so a model that refuses the parameter still takes them. */
const NEUTRAL: Readonly<Record<string, readonly Json[]>> = {
  temperature: [1, null],
  top_p: [1, null],
  presence_penalty: [0, null],
  frequency_penalty: [0, null],
  logprobs: [false, null],
  top_logprobs: [0, null],
  logit_bias: [null],
  stop: [null],
}

const EFFORT_SCALE: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra']
const UNKNOWN_MODEL_EFFORTS: readonly Effort[] = ['low', 'medium', 'high']

function bound(draft: Draft, spec: ProviderSpec): void {
  for (const [name, names] of Object.entries(spec.values)) {
    const value = draft.get(name)
    if (typeof value === 'string' && Object.hasOwn(names, value)) draft.set(name, names[value] as string)
  }
  for (const [name, [low, high]] of Object.entries(spec.ranges)) {
    const value = draft.get(name)
    if (typeof value === 'number' && (value < low || value > high))
      draft.clamp(name, value < low ? low : high)
  }
}

function capOutput(draft: Draft, target: ParamTarget, rule: ModelRule | null): void {
  const limit = target.card?.maxOutputTokens ?? null
  if (limit !== null) {
    for (const name of CAPS) {
      const value = draft.get(name)
      if (typeof value === 'number' && value > limit) draft.clamp(name, limit)
    }
  }
  if (target.endpoint !== 'chat') return
  const spelling = rule?.cap ?? target.spec.cap
  if (spelling) for (const name of CAPS) if (name !== spelling) draft.rename(name, spelling)
}

function chooseEffort(draft: Draft, { spec }: ParamTarget, rule: ModelRule | null): void {
  const asked = draft.get('reasoning_effort')
  if (rule?.hasToolsOnlyWithoutEffort && hasTools(draft)) {
    // OpenAI's chat endpoint answers 400 to function tools with any effort; from gpt-5.6 its own default counts as one.
    if (typeof asked === 'string' ? asked !== 'none' : !rule.isFreeWithoutEffort) {
      draft.set('reasoning_effort', 'none')
      if (typeof asked === 'string') draft.report('reasoning_effort')
    }
    return
  }
  if (rule && rule.efforts === null) {
    draft.drop('reasoning_effort', asked !== 'none')
    return
  }
  if (typeof asked !== 'string' || !isEffort(asked)) return

  if (spec.effortStyle === 'effort-and-thinking' && !draft.has('thinking')) {
    draft.set('thinking', { type: asked === 'none' ? 'disabled' : 'enabled' })
  }
  const isOff = asked === 'none' && (!rule || spec.effortStyle === 'effort-and-thinking')
  if (isOff) {
    draft.drop('reasoning_effort', false)
    return
  }
  const level = nearest(asked, rule?.efforts ?? UNKNOWN_MODEL_EFFORTS)
  if (level !== asked) draft.set('reasoning_effort', level)
}

function refuse(draft: Draft, rule: ModelRule | null): void {
  if (!rule) return
  const isFree = rule.isFreeWithoutEffort && (draft.get('reasoning_effort') ?? 'none') === 'none'
  if (isFree) return
  for (const name of rule.refuses) {
    if (!draft.has(name)) continue
    const value = draft.get(name) as Json
    if (!NEUTRAL[name]?.includes(value)) draft.drop(name, name !== 'parallel_tool_calls' || value === false)
  }
}

function askForUsage(draft: Draft, spec: ProviderSpec): void {
  if (!spec.streamUsage || draft.get('stream') !== true) return
  const options = draft.get('stream_options')
  if (isObject(options) && options.include_usage === true) return
  draft.set('stream_options', { ...(isObject(options) && options), include_usage: true })
  // OpenRouter's own way to ask.
  const usage = draft.get('usage')
  draft.isUsageInjected = !(isObject(usage) && usage.include === true)
}

function hasTools(draft: Draft): boolean {
  const tools = draft.get('tools')
  return Array.isArray(tools) && tools.length > 0
}

function isEffort(value: string): value is Effort {
  return value === 'default' || EFFORT_SCALE.includes(value as Effort)
}

/** The closest level on the scale, the lower of two; a call that asks for thought never gets `none` if there is more. */
function nearest(asked: Effort, known: readonly Effort[]): Effort {
  if (known.includes(asked)) return asked
  const thinking = known.filter((level) => level !== 'none')
  const choice = asked === 'none' || thinking.length === 0 ? known : thinking
  const distance = (level: Effort) => Math.abs(rank(level) - rank(asked))
  return choice.reduce((best, level) => (distance(level) < distance(best) ? level : best))
}

function rank(level: Effort): number {
  return EFFORT_SCALE.indexOf(level === 'default' ? 'medium' : level)
}

/** The body as edited so far: later rules see what earlier ones decided. */
class Draft {
  isUsageInjected = false
  readonly #params: ParamView
  /** New names and values; `from` is the caller's name for it, null when the caller sent none. */
  readonly #changed = new Map<string, { from: string | null; value: Json | undefined }>()
  readonly #gone = new Map<string, boolean>()
  readonly #clamped: string[] = []
  readonly #dropped: string[] = []

  constructor(params: ParamView) {
    this.#params = params
  }

  has(name: string): boolean {
    return this.#changed.has(name) || (!this.#gone.has(name) && this.#params.has(name))
  }

  get(name: string): Json | undefined {
    const change = this.#changed.get(name)
    if (change?.value !== undefined) return change.value
    if (change) return change.from === null ? undefined : this.#params.get(change.from)
    return this.has(name) ? this.#params.get(name) : undefined
  }

  set(name: string, value: Json): void {
    const from = this.#changed.get(name)?.from ?? (this.has(name) ? name : null)
    this.#changed.set(name, { from, value })
  }

  clamp(name: string, value: number): void {
    this.set(name, value)
    this.#clamped.push(name)
  }

  drop(name: string, isReported = true): void {
    if (!this.has(name)) return
    const from = this.#changed.get(name)?.from ?? name
    this.#changed.delete(name)
    this.#gone.set(from, isReported)
    if (isReported) this.report(name)
  }

  report(name: string): void {
    this.#dropped.push(name)
  }

  /** Where the caller sent both names, the new one stands. */
  rename(from: string, to: string): void {
    if (!this.has(from)) return
    if (this.has(to)) {
      this.drop(from, false)
      return
    }
    const change = this.#changed.get(from)
    this.#changed.delete(from)
    this.#changed.set(to, { from, value: change?.value })
    this.#gone.set(from, false)
  }

  plan(): ParamPlan {
    const edits: ParamEdit[] = []
    for (const [name, { from, value }] of this.#changed) {
      if (value !== undefined) edits.push({ op: 'set', name, value })
      else if (from !== null) {
        edits.push({ op: 'rename', from, to: name })
        this.#gone.delete(from)
      }
    }
    for (const [name, isReported] of this.#gone) edits.push({ op: 'drop', name, isReported })
    return { edits, clamped: this.#clamped, dropped: this.#dropped, isUsageInjected: this.isUsageInjected }
  }
}

function bare(message: JsonObject, spec: ProviderSpec): JsonObject {
  const edited = spec.keepsCacheControl ? { ...message } : withoutMark(message)
  if (!spec.keepsReasoningContent) delete edited.reasoning_content
  if (!spec.keepsCacheControl && Array.isArray(edited.content)) {
    edited.content = edited.content.map((part) => (isObject(part) ? withoutMark(part) : part))
  }
  if (Array.isArray(edited.tool_calls))
    edited.tool_calls = edited.tool_calls.map((call) => bareCall(call, spec))
  delete edited.extra_content
  return edited
}

function bareCall(call: Json, spec: ProviderSpec): Json {
  if (!isObject(call)) return call
  const { extra_content: _, ...rest } = call
  return spec.keepsCacheControl ? rest : withoutMark(rest)
}

/** A tool may carry its mark beside or inside its function. */
function withoutMark(value: JsonObject): JsonObject {
  const { cache_control: _, ...rest } = value
  if (isObject(rest.function) && 'cache_control' in rest.function) rest.function = withoutMark(rest.function)
  return rest
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
