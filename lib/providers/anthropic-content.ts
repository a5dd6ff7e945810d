import type { Json, JsonObject } from './adapter.ts'
import { idAt, invalid, isObject, isSet, listAt, objectAt, parseJson, textAt, unsupported } from './fields.ts'

export interface Turn {
  role: 'user' | 'assistant'
  content: JsonObject[]
}

export interface Conversation {
  system: JsonObject[]
  turns: Turn[]
}

/**
 * OpenAI chat messages as Anthropic system blocks and alternating turns. Tool results come first in their user turn,
 * consecutive messages of one side become one turn, and blank text (refused upstream) is left out. A prompt of system
 * messages alone is put as the user's. Throws `invalid_body` naming the field. Source: gateway-contract §8.3.
 */
export function conversationOf(messages: Json[]): Conversation {
  const system: JsonObject[] = []
  const turns: Turn[] = []
  let functionId = ''
  messages.forEach((value, index) => {
    const param = `messages[${index}]`
    const message = objectAt(value, param)
    switch (message.role) {
      case 'system':
      case 'developer':
        addTo(system, marked(systemBlocks(message, param), message, param))
        break
      case 'user':
        append(turns, 'user', marked(userBlocks(message.content, `${param}.content`), message, param))
        break
      case 'assistant':
        functionId = `call_${index}`
        append(turns, 'assistant', marked(assistantBlocks(message, functionId, param), message, param))
        break
      case 'tool':
        append(turns, 'user', [
          toolResult(message, idAt(message.tool_call_id, `${param}.tool_call_id`), param),
        ])
        break
      case 'function':
        append(turns, 'user', [toolResult(message, functionId, param)])
        break
      default:
        throw invalid(`${param}.role`, 'must be system, developer, user, assistant or tool')
    }
  })
  if (turns.length === 0 && system.length > 0)
    return { system: [], turns: [{ role: 'user', content: system }] }
  trimPrefill(turns)
  return { system, turns: turns.map(resultsFirst) }
}

/** The parts of any message content: a string is one text part, nothing is none. Throws `invalid_body`. */
function partsOf(content: Json | undefined, param: string): JsonObject[] {
  if (!isSet(content)) return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw invalid(param, 'must be a string or a list of parts')
  return content.map((part, index) =>
    typeof part === 'string' ? { type: 'text', text: part } : objectAt(part, `${param}[${index}]`),
  )
}

function systemBlocks(message: JsonObject, param: string): JsonObject[] {
  return partsOf(message.content, `${param}.content`).flatMap((part, index) => {
    if (part.type === 'text') return textBlock(part, part.text, `${param}.content[${index}]`)
    throw invalid(`${param}.content[${index}].type`, 'must be text in a system message')
  })
}

function userBlocks(content: Json | undefined, param: string): JsonObject[] {
  return partsOf(content, param).flatMap((part, index) => userBlock(part, `${param}[${index}]`))
}

function userBlock(part: JsonObject, param: string): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textBlock(part, part.text, param)
    case 'image_url':
      return [marking({ ...urlBlock(part.image_url, param) }, part, param)]
    case 'file':
      return [marking(documentBlock(objectAt(part.file, `${param}.file`), `${param}.file`), part, param)]
    case 'image':
    case 'document':
    case 'search_result':
      return [marking({ ...part }, part, param)]
    default:
      throw unsupported(`${param}.type`, `${kindOf(part.type)} is not a kind of content this model takes`)
  }
}

