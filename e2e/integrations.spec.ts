import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import { browserErrors, chat, dialog, goTo, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

let world: World
let session: Cookie[]

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  world = await startWorld()
  await world.admin('POST', '/admin/workspaces', { name: 'Shop' })
  const context = await browser.newContext()
  await signIn(await context.newPage(), world)
  session = await context.cookies()
  await context.close()
})
test.afterAll(() => world?.close())

interface Place {
  id: string
  workspace_id: string
  name: string
}

test.describe('Integrations', () => {
  let errors: string[]
  test.beforeEach(async ({ page, context }) => {
    await context.addCookies(session)
    // A config that hinders a deletion is a refusal, and browsers print those.
    errors = browserErrors(page, [/status of 409/])
  })
  test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

  test('a service is connected once, for workspaces that are chosen and models that are tested', async ({
    page,
  }) => {
    await page.goto(world.url)
    await goTo(page, 'Integrations')
    await page.getByRole('button', { name: 'Connect' }).click()
    const wizard = dialog(page, 'Connect a service')
    await wizard.getByRole('searchbox', { name: 'Search services' }).fill('openai')
    await wizard
      .getByRole('button', { name: /^OpenAI/ })
      .first()
      .click()
    await wizard.getByRole('textbox', { name: 'Name' }).fill('OpenAI main')
    await expect(wizard.getByRole('textbox', { name: 'Slug' })).toHaveValue('openai-main')
    await wizard.getByLabel('API key').fill(world.credentials.openai)
    await wizard.getByRole('button', { name: /base URL/ }).click()
    await wizard.getByRole('textbox', { name: 'Base URL' }).fill(`${world.openai.url}/v1`)
    await wizard.getByRole('button', { name: 'Test connection' }).click()
    await expect(wizard.getByText(/OpenAI answered in/)).toBeVisible()
    await wizard.getByRole('button', { name: 'Store and continue' }).click()

    await expect(wizard.getByText('no workspace has it yet')).toBeVisible()
    await expect(wizard.getByText('2 of 2 have it')).toBeVisible()
    await wizard.getByRole('button', { name: /^Save \d changes/ }).click()
    await expect(wizard.getByText('Switches take effect at once')).toBeVisible()
    await wizard.getByRole('switch', { name: 'gpt-4 is on', exact: true }).press('Space')
    await expect(page.getByText('gpt-4 is off')).toBeVisible()
    await wizard.getByRole('button', { name: 'Finish' }).click()
    await expect(dialog(page, 'OpenAI main').getByText('2 of 2')).toBeVisible()
    expect(await modelsOf('Shop')).not.toContain('gpt-4')
  })

  test('a workspace is kept to two models through its column, and sees and calls no other', async ({
    page,
  }) => {
    expect((await modelsOf('Shop')).length).toBeGreaterThan(10)
    await page.goto(`${world.url}/integrations/openai-main`)
    await expect(heading(page, 'Access to OpenAI main')).toBeVisible()
    await page.getByRole('button', { name: /^Models of Shop: All/ }).click()
    await page.getByRole('menuitem', { name: 'Choose models…' }).click()
    const chooser = dialog(page, 'Models of Shop')
    const search = chooser.getByRole('searchbox', { name: 'Search models to choose' })
    for (const model of ['gpt-4o', 'gpt-4o-mini']) {
      await search.fill(model)
      await chooser.getByRole('checkbox', { name: model, exact: true }).click()
    }
    await chooser.getByRole('button', { name: 'Keep to 2 models' }).click()
    await expect(page.getByText('Shop is kept to 2 models')).toBeVisible()
    // Nothing is true before it is saved.
    expect((await modelsOf('Shop')).length).toBeGreaterThan(10)
    await page.getByRole('button', { name: 'Save 1 change' }).click()
    await expect(page.getByText('Saved: Shop is kept to 2 models')).toBeVisible()
    await expect.poll(() => modelsOf('Shop')).toEqual(['gpt-4o', 'gpt-4o-mini'])
    expect((await modelsOf('Shared Team Workspace')).length).toBeGreaterThan(10)

    const { key } = await keyOf('Shop')
    await expect.poll(async () => (await chat(world, key, { model: '@openai-main/gpt-4o' })).status).toBe(200)
    const refused = await chat(world, key, { model: '@openai-main/gpt-4-turbo' })
    expect(refused.status).toBeGreaterThanOrEqual(403)
    expect(refused.text).toContain('An admin can add it to the list')
  })

  test('the keyboard moves in the grid, turns cells, and takes changes back', async ({ page }) => {
    await page.goto(`${world.url}/integrations/openai-main?q=gpt-4o-mini`)
    const grid = page.getByRole('grid')
    const cell = (words: string) => page.getByRole('gridcell', { name: words, exact: true })
    await expect(cell('gpt-4o-mini, Shop: may call')).toBeVisible()
    await grid.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Space')
    await expect(cell('gpt-4o-mini, Shop: may not call')).toBeVisible()
    await expect(page.getByText('1 model taken from Shop')).toBeVisible()
    await page.keyboard.press('ControlOrMeta+z')
    await expect(page.getByText('1 model taken from Shop')).toBeHidden()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Space')
    await expect(page.getByText('Shop loses the integration: its calls are refused')).toBeVisible()
    await page.reload()
    await expect(page.getByText('Unsaved work from before was put back.')).toBeVisible()
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect(page.getByRole('button', { name: /^Save/ })).toBeHidden()
  })

  test('what was saved can be undone', async ({ page }) => {
    await page.goto(`${world.url}/integrations/openai-main?q=gpt-4o-mini`)
    await page.getByRole('gridcell', { name: 'gpt-4o-mini, Shop: may call', exact: true }).click()
    await page.getByRole('button', { name: 'Save 1 change' }).click()
    await expect.poll(() => modelsOf('Shop')).toEqual(['gpt-4o'])
    await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => modelsOf('Shop')).toEqual(['gpt-4o', 'gpt-4o-mini'])
  })

  test('on a phone one workspace at a time is a list', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${world.url}/integrations/openai-main`)
    await page.getByRole('combobox', { name: 'Workspace' }).click()
    await page.getByRole('option', { name: 'Shop' }).click()
    await expect(page.getByText(/^2 of \d+$/)).toBeVisible()
    await page.getByRole('checkbox', { name: 'chatgpt-4o-latest' }).click()
    await expect(page.getByText('1 model given to Shop')).toBeVisible()
    expect(await sideways(page)).toBe(0)
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  test('no screen of it has a serious accessibility problem', async ({ page }) => {
    for (const path of [
      '',
      '?tab=all',
      '?open=openai-main',
      '?open=openai-main&pane=models',
      '?open=openai-main&pane=workspaces',
      '?open=openai-main&pane=edit',
      '?connect=openai',
      '/openai-main',
    ]) {
      await page.goto(`${world.url}/integrations${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForTimeout(900)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
    }
  })

  test('deleting asks for the name, and says which configs would break before it does', async ({ page }) => {
    await world.admin('POST', '/configs', {
      name: 'Uses it',
      workspace_id: world.workspaceId,
      config: { provider: '@openai-main' },
    })
    await page.goto(`${world.url}/integrations?open=openai-main`)
    await dialog(page, 'OpenAI main').getByRole('button', { name: 'Delete' }).click()
    const asked = dialog(page, 'Delete integration')
    await expect(asked.getByText('2 workspaces lose it')).toBeVisible()
    await expect(asked.getByText('@openai-main')).toHaveCount(2)
    const verb = asked.getByRole('button', { name: 'Delete integration' })
    await expect(verb).toBeDisabled()
    await asked.getByRole('textbox').fill('OpenAI main')
    await verb.click()
    await expect(asked.getByText('1 config still names its providers')).toBeVisible()
    await asked.getByRole('checkbox', { name: 'Delete it all the same' }).click()
    await verb.click()
    await expect(page.getByText('OpenAI main is deleted')).toBeVisible()
    await expect(page.getByText('openai-main', { exact: true })).toBeHidden()
  })
})

async function place(name: string): Promise<Place> {
  const { workspaces } = await world.admin<{ workspaces: Place[] }>(
    'GET',
    '/integrations/openai-main/workspaces',
  )
  const found = workspaces.find((one) => one.name === name)
  if (!found) throw new Error(`no workspace ${name}`)
  return found
}

const keys = new Map<string, { key: string }>()

async function keyOf(name: string): Promise<{ key: string }> {
  const known = keys.get(name)
  if (known) return known
  const { workspace_id } = await place(name)
  const made = await world.createKey({ workspace_id })
  keys.set(name, made)
  return made
}

/** What `GET /models` shows a key of the workspace of this integration. */
async function modelsOf(name: string): Promise<string[]> {
  const { key } = await keyOf(name)
  const response = await fetch(`${world.api}/models`, { headers: { authorization: `Bearer ${key}` } })
  const { data } = (await response.json()) as { data: { id: string }[] }
  return data
    .map(({ id }) => id)
    .filter((id) => id.startsWith('@openai-main/'))
    .map((id) => id.slice('@openai-main/'.length))
    .sort()
}

/** Pixels the page is wider than the window. */
const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
