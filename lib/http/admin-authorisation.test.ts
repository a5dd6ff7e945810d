/**
 * Who may call what, as a table a person can read. A route without a row fails here, and so does a row that says
 * something else than the code does. Source: admin-contract §2, §5.1, architecture §7.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Route, Verbs } from '../admin/verbs.ts'
import { isLegalScope, type WorkspaceRole } from '../auth/scopes.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminFamilies } from '../testing/admin-families.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

/** Roles that pass a route's gate in their own workspace; the rows they then see are the verbs' business. */
const ROLES = ['owner', 'admin', 'ws-admin', 'manager', 'member', 'outsider'] as const
type Role = (typeof ROLES)[number]

const managers: readonly Role[] = ['owner', 'admin', 'ws-admin', 'manager']
const members: readonly Role[] = [...managers, 'member']
const everyone: readonly Role[] = ROLES

const keys = (verb: string) =>
  ['organisation_service_api_keys', 'workspace_service_api_keys', 'workspace_user_api_keys'].map(
    (family) => `${family}.${verb}`,
  )
const integrations = (verb: string) => [`organisation_integrations.${verb}`, `workspace_integrations.${verb}`]
/** Settings of the organisation, or what a workspace has of them. */
const settings = (verb: 'read' | 'update') => [`organisation_settings.${verb}`, 'workspaces.update']
const guardrails = (verb: string) => [`guardrails.${verb}`, `organisation_guardrails.${verb}`]
const providers = (verb: string) => [`providers.${verb}`, `virtual_keys.${verb}`]

interface Row {
  scopes: readonly string[]
  /** All of them, where any one does otherwise. */
  all?: true
  roles: readonly Role[]
  /** Never for keys. */
  session?: true
  /** Answers without sign-in. */
  open?: true
  /** The least that its schema takes. */
  body?: object
}

const NOBODY = '00000000-0000-7000-8000-000000000000'

