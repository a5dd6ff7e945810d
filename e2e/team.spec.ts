import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { browserErrors, copied, dialog, goTo, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

const PASSWORD = 'a password of her own'

let world: World

test.describe.configure({ mode: 'serial' })
test.beforeAll(async () => {
  world = await startWorld()
  await world.admin('POST', '/admin/workspaces', { name: 'Shop', icon: '🛒' })
})
test.afterAll(() => world?.close())

async function invite(email: string, more: object = {}): Promise<{ id: string; invite_link: string }> {
  return world.admin('POST', '/admin/users/invites', { email, role: 'member', ...more })
}
async function workspace(name: string): Promise<string> {
  const { data } = await world.admin<{ data: { id: string; name: string }[] }>('GET', '/admin/workspaces')
  return data.find((one) => one.name === name)?.id as string
}
/** Somebody at another desk, who has no cookie of ours. */
async function stranger(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage()
}
async function join(page: Page, first: string, password = PASSWORD): Promise<void> {
  await page.getByRole('textbox', { name: 'First name' }).fill(first)
  await page.getByRole('textbox', { name: /^Last name/ }).fill('New')
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Join' }).click()
}
async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes[0]?.html}`)).toEqual([])
}

test.describe('An invitation', () => {
  test('shows what it opens, takes a password, and leads straight into the console', async ({ browser }) => {
    const page = await stranger(browser)
    const errors = browserErrors(page, [/status of 400/])
    const { invite_link } = await invite('nia@example.test', {
      workspaces: [{ id: await workspace('Shop'), role: 'manager' }],
    })
    await page.goto(invite_link)
    await expect(heading(page, 'Join Default organisation')).toBeVisible()
    await expect(page.getByText('An administrator invites you as a member.')).toBeVisible()
    await expect(page.getByRole('listitem').filter({ hasText: 'Shop' })).toContainText('manager')
    await expect(page.getByRole('textbox', { name: 'E-mail' })).toHaveValue('nia@example.test')
    await isAccessible(page)
    await join(page, 'Nia', 'short')
    await expect(page.getByText('password must have at least 8 characters')).toBeVisible()
    await expect(page.getByRole('textbox', { name: 'Password' })).toBeFocused()
    await expect(page.getByRole('textbox', { name: 'First name' })).toHaveValue('Nia')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await expect(heading(page, 'Overview')).toBeVisible()
    await expect(page.getByRole('button', { name: /^Workspace/ })).toContainText('Shop')
    expect(errors).toEqual([])

    await page.goto(invite_link)
    await expect(heading(page, 'Accepted already')).toBeVisible()
    await expect(page.getByText('You are signed in as nia@example.test.')).toBeVisible()
    await page.getByRole('link', { name: 'Open the console' }).click()
    await expect(heading(page, 'Overview')).toBeVisible()
    await page.context().close()
  })

  test('that opens nothing says why, and what to do next', async ({ browser }) => {
    const page = await stranger(browser)
    const used = await invite('used@example.test')
    const cancelled = await invite('cancelled@example.test')
    const replaced = await invite('replaced@example.test')
    await world.admin('POST', '/admin/users/invites/accept', {
      token: used.invite_link.split('#')[1],
      first_name: 'Una',
      password: PASSWORD,
    })
    await world.admin('DELETE', `/admin/users/invites/${cancelled.id}`)
    await world.admin('POST', `/admin/users/invites/${replaced.id}/resend`)
    for (const [link, title, words] of [
      [used.invite_link, 'Accepted already', 'Sign in with the password you chose.'],
      [cancelled.invite_link, 'This invitation was withdrawn', 'Ask whoever invited you'],
      [replaced.invite_link, 'This link opens nothing', 'use the link of the latest mail'],
      [`${world.url}/invite`, 'This address is not whole', 'Open the link as it was sent'],
    ] as const) {
      await page.goto('about:blank')
      await page.goto(link)
      await expect(heading(page, title)).toBeVisible()
      await expect(page.getByRole('alert').filter({ hasText: words })).toBeVisible()
      await isAccessible(page)
    }
    await page.getByRole('link', { name: 'Sign in' }).click()
    await expect(heading(page, 'Sign in')).toBeVisible()
    await page.context().close()
  })

  test('opened by somebody who is signed in as another says so, and changes who is signed in', async ({
    browser,
  }) => {
    const page = await stranger(browser)
    await signIn(page, world)
    const { invite_link } = await invite('other@example.test')
    await page.goto(invite_link)
    await expect(page.getByText(`You are signed in as ${world.owner.email}`)).toBeVisible()
    await join(page, 'Otto')
    await expect(page.getByRole('button', { name: /^Account/ })).toBeVisible()
    await page.getByRole('button', { name: /^Account/ }).click()
    await expect(page.getByText('other@example.test')).toBeVisible()
    await page.context().close()
  })
})

test.describe('Team', () => {
  let owner: Page
  let other: Page
  let errors: string[]
  test.beforeAll(async ({ browser }) => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    owner = await context.newPage()
    // The last owner stays one; a key that was taken away is refused.
    errors = browserErrors(owner, [/status of 409/])
    await signIn(owner, world)
    other = await stranger(browser)
  })
  test.afterAll(async () => {
    expect(errors, 'what the browser reported').toEqual([])
    await owner.context().close()
    await other.context().close()
  })
  const row = (name: string) => owner.getByRole('row').filter({ hasText: name })

  test('somebody is invited with a place and a key, and the link is shown once', async () => {
    await goTo(owner, 'Team')
    await owner.getByRole('button', { name: 'Invite', exact: true }).first().click()
    const form = dialog(owner, 'Invite to the organisation')
    await expect(form.getByText('No mail is sent here: you get a link to hand over.')).toBeVisible()
    await form.getByRole('textbox', { name: 'E-mail' }).fill('mia')
    await form.getByRole('button', { name: 'Make link' }).click()
    await expect(form.getByText('Must be an e-mail address')).toBeVisible()
    await form.getByRole('textbox', { name: 'E-mail' }).fill('Mia@Example.Test')
    await form.getByRole('button', { name: /^Leave out/ }).click()
    await form.getByRole('combobox', { name: 'Add workspace' }).click()
    await owner.getByRole('option', { name: 'Shop' }).click()
    await form.getByRole('combobox', { name: 'Role in Shop' }).click()
    await owner.getByRole('option', { name: 'Manager' }).click()
    await form.getByRole('switch', { name: /^Make them a key/ }).click({ force: true })
    await expect(form.getByRole('searchbox', { name: 'Search permissions' })).toBeVisible()
    await form.getByText('API', { exact: true }).click()
    await expect(form.getByText('admin/users/invites', { exact: false }).first()).toBeVisible()
    await form.getByText('Form', { exact: true }).click()
    await form.getByRole('button', { name: 'Make link' }).click()

    const shown = dialog(owner, 'Hand this link over')
    await shown.getByRole('button', { name: 'Copy link' }).click()
    const link = await copied(owner)
    expect(link).toMatch(/\/invite#[\w-]{43}$/)
    await shown.getByRole('button', { name: 'I have it' }).click()
    await expect(row('mia@example.test')).toContainText('Shop (manager)')
    await expect(row('mia@example.test')).toContainText('Open')

    await other.goto(link)
    await expect(other.getByText('Default organisation').first()).toBeVisible()
    await join(other, 'Mia')
    await expect(heading(other, 'Overview')).toBeVisible()
    await expect(other.getByRole('button', { name: /^Workspace/ })).toContainText('Shop')
    await other.goto(`${world.url}/api-keys`)
    await expect(other.getByTitle('Personal key')).toBeVisible()
  })

  test('a second invite of one address is refused at its field', async () => {
    await invite('twice@example.test')
    await owner.goto(`${world.url}/team?invite=twice%40example.test`)
    const form = dialog(owner, 'Invite to the organisation')
    await expect(form.getByRole('textbox', { name: 'E-mail' })).toHaveValue('twice@example.test')
    await form.getByRole('button', { name: 'Make link' }).click()
    await expect(form.getByText(/is invited already/i).first()).toBeVisible()
    await owner.goto('about:blank')
  })

  test('sent again, the link before opens nothing; cancelled, none does', async ({ browser }) => {
    const first = await invite('again@example.test')
    await owner.goto(`${world.url}/team?tab=invites&invites.open=${first.id}`)
    const drawer = dialog(owner, 'again@example.test')
    await expect(drawer.getByText('no mail server is set up')).toBeVisible()
    await drawer.getByRole('button', { name: 'New link' }).click()
    const shown = dialog(owner, 'Hand this link over')
    const second = (await shown.getByTestId('secret').textContent()) ?? ''
    await shown.getByRole('button', { name: 'I have it' }).click()
    const page = await stranger(browser)
    await page.goto(first.invite_link)
    await expect(heading(page, 'This link opens nothing')).toBeVisible()
    await drawer.getByRole('button', { name: 'Cancel invite' }).click()
    const asked = dialog(owner, 'Cancel invite')
    await asked.getByRole('textbox').fill('again@example.test')
    await asked.getByRole('button', { name: 'Cancel invite' }).click()
    await expect(owner.getByText('The invite to again@example.test is cancelled')).toBeVisible()
    await page.goto('about:blank')
    await page.goto(second)
    await expect(heading(page, 'This invitation was withdrawn')).toBeVisible()
    await page.context().close()
  })

  test('a role changes at once for whoever has it, and is taken back by Undo', async () => {
    await other.goto(`${world.url}/team`)
    await expect(other.getByText(/organisation_users\.list|permission/).first()).toBeVisible()
    await owner.goto(`${world.url}/team?q=mia`)
    await row('Mia New').click()
    const drawer = dialog(owner)
    await expect(drawer.getByText('1 session, 1 user key')).toBeVisible()
    await expect(drawer.getByRole('listitem').filter({ hasText: 'Shop' })).toContainText('manager')
    await drawer.getByText('Admin', { exact: true }).click()
    await expect(owner.getByText('Mia New is an admin now')).toBeVisible()
    await other.reload()
    await expect(other.getByRole('row').filter({ hasText: 'Mia New' })).toBeVisible()
    await owner.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
    await expect(drawer.getByRole('radio', { name: 'Member' })).toBeChecked()
    await other.reload()
    await expect(other.getByRole('row').filter({ hasText: 'Mia New' })).toBeHidden()
  })

  test('the last owner keeps the role, and the page says why', async () => {
    await owner.goto(`${world.url}/team`)
    await row('you').click()
    const drawer = dialog(owner)
    await drawer.getByText('Member', { exact: true }).click()
    const asked = dialog(owner, 'Change role')
    await asked.getByRole('textbox').fill(world.owner.email)
    await asked.getByRole('button', { name: 'Make yourself a member' }).click()
    await expect(asked.getByText(/^This is the last owner/)).toBeVisible()
    await asked.getByRole('button', { name: 'Cancel' }).click()
  })

  test('no screen of it has a serious accessibility problem', async () => {
    const { data } = await world.admin<{ data: { id: string }[] }>('GET', '/admin/users')
    for (const path of [
      '',
      `?open=${data[0]?.id}`,
      `?open=${data[0]?.id}&pane=api`,
      '?tab=invites',
      '?invite=1',
    ]) {
      await owner.goto(`${world.url}/team${path}`)
      await owner.getByRole('heading', { level: 1 }).waitFor()
      await owner.waitForTimeout(400)
      await isAccessible(owner)
    }
  })

  test('on a phone every screen of it fits', async () => {
    await owner.setViewportSize({ width: 390, height: 844 })
    for (const path of ['', '?tab=invites', '?invite=1']) {
      await owner.goto(`${world.url}/team${path}`)
      await owner.getByRole('heading', { level: 1 }).waitFor()
      await owner.waitForTimeout(300)
      expect(await sideways(owner), path).toBe(0)
    }
    await owner.setViewportSize({ width: 1280, height: 720 })
  })

  test('removing says what ends, and takes it at once', async () => {
    await other.goto(world.url)
    await expect(heading(other, 'Overview')).toBeVisible()
    await owner.goto(`${world.url}/team?q=mia`)
    await owner.getByRole('button', { name: 'Mia New: actions' }).click()
    await owner.getByRole('menuitem', { name: 'Remove' }).click()
    const asked = dialog(owner, 'Remove from the organisation')
    await expect(asked.getByText('1 session ended')).toBeVisible()
    await expect(asked.getByText('1 user key refused within 2 seconds, for good')).toBeVisible()
    await expect(asked.getByText('1 place in workspaces given up')).toBeVisible()
    const verb = asked.getByRole('button', { name: 'Remove' })
    await expect(verb).toBeDisabled()
    await asked.getByRole('textbox').fill('Mia New')
    await verb.click()
    await expect(owner.getByText('Mia New is removed')).toBeVisible()
    await expect(row('Mia New')).toBeHidden()
    await other.reload()
    await expect(heading(other, 'Sign in')).toBeVisible()

    await owner.goto(`${world.url}/team?status=archived`)
    await expect(row('Mia New')).toContainText('Removed')
    await owner.getByRole('button', { name: 'Mia New: actions' }).click()
    await owner.getByRole('menuitem', { name: 'Invite again' }).click()
    await expect(
      dialog(owner, 'Invite to the organisation').getByRole('textbox', { name: 'E-mail' }),
    ).toHaveValue('mia@example.test')
  })
})

/** Pixels the page is wider than the window. */
const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