function assistantBlocks(message: JsonObject, functionId: string, param: string): JsonObject[] {
  const field = isSet(message.content_blocks) ? 'content_blocks' : 'content'
  const blocks = partsOf(message[field], `${param}.${field}`).flatMap((part, index) =>
    assistantBlock(part, `${param}.${field}[${index}]`),
  )
  if (isSet(message.tool_calls)) {
    listAt(message.tool_calls, `${param}.tool_calls`).forEach((value, index) => {
      const at = `${param}.tool_calls[${index}]`
      const call = objectAt(value, at)
      if (isSet(call.custom))
        throw unsupported(at, 'is a custom tool call, which this provider does not know')
      const called = objectAt(call.function, `${at}.function`)
      blocks.push(marking(toolUse(idAt(call.id, `${at}.id`), called, `${at}.function`), call, at))
    })
  } else if (isSet(message.function_call)) {
    const at = `${param}.function_call`
    blocks.push(toolUse(functionId, objectAt(message.function_call, at), at))
  }
  return blocks
}

function assistantBlock(part: JsonObject, param: string): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textBlock(part, part.text, param)
    case 'refusal':
      return textBlock(part, part.refusal, param)
    case 'thinking':
      // Without its signature a thinking block is refused, so it is better forgotten.
      return typeof part.signature === 'string' && part.signature !== '' && typeof part.thinking === 'string'
        ? [{ type: 'thinking', thinking: part.thinking, signature: part.signature }]
        : []
    case 'redacted_thinking':
      return typeof part.data === 'string' ? [{ type: 'redacted_thinking', data: part.data }] : []
    case 'server_tool_use':
    case 'web_search_tool_result':
    case 'web_fetch_tool_result':
    case 'code_execution_tool_result':
    case 'bash_code_execution_tool_result':
    case 'text_editor_code_execution_tool_result':
      return [marking({ ...part }, part, param)]
    default:
      throw unsupported(
        `${param}.type`,
        `${kindOf(part.type)} is not a kind of content an assistant turn takes`,
      )
  }
}

function toolUse(id: string, called: JsonObject, param: string): JsonObject {
  const name = textAt(called.name, `${param}.name`)
  const input = typeof called.arguments === 'string' ? parseJson(called.arguments) : called.arguments
  return { type: 'tool_use', id: wireId(id), name, input: isObject(input) ? input : {} }
}

function toolResult(message: JsonObject, id: string, param: string): JsonObject {
  const parts = partsOf(message.content, `${param}.content`)
  const block: JsonObject = { type: 'tool_result', tool_use_id: wireId(id) }
  const content = parts.flatMap((part, index) => {
    const [inner] = userBlock(part, `${param}.content[${index}]`)
    if (!inner) return []
    // One marker covers the whole result; a marker inside it would be a second one for the same place.
    const { cache_control: mark, ...bare } = inner
    if (isSet(mark)) block.cache_control = mark
    return [bare]
  })
  const [only] = content
  if (content.length === 1 && only?.type === 'text') block.content = only.text ?? ''
  else if (content.length > 0) block.content = content
  if (message.is_error === true) block.is_error = true
  return marking(block, message, param)
}

function textBlock(source: JsonObject, value: Json | undefined, param: string): JsonObject[] {
  const text = textAt(value, `${param}.${source.type === 'refusal' ? 'refusal' : 'text'}`)
  return text.trim() === '' ? [] : [marking({ type: 'text', text }, source, param)]
}

