import { type AddressInfo, createServer } from 'node:net'
import type { CallRecord } from '../logs/record.ts'
import { catalogueCard } from '../pricing.ts'
import { startAnthropicUpstream } from './anthropic-upstream.ts'
import { type Caller, callerOf } from './caller.ts'
import {
  type Edge,
  type GatewayOverrides,
  type ProviderInput,
  startGateway,
  type TestGateway,
} from './gateway.ts'
import { startOpenAiUpstream } from './openai-upstream.ts'
import type { TestUpstream } from './upstream.ts'

/** Credentials no answer, row or stored body may ever hold. */
export const SECRETS = {
  openai: 'sk-canary-openai-4f9a2b71',
  anthropic: 'sk-ant-canary-77c1d0aa',
  open: 'sk-canary-open-d0e1f2bb',
} as const

/**
 * A gateway between real callers and real stand-ins: `@openai-prod` (strict, as OpenAI is), `@anthropic-prod`, and
 * `@open`, a server that takes any model and any field.
 */
export interface World extends Caller {
  edge: Edge
  gateway: TestGateway
  openai: TestUpstream
  anthropic: TestUpstream
  open_: TestUpstream
  /** The one row written since the last `forget`; waits for it when the answer came first. */
  row(): Promise<CallRecord>
  rows(): CallRecord[]
  /** Rows and requests so far count no more. */
  forget(): void
  close(): Promise<void>
}

export interface WorldOptions {
  /** More providers of the workspace. */
  providers?: readonly ProviderInput[]
  overrides?: GatewayOverrides
}

export async function startWorld(edge: Edge, options: WorldOptions = {}): Promise<World> {
  const openai = await startOpenAiUpstream({ credential: SECRETS.openai })
  const anthropic = await startAnthropicUpstream({ credential: SECRETS.anthropic })
  const open = await startOpenAiUpstream({ credential: SECRETS.open, isStrict: false })
  const gateway = await startGateway(
    edge,
    [
      {
        slug: 'openai-prod',
        provider: 'openai',
        baseUrl: `${openai.url}/v1`,
        key: SECRETS.openai,
      },
      {
        slug: 'anthropic-prod',
        provider: 'anthropic',
        baseUrl: `${anthropic.url}/v1`,
        key: SECRETS.anthropic,
      },
      {
        slug: 'open',
        provider: 'custom',
        baseUrl: `${open.url}/v1`,
        key: SECRETS.open,
        cards: [catalogueCard('openai', 'gpt-4o')],
        fields: { allowAllModels: true },
      },
      ...(options.providers ?? []),
    ],
    options.overrides,
  )
  const { records, bodies } = gateway
  return {
    ...callerOf(gateway),
    edge,
    gateway,
    openai,
    anthropic,
    open_: open,
    rows: () => records,
    async row() {
      await until(() => records.length > 0, 'a row')
      if (records.length > 1)
        throw new Error(`${records.length} rows: ${records.map((row) => row.path).join(' ')}`)
      return records[0] as CallRecord
    },
    forget() {
      records.length = 0
      bodies.clear()
      for (const upstream of [openai, anthropic, open]) upstream.requests.length = 0
    },
    async close() {
      await gateway.close()
      await Promise.all([openai.close(), anthropic.close(), open.close()])
    },
  }
}

/** A port of loopback nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/** Resolves once it is so; rejects after two seconds of the opposite. */
export async function until(isSo: () => boolean, what: string, limitMs = 2_000): Promise<void> {
  const startedMs = performance.now()
  while (!isSo()) {
    if (performance.now() - startedMs > limitMs) throw new Error(`${what} did not come`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
