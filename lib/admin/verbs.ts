/**
 * Verbs on the nouns of `lib/contract`: one signature, `(ctx, input)`. Who may call, what the input must look like,
 * the transaction and the audit row come from here; a verb says only what it does. Source: house-style §6.
 */
import type { z } from 'zod'
import { namesakeOf } from '../contract/near-miss.ts'
import { type Action, listOf, nothing, type Resource, type WorkspaceRule } from '../contract/resource.ts'
import { errorRow, GatewayError } from '../errors.ts'
import { type AuditedCall, writeAudit } from './audit.ts'
import {
  type AdminRuntime,
  type Change,
  type Ctx,
  type Db,
  type Principal,
  resolveWorkspace,
  scopesAnywhere,
  scopesIn,
} from './context.ts'
import { fromDatabase } from './database-errors.ts'
import { Download } from './download.ts'
import { lacks } from './refusals.ts'
import { invalidField, parse } from './validation.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** One route of the control plane, with everything that decides who may call it. */
export interface Route {
  method: Method
  /** Below `/api/v1/`: `api-keys/{id}/rotate`. */
  path: string
  /** `list`, `create`, … or the action's name. */
  verb: string
  summary: string
  reply: z.ZodType
  /** Any one opens it, unless `needsAllScopes`. Empty: sign-in is enough. */
  scopes: readonly string[]
  needsAllScopes: boolean
  isSessionOnly: boolean
  /** Answers without sign-in. */
  isOpen: boolean
  isBulk: boolean
  workspace: WorkspaceRule
  input: z.ZodType
  mistaken: Readonly<Record<string, string>>
  audit: { type: string; action: string } | null
  isTransactional: boolean
  /** What the parts of the path say, laid over query and body before they are parsed; else they are laid over after. */
  fill?(parts: Record<string, string>, raw: Record<string, unknown>): Record<string, unknown>
  run(ctx: Ctx, input: unknown): Promise<object>
}

export interface Verbs {
  resource: Resource
  routes: readonly Route[]
}

/** `id` is what the path names: a UUID or a slug. */
type Named<T> = T & { id: string }
/** Every part of a path by its name; `{slug}` is the `id` too. */
type Parts<Path> = Path extends `${string}{${infer Part}}${infer Rest}`
  ? (Part extends 'slug' ? 'id' : Part) | Parts<Rest>
  : never
type ActionInput<A extends Action> = z.output<A['input']> & Record<Parts<A['path']>, string>

/**
 * What a resource can do. Replies are JSON objects, or a `Download`; `{}` says "done". A handler left out is a method not
 * allowed.
 */
export interface Handlers<R extends Resource> {
  list?(ctx: Ctx, query: z.output<R['query']>): Promise<object>
  create?(ctx: Ctx, input: z.output<R['create']>): Promise<object>
  read?(ctx: Ctx, input: Named<z.output<R['query']>>): Promise<object>
  update?(ctx: Ctx, input: Named<z.output<R['update']>>): Promise<object>
  delete?(ctx: Ctx, input: Named<z.output<R['query']>>): Promise<object>
  actions?: {
    [Name in keyof NonNullable<R['actions']>]?: (
      ctx: Ctx,
      input: ActionInput<NonNullable<R['actions']>[Name]>,
    ) => Promise<object>
  }
}

/**
 * The routes of a resource. The five usual ones take their scopes from its families (`providers.read`), actions from
 * what the contract says of them.
 */
export function verbs<R extends Resource>(resource: R, handlers: Handlers<R>): Verbs {
  const { path } = resource
  const one = `${path}/{id}`
  const { list, create, read, update, delete: remove } = handlers
  const routes: Route[] = []
  const add = (method: Method, at: string, verb: string, input: z.ZodType, run: Route['run'] | undefined) => {
    if (run) routes.push(standard(resource, { method, path: at, verb, input, run }))
  }
  // Each handler takes what its own schema gives, which `parse` has just made.
  add('GET', path, 'list', resource.query, list as Route['run'] | undefined)
  add('POST', path, 'create', resource.create, create as Route['run'] | undefined)
  add('GET', one, 'read', resource.query, read as Route['run'] | undefined)
  add('PUT', one, 'update', resource.update, update as Route['run'] | undefined)
  add('DELETE', one, 'delete', resource.query, remove as Route['run'] | undefined)
  for (const [name, action] of Object.entries(resource.actions ?? {})) {
    const run = (handlers.actions as Record<string, Route['run']> | undefined)?.[name]
    if (run) routes.push(fromAction(resource, name, action, run))
  }
  return { resource, routes }
}

