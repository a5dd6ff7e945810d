/** Guardrails as a config names or spells them. Source: gateway-contract §7.2. */
import { z } from 'zod'
import { judgeCheck } from './guardrail-checks.ts'
import { CHECKS_MAX, guardrailCheck, plainActions, verdictActions } from './guardrails.ts'
import { text } from './resource.ts'

const HOOKS_MAX = 50
const kind = z.enum(['guardrail', 'mutator'])
const savedId = text(1, 255)

/** Words of an inline guardrail that are no check. */
const RESERVED = {
  id: savedId.optional(),
  type: kind.optional(),
  guardrail_version_id: z.string().optional(),
  ...verdictActions,
}
const reserved = z.object(RESERVED)

/** Reserved words, and every other key a check id with its parameters. Only an `id`: a saved one. */
const inlineGuardrail = z.record(z.string(), z.json()).superRefine((said, context) => {
  const plain = plainActions(said) as Record<string, unknown>
  for (const issue of reserved.safeParse(plain).error?.issues ?? [])
    context.addIssue({ ...issue } as z.core.$ZodRawIssue)
  const checks = Object.entries(plain).filter(([key]) => !Object.hasOwn(RESERVED, key))
  if (checks.length === 0 && typeof said.id !== 'string')
    context.addIssue({
      code: 'custom',
      path: [],
      message: 'must name a check or the id of a saved guardrail',
    })
  for (const [key, parameters] of checks) {
    if (parameters === null || typeof parameters !== 'object' || Array.isArray(parameters)) {
      context.addIssue({ code: 'custom', path: [key], message: 'must be an object of parameters' })
      continue
    }
    const { id } = parameters as { id?: unknown }
    // The same check twice: the key is an alias, and the check stands inside.
    const named = typeof id === 'string' ? { id, idAt: [key, 'id'] } : { id: key, idAt: [key] }
    judgeCheck(context, { ...named, parameters, at: [key] })
  }
})

export const guardrailRefs = z
  .array(z.union([savedId, inlineGuardrail]))
  .max(HOOKS_MAX, `may hold at most ${HOOKS_MAX} guardrails`)

/** The raw form. One that has no checks names a saved guardrail by its id. */
const hook = z.preprocess(
  plainActions,
  z
    .strictObject({
      id: savedId.optional(),
      name: text(0, 255).optional(),
      type: kind.optional(),
      guardrail_version_id: z.string().optional(),
      checks: z.array(guardrailCheck).max(CHECKS_MAX, `may hold at most ${CHECKS_MAX} checks`).optional(),
      ...verdictActions,
    })
    .superRefine((said, context) => {
      if (!said.checks?.length && said.id === undefined)
        context.addIssue({
          code: 'custom',
          path: ['checks'],
          message: 'is required where no id names a saved guardrail',
        })
      if (said.type === 'mutator' && said.async)
        context.addIssue({ code: 'custom', path: ['async'], message: 'must be false for a mutator' })
    }),
)

export const hooks = z.array(hook).max(HOOKS_MAX, `may hold at most ${HOOKS_MAX} hooks`)
