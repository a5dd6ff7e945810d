import type { Json, JsonObject, TranslateContext, TranslatedRequest } from './adapter.ts'
import { placeBreakpoints } from './anthropic-cache.ts'
import { conversationOf, type Turn } from './anthropic-content.ts'
import { claudeTraits } from './anthropic-models.ts'
import { closedSchema } from './anthropic-schema.ts'
import { planThinking, type ThinkingPlan } from './anthropic-thinking.ts'
import {
  countAt,
  invalid,
  isObject,
  isSet,
  listAt,
  numberAt,
  objectAt,
  textAt,
  unsupported,
} from './fields.ts'

const MAX_TOKENS_DEFAULT = 4096
const TOP_P_WITH_THINKING_MIN = 0.95

/** OpenAI parameters Anthropic has no form for. */
const REFUSED = [
  'n',
  'logprobs',
  'top_logprobs',
  'presence_penalty',
  'frequency_penalty',
  'seed',
  'logit_bias',
  'modalities',
  'audio',
  'prediction',
  'verbosity',
  'web_search_options',
]
/** Anthropic's own parameters, sent on as they came. */
const NATIVE = ['speed', 'context_management', 'inference_geo', 'mcp_servers', 'container', 'cache_control']
const TOOL_EXTRAS = ['cache_control', 'defer_loading', 'allowed_callers', 'input_examples']

/**
 * An OpenAI chat body as a Messages request. What is known to be refused is left out and named in `dropped`; fields
 * that mean nothing here (`stream_options`, `store`, `metadata`, `think` …) are left out silently.
 * Throws `invalid_body` or `unsupported_parameter` naming the field. Source: gateway-contract §8.3.
 */
export function anthropicRequest(body: JsonObject, context: TranslateContext): TranslatedRequest {
  const { system, turns } = conversationOf(listAt(body.messages, 'messages'))
  if (turns.length === 0) throw invalid('messages', 'must hold at least one message with content')
  const dropped = REFUSED.filter((name) => isSet(body[name]))
  const { tools, choice } = toolsOf(body, dropped, context)
  const isForced = choice?.type === 'any' || choice?.type === 'tool'
  const plan = planThinking(body, turns, isForced, maxTokensOf(body, context), context)
  dropped.push(...plan.dropped)
  placeBreakpoints({ tools, system, turns }, isSet(body.cache_control) ? 1 : 0)

  const out: JsonObject = { model: context.model, max_tokens: plan.maxTokens }
  if (system.length > 0) out.system = system
  out.messages = turns.map(wireTurn)
  if (tools.length > 0) out.tools = tools
  if (choice) out.tool_choice = choice
  const clamped = addSampling(out, body, plan, dropped, context)
  addStop(out, body, dropped)
  addUser(out, body, dropped)
  addOutput(out, body, plan, dropped)
  addServiceTier(out, body, dropped)
  for (const name of NATIVE) if (isSet(body[name])) out[name] = body[name]
  if (body.stream === true) out.stream = true
  return { path: '/messages', body: out, headers: { 'anthropic-version': '2023-06-01' }, clamped, dropped }
}

function maxTokensOf(body: JsonObject, context: TranslateContext): number {
  const name = isSet(body.max_tokens) ? 'max_tokens' : 'max_completion_tokens'
  const cap = context.maxOutputTokens ?? Number.POSITIVE_INFINITY
  if (!isSet(body[name])) return context.maxOutputTokens ?? MAX_TOKENS_DEFAULT
  return Math.min(countAt(body[name], name), cap)
}

/** One plain text needs no block around it. */
function wireTurn({ role, content }: Turn): JsonObject {
  const [only] = content
  const isPlain = content.length === 1 && only?.type === 'text' && Object.keys(only).length === 2
  return { role, content: isPlain ? (only.text ?? '') : content }
}

