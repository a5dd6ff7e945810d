import { createHash } from 'node:crypto'
import type { Json, JsonObject, TranslateContext, TranslatedRequest } from './adapter.ts'
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
import { chatMessages } from './messages-content.ts'
import { isStrictSchema } from './openai-schema.ts'

const STOPS_MAX = 4
const USER_CHARS_MAX = 64

/** Anthropic's own parameters an OpenAI-compatible upstream has no form for. */
const REFUSED = [
  'top_k',
  'container',
  'context_management',
  'inference_geo',
  'mcp_servers',
  'service_tier',
  'speed',
]

/**
 * A Messages body as an OpenAI chat request, always asking a stream for its usage. The output cap and the effort leave
 * as asked, under OpenAI's newest names; bounds, and what one provider or model calls or refuses differently, are
 * settled and told by `parameterEdits`.
 * Throws `invalid_body` or `unsupported_parameter` naming the field. Source: gateway-contract §8.11.
 */
export function messagesRequest(body: JsonObject, context: TranslateContext): TranslatedRequest {
  const dropped = REFUSED.filter((name) => isSet(body[name]))
  const out: JsonObject = { model: context.model }
  out.messages = chatMessages(body, context)
  out.max_completion_tokens = countAt(body.max_tokens, 'max_tokens')
  addTools(out, body, dropped)
  for (const name of ['temperature', 'top_p']) if (isSet(body[name])) out[name] = numberAt(body[name], name)
  addStop(out, body, dropped)
  addUser(out, body)
  addFormat(out, body)
  addEffort(out, body)
  if (body.stream === true) {
    out.stream = true
    out.stream_options = { include_usage: true }
  }
  return { path: '/chat/completions', body: out, headers: {}, clamped: [], dropped }
}

function addTools(out: JsonObject, body: JsonObject, dropped: string[]): void {
  if (!isSet(body.tools)) return
  const tools = listAt(body.tools, 'tools').flatMap((value, index) => {
    const param = `tools[${index}]`
    const tool = objectAt(value, param)
    if (isSet(tool.type) && tool.type !== 'custom') {
      dropped.push(droppedTool(textAt(tool.type, `${param}.type`)))
      return []
    }
    return [functionTool(tool, param)]
  })
  if (tools.length === 0) return
  out.tools = tools
  if (isSet(body.tool_choice)) addToolChoice(out, objectAt(body.tool_choice, 'tool_choice'))
}

/** The names end in a header, so only a plain type is repeated. */
function droppedTool(type: string): string {
  return /^\w{1,64}$/.test(type) ? `tools.${type}` : 'tools'
}

function functionTool(tool: JsonObject, param: string): JsonObject {
  const called: JsonObject = { name: textAt(tool.name, `${param}.name`) }
  if (isSet(tool.description)) called.description = textAt(tool.description, `${param}.description`)
  called.parameters = isSet(tool.input_schema)
    ? objectAt(tool.input_schema, `${param}.input_schema`)
    : { type: 'object', properties: {} }
  return { type: 'function', function: called }
}

function addToolChoice(out: JsonObject, choice: JsonObject): void {
  switch (choice.type) {
    case 'auto':
    case 'none':
      out.tool_choice = choice.type
      break
    case 'any':
      out.tool_choice = 'required'
      break
    case 'tool':
      out.tool_choice = { type: 'function', function: { name: textAt(choice.name, 'tool_choice.name') } }
      break
    default:
      throw invalid('tool_choice.type', 'must be auto, any, none or tool')
  }
  if (choice.disable_parallel_tool_use === true) out.parallel_tool_calls = false
}

function addStop(out: JsonObject, body: JsonObject, dropped: string[]): void {
  if (!isSet(body.stop_sequences)) return
  const stops = listAt(body.stop_sequences, 'stop_sequences').map((stop, index) =>
    textAt(stop, `stop_sequences[${index}]`),
  )
  if (stops.length > 0) out.stop = stops.slice(0, STOPS_MAX)
  if (stops.length > STOPS_MAX) dropped.push('stop_sequences')
}

/** OpenAI refuses an id of more than 64 characters; its digest has just that many and names the same person. */
function addUser(out: JsonObject, body: JsonObject): void {
  if (!isSet(body.metadata)) return
  const id = objectAt(body.metadata, 'metadata').user_id
  if (!isSet(id) || id === '') return
  const user = textAt(id, 'metadata.user_id')
  out.user = user.length > USER_CHARS_MAX ? createHash('sha256').update(user).digest('hex') : user
}

function addFormat(out: JsonObject, body: JsonObject): void {
  const config = isSet(body.output_config) ? objectAt(body.output_config, 'output_config') : {}
  const value: Json | undefined = config.format ?? body.output_format
  if (!isSet(value)) return
  const format = objectAt(value, 'output_config.format')
  if (format.type !== 'json_schema') throw unsupported('output_config.format.type', 'must be json_schema')
  const schema = objectAt(format.schema, 'output_config.format.schema')
  const strict = isStrictSchema(schema)
  out.response_format = { type: 'json_schema', json_schema: { name: 'answer', schema, strict } }
}

function addEffort(out: JsonObject, body: JsonObject): void {
  const config = isObject(body.output_config) ? body.output_config : {}
  const thinking = isSet(body.thinking) ? objectAt(body.thinking, 'thinking') : null
  if (isSet(config.effort)) out.reasoning_effort = textAt(config.effort, 'output_config.effort')
  else if (thinking?.type === 'enabled') {
    out.reasoning_effort = effortOf(countAt(thinking.budget_tokens, 'thinking.budget_tokens'))
  }
}

/** The effort whose own budget (1,024, 8,192 or 16,384 tokens) is nearest. */
function effortOf(budgetTokens: number): string {
  if (budgetTokens < 4608) return 'low'
  return budgetTokens < 12_288 ? 'medium' : 'high'
}
