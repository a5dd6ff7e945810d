// `npm run e2e:hermes`: the journey with the real Hermes client. Where Python 3.11+ or its package index is missing, it
// says so and skips.
import { installHermes } from './hermes-install.mjs'
import { bin, ensureBuilt, ensureGenerated, ensureInstalled, requireNode, run } from './project.mjs'

requireNode()
await ensureInstalled()
await ensureGenerated()
const missing = await installHermes()
if (missing) {
  process.stdout.write(`Hermes journey skipped: ${missing}\n`)
  process.exit(0)
}
await ensureBuilt()
const playwright = [bin('@playwright/test', 'playwright'), 'test', '-c', 'e2e/playwright.config.ts']
const { status } = await run(process.execPath, [...playwright, 'hermes', '--reporter=list'], {}, (text) =>
  process.stdout.write(text),
)
process.exit(status)
