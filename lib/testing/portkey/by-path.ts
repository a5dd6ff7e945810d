import { expect } from 'vitest'
import type { Row } from './rows.ts'

const gone = () => undefined
const conditions = [{ key: 'workspace_id', value: '*' }]
const group_by = [{ key: 'metadata._user' }]
const USAGE = { conditions, group_by, type: 'cost', credit_limit: 50, periodic_reset: 'monthly' }
const RATE = { conditions, group_by, type: 'requests', unit: 'rpm', value: 60 }

export const policies: Row = {
  objects: 'policies, which have no methods of their own,',
  parts: [],
  python: 'policies.py',

  node: async (portkey, given) => {
    const here = { workspace_id: given.workspace_slug }
    for (const [path, policy, change] of [
      ['/policies/usage-limits', USAGE, { name: 'Renamed', credit_limit: 80, periodic_reset: null }],
      ['/policies/rate-limits', RATE, { name: 'Renamed', unit: 'rph', value: 500 }],
    ] as const) {
      await portkey.get(`${path}?workspace_id=${given.workspace_id}`)
      const { id } = (await portkey.post(path, { name: 'Each', ...policy, ...here })) as unknown as {
        id: string
      }
      await portkey.get(`${path}/${id}`)
      await portkey.get(`${path}?workspace_id=${given.workspace_id}`)
      await portkey.put(`${path}/${id}`, change)
      await portkey.get(`${path}/${id}`)
      await portkey.delete(`${path}/${id}`)
      await portkey.get(`${path}/${id}`).catch(gone)
    }
  },

  expects: (told, { given, kind }) => {
    const [usageBefore, usage, usages, usageAfter, ratesBefore, rate, rates, rateAfter] = told.replies('get')
    const [usageMade, rateMade] = told.replies('post')
    const count = kind === 'empty' ? 0 : 3
    const place = { workspace_id: given.workspace_id, organisation_id: given.organisation_id }
    expect(usageMade).toMatchObject({ id: expect.any(String), object: 'policy_usage_limits' })
    expect(usage).toMatchObject({ id: usageMade.id, name: 'Each', ...place, ...USAGE, status: 'active' })
    expect(usageBefore).toMatchObject({ object: 'list', total: count })
    expect(usages).toMatchObject({ total: count + 1 })
    expect(usages.data).toContainEqual(expect.objectContaining({ id: usage.id, ...USAGE }))
    expect(usageAfter).toMatchObject({ name: 'Renamed', credit_limit: 80, periodic_reset: null, group_by })

    expect(rateMade).toMatchObject({ id: expect.any(String), object: 'policy_rate_limits' })
    expect(rate).toMatchObject({ id: rateMade.id, name: 'Each', ...place, ...RATE, status: 'active' })
    expect(ratesBefore).toMatchObject({ object: 'list', total: count })
    expect(rates).toMatchObject({ total: count + 1 })
    expect(rateAfter).toMatchObject({ name: 'Renamed', unit: 'rph', value: 500, group_by })
    expect(told.replies('put')).toHaveLength(2)
    expect(told.replies('delete')).toHaveLength(2)
    expect(told.refusals('get')).toEqual([404, 404])
  },
}

export const organisation: Row = {
  objects: 'settings of the organisation, which have no methods of their own,',
  parts: [],
  python: 'organisation.py',

  node: async (portkey) => {
    await portkey.get('/admin/organisation')
    await portkey.put('/admin/organisation', { settings: { cache_default_ttl: 600 } })
    await portkey.get('/admin/organisation')
    await portkey.put('/admin/organisation', { settings: { cache_default_ttl: null } })
    await portkey.put('/admin/organisation', { settings: { cache_default_ttl: 1 } }).catch(gone)
    await portkey.get('/admin/organisation')
    await portkey.get('/admin/organisation/defaults')
    await portkey.get('/workspace-exclusions/input-guardrails')
  },

  expects: (told, { given }) => {
    const [before, changed, after, defaults, excluded] = told.replies('get')
    expect(before).toMatchObject({ id: given.organisation_id, settings: { cache_default_ttl: null } })
    expect(changed.settings).toEqual({ ...before.settings, cache_default_ttl: 600 })
    expect(after.settings).toEqual(before.settings)
    expect(told.replies('put')).toHaveLength(2)
    expect(told.refusals('put')).toEqual([400])
    expect(defaults).toMatchObject({ input_guardrails: [], output_guardrails: [] })
    expect(excluded).toMatchObject({ object: 'list', total: 0, data: [] })
  },
}
