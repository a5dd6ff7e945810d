/** A logged call, sent once more. Source: admin-contract §2.5. */
import type { z } from 'zod'
import { logs, type replayRow } from '../contract/telemetry.ts'
import { GatewayError } from '../errors.ts'
import { type LogDetail, readLog } from '../logs/query.ts'
import { type Ctx, notFound, scopesIn, workspacesOf } from './context.ts'
import { needPayloads, ownCallsOf } from './telemetry-visibility.ts'

/**
 * Sends the stored request through the data plane as the person's own key, so what it costs is theirs, and answers
 * what came back. Refuses `forbidden` to a person without such a key or who may not read what was said, `conflict` for a call that cannot be sent again.
 */
export async function replay(ctx: Ctx, { id }: { id: string }): Promise<z.output<typeof replayRow>> {
  const workspaceIds = await workspacesOf(ctx, ['logs.view'])
  const own = await ownCallsOf(ctx, workspaceIds)
  const detail = await readLog(ctx.runtime.database.prisma, id, { workspaceIds, own })
  if (!detail) throw notFound(logs.noun)
  ctx.record({ id: detail.row.id, workspaceId: detail.row.workspace_id })
  needPayloads(ctx, detail.row.workspace_id)
  const keyId = await ownKey(ctx, detail.row.workspace_id)
  const request = requestOf(detail)
  const { gateway } = ctx.runtime
  if (!gateway) throw new GatewayError('unavailable', 'This process serves no calls.')
  const answer = await gateway.replay({ keyId, ...request })
  return {
    object: 'replay',
    log_id: answer.logId,
    status: answer.status,
    headers: answer.headers,
    body: readable(answer.body),
  }
}

async function ownKey(ctx: Ctx, workspaceId: string): Promise<string> {
  const mayInfer = scopesIn(ctx.principal, workspaceId).has(INFER)
  const key =
    ctx.actor.kind === 'user' && mayInfer
      ? await ctx.db.apiKey.findFirst({
          where: {
            type: 'workspace-user',
            userId: ctx.actor.id,
            workspaceId,
            status: 'active',
            scopes: { has: INFER },
            OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now } }],
            secrets: { some: { OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now } }] } },
          },
          orderBy: { createdAt: 'desc' },
          select: { id: true },
        })
      : null
  if (key) return key.id
  throw new GatewayError(
    'forbidden',
    `A replay is sent as your own key, and you have none in this workspace with the scope ${INFER}. Create a user key under API keys, then replay.`,
  )
}

const INFER = 'completions.write'

/** Calls whose whole request is JSON. */
const REPLAYED = new Set(['chatComplete', 'complete', 'embed', 'messages', 'createModelResponse'])

function requestOf({ row, bodies, bodiesAbsent }: LogDetail) {
  if (row.source === 'ingest') throw cannot('was made elsewhere and only logged here')
  if (!REPLAYED.has(row.endpoint)) throw cannot('is not of a kind that can be sent again')
  if (!bodies?.request)
    throw cannot(
      bodiesAbsent === 'expired' ? 'has outlived the retention of its body' : 'was logged without its body',
    )
  return {
    method: row.method,
    path: row.path.replace(/^\/v1(?=\/)/, ''),
    headers: headersOf(bodies.head),
    body: new Uint8Array(bodies.request),
  }
}

function cannot(why: string): GatewayError {
  return new GatewayError('conflict', `This call ${why}, so it cannot be replayed.`)
}

/** What decides how the call is read and routed. Everything else is the client's own, or was masked. */
const KEPT = /^(content-type|anthropic-(version|beta)|openai-beta|user-agent|x-(portkey|tollgate)-.+)$/
const LEFT = /^x-(portkey|tollgate)-(api-key|trace-id|span-id|parent-span-id|cache-force-refresh)$/
const MASK = '****'

function headersOf(head: unknown): Record<string, string> {
  const { request } = (head ?? {}) as { request?: { headers?: Record<string, string> } }
  const pairs = Object.entries(request?.headers ?? {})
  const kept = pairs.filter(
    ([name, value]) =>
      KEPT.test(name) && !LEFT.test(name) && typeof value === 'string' && !value.includes(MASK),
  )
  return { 'content-type': 'application/json', ...Object.fromEntries(kept) }
}

function readable(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
