import { describe, expect, test } from 'vitest'
import {
  credentialHeaders,
  modelRule,
  PROVIDERS,
  type ProviderSpec,
  providerSpec,
} from './openai-compatible.ts'

const spec = (id: string) => providerSpec(id) as ProviderSpec

describe('the table', () => {
  test('names each provider once', () => {
    const ids = PROVIDERS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of [
      'openai',
      'anthropic',
      'groq',
      'together-ai',
      'deepseek',
      'x-ai',
      'openrouter',
      'fireworks-ai',
      'perplexity-ai',
      'mistral-ai',
      'ollama',
      'vllm',
      'lm-studio',
      'custom',
      'sandbox',
    ]) {
      expect(ids).toContain(id)
    }
    expect(providerSpec('nobody')).toBeNull()
  })

  test.each(PROVIDERS.map((row) => [row.id, row] as const))('%s is complete', (_, row) => {
    if (row.baseUrl) {
      expect(new URL(row.baseUrl).href.replace(/\/$/, '')).toBe(row.baseUrl)
      expect(row.baseUrl.startsWith('https://') || row.isLocal).toBe(true)
    } else {
      expect(
        row.fields.find(({ name }) => name === 'custom_host')?.isRequired,
        'a host must be asked for',
      ).toBe(true)
    }
    expect(row.colour).toMatch(/^#[0-9A-F]{6}$/i)
    const key = row.fields.find(({ name }) => name === 'key')
    expect(Boolean(key?.isRequired)).toBe(row.auth === 'bearer' || row.auth === 'x-api-key')
    for (const field of row.fields) expect(field.label && field.hint).toBeTruthy()
    for (const header of Object.values(row.configurationHeaders)) expect(header).toBe(header.toLowerCase())
    expect(row.drop).not.toContain('model')
  })
})

describe('credentials become headers', () => {
  test('OpenAI: a bearer, with organization and project when given', () => {
    expect(
      credentialHeaders(spec('openai'), 'sk-1', {
        openai_organization: 'org-1',
        openai_project: 'proj-1',
        custom_host: 'x',
      }),
    ).toEqual({
      authorization: 'Bearer sk-1',
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
    })
    expect(credentialHeaders(spec('openai'), 'sk-1')).toEqual({ authorization: 'Bearer sk-1' })
  })

  test('Anthropic: x-api-key, but a bearer for an OAuth token', () => {
    expect(credentialHeaders(spec('anthropic'), 'sk-ant-api03-x')).toEqual({ 'x-api-key': 'sk-ant-api03-x' })
    expect(credentialHeaders(spec('anthropic'), 'sk-ant-oat01-x')).toEqual({
      authorization: 'Bearer sk-ant-oat01-x',
    })
  })

  test('a server that wants no key gets none, the sandbox never one', () => {
    expect(credentialHeaders(spec('ollama'), null)).toEqual({})
    expect(credentialHeaders(spec('ollama'), 'secret')).toEqual({ authorization: 'Bearer secret' })
    expect(credentialHeaders(spec('sandbox'), 'secret')).toEqual({})
  })
})

describe('model rules', () => {
  test.each([
    ['o1-mini', null],
    ['o3-mini', ['low', 'medium', 'high']],
    ['gpt-5-2025-08-07', ['minimal', 'low', 'medium', 'high']],
    ['gpt-5-chat-latest', null],
    ['gpt-5-codex', ['low', 'medium', 'high']],
    ['gpt-5.1-codex-max', ['low', 'medium', 'high', 'xhigh']],
    ['gpt-5.2-chat-latest', ['medium']],
    ['gpt-5.4-mini', ['none', 'low', 'medium', 'high', 'xhigh']],
    ['gpt-4o', null],
    ['ft:gpt-4o-mini-2024-07-18:acme::x', null],
  ])('%s takes the levels %j', (model, efforts) => {
    expect(modelRule(spec('openai'), model)?.efforts).toEqual(efforts)
  })

  test('of a model nobody knows nothing is claimed', () => {
    expect(modelRule(spec('openai'), 'brand-new')).toBeNull()
    expect(modelRule(spec('custom'), 'gpt-4o')).toBeNull()
  })
})
