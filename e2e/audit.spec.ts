import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import { browserErrors, copied, dialog, goTo, heading, inShell, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

let world: World
let session: Cookie[]
let secret: string

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  world = await startWorld()
  const key = await world.createKey({ name: 'Checkout' })
  secret = key.key
  await world.admin('PUT', `/api-keys/${key.id}`, { name: 'Checkout service', scopes: ['completions.write'] })
  await world.admin('POST', '/integrations', {
    name: 'Books',
    slug: 'books',
    ai_provider_id: 'openai',
    key: world.credentials.openai,
  })
  const context = await browser.newContext()
  await signIn(await context.newPage(), world)
  session = await context.cookies()
  await context.close()
})
test.afterAll(() => world?.close())

const entries = (page: Page) =>
  page.getByRole('table', { name: 'Audit log' }).locator('tbody').getByRole('row')

test.describe('Audit log', () => {
  let errors: string[]
  test.beforeEach(async ({ page, context }) => {
    await context.addCookies(session)
    errors = browserErrors(page)
  })
  test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

  test('says who changed what, and shows before and after beside each other without a secret', async ({
    page,
  }) => {
    await page.goto(world.url)
    await goTo(page, 'Audit log')
    await entries(page).filter({ hasText: 'Changed key Checkout service' }).click()
    const entry = dialog(page)
    await expect(entry.getByText(/changed key Checkout service in/)).toBeVisible()
    const changes = entry.getByRole('table').first()
    await expect(changes.getByRole('cell', { name: '"name": "Checkout",' })).toBeVisible()
    await expect(changes.getByRole('cell', { name: '"name": "Checkout service",' })).toBeVisible()
    await expect(changes.getByRole('cell', { name: '"logs.view"' })).toBeVisible()
    expect(page.url()).toContain('open=')

    // The neighbour above is newer: the integration, whose credentials stay masked.
    await page.keyboard.press('ArrowUp')
    await expect(entry.getByText(/created integration Books/)).toBeVisible()
    const shown = (await entry.textContent()) ?? ''
    expect(shown).toContain('books')
    for (const one of [secret, world.credentials.openai, world.adminKey]) expect(shown).not.toContain(one)
  })

  test('an address leads others to the same entries, and an export holds just those', async ({ page }) => {
    await page.goto(`${world.url}/audit?resource_type=api_keys`)
    await expect(entries(page)).toHaveCount(2)
    await page.getByRole('searchbox', { name: 'Search the audit log' }).fill('Checkout service')
    await expect(entries(page)).toHaveCount(1)
    expect(page.url()).toMatch(/search=Checkout(%20|\+)service/)

    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'CSV' }).click()
    const file = await readFile(await (await saving).path(), 'utf8')
    expect(file.trim().split('\n')).toHaveLength(2)
    expect(file).toContain('Checkout service')
    await expect(page.getByText('Exported 1 entry')).toBeVisible()

    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'Copy as curl' }).click()
    await expect(page.getByText('The call is on your clipboard')).toBeVisible()
    const printed = await inShell(await copied(page), { TOLLGATE_API_KEY: world.adminKey })
    const lines = printed.trim().split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ resource_type: 'api_keys', action: 'update' })

    await page.getByRole('button', { name: 'Clear' }).click()
    // An export is an act of its own.
    await expect(
      entries(page)
        .filter({ hasText: /export/i })
        .first(),
    ).toBeVisible()
  })

  test('what happens meanwhile appears by itself', async ({ page }) => {
    await page.goto(`${world.url}/audit`)
    await heading(page, 'Audit log').hover()
    await expect(entries(page).first()).toBeVisible()
    await world.createKey({ name: 'Made while watched' })
    await expect(entries(page).filter({ hasText: 'Made while watched' })).toBeVisible({ timeout: 10_000 })
  })

  test('nothing found says what to do next', async ({ page }) => {
    await page.goto(`${world.url}/audit?search=no-such-thing&range=all`)
    await expect(page.getByText('No entries match')).toBeVisible()
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await expect(entries(page).first()).toBeVisible()
  })

  test('neither it, nor roles, nor the reference has a serious accessibility problem', async ({ page }) => {
    for (const path of ['/audit', '/audit?search=none', '/roles', '/roles?tab=scopes', '/reference']) {
      await page.goto(`${world.url}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForTimeout(600)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
    }
  })

  test('roles say what a security setting changes, and the reference finds a route by its scope', async ({
    page,
  }) => {
    await page.goto(`${world.url}/roles`)
    const table = page.getByRole('table', { name: 'What each role may do' })
    await expect(table.getByRole('row', { name: /read the audit log/ }).getByText('Always')).toHaveCount(2)
    await page.getByRole('tab', { name: '139 scopes' }).click()
    await page.getByRole('searchbox', { name: 'Search scopes' }).fill('audit_logs')
    await expect(page.getByRole('button', { name: 'Copy audit_logs.list' })).toBeVisible()

    await goTo(page, 'API reference')
    await page.getByRole('searchbox', { name: 'Search the reference' }).fill('audit_logs.list')
    await page.getByRole('button', { name: /List audit logs/ }).click()
    await expect(page.getByText('curl').first()).toBeVisible()
  })
})
