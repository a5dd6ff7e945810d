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

  it.each([
    ['custom:gw-dev:claude-sonnet-4-6', 'gw-dev:claude-sonnet-4-6', 'claude-sonnet-4-6'],
    ['custom:llama3:8b', 'llama3:8b', '8b'],
    ['custom:gw-dev:llama3:8b', 'gw-dev:llama3:8b', 'llama3:8b'],
    ['custom:gw-dev:meta/llama-3', 'gw-dev:meta/llama-3', 'meta/llama-3'],
  ])('%s may be two', (text, model, bare) => {
    expect(parseModel(text)).toEqual({ slug: null, model, bare })
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

describe('a bare model behind a name that may be a client’s own', () => {
  it('is looked up with the name first, then without', () => {
    for (const ids of [['openai', 'anthropic'], ['sandbox', 'openai', 'anthropic'], ['anthropic']]) {
      const { provider, model } = resolved('custom:gw-dev:claude-sonnet-4-6', ids)
      expect([provider.slug, model]).toEqual(['anthropic', 'claude-sonnet-4-6'])
    }
    expect(resolved('custom:llama3:8b', ['ollama']).model).toBe('llama3:8b')
  })

  it('goes to the provider a header names, under the name it knows', () => {
    expect(resolved('custom:gw-dev:gpt-4o', ['openai', 'sandbox'], 'openai').model).toBe('gpt-4o')
    expect(resolved('custom:llama3:8b', ['openai', 'ollama'], 'ollama').model).toBe('llama3:8b')
  })
})

describe('a provider that has run out', () => {
  const catalog = catalogOf(['openai', 'anthropic'])
  const [openai] = catalog.all()
  Object.assign(openai as Provider, { expiresAtMs: 1_000 })

  it('is offered and suggested until it does, by its date alone', () => {
    const find = (model: string, nowMs: number) => () =>
      resolveTarget(CALL, {} as Caller, catalog, NO_SIGNALS, model, true, nowMs)
    expect(find('gpt-4o', 999)().provider.slug).toBe('openai')
    expect(find('@nowhere/gpt-4o', 999)).toThrow(/Did you mean @openai/)
    expect(find('@openai/gpt-4o', 1_000)).toThrow(expect.objectContaining({ code: 'provider_expired' }))
    expect(find('gpt-4o', 1_000)().provider.slug).toBe('anthropic')
    expect(find('@nowhere/gpt-4o', 1_000)).not.toThrow(/@openai/)
  })

  it('is listed until it does', () => {
    const slugs = (nowMs: number) =>
      new Set((listModels(catalog, CALL, nowMs).data as { owned_by: string }[]).map((each) => each.owned_by))
    expect(slugs(999)).toEqual(new Set(['openai', 'anthropic']))
    expect(slugs(1_000)).toEqual(new Set(['anthropic']))
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
    const { data } = listModels(catalogOf(['openai', 'anthropic']), CALL, 0) as { data: { slug: string }[] }
    const before = new Set<string>()
    for (const { slug } of data) {
      for (const earlier of before) expect(slug === earlier || !slug.includes(earlier)).toBe(true)
      before.add(slug)
    }
    expect(before.size).toBeGreaterThan(20)
  })
})

const CALL = { style: { isPortkey: false, isAnthropic: false }, headers: {}, query: '' } as unknown as Call

const NO_SIGNALS = { slug: null, providerId: null, customHost: null }

function resolved(model: string, providerIds: string[], slug: string | null = null) {
  const signals = { ...NO_SIGNALS, slug }
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
      isWithheld: () => false,
      models,
      card,
    }
  }) as unknown as Provider[]
  return { bySlug: (slug) => providers.find((each) => each.slug === slug) ?? null, all: () => providers }
}
