import { describe, expect, it } from 'vitest'
import { catalogueCard, catalogueModels } from '../pricing.ts'
import { providerSpec } from '../providers/openai-compatible.ts'
import type { Call } from './call.ts'
import { listModels } from './models.ts'
import type { Caller, Provider, WorkspaceCatalog } from './ports.ts'
import { parseModel, resolveTarget } from './resolve.ts'

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

describe('a bare model', () => {
  it('goes to the one provider that lists it, whoever else takes any name', () => {
    expect(resolved('gpt-4o', ['sandbox', 'openai', 'anthropic']).provider.slug).toBe('openai')
    expect(resolved('claude-sonnet-4-6', ['sandbox', 'openai', 'anthropic']).provider.slug).toBe('anthropic')
  })

  it('nobody lists goes to the only provider there is, and nowhere when there are several', () => {
    expect(resolved('my-own-model', ['openai']).provider.slug).toBe('openai')
    expect(() => resolved('my-own-model', ['openai', 'anthropic'])).toThrow(
      expect.objectContaining({ code: 'model_not_found' }),
    )
  })
})

it('a model that was switched off is refused, though its provider takes any other', () => {
  expect(resolved('@openai/never-heard-of', ['openai']).model).toBe('never-heard-of')
  expect(() => resolved('@openai/switched-off', ['openai'])).toThrow(
    expect.objectContaining({ code: 'model_not_allowed' }),
  )
})

describe('the model list', () => {
  it('names no model before one whose name holds it, since Hermes takes the first that fits', () => {
    const { data } = listModels(catalogOf(['openai', 'anthropic']), CALL) as { data: { slug: string }[] }
    const before = new Set<string>()
    for (const { slug } of data) {
      for (const earlier of before) expect(slug === earlier || !slug.includes(earlier)).toBe(true)
      before.add(slug)
    }
    expect(before.size).toBeGreaterThan(20)
  })
})

const CALL = { style: { isPortkey: false, isAnthropic: false }, headers: {}, query: '' } as unknown as Call

function resolved(model: string, providerIds: string[]) {
  const signals = { slug: null, providerId: null, customHost: null }
  return resolveTarget(CALL, {} as Caller, catalogOf(providerIds), signals, model, true, 0)
}

function catalogOf(ids: string[]): WorkspaceCatalog {
  const providers = ids.map((id) => {
    const models = new Map(catalogueModels(id).map((card) => [card.id, card]))
    const card = (model: string) => models.get(model) ?? catalogueCard(id, model)
    return {
      slug: id,
      spec: providerSpec(id),
      status: 'active',
      expiresAtMs: null,
      allowAllModels: true,
      isSwitchedOff: (model: string) => model === 'switched-off',
      models,
      card,
    }
  }) as unknown as Provider[]
  return { bySlug: (slug) => providers.find((each) => each.slug === slug) ?? null, all: () => providers }
}