const TABLE: Readonly<Record<string, Row>> = {
  'GET api-keys': { scopes: keys('list'), roles: members },
  'GET api-keys/rules': { scopes: keys('list'), roles: members },
  'POST api-keys': { scopes: keys('create'), roles: members },
  'POST api-keys/{type}': { scopes: keys('create'), roles: members },
  'POST api-keys/{type}/{sub_type}': { scopes: keys('create'), roles: members },
  'POST admin/api-keys': { scopes: keys('create'), roles: members },
  'GET api-keys/{id}': { scopes: keys('read'), roles: members },
  'PUT api-keys/{id}': { scopes: keys('update'), roles: members },
  'DELETE api-keys/{id}': { scopes: keys('delete'), roles: members },
  'POST api-keys/{id}/rotate': { scopes: keys('rotate'), roles: members },
  'POST api-keys/{id}/reveal': { scopes: [], roles: everyone, session: true },
  'GET admin/workspaces': { scopes: ['workspaces.list'], roles: members },
  'POST admin/workspaces': { scopes: ['workspaces.create'], roles: ['owner', 'admin'] },
  'GET admin/workspaces/{id}': { scopes: ['workspaces.read'], roles: members },
  'PUT admin/workspaces/{id}': { scopes: ['workspaces.update'], roles: managers },
  'DELETE admin/workspaces/{id}': { scopes: ['workspaces.delete'], roles: ['owner', 'admin'] },
  'GET admin/workspaces/{id}/blockers': { scopes: ['workspaces.delete'], roles: ['owner', 'admin'] },
  'GET admin/workspaces/{id}/settings': { scopes: ['workspaces.read'], roles: members },
  'GET admin/workspaces/{id}/users': { scopes: ['workspace_users.list'], roles: managers },
  'POST admin/workspaces/{id}/users': {
    scopes: ['workspace_users.create'],
    roles: managers,
    body: { users: [{ id: NOBODY, role: 'member' }] },
  },
  'GET admin/workspaces/{id}/users/{user_id}': { scopes: ['workspace_users.read'], roles: managers },
  'PUT admin/workspaces/{id}/users/{user_id}': {
    scopes: ['workspace_users.update'],
    roles: managers,
    body: { role: 'member' },
  },
  'DELETE admin/workspaces/{id}/users/{user_id}': { scopes: ['workspace_users.delete'], roles: managers },
  'GET admin/users': { scopes: ['organisation_users.list'], roles: ['owner', 'admin'] },
  'GET admin/users/{id}': { scopes: ['organisation_users.read'], roles: ['owner', 'admin'] },
  'PUT admin/users/{id}': { scopes: ['organisation_users.update'], roles: ['owner', 'admin'] },
  'DELETE admin/users/{id}': { scopes: ['organisation_users.delete'], roles: ['owner', 'admin'] },
  'GET admin/users/invites': { scopes: ['organisation_users.list'], roles: ['owner', 'admin'] },
  'POST admin/users/invites': { scopes: ['organisation_users.create'], roles: ['owner', 'admin'] },
  'GET admin/users/invites/{id}': { scopes: ['organisation_users.read'], roles: ['owner', 'admin'] },
  'DELETE admin/users/invites/{id}': { scopes: ['organisation_users.delete'], roles: ['owner', 'admin'] },
  'POST admin/users/invites/{id}/resend': {
    scopes: ['organisation_users.create'],
    roles: ['owner', 'admin'],
  },
  'POST admin/users/invites/look': { scopes: [], roles: everyone, open: true },
  'POST admin/users/invites/accept': { scopes: [], roles: everyone, open: true },
  'GET admin/users/me': { scopes: [], roles: everyone, session: true },
  'PUT admin/users/me': { scopes: [], roles: everyone, session: true },
  'PUT admin/users/me/password': { scopes: [], roles: everyone, session: true },
  'GET admin/users/me/sessions': { scopes: [], roles: everyone, session: true },
  'DELETE admin/users/me/sessions/{id}': { scopes: [], roles: everyone, session: true },
  'POST admin/users/me/sign-out-everywhere': { scopes: [], roles: everyone, session: true },
  'POST admin/password-resets': { scopes: [], roles: everyone, open: true },
  'POST admin/password-resets/accept': { scopes: [], roles: everyone, open: true },
  'GET admin/organisation': { scopes: ['organisation_settings.read'], roles: ['owner', 'admin'] },
  'PUT admin/organisation': { scopes: ['organisation_settings.update'], roles: ['owner', 'admin'] },
  'GET admin/roles': { scopes: [], roles: everyone },
  'GET audit-logs': { scopes: ['audit_logs.list'], roles: ['owner', 'admin'] },
  'GET audit-logs/{id}': { scopes: ['audit_logs.list'], roles: ['owner', 'admin'] },
  'GET admin/notifications/webhooks': { scopes: settings('read'), roles: managers },
  'POST admin/notifications/webhooks': { scopes: settings('update'), roles: managers },
  'GET admin/notifications/webhooks/{id}': { scopes: settings('read'), roles: managers },
  'PUT admin/notifications/webhooks/{id}': { scopes: settings('update'), roles: managers },
  'DELETE admin/notifications/webhooks/{id}': { scopes: settings('update'), roles: managers },
  'POST admin/notifications/webhooks/{id}/rotate': { scopes: settings('update'), roles: managers },
  'POST admin/notifications/webhooks/{id}/test': { scopes: settings('update'), roles: managers },
  'GET admin/notifications/deliveries': { scopes: settings('read'), roles: managers },
  'GET admin/notifications/deliveries/{id}': { scopes: settings('read'), roles: managers },
  'POST admin/notifications/deliveries/{id}/resend': { scopes: settings('update'), roles: managers },
  'GET admin/notifications/mail': { scopes: ['organisation_settings.read'], roles: ['owner', 'admin'] },
  'POST admin/notifications/test-mail': {
    scopes: ['organisation_settings.update'],
    roles: ['owner', 'admin'],
  },
  'GET admin/notifications/bell': { scopes: [], roles: everyone, session: true },
  'POST admin/notifications/bell': { scopes: [], roles: everyone, session: true },
  'GET admin/overview': { scopes: ['analytics.view'], roles: members },

  'GET admin/ai-providers': { scopes: [...integrations('list'), 'providers.list'], roles: members },
  'GET integrations': { scopes: integrations('list'), roles: managers },
  'POST integrations': { scopes: integrations('create'), roles: managers },
  'POST integrations/test': { scopes: [...integrations('create'), ...integrations('read')], roles: managers },
  'GET integrations/{id}': { scopes: integrations('read'), roles: managers },
  'PUT integrations/{id}': { scopes: integrations('update'), roles: managers },
  'DELETE integrations/{id}': { scopes: integrations('delete'), roles: managers },
  'GET integrations/{slug}/models': { scopes: integrations('read'), roles: managers },
  'PUT integrations/{slug}/models': { scopes: integrations('update'), roles: managers },
  'DELETE integrations/{slug}/models': { scopes: integrations('update'), roles: managers },
  'GET integrations/{slug}/workspaces': { scopes: integrations('read'), roles: managers },
  'PUT integrations/{slug}/workspaces': { scopes: integrations('update'), roles: managers },

  'GET providers': { scopes: providers('list'), roles: members },
  'POST providers': { scopes: providers('create'), roles: managers },
  'GET providers/{id}': { scopes: providers('read'), roles: members },
  'PUT providers/{id}': { scopes: providers('update'), roles: managers },
  'DELETE providers/{id}': { scopes: providers('delete'), roles: managers },
  'GET providers/{slug}/models': { scopes: providers('read'), roles: members },
  'GET virtual-keys': { scopes: providers('list'), roles: members },
  'POST virtual-keys': { scopes: providers('create'), roles: managers },
  'GET virtual-keys/{id}': { scopes: providers('read'), roles: members },
  'PUT virtual-keys/{id}': { scopes: providers('update'), roles: managers },
  'DELETE virtual-keys/{id}': { scopes: providers('delete'), roles: managers },

  'GET configs': { scopes: ['configs.list'], roles: members },
  'POST configs': { scopes: ['configs.create'], roles: managers },
  'GET configs/{id}': { scopes: ['configs.read'], roles: members },
  'PUT configs/{id}': { scopes: ['configs.update'], roles: managers },
  'DELETE configs/{id}': { scopes: ['configs.delete'], roles: managers },
  'GET configs/{slug}/dependents': { scopes: ['configs.read'], roles: members },
  'GET configs/{slug}/versions': { scopes: ['configs.read'], roles: members },
  'POST configs/{slug}/versions/{version_id}/restore': { scopes: ['configs.update'], roles: managers },

  'GET guardrails': { scopes: guardrails('list'), roles: members },
  'POST guardrails': { scopes: guardrails('create'), roles: managers },
  'GET guardrails/{id}': { scopes: guardrails('read'), roles: members },
  'PUT guardrails/{id}': { scopes: guardrails('update'), roles: managers },
  'DELETE guardrails/{id}': { scopes: guardrails('delete'), roles: managers },
  'GET guardrails/{id}/versions': { scopes: guardrails('read'), roles: members },
  'POST guardrails/{id}/versions/{version_id}/restore': { scopes: guardrails('update'), roles: managers },
  'GET admin/organisation/defaults': { scopes: ['organisation_settings.read'], roles: ['owner', 'admin'] },
  'PUT admin/organisation/defaults': { scopes: ['organisation_settings.update'], roles: ['owner', 'admin'] },
  'GET workspace-exclusions/input-guardrails': {
    scopes: ['organisation_exclusions.list'],
    roles: ['owner', 'admin'],
  },
  'PUT workspace-exclusions/input-guardrails': {
    scopes: ['organisation_exclusions.update'],
    roles: ['owner', 'admin'],
  },
  'GET workspace-exclusions/output-guardrails': {
    scopes: ['organisation_exclusions.list'],
    roles: ['owner', 'admin'],
  },
  'PUT workspace-exclusions/output-guardrails': {
    scopes: ['organisation_exclusions.update'],
    roles: ['owner', 'admin'],
  },

  'GET policies/usage-limits': { scopes: ['policies.list'], roles: members },
  'POST policies/usage-limits': { scopes: ['policies.create'], roles: managers },
  'GET policies/usage-limits/{id}': { scopes: ['policies.read'], roles: members },
  'PUT policies/usage-limits/{id}': { scopes: ['policies.update'], roles: managers },
  'DELETE policies/usage-limits/{id}': { scopes: ['policies.delete'], roles: managers },
  'GET policies/usage-limits/{id}/entities': { scopes: ['policies.read'], roles: members },
  'PUT policies/usage-limits/{id}/entities/{entity_id}/reset': {
    scopes: ['policies.update'],
    roles: managers,
  },
  'GET policies/rate-limits': { scopes: ['policies.list'], roles: members },
  'POST policies/rate-limits': { scopes: ['policies.create'], roles: managers },
  'GET policies/rate-limits/{id}': { scopes: ['policies.read'], roles: members },
  'PUT policies/rate-limits/{id}': { scopes: ['policies.update'], roles: managers },
  'DELETE policies/rate-limits/{id}': { scopes: ['policies.delete'], roles: managers },

  'GET logs': { scopes: ['logs.list'], roles: members },
  'POST logs': { scopes: ['completions.write', 'logs.write'], all: true, roles: members },
  'GET logs/{id}': { scopes: ['logs.view', 'completions.write', 'logs.write'], roles: members },
  'POST logs/{id}/replay': { scopes: ['logs.view'], roles: members, session: true },
}

