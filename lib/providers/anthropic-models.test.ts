import { describe, expect, it } from 'vitest'
import { claudeTraits } from './anthropic-models.ts'

describe('a model’s generation is read from any spelling of its id', () => {
  it.each([
    ['claude-3-5-sonnet-20241022', 'never', true],
    ['claude-3.5-haiku', 'never', true],
    ['claude-instant-1.2', 'never', true],
    ['claude-2.1', 'never', true],
    ['claude-3-7-sonnet-20250219', 'budget', true],
    ['claude-opus-4-20250514', 'budget', true],
    ['claude-sonnet-4@20250514', 'budget', true],
    ['claude-opus-4-1-20250805', 'budget', true],
    ['claude-haiku-4-5', 'budget', true],
    ['claude-sonnet-4.6', 'adaptive', true],
    ['anthropic/claude-opus-4-6', 'adaptive', true],
    ['us.anthropic.claude-opus-4-7-v1:0', 'adaptive', false],
    ['CLAUDE-SONNET-5', 'adaptive', false],
    ['claude-haiku-5-5', 'adaptive', false],
    ['claude-fable-5', 'adaptive', false],
    ['claude-mythos-preview', 'adaptive', false],
    ['claude-opus-9-1', 'adaptive', false],
    ['kimi-k2', 'budget', true],
  ] as const)('%s', (model, thinking, hasSampling) => {
    expect(claudeTraits(model)).toMatchObject({ thinking, hasSampling })
  })

  it.each([
    ['claude-opus-5', true],
    ['claude-opus-5-5', false],
    ['claude-sonnet-5-5', false],
    ['claude-haiku-5-5', true],
    ['claude-fable-5', true],
    ['claude-fable-5-1', false],
    ['claude-sonnet-4-6', true],
  ])('%s takes a forced tool call: %s', (model, canForceTools) => {
    expect(claudeTraits(model).canForceTools).toBe(canForceTools)
  })
})
