import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { Caller, Catalog, Ports, Provider } from '../gateway/ports.ts'
import { answerNode } from '../http/node.ts'
import { PORT_OPTIONS, refuseMalformed } from '../http/port.ts'
import { dataPlane } from '../http/web.ts'
import { BASE_ANSWER, probeAnswer, routeOf } from '../http/wire.ts'
import { uuidv7 } from '../ids.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'
import { maskHeaders } from '../logs/redact.ts'
import { catalogueCard, catalogueModels, foldModelId, type ModelCard } from '../pricing.ts'
import { createEgress } from '../providers/egress.ts'
import { credentialHeaders, providerSpec } from '../providers/openai-compatible.ts'
import { createSandbox } from '../providers/sandbox.ts'

export type Edge = 'node' | 'web'

/** A provider of the test workspace, as short as a test wants to say it. */
export interface ProviderInput {
  slug: string
  provider: string
  baseUrl?: string
  key?: string | null
  /** Enabled models; absent = all the catalogue knows, and any other. */
  models?: string[]
  cards?: ModelCard[]
  fields?: Partial<Provider>
}

/** What a test binds instead of the default; settings one by one. */
export type GatewayOverrides = Partial<Omit<Ports, 'settings'>> & { settings?: Partial<Ports['settings']> }

export interface TestGateway {
  /** `http://127.0.0.1:port/api/v1` */
  baseUrl: string
  key: string
  records: CallRecord[]
  bodies: Map<string, CallBodies | null>
  ports: Ports
  /** Callers by secret; tests add and change them. */
  callers: Map<string, Caller>
  close(): Promise<void>
}

/** The data plane on a real socket, on either edge, with keys and providers in memory and a journal that keeps rows. */
export async function startGateway(
  edge: Edge,
  providers: ProviderInput[],
  overrides: GatewayOverrides = {},
): Promise<TestGateway> {
  const key = 'tg_stest0000000000000000000000000000000000000000000000'
  const callers = new Map([[key, testCaller()]])
  const records: CallRecord[] = []
  const bodies = new Map<string, CallBodies | null>()
  const hosts = providers.flatMap(({ baseUrl }) => (baseUrl ? [new URL(baseUrl).host] : []))
  const egress = createEgress({
    allowPrivateHosts: hosts,
    connectTimeoutMs: 2_000,
    maxConnectionsPerOrigin: 64,
    maxPendingPerOrigin: 256,
  })
  const settings: Ports['settings'] = {
    requestTimeoutMs: 300_000,
    bodyBytesMax: 32 * 1024 * 1024,
    publicUrl: '',
    isSavedOnlyForced: false,
    headersToMetadata: [],
    headersToIgnore: new Set(),
    cors: { allowedOrigins: [], allowedMethods: [], allowedHeaders: [], exposeHeaders: [] },
  }
  const ports: Ports = {
    keys: {
      find: (secret) => callers.get(secret) ?? null,
      byId: async (id) => [...callers.values()].find((caller) => caller.keyId === id) ?? null,
    },
    catalog: catalogOf(providers.map(testProvider)),
    journal: {
      append(record, parts) {
        records.push(record)
        bodies.set(record.id, parts)
      },
    },
    egress,
    sandbox: createSandbox({ now: Date.now }),
    now: Date.now,
    newId: () => uuidv7(Date.now()),
    maskHeaders,
    maskUrl: (url) => url,
    countTokens: (text) => Math.ceil(text.length / 4),
    ...overrides,
    settings: { ...settings, ...overrides.settings },
  }
  const server = edge === 'node' ? nodeServer(ports) : webServer(ports)
  server.on('clientError', refuseMalformed)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    key,
    records,
    bodies,
    ports,
    callers,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await egress.close()
    },
  }
}

