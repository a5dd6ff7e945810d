import { expect } from 'vitest'
import { paged } from './pages.ts'
import type { Row } from './rows.ts'

export const apiKeys: Row = {
  objects: 'API keys',
  parts: ['api_keys'],
  python: 'api_keys.py',

  node: async (portkey, given) => {
    await portkey.apiKeys.list({})
    const service = await portkey.apiKeys.create({
      type: 'workspace',
      'sub-type': 'service',
      name: 'checkout-bot',
      description: 'calls from the shop',
      workspace_id: given.workspace_id,
      scopes: ['completions.write', 'prompts.render'],
      defaults: {
        config_id: given.config_slug,
        metadata: { team: 'shop' },
        allow_config_override: false,
      },
      usage_limits: { type: 'cost', credit_limit: 200, alert_threshold: 160, periodic_reset: 'monthly' },
      rate_limits: [
        { type: 'requests', unit: 'rpm', value: 300 },
        { type: 'tokens', unit: 'rpd', value: 2_000_000 },
      ],
      expires_at: '2027-01-01T00:00:00.000Z',
      alertEmails: ['finops@example.test'],
    })
    const mine = await portkey.apiKeys.create({
      type: 'workspace',
      name: 'mine',
      workspace_id: given.workspace_slug,
      user_id: given.owner_id,
      scopes: [],
    })
    const robot = await portkey.apiKeys.create({
      type: 'organisation',
      name: 'robot',
      scopes: ['logs.view'],
    })
    const ids = [service, mine, robot].map(({ id }) => String(id))
    for (const id of ids) await portkey.apiKeys.retrieve({ id })

    let page = 0
    while ((await portkey.apiKeys.list({ page_size: 20, current_page: page })).data?.length) page++
    await portkey.apiKeys.list({ workspace_id: given.workspace_slug })

    const [id = ''] = ids
    await portkey.apiKeys.update({
      id,
      name: 'renamed',
      description: null as unknown as string,
      usage_limits: null as unknown as object,
      rate_limits: [],
      scopes: ['completions.write'],
      defaults: { metadata: { team: 'front' } },
      expires_at: null,
      reset_usage: true,
    })
    await portkey.apiKeys.retrieve({ id })
    await portkey.post(`/api-keys/${id}/rotate`, {})

    for (const each of ids) {
      await portkey.apiKeys.delete({ id: each })
      await portkey.apiKeys.retrieve({ id: each }).catch(() => undefined)
    }
    await portkey.apiKeys.list({})
  },

  expects: (told, { given, kind }) => {
    const made = told.replies('api_keys.create')
    expect(made).toEqual(
      ['s', 'u', 'a'].map((letter) => ({
        id: expect.any(String),
        key: expect.stringMatching(`^tg_${letter}[0-9A-Za-z]{49}$`),
        object: 'api-key',
      })),
    )
    const [service, mine, robot, renamed, ...more] = told.replies('api_keys.retrieve')
    expect(more).toEqual([])
    expect(service).toMatchObject({
      id: made[0].id,
      key: expect.stringMatching(/^tg_s..\*{7}..$/),
      type: 'workspace-service',
      workspace_id: given.workspace_id,
      scopes: ['completions.write', 'prompts.render'],
      defaults: { config_id: given.config_slug, metadata: { team: 'shop' }, allow_config_override: false },
      usage_limits: { type: 'cost', credit_limit: 200, current_usage: 0 },
      rate_limits: [
        { type: 'requests', value: 300 },
        { type: 'tokens', value: 2_000_000 },
      ],
      expires_at: '2027-01-01T00:00:00.000Z',
      alert_emails: ['finops@example.test'],
      reset_usage: 0,
    })
    expect(mine).toMatchObject({ type: 'workspace-user', user_id: given.owner_id, usage_limits: null })
    expect(robot).toMatchObject({ type: 'organisation-service', workspace_id: null, scopes: ['logs.view'] })

    const { before, rows, total, rest } = paged(told.replies('api_keys.list'))
    const [ofWorkspace, after] = rest
    // The key that asks is one too.
    if (kind === 'empty') expect(before.total).toBe(1)
    else expect(before.total).toBeGreaterThan(40)
    expect(total).toBe(before.total + 3)
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(made.map(({ id }) => id)))
    expect(rows.filter(({ key }) => !/^tg_[sua]..\*{7}..$/.test(key) && !key.includes('***'))).toEqual([])
    expect(ofWorkspace?.data.map((row) => row.workspace_id)).toEqual(
      ofWorkspace?.data.map(() => given.workspace_id),
    )
    expect(after?.total).toBe(before.total)

    expect(told.replies('api_keys.update')).toHaveLength(1)
    expect(renamed).toMatchObject({
      name: 'renamed',
      description: null,
      usage_limits: null,
      rate_limits: null,
      scopes: ['completions.write'],
      defaults: { config_id: given.config_slug, metadata: { team: 'front' } },
      expires_at: null,
      last_reset_at: expect.any(String),
    })
    expect(told.replies('post')).toMatchObject([
      { id: made[0].id, key: expect.stringMatching(/^tg_s/), key_transition_expires_at: expect.any(String) },
    ])
    expect(told.replies('api_keys.delete')).toHaveLength(3)
    expect(told.refusals('api_keys.retrieve')).toEqual([404, 404, 404])
  },
}
