import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Verbs } from '../admin/verbs.ts'
import { adminFamilies } from '../testing/admin-families.ts'
import { FAMILIES } from './families.ts'

const families: [string, readonly Verbs[]][] = Object.entries(FAMILIES)
const pathsOf = (all: readonly Verbs[]) => all.flatMap(({ routes }) => routes.map(({ path }) => path))

test('whatever the control plane can do is mounted, once', async () => {
  const names = (all: readonly Verbs[]) => all.map(({ resource }) => resource.path).sort()
  const mounted = families.flatMap(([, verbs]) => verbs)
  expect(names(mounted), 'add what is missing to lib/http/families.ts').toEqual(names(await adminFamilies()))
  expect(new Set(mounted).size).toBe(mounted.length)
})

test.each(families)('%s is mounted where its paths are', (family, verbs) => {
  expect(pathsOf(verbs).filter((path) => path.split('/')[0] !== family)).toEqual([])
  const file = new URL(`../../app/api/v1/${family}/[[...rest]]/route.ts`, import.meta.url)
  const name = /^\w+$/.test(family) ? `.${family}` : `['${family}']`
  expect(readFileSync(file, 'utf8')).toContain(`adminRoute(runtime, ...FAMILIES${name})`)
})
