import type { Json, JsonObject } from '../providers/adapter.ts'

/** Models the stand-in serves: output cap in tokens, and name. */
export const MODELS: Readonly<Record<string, { cap: number; name: string }>> = {
  'claude-opus-4-6': { cap: 128_000, name: 'Claude Opus 4.6' },
  'claude-sonnet-4-6': { cap: 64_000, name: 'Claude Sonnet 4.6' },
  'claude-opus-4-5-20251101': { cap: 64_000, name: 'Claude Opus 4.5' },
  'claude-sonnet-4-5-20250929': { cap: 64_000, name: 'Claude Sonnet 4.5' },
  'claude-haiku-4-5-20251001': { cap: 64_000, name: 'Claude Haiku 4.5' },
  'claude-3-5-haiku-20241022': { cap: 8_192, name: 'Claude Haiku 3.5' },
}

/** The dated model an undated id stands for; null when the stand-in serves neither. */
export function servedModel(model: Json | undefined): string | null {
  if (typeof model !== 'string') return null
  const ids = Object.keys(MODELS)
  return ids.find((id) => id === model) ?? ids.find((id) => id.replace(/-20\d{6}$/, '') === model) ?? null
}

export interface Refusal {
  status: number
  type: string
  message: string
}

/**
 * Why Anthropic would refuse this body, in its own words; null when it would not. `endpoint` is `messages` or
 * `messages/count_tokens`. Messages are those its API is known to send.
 */
export function refusalOf(endpoint: string, body: JsonObject): Refusal | null {
  const fields = endpoint === 'messages' ? MESSAGES_FIELDS : COUNT_FIELDS
  for (const name of fields.required) if (body[name] === undefined) return bad(`${name}: Field required`)
  const stray = Object.keys(body).find((name) => !fields.known.has(name))
  if (stray) return bad(`${stray}: Extra inputs are not permitted`)
  const model = servedModel(body.model)
  if (!model) return { status: 404, type: 'not_found_error', message: `model: ${String(body.model)}` }
  return (
    capRefusal(body, model) ??
    shapeRefusal(body) ??
    toolTurnRefusal(body.messages as JsonObject[]) ??
    toolRefusal(body) ??
    thinkingRefusal(body) ??
    samplingRefusal(body, model) ??
    markRefusal(body)
  )
}

/** Every block that may carry a mark, in the order a prompt is read: tools, system, messages. */
export function blocksOf(body: JsonObject): JsonObject[] {
  const blocks: JsonObject[] = []
  for (const tool of listOf(body.tools)) blocks.push(tool)
  blocks.push(
    ...(typeof body.system === 'string' ? [{ type: 'text', text: body.system }] : listOf(body.system)),
  )
  for (const message of listOf(body.messages)) {
    const { content } = message
    blocks.push(
      ...(typeof content === 'string'
        ? [{ type: 'text', text: content, role: message.role ?? null }]
        : listOf(content)),
    )
  }
  return blocks
}

const COMMON =
  'cache_control messages model output_config speed system thinking tool_choice tools mcp_servers context_management'.split(
    ' ',
  )
const MESSAGES_FIELDS = {
  required: ['model', 'messages', 'max_tokens'],
  known: new Set([
    ...COMMON,
    'max_tokens',
    'container',
    'inference_geo',
    'metadata',
    'service_tier',
    'stop_sequences',
    'stream',
    'temperature',
    'top_k',
    'top_p',
  ]),
}
const COUNT_FIELDS = { required: ['model', 'messages'], known: new Set(COMMON) }

const BLOCK_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(['type', 'text', 'cache_control', 'citations']),
  image: new Set(['type', 'source', 'cache_control']),
  document: new Set(['type', 'source', 'cache_control', 'citations', 'context', 'title']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller']),
  tool_result: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
}

function capRefusal(body: JsonObject, model: string): Refusal | null {
  const asked = body.max_tokens
  if (asked === undefined) return null
  if (typeof asked !== 'number' || !Number.isInteger(asked))
    return bad('max_tokens: Input should be a valid integer')
  if (asked < 1) return bad('max_tokens: Input should be greater than or equal to 1')
  const cap = MODELS[model]?.cap ?? 0
  if (asked > cap)
    return bad(
      `max_tokens: ${asked} > ${cap}, which is the maximum allowed number of output tokens for ${model}`,
    )
  return null
}

