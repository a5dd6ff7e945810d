import { describe, expect, it } from 'vitest'
import { integrationModelsUpdate, integrationWorkspacesUpdate } from '@/lib/contract/catalog.ts'
import { newBudget } from '../limits/draft.ts'
import {
  type AccessDraft,
  cellOf,
  isUnchanged,
  type Model,
  type Place,
  reachOf,
  reversed,
  type Standing,
  setCells,
  setEnabled,
  setLimits,
  setList,
  setModels,
  setRule,
  trimmed,
  UNCHANGED,
  viewOf,
} from './access.ts'
import { bodiesOf, changesOf } from './access-words.ts'

const model = (slug: string, enabled = true): Model => ({
  slug,
  name: slug,
  enabled,
  is_custom: false,
  is_finetune: false,
  base_model_slug: null,
  pricing_config: null,
  prices: null,
  context_window: null,
  max_output_tokens: null,
})
const place = (id: string, models: string[] | null, enabled = true): Place => ({
  id: `ws-${id.toLowerCase()}`,
  workspace_id: id,
  name: id,
  enabled,
  models,
  usage_limits: [],
  rate_limits: [],
  status: 'active',
})
const standing: Standing = {
  models: [model('a'), model('b'), model('c'), model('d'), model('old', false)],
  workspaces: [place('Shop', null), place('Lab', ['a', 'b']), place('Bank', null, false)],
  rule: { enabled: false, usage_limits: [], rate_limits: [] },
}
const words = (draft: AccessDraft) => changesOf(standing, draft).map((change) => change.words)
const cells = (draft: AccessDraft) => {
  const { models, workspaces } = viewOf(standing, draft)
  return workspaces.map((one) => models.map((each) => cellOf(one, each)))
}

describe('the grid of models and workspaces', () => {
  it('shows who may call what, and why not', () => {
    expect(cells(UNCHANGED)).toEqual([
      ['on', 'on', 'on', 'on', 'model-off'],
      ['on', 'on', 'off', 'off', 'model-off'],
      ['workspace-off', 'workspace-off', 'workspace-off', 'workspace-off', 'workspace-off'],
    ])
    const { models, workspaces } = viewOf(standing, UNCHANGED)
    expect(workspaces.map((one) => reachOf(one, models))).toEqual([4, 2, 4])
  })

  it('taking a model from a workspace that had every one leaves it the others that are on', () => {
    const draft = setCells(standing, UNCHANGED, { workspaces: ['ws-shop'], models: ['b'], on: false })
    expect(draft.workspaces['ws-shop']).toEqual({ models: ['a', 'c', 'd'] })
    expect(words(draft)).toEqual(['1 model taken from Shop'])
    expect(bodiesOf(standing, draft)).toEqual({
      models: null,
      workspaces: { workspaces: [{ id: 'ws-shop', enabled: true, models: ['a', 'c', 'd'] }] },
    })
  })

  it('giving a model to a workspace that has every one changes nothing', () => {
    expect(setCells(standing, UNCHANGED, { workspaces: ['ws-shop'], models: ['b'], on: true })).toBe(
      UNCHANGED,
    )
  })

  it('turned and turned back is no change', () => {
    const off = setCells(standing, UNCHANGED, { workspaces: ['ws-lab'], models: ['b'], on: false })
    const back = setCells(standing, off, { workspaces: ['ws-lab'], models: ['b'], on: true })
    expect(isUnchanged(trimmed(standing, back))).toBe(true)
    expect(words(back)).toEqual([])
    expect(words(setModels(setModels(UNCHANGED, ['a'], false), ['a'], true))).toEqual([])
  })

  it('says each thing that changes in a sentence, by name and count', () => {
    let draft = setModels(UNCHANGED, ['old'], true)
    draft = setModels(draft, ['c', 'd'], false)
    draft = setList(standing, draft, 'ws-shop', new Set(['a']))
    draft = setCells(standing, draft, { workspaces: ['ws-lab'], models: ['c', 'd'], on: true })
    draft = setCells(standing, draft, { workspaces: ['ws-lab'], models: ['a'], on: false })
    draft = setEnabled(draft, ['ws-bank'], true)
    draft = setLimits(draft, ['ws-bank'], { budgets: [{ ...newBudget('cost'), limit: 50 }], rates: [] })
    draft = setRule(draft, { enabled: true })
    expect(words(draft)).toEqual([
      '1 model turned on',
      '2 models turned off for every workspace',
      'Shop is kept to 1 model',
      '1 model taken from Lab',
      '2 models given to Lab',
      'Bank gets the integration',
      'Bank: $50.00 a month',
      'New workspaces get it by themselves',
    ])
    const { models, workspaces } = bodiesOf(standing, draft)
    expect(integrationModelsUpdate.safeParse(models).success).toBe(true)
    expect(integrationWorkspacesUpdate.safeParse(workspaces).error).toBeUndefined()
  })

  it('what was saved can be taken back whole', () => {
    let draft = setList(standing, UNCHANGED, 'ws-shop', new Set(['a']))
    draft = setList(standing, draft, 'ws-lab', null)
    draft = setEnabled(draft, ['ws-bank'], true)
    draft = setModels(draft, ['a'], false)
    expect(reversed(standing, draft)).toEqual({
      models: { a: true },
      workspaces: {
        'ws-shop': { models: null },
        'ws-lab': { models: ['a', 'b'] },
        'ws-bank': { enabled: false },
      },
    })
  })
})
