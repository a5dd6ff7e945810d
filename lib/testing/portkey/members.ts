import { expect } from 'vitest'
import { join } from './join.ts'
import { paged } from './pages.ts'
import type { Row } from './rows.ts'

const EMAIL = 'nia.member@example.test'
const gone = () => undefined

export const members: Row = {
  objects: 'members of a workspace',
  parts: ['admin.workspaces.users'],
  python: 'members.py',

  node: async (portkey, given) => {
    const { users: part } = portkey.admin.workspaces
    const workspaceId = given.workspace_slug
    const userId = await join(portkey, EMAIL)
    await part.list({ workspaceId })
    await part.retrieve({ workspaceId, userId }).catch(gone)
    await part.create({ workspaceId, users: [{ id: userId, role: 'member' }] })
    await part.create({ workspaceId, users: [{ id: userId, role: 'member' }] }).catch(gone)
    await part.retrieve({ workspaceId: given.workspace_id, userId })
    let page = 0
    while ((await part.list({ workspaceId, page_size: 1, current_page: page })).data?.length) page++
    await part.update({ workspaceId, userId, role: 'manager' })
    await part.retrieve({ workspaceId, userId })
    await part.list({ workspaceId, role: 'manager' })
    await part.list({ workspaceId, email: EMAIL })
    await part.delete({ workspaceId, userId })
    await part.retrieve({ workspaceId, userId }).catch(gone)
    await part.list({ workspaceId })
    await portkey.admin.users.delete({ userId })
  },

  expects: (told, { given, kind }) => {
    const [{ id }] = told.replies('post')
    const { before, rows, total, rest } = paged(told.replies('admin.workspaces.users.list'))
    const [managers, byEmail, after] = rest
    expect(before.total).toBe(kind === 'empty' ? 1 : 2)
    expect(before.data[0]).toMatchObject({ object: 'workspace-user', id: given.owner_id, role: 'admin' })
    expect(total).toBe(before.total + 1)
    expect(rows.map((row) => row.id)).toContain(id)

    const [joined, changed] = told.replies('admin.workspaces.users.retrieve')
    expect(joined).toMatchObject({
      object: 'workspace-user',
      id,
      first_name: 'Nia',
      email: EMAIL,
      org_role: 'member',
      role: 'member',
      status: 'active',
      workspace_id: given.workspace_id,
      scopes: expect.arrayContaining(['completions.write']),
      settings: {},
    })
    expect(changed).toMatchObject({ id, role: 'manager' })
    expect(managers?.data).toMatchObject([{ id }])
    expect(byEmail).toMatchObject({ total: 1, data: [{ id }] })
    expect(told.refusals('admin.workspaces.users.create')).toEqual([409])
    expect(told.refusals('admin.workspaces.users.retrieve')).toEqual([404, 404])
    expect(told.replies('admin.workspaces.users.delete')).toHaveLength(1)
    expect(after?.total).toBe(before.total)
  },
}
