/** The whole admin API, served: of an organisation with nothing in it, or of one with a history. */
import { adminRoute, type RouteHandlers } from '../../http/admin.ts'
import { type AdminWorld, adminWorld } from '../admin.ts'
import { adminFamilies } from '../admin-families.ts'
import { type AdminServer, startAdminServer } from '../admin-server.ts'
import { asDocumented } from './documented.ts'

/** Names of what is there, as programs read them. */
export type Given = Readonly<{
  workspace_id: string
  workspace_slug: string
  organisation_id: string
  owner_id: string
  /** Of a config in the workspace; null where nobody has made one. */
  config_slug: string | null
  /** A credential that must never come back. */
  secret: string
}>

export interface PortkeyWorld {
  world: AdminWorld
  server: AdminServer
  routes: RouteHandlers
  given: Given
  close(): Promise<void>
}

const SECRET = 'sk-canary-0123456789abcdefghijklmnop'

export async function portkeyWorld(kind: 'empty' | 'populated'): Promise<PortkeyWorld> {
  const world = await adminWorld()
  const { workspaceId } = world.first
  const routes = adminRoute(world.source, ...asDocumented(await adminFamilies()))
  const config_slug = kind === 'populated' ? await populate(world, routes) : null
  if (kind === 'empty') await clear(world, routes)
  const { slug } = await world.database.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } })
  const server = await startAdminServer(routes)
  return {
    world,
    server,
    routes,
    given: {
      workspace_id: workspaceId,
      workspace_slug: slug,
      organisation_id: world.first.organisationId,
      owner_id: world.ownerId,
      config_slug,
      secret: SECRET,
    },
    close: async () => {
      await server.close()
      await world.drop()
    },
  }
}

/** Takes away what a first start puts in: the sandbox, and a key to try it. */
async function clear(world: AdminWorld, routes: RouteHandlers): Promise<void> {
  const send = (method: string, path: string) => world.call(routes, method, path, { key: world.adminKey })
  const { body } = await send('GET', 'api-keys')
  const keys = body.data as { id: string; type: string }[]
  const first = keys.filter(({ type }) => type !== 'organisation-service').map(({ id }) => `api-keys/${id}`)
  for (const path of [...first, 'integrations/sandbox']) {
    const { status, text } = await send('DELETE', path)
    if (status !== 200) throw new Error(`DELETE ${path}: ${text}`)
  }
}

const KEYS = 45
const PROVIDERS = 10
const BUDGETS = [
  { type: 'cost', credit_limit: 500, alert_threshold: 400, periodic_reset: 'monthly' },
  { type: 'tokens', credit_limit: 20_000_000, periodic_reset_days: 10 },
]
const RATES = [
  { type: 'requests', unit: 'rpm', value: 600 },
  { type: 'tokens', unit: 'rpd', value: 0 },
]