const routes = (await adminFamilies()).flatMap((family) => family.routes)
const named = routes.map((route) => [`${route.method} ${route.path}`, route] as const)

let world: AdminWorld
let handlers: RouteHandlers
let people: Record<Role, string>

beforeAll(async () => {
  world = await adminWorld()
  const verbs = { routes } as unknown as Verbs
  handlers = adminRoute(world.source, verbs)
  const { workspaceId } = world.first
  const inside = (role: WorkspaceRole) => world.addUser('member', { [workspaceId]: role })
  people = {
    owner: world.ownerId,
    admin: await world.addUser('admin'),
    'ws-admin': await inside('admin'),
    manager: await inside('manager'),
    member: await inside('member'),
    outsider: await world.addUser('member'),
  }
})
afterAll(() => world.drop())

describe('the table', () => {
  test.each(named)('%s has a row that says what the code does', (name, route) => {
    const row = TABLE[name]
    expect(row, `no row for ${name}`).toBeDefined()
    expect([...route.scopes].sort()).toEqual([...(row?.scopes ?? [])].sort())
    expect(route.needsAllScopes).toBe(row?.all ?? false)
    expect(route.isSessionOnly).toBe(row?.session ?? false)
    expect(route.isOpen).toBe(row?.open ?? false)
  })

  test('every writing route is audited, or says why not', () => {
    const silent = routes.filter((route) => route.method !== 'GET' && route.audit === null)
    // Entries of calls made elsewhere are log rows themselves; a look at an invite changes nothing.
    const excused = ['POST logs', 'POST admin/users/invites/look']
    expect(
      silent.map((route) => `${route.method} ${route.path}`).filter((name) => !excused.includes(name)),
    ).toEqual([])
  })
})

