import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { browserErrors, heading, signIn } from './pages.ts'
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