/** A further door to a route: another path, whose parts say things the body would otherwise say. */
export function alsoAt(route: Route, path: string, fill?: Route['fill']): Route {
  return fill ? { ...route, path, fill } : { ...route, path }
}

/** A call on its way to a verb: what was said, and what its audit row will tell of it. */
export interface Call extends AuditedCall {
  requestId: string
  /** Query and body together, top-level names in snake_case. */
  raw: Record<string, unknown>
  /** Parts of the path, by their names in the route. */
  parts: Record<string, string>
}

/**
 * Runs a route for a caller: scopes, workspace, input, then the verb in one transaction with its audit row. A write that
 * failed leaves no row, but one the caller was forbidden leaves a row of its own. Throws GatewayError only.
 */
export async function perform(
  runtime: AdminRuntime,
  principal: Principal,
  route: Route,
  call: Call,
): Promise<object> {
  const { prisma } = runtime.database
  const now = new Date(runtime.now())
  const change: Change = {}
  let ctx: Ctx | null = null
  try {
    gate(principal, route, null)
    const named = workspaceNamed(call.raw)
    const workspace = await resolveWorkspace(prisma, principal, route.workspace, named)
    if (workspace) gate(principal, route, workspace.id)
    refuseMistaken(route, call.raw)
    const raw = route.fill ? { ...call.raw, ...route.fill(call.parts, call.raw) } : call.raw
    const parsed = parse(route.input, raw)
    const input = route.fill ? parsed : withParts(parsed, call.parts)
    ctx = {
      organisation: principal.organisation,
      workspace,
      actor: principal.actor,
      principal,
      db: prisma,
      now,
      newId: runtime.newId,
      requestId: call.requestId,
      clientIp: call.clientIp,
      secretKey: runtime.settings.secret,
      runtime,
      record: (more) => void Object.assign(change, more),
    }
    return await inTransaction(runtime, route, ctx, change, call, input)
  } catch (thrown) {
    const error = fromDatabase(thrown)
    if (route.audit) await auditRefusal(runtime, principal, route, ctx, call, change, error)
    throw error
  }
}

async function inTransaction(
  runtime: AdminRuntime,
  route: Route,
  ctx: Ctx,
  change: Change,
  call: Call,
  input: unknown,
): Promise<object> {
  const { prisma } = runtime.database
  const finish = async (db: Db, reply: object) => {
    if (route.audit) await writeAudit(db, { ...ctx, route, call, change, reply, status: 200 })
    return reply
  }
  if (route.method === 'GET') {
    const reply = await route.run(ctx, input)
    if (reply instanceof Download) await auditDownload(route, ctx, call, reply)
    return reply
  }
  if (!route.isTransactional) return finish(prisma, await route.run(ctx, input))
  const reply = await prisma.$transaction(
    async (tx) => finish(tx, await route.run({ ...ctx, db: tx }, input)),
    { timeout: TRANSACTION_MS_MAX, maxWait: WAIT_MS_MAX },
  )
  runtime.nudge?.()
  return reply
}

/** Reads leave no row, but what leaves the house does (admin-contract §8). */
async function auditDownload(route: Route, ctx: Ctx, call: Call, reply: Download): Promise<void> {
  const exported = { ...route, audit: { type: reply.audit, action: 'export' } }
  await writeAudit(ctx.db, { ...ctx, route: exported, call, change: {}, reply: {}, status: 200 })
}

const FORBIDDEN = 403
const TRANSACTION_MS_MAX = 15_000
const WAIT_MS_MAX = 5_000

/** A refusal must reach its caller even when its audit row cannot be written. */
async function auditRefusal(
  runtime: AdminRuntime,
  principal: Principal,
  route: Route,
  ctx: Ctx | null,
  call: Call,
  change: Change,
  error: GatewayError,
): Promise<void> {
  const [status] = errorRow(error.code).portkey
  if (status !== FORBIDDEN) return
  const { organisation, actor } = principal
  const at = new Date(runtime.now())
  const told = {
    organisation,
    actor,
    workspace: ctx?.workspace ?? principal.pinned,
    now: at,
    newId: runtime.newId,
  }
  const refused: Change = {
    id: change.id ?? partNamed(call.parts) ?? null,
    name: change.name ?? null,
    workspaceId: change.workspaceId ?? null,
  }
  await writeAudit(runtime.database.prisma, {
    ...told,
    route,
    call,
    change: refused,
    reply: {},
    status,
  }).catch(() => undefined)
}