describe('roles', () => {
  test.each(named)('%s', async (name, route) => {
    const allowed = TABLE[name]?.roles ?? []
    for (const role of ROLES) {
      const { status } = await knock(route, { userId: people[role] }, world.first.workspaceId)
      const isOutside = role === 'outsider' && !allowed.includes(role)
      const verdict = status === 403 || (isOutside && status === 404) ? 'refused' : 'let in'
      expect([role, verdict, status]).toEqual([role, allowed.includes(role) ? 'let in' : 'refused', status])
      expect(status, `${role}: ${status}`).toBeLessThan(500)
      expect(status).not.toBe(401)
    }
  })
})

describe('keys', () => {
  test.each(named)('%s opens to each of its scopes and to nothing else', async (_, route) => {
    const bare = await world.addKey('workspace-service', [])
    const needsNone = route.isOpen || (route.scopes.length === 0 && !route.isSessionOnly)
    expect((await knock(route, { key: bare.secret })).status === 403).toBe(!needsNone)
    if (route.isSessionOnly) {
      expect((await knock(route, { key: world.adminKey })).status).toBe(403)
      return
    }
    const sets = route.needsAllScopes ? [[...route.scopes]] : route.scopes.map((scope) => [scope])
    for (const scopes of sets) {
      const type = scopes.every((scope) => isLegalScope('workspace-service', scope))
        ? 'workspace-service'
        : 'organisation-service'
      const key = await world.addKey(type, scopes)
      const { status } = await knock(
        route,
        { key: key.secret },
        type === 'organisation-service' ? world.first.workspaceId : undefined,
      )
      expect([scopes, status === 403 || status === 401 || status >= 500]).toEqual([scopes, false])
    }
    if (route.needsAllScopes) {
      for (const missing of route.scopes) {
        const key = await world.addKey(
          'workspace-service',
          route.scopes.filter((scope) => scope !== missing),
        )
        expect((await knock(route, { key: key.secret })).status).toBe(403)
      }
    }
  })

  test.each(named)('%s is closed without sign-in, unless it says otherwise', async (_, route) => {
    expect((await knock(route, {})).status === 401).toBe(!route.isOpen)
  })
})

