import { expect } from 'vitest'
import { paged } from './pages.ts'
import type { Row } from './rows.ts'

const gone = () => undefined

const OURS = {
  slug: 'ours',
  enabled: true,
  is_custom: true,
  base_model_slug: 'gpt-4o',
  pricing_config: {
    type: 'static',
    pay_as_you_go: { request_token: { price: 0.0002 }, response_token: { price: 0.0004 } },
  },
}

export const integrations: Row = {
  objects: 'integrations, their models and their workspaces',
  parts: ['integrations', 'integrations.models', 'integrations.workspaces'],
  python: 'integrations.py',

  node: async ({ integrations: part }, given) => {
    await part.list({})
    const { slug } = await part.create({
      name: 'OpenAI',
      description: 'the main account',
      ai_provider_id: 'openai',
      key: given.secret,
      slug: 'sdk-openai',
      configurations: { openai_project: 'one' },
    })
    await part.retrieve({ slug })
    const { slug: own } = await part.create({
      name: 'Own',
      ai_provider_id: 'anthropic',
      key: given.secret,
      workspace_id: given.workspace_id,
    })
    let page = 0
    while ((await part.list({ page_size: 4, current_page: page })).data.length) page++
    await part.list({ type: 'workspace', workspace_id: given.workspace_slug })
    await part.update({
      slug,
      name: 'Renamed',
      description: null as unknown as string,
      configurations: { openai_organization: 'two' },
    })
    await part.retrieve({ slug })

    await part.models.list({ slug })
    await part.models.update({
      slug,
      allow_all_models: false,
      models: [{ slug: 'gpt-4o', enabled: true }, OURS],
    })
    await part.models.list({ slug })
    await part.models.delete({ slug, slugs: 'ours' })
    await part.models.list({ slug })

    await part.workspaces.list({ slug })
    await part.workspaces.update({
      slug,
      global_workspace_access: {
        enabled: true,
        usage_limits: [{ type: 'cost', credit_limit: 50, periodic_reset: 'monthly' }],
      },
      workspaces: [
        {
          id: given.workspace_slug,
          enabled: true,
          usage_limits: [
            { type: 'cost', credit_limit: 1500 },
            { type: 'tokens', credit_limit: 1000 },
          ],
          rate_limits: [{ type: 'requests', unit: 'rpm', value: 2000 }],
        },
      ],
    })
    await part.workspaces.list({ slug })
    await part.workspaces.update({ slug, override_existing_workspaces_access: true, workspaces: [] })
    await part.workspaces.list({ slug })

    for (const one of [slug, own]) {
      await part.delete({ slug: one })
      await part.retrieve({ slug: one }).catch(gone)
    }
    await part.list({})
  },

  expects: (told, { given, kind, client }) => {
    const made = told.replies('integrations.create')
    expect(made).toMatchObject([
      { id: expect.any(String), slug: 'sdk-openai' },
      { id: expect.any(String), slug: expect.stringMatching(/^own-[0-9a-f]{6}$/) },
    ])
    const [first, renamed] = told.replies('integrations.retrieve')
    expect(first).toMatchObject({
      slug: 'sdk-openai',
      type: 'organisation',
      masked_key: 'sk********nop',
      configurations: { openai_project: 'one' },
      global_workspace_access: { enabled: expect.any(Boolean) },
    })
    expect(renamed).toMatchObject({
      name: 'Renamed',
      description: null,
      configurations: { openai_project: 'one', openai_organization: 'two' },
    })
    const { before, rows, total, rest } = paged(told.replies('integrations.list'))
    const [ofWorkspace, after] = rest
    expect(before.total).toBe(kind === 'empty' ? 0 : 7)
    expect(total).toBe(before.total + 2)
    expect(rows.map(({ slug }) => slug)).toEqual(expect.arrayContaining(made.map(({ slug }) => slug)))
    expect(ofWorkspace).toMatchObject({ total: 1, data: [{ slug: made[1].slug, type: 'workspace' }] })
    expect(after?.total).toBe(before.total)

    const [, models, without] = told.replies('integrations.models.list')
    expect(models).toMatchObject({ object: 'list', allow_all_models: false, total: models.models.length })
    expect(models.models).toContainEqual(expect.objectContaining(OURS))
    expect(models.models).toContainEqual(expect.objectContaining({ slug: 'gpt-4o', enabled: true }))
    expect(without.models.map(({ slug }: { slug: string }) => slug)).not.toContain('ours')

    const [, provisioned, revoked] = told.replies('integrations.workspaces.list')
    const cost = { type: 'cost', credit_limit: 1500 }
    const rate = { type: 'requests', unit: 'rpm', value: 2000 }
    // One limit where the Python client cannot read a list (ruling 6).
    const limits =
      client === 'python'
        ? { usage_limits: cost, rate_limits: rate }
        : { usage_limits: [cost, { type: 'tokens', credit_limit: 1000 }], rate_limits: [rate] }
    const ours = ({ id }: { id: string }) => id === given.workspace_slug
    expect(provisioned.total).toBe(kind === 'empty' ? 1 : 4)
    expect(provisioned.workspaces.filter(ours)).toMatchObject([{ enabled: true, ...limits }])
    expect(provisioned.global_workspace_access).toMatchObject({
      enabled: true,
      usage_limits: [{ credit_limit: 50 }],
    })
    expect(revoked.workspaces.map(({ enabled }: { enabled: boolean }) => enabled)).toEqual(
      revoked.workspaces.map(() => false),
    )
    expect(told.replies('integrations.delete')).toHaveLength(2)
    expect(told.refusals('integrations.retrieve')).toEqual([404, 404])
    expect(JSON.stringify(told.calls)).not.toContain(given.secret)
  },
}

