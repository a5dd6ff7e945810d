import type { JsonObject } from './adapter.ts'
import type { Turn } from './anthropic-content.ts'
import { isSet } from './fields.ts'

const BREAKPOINTS_MAX = 4

export interface Prompt {
  tools: JsonObject[]
  system: JsonObject[]
  turns: Turn[]
}

/**
 * Leaves at most four `cache_control` marks on a prompt, changing its blocks in place. The caller's own marks are
 * honoured; beyond four, the last mark on tools or system and the newest marks on messages stay. With none of them and
 * tools in the request, marks go on the last tool, the last system block and the last two user turns.
 * `elsewhere` counts marks already spent outside these blocks. Source: hermes-client §6.
 */
export function placeBreakpoints(prompt: Prompt, elsewhere = 0): void {
  const prefix = [...prompt.tools, ...prompt.system]
  const all = [...prefix, ...prompt.turns.flatMap((turn) => turn.content)]
  const marks = all.filter((block) => isSet(block.cache_control))
  const room = BREAKPOINTS_MAX - elsewhere
  if (marks.length > room) thinOut(marks, prefix, room)
  else if (marks.length === 0 && elsewhere === 0 && prompt.tools.length > 0) place(prompt)
}

function thinOut(marks: JsonObject[], prefix: JsonObject[], room: number): void {
  const kept = new Set(marks.slice(-room))
  const shared = prefix.findLast((block) => isSet(block.cache_control))
  if (shared && !kept.has(shared)) {
    kept.delete(marks.at(-room) ?? shared)
    kept.add(shared)
  }
  for (const block of marks) if (!kept.has(block)) delete block.cache_control
}

function place({ tools, system, turns }: Prompt): void {
  const users = turns.filter((turn) => turn.role === 'user').slice(-2)
  const spots = [
    // A tool whose definition is loaded later is not part of the prompt, so it cannot end a prefix.
    tools.findLast((tool) => tool.defer_loading !== true),
    system.at(-1),
    ...users.map((turn) => turn.content.at(-1)),
  ]
  for (const block of spots) if (block) block.cache_control = { type: 'ephemeral' }
}
