import { describe, expect, it } from 'vitest'
import { parseModel } from './resolve.ts'

describe('a model name is read as callers write it', () => {
  it.each([
    ['@openai-prod/gpt-4o', 'openai-prod', 'gpt-4o'],
    ['@or/meta-llama/llama-3.3-70b:free', 'or', 'meta-llama/llama-3.3-70b:free'],
    ['custom:@openai-prod/gpt-4o', 'openai-prod', 'gpt-4o'],
    ['custom:gw-dev:@openai-prod/gpt-4o', 'openai-prod', 'gpt-4o'],
    ['custom:@or/x/y:free', 'or', 'x/y:free'],
    ['gw-prod/@openai-prod/gpt-4o', 'openai-prod', 'gpt-4o'],
    ['gpt-4o', null, 'gpt-4o'],
    ['custom:gpt-4o', null, 'gpt-4o'],
    ['meta-llama/llama-3', null, 'meta-llama/llama-3'],
    ['llama3:8b', null, 'llama3:8b'],
  ])('%s', (text, slug, model) => {
    expect(parseModel(text)).toEqual({ slug, model })
  })

  it.each(['@', '@/', '@slug', '@slug/', '@/model', 'custom:@slug'])('%s is no model', (text) => {
    expect(() => parseModel(text)).toThrow(expect.objectContaining({ code: 'invalid_model' }))
  })

  it('an endless name is refused', () => {
    expect(() => parseModel('x'.repeat(513))).toThrow(expect.objectContaining({ code: 'invalid_model' }))
  })
})
