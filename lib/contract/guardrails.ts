import { z } from 'zod'
import { judgeCheck } from './guardrail-checks.ts'
import { csv, flag, listOf, name, nothing, paging, reference, resource, text } from './resource.ts'

// ─────────────────────── what a guardrail says ───────────────────────

/** What is written to the request's trace when a guardrail passes or fails. */
const feedback = z.strictObject({
  value: z.number().min(-10, 'must be -10 to 10').max(10, 'must be -10 to 10').optional(),
  weight: z.number().min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').optional(),
  metadata: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
})
const outcome = z.strictObject({ feedback: feedback.nullish() })

/** What follows from the verdict; the same words in stored guardrails and in hooks of a config. */
export const verdictActions = {
  deny: z.boolean().optional(),
  async: z.boolean().optional(),
  sequential: z.boolean().optional(),
  /** With `deny`: the refusal is an ordinary answer with status 200. */
  soft_deny_200: z.boolean().optional(),
  on_success: outcome.nullish(),
  on_fail: outcome.nullish(),
}

export const guardrailCheck = z
  .strictObject({
    id: text(1, 128),
    name: text(0, 255).nullish(),
    is_enabled: z.boolean().optional(),
    parameters: z.record(z.string(), z.json()).optional(),
  })
  .superRefine((said, context) =>
    judgeCheck(context, { id: said.id, idAt: ['id'], parameters: said.parameters, at: ['parameters'] }),
  )

export const CHECKS_MAX = 50
const checks = z
  .array(guardrailCheck)
  .min(1, 'must hold at least one check')
  .max(CHECKS_MAX, `may hold at most ${CHECKS_MAX} checks`)

const DENYING = new Set(['block', 'deny'])

/** Actions in their own words: camelCase becomes snake_case, and `on_fail: "block"` is `deny: true`. */
export function plainActions(said: unknown): unknown {
  if (said === null || typeof said !== 'object' || Array.isArray(said)) return said
  const { onFail, onSuccess, softDeny200, ...rest } = said as Record<string, unknown>
  const plain: Record<string, unknown> = {
    ...rest,
    ...(onSuccess === undefined ? {} : { on_success: onSuccess }),
    ...(onFail === undefined ? {} : { on_fail: onFail }),
    ...(softDeny200 === undefined ? {} : { soft_deny_200: softDeny200 }),
  }
  const { on_fail, ...others } = plain
  if (typeof on_fail !== 'string' || !DENYING.has(on_fail) || plain.deny === false) return plain
  return { ...others, deny: true }
}

/** Stored as they were said: what is left out has the defaults of admin-contract §1.8 when the guardrail acts. */
export const guardrailActions = z.preprocess(
  plainActions,
  z.strictObject(verdictActions, {
    error: (issue) => (issue.code === 'invalid_type' ? 'must be an object' : undefined),
  }),
)

// ───────────────────────────── resource ──────────────────────────────

export const guardrailRow = z.object({
  object: z.literal('guardrail'),
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  organisation_id: z.string(),
  /** Null: it belongs to the organisation. */
  workspace_id: z.string().nullable(),
  status: z.enum(['active', 'archived']),
  version_id: z.string(),
  /** Stored only: this version runs no guardrails. */
  is_enforced: z.literal(false),
  owner_id: z.string().nullable(),
  created_by: z.string().nullable(),
  updated_by: z.string().nullable(),
  created_at: z.string(),
  last_updated_at: z.string(),
  // a single read only:
  checks: z.array(z.record(z.string(), z.unknown())).optional(),
  actions: z.record(z.string(), z.unknown()).optional(),
})

/** A version of a guardrail in its history, the newest first. */
export const guardrailVersionRow = z.object({
  object: z.literal('guardrail-version'),
  id: z.string(),
  checks: z.array(z.record(z.string(), z.unknown())),
  actions: z.record(z.string(), z.unknown()),
  is_current: z.boolean(),
  created_by: z.string().nullable(),
  created_at: z.string(),
})

const guardrailSaved = z.object({
  id: z.string(),
  slug: z.string(),
  version_id: z.string(),
  object: z.literal('guardrail'),
})