export const providers: Row = {
  objects: 'providers',
  parts: ['providers'],
  python: 'providers.py',

  node: async ({ integrations: { create, delete: remove }, providers: part }, given) => {
    const { slug: integration } = await create({
      name: 'Claude',
      ai_provider_id: 'anthropic',
      key: given.secret,
      ...{ create_default_provider: false },
    })
    const here = { workspace_id: given.workspace_id }
    await part.list(here)
    const { slug = '' } = await part.create({
      name: 'Claude for Search',
      integration_id: integration,
      slug: 'sdk-claude',
      note: 'asked for by Search',
      usage_limits: { credit_limit: 500, alert_threshold: 400, periodic_reset: 'weekly' },
      rate_limits: { type: 'requests', unit: 'rpm', value: 600 },
      expires_at: '2027-01-01T00:00:00.000Z',
      ...here,
    })
    await part.retrieve({ slug, ...here })
    let page = 0
    while ((await part.list({ page_size: 4, current_page: page, ...here })).data?.length) page++
    await part.update({
      slug,
      name: 'Renamed',
      note: null as unknown as string,
      usage_limits: [
        { type: 'cost', credit_limit: 900 },
        { type: 'tokens', credit_limit: 5000 },
      ],
      rate_limits: [
        { type: 'requests', unit: 'rpm', value: 5 },
        { type: 'tokens', unit: 'rph', value: 100 },
      ],
      expires_at: null as unknown as string,
      reset_usage: true,
      ...here,
    })
    await part.retrieve({ slug, ...here })
    await part.list({ page_size: 100, ...here })
    await part.delete({ slug, ...here })
    await part.retrieve({ slug, ...here }).catch(gone)
    await part.list(here)
    await remove({ slug: integration })
  },

  expects: (told, { given, kind, client }) => {
    expect(told.replies('providers.create')).toMatchObject([{ id: expect.any(String), slug: 'sdk-claude' }])
    const [{ slug: integration }] = told.replies('integrations.create')
    const [first, changed] = told.replies('providers.retrieve')
    expect(first).toMatchObject({
      object: 'provider',
      slug: 'sdk-claude',
      note: 'asked for by Search',
      integration_id: integration,
      workspace_id: given.workspace_id,
      usage_limits: { type: 'cost', credit_limit: 500, current_usage: 0 },
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 600 }],
      expires_at: '2027-01-01T00:00:00.000Z',
    })
    const { before, rows, total, rest } = paged(told.replies('providers.list'))
    const [listed, after] = rest
    if (kind === 'empty') expect(before.data).toEqual([])
    else expect(before.total).toBeGreaterThan(10)
    expect(total).toBe(before.total + 1)
    expect(rows.map(({ slug }) => slug)).toContain('sdk-claude')

    const rates = [
      { type: 'requests', unit: 'rpm', value: 5 },
      { type: 'tokens', unit: 'rph', value: 100 },
    ]
    expect(told.replies('providers.update')).toMatchObject([{ id: first.id, slug: 'sdk-claude' }])
    expect(changed).toMatchObject({
      name: 'Renamed',
      note: null,
      usage_limits: { type: 'cost', credit_limit: 900 },
      usage_limits_all: [{ credit_limit: 900 }, { credit_limit: 5000 }],
      rate_limits: rates,
      expires_at: null,
    })
    // One limit where the Python client cannot read a list (ruling 6).
    expect(listed?.data.find(({ slug }) => slug === 'sdk-claude')).toMatchObject({
      usage_limits: { credit_limit: 900 },
      rate_limits: client === 'python' ? rates[0] : rates,
    })
    expect(after?.total).toBe(before.total)
    expect(told.refusals('providers.retrieve')).toEqual([404])
  },
}

