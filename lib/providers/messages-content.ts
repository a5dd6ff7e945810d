import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { idAt, invalid, isObject, isSet, listAt, objectAt, textAt, unsupported } from './fields.ts'
import { providerSpec } from './openai-compatible.ts'

/**
 * The system text and messages of a Messages body as OpenAI chat messages. Tool results become `tool` messages ahead
 * of the rest of their turn; what is in them beside text follows as the user's. Thinking is left out, except towards
 * an upstream that wants a tool turn's reasoning back. Throws `invalid_body` naming the field.
 * Source: gateway-contract §8.11.
 */
export function chatMessages(body: JsonObject, context: TranslateContext): JsonObject[] {
  const keepsReasoning = providerSpec(context.providerId)?.keepsReasoningContent === true
  const turns = listAt(body.messages, 'messages')
  if (turns.length === 0) throw invalid('messages', 'must hold at least one message')
  const system = joined(textParts(body.system, 'system'))
  const opening: JsonObject[] = system === '' ? [] : [{ role: 'system', content: system }]
  return turns.reduce<JsonObject[]>((out, value, index) => {
    for (const message of messagesOf(value, `messages[${index}]`, keepsReasoning)) out.push(message)
    return out
  }, opening)
}

function messagesOf(value: Json, param: string, keepsReasoning: boolean): JsonObject[] {
  const turn = objectAt(value, param)
  const at = `${param}.content`
  switch (turn.role) {
    case 'user':
      return userMessages(blocksOf(turn.content, at), at)
    case 'assistant':
      return assistantMessages(blocksOf(turn.content, at), at, keepsReasoning)
    case 'system':
      return [{ role: 'system', content: joined(textParts(turn.content, at)) }]
    default:
      throw invalid(`${param}.role`, 'must be user or assistant')
  }
}

function blocksOf(content: Json | undefined, param: string): JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw invalid(param, 'must be a string or a list of blocks')
  return content.map((block, index) => objectAt(block, `${param}[${index}]`))
}

function textParts(content: Json | undefined, param: string): JsonObject[] {
  if (!isSet(content)) return []
  return blocksOf(content, param).map((block, index) => textPart(block.text, `${param}[${index}].text`))
}

function userMessages(blocks: JsonObject[], param: string): JsonObject[] {
  const tools: JsonObject[] = []
  const shown: JsonObject[] = []
  const parts = blocks.flatMap((block, index) => {
    const at = `${param}[${index}]`
    if (block.type !== 'tool_result') return userParts(block, at)
    const told = resultParts(block, at)
    const text = joined(told.filter((part) => part.type === 'text'))
    const content = block.is_error === true ? `Error: ${text}` : text
    tools.push({ role: 'tool', tool_call_id: idAt(block.tool_use_id, `${at}.tool_use_id`), content })
    for (const part of told) if (part.type !== 'text') shown.push(part)
    return []
  })
  const rest = [...shown, ...parts]
  if (rest.length === 0) return tools
  const isText = rest.every((part) => part.type === 'text')
  return [...tools, { role: 'user', content: isText ? joined(rest) : rest }]
}

function resultParts(block: JsonObject, param: string): JsonObject[] {
  if (!isSet(block.content)) return []
  const at = `${param}.content`
  return blocksOf(block.content, at).flatMap((inner, index) => userParts(inner, `${at}[${index}]`))
}

function userParts(block: JsonObject, param: string): JsonObject[] {
  switch (block.type) {
    case 'text':
      return [textPart(block.text, `${param}.text`)]
    case 'image':
      return [imagePart(objectAt(block.source, `${param}.source`), `${param}.source`)]
    case 'document':
      return documentParts(block, param)
    case 'search_result': {
      const texts = textParts(block.content, `${param}.content`)
      const heading = [block.title, block.source].filter((line) => typeof line === 'string').join('\n')
      return [textPart(heading, param), ...texts]
    }
    case 'tool_reference':
      return []
    default:
      throw unsupported(`${param}.type`, 'is not a kind of content this model takes')
  }
}

function imagePart(source: JsonObject, param: string): JsonObject {
  if (source.type === 'url')
    return { type: 'image_url', image_url: { url: textAt(source.url, `${param}.url`) } }
  if (source.type !== 'base64') throw unsupported(`${param}.type`, 'must be base64 or url')
  return { type: 'image_url', image_url: { url: dataUrl(source, param) } }
}

function documentParts(block: JsonObject, param: string): JsonObject[] {
  const at = `${param}.source`
  const source = objectAt(block.source, at)
  const title = typeof block.title === 'string' && block.title !== '' ? block.title : 'document.pdf'
  switch (source.type) {
    case 'text':
      return [textPart(source.data, `${at}.data`)]
    case 'base64':
      return [{ type: 'file', file: { filename: title, file_data: dataUrl(source, at) } }]
    case 'url':
      return [{ type: 'file', file: { filename: title, file_url: textAt(source.url, `${at}.url`) } }]
    case 'file':
      return [{ type: 'file', file: { file_id: textAt(source.file_id, `${at}.file_id`) } }]
    case 'content':
      return blocksOf(source.content, `${at}.content`).flatMap((inner, index) =>
        inner.type === 'document' ? [] : userParts(inner, `${at}.content[${index}]`),
      )
    default:
      throw unsupported(`${at}.type`, 'must be text, base64, url, file or content')
  }
}

function assistantMessages(blocks: JsonObject[], param: string, keepsReasoning: boolean): JsonObject[] {
  const texts: JsonObject[] = []
  const calls: JsonObject[] = []
  const thoughts: JsonObject[] = []
  blocks.forEach((block, index) => {
    const at = `${param}[${index}]`
    if (block.type === 'text') texts.push(textPart(block.text, `${at}.text`))
    else if (block.type === 'thinking') thoughts.push(textPart(block.thinking, `${at}.thinking`))
    else if (block.type === 'tool_use') calls.push(toolCall(block, at))
    else if (typeof block.type !== 'string') throw invalid(`${at}.type`, 'must be a string')
  })
  if (texts.length === 0 && calls.length === 0) return []
  const message: JsonObject = { role: 'assistant', content: joined(texts) || null }
  if (calls.length === 0) message.content ??= ''
  else message.tool_calls = calls
  const reasoning = joined(thoughts)
  if (keepsReasoning && calls.length > 0 && reasoning !== '') message.reasoning_content = reasoning
  return [message]
}

function toolCall(block: JsonObject, param: string): JsonObject {
  return {
    id: idAt(block.id, `${param}.id`),
    type: 'function',
    function: {
      name: textAt(block.name, `${param}.name`),
      arguments: JSON.stringify(isObject(block.input) ? block.input : {}),
    },
  }
}

function dataUrl(source: JsonObject, param: string): string {
  const mediaType = textAt(source.media_type, `${param}.media_type`)
  return `data:${mediaType};base64,${textAt(source.data, `${param}.data`)}`
}

function textPart(value: Json | undefined, param: string): JsonObject {
  return { type: 'text', text: textAt(value, param) }
}

/** Blocks of one message as one text: upstreams that know only strings take it too. */
function joined(parts: JsonObject[]): string {
  return parts
    .map((part) => part.text)
    .filter((text) => text !== '')
    .join('\n\n')
}
