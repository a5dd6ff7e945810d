import { isDeepStrictEqual } from 'node:util'
import type { Route, Verbs } from '../../admin/verbs.ts'

/** The same verbs, failing where a reply is not what the contract, and so the OpenAPI document, says of it. */
export function asDocumented(families: readonly Verbs[]): Verbs[] {
  return families.map((family) => ({ ...family, routes: family.routes.map(held) }))
}

function held(route: Route): Route {
  return {
    ...route,
    run: async (ctx, input) => {
      const reply = await route.run(ctx, input)
      const wire = JSON.parse(JSON.stringify(reply))
      const told = route.reply.safeParse(wire)
      if (!told.success || !isDeepStrictEqual(told.data, wire)) {
        const why = told.success ? Object.keys(wire).join(', ') : told.error.message
        throw new Error(`${route.method} ${route.path} answers what its contract does not say: ${why}`)
      }
      return reply
    },
  }
}
