import { expect, type Page, test } from '@playwright/test'
import { startSmtp, type TestSmtp } from '../lib/testing/smtp.ts'
import { dialog, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

let world: World
let smtp: TestSmtp

test.beforeAll(async () => {
  smtp = await startSmtp()
  world = await startWorld({ SMTP_URL: smtp.url, MAIL_FROM: 'Gate <gate@example.test>' })
})
test.afterAll(async () => {
  await world?.close()
  await smtp?.close()
})

/** Invites somebody through the form, and opens the invite. */
async function invite(page: Page, email: string): Promise<void> {
  await page.goto(`${world.url}/team?invite=1`)
  const form = dialog(page, 'Invite to the organisation')
  await expect(form.getByText('They get a link by mail.')).toBeVisible()
  await form.getByRole('textbox', { name: 'E-mail' }).fill(email)
  await form.getByRole('button', { name: 'Send invite' }).click()
  const shown = dialog(page, 'Invite sent')
  await expect(shown.getByText(`A mail with this link goes to ${email}`)).toBeVisible()
  await shown.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('row').filter({ hasText: email }).click()
}

test('where mail is sent, the letter arrives, says who invites, and leads to the offer', async ({
  page,
  browser,
}) => {
  await signIn(page, world)
  await invite(page, 'nia@example.test')
  await expect(dialog(page, 'nia@example.test').getByText(/^Sent/)).toBeVisible()
  const { text } = smtp.newestTo('nia@example.test')
  const link = /^http\S+#\S+$/m.exec(text)?.[0] as string
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(link)
  await expect(heading(stranger, 'Join Default organisation')).toBeVisible()
  await expect(stranger.getByText('Owner invites you as a member.')).toBeVisible()
  await stranger.context().close()
})

test('a letter that a mail server does not take yet says why, and leaves once it does', async ({ page }) => {
  smtp.behave({ recipientCode: 450 })
  await signIn(page, world)
  await invite(page, 'busy@example.test')
  const drawer = dialog(page, 'busy@example.test')
  await expect(drawer.getByText(/refused: 450 No mailbox busy@example\.test/)).toBeVisible()
  smtp.behave({})
  await expect(drawer.getByText(/^Sent/)).toBeVisible({ timeout: 30_000 })
  expect(smtp.messages().filter(({ to }) => to.includes('busy@example.test'))).toHaveLength(1)
})