function toolsOf(
  body: JsonObject,
  dropped: string[],
  context: TranslateContext,
): { tools: JsonObject[]; choice: JsonObject | null } {
  const isLegacy = !isSet(body.tools) && isSet(body.functions)
  const field = isLegacy ? 'functions' : 'tools'
  const listed = isSet(body[field]) ? listAt(body[field], field) : []
  const tools = listed.map((value, index) => {
    const param = `${field}[${index}]`
    const tool = objectAt(value, param)
    return isLegacy ? functionTool(tool, tool, param) : toolOf(tool, param)
  })
  if (tools.length === 0) return { tools, choice: null }
  const { wire, names } = choiceOf(body, isLegacy)
  const offered = names ? tools.filter((tool) => names.has(String(tool.name))) : tools
  if (offered.length === 0) return { tools: [], choice: null }
  const isForced = wire?.type === 'any' || wire?.type === 'tool'
  if (!isForced || claudeTraits(context.model).canForceTools) return { tools: offered, choice: wire }
  dropped.push('tool_choice')
  return { tools: offered, choice: withParallel({ type: 'auto' }, body) }
}

function toolOf(tool: JsonObject, param: string): JsonObject {
  if (tool.type === 'function')
    return functionTool(objectAt(tool.function, `${param}.function`), tool, `${param}.function`)
  if (typeof tool.name === 'string') return { ...tool }
  const type = textAt(tool.type, `${param}.type`)
  if (type === 'custom') throw unsupported(param, 'is a free-form tool, which this provider does not know')
  const { name, ...options } = objectAt(tool[type], `${param}.${type}`)
  return { type: textAt(name, `${param}.${type}.name`), name: type, ...options, ...extrasOf(tool) }
}

function functionTool(called: JsonObject, tool: JsonObject, param: string): JsonObject {
  const out: JsonObject = { name: textAt(called.name, `${param}.name`) }
  if (isSet(called.description)) out.description = textAt(called.description, `${param}.description`)
  const schema = isSet(called.parameters) ? objectAt(called.parameters, `${param}.parameters`) : {}
  const isTyped = schema.type === 'object'
  out.input_schema = isTyped ? { ...schema } : { ...schema, type: 'object' }
  if (!isTyped && !isSet(schema.properties)) out.input_schema.properties = {}
  return { ...out, ...extrasOf(called), ...extrasOf(tool) }
}

function extrasOf(source: JsonObject): JsonObject {
  const extras: JsonObject = {}
  for (const name of TOOL_EXTRAS) {
    const value = source[name]
    if (isSet(value)) extras[name] = name === 'cache_control' ? objectAt(value, 'tools.cache_control') : value
  }
  return extras
}

interface Choice {
  wire: JsonObject | null
  /** Only these tools may be called. */
  names?: Set<string>
}

function choiceOf(body: JsonObject, isLegacy: boolean): Choice {
  const field = isLegacy ? 'function_call' : 'tool_choice'
  const value = body[field]
  if (!isSet(value)) return { wire: withParallel(null, body) }
  if (typeof value === 'string') return { wire: withParallel({ type: choiceType(value, field) }, body) }
  const choice = objectAt(value, field)
  if (isLegacy)
    return { wire: withParallel({ type: 'tool', name: textAt(choice.name, `${field}.name`) }, body) }
  if (choice.type === 'function') {
    const name = textAt(objectAt(choice.function, `${field}.function`).name, `${field}.function.name`)
    return { wire: withParallel({ type: 'tool', name }, body) }
  }
  if (choice.type === 'allowed_tools')
    return allowedTools(objectAt(choice.allowed_tools, `${field}.allowed_tools`), body)
  if (choice.type === 'tool') {
    return { wire: withParallel({ type: 'tool', name: textAt(choice.name, `${field}.name`) }, body) }
  }
  return { wire: withParallel({ type: choiceType(choice.type, `${field}.type`) }, body) }
}

function choiceType(value: Json | undefined, param: string): string {
  if (value === 'auto' || value === 'none' || value === 'any') return value
  if (value === 'required') return 'any'
  throw invalid(param, 'must be auto, required, none or a function')
}

