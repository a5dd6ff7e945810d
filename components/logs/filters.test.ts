import { describe, expect, it } from 'vitest'
import { DIMENSIONS, filterOf, isEmpty, metadataText, pairsOf, queryOf, wordsOf } from './filters.ts'

const from = (query: string) => filterOf(new URLSearchParams(query))
const words = (id: string, query: string, names?: (value: string) => string) =>
  wordsOf(DIMENSIONS.find((dimension) => dimension.id === id)!, from(query), names)

describe('filters in the address', () => {
  it('are the API’s own, and nothing else of the address', () => {
    expect(from('status_code=5xx&log=1&view=request&live=off&ai_model=gpt-4o')).toEqual({
      status_code: '5xx',
      ai_model: 'gpt-4o',
    })
    expect(isEmpty(from('log=1'))).toBe(true)
  })

  it('count a span back from now, each time they are asked', () => {
    expect(queryOf(from('range=1h&user=ada'), Date.UTC(2026, 2, 1, 12))).toEqual({
      user: 'ada',
      time_of_generation_min: '2026-03-01T11:00:00.000Z',
    })
    expect(queryOf(from('range=forever'), 0)).toEqual({})
  })

  it('are spelt for people', () => {
    expect(words('status', 'status_code=429,5xx')).toBe('429, 5xx')
    expect(words('key', 'api_key_ids=k1', () => 'Checkout bot')).toBe('Checkout bot')
    expect(words('model', 'ai_model=a,b,c,d')).toBe('a, b +2')
    expect(words('cost', 'cost_min=1')).toBe('≥ $0.01')
    expect(words('tokens', 'total_units_min=1000&total_units_max=20000')).toBe('1,000 – 20,000')
    expect(words('metadata', 'metadata={"team":"shop"}')).toBe('team=shop')
    expect(words('failed', 'is_success=false')).toBe('')
    expect(words('failed', '')).toBeNull()
    expect(words('tokens', 'total_units_min=many')).toBeNull()
  })
})

describe('metadata pairs', () => {
  it('go to the API as JSON and come back as they were', () => {
    const text = metadataText(['team=shop', 'note=a=b', 'no pair', '=x'])
    expect(JSON.parse(text ?? '')).toEqual({ team: 'shop', note: 'a=b' })
    expect(pairsOf(text ?? undefined)).toEqual(['team=shop', 'note=a=b'])
  })

  it('are none where the address holds no JSON', () => {
    expect(pairsOf('{broken')).toEqual([])
    expect(pairsOf('[1]')).toEqual([])
    expect(metadataText([])).toBeNull()
  })
})
