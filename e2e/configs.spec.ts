import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import { browserErrors, copied, dialog, goTo, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

let world: World
let session: Cookie[]

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  world = await startWorld()
  await world.addProviders()
  const context = await browser.newContext()
  await signIn(await context.newPage(), world)
  session = await context.cookies()
  await context.close()
})
test.afterAll(() => world?.close())

const editor = (page: Page) => page.getByRole('textbox', { name: 'Config as JSON' })
const tree = (page: Page) => page.getByRole('region', { name: 'What it does' })
const problems = (page: Page) => page.getByRole('list', { name: 'Problems' })

interface Row {
  slug: string
  name: string
}

/** A config over the API; gives its slug. */
async function add(name: string, config: object = { provider: '@openai-prod' }): Promise<string> {
  const { slug } = await world.admin<Row>('POST', '/configs', {
    name,
    config,
    workspace_id: world.workspaceId,
  })
  return slug
}

async function change(page: Page, from: string, to: string): Promise<void> {
  const text = await editor(page).inputValue()
  expect(text).toContain(from)
  await editor(page).fill(text.replace(from, to))
}

test.describe('Configs', () => {
  let errors: string[]
  test.beforeEach(async ({ page, context }) => {
    await context.addCookies(session)
    errors = browserErrors(page, [/status of 40[49]|status of 400/])
  })
  test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

  test('one is made from a template, with the providers there are', async ({ page }) => {
    await page.goto(world.url)
    await goTo(page, 'Configs')
    await expect(page.getByText('No config yet')).toBeVisible()
    await page.getByRole('button', { name: 'Create config' }).first().click()
    const drawer = dialog(page, 'Create config')
    await drawer.getByRole('radio', { name: /^Load balance/ }).check({ force: true })
    await expect(tree(page)).toContainText('70%')
    await expect(tree(page)).toContainText('@openai-prod')
    await drawer.getByText('API', { exact: true }).click()
    await expect(drawer.getByText(/api\/v1\/configs/)).toBeVisible()
    await drawer.getByText('Form', { exact: true }).click()
    await drawer.getByRole('radio', { name: /^Fallback/ }).check({ force: true })
    await drawer.getByRole('button', { name: 'Create config' }).click()
    await expect(drawer.getByText('Must have 1-255 characters')).toBeVisible()
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('Checkout routing')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(heading(page, 'Checkout routing')).toBeVisible()
    await expect(page.getByText('Fallback over 2 targets')).toBeVisible()
    await page.getByRole('link', { name: 'Configs' }).first().click()
    await expect(page.getByRole('row', { name: /Checkout routing.*Fallback over 2 targets/ })).toBeVisible()
  })

  test('what is wrong is said at its line, and a saved change is a version to compare and restore', async ({
    page,
  }) => {
    const slug = await add('Search routing', {
      strategy: { mode: 'loadbalance' },
      targets: [{ provider: '@openai-prod', weight: 1 }, { provider: '@anthropic-prod' }],
    })
    await page.goto(`${world.url}/configs/${slug}`)
    await change(page, '"weight"', '"weigth"')
    await expect(problems(page).getByRole('button')).toHaveText(
      'Line 8targets.0.weigth is not a field; did you mean weight?',
    )
    await change(page, '"weigth": 1', '"weight": 1,')
    await problems(page)
      .getByRole('button', { name: /^Line 9/ })
      .click()
    await expect(editor(page)).toBeFocused()
    await expect(page.getByText('The tree comes back')).toBeVisible()
    await change(page, '"weight": 1,', '"weight": 3')
    await expect(tree(page)).toContainText('75%')

    await page.reload()
    await expect(page.getByText('Unsaved work from before was put back')).toBeVisible()
    await expect(tree(page)).toContainText('75%')
    await change(page, '@anthropic-prod', '@gone')
    await editor(page).press('ControlOrMeta+Enter')
    await expect(problems(page)).toContainText(/Line 11.*Names no provider of this workspace: gone/)
    await change(page, '@gone', '@anthropic-prod')
    await editor(page).press('ControlOrMeta+Enter')
    await expect(page.getByText('Search routing is saved as a new version')).toBeVisible()

    await page.getByRole('tab', { name: 'Versions' }).click()
    const diff = page.getByRole('region', { name: 'What changed between two versions' })
    await expect(diff).toContainText('"weight": 1')
    await expect(diff).toContainText('"weight": 3')
    await page.getByRole('button', { name: 'Restore' }).last().click()
    await expect(page.getByText('Restored as a new version')).toBeVisible()
    await expect(page.getByRole('region', { name: 'All versions' }).getByRole('listitem')).toHaveCount(3)
    await page.getByRole('tab', { name: 'Editor' }).click()
    await expect(tree(page)).toContainText('50%')
  })

  test('Tab indents, and after Escape it leaves', async ({ page }) => {
    await page.goto(`${world.url}/configs/${await add('Keyboard')}`)
    await editor(page).focus()
    await editor(page).press('Control+Home')
    await editor(page).press('Tab')
    await expect(editor(page)).toHaveValue(/^ {2}\{/)
    await page.keyboard.press('ControlOrMeta+z')
    await expect(editor(page)).toHaveValue(/^\{/)
    await editor(page).press('Escape')
    await editor(page).press('Tab')
    await expect(editor(page)).not.toBeFocused()
  })

  test('what somebody else saved meanwhile is not written over unseen', async ({ page }) => {
    const slug = await add('Shared')
    await page.goto(`${world.url}/configs/${slug}`)
    await change(page, '@openai-prod', '@anthropic-prod')
    await world.admin('PUT', `/configs/${slug}`, { config: { provider: '@openai-prod', cache: 'simple' } })
    await editor(page).press('ControlOrMeta+Enter')
    await expect(page.getByText('A newer version was saved meanwhile')).toBeVisible()
    await expect(page.getByRole('region', { name: 'Their version beside your text' })).toContainText('simple')
    await expect(page.getByRole('button', { name: 'Save version' })).toBeDisabled()
    await page.getByRole('button', { name: 'Go on with mine' }).click()
    await page.getByRole('button', { name: 'Save version' }).click()
    await expect(page.getByText('Shared is saved as a new version')).toBeVisible()
    expect(JSON.parse((await world.admin<{ config: string }>('GET', `/configs/${slug}`)).config)).toEqual({
      provider: '@anthropic-prod',
    })
  })

  test('a config that a key carries stays; without it the name is asked for', async ({ page }) => {
    const slug = await add('Carried')
    const { id } = await world.createKey({ name: 'checkout-bot', defaults: { config_id: slug } })
    await page.goto(`${world.url}/configs/${slug}?pane=used-by`)
    await expect(page.getByRole('link', { name: 'checkout-bot' })).toBeVisible()
    await page.getByRole('button', { name: 'Carried: actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete config' }).click()
    const refused = dialog(page, 'This config is in use')
    await expect(refused.getByRole('link', { name: 'checkout-bot' })).toBeVisible()
    await refused.getByRole('button', { name: 'Close' }).last().click()

    await world.admin('DELETE', `/api-keys/${id}`)
    await page.getByRole('button', { name: 'Carried: actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete config' }).click()
    const asked = dialog(page, 'Delete config')
    await asked.getByRole('textbox').fill('Carried')
    await asked.getByRole('button', { name: 'Delete config' }).click()
    await expect(page.getByText('Carried is deleted')).toBeVisible()
    await expect(heading(page, 'Configs')).toBeVisible()
    await page.getByRole('radiogroup', { name: 'Which configs' }).getByText('Archived').click()
    await page.getByRole('button', { name: 'Carried: actions' }).click()
    await page.getByRole('menuitem', { name: 'Bring back' }).click()
    await expect(page.getByText('Carried is back')).toBeVisible()
  })

  test('one can be the default, and its slug and code copied', async ({ page }) => {
    const slug = await add('Everyone')
    await page.goto(`${world.url}/configs/${slug}?pane=api`)
    await page.getByRole('button', { name: `Copy ${slug}` }).click()
    expect(await copied(page)).toBe(slug)
    await expect(page.getByText(`/api/v1/configs/${slug}`)).toBeVisible()
    await page.getByRole('button', { name: 'Everyone: actions' }).click()
    await page.getByRole('menuitem', { name: 'Make default' }).click()
    await expect(page.getByText('Everyone is the default')).toBeVisible()
    await expect(page.getByText('default', { exact: true })).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.getByText('default', { exact: true })).toBeHidden()
  })

  test('no screen of it has a serious accessibility problem', async ({ page }) => {
    const slug = await add('Looked at')
    for (const path of [
      '',
      '?show=archived',
      '?create=1',
      `/${slug}`,
      `/${slug}?pane=versions`,
      `/${slug}?pane=api`,
    ]) {
      await page.goto(`${world.url}/configs${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await accessible(page, path)
    }
  })
})

async function accessible(page: Page, path: string): Promise<void> {
  await page.waitForTimeout(700)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
}