/** Admin-contract §1.8, §2.4. */
export const guardrails = resource({
  path: 'guardrails',
  noun: 'guardrail',
  object: 'guardrail',
  scopes: ['guardrails', 'organisation_guardrails'],
  id: 'id',
  audit: 'guardrails',
  workspace: 'optional',
  row: guardrailRow,
  replies: { create: guardrailSaved, update: guardrailSaved },
  create: z.object({
    name,
    checks,
    actions: guardrailActions.default({}),
    workspace_id: reference.nullish(),
    /** Without a workspace beside it: the guardrail belongs to the organisation. */
    organisation_id: reference.nullish(),
  }),
  update: z.object({
    name: name.optional(),
    checks: checks.optional(),
    actions: guardrailActions.optional(),
  }),
  query: z.object({
    ...paging(100, 1000),
    workspace_id: reference.optional(),
    organisation_id: reference.optional(),
    ids: csv.optional(),
    /** Part of a name or slug, any case. */
    search: z.string().optional(),
  }),
  actions: {
    versions: {
      method: 'GET',
      path: '{id}/versions',
      verb: 'read',
      summary: 'List the versions of a guardrail',
      input: z.object(paging(50)),
      reply: listOf(guardrailVersionRow),
      audit: null,
    },
    restore: {
      method: 'POST',
      path: '{id}/versions/{version_id}/restore',
      verb: 'update',
      summary: 'Make an earlier version of a guardrail the current one',
      input: z.object({}),
      reply: guardrailSaved,
      audit: 'update',
    },
  },
})

// ───────────────── what runs without a config naming it ──────────────

/** A slug or id, or a row as the reply carries it. */
const named = z.union([reference, z.object({ slug: reference.optional(), id: reference.optional() })])
const defaults = z.array(named).max(CHECKS_MAX, `may hold at most ${CHECKS_MAX} guardrails`).nullish()
const defaultRows = z.array(z.object({ id: z.string(), slug: z.string() }))

const organisationDefaultsRow = z.object({
  object: z.literal('organisation-defaults'),
  input_guardrails: defaultRows,
  output_guardrails: defaultRows,
  /** Stored only: this version runs no guardrails. */
  is_enforced: z.literal(false),
})

/** Guardrails of the organisation that run on each of its requests, workspaces exempted. Admin-contract §5.5. */
export const organisationDefaults = resource({
  path: 'admin/organisation/defaults',
  noun: 'organisation default',
  object: 'organisation-defaults',
  scopes: ['organisation_settings'],
  id: 'id',
  audit: 'organisation',
  workspace: 'none',
  row: organisationDefaultsRow,
  create: nothing,
  update: nothing,
  query: nothing,
  actions: {
    show: {
      method: 'GET',
      path: '',
      verb: 'read',
      summary: 'Read the default guardrails and config of the organisation',
      input: nothing,
      reply: organisationDefaultsRow,
      audit: null,
    },
    edit: {
      method: 'PUT',
      path: '',
      verb: 'update',
      summary: 'Change the default guardrails and config of the organisation',
      input: z.object({ input_guardrails: defaults, output_guardrails: defaults }),
      reply: organisationDefaultsRow,
      audit: 'update',
    },
  },
})

const organisationAsked = z.object({ organisation_id: reference.optional() })
const exclusionsUpdate = z.object({
  organisation_id: reference.nullish(),
  workspaces: z
    .array(z.strictObject({ workspace_id: reference, excluded: flag }))
    .max(5000, 'may hold at most 5000 workspaces'),
  /** Whoever is not named is no longer excluded. */
  override_existing: flag.optional(),
})

const workspaceExclusionRow = z.object({
  workspace_id: z.string(),
  slug: z.string(),
  name: z.string(),
  excluded: z.literal(true),
})

/** Workspaces where the organisation's guardrails do not run, by direction. */
export const workspaceExclusions = resource({
  path: 'workspace-exclusions',
  noun: 'workspace exclusion',
  object: 'workspace-exclusion',
  scopes: ['organisation_exclusions'],
  id: 'id',
  audit: 'guardrails',
  workspace: 'none',
  row: workspaceExclusionRow,
  create: nothing,
  update: nothing,
  query: nothing,
  actions: {
    showInput: {
      method: 'GET',
      path: 'input-guardrails',
      verb: 'list',
      summary: 'List the workspaces the default input guardrails spare',
      input: organisationAsked,
      reply: listOf(workspaceExclusionRow),
      audit: null,
    },
    editInput: {
      method: 'PUT',
      path: 'input-guardrails',
      verb: 'update',
      summary: 'Change the workspaces the default input guardrails spare',
      input: exclusionsUpdate,
      audit: 'update',
    },
    showOutput: {
      method: 'GET',
      path: 'output-guardrails',
      verb: 'list',
      summary: 'List the workspaces the default output guardrails spare',
      input: organisationAsked,
      reply: listOf(workspaceExclusionRow),
      audit: null,
    },
    editOutput: {
      method: 'PUT',
      path: 'output-guardrails',
      verb: 'update',
      summary: 'Change the workspaces the default output guardrails spare',
      input: exclusionsUpdate,
      audit: 'update',
    },
  },
})
