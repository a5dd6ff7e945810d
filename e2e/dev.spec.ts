import { test } from '@playwright/test'
import { signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

let world: World

test.beforeAll(async () => {
  test.setTimeout(120_000)
  world = await startWorld({}, [process.execPath, 'scripts/dev.mjs'])
})
test.afterAll(() => world?.close())

test('the development server, too, lets people in', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page, world)
})
