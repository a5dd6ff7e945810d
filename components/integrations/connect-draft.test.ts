import { describe, expect, it } from 'vitest'
import { integrations } from '@/lib/contract/catalog.ts'
import type { Service } from '../catalog/data.ts'
import {
  connectBody,
  connectCode,
  factorOf,
  integrationProblems,
  keepable,
  newIntegration,
} from './connect-draft.ts'

const service: Service = {
  object: 'ai-provider',
  id: 'openai',
  name: 'OpenAI',
  colour: '#000000',
  docs_url: null,
  base_url: null,
  is_local: false,
  endpoints: ['chat'],
  fields: [
    { name: 'key', label: 'API key', hint: '', is_required: true, is_secret: true },
    { name: 'custom_host', label: 'Base URL', hint: '', is_required: false, is_secret: false },
  ],
  model_count: 3,
}
const draft = { ...newIntegration(service), fields: { key: 'sk-1' }, factor: '0.9', description: ' For all ' }

describe('an integration in the making', () => {
  it('is stored with its price factor, and no workspace has it before the next step says so', () => {
    const body = connectBody(service, draft)
    expect(body).toEqual({
      name: 'OpenAI',
      slug: 'openai',
      description: 'For all',
      ai_provider_id: 'openai',
      key: 'sk-1',
      pricing_adjustments: { multiplier: { default: 0.9 } },
      global_workspace_access: { enabled: false },
    })
    expect(integrations.create.safeParse(body).success).toBe(true)
  })

  it('says at the field what is wrong', () => {
    const wrong = { ...draft, fields: {}, name: ' ', slug: 'a b', factor: 'twice' }
    expect(Object.keys(integrationProblems(service, wrong))).toEqual([
      'name',
      'slug',
      'pricing_adjustments',
      'key',
    ])
    expect(integrationProblems(service, draft)).toEqual({})
  })

  it('keeps and prints no secret', () => {
    expect(keepable(service)(draft)).toMatchObject({ factor: '0.9', fields: {} })
    expect(JSON.stringify(connectCode(service, draft))).not.toContain('sk-1')
  })

  it('takes a factor from 0 to 1,000', () => {
    expect([' 1.5 ', '0', '', '1001', '-1'].map(factorOf)).toEqual([1.5, 0, null, Number.NaN, Number.NaN])
  })
})
