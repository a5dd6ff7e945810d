import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { apiKeyVerbs } from '../admin/access.ts'
import { inviteVerbs } from '../admin/invites.ts'
import { userVerbs } from '../admin/users.ts'
import { hashPassword, verifyPassword } from '../auth/password.ts'
import { inviteOffer, inviteRow } from '../contract/invites.ts'
import { decryptSecret } from '../secrets.ts'
import { type AdminWorld, type Ask, adminWorld, TEST_HOST, TEST_SECRET } from '../testing/admin.ts'
import { dump } from '../testing/notifications.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

vi.mock('../auth/password.ts', { spy: true })

const PATH = 'admin/users/invites'
const NOBODY = '00000000-0000-7000-8000-000000000000'
const DAY = 86_400_000
const PASSWORD = 'a password of her own'

let world: AdminWorld
let routes: RouteHandlers
let shop: { id: string; slug: string }
let count = 0

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, inviteVerbs, userVerbs, apiKeyVerbs)
  shop = await world.addWorkspace('Shop')
})
afterAll(() => world.drop())
// Rows get an order, and strangers a fresh minute.
beforeEach(() => world.pass(61_000))

const prisma = () => world.database.prisma
const owner = (): Ask => ({ userId: world.ownerId })
const call = (method: string, path: string, ask: Ask) => {
  world.pass(5)
  return world.call(routes, method, path, ask)
}
const get = (path: string, ask = owner()) => call('GET', path, ask)
const post = (path: string, body: unknown, ask: Ask = {}) => call('POST', path, { ...ask, body })
const someone = () => `new-${++count}@example.test`
const create = (body: object = {}, ask = owner()) =>
  post(PATH, { email: someone(), role: 'member', ...body }, ask)
const look = (token: string, ask: Ask = {}) => post(`${PATH}/look`, { token }, ask)
const accept = (token: string, more: object = {}) =>
  post(`${PATH}/accept`, { token, first_name: 'Nia', last_name: 'New', password: PASSWORD, ...more })
const resend = (id: string, ask = owner()) => post(`${PATH}/${id}/resend`, undefined, ask)
const cancel = (id: string, ask = owner()) => call('DELETE', `${PATH}/${id}`, ask)

async function invited(body: object = {}, ask = owner()) {
  const email = someone()
  const answer = await create({ email, ...body }, ask)
  expect(answer.status).toBe(200)
  const { id, invite_link } = answer.body as { id: string; invite_link: string }
  return { id, email, token: tokenOf(invite_link) }
}
function tokenOf(link: unknown): string {
  const [page, token] = String(link).split('#')
  expect(page).toBe(`http://${TEST_HOST}/invite`)
  expect(token).toMatch(/^[\w-]{43}$/)
  return token as string
}
const stored = (id: string) => prisma().invite.findUniqueOrThrow({ where: { id } })
const person = (email: string) => prisma().user.findUnique({ where: { email } })
const trail = (resourceId: string) =>
  prisma().auditEvent.findMany({ where: { resourceId }, orderBy: { id: 'asc' } })
const told = async (kind: string, email: string) =>
  (await prisma().outboxMessage.findMany({ where: { kind }, orderBy: { id: 'asc' } })).filter(
    ({ payload }) => (payload as { email: string }).email === email,
  )
const param = ({ body }: { body: Record<string, unknown> }) => (body.error as { param?: string }).param
/** Why a link opens nothing, for the page that says so. */
const end = ({ body }: { body: Record<string, unknown> }) =>
  (body.data as { details: { path: string; rule: string }[] }).details

