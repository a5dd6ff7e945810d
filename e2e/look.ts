/**
 * Pictures of a page as people see it: at a desk and on a phone, light and dark. From a journey (`look(page, …)`), or of
 * a running console from a shell:
 *
 *   LOOK_EMAIL=… LOOK_PASSWORD=… npx tsx e2e/look.ts http://localhost:3000 logs=/logs keys=/api-keys
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { signIn } from './pages.ts'
import config from './playwright.config.ts'

const WIDTHS = { 1440: 900, 390: 844 } as const
const THEMES = ['light', 'dark'] as const
const FOLDER = join(import.meta.dirname, '..', 'test-results', 'look')
/** Charts and drawers have come to rest by then. */
const SETTLED_MS = 600

/**
 * Pictures of `path` in both widths and both themes, as `test-results/look/<name>-<width>-<theme>.png`; gives their
 * paths. The page is signed in already and keeps its last size and theme. `before` does what has to be done on each
 * page first: open a drawer, fill a field.
 */
export async function look(
  page: Page,
  origin: string,
  name: string,
  path: string,
  before: (page: Page) => Promise<unknown> = async () => {},
): Promise<string[]> {
  const pictures: string[] = []
  for (const [width, height] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width: Number(width), height })
    for (const theme of THEMES) {
      await page.evaluate((scheme) => localStorage.setItem('mantine-color-scheme-value', scheme), theme)
      await page.goto(`${origin}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      // Skeletons say that something is still on its way; live lists never fall silent, so the network cannot tell.
      await page
        .waitForFunction(
          () => !document.querySelector('[class*="Skeleton-root"], [aria-busy="true"]'),
          null,
          {
            timeout: 10_000,
          },
        )
        .catch(() => {})
      await before(page)
      await page.waitForTimeout(SETTLED_MS)
      const picture = join(FOLDER, `${name}-${width}-${theme}.png`)
      await page.screenshot({ path: picture })
      pictures.push(picture)
    }
  }
  return pictures
}

async function lookAround(origin: string, pages: readonly string[]): Promise<void> {
  const { LOOK_EMAIL: email = '', LOOK_PASSWORD: password = '' } = process.env
  const browser = await chromium.launch(config.use?.launchOptions)
  const page = await browser.newPage()
  await signIn(page, { url: origin, owner: { email, password } })
  for (const one of pages) {
    const [name = '', path = ''] = one.split(/=(.*)/s)
    for (const picture of await look(page, origin, name, path)) console.log(picture)
  }
  await browser.close()
}

const [, script = '', origin, ...pages] = process.argv
if (existsSync(script) && fileURLToPath(import.meta.url) === script && origin) await lookAround(origin, pages)