/** More than a page of everything, every limit in use, and another tenant with the same slugs. Returns a config's slug. */
async function populate(world: AdminWorld, routes: RouteHandlers): Promise<string> {
  const { prisma } = world.database
  const { workspaceId } = world.first
  const send = async (method: string, path: string, body: object) => {
    const {
      status,
      body: reply,
      text,
    } = await world.call(routes, method, path, { key: world.adminKey, body })
    if (status !== 200) throw new Error(`${method} ${path}: ${text}`)
    return reply
  }

  const search = await world.addWorkspace('Search')
  const old = await world.addWorkspace('Given up')
  for (const name of ['Labs', 'Shop 🛒']) await world.addWorkspace(name)
  await prisma.workspace.update({ where: { id: old.id }, data: { status: 'archived' } })
  await send('PUT', `admin/workspaces/${search.slug}`, {
    icon: '🔍',
    description: 'Finds things',
    usage_limits: BUDGETS,
    rate_limits: RATES,
  })
  await world.addUser('admin')
  const member = await world.addUser('member', { [workspaceId]: 'member', [search.id]: 'manager' })

  const config = (name: string, workspace_id: string) =>
    send('POST', 'configs', { name, workspace_id, config: { retry: { attempts: 3 } } })
  const { slug } = await config('Front', workspaceId)
  for (const name of ['Back', 'Side']) await config(name, workspaceId)
  await config('Front', search.id)
  await govern(send, workspaceId)

  for (const ai_provider_id of ['openai', 'anthropic', 'groq', 'mistral-ai', 'deepseek', 'x-ai']) {
    await send('POST', 'integrations', {
      name: ai_provider_id,
      slug: `${ai_provider_id}-main`,
      ai_provider_id,
      key: SECRET,
      tags: { team: 'search' },
      global_workspace_access: { enabled: true, usage_limits: BUDGETS, rate_limits: RATES },
    })
  }
  await send('PUT', 'integrations/groq-main/workspaces', {
    workspaces: [{ id: search.slug, enabled: false, usage_limits: BUDGETS, rate_limits: RATES }],
  })
  for (let n = 0; n < PROVIDERS; n++) {
    await send('POST', 'providers', {
      name: `Busy ${n}`,
      integration_id: 'openai-main',
      workspace_id: workspaceId,
      ...(n % 2 ? { usage_limits: BUDGETS, rate_limits: RATES, tags: { n: `${n}` } } : {}),
      ...(n % 3 ? { expires_at: '2026-12-31T00:00:00.000Z' } : {}),
    })
  }
  const { slug: legacy } = await send('POST', 'virtual-keys', {
    name: 'Old',
    provider: 'openai',
    key: SECRET,
    workspace_id: workspaceId,
    usage_limits: BUDGETS,
    rate_limits: RATES,
  })
  await send('PUT', `providers/${legacy}`, { workspace_id: workspaceId, status: 'disabled' })

  for (let n = 0; n < KEYS; n++) {
    const isUser = n % 3 === 0
    const path = n % 5 === 0 ? 'organisation/service' : `workspace/${isUser ? 'user' : 'service'}`
    const { id } = await send('POST', `api-keys/${path}`, {
      name: `key ${n}`,
      scopes: ['logs.view'],
      ...(n % 5 === 0 ? {} : { workspace_id: n % 2 ? workspaceId : search.id }),
      ...(n % 5 !== 0 && isUser ? { user_id: member } : {}),
      ...(n % 2 ? { usage_limits: BUDGETS, rate_limits: RATES, alert_emails: ['a@example.test'] } : {}),
      ...(n % 7 ? {} : { rotation_policy: { rotation_period: 'monthly' } }),
      ...(n % 4 ? {} : { expires_at: '2026-12-31T00:00:00.000Z' }),
    })
    if (n % 10 === 1) await send('PUT', `api-keys/${id}`, { status: 'disabled' })
    if (n % 10 === 2) await world.call(routes, 'DELETE', `api-keys/${id}`, { key: world.adminKey })
  }

  const theirs = await world.addOrganisation('elsewhere')
  await prisma.integration.create({
    data: {
      id: world.runtime.newId(),
      organisationId: theirs.id,
      slug: 'sdk-openai',
      name: 'Theirs',
      aiProviderId: 'openai',
    },
  })
  return String(slug)
}

type Send = (method: string, path: string, body: object) => Promise<Record<string, unknown>>

/** Guardrails, policies of both kinds and open invites. */
async function govern(send: Send, workspace_id: string): Promise<void> {
  const about = { conditions: [{ key: 'workspace_id', value: '*' }], group_by: [{ key: 'metadata._user' }] }
  for (const name of ['One', 'Two', 'Three']) {
    const checks = [{ id: 'default.wordCount', parameters: { minWords: 1, maxWords: 9 } }]
    await send('POST', 'guardrails', { name, checks, workspace_id })
    await send('POST', 'policies/usage-limits', {
      name,
      type: 'cost',
      credit_limit: 9,
      ...about,
      workspace_id,
    })
    await send('POST', 'policies/rate-limits', {
      ...{ name, type: 'requests', unit: 'rpm', value: 9, workspace_id },
      ...about,
    })
    await send('POST', 'admin/users/invites', { email: `${name}@example.test`, role: 'member' })
  }
}
