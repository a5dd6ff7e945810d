import { expect } from 'vitest'
import { join } from './join.ts'
import { paged } from './pages.ts'
import type { Row } from './rows.ts'

const gone = () => undefined
const NOBODY = '00000000-0000-7000-8000-000000000000'
const USER = 'nia.user@example.test'
const INVITED = 'nia.invited@example.test'

export const users: Row = {
  objects: 'users',
  parts: ['admin.users'],
  python: 'users.py',

  node: async (portkey, given) => {
    const { users: part } = portkey.admin
    await part.list({})
    const userId = await join(portkey, USER)
    let page = 0
    while ((await part.list({ pageSize: 2, currentPage: page })).data?.length) page++
    await part.list({ email: USER.toUpperCase() })
    await part.list({ role: 'owner' })
    await part.retrieve({ userId })
    await part.update({ userId, role: 'admin' })
    await part.retrieve({ userId })
    await part.update({ userId: given.owner_id, role: 'member' }).catch(gone)
    await part.delete({ userId: given.owner_id }).catch(gone)
    await part.delete({ userId })
    await part.retrieve({ userId })
    await part.retrieve({ userId: NOBODY }).catch(gone)
    await part.list({})
  },

  expects: (told, { given, kind }) => {
    const [{ id }] = told.replies('post')
    const { before, rows, total, rest } = paged(told.replies('admin.users.list'))
    const [byEmail, owners, after] = rest
    expect(before.total).toBe(kind === 'empty' ? 1 : 3)
    expect(total).toBe(before.total + 1)
    expect(rows.map((row) => row.id)).toContain(id)
    expect(byEmail).toMatchObject({ total: 1, data: [{ id, email: USER }] })
    expect(owners?.data).toMatchObject([{ id: given.owner_id, role: 'owner' }])

    const [joined, raised, removed] = told.replies('admin.users.retrieve')
    expect(joined).toMatchObject({
      object: 'user',
      id,
      first_name: 'Nia',
      last_name: '',
      role: 'member',
      email: USER,
      workspace_ids: [],
      status: 'active',
    })
    expect(raised).toMatchObject({
      role: 'admin',
      workspace_ids: expect.arrayContaining([given.workspace_slug]),
    })
    expect(removed).toMatchObject({ id, status: 'archived' })
    // The last owner.
    expect(told.refusals('admin.users.update')).toEqual([409])
    expect(told.refusals('admin.users.delete')).toEqual([409])
    expect(told.refusals('admin.users.retrieve')).toEqual([404])
    expect(after?.total).toBe(before.total)
  },
}

export const invites: Row = {
  objects: 'invites',
  parts: ['admin.users.invites'],
  python: 'invites.py',

  node: async (portkey, given) => {
    const { invites: part } = portkey.admin.users
    await part.list()
    const { id: inviteId = '' } = await part.create({
      email: INVITED,
      role: 'member',
      workspaces: [{ id: given.workspace_slug, role: 'manager' }],
      workspace_api_key_details: { scopes: ['completions.write'] },
    })
    await part.create({ email: INVITED, role: 'member', workspaces: [] }).catch(gone)
    await part.retrieve({ inviteId })
    let page = 0
    while ((await part.list({ pageSize: 2, currentPage: page })).data?.length) page++
    await part.list({ email: INVITED, role: 'member', status: 'pending' })
    await part.resend({ inviteId })
    await part.delete({ inviteId })
    await part.retrieve({ inviteId })
    await part.resend({ inviteId }).catch(gone)
    await part.list({ email: INVITED, status: 'pending' })
    await part.list({ email: INVITED, status: 'cancelled' })
    await part.retrieve({ inviteId: NOBODY }).catch(gone)
  },

  expects: (told, { given, kind }) => {
    const link = expect.stringMatching(/\/invite#[\w-]{43}$/)
    const [made] = told.replies('admin.users.invites.create')
    expect(made).toEqual({ id: expect.any(String), invite_link: link })
    const { before, rows, total, rest } = paged(told.replies('admin.users.invites.list'))
    const [found, open, cancelled] = rest
    expect(before.total).toBe(kind === 'empty' ? 0 : 3)
    expect(total).toBe(before.total + 1)
    expect(rows.map(({ id }) => id)).toContain(made.id)
    expect(found?.data).toMatchObject([{ id: made.id }])

    const [first, ended] = told.replies('admin.users.invites.retrieve')
    expect(first).toMatchObject({
      object: 'invite',
      email: INVITED,
      role: 'member',
      status: 'pending',
      workspaces: [{ id: given.workspace_slug, role: 'manager' }],
      workspace_api_key_details: { scopes: ['completions.write'] },
      accepted_at: null,
    })
    expect(ended).toMatchObject({ id: made.id, status: 'cancelled' })
    expect(open).toMatchObject({ total: 0, data: [] })
    expect(cancelled?.data).toMatchObject([{ id: made.id, status: 'cancelled' }])
    const [sent] = told.replies('admin.users.invites.resend')
    expect(sent).toMatchObject({ inviteLink: link, invite_link: sent.inviteLink })
    expect(sent.invite_link).not.toBe(made.invite_link)
    // One open invite an address, and none sent again once it was cancelled.
    expect(told.refusals('admin.users.invites.create')).toEqual([409])
    expect(told.refusals('admin.users.invites.resend')).toEqual([409])
    expect(told.refusals('admin.users.invites.retrieve')).toEqual([404])
  },
}