describe('other workspaces and tenants', () => {
  test('a workspace of another tenant, one of the organisation that the caller is not in, and one nobody has look alike', async () => {
    const { workspaceId: theirs } = await world.addOrganisation('elsewhere')
    const { id: closed } = await world.addWorkspace('Closed')
    const pinned = await world.addKey(
      'workspace-service',
      routes.flatMap((route) => route.scopes).filter((scope) => isLegalScope('workspace-service', scope)),
    )
    for (const route of routes) {
      if (route.isSessionOnly || route.workspace === 'none') continue
      for (const ask of [{ key: pinned.secret }, { userId: people['ws-admin'] }]) {
        const answers = []
        for (const workspace of [theirs, closed, NOBODY, 'ws-nope'])
          answers.push(await knock(route, ask, workspace))
        for (const { status, body } of answers) {
          expect([route.path, status, body.errorCode, body.message]).toEqual([
            route.path,
            404,
            'AB02',
            'workspace_id names no workspace.',
          ])
        }
      }
      const foreign = await knock(route, { key: world.adminKey }, theirs)
      if (
        route.scopes.some((scope) => isLegalScope('organisation-service', scope)) &&
        !route.needsAllScopes
      ) {
        expect([route.path, foreign.status]).toEqual([route.path, 404])
      }
    }
  })

  test('rows of another tenant and of another workspace are answered like rows nobody has', async () => {
    const { prisma } = world.database
    const other = await world.addOrganisation('third')
    const { id: closed } = await world.addWorkspace('Also closed')
    const foreign: string[] = []
    for (const [organisationId, workspaceId] of [
      [other.id, other.workspaceId],
      [world.first.organisationId, closed],
    ] as const) {
      const integrationId = world.runtime.newId()
      const slug = `theirs-${integrationId.slice(-6)}`
      await prisma.integration.create({
        data: { id: integrationId, organisationId, workspaceId, slug, name: slug, aiProviderId: 'openai' },
      })
      const providerId = world.runtime.newId()
      await prisma.provider.create({ data: { id: providerId, workspaceId, integrationId, slug, name: slug } })
      const key = await world.addKey('workspace-service', [], { organisationId, workspaceId })
      foreign.push(integrationId, slug, providerId, key.id, workspaceId)
    }
    const insider = { userId: people['ws-admin'] }
    const { workspaceId } = world.first
    for (const route of routes) {
      if (!/\{(id|slug)\}/.test(route.path) || route.isSessionOnly) continue
      const none = await knock(route, insider, route.workspace === 'none' ? undefined : workspaceId, NOBODY)
      const isAllowed = TABLE[`${route.method} ${route.path}`]?.roles.includes('ws-admin')
      expect([route.path, none.status]).toEqual([route.path, isAllowed ? 404 : 403])
      for (const id of foreign) {
        const answer = await knock(route, insider, route.workspace === 'none' ? undefined : workspaceId, id)
        expect([route.method, route.path, answer.status, answer.body.message]).toEqual([
          route.method,
          route.path,
          none.status,
          none.body.message,
        ])
      }
    }
  })
})

/** Calls a route with nothing but what is needed to get past its gate. */
async function knock(route: Route, ask: { key?: string; userId?: string }, workspace?: string, id = NOBODY) {
  const path = route.path
    .replace('{type}', 'workspace')
    .replace('{sub_type}', 'service')
    .replace(/\{(id|slug)\}/, id)
  const query = workspace === undefined ? '' : `?workspace_id=${workspace}`
  const { body = {} } = TABLE[`${route.method} ${route.path}`] ?? {}
  return world.call(handlers, route.method, path + query, route.method === 'GET' ? ask : { ...ask, body })
}
