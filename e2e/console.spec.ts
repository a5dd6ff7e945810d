import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import {
  browserErrors,
  calls,
  chat,
  copied,
  dialog,
  fillSignIn,
  goTo,
  heading,
  inShell,
  signIn,
} from './pages.ts'
import { startWorld, type World } from './world.ts'

const REFUSED_WITHIN_MS = 2_000
const PHONE = { width: 390, height: 844 }

let world: World
let session: Cookie[]

test.beforeAll(async ({ browser }) => {
  world = await startWorld()
  await world.addProviders()
  const context = await browser.newContext()
  await signIn(await context.newPage(), world)
  session = await context.cookies()
  await context.close()
})
test.afterAll(() => world?.close())

test.describe('Signing in', () => {
  test('a wrong password keeps the e-mail and says what to do; the right one leads to where one was going', async ({
    page,
  }) => {
    await page.goto(`${world.url}/logs?status_code=429`)
    await expect(heading(page, 'Sign in')).toBeVisible()
    await fillSignIn(page, world.owner.email, 'not the password')
    await expect(page.getByRole('alert').filter({ hasText: /password/i })).toBeVisible()
    await expect(page.getByRole('textbox', { name: 'E-mail' })).toHaveValue(world.owner.email)
    await expect(page.getByRole('textbox', { name: 'Password' })).toBeFocused()
    await page.keyboard.type(world.owner.password)
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(`${world.url}/logs?status_code=429`)
    await expect(heading(page, 'Logs')).toBeVisible()
  })

  test('a session ended elsewhere leads back to sign-in, and from there to the same address', async ({
    page,
    browser,
  }) => {
    await signIn(page, world, '/logs?range=1h')
    const elsewhere = await browser.newContext()
    await elsewhere.addCookies(await page.context().cookies())
    const other = await elsewhere.newPage()
    await other.goto(world.url)
    await other.getByRole('button', { name: /^Account/ }).click()
    await other.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect(heading(other, 'Sign in')).toBeVisible()
    await other.goto(`${world.url}/catalog`)
    await expect(heading(other, 'Sign in')).toBeVisible()
    await elsewhere.close()

    // The live list asks by itself, so nobody has to touch the page.
    await expect(heading(page, 'Sign in')).toBeVisible()
    await fillSignIn(page, world.owner.email, world.owner.password)
    await expect(page).toHaveURL(`${world.url}/logs?range=1h`)
    await expect(heading(page, 'Logs')).toBeVisible()
  })
})

