import { expect } from 'vitest'
import { paged } from './pages.ts'
import type { Row } from './rows.ts'

const SHARED = 'Shared Team Workspace'
const gone = () => undefined

export const workspaces: Row = {
  objects: 'workspaces',
  parts: ['admin.workspaces'],
  python: 'workspaces.py',

  node: async (portkey, given) => {
    const { workspaces: part } = portkey.admin
    await part.list({})
    let page = 0
    while ((await part.list({ page_size: 2, current_page: page })).data?.length) page++
    await part.list({ name: 'Shared Team' })
    await part.list({ exact_name: SHARED })
    await part.list({ exact_name: 'Shared Team' })
    await part.retrieve({ workspaceId: given.workspace_id })
    await part.retrieve({ workspaceId: given.workspace_slug })
    await part.retrieve({ workspaceId: 'ws-nowhere-000000' }).catch(gone)

    const { id, slug } = (await part.create({
      name: 'Checkout',
      description: 'The till',
      defaults: { metadata: { team: 'shop' } },
      users: [given.owner_id],
    })) as { id: string; slug: string }
    await part.create({ name: 'Checkout' }).catch(gone)
    await part.retrieve({ workspaceId: slug })
    await part.update({
      workspaceId: slug,
      name: 'Payments',
      description: null as unknown as string,
      defaults: { metadata: { team: 'till' } },
    })
    await part.update({ workspaceId: slug, name: SHARED }).catch(gone)
    await portkey.put(`/admin/workspaces/${slug}`, {
      usage_limits: [{ type: 'cost', credit_limit: 100, periodic_reset: 'monthly' }],
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
    })
    await part.retrieve({ workspaceId: id })

    const config = await portkey.configs.create({
      name: 'In the way',
      config: { retry: { attempts: 2 } },
      workspace_id: slug,
    })
    await part.delete({ workspaceId: slug, name: 'Payments' }).catch(gone)
    await portkey.configs.delete({ slug: String(config.slug) })
    await part.delete({ workspaceId: slug, name: 'Checkout' }).catch(gone)
    await part.delete({ workspaceId: given.workspace_id, name: SHARED }).catch(gone)
    await part.delete({ workspaceId: slug, name: 'Payments' })
    await part.retrieve({ workspaceId: id })
    await part.list({ status: 'archived', exact_name: 'Payments' })
    await part.list({})
  },

  expects: (told, { given, kind }) => {
    const { before, rows, rest } = paged(told.replies('admin.workspaces.list'))
    const [named, exact, inexact, archived, after] = rest
    expect(rows).toEqual(before.data)
    expect(rows.map(({ name }) => name)).toEqual(
      kind === 'empty' ? [SHARED] : [SHARED, 'Labs', 'Search', 'Shop 🛒'],
    )
    expect(named?.data).toMatchObject([{ id: given.workspace_id, is_default: 1 }])
    expect(exact?.data).toMatchObject([{ slug: given.workspace_slug }])
    expect(inexact).toMatchObject({ total: 0, data: [] })

    const [byId, bySlug, first, changed, ended] = told.replies('admin.workspaces.retrieve')
    const owner = { id: given.owner_id, org_role: 'owner', role: 'admin' }
    expect(byId).toMatchObject({
      object: 'workspace',
      id: given.workspace_id,
      slug: given.workspace_slug,
      defaults: { metadata: {} },
      users: expect.arrayContaining([expect.objectContaining(owner)]),
    })
    expect(bySlug).toEqual(byId)
    expect(told.refusals('admin.workspaces.retrieve')).toEqual([404])

    const [made] = told.replies('admin.workspaces.create')
    expect(made).toMatchObject({
      object: 'workspace',
      slug: expect.stringMatching(/^ws-.+-[0-9a-f]{6}$/),
      name: 'Checkout',
      description: 'The till',
      defaults: { metadata: { team: 'shop' } },
      users: [{ id: given.owner_id, org_role: 'owner' }],
    })
    expect(first).toMatchObject({ id: made.id, name: 'Checkout', is_default: 0, status: 'active' })
    expect(told.replies('admin.workspaces.update')).toMatchObject([{ id: made.id, name: 'Payments' }])
    expect(changed).toMatchObject({
      slug: made.slug,
      name: 'Payments',
      description: null,
      defaults: { metadata: { team: 'till' } },
      usage_limits: [{ type: 'cost', credit_limit: 100, periodic_reset: 'monthly' }],
      rate_limits: [{ type: 'requests', unit: 'rpm', value: 60 }],
    })
    // A name that is taken, when making one and when renaming one.
    expect(told.refusals('admin.workspaces.create')).toEqual([409])
    expect(told.refusals('admin.workspaces.update')).toEqual([409])
    // A config in the way, a wrong name, the default workspace. Providers that came by themselves are not in the way.
    expect(told.refusals('admin.workspaces.delete')).toEqual([409, 400, 409])
    expect(told.replies('admin.workspaces.delete')).toHaveLength(1)
    expect(ended).toMatchObject({ id: made.id, status: 'archived' })
    expect(archived?.data.map(({ id }) => id)).toContain(made.id)
    expect(after).toMatchObject({ total: before.total })
  },
}