function shapeRefusal(body: JsonObject): Refusal | null {
  if (!Array.isArray(body.messages)) return bad('messages: Input should be a valid list')
  const messages = body.messages as JsonObject[]
  if (messages.length === 0) return bad('messages: at least one message is required')
  if (emptyText(listOf(body.system))) return bad('system: text content blocks must be non-empty')
  for (const [at, message] of messages.entries()) {
    if (message.role === 'system') {
      return bad(
        'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
      )
    }
    if (message.role !== 'user' && message.role !== 'assistant')
      return bad(`messages.${at}.role: Input should be 'user' or 'assistant'`)
    const extra = Object.keys(message).find((name) => name !== 'role' && name !== 'content')
    if (extra) return bad(`messages.${at}.${extra}: Extra inputs are not permitted`)
    const refusal = contentRefusal(message, at, at === messages.length - 1)
    if (refusal) return refusal
  }
  return messages[0]?.role === 'user' ? null : bad('messages: first message must use the "user" role')
}

function contentRefusal(message: JsonObject, at: number, isLast: boolean): Refusal | null {
  const { content } = message
  const isEmpty = content === '' || (Array.isArray(content) && content.length === 0)
  if (isEmpty && !(isLast && message.role === 'assistant')) {
    return bad(
      `messages.${at}: all messages must have non-empty content except for the optional final assistant message`,
    )
  }
  if (typeof content === 'string') return null
  if (!Array.isArray(content)) return bad(`messages.${at}.content: Input should be a valid list`)
  const blocks = content as JsonObject[]
  if (emptyText(blocks)) return bad('messages: text content blocks must be non-empty')
  for (const [index, block] of blocks.entries()) {
    const type = String(block.type)
    const known = BLOCK_FIELDS[type]
    const place = `messages.${at}.content.${index}`
    if (!known) {
      const tags = Object.keys(BLOCK_FIELDS)
        .map((tag) => `'${tag}'`)
        .join(', ')
      return bad(
        `${place}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${tags}`,
      )
    }
    const stray = Object.keys(block).find((name) => !known.has(name))
    if (stray) return bad(`${place}.${type}.${stray}: Extra inputs are not permitted`)
    if (type === 'tool_use' && !/^[a-zA-Z0-9_-]+$/.test(String(block.id))) {
      return bad(`${place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`)
    }
    if (type === 'tool_use' && !isObject(block.input))
      return bad(`${place}.tool_use.input: Input should be a valid dictionary`)
    if (type === 'tool_result' && emptyText(listOf(block.content)))
      return bad(`${place}.tool_result: text content blocks must be non-empty`)
  }
  return null
}