export function testCaller(fields: Partial<Caller> = {}): Caller {
  return {
    keyId: '018f0000-0000-7000-8000-000000000003',
    keyType: 'workspace-service',
    organisationId: '018f0000-0000-7000-8000-000000000001',
    workspaceId: '018f0000-0000-7000-8000-000000000002',
    workspaceSlug: 'ws-test',
    userId: null,
    userEmail: null,
    scopes: new Set(['completions.write']),
    defaultMetadata: {},
    workspaceMetadata: {},
    configSlug: null,
    expiresAtMs: null,
    status: 'active',
    logging: 'full',
    retentionDays: 90,
    bodiesRetentionDays: 90,
    isSavedOnly: false,
    ...fields,
  }
}

function testProvider({
  slug,
  provider,
  baseUrl,
  key = 'sk-upstream',
  models,
  cards,
  fields,
}: ProviderInput): Provider {
  const spec = providerSpec(provider)
  if (!spec) throw new Error(`no provider ${provider}`)
  const enabled = cards ?? models?.map((id) => catalogueCard(provider, id)) ?? catalogueModels(provider)
  const byId = new Map(enabled.map((card) => [card.id, card]))
  const folded = new Map(enabled.map((card) => [foldModelId(card.id), card]))
  const allowAllModels = models === undefined && cards === undefined
  return {
    id: uuidv7(Date.now()),
    slug,
    name: slug,
    workspaceId: testCaller().workspaceId as string,
    integrationId: '018f0000-0000-7000-8000-0000000000aa',
    integrationSlug: slug,
    spec,
    baseUrl: baseUrl ?? spec.baseUrl ?? '',
    isStoredHost: true,
    headers: credentialHeaders(spec, key),
    status: 'active',
    expiresAtMs: null,
    allowAllModels,
    isSwitchedOff: () => false,
    isWithheld: () => false,
    models: byId,
    card: (model) =>
      byId.get(model) ??
      folded.get(foldModelId(model)) ??
      (allowAllModels ? catalogueCard(provider, model) : null),
    ...fields,
  }
}

function catalogOf(providers: Provider[]): Catalog {
  const bySlug = new Map(providers.map((provider) => [provider.slug.toLowerCase(), provider]))
  const catalog = { bySlug: (slug: string) => bySlug.get(slug.toLowerCase()) ?? null, all: () => providers }
  return { of: () => catalog }
}

function nodeServer(ports: Ports): Server {
  return createServer(PORT_OPTIONS, (req, res) => {
    const route = routeOf(req.method ?? 'GET', req.url ?? '/')
    if (route.plane === 'data') void answerNode(req, res, route.path, ports)
    else if (route.plane === 'base')
      res.writeHead(200, { 'content-type': 'application/json' }).end(BASE_ANSWER)
    else {
      const { status, headers, body } = probeAnswer()
      res.writeHead(status, headers).end(body)
    }
  })
}

/** `Request` in, `Response` out over a socket, the way a Next host calls a route handler. */
function webServer(ports: Ports): Server {
  const handle = dataPlane(async () => ports)
  return createServer(PORT_OPTIONS, async (req, res) => {
    const gone = new AbortController()
    res.on('close', () => !res.writableFinished && gone.abort())
    const hasBody = req.method !== 'GET' && req.method !== 'HEAD'
    const headers = new Headers()
    for (const [name, value] of Object.entries(req.headers)) headers.set(name, String(value))
    const request = new Request(`http://127.0.0.1${req.url}`, {
      method: req.method ?? 'GET',
      headers,
      signal: gone.signal,
      ...(hasBody ? { body: Readable.toWeb(req) as ReadableStream, duplex: 'half' } : {}),
    } as RequestInit)
    const response = await handle(request)
    // A host that answers before the request is over closes behind it, as the node edge does.
    if (!req.complete) res.shouldKeepAlive = false
    res.writeHead(response.status, Object.fromEntries(response.headers))
    if (!response.body) {
      res.end()
      return
    }
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
      .on('error', () => res.destroy())
      .pipe(res)
  })
}
