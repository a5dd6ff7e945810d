import type { JsonObject, TranslateContext } from './adapter.ts'
import type { Turn } from './anthropic-content.ts'
import { type ClaudeTraits, claudeTraits } from './anthropic-models.ts'
import { isObject, isSet, objectAt, textAt } from './fields.ts'

const BUDGET_TOKENS_MIN = 1024
const BUDGET_TOKENS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
  ultra: 32_768,
}
const EFFORTS = new Set(['none', ...Object.keys(BUDGET_TOKENS)])

export interface ThinkingPlan {
  /** Sent as `thinking`; null leaves it out. */
  thinking: JsonObject | null
  /** Sent as `output_config.effort`; null leaves it out. */
  effort: string | null
  maxTokens: number
  /** Thinking was asked for and is sent, so sampling and forced calls are refused. */
  isOn: boolean
  dropped: string[]
}

/**
 * How a chat request's `reasoning_effort` or `thinking` becomes Claude's. Newer models get adaptive thinking and an
 * effort; older ones a token budget, for which `maxTokens` is raised up to the model's cap and, beyond it, the budget
 * lowered. Thinking stays off where it would be refused: on a forced tool call, and when tool results answer a turn
 * whose signed thinking is gone (a chat client cannot carry it). Source: gateway-contract §8.3, hermes-client §2.2.
 */
export function planThinking(
  body: JsonObject,
  turns: Turn[],
  isForced: boolean,
  maxTokens: number,
  context: TranslateContext,
): ThinkingPlan {
  const traits = claudeTraits(context.model)
  const native = isSet(body.thinking) ? objectAt(body.thinking, 'thinking') : null
  const asked = isSet(body.reasoning_effort) ? textAt(body.reasoning_effort, 'reasoning_effort') : null
  const plan: ThinkingPlan = { thinking: null, effort: null, maxTokens, isOn: false, dropped: [] }
  const level = asked !== null && EFFORTS.has(asked) ? asked : null
  if (asked !== null && level === null) plan.dropped.push('reasoning_effort')

  if (traits.thinking === 'adaptive' && level !== null) plan.effort = effortOf(level, traits)
  const isWanted = native ? native.type !== 'disabled' : level !== null && level !== 'none'
  if (!isWanted) {
    if (native || level === 'none') turnOff(plan, traits)
    return plan
  }
  const name = native ? 'thinking' : 'reasoning_effort'
  if (traits.thinking === 'never') {
    plan.dropped.push(name)
    return plan
  }
  if (isForced || lacksSignature(turns)) {
    if (isForced && traits.canForceTools) turnOff(plan, traits)
    if (native || plan.effort === null) plan.dropped.push(name)
    return plan
  }
  if (traits.thinking === 'adaptive') turnOnAdaptive(plan, native, traits, context)
  else turnOnBudget(plan, native, level, context, name)
  return plan
}

/** The level nearest to the one asked for; the strongest for `max` and `ultra`. */
function effortOf(level: string, traits: ClaudeTraits): string | null {
  if (level === 'none') return null
  if (level === 'minimal') return 'low'
  if (level === 'ultra') return traits.efforts.at(-1) ?? null
  return traits.efforts.includes(level) ? level : 'high'
}

function turnOff(plan: ThinkingPlan, traits: ClaudeTraits): void {
  if (traits.off === 'impossible') plan.effort ??= 'low'
  else if (traits.off !== 'omit') {
    plan.thinking = { type: traits.off }
    // Beyond `high`, these models refuse to stop thinking.
    if (plan.effort === 'xhigh' || plan.effort === 'max') plan.effort = 'high'
  }
}

function turnOnAdaptive(
  plan: ThinkingPlan,
  native: JsonObject | null,
  traits: ClaudeTraits,
  context: TranslateContext,
): void {
  const isBudget = native?.type === 'enabled'
  plan.isOn = true
  plan.thinking = native && !(isBudget && traits.hidesThinking) ? { ...native } : { type: 'adaptive' }
  const isRead = context.hasReasoningContent || !context.isStrict
  if (isSet(native?.display)) plan.thinking.display = native.display
  else if (traits.hidesThinking && isRead && plan.thinking.type === 'adaptive')
    plan.thinking.display = 'summarized'
  if (plan.thinking.type === 'enabled') fitBudget(plan, plan.thinking, context)
}

function turnOnBudget(
  plan: ThinkingPlan,
  native: JsonObject | null,
  level: string | null,
  context: TranslateContext,
  name: string,
): void {
  const asked = native?.type === 'enabled' ? native.budget_tokens : BUDGET_TOKENS[level ?? 'high']
  const thinking: JsonObject = { type: 'enabled', budget_tokens: asked ?? BUDGET_TOKENS_MIN }
  if (isSet(native?.display)) thinking.display = native.display
  if (fitBudget(plan, thinking, context)) {
    plan.thinking = thinking
    plan.isOn = true
  } else plan.dropped.push(name)
}

/** The answer keeps the room it was given; false when the model's cap leaves none for thinking. */
function fitBudget(plan: ThinkingPlan, thinking: JsonObject, context: TranslateContext): boolean {
  const asked = thinking.budget_tokens
  if (typeof asked !== 'number' || asked < plan.maxTokens) return true
  const cap = context.maxOutputTokens ?? Number.POSITIVE_INFINITY
  const max = Math.max(plan.maxTokens, Math.min(cap, asked + plan.maxTokens))
  const budget = Math.min(asked, max - Math.min(plan.maxTokens, Math.floor(max / 2)))
  if (budget < BUDGET_TOKENS_MIN) return false
  plan.maxTokens = max
  thinking.budget_tokens = budget
  return true
}

function lacksSignature(turns: Turn[]): boolean {
  const last = turns.at(-1)
  const isAnswer = last?.role === 'user' && last.content.some((block) => block.type === 'tool_result')
  const answered = last?.role === 'assistant' ? last : isAnswer ? turns.at(-2) : undefined
  if (!answered) return isAnswer
  const first = answered.content[0]
  return !isObject(first) || (first.type !== 'thinking' && first.type !== 'redacted_thinking')
}