function urlBlock(value: Json | undefined, param: string): JsonObject {
  const image = typeof value === 'string' ? { url: value } : objectAt(value, `${param}.image_url`)
  const at = `${param}.image_url.url`
  const url = textAt(image.url, at)
  if (/^https?:\/\//i.test(url)) return { type: 'image', source: { type: 'url', url } }
  if (!url.startsWith('data:')) throw unsupported(at, 'must be a data: or an http(s) URL')
  const { mediaType, data } = dataUrl(url, at)
  const media = mediaType || (typeof image.mime_type === 'string' ? image.mime_type : '')
  if (media === '') throw invalid(at, 'must name its media type')
  if (media === 'application/pdf') return { type: 'document', source: base64Source(media, data) }
  return { type: 'image', source: base64Source(media === 'image/jpg' ? 'image/jpeg' : media, data) }
}

function documentBlock(file: JsonObject, param: string): JsonObject {
  const name = file.file_name ?? file.filename
  const title: JsonObject = typeof name === 'string' && name !== '' ? { title: name } : {}
  if (isSet(file.file_id)) {
    return {
      type: 'document',
      source: { type: 'file', file_id: textAt(file.file_id, `${param}.file_id`) },
      ...title,
    }
  }
  if (isSet(file.file_url)) {
    return {
      type: 'document',
      source: { type: 'url', url: textAt(file.file_url, `${param}.file_url`) },
      ...title,
    }
  }
  const at = `${param}.file_data`
  const raw = textAt(file.file_data, at)
  const { mediaType, data } = raw.startsWith('data:') ? dataUrl(raw, at) : { mediaType: '', data: raw }
  const media = mediaType || (typeof file.mime_type === 'string' ? file.mime_type : 'application/pdf')
  if (media.startsWith('image/')) return { type: 'image', source: base64Source(media, data) }
  const isText = media.startsWith('text/') || media === 'application/json'
  const source = isText
    ? { type: 'text', media_type: 'text/plain', data: Buffer.from(data, 'base64').toString('utf8') }
    : base64Source(media, data)
  return { type: 'document', source, ...title }
}

function base64Source(mediaType: string, data: string): JsonObject {
  return { type: 'base64', media_type: mediaType, data }
}

/** Cut by hand: a picture of megabytes is no place for a regular expression. */
function dataUrl(url: string, param: string): { mediaType: string; data: string } {
  const comma = url.indexOf(',')
  if (comma === -1) throw invalid(param, 'must be a complete data: URL')
  const [mediaType = '', ...flags] = url.slice('data:'.length, comma).split(';')
  const data = url.slice(comma + 1)
  if (flags.includes('base64')) return { mediaType: mediaType.toLowerCase(), data }
  try {
    return {
      mediaType: mediaType.toLowerCase(),
      data: Buffer.from(decodeURIComponent(data)).toString('base64'),
    }
  } catch {
    throw invalid(param, 'must be a complete data: URL')
  }
}

/** Ids other makers' models gave (`functions.read:0`) hold characters refused here; both ends of a call change alike. */
function wireId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'call'
}

function append(turns: Turn[], role: Turn['role'], content: JsonObject[]): void {
  if (content.length === 0) return
  const last = turns.at(-1)
  if (last?.role === role) addTo(last.content, content)
  else turns.push({ role, content })
}

/** One by one: spread into `push`, a list of a hundred thousand blocks overflows the stack. */
function addTo(list: JsonObject[], more: JsonObject[]): void {
  for (const block of more) list.push(block)
}

function resultsFirst(turn: Turn): Turn {
  const isResult = (block: JsonObject) => block.type === 'tool_result'
  if (turn.role !== 'user' || !turn.content.some(isResult)) return turn
  const rest = turn.content.filter((block) => !isResult(block))
  return { role: 'user', content: [...turn.content.filter(isResult), ...rest] }
}

/** A last assistant turn is continued from where it stops, and may not stop on white space. */
function trimPrefill(turns: Turn[]): void {
  const last = turns.at(-1)
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined
  if (block?.type === 'text' && typeof block.text === 'string') block.text = block.text.trimEnd()
}

function marking(block: JsonObject, source: JsonObject, param: string): JsonObject {
  if (isSet(source.cache_control)) {
    block.cache_control = objectAt(source.cache_control, `${param}.cache_control`)
  }
  return block
}

function marked(blocks: JsonObject[], message: JsonObject, param: string): JsonObject[] {
  const last = blocks.findLast((block) => block.type !== 'thinking' && block.type !== 'redacted_thinking')
  if (last && !isSet(last.cache_control)) marking(last, message, param)
  return blocks
}

function kindOf(type: Json | undefined): string {
  return typeof type === 'string' && type.length <= 40 ? `"${type}"` : 'what was sent'
}
