import { readdirSync } from 'node:fs'
import type { Verbs } from '../admin/verbs.ts'

/** The verbs that any file of `lib/admin` exports: all of the control plane, what was added last included. */
export async function adminFamilies(): Promise<Verbs[]> {
  const folder = new URL('../admin/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const modules = await Promise.all(
    files.map((file) => import(/* @vite-ignore */ new URL(file, folder).pathname)),
  )
  return modules.flatMap((module) => Object.values(module).filter(isVerbs))
}

function isVerbs(value: unknown): value is Verbs {
  return value !== null && typeof value === 'object' && 'resource' in value && 'routes' in value
}