function standard(
  resource: Resource,
  route: Pick<Route, 'method' | 'path' | 'input' | 'run'> & { verb: string },
): Route {
  const { method, path, input, run, verb } = route
  const takesFields = verb === 'create' || verb === 'update'
  return {
    method,
    path,
    verb,
    summary: summaryOf(verb, resource.noun),
    reply: replyOf(resource, verb),
    scopes: resource.scopes.map((family) => `${family}.${verb}`),
    needsAllScopes: false,
    isSessionOnly: false,
    isOpen: false,
    isBulk: false,
    workspace: resource.workspace,
    input,
    mistaken: takesFields ? (resource.mistaken ?? {}) : {},
    audit: method === 'GET' ? null : { type: resource.audit, action: verb },
    isTransactional: true,
    run,
  }
}

function replyOf({ row, replies }: Resource, verb: string): z.ZodType {
  const usual = verb === 'list' ? listOf(row) : verb === 'read' ? row : nothing
  return replies?.[verb as keyof typeof replies] ?? usual
}

/** "List API keys", "Create a config". */
function summaryOf(verb: string, noun: string): string {
  const said = `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}`
  if (verb === 'list') return `${said} ${noun.replace(/([^aeiou])y$/, '$1ie')}s`
  return `${said} ${/^(?:[aeioA]|u(?!s))/.test(noun) ? 'an' : 'a'} ${noun}`
}

function fromAction(resource: Resource, name: string, action: Action, run: Route['run']): Route {
  return {
    method: action.method,
    path: action.path === '' ? resource.path : `${resource.path}/${action.path}`,
    verb: name,
    summary: action.summary ?? summaryOf(name.replaceAll(/([A-Z])/g, ' $1').toLowerCase(), resource.noun),
    reply: action.reply ?? nothing,
    scopes: action.scopes ?? resource.scopes.map((family) => `${family}.${action.verb}`),
    needsAllScopes: action.needsAllScopes ?? false,
    isSessionOnly: action.isSessionOnly ?? false,
    isOpen: action.isOpen ?? false,
    isBulk: action.isBulk ?? false,
    workspace: action.workspace ?? resource.workspace,
    input: action.input,
    mistaken: action.mistaken ?? {},
    audit: action.audit === null ? null : { type: resource.audit, action: action.audit },
    isTransactional: !action.isUnbound,
    run,
  }
}

/** With null: whether the caller may do this anywhere at all; the rows decide the rest. */
function gate(principal: Principal, route: Route, workspaceId: string | null): void {
  if (route.isSessionOnly && principal.actor.kind !== 'user') {
    throw new GatewayError('forbidden', 'This is for signed-in people; a key cannot do it.')
  }
  if (route.isOpen || route.scopes.length === 0) return
  const held = workspaceId === null ? scopesAnywhere(principal) : scopesIn(principal, workspaceId)
  const missing = route.scopes.filter((scope) => !held.has(scope))
  if (missing.length === 0 || (!route.needsAllScopes && missing.length < route.scopes.length)) return
  throw lacks(principal, route.needsAllScopes ? missing.slice(0, 1) : missing, workspaceId)
}

function workspaceNamed(raw: Record<string, unknown>): string | undefined {
  const said = raw.workspace_id
  if (said === undefined || said === null || said === '') return undefined
  if (typeof said !== 'string') throw invalidField('workspace_id', 'must be a string', 'type')
  return said
}

/** A field that is none of the schema's, but reads like one, was meant to do something: it is not passed over. */
function refuseMistaken(route: Route, raw: Record<string, unknown>): void {
  if (route.method !== 'POST' && route.method !== 'PUT') return
  for (const field of Object.keys(raw)) {
    const meant = Object.hasOwn(route.mistaken, field)
      ? route.mistaken[field]
      : namesakeOf(field, route.input)
    if (meant !== undefined) throw invalidField(field, `is not a field; did you mean ${meant}?`, 'unknown')
  }
}

function withParts(input: unknown, parts: Record<string, string>): unknown {
  const { slug, ...rest } = parts
  return { ...(input as object), ...(slug === undefined ? {} : { id: slug }), ...rest }
}

/** What the path names last: the row that is about to change, as it was said. */
const partNamed = (parts: Record<string, string>): string | undefined => Object.values(parts).at(-1)