test.describe('Signed in', () => {
  let errors: string[]
  test.beforeEach(async ({ page, context }) => {
    await context.addCookies(session)
    errors = browserErrors(page)
  })
  test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

  test('on a phone every page fits, and the navigation is a sheet', async ({ page }) => {
    await page.setViewportSize(PHONE)
    await page.goto(world.url)
    for (const name of ['Logs', 'Model Catalog', 'Connect', 'API keys', 'Overview']) {
      await page.getByRole('button', { name: 'Open navigation' }).click()
      await goTo(page, name)
      await expect(dialog(page)).toBeHidden()
      expect(await sideways(page), `${name} is wider than a phone`).toBe(0)
    }
  })

  test('the dark theme stays, without a flash of the light one', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.addInitScript(() => {
      const seen: (string | null)[] = []
      Object.assign(window, { seen })
      const note = () => {
        // What stands there before anything can be painted is not seen.
        if (!document.body?.childElementCount) return
        const scheme = document.documentElement.getAttribute('data-mantine-color-scheme')
        if (scheme !== seen.at(-1)) seen.push(scheme)
      }
      new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true })
    })
    const seen = () => page.evaluate(() => (window as unknown as { seen: (string | null)[] }).seen)
    await page.goto(world.url)
    await page.getByRole('button', { name: 'Switch between light and dark' }).click()
    await expect.poll(async () => (await seen()).at(-1)).toBe('dark')
    await page.reload()
    await expect(heading(page, 'Overview')).toBeVisible()
    expect(await seen()).toEqual(['dark'])
  })

  test('the keyboard goes to pages, lists its shortcuts and opens a call by its id', async ({ page }) => {
    const { key } = await world.createKey()
    const { id } = await chat(world, key)
    await world.logged((row) => row.id === id)
    await page.goto(world.url)
    await expect(heading(page, 'Overview')).toBeVisible()
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await expect(heading(page, 'Logs')).toBeVisible()
    await page.keyboard.press('?')
    await expect(dialog(page, 'Keyboard shortcuts').getByText('Go to Logs')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(dialog(page)).toBeHidden()
    await page.keyboard.press('ControlOrMeta+k')
    await page.getByRole('textbox', { name: 'Search', exact: true }).fill(`${id}`)
    await expect(page.getByRole('button', { name: /Open this log/ })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(dialog(page).getByText(/^Answered in .* by @sandbox\/echo/)).toBeVisible()
    await expect(page).toHaveURL(new RegExp(`log=${id}`))
    await page.keyboard.press('Escape')
    await expect(page).toHaveURL(`${world.url}/logs`)
  })

  test('Connect makes a key, writes it into the lines and turns the wait into the call', async ({ page }) => {
    await page.goto(`${world.url}/connect`)
    await page.getByRole('radio', { name: /^curl/ }).click()
    await expect(page.getByText('Bearer $TOLLGATE_API_KEY')).toBeVisible()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByRole('textbox', { name: 'Name of the new key' }).fill('pasted-by-ann')
    await page.getByRole('button', { name: 'Create key' }).click()
    await expect(page.getByText(/Bearer tg_[su]\w{49}/)).toBeVisible()
    await page.getByRole('combobox', { name: 'Model' }).fill('sandbox/echo')
    await page.getByRole('option', { name: /@sandbox\/echo/ }).click()
    await expect(page.getByText('Waiting for your first request')).toBeVisible()
    await page.getByRole('button', { name: 'Copy Paste into a shell' }).click()
    const lines = await copied(page)
    expect(lines).toMatch(/Bearer tg_[su]\w{49}/)
    expect(JSON.parse(await inShell(lines)).model).toContain('echo')
    const landed = page.getByRole('region', { name: 'First request' })
    await expect(landed.getByText(/^Answered in .* by @sandbox\/echo for \$0\.0/)).toBeVisible()
    await landed.getByRole('link', { name: 'Open it in Logs' }).click()
    await expect(dialog(page).getByText(/^Answered in/)).toBeVisible()
  })

  test('a key disabled in the console is refused within two seconds, and let in again by Undo', async ({
    page,
  }) => {
    const { key } = await world.createKey({ name: 'to-be-stopped' })
    const isLetIn = async () => (await chat(world, key)).status === 200
    expect(await isLetIn()).toBe(true)
    await page.goto(`${world.url}/api-keys`)
    await page.getByRole('button', { name: 'to-be-stopped: actions' }).click()
    await page.getByRole('menuitem', { name: 'Disable key' }).click()
    const began = performance.now()
    await expect.poll(isLetIn, { timeout: REFUSED_WITHIN_MS, intervals: [50] }).toBe(false)
    measured('disabled key refused', performance.now() - began)
    expect((await chat(world, key)).status).toBe(401)
    await expect(page.getByRole('row', { name: /to-be-stopped/ })).toContainText('Disabled')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(isLetIn, { timeout: REFUSED_WITHIN_MS, intervals: [50] }).toBe(true)
    await expect(page.getByRole('row', { name: /to-be-stopped/ })).toContainText('Active')
  })

  test('a model switched off is gone from the list and refused, until it is switched on', async ({
    page,
  }) => {
    const { key } = await world.createKey()
    const model = '@openai-prod/gpt-4o-mini'
    const offered = async () => {
      const answer = await fetch(`${world.api}/models`, { headers: { authorization: `Bearer ${key}` } })
      return ((await answer.json()) as { data: { id: string }[] }).data.some(({ id }) => id === model)
    }
    const status = async () => (await chat(world, key, { model })).status
    expect(await offered()).toBe(true)
    await page.goto(`${world.url}/catalog?tab=models`)
    await page.getByRole('searchbox', { name: 'Search models' }).fill('gpt-4o-mini')
    const toggle = page.getByRole('switch', { name: `Offer ${model}`, exact: true })
    await toggle.press('Space')
    await expect.poll(offered, { timeout: REFUSED_WITHIN_MS }).toBe(false)
    await expect.poll(status, { timeout: REFUSED_WITHIN_MS }).toBe(404)
    await expect(toggle).not.toBeChecked()
    await toggle.press('Space')
    await expect.poll(status, { timeout: REFUSED_WITHIN_MS }).toBe(200)
    expect(await offered()).toBe(true)
  })

  test('a price set in the console is what the next call costs', async ({ page }) => {
    const { key } = await world.createKey()
    await page.goto(`${world.url}/catalog?tab=models&open=${encodeURIComponent('@sandbox/echo')}`)
    const detail = dialog(page)
    await detail.getByRole('textbox', { name: 'Input', exact: true }).fill('1000')
    await detail.getByRole('textbox', { name: 'Output', exact: true }).fill('2000')
    await detail.getByRole('button', { name: /^Save/ }).click()
    await expect(page.getByText('@sandbox/echo is saved')).toBeVisible()
    await expect
      .poll(
        async () => {
          const { id } = await chat(world, key)
          const row = await world.logged((each) => each.id === id)
          return row.cost === (Number(row.req_units) * 1000 + Number(row.res_units) * 2000) / 1e4
        },
        { timeout: 10_000 },
      )
      .toBe(true)
    await page.goto(`${world.url}/logs`)
    await expect(calls(page).first()).toContainText(/\$0\.0\d/)
  })

  test('Logs keep filters and the open call in the address, and new calls wait while one is pointed at', async ({
    page,
  }) => {
    const { key } = await world.createKey({ name: 'live-one' })
    for (const model of ['@sandbox/echo', '@sandbox/fail-429', '@sandbox/echo'])
      await chat(world, key, { model })
    const last = await chat(world, key, { model: '@sandbox/fail-429' })
    await world.logged((row) => row.id === last.id)

    await page.goto(`${world.url}/logs`)
    await expect(calls(page).first()).toContainText('429')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByRole('menuitem', { name: 'Failed only' }).click()
    await expect(page).toHaveURL(/is_success=false/)
    await expect(calls(page).filter({ hasText: '200' })).toHaveCount(0)
    await page.getByRole('searchbox', { name: 'Search calls' }).fill('fail-429')
    await expect(page).toHaveURL(/search=fail-429/)
    const filtered = page.url()

    await calls(page).first().click()
    await expect(dialog(page).getByText(/^Failed with 429/)).toBeVisible()
    const opened = page.url()
    await page.goBack()
    await expect(dialog(page)).toBeHidden()
    await expect(page).toHaveURL(filtered)
    await page.goForward()
    await expect(dialog(page).getByText(/^Failed with 429/)).toBeVisible()
    await page.reload()
    await expect(page).toHaveURL(opened)
    await expect(dialog(page).getByText(/^Failed with 429/)).toBeVisible()
    await dialog(page).getByRole('button', { name: 'Close' }).click()
    await expect(dialog(page)).toBeHidden()

    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await expect(page).toHaveURL(`${world.url}/logs`)
    await calls(page).nth(1).hover()
    const top = await calls(page).first().textContent()
    await chat(world, key)
    await chat(world, key)
    const pill = page.getByRole('button', { name: '2 new calls' })
    await expect(pill).toBeVisible()
    expect(ageless(await calls(page).first().textContent())).toBe(ageless(top))
    await pill.click()
    await expect(calls(page).first()).toContainText('200')
    await expect(pill).toBeHidden()
  })

  test('the overview says what the rows say', async ({ page }) => {
    const { key } = await world.createKey()
    for (const model of ['@sandbox/echo', '@sandbox/fail-500']) await chat(world, key, { model })
    const last = await chat(world, key, { model: '@sandbox/echo' })
    await world.logged((row) => row.id === last.id)
    const rows = await world.rows()
    const failed = rows.filter(({ is_success }) => is_success === false).length
    const dollars = rows.reduce((sum, { cost }) => sum + Number(cost ?? 0), 0) / 100
    await page.goto(world.url)
    const spoken = dollars < 1 ? `$${dollars.toPrecision(4).replace(/0+$/, '')}` : `$${dollars.toFixed(2)}`
    await expect(page.getByText(`${rows.length} calls in the last 24 hours cost ${spoken}`)).toBeVisible()
    await expect(page.getByRole('region', { name: 'Calls' })).toContainText(`${rows.length}`)
    await expect(page.getByTitle(`${failed} failed call`)).toBeVisible()
    await page.getByRole('region', { name: 'Top models' }).getByRole('link', { name: 'fail-500' }).click()
    await expect(page).toHaveURL(/ai_model=fail-500/)
    await expect(calls(page).first()).toContainText('500')
  })

  test('a page that is not there says so and leads on', async ({ page }) => {
    errors = []
    await page.goto(`${world.url}/no-such-page`)
    await expect(heading(page, 'This page does not exist')).toBeVisible()
    await page.getByRole('link', { name: 'Go to the overview' }).click()
    await expect(heading(page, 'Overview')).toBeVisible()
    errors = errors.filter((text) => !text.includes('no-such-page'))
  })

  test('axe finds nothing serious on any screen, in either theme', async ({ page }) => {
    test.slow()
    const { key } = await world.createKey()
    const { id } = await chat(world, key)
    await world.logged((row) => row.id === id)
    const screens = [
      ['/', 'Overview'],
      ['/logs', 'Logs'],
      [`/logs?log=${id}`, /^Answered in/],
      [`/logs?log=${id}&view=details`, 'Tokens and cost'],
      ['/catalog', 'Model Catalog'],
      ['/catalog?tab=models&q=gpt-4o', /^\d+ models$/],
      ['/catalog?add=1', 'Popular'],
      ['/catalog?add=openai', 'API key'],
      ['/catalog?open=openai-prod', 'Credentials'],
      ['/connect', 'Paste'],
      ['/api-keys', 'API keys'],
      ['/api-keys?create=1', 'Details'],
      ['/api-keys?create=1&step=permissions', 'Inference'],
    ] as const
    const found: string[] = []
    for (const [path, sign] of screens) {
      await page.emulateMedia({ colorScheme: 'light' })
      await page.goto(`${world.url}${path}`)
      await settled(page, sign)
      found.push(...(await serious(page, path)))
      await page.emulateMedia({ colorScheme: 'dark' })
      await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
      // Colours on their way from one theme to the other are neither's.
      await page.evaluate(() => {
        const moving = document.getAnimations().filter((each) => each instanceof CSSTransition)
        return Promise.allSettled(moving.map(({ finished }) => finished))
      })
      found.push(...(await serious(page, `${path} in the dark`, ['color-contrast'])))
    }
    expect(found).toEqual([])
  })
})

