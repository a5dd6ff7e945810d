/**
 * Paths of built families whose feature is still to come: they answer 501, together with everything below them, and
 * never 404. `methods` null means all. A path a route names in full is not affected. Source: admin-contract §2.
 */
export const UNBUILT: readonly { methods: readonly string[] | null; path: string }[] = [
  { methods: null, path: 'logs/exports' },
]