export const virtualKeys: Row = {
  objects: 'virtual keys',
  parts: ['virtual_keys'],
  python: 'virtual_keys.py',

  node: async ({ virtualKeys: part }, given) => {
    await part.list({ workspace_id: given.workspace_id })
    const { slug = '' } = await part.create({
      name: 'Old way',
      provider: 'openai',
      key: given.secret,
      note: 'from before',
      apiVersion: '2024-06-01',
      resourceName: 'ours',
      deploymentName: 'gpt-4o',
      workspace_id: given.workspace_id,
      usage_limits: { credit_limit: 10 },
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
    })
    await part.retrieve({ slug })
    await part.list({ workspace_id: given.workspace_slug })
    await part.update({
      slug,
      name: 'Renamed',
      note: null,
      usage_limits: null as unknown as object,
      rate_limits: [],
    })
    await part.update({ slug, key: 'sk-another-0123456789abcdefgh' })
    await part.retrieve({ slug })
    await part.delete({ slug })
    await part.retrieve({ slug }).catch(gone)
    await part.list({ workspace_id: given.workspace_id })
  },

  expects: (told, { given, kind }) => {
    const [made] = told.replies('virtual_keys.create')
    expect(made).toMatchObject({ success: true, data: { slug: made.slug }, object: 'virtual-key' })
    const [first, changed] = told.replies('virtual_keys.retrieve')
    expect(first).toMatchObject({
      object: 'virtual-key',
      slug: made.slug,
      note: 'from before',
      ai_provider_name: 'openai',
      masked_api_key: 'sk********nop',
      model_config: {
        azure_api_version: '2024-06-01',
        azure_resource_name: 'ours',
        azure_deployment_name: 'gpt-4o',
      },
      usage_limits: { type: 'cost', credit_limit: 10 },
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
    })
    const [before, during, after] = told.replies('virtual_keys.list')
    if (kind === 'empty') expect(before).toEqual({ object: 'list', total: 0, data: [] })
    else expect(before.total).toBeGreaterThan(10)
    expect(during.total).toBe(before.total + 1)
    expect(during.data).toContainEqual(expect.objectContaining({ slug: made.slug }))
    expect(after.total).toBe(before.total)

    expect(told.replies('virtual_keys.update')).toMatchObject([{ slug: made.slug }, { slug: made.slug }])
    expect(changed).toMatchObject({
      name: 'Renamed',
      note: null,
      usage_limits: null,
      rate_limits: null,
      masked_api_key: 'sk********fgh',
    })
    expect(told.refusals('virtual_keys.retrieve')).toEqual([404])
    expect(JSON.stringify(told.calls)).not.toContain(given.secret)
  },
}