function allowedTools(allowed: JsonObject, body: JsonObject): Choice {
  const param = 'tool_choice.allowed_tools'
  const names = listAt(allowed.tools, `${param}.tools`).map((value, index) => {
    const at = `${param}.tools[${index}]`
    const tool = objectAt(value, at)
    return textAt(isObject(tool.function) ? tool.function.name : tool.name, `${at}.function.name`)
  })
  return {
    wire: withParallel({ type: choiceType(allowed.mode, `${param}.mode`) }, body),
    names: new Set(names),
  }
}

function withParallel(choice: JsonObject | null, body: JsonObject): JsonObject | null {
  if (body.parallel_tool_calls !== false || choice?.type === 'none') return choice
  return { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true }
}

/** Adds what Claude takes, and gives the names of what was moved into its range of 0 to 1. */
function addSampling(
  out: JsonObject,
  body: JsonObject,
  plan: ThinkingPlan,
  dropped: string[],
  context: TranslateContext,
): string[] {
  const clamped: string[] = []
  const { hasSampling } = claudeTraits(context.model)
  const isTemperatureSet = isSet(body.temperature)
  for (const name of ['temperature', 'top_p', 'top_k']) {
    if (!isSet(body[name])) continue
    const value = numberAt(body[name], name)
    const isRefused =
      !hasSampling ||
      (plan.isOn && !(name === 'top_p' && value >= TOP_P_WITH_THINKING_MIN)) ||
      (name === 'top_p' && isTemperatureSet && !plan.isOn)
    const bounded = name === 'top_k' ? value : Math.min(1, Math.max(0, value))
    if (isRefused) dropped.push(name)
    else {
      out[name] = bounded
      if (bounded !== value) clamped.push(name)
    }
  }
  return clamped
}

function addStop(out: JsonObject, body: JsonObject, dropped: string[]): void {
  if (!isSet(body.stop)) return
  const stops = (Array.isArray(body.stop) ? body.stop : [body.stop]).map((stop, index) =>
    textAt(stop, Array.isArray(body.stop) ? `stop[${index}]` : 'stop'),
  )
  const kept = stops.filter((stop) => stop.trim() !== '')
  if (kept.length > 0) out.stop_sequences = kept
  if (kept.length < stops.length) dropped.push('stop')
}

/** Anthropic answers 400 to an id that looks like an e-mail address or a telephone number. */
function addUser(out: JsonObject, body: JsonObject, dropped: string[]): void {
  if (!isSet(body.user)) return
  const user = textAt(body.user, 'user')
  if (/\S@\S+\.\S/.test(user) || /^\+?[\d\s().-]{7,}$/.test(user)) dropped.push('user')
  else if (user !== '') out.metadata = { user_id: user }
}

function addOutput(out: JsonObject, body: JsonObject, plan: ThinkingPlan, dropped: string[]): void {
  if (plan.thinking) out.thinking = plan.thinking
  const config: JsonObject = isSet(body.output_config)
    ? { ...objectAt(body.output_config, 'output_config') }
    : {}
  if (plan.effort !== null && !isSet(config.effort)) config.effort = plan.effort
  if (isSet(body.response_format)) {
    const format = objectAt(body.response_format, 'response_format')
    if (format.type === 'json_schema') {
      const param = 'response_format.json_schema'
      const schema = objectAt(objectAt(format.json_schema, param).schema, `${param}.schema`)
      config.format = { type: 'json_schema', schema: closedSchema(schema, `${param}.schema`) }
    } else if (format.type === 'json_object') dropped.push('response_format')
    else if (format.type !== 'text')
      throw invalid('response_format.type', 'must be text, json_object or json_schema')
  }
  if (Object.keys(config).length > 0) out.output_config = config
}

function addServiceTier(out: JsonObject, body: JsonObject, dropped: string[]): void {
  const tier = body.service_tier
  if (!isSet(tier)) return
  if (tier === 'auto') out.service_tier = 'auto'
  else if (tier === 'default' || tier === 'standard' || tier === 'standard_only')
    out.service_tier = 'standard_only'
  else dropped.push('service_tier')
}
