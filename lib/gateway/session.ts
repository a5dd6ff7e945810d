import type { Json, JsonObject } from '../providers/adapter.ts'
import { arrayElements, memberValue, parseSlice, type Scan, scanObject } from './scan.ts'

const TURNS_MAX = 8

/**
 * The text that makes calls of one conversation alike: what the system says and what the person said first. Read from
 * the bytes, so a long history costs nothing; null when the body holds no conversation. Cache marks do not change it.
 * Source: hermes-client §2.2.
 */
export function sessionText(scan: Scan): string | null {
  const messages = scan.members.get('messages')
  if (!messages) return null
  let text = scan.members.has('system') ? plainText(memberValue(scan, 'system') ?? null) : ''
  for (const [start, end] of arrayElements(scan.bytes, messages.valueStart, TURNS_MAX)) {
    if (scan.bytes[start] !== 0x7b) return null
    const turn = scanObject(scan.bytes.subarray(start, end))
    const role = memberValue(turn, 'role')
    const content = turn.members.get('content')
    if (!content) continue
    const part = plainText(parseSlice(turn.bytes, content.valueStart, content.valueEnd))
    text += `\n${String(role)}\n${part}`
    if (role === 'user') return text
  }
  return null
}

function plainText(content: Json): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => ((part as JsonObject | null)?.text as string | undefined) ?? '').join('')
}
