import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import { browserErrors, dialog, goTo, heading, type Login, signIn } from './pages.ts'
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

test.describe('Members', () => {
  const ann = { email: 'ann@example.test', password: 'a password of her own' }
  const max = { email: 'max@example.test', password: 'a password of his own' }
  let errors: string[]

  test.beforeAll(async () => {
    await join(ann, 'Ann', [])
    await join(max, 'Max', [{ id: world.workspaceId, role: 'manager' }])
    await join({ email: 'ada@example.test', password: 'some password' }, 'Ada', [], 'admin')
  })
  test.beforeEach(async ({ page, context }) => {
    await context.addCookies(session)
    errors = browserErrors(page)
  })
  test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

  test('somebody of the organisation is added, somebody from outside is said to be one', async ({ page }) => {
    await page.goto(world.url)
    await goTo(page, 'Members')
    await expect(
      page
        .getByRole('region', { name: 'By their role in the organisation' })
        .getByText('Ada', { exact: true }),
    ).toBeVisible()
    await page.getByRole('button', { name: 'Add people' }).click()
    const drawer = dialog(page, 'Add people')
    const people = drawer.getByRole('combobox', { name: 'People' })
    await people.fill('Ann')
    await page.getByRole('option', { name: /Ann/ }).click()
    await people.fill('zoe@elsewhere.test')
    await people.press('Enter')
    await expect(drawer.getByText('is not in the organisation yet.')).toBeVisible()
    await drawer.getByRole('button', { name: 'Leave out' }).click()
    await expect(drawer.getByText('is not in the organisation yet.')).toBeHidden()
    await drawer.getByRole('radio', { name: 'Member' }).click()
    await drawer.getByRole('button', { name: 'Add person' }).click()
    await expect(page.getByText('ann@example.test is in Shared Team Workspace')).toBeVisible()
    await expect(page.getByRole('row', { name: /ann@example.test/ })).toBeVisible()
  })

  test('a role is changed in its row, and taken back', async ({ page }) => {
    await page.goto(`${world.url}/members`)
    await page.getByRole('button', { name: 'Role of Ann: Member' }).click()
    await page.getByRole('menuitem', { name: /^Manager/ }).click()
    await expect(page.getByText('Ann is manager now')).toBeVisible()
    await expect.poll(() => roleOf(ann.email)).toBe('manager')
    await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => roleOf(ann.email)).toBe('member')
    await expect(page.getByRole('button', { name: 'Role of Ann: Member' })).toBeVisible()
  })

  test('a manager may not give or touch what is above them, and is told why', async ({ browser }) => {
    await world.admin('POST', `/admin/workspaces/${world.workspaceId}/users`, {
      users: [{ id: 'ada@example.test', role: 'member' }],
    })
    const context = await browser.newContext()
    const page = await context.newPage()
    await signIn(page, world, '/members', max)
    await page.getByRole('button', { name: 'Role of Ann: Member' }).click()
    const admin = page.getByRole('menuitem', { name: /^Admin/ })
    await expect(admin).toBeDisabled()
    await expect(admin).toContainText('Above your own role, manager')
    await page.keyboard.press('Escape')
    const ada = page.getByRole('row', { name: /ada@example.test/ })
    await expect(ada.getByText('as organisation admin')).toBeVisible()
    await ada.press('Enter')
    const drawer = dialog(page, /Ada/)
    await expect(drawer.getByRole('button', { name: 'Remove member' })).toBeDisabled()
    await expect(drawer.getByText('They are admin, which is above your own role')).toBeVisible()
    await page.goto(`${world.url}/members?add=1`)
    await expect(dialog(page, 'Add people').getByRole('radio', { name: 'Admin' })).toBeDisabled()
    await context.close()
  })

  test('removing says which keys end, and ends them', async ({ page }) => {
    const { id: annId } = await person(ann.email)
    const { key } = await world.admin<{ key: string }>('POST', '/api-keys/workspace/user', {
      name: 'laptop of ann',
      workspace_id: world.workspaceId,
      user_id: annId,
      scopes: ['completions.write'],
    })
    await page.goto(`${world.url}/members`)
    await page.getByRole('button', { name: 'Ann: actions' }).click()
    await page.getByRole('menuitem', { name: 'Remove member' }).click()
    const asked = dialog(page, 'Remove member')
    await expect(asked.getByText('1 key of theirs ends within 2 seconds')).toBeVisible()
    await expect(asked.getByText(/laptop of ann/)).toBeVisible()
    await asked.getByRole('textbox').fill(ann.email)
    await asked.getByRole('button', { name: 'Remove member' }).click()
    await expect(page.getByText('Ann is removed')).toBeVisible()
    await expect(page.getByRole('row', { name: /ann@example.test/ })).toBeHidden()
    await expect
      .poll(async () => {
        const answer = await fetch(`${world.api}/models`, { headers: { authorization: `Bearer ${key}` } })
        return answer.status
      })
      .toBe(401)
  })

  test('no screen of it has a serious accessibility problem', async ({ page }) => {
    const { id } = await person(max.email)
    for (const path of ['', '?add=1', `?open=${id}`]) {
      await page.goto(`${world.url}/members${path}`)
      await heading(page, 'Members').waitFor()
      await accessible(page, path)
    }
  })
})

async function join(
  { email, password }: Login,
  first_name: string,
  workspaces: { id: string; role: string }[],
  role = 'member',
): Promise<void> {
  const { invite_link } = await world.admin<{ invite_link: string }>('POST', '/admin/users/invites', {
    email,
    role,
    workspaces,
  })
  const token = invite_link.split('#')[1]
  await world.admin('POST', '/admin/users/invites/accept', { token, first_name, password })
}

async function person(email: string): Promise<{ id: string }> {
  const { data } = await world.admin<{ data: { id: string }[] }>('GET', `/admin/users?email=${email}`)
  if (!data[0]) throw new Error(`nobody is ${email}`)
  return data[0]
}

async function roleOf(email: string): Promise<string | undefined> {
  const path = `/admin/workspaces/${world.workspaceId}/users?email=${email}`
  return (await world.admin<{ data: { role: string }[] }>('GET', path)).data[0]?.role
}

async function accessible(page: Page, path: string): Promise<void> {
  await page.waitForTimeout(900)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
}
