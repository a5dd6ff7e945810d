import type { Json, JsonObject } from '../providers/adapter.ts'
import { arrayElements, memberValue, type Scan, scanObject } from './scan.ts'

const TURNS_MAX = 8

/**
 * The text that makes calls of one conversation alike: what the system says and what the person said first. Read from
 * the bytes, so a long history costs nothing; null when the body holds no conversation. Cache marks do not change it.
 * Source: hermes-client §2.2.
 */
export function sessionText(scan: Scan): string | null {
  const messages = scan.members.get('messages')
  if (!messages) return null
  const turns: Scan[] = []
  for (const [start, end] of arrayElements(scan.bytes, messages.valueStart)) {
    if (scan.bytes[start] !== 0x7b || turns.length === TURNS_MAX) return null
    const turn = scanObject(scan.bytes.subarray(start, end))
    if (turn.members.has('content')) turns.push(turn)
    // What was said before is read only once it is known that a person speaks.
    if (turns.at(-1) === turn && memberValue(turn, 'role') === 'user') return opening(scan, turns)
  }
  return null
}

function opening(scan: Scan, turns: readonly Scan[]): string {
  const system = scan.members.has('system') ? plainText(memberValue(scan, 'system') ?? null) : ''
  const said = turns.map(
    (turn) => `\n${String(memberValue(turn, 'role'))}\n${plainText(memberValue(turn, 'content') ?? null)}`,
  )
  return system + said.join('')
}

function plainText(content: Json): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => ((part as JsonObject | null)?.text as string | undefined) ?? '').join('')
}
