import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import { browserErrors, dialog, goTo, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

let world: World
let session: Cookie[]

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  world = await startWorld()
  const context = await browser.newContext()
  await signIn(await context.newPage(), world)
  session = await context.cookies()
  await context.close()
})
test.afterAll(() => world?.close())

const switcher = (page: Page) => page.getByRole('banner').getByRole('button', { name: /^Workspace: / })

test.describe('Workspaces', () => {
  let errors: string[]
  test.beforeEach(async ({ page, context }) => {
    await context.addCookies(session)
    errors = browserErrors(page)
  })
  test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

  test('one is added, stands in the switcher at once, and says what comes next', async ({ page }) => {
    await page.goto(world.url)
    await goTo(page, 'Workspaces')
    await page.getByRole('button', { name: 'Add workspace' }).click()
    const drawer = dialog(page, 'Add workspace')
    await drawer.getByRole('button', { name: 'Add workspace' }).click()
    await expect(drawer.getByText('Must have 1-255 characters')).toBeVisible()
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('Search & Rank')
    await expect(drawer.getByText('ws-search-rank-…')).toBeVisible()
    await drawer.getByRole('button', { name: 'Icon: none' }).click()
    await page.getByRole('button', { name: '🔍', exact: true }).click()
    await expect(drawer.getByRole('button', { name: 'Icon: 🔍' })).toBeFocused()
    await drawer.getByRole('textbox', { name: 'Description' }).fill('Ranking and recall')
    await drawer.getByRole('button', { name: 'Add metadata' }).click()
    await drawer.getByRole('textbox', { name: 'Metadata 1: name' }).fill('team')
    await drawer.getByRole('textbox', { name: 'Metadata 1: value' }).fill('search')
    await page.keyboard.press('ControlOrMeta+Enter')

    const made = dialog(page, 'Workspace added')
    await expect(made.getByText('Give it models')).toBeVisible()
    await expect(switcher(page)).toContainText('Shared Team Workspace')
    await made.getByRole('button', { name: 'Create key' }).click()
    await expect(dialog(page, 'Create key')).toBeVisible()
    await expect(switcher(page)).toContainText('Search & Rank')

    const { data } = await world.admin<{ data: Record<string, unknown>[] }>(
      'GET',
      '/admin/workspaces?exact_name=Search %26 Rank',
    )
    expect(data).toMatchObject([
      { icon: '🔍', description: 'Ranking and recall', defaults: { metadata: { team: 'search' } } },
    ])
  })

  test('a name that is taken is refused at its field', async ({ page }) => {
    errors = browserErrors(page, [/status of 409/])
    await page.goto(`${world.url}/workspaces?create=1`)
    const drawer = dialog(page, 'Add workspace')
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('Search & Rank')
    await drawer.getByRole('button', { name: 'Add workspace' }).click()
    await expect(drawer.getByText(/There is a workspace named Search & Rank already|Is taken/)).toBeVisible()
  })

  test('the switcher and a row change what is on screen', async ({ page }) => {
    await page.goto(`${world.url}/workspaces`)
    await switcher(page).click()
    await page.getByRole('menuitem', { name: /^Search & Rank/ }).click()
    await expect(switcher(page)).toContainText('Search & Rank')
    const row = page.getByRole('row', { name: /Search & Rank/ })
    await expect(row.getByText('shown now')).toBeVisible()
    await page.getByRole('button', { name: 'Shared Team Workspace: actions' }).click()
    await page.getByRole('menuitem', { name: 'Switch to it' }).click()
    await expect(switcher(page)).toContainText('Shared Team Workspace')
  })

  test('deleting says what is in the way, asks for the name, and ends it all when told to', async ({
    page,
  }) => {
    const { id } = await world.admin<{ id: string }>('POST', '/admin/workspaces', { name: 'Short-lived' })
    const { key } = await world.createKey({ workspace_id: id, name: 'left-behind' })
    await page.goto(`${world.url}/workspaces`)
    await page.getByRole('row', { name: /Short-lived/ }).press('Enter')
    await dialog(page, /Short-lived/)
      .getByRole('button', { name: 'Delete' })
      .click()
    const asked = dialog(page, 'Delete workspace')
    await expect(asked.getByText('1 API key')).toBeVisible()
    await expect(asked.getByText('left-behind')).toBeVisible()
    const verb = asked.getByRole('button', { name: 'Delete workspace' })
    await asked.getByRole('textbox').fill('Short-lived')
    await expect(verb).toBeDisabled()
    await asked.getByRole('checkbox', { name: 'End all of it with the workspace' }).click()
    await verb.click()
    await expect(page.getByText('Short-lived is deleted')).toBeVisible()
    await expect(page.getByRole('row', { name: /Short-lived/ })).toBeHidden()
    await expect
      .poll(async () => {
        const answer = await fetch(`${world.api}/models`, { headers: { authorization: `Bearer ${key}` } })
        return answer.status
      })
      .toBe(401)
    await page.getByRole('radiogroup', { name: 'Which workspaces' }).getByText('Deleted').click()
    await expect(page.getByRole('row', { name: /Short-lived/ })).toBeVisible()
  })

  test('the default workspace stays, and says why', async ({ page }) => {
    await page.goto(`${world.url}/workspaces`)
    await page.getByRole('row', { name: /Shared Team Workspace/ }).click()
    const drawer = dialog(page, /Shared Team Workspace/)
    await expect(drawer.getByRole('button', { name: 'Delete' })).toBeDisabled()
    await expect(drawer.getByText('The default workspace stays')).toBeVisible()
  })

  test('no screen of it has a serious accessibility problem', async ({ page }) => {
    const { data } = await world.admin<{ data: { id: string }[] }>('GET', '/admin/workspaces')
    for (const path of ['', '?show=deleted', '?create=1', `?open=${data[1]?.id}`]) {
      await page.goto(`${world.url}/workspaces${path}`)
      await heading(page, 'Workspaces').waitFor()
      await accessible(page, path)
    }
  })
})

async function accessible(page: Page, path: string): Promise<void> {
  await page.waitForTimeout(900)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
}
