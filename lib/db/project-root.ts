import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from '../start-error.ts'

/** The folder of the checkout, from the source tree, from `dist/` and from Next's bundles alike. Throws StartError outside one. */
export function projectRoot(): string {
  let at = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(at, 'prisma', 'schema.prisma'))) {
    const above = dirname(at)
    if (above === at)
      throw new StartError('prisma/schema.prisma is not above this program: it must run from the project')
    at = above
  }
  return at
}