test.describe('Guessing', () => {
  test('the sixth wrong password is told when to come back, and so is the right one', async ({ page }) => {
    await page.goto(`${world.url}/sign-in`)
    const refusal = page.getByRole('alert').filter({ hasText: /\w/ })
    for (let guess = 1; guess <= 5; guess++) {
      const answered = page.waitForResponse(/callback\/credentials/)
      await fillSignIn(page, world.owner.email, `guess ${guess}`)
      await answered
      await expect(refusal).toBeVisible()
    }
    for (const password of ['guess 6', world.owner.password]) {
      await fillSignIn(page, world.owner.email, password)
      await expect(refusal).toContainText(/\d+ minutes/)
    }
    await expect(heading(page, 'Sign in')).toBeVisible()
    await expect(page.getByRole('textbox', { name: 'E-mail' })).toHaveValue(world.owner.email)
    expect(await serious(page, '/sign-in')).toEqual([])
  })
})

/** Pixels a page can be scrolled sideways. */
const sideways = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth))

/** Waits until a screen has what it shows, not its skeleton. */
async function settled(page: Page, sign: string | RegExp): Promise<void> {
  await expect(page.getByText(sign).first()).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

/** What axe calls serious or critical here, one line each. */
async function serious(page: Page, where: string, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes
        .slice(0, 3)
        .map(
          ({ target, failureSummary }) =>
            `${where}: ${id} (${help}) at ${target.join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`,
        ),
    )
}

/** A row's text without its age, which moves on by itself. */
const ageless = (text: string | null) => text?.replace(/^(just now|\d+ \w+ ago)/, '')

function measured(what: string, ms: number): void {
  test.info().annotations.push({ type: 'measured', description: `${what} after ${Math.round(ms)} ms` })
}
