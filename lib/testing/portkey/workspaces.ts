import { expect } from 'vitest'
import { paged } from './pages.ts'
import type { Row } from './rows.ts'

const SHARED = 'Shared Team Workspace'

export const workspaces: Row = {
  objects: 'workspaces, as they are read',
  parts: [],
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
    await part.retrieve({ workspaceId: 'ws-nowhere-000000' }).catch(() => undefined)
  },

  expects: (told, { given, kind }) => {
    const { before, rows, rest } = paged(told.replies('admin.workspaces.list'))
    const [named, exact, inexact] = rest
    expect(rows).toEqual(before.data)
    expect(rows.map(({ name }) => name)).toEqual(
      kind === 'empty' ? [SHARED] : [SHARED, 'Labs', 'Search', 'Shop 🛒'],
    )
    expect(named?.data).toMatchObject([{ id: given.workspace_id, is_default: 1 }])
    expect(exact?.data).toMatchObject([{ slug: given.workspace_slug }])
    expect(inexact).toMatchObject({ total: 0, data: [] })

    const [byId, bySlug] = told.replies('admin.workspaces.retrieve')
    expect(byId).toMatchObject({
      object: 'workspace',
      id: given.workspace_id,
      slug: given.workspace_slug,
      defaults: { metadata: {} },
      users: expect.arrayContaining([
        expect.objectContaining({ id: given.owner_id, org_role: 'owner', role: 'admin' }),
      ]),
    })
    expect(bySlug).toEqual(byId)
    expect(told.refusals('admin.workspaces.retrieve')).toEqual([404])
  },
}
