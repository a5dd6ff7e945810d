/** Tollgate under test: the built server as a child, set up over its own admin REST (admin-contract §2.1, §2.3). */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startProcess, untilAnswers } from './process.mjs'
import { MODEL } from './workloads.mjs'

const ROOT = join(import.meta.dirname, '..')
const SERVER = join(ROOT, 'dist/server.js')

export function isBuilt() {
  return existsSync(SERVER)
}

/** Chooses what stays the same over restarts: port, data directory, admin key. */
export async function describeTollgate({ dataDirectory, privateHosts }) {
  return {
    port: await freePort(),
    dataDirectory,
    privateHosts,
    adminKey: `tg_a${randomBytes(32).toString('hex')}`,
  }
}

/** Starts `node dist/server.js`, everything on, in the environment a customer would give it. */
export function startTollgate(description) {
  return startProcess(process.execPath, [SERVER], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      ...(process.env.DATABASE_URL ? { DATABASE_URL: process.env.DATABASE_URL } : {}),
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(description.port),
      DATA_DIR: description.dataDirectory,
      ALLOW_PRIVATE_HOSTS: description.privateHosts.join(','),
      ADMIN_EMAIL: 'bench@localhost',
      ADMIN_PASSWORD: description.adminKey.slice(-24),
      TOLLGATE_ADMIN_KEY: description.adminKey,
    },
  })
}

export async function untilHealthy(description, child) {
  await untilAnswers(`http://127.0.0.1:${description.port}/api/health`, {}, { child, timeoutMs: 120_000 })
}

/**
 * Makes one integration and provider an upstream route, and a workspace key that may infer, under a budget and a rate
 * limit too wide to meet. Returns its secret; `hasLimits` says whether the server enforces limits at all.
 */
export async function provision(description, upstreams) {
  const api = admin(description)
  const { data: workspaces } = await api('GET', '/admin/workspaces')
  const workspace = workspaces.find((row) => row.is_default) ?? workspaces[0]
  for (const [route, host] of Object.entries(upstreams)) {
    await api('POST', '/integrations', {
      name: `Bench ${route}`,
      slug: slugOf(route),
      ai_provider_id: 'openai',
      key: 'sk-bench',
      configurations: { custom_host: host },
      allow_all_models: true,
      workspace_id: workspace.id,
    })
  }
  const { data: providers } = await api('GET', `/providers?workspace_id=${workspace.id}`)
  for (const route of Object.keys(upstreams)) {
    if (providers.some((row) => row.slug === slugOf(route))) continue
    await api('POST', '/providers', {
      name: `Bench ${route}`,
      slug: slugOf(route),
      integration_id: slugOf(route),
      workspace_id: workspace.id,
    })
  }
  const make = (name, limits) =>
    api('POST', '/api-keys/workspace/service', {
      name,
      workspace_id: workspace.id,
      scopes: ['completions.write'],
      ...limits,
    })
  const requests = (value) => [{ type: 'requests', unit: 'rpm', value }]
  const wide = {
    usage_limits: { type: 'cost', credit_limit: 1_000_000 },
    rate_limits: requests(1_000_000_000),
  }
  const limited = await make('bench', wide).catch(() => null)
  if (!limited) return { secret: (await make('bench', {})).key, hasLimits: false }
  const closed = await make('bench: no requests', { rate_limits: requests(0) })
  const [url, init] = firstCall(description, closed.key)
  const { status } = await fetch(url, init)
  return { secret: limited.key, hasLimits: status === 429 }
}

export function tollgateTarget(description, child, secret) {
  return {
    name: 'tollgate',
    pid: child.pid,
    call: (route) => ({
      url: `http://127.0.0.1:${description.port}/api/v1/chat/completions`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      modelPrefix: `@${slugOf(route)}/`,
    }),
  }
}

/** The call that ends a cold start. */
export function firstCall(description, secret) {
  return [
    `http://127.0.0.1:${description.port}/api/v1/chat/completions`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({
        model: `@${slugOf('json')}/${MODEL}`,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    },
  ]
}

function slugOf(route) {
  return route === 'json' ? 'bench' : `bench-${route}`
}

function admin(description) {
  return async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${description.port}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${description.adminKey}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body ? JSON.stringify(body) : undefined,
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`)
    return JSON.parse(text)
  }
}