describe('POST /admin/users/invites', () => {
  test('200: the reply alone holds the link, which opens the offer for seven days', async () => {
    const email = someone()
    const { status, body } = await create({
      email: ` ${email.toUpperCase()} `,
      role: 'admin',
      workspaces: [
        { id: shop.slug, role: 'ws-manager' },
        { id: world.first.workspaceId, role: 'member' },
      ],
    })
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual(['id', 'invite_link'])
    const row = (await get(`${PATH}/${body.id}`)).body
    expect(inviteRow.parse(row)).toEqual(row)
    expect(row).toMatchObject({
      object: 'invite',
      email,
      role: 'admin',
      status: 'pending',
      workspaces: [
        { id: 'ws-shop', workspace_id: shop.id, name: 'Shop', role: 'manager' },
        { workspace_id: world.first.workspaceId, role: 'member' },
      ],
      workspace_api_key_details: null,
      accepted_at: null,
      invited_by: world.ownerId,
      invite_link: null,
    })
    expect(Date.parse(String(row.expires_at)) - Date.parse(String(row.created_at))).toBe(7 * DAY)
    const offer = (await look(tokenOf(body.invite_link))).body
    expect(inviteOffer.parse(offer)).toEqual(offer)
    expect(offer).toMatchObject({
      email,
      role: 'admin',
      organisation: { name: 'Default organisation' },
      workspaces: [{ name: 'Shop', role: 'manager' }, { role: 'member' }],
      invited_by: 'Owner',
    })
    expect((await trail(String(body.id))).map((one) => [one.action, one.resourceType, one.actorId])).toEqual([
      ['create', 'invites', world.ownerId],
    ])
  })

  test('200: no workspaces are fine, and an organisation key invites as an admin would', async () => {
    const key = await world.addKey('organisation-service', ['organisation_users.create'])
    const { id, token } = await invited({ role: 'admin', workspaces: [] }, { key: key.secret })
    expect(await stored(id)).toMatchObject({ invitedBy: null, role: 'admin' })
    expect((await look(token)).body).toMatchObject({ invited_by: null, workspaces: [] })
  })

  test.each([
    ['email', { email: 'no address' }],
    ['email', { email: null }],
    ['role', { role: 'owner' }],
    ['role', { role: undefined }],
    ['workspaces.0.role', { workspaces: [{ id: 'ws-shop', role: 'owner' }] }],
    ['workspaces.0.id', { workspaces: [{ role: 'member' }] }],
    [
      'workspaces.1.id',
      {
        workspaces: [
          { id: 'ws-shop', role: 'member' },
          { id: 'WS-Shop', role: 'admin' },
        ],
      },
    ],
    ['workspace_api_key_details', { workspace_api_key_details: { scopes: ['completions.write'] } }],
    [
      'workspace_api_key_details.scopes',
      {
        workspaces: [{ id: 'ws-shop', role: 'member' }],
        workspace_api_key_details: { scopes: ['fly.to_the_moon'] },
      },
    ],
    ['emails', { emails: ['a@example.test'] }],
    ['scopes', { scopes: ['completions.write'] }],
  ])('400 AB01: %s of %j', async (at, body) => {
    const answer = await create(body)
    expect([answer.status, answer.body.errorCode, param(answer)]).toEqual([400, 'AB01', at])
  })

  test('404: a workspace of another tenant, an archived one, and one that is none are the same', async () => {
    const other = await world.addOrganisation('invites-elsewhere')
    const gone = await world.addWorkspace('Gone')
    await prisma().workspace.update({ where: { id: gone.id }, data: { status: 'archived' } })
    for (const id of [other.workspaceId, 'ws-theirs', gone.slug, NOBODY, 'ws-none']) {
      const { status, body } = await create({ workspaces: [{ id, role: 'member' }] })
      expect([status, body.errorCode, body.message]).toEqual([
        404,
        'AB02',
        'workspaces.0.id names no workspace.',
      ])
    }
  })

  test('403: scopes the inviter lacks are not handed on', async () => {
    const narrow = await world.addKey('organisation-service', ['organisation_users.create'])
    const answer = await create(
      {
        workspaces: [{ id: shop.slug, role: 'admin' }],
        workspace_api_key_details: { scopes: ['completions.write', 'workspace_users.delete'] },
      },
      { key: narrow.secret },
    )
    expect([answer.status, answer.body.errorCode, param(answer)]).toEqual([
      403,
      'AB03',
      'workspace_api_key_details.scopes',
    ])
    expect(answer.body.message).toContain('workspace_users.delete')
  })

  test('403: members, admins of a workspace and keys without the scope invite nobody', async () => {
    const inside = await world.addUser('member', { [shop.id]: 'admin' })
    const reader = await world.addKey('organisation-service', ['organisation_users.list'])
    const { id } = await invited()
    for (const ask of [{ userId: inside }, { key: reader.secret }]) {
      for (const refused of [await create({}, ask), await resend(id, ask), await cancel(id, ask)])
        expect([refused.status, refused.body.errorCode]).toEqual([403, 'AB03'])
    }
    expect((await get(PATH, { userId: inside })).status).toBe(403)
    expect((await get(PATH, { key: reader.secret })).status).toBe(200)
    expect((await get(`${PATH}/${id}`, { key: reader.secret })).status).toBe(403)
    expect((await get(PATH, {})).status).toBe(401)
    expect((await create({}, {})).status).toBe(401)
  })

  test('409: a member, an address in use elsewhere, and one that is invited already', async () => {
    const ours = await world.addUser('member')
    const other = await world.addOrganisation('other-people')
    const theirs = await world.addUser('member', {}, other.id)
    const { email } = await invited()
    const refusal = async (address: string) => {
      const answer = await create({ email: address })
      expect([answer.status, answer.body.errorCode, param(answer)]).toEqual([409, 'AB07', 'email'])
      return answer.body.message
    }
    expect(await refusal(`${ours}@example.test`)).toContain('is a member of this organisation already')
    const elsewhere = await refusal(`${theirs}@example.test`)
    expect(elsewhere).toContain('the address is in use')
    expect(elsewhere).not.toContain('other-people')
    expect(await refusal(email.toUpperCase())).toContain('is open already')
  })

  test('409: of two invites of one address at the same moment one is made', async () => {
    const email = someone()
    const answers = await Promise.all([create({ email }), create({ email })])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('200: one past its time gives way to a new one', async () => {
    const first = await invited()
    world.pass(7 * DAY)
    expect((await create({ email: first.email })).status).toBe(200)
    expect((await get(`${PATH}/${first.id}`)).body.status).toBe('expired')
  })
})

describe('GET /admin/users/invites', () => {
  test('200: newest first, paged, and filtered by e-mail, role and the status they have now', async () => {
    const late = await invited()
    world.pass(7 * DAY)
    const open = await invited({ role: 'admin' })
    const done = await invited()
    await accept(done.token)
    const off = await invited()
    await cancel(off.id)
    const some = async (query: string) => {
      const { body } = await get(`${PATH}?${query}`)
      expect(body.object).toBe('list')
      return (body.data as { id: string }[]).map(({ id }) => id)
    }
    expect((await some('pageSize=4&currentPage=0')).slice(0, 4)).toEqual([off.id, done.id, open.id, late.id])
    expect(await some('page_size=1&current_page=1')).toEqual([done.id])
    expect(await some('status=expired')).toContain(late.id)
    expect(await some('status=pending')).toContain(open.id)
    expect(await some('status=pending')).not.toContain(late.id)
    expect(await some('status=accepted,cancelled&page_size=2')).toEqual([off.id, done.id])
    expect(await some('role=admin')).toContain(open.id)
    expect(await some('role=admin')).not.toContain(done.id)
    expect(await some(`email=${late.email.toUpperCase()}`)).toEqual([late.id])
    expect((await get(`${PATH}?status=gone`)).status).toBe(400)
    expect((await get(`${PATH}?role=boss`)).status).toBe(400)
  })

  test('404: another tenant’s invite is none, whatever is tried', async () => {
    const other = await world.addOrganisation('invites-hidden')
    const theirs = await world.addUser('owner', {}, other.id)
    const { id } = await invited({}, { userId: theirs })
    for (const one of [id, NOBODY, 'not-an-id']) {
      for (const answer of [await get(`${PATH}/${one}`), await resend(one), await cancel(one)]) {
        expect([answer.status, answer.body.errorCode, answer.body.message]).toEqual([
          404,
          'AB08',
          'No such invite.',
        ])
      }
    }
    expect((await get(`${PATH}?page_size=100`)).text).not.toContain(id)
    expect((await stored(id)).status).toBe('pending')
  })
})

describe('POST /admin/users/invites/{id}/resend', () => {
  test('200: a new link and a new week; the one before opens nothing', async () => {
    const { id, email, token } = await invited()
    world.pass(3 * DAY)
    const { status, body } = await resend(id)
    expect([status, body.inviteLink]).toEqual([200, body.invite_link])
    const newer = tokenOf(body.invite_link)
    const old = await look(token)
    expect([old.status, old.body.errorCode]).toEqual([404, 'AB08'])
    expect(old.body.message).toContain('a newer one was sent since')
    expect(end(old)).toEqual([{ path: 'token', rule: 'unknown' }])
    expect((await accept(token)).status).toBe(404)
    expect((await look(newer)).status).toBe(200)
    world.pass(6 * DAY)
    expect((await look(newer)).status).toBe(200)
    expect((await told('invite.created', email)).map(({ payload }) => payload)).toMatchObject([
      { is_reminder: false },
      { is_reminder: true },
    ])
    expect((await trail(id)).map(({ action }) => action)).toEqual(['create', 'update'])
  })

  test('200: an expired one opens again', async () => {
    const { id } = await invited()
    world.pass(8 * DAY)
    const { body } = await resend(id)
    expect((await accept(tokenOf(body.invite_link))).status).toBe(200)
  })

  test('409: accepted, cancelled, a member by now, or replaced by a newer invite', async () => {
    const done = await invited()
    await accept(done.token)
    expect((await resend(done.id)).body.message).toContain('was accepted')
    const off = await invited()
    await cancel(off.id)
    expect((await resend(off.id)).body.message).toContain('was cancelled')
    const joined = await invited()
    const { organisationId } = world.first
    await prisma().user.create({ data: { id: world.runtime.newId(), organisationId, email: joined.email } })
    expect((await resend(joined.id)).body.message).toContain('is a member of this organisation already')
    const late = await invited()
    world.pass(8 * DAY)
    await create({ email: late.email })
    const refused = await resend(late.id)
    expect([refused.status, refused.body.errorCode]).toEqual([409, 'AB07'])
    expect(refused.body.message).toContain('is open already')
  })
})

describe('DELETE /admin/users/invites/{id}', () => {
  test('200: the link opens nothing, the address may be invited anew; twice is no error', async () => {
    const { id, email, token } = await invited()
    expect(await cancel(id)).toMatchObject({ status: 200, body: {} })
    expect((await cancel(id)).status).toBe(200)
    expect((await get(`${PATH}/${id}`)).body.status).toBe('cancelled')
    for (const answer of [await look(token), await accept(token)]) {
      expect([answer.status, answer.body.errorCode]).toEqual([409, 'AB07'])
      expect(answer.body.message).toContain('was withdrawn')
      expect(end(answer)).toEqual([{ path: 'token', rule: 'cancelled' }])
    }
    expect(await person(email)).toBeNull()
    expect((await create({ email })).status).toBe(200)
  })

  test('409: an accepted one is a person now', async () => {
    const { id, token } = await invited()
    await accept(token)
    expect(await cancel(id)).toMatchObject({ status: 409, body: { errorCode: 'AB07' } })
  })
})

describe('POST /admin/users/invites/accept', () => {
  test('200: a stranger becomes a person with the role, the places and the password', async () => {
    const { id, email, token } = await invited({
      role: 'member',
      workspaces: [{ id: shop.slug, role: 'manager' }],
    })
    const { status, body } = await accept(token)
    const user = (await person(email))!
    expect([status, body]).toEqual([200, { id: user.id, email }])
    expect(user).toMatchObject({
      firstName: 'Nia',
      lastName: 'New',
      role: 'member',
      status: 'active',
      provisionedBy: 'invite',
      organisationId: world.first.organisationId,
    })
    expect(await verifyPassword(PASSWORD, user.passwordHash!)).toBe(true)
    expect(await prisma().membership.findMany({ where: { userId: user.id } })).toMatchObject([
      { workspaceId: shop.id, role: 'manager' },
    ])
    expect((await get(`${PATH}/${id}`)).body).toMatchObject({
      status: 'accepted',
      accepted_at: expect.any(String),
    })
    expect((await get('admin/users', { userId: user.id })).status).toBe(403)
    const [, accepted] = await trail(id)
    expect(accepted).toMatchObject({
      action: 'update',
      actorType: 'user',
      actorId: user.id,
      after: { status: 'accepted', user: { email }, workspaces: [{ id: 'ws-shop', role: 'manager' }] },
    })
    expect((await told('invite.accepted', email)).map(({ payload }) => payload)).toMatchObject([
      { user_id: user.id, invited_by: world.ownerId },
    ])
    expect(await told('member.added', email)).toHaveLength(1)
    expect(await prisma().apiKey.count({ where: { userId: user.id } })).toBe(0)
  })

  test('200: with key scopes, a key of theirs waits in each workspace', async () => {
    const scopes = ['completions.write', 'logs.list']
    const { email, token } = await invited({
      workspaces: [
        { id: shop.slug, role: 'member' },
        { id: world.first.workspaceId, role: 'member' },
      ],
      workspace_api_key_details: { scopes },
    })
    await accept(token)
    const { id: userId } = (await person(email))!
    const keys = await prisma().apiKey.findMany({ where: { userId } })
    expect(keys.map(({ workspaceId }) => workspaceId).sort()).toEqual(
      [shop.id, world.first.workspaceId].sort(),
    )
    for (const key of keys) {
      expect(key).toMatchObject({ type: 'workspace-user', creationMode: 'auto', status: 'active' })
      expect([...(key.scopes as string[])].sort()).toEqual([...scopes].sort())
    }
    const shown = await post(`api-keys/${keys[0]!.id}/reveal`, {}, { userId })
    expect(shown.body.key).toMatch(/^tg_u/)
  })

  test('200: a workspace that was deleted meanwhile is left out', async () => {
    const closing = await world.addWorkspace('Closing')
    const { email, token } = await invited({
      workspaces: [
        { id: closing.slug, role: 'admin' },
        { id: shop.slug, role: 'member' },
      ],
    })
    await prisma().workspace.update({ where: { id: closing.id }, data: { status: 'archived' } })
    expect((await look(token)).body.workspaces).toMatchObject([{ name: 'Shop' }])
    await accept(token)
    const { id: userId } = (await person(email))!
    expect(await prisma().membership.findMany({ where: { userId } })).toMatchObject([
      { workspaceId: shop.id },
    ])
  })

  test('200: somebody who was removed comes back as the same person, with nothing of before', async () => {
    const { email, token } = await invited({
      role: 'admin',
      workspaces: [{ id: shop.slug, role: 'admin' }],
      workspace_api_key_details: {},
    })
    await accept(token)
    const { id } = (await person(email))!
    const sessionId = world.runtime.newId()
    expect((await call('DELETE', `admin/users/${id}`, owner())).status).toBe(200)
    // A sign-in that raced the removal.
    const expiresAt = new Date(world.runtime.now() + DAY)
    await prisma().session.create({ data: { id: sessionId, userId: id, expiresAt } })
    const again = await invited({ email })
    expect((await accept(again.token, { first_name: 'Nora', password: 'another of her own' })).status).toBe(
      200,
    )
    const back = (await person(email))!
    expect(back).toMatchObject({ id, status: 'active', role: 'member', firstName: 'Nora' })
    expect(await verifyPassword(PASSWORD, back.passwordHash!)).toBe(false)
    expect(await prisma().membership.count({ where: { userId: id } })).toBe(0)
    expect(await prisma().session.count({ where: { userId: id, revokedAt: null } })).toBe(0)
    expect(await prisma().apiKey.count({ where: { userId: id, status: { not: 'archived' } } })).toBe(0)
  })

  test('409: a link works once', async () => {
    const { email, token } = await invited()
    await accept(token)
    for (const answer of [await look(token), await accept(token, { password: 'a thief’s password' })]) {
      expect([answer.status, answer.body.errorCode, param(answer)]).toEqual([409, 'AB07', 'token'])
      expect(answer.body.message).toContain('was accepted already')
      expect(end(answer)).toEqual([{ path: 'token', rule: 'accepted' }])
    }
    expect(await verifyPassword(PASSWORD, (await person(email))!.passwordHash!)).toBe(true)
  })

  test('409: of many acceptances at once one wins, and hashes no more than one password', async () => {
    const { email, token } = await invited({ workspaces: [{ id: shop.slug, role: 'member' }] })
    const passwords = Array.from({ length: 8 }, (_, at) => `the password number ${at}`)
    vi.mocked(hashPassword).mockClear()
    const answers = await Promise.all(passwords.map((password) => accept(token, { password })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)])
    expect(hashPassword).toHaveBeenCalledTimes(1)
    const winner = answers.findIndex(({ status }) => status === 200)
    const user = (await person(email))!
    expect(await verifyPassword(passwords[winner]!, user.passwordHash!)).toBe(true)
    expect(await prisma().membership.count({ where: { userId: user.id } })).toBe(1)
    expect(await told('invite.accepted', email)).toHaveLength(1)
  })

  test('409: after seven days, or when the address found its way in otherwise', async () => {
    const late = await invited()
    world.pass(7 * DAY)
    for (const answer of [await look(late.token), await accept(late.token)]) {
      expect(answer.status).toBe(409)
      expect(answer.body.message).toContain('has expired')
      expect(end(answer)).toEqual([{ path: 'token', rule: 'expired' }])
    }
    const joined = await invited()
    const other = await world.addOrganisation('quicker')
    const { organisationId } = world.first
    const id = world.runtime.newId()
    await prisma().user.create({ data: { id, organisationId, email: joined.email } })
    const inside = await look(joined.token)
    expect(inside.body.message).toContain('Sign in instead.')
    expect(end(inside)).toEqual([{ path: 'token', rule: 'member' }])
    expect((await accept(joined.token)).status).toBe(409)
    await prisma().user.update({ where: { id }, data: { organisationId: other.id } })
    const elsewhere = await accept(joined.token)
    expect(elsewhere.status).toBe(409)
    expect(elsewhere.body.message).toContain('the address is in use')
    expect(end(elsewhere)).toEqual([{ path: 'token', rule: 'elsewhere' }])
    expect(elsewhere.text).not.toContain('quicker')
  })

  test.each([
    ['token', { token: '' }],
    ['token', { token: 'x'.repeat(129) }],
    ['token', { token: 7 }],
    ['first_name', { first_name: ' ' }],
    ['first_name', { first_name: 'x'.repeat(101) }],
    ['password', { password: 'short' }],
    ['password', { password: 'x'.repeat(1025) }],
  ])('400 AB01: %s of %j leaves the invite open', async (at, more) => {
    const { token } = await invited()
    const answer = await accept(token, more)
    expect([answer.status, answer.body.errorCode, param(answer)]).toEqual([400, 'AB01', at])
    expect((await look(token)).status).toBe(200)
  })

  test('404: what is no token opens nothing, and costs no hash', async () => {
    vi.mocked(hashPassword).mockClear()
    for (const token of ['no-token', 'x'.repeat(43), ' ']) {
      const { status, body } = await accept(token)
      expect([status, body.errorCode]).toEqual([404, 'AB08'])
    }
    expect(hashPassword).not.toHaveBeenCalled()
  })
})

describe('strangers', () => {
  test('look and accept need no cookie, and one of somebody else changes nothing', async () => {
    const { token } = await invited()
    const member = await world.addUser('member')
    expect((await look(token)).status).toBe(200)
    expect((await look(token, { userId: member, headers: { origin: 'http://evil.test' } })).status).toBe(200)
    expect((await look(token, { key: 'tg_no-such-key' })).status).toBe(200)
    expect((await get(`${PATH}/look`, {})).status).not.toBe(200)
  })

  test('429: an address gets sixty calls a minute, and others their own', async () => {
    const { token } = await invited()
    const from = (address: string) => look(token, { headers: { 'x-forwarded-for': address } })
    for (let at = 0; at < 60; at++) expect((await from('203.0.113.9')).status).toBe(200)
    const { status, body, headers } = await from('203.0.113.9')
    expect([status, body.errorCode]).toEqual([429, 'AB06'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('203.0.113.10')).status).toBe(200)
    world.pass(60_000)
    expect((await from('203.0.113.9')).status).toBe(200)
  })
})

test('a token stands nowhere but in the reply and, sealed, in its letter', async () => {
  const { id, email, token } = await invited({ workspaces: [{ id: shop.slug, role: 'member' }] })
  const { body } = await resend(id)
  const newer = tokenOf(body.invite_link)
  await accept(token)
  await look(newer)
  const lists = [(await get(PATH)).text, (await get(`${PATH}/${id}`)).text]
  await accept(newer)
  const all = await dump(world.database)
  expect(all).toContain(email)
  for (const secret of [token, newer, PASSWORD]) {
    expect(all).not.toContain(secret)
    expect(all).not.toContain(Buffer.from(secret).toString('hex'))
    expect(lists.join()).not.toContain(secret)
  }
  const messages = await told('invite.created', email)
  expect(messages.map(({ secret }) => decryptSecret(TEST_SECRET, secret!))).toEqual([
    `http://${TEST_HOST}/invite#${token}`,
    `http://${TEST_HOST}/invite#${newer}`,
  ])
})
