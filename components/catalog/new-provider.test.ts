import { describe, expect, it } from 'vitest'
import type { Service } from './data.ts'
import {
  bodyForCode,
  credentialProblems,
  credentialsChange,
  freeSlug,
  integrationBody,
  nameProblems,
  newDraft,
  slugOf,
  storedDraft,
  testBody,
  withoutSecrets,
} from './new-provider.ts'
import { priceProblems, pricingConfigOf, typedPrices } from './prices.ts'

const field = (name: string, is_required = false, is_secret = false) => ({
  name,
  label: name,
  hint: '',
  is_required,
  is_secret,
})
const service: Service = {
  object: 'ai-provider',
  id: 'openai',
  name: 'OpenAI',
  colour: '#000000',
  docs_url: null,
  base_url: 'https://api.openai.com/v1',
  is_local: false,
  endpoints: ['chat'],
  fields: [field('key', true, true), field('openai_project'), field('custom_host')],
  model_count: 3,
}
const draft = { ...newDraft(service), fields: { key: ' sk-1 ', openai_project: '', custom_host: '' } }

describe('a provider in the making', () => {
  it('sends what was typed and nothing that was left empty', () => {
    expect(integrationBody(service, draft)).toEqual({
      name: 'OpenAI',
      ai_provider_id: 'openai',
      key: 'sk-1',
      create_default_provider: true,
      default_provider_slug: 'openai',
    })
  })

  it('opens new credentials to every workspace only when they are the organisation’s', () => {
    expect(integrationBody(service, { ...draft, scope: 'organisation' })).toMatchObject({
      global_workspace_access: { enabled: true },
    })
  })

  it('tests stored credentials by their slug, new ones by what was typed', () => {
    expect(testBody(service, { ...draft, integration: 'openai-eu' })).toEqual({ slug: 'openai-eu' })
    expect(testBody(service, draft)).toEqual({ ai_provider_id: 'openai', key: 'sk-1' })
  })

  it('keeps no secret across a reload, and prints none as code', () => {
    const full = { ...draft, headers: [{ name: 'x-team', value: 'hush' }] }
    expect(JSON.stringify(withoutSecrets(service)(full))).not.toMatch(/sk-1|hush/)
    expect(bodyForCode(service, draft).key).toEqual({ env: 'OPENAI_API_KEY' })
  })

  it('says at the field what is missing or misspelt', () => {
    expect(credentialProblems(service, newDraft(service))).toEqual({ key: 'key is required' })
    const host = { ...draft, fields: { key: 'k', custom_host: 'localhost:1' } }
    expect(Object.keys(credentialProblems(service, host))).toEqual(['configurations.custom_host'])
    expect(Object.keys(nameProblems({ ...draft, name: ' ', slug: 'a b' }))).toEqual(['name', 'slug'])
  })

  it('offers a slug that is free', () => {
    expect(slugOf('  Zoë’s Model  Café ')).toBe('zoe-s-model-cafe')
    expect(freeSlug('openai', ['OpenAI', 'openai-2'])).toBe('openai-3')
    expect(freeSlug('groq', [])).toBe('groq')
  })
})

describe('stored credentials', () => {
  const before = storedDraft(service, {
    configurations: { openai_project: 'p1', masked_key: 'sk-***', custom_headers: { 'x-a': '1' } },
  })

  it('stay as they are where nothing was typed', () => {
    expect(credentialsChange(service, before, before)).toEqual({})
  })

  it('change by field: a new secret replaces, an emptied field is cleared', () => {
    const now = { ...before, fields: { ...before.fields, key: 'sk-2', openai_project: '' }, headers: [] }
    expect(credentialsChange(service, before, now)).toEqual({
      key: 'sk-2',
      configurations: { openai_project: null, custom_headers: null },
    })
  })
})

describe('prices of a model', () => {
  it('are typed in dollars per million and stored in cents per token', () => {
    const typed = { input: '$0.15', output: '0.6', cacheRead: '', cacheWrite: '' }
    expect(pricingConfigOf(typed)).toEqual({
      type: 'static',
      pay_as_you_go: { request_token: { price: 0.000015 }, response_token: { price: 0.00006 } },
    })
  })

  it('read back as they were typed', () => {
    for (const text of ['0.15', '2.5', '1000', '0.0375', '0']) {
      const config = pricingConfigOf({ input: text, output: text, cacheRead: text, cacheWrite: text })
      const back = typedPrices({ pricing_config: config as Record<string, unknown> })
      expect(back).toEqual({ input: text, output: text, cacheRead: text, cacheWrite: text })
    }
  })

  it('are the catalogue’s when every field is empty', () => {
    expect(pricingConfigOf(typedPrices({ pricing_config: null }))).toBeNull()
    expect(priceProblems({ input: '', output: '', cacheRead: '', cacheWrite: '' })).toEqual({})
  })

  it('come in pairs, and are amounts', () => {
    expect(Object.keys(priceProblems({ input: '1', output: '', cacheRead: '', cacheWrite: '' }))).toEqual([
      'output',
    ])
    expect(
      Object.keys(priceProblems({ input: '-1', output: '1e3', cacheRead: 'x', cacheWrite: '' })),
    ).toEqual(['input', 'output', 'cacheRead'])
  })
})