/** Each call is answered in the very next message, before anything else in it; and nothing else is answered. */
function toolTurnRefusal(messages: readonly JsonObject[]): Refusal | null {
  let open: string[] = []
  for (const [at, message] of messages.entries()) {
    const blocks = listOf(message.content)
    const results = blocks
      .filter(({ type }) => type === 'tool_result')
      .map((block) => String(block.tool_use_id))
    const unanswered = open.filter((id) => !results.includes(id))
    if (unanswered.length > 0) {
      return bad(
        `messages.${at - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${unanswered.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      )
    }
    const strange = results.find((id) => !open.includes(id))
    if (strange !== undefined) {
      return bad(
        `messages.${at}.content.${blocks.findIndex((block) => block.tool_use_id === strange)}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${strange}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      )
    }
    if (results.length > 0 && blocks.findLastIndex(({ type }) => type === 'tool_result') >= results.length) {
      return bad(
        `messages.${at - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${results.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      )
    }
    open =
      message.role === 'assistant'
        ? blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => String(id))
        : []
    if (new Set(open).size < open.length) return bad('messages: `tool_use` ids must be unique')
  }
  if (open.length === 0) return null
  return bad(
    `messages.${messages.length - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  )
}

function toolRefusal(body: JsonObject): Refusal | null {
  const names = new Set<string>()
  for (const [at, tool] of listOf(body.tools).entries()) {
    const isCustom = tool.type === undefined || tool.type === 'custom'
    if (!isCustom && SERVER_TOOLS.test(String(tool.type))) continue
    if (!isCustom) {
      return bad(
        `tools.${at}: Input tag '${String(tool.type)}' found using 'type' does not match any of the expected tags: 'bash_20250124', 'custom', 'text_editor_20250728', 'web_search_20250305'`,
      )
    }
    if (typeof tool.name !== 'string') return bad(`tools.${at}.custom.name: Field required`)
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name))
      return bad(`tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`)
    if (names.has(tool.name)) return bad('tools: Tool names must be unique.')
    names.add(tool.name)
    if (!isObject(tool.input_schema)) return bad(`tools.${at}.custom.input_schema: Field required`)
    if (tool.input_schema.type !== 'object')
      return bad(`tools.${at}.custom.input_schema.type: Input should be 'object'`)
    const stray = Object.keys(tool).find((name) => !TOOL_FIELDS.has(name))
    if (stray) return bad(`tools.${at}.custom.${stray}: Extra inputs are not permitted`)
  }
  const choice = body.tool_choice
  if (choice !== undefined && !isObject(choice))
    return bad('tool_choice: Input should be a valid dictionary or object to extract fields from')
  if (isObject(choice) && choice.type === 'tool' && !names.has(String(choice.name)))
    return bad(`Tool '${String(choice.name)}' not found in provided tools`)
  return null
}

const SERVER_TOOLS =
  /^(bash|text_editor|computer|web_search|web_fetch|code_execution|memory|tool_search_tool_\w+|mcp_toolset)(_20\d{6})?$/
const TOOL_FIELDS = new Set(
  'name description input_schema cache_control type strict allowed_callers defer_loading eager_input_streaming input_examples'.split(
    ' ',
  ),
)

function thinkingRefusal(body: JsonObject): Refusal | null {
  const thinking = isObject(body.thinking) ? body.thinking : {}
  if (thinking.type !== 'enabled' && thinking.type !== 'adaptive') return null
  if (thinking.type === 'enabled') {
    const budget = Number(thinking.budget_tokens)
    if (!(budget >= 1_024))
      return bad('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024')
    if (Number(body.max_tokens) <= budget) {
      return bad(
        '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
      )
    }
  }
  if (body.temperature !== undefined && body.temperature !== 1) {
    return bad(
      '`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking',
    )
  }
  if (isObject(body.tool_choice) && (body.tool_choice.type === 'any' || body.tool_choice.type === 'tool')) {
    return bad('Thinking may not be enabled when tool_choice forces tool use.')
  }
  return thinking.type === 'enabled' ? thinkingTurnRefusal(body.messages as JsonObject[]) : null
}

/** Within a tool turn, the assistant message must open with the thinking that led to the call. */
function thinkingTurnRefusal(messages: readonly JsonObject[]): Refusal | null {
  const at = messages.findLastIndex(({ role }) => role === 'assistant')
  const [head] = listOf(messages[at]?.content)
  const isToolTurn = listOf(messages.at(-1)?.content).some(({ type }) => type === 'tool_result')
  if (!head || !isToolTurn || head.type === 'thinking' || head.type === 'redacted_thinking') return null
  return bad(
    `messages.${at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${String(head.type)}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`,
  )
}

function samplingRefusal(body: JsonObject, model: string): Refusal | null {
  const { temperature, top_p: topP } = body
  if (typeof temperature === 'number' && temperature > 1)
    return bad('temperature: Input should be less than or equal to 1')
  if (typeof temperature === 'number' && temperature < 0)
    return bad('temperature: Input should be greater than or equal to 0')
  if (temperature !== undefined && topP !== undefined && /-4-[5-9]/.test(model)) {
    return bad('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
  }
  return null
}

function markRefusal(body: JsonObject): Refusal | null {
  const marks = blocksOf(body).filter((block) => isObject(block.cache_control))
  if (isObject(body.cache_control)) marks.push(body)
  const odd = marks.find(({ cache_control: mark }) => isObject(mark) && mark.type !== 'ephemeral')
  if (odd) return bad("cache_control.type: Input should be 'ephemeral'")
  if (marks.length > 4)
    return bad(`A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`)
  const ttls = marks.map(({ cache_control: mark }) => (isObject(mark) && mark.ttl === '1h' ? '1h' : '5m'))
  const late = ttls.indexOf('1h', ttls.indexOf('5m'))
  if (ttls.includes('5m') && late > ttls.indexOf('5m')) {
    return bad(
      "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    )
  }
  return null
}

function emptyText(blocks: readonly JsonObject[]): boolean {
  return blocks.some(({ type, text }) => type === 'text' && (typeof text !== 'string' || text === ''))
}

function bad(message: string): Refusal {
  return { status: 400, type: 'invalid_request_error', message }
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
