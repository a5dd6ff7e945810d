/** What one generation of Claude takes and what it answers with 400. */
export interface ClaudeTraits {
  /** How it is told to think: never, with a token budget, or by effort alone. */
  thinking: 'never' | 'budget' | 'adaptive'
  /** What stops a model that thinks unasked; `omit` for one that does not, `impossible` for one that always does. */
  off: 'omit' | 'disabled' | 'between_tools' | 'impossible'
  /** Levels of `output_config.effort`, weakest first; empty where it is unknown. */
  efforts: readonly string[]
  /** Takes `temperature`, `top_p` and `top_k`. */
  hasSampling: boolean
  /** Takes a `tool_choice` that forces a call. */
  canForceTools: boolean
  /** Thinking text stays away unless asked for. */
  hidesThinking: boolean
}

/**
 * The traits of a model id in any spelling (`claude-opus-4-6`, `claude-3.7-sonnet`, `anthropic.claude-sonnet-5-v1`).
 * Newer than known counts as the newest; a model of another maker that speaks this dialect counts as Claude 4.
 * Source: gateway-contract §8.3; platform.claude.com migration guides.
 */
export function claudeTraits(model: string): ClaudeTraits {
  const found = identify(model.toLowerCase())
  if (!found) return CLAUDE_4
  const { family, version } = found
  if (version < 307) return { ...CLAUDE_4, thinking: 'never' }
  if (version < 406) return CLAUDE_4
  const isAlwaysThinking = family === 'fable' || family === 'mythos'
  const isNew = version >= 407 || isAlwaysThinking
  return {
    thinking: 'adaptive',
    off: isAlwaysThinking ? 'impossible' : offSwitch(family, version),
    efforts: isNew ? ['low', 'medium', 'high', 'xhigh', 'max'] : ['low', 'medium', 'high', 'max'],
    hasSampling: !isNew,
    canForceTools: isAlwaysThinking ? version < 501 : family === 'haiku' || version < 505,
    hidesThinking: isNew,
  }
}

const CLAUDE_4: ClaudeTraits = {
  thinking: 'budget',
  off: 'omit',
  efforts: [],
  hasSampling: true,
  canForceTools: true,
  hidesThinking: false,
}

function offSwitch(family: string, version: number): ClaudeTraits['off'] {
  if (version < 500) return 'omit'
  if (version < 505) return 'disabled'
  if (family === 'sonnet') return 'between_tools'
  return family === 'haiku' ? 'disabled' : 'impossible'
}

/** Version as major × 100 + minor, so 4.6 is 406; null for an id that is no Claude. */
function identify(model: string): { family: string; version: number } | null {
  const modern = /claude-(opus|sonnet|haiku|fable|mythos)-(\d{1,2})(?!\d)(?:[.-](\d{1,2})(?!\d))?/.exec(model)
  if (modern) return { family: modern[1] ?? '', version: versionOf(modern[2], modern[3]) }
  const early = /claude-(?:instant-)?(\d)(?:[.-](\d)(?!\d))?/.exec(model)
  if (early) return { family: 'early', version: versionOf(early[1], early[2]) }
  const unnumbered = /claude-(fable|mythos)/.exec(model)
  return unnumbered ? { family: unnumbered[1] ?? '', version: 407 } : null
}

function versionOf(major: string | undefined, minor: string | undefined): number {
  return Number(major) * 100 + Number(minor ?? 0)
}
