import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import { startSmtp, type TestSmtp } from '../lib/testing/smtp.ts'
import { browserErrors, copied, dialog, goTo, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

const NEWCOMER = { email: 'nell@example.test', password: 'correct horse battery staple' }

let world: World
let session: Cookie[]
let port: number
let receiver: Receiver

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  port = await freePort()
  receiver = await receiverAt(port)
  world = await startWorld({ ALLOW_PRIVATE_HOSTS: `127.0.0.1:${port}` })
  const context = await browser.newContext()
  await signIn(await context.newPage(), world)
  session = await context.cookies()
  await context.close()
})
test.afterAll(async () => {
  await world?.close()
  await receiver?.close()
})

const deliveries = (page: Page) =>
  page.getByRole('table', { name: 'Deliveries' }).locator('tbody').getByRole('row')
const bell = (page: Page) => page.getByRole('button', { name: /^Notifications/ })

test.describe('Notifications', () => {
  let errors: string[]
  test.beforeEach(async ({ page, context }) => {
    await context.addCookies(session)
    // A private address is a refusal, and browsers print those.
    errors = browserErrors(page, [/status of 400/])
  })
  test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

  test('without an SMTP server the outbox holds an invitation, and its link lets somebody in', async ({
    page,
    browser,
  }) => {
    await page.goto(world.url)
    await goTo(page, 'Notifications')
    await expect(page.getByText('Not set up')).toBeVisible()
    await expect(page.getByText('SMTP_URL=smtp://', { exact: false })).toBeVisible()
    const row = page.getByRole('row', { name: /key\.rotated/ })
    await expect(row).toContainText('Owners and admins of the organisation')

    const { status } = await asOwner(page, 'admin/users/invites', {
      email: NEWCOMER.email,
      role: 'member',
      workspaces: [{ id: world.workspaceId, role: 'member' }],
    })
    expect(status).toBe(200)
    await page.getByRole('tab', { name: 'Deliveries' }).click()
    const held = deliveries(page).filter({ hasText: NEWCOMER.email })
    await expect(held).toContainText('Held')
    await held.click()
    const drawer = dialog(page, 'Invitation')
    await expect(drawer.getByText('was sent to nobody')).toBeVisible()
    await expect(drawer.getByRole('region', { name: 'letter' })).toContainText('invites nell@example.test')
    await expect(drawer.getByRole('button', { name: 'Send now' })).toBeDisabled()
    await drawer.getByRole('button', { name: 'Copy link' }).click()
    await expect(drawer.getByRole('button', { name: 'Copy link' })).toBeVisible()
    const link = await copied(page)
    expect(link).toContain(`${world.url}/invite#`)

    const theirs = await browser.newContext()
    const guest = await theirs.newPage()
    await guest.goto(link)
    await guest.getByLabel('First name').fill('Nell')
    await guest.getByLabel('Last name').fill('Newcomer')
    await guest.getByLabel('Password', { exact: false }).first().fill(NEWCOMER.password)
    await guest.getByRole('button', { name: /^Join/ }).click()
    await expect(heading(guest, 'Overview')).toBeVisible()
    await theirs.close()
  })

  test('the bell tells who invited that the other person joined, without a reload, and can be read', async ({
    page,
  }) => {
    await page.goto(`${world.url}/roles`)
    await expect(bell(page)).toHaveAccessibleName('Notifications: 1 unread')
    await bell(page).click()
    const panel = dialog(page)
    await expect(panel.getByText(`${NEWCOMER.email} joined`, { exact: false }).first()).toBeVisible()
    const bar = page.getByRole('banner').getByRole('button')
    const places = async () => Promise.all((await bar.all()).map((button) => button.boundingBox()))
    const before = await places()
    await panel.getByRole('button', { name: 'Mark as read', exact: false }).first().click()
    await expect(bell(page)).toHaveAccessibleName('Notifications')
    expect(await places(), 'where the buttons of the bar stand').toEqual(before)
    await page.keyboard.press('Escape')
    await expect(panel).toBeHidden()
    await expect(bell(page)).toBeFocused()
    await page.reload()
    await expect(bell(page)).toHaveAccessibleName('Notifications')

    // What it is about is one step away.
    await bell(page).click()
    await panel.getByRole('link', { name: new RegExp(`^${NEWCOMER.email} joined`) }).click()
    await expect(heading(page, 'Team')).toBeVisible()
    await expect(dialog(page).getByText(NEWCOMER.email).first()).toBeVisible()
  })

  test('a webhook is added, its receiver runs as pasted, and a test says what it answered', async ({
    page,
  }) => {
    await page.goto(`${world.url}/notifications?tab=webhooks`)
    await expect(page.getByText('No webhooks yet')).toBeVisible()
    await page.getByRole('button', { name: 'Add webhook' }).first().click()
    const form = dialog(page, 'Add webhook')
    await form.getByRole('textbox', { name: 'Address' }).fill('http://10.0.0.8/hook')
    await form.getByRole('button', { name: 'Add webhook' }).click()
    await expect(form.getByText('An operator can allow a private one')).toBeVisible()
    await form.getByRole('textbox', { name: 'Address' }).fill(`http://127.0.0.1:${port}/hook`)
    await form.getByRole('textbox', { name: 'Name' }).fill('Ops')
    await form.getByRole('button', { name: 'Add webhook' }).click()

    const secret = await keepSecret(page)
    await dialog(page, 'Store this signing secret now')
      .getByRole('button', { name: 'Stored, verify it' })
      .click()
    const drawer = dialog(page, 'Ops')
    await receiver.run('Node', await code(page, 'Node'), secret)
    await drawer.getByRole('tab', { name: 'Overview' }).click()
    await drawer.getByRole('button', { name: 'Send test' }).click()
    await expect(drawer.getByText(/The receiver took it in \d/)).toBeVisible()
    await expect(drawer.getByRole('status').getByText('HTTP 204')).toBeVisible()
    await expect.poll(receiver.printed).toContain('test')
    await expect(drawer.getByRole('list', { name: 'Last messages' })).toContainText('Test message')
  })

  test('a new secret makes the receiver refuse until it has it, in Python too', async ({ page }) => {
    await page.goto(`${world.url}/notifications?tab=webhooks`)
    await page.getByRole('row', { name: /Ops/ }).click()
    const drawer = dialog(page, 'Ops')
    await drawer.getByRole('button', { name: 'Rotate secret' }).click()
    await dialog(page, 'Rotate signing secret').getByRole('button', { name: 'Rotate secret' }).click()
    const secret = await keepSecret(page)
    await dialog(page, 'Store this signing secret now').getByRole('button', { name: 'I stored it' }).click()
    await drawer.getByRole('button', { name: 'Send test' }).click()
    await expect(
      drawer.getByRole('status').getByText('HTTP 401: The signature does not match.'),
    ).toBeVisible()
    await drawer.getByRole('tab', { name: 'Verify signatures' }).click()
    await receiver.run('Python', await code(page, 'Python'), secret)
    await drawer.getByRole('tab', { name: 'Overview' }).click()
    await drawer.getByRole('button', { name: 'Send test' }).click()
    await expect(drawer.getByText(/The receiver took it in \d/)).toBeVisible()
  })

  test('what a receiver misses while it is down is tried again, and said until it arrives', async ({
    page,
    browser,
  }) => {
    await receiver.stop()
    await page.goto(`${world.url}/notifications?tab=deliveries&channel=webhook&kind=member.changed`)
    await expect(page.getByText('No deliveries match')).toBeVisible()

    // The person it is about hears of it on a page that is open already, and of nothing else.
    const theirs = await browser.newContext()
    const nell = await theirs.newPage()
    await signIn(nell, world, '/', NEWCOMER)
    await expect(bell(nell)).toHaveAccessibleName(/^Notifications/)
    const users = await world.admin<{ data: { id: string; email: string }[] }>('GET', '/admin/users')
    const { id } = users.data.find(({ email }) => email === NEWCOMER.email) ?? { id: '' }
    const path = `admin/workspaces/${world.workspaceId}/users/${id}`
    expect((await asOwner(page, path, { role: 'manager' }, 'PUT')).status).toBe(200)

    const row = deliveries(page).first()
    await expect(row).toContainText('Retrying')
    await expect(row).toContainText('1 of 6')
    await expect(row).toContainText('cannot be reached')
    await row.click()
    const drawer = dialog(page, 'Role changed')
    await expect(drawer.getByText(/Attempt 2 of 6 (follows in|is due)/)).toBeVisible()
    await expect(drawer.getByRole('region', { name: 'Body of the request' })).toContainText(
      '"role_before": "member"',
    )
    await expect(drawer.getByRole('button', { name: 'Send again' })).toBeDisabled()
    await receiver.start()
    // A busy machine may have come to the second before the receiver was back.
    await expect(drawer.getByText(/at the (second|third) attempt, answered HTTP 204/)).toBeVisible({
      timeout: 90_000,
    })

    await drawer.getByRole('button', { name: 'Send again' }).click()
    await expect(drawer.getByText(/at the first attempt, answered HTTP 204/)).toBeVisible()

    await expect(bell(nell)).toHaveAccessibleName(/unread/)
    await bell(nell).click()
    const panel = dialog(nell)
    await expect(panel.getByText(/^Your role in .* is now manager$/)).toBeVisible()
    await expect(panel.getByText(/joined/)).toBeHidden()
    await panel.getByRole('button', { name: 'Mark all as read' }).click()
    await expect(bell(nell)).toHaveAccessibleName('Notifications')

    // Who looks after a workspace keeps its webhooks, and sees nothing of the organisation's.
    await nell.goto(`${world.url}/notifications`)
    await expect(nell.getByText('No webhooks yet')).toBeVisible()
    await expect(nell.getByRole('tab', { name: 'Channels' })).toBeHidden()
    await nell.getByRole('button', { name: 'Add webhook' }).first().click()
    await dialog(nell).getByRole('combobox', { name: 'Belongs to' }).click()
    await expect(nell.getByRole('option')).toHaveText(['Shared Team Workspace'])
    await theirs.close()
  })

  test('a webhook is paused, comes back by Undo, and is deleted by its name', async ({ page }) => {
    await page.goto(`${world.url}/notifications?tab=webhooks`)
    await page.getByRole('button', { name: 'Ops: actions' }).click()
    await page.getByRole('menuitem', { name: 'Pause webhook' }).click()
    const row = page.getByRole('row', { name: /Ops/ })
    await expect(row).toContainText('Paused')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(row).toContainText('Active')
    await row.click()
    await dialog(page, 'Ops').getByRole('button', { name: 'Delete' }).click()
    const asked = dialog(page, 'Delete webhook')
    const verb = asked.getByRole('button', { name: 'Delete webhook' })
    await expect(verb).toBeDisabled()
    await asked.getByRole('textbox').fill('Ops')
    await verb.click()
    await expect(page.getByText('Ops is deleted')).toBeVisible()
    await expect(page.getByText('No webhooks yet')).toBeVisible()
  })

  test('no screen of it has a serious accessibility problem, or is wider than a phone', async ({ page }) => {
    const { data } = await world.admin<{ data: { id: string }[] }>('GET', '/admin/notifications/deliveries')
    const { id: hook } = await world.admin<{ id: string }>('POST', '/admin/notifications/webhooks', {
      name: 'The pager of everybody who is on call at night and at weekends',
      url: `http://127.0.0.1:${port}/a/very/long/address/that/goes/on/and/on/and/on/and/on/and/on`,
      events: ['key.rotated', 'key.expiring'],
    })
    const open: [string, (page: Page) => Promise<unknown>][] = [
      ['', async () => {}],
      ['', () => bell(page).click()],
      ['?tab=webhooks', async () => {}],
      ['?tab=webhooks&create=1', () => page.getByRole('radio', { name: 'Only these' }).click()],
      [`?tab=webhooks&open=${hook}`, async () => {}],
      [`?tab=webhooks&open=${hook}&pane=verify`, async () => {}],
      [`?tab=webhooks&open=${hook}&pane=edit`, async () => {}],
      [`?tab=webhooks&open=${hook}&pane=code`, async () => {}],
      ['?tab=deliveries', async () => {}],
      [`?tab=deliveries&open=${data[0]?.id}`, async () => {}],
    ]
    for (const [path, before] of open) {
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.goto(`${world.url}/notifications${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForTimeout(400)
      await before(page)
      await page.waitForTimeout(300)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
      await page.setViewportSize({ width: 390, height: 844 })
      await page.waitForTimeout(200)
      expect(await sideways(page), `${path} on a phone`).toBe(0)
    }
  })
})

test.describe('With an SMTP server', () => {
  let smtp: TestSmtp
  let mailing: World
  test.beforeAll(async () => {
    smtp = await startSmtp()
    mailing = await startWorld({ SMTP_URL: smtp.url, MAIL_FROM: 'Gate <gate@example.test>' })
  })
  test.afterAll(async () => {
    await mailing?.close()
    await smtp?.close()
  })

  test('a test mail says what the server said, well or ill, and stands among the deliveries', async ({
    page,
  }) => {
    const errors = browserErrors(page)
    await signIn(page, mailing, '/notifications')
    await expect(page.getByText('Gate <gate@example.test>')).toBeVisible()
    await page.getByRole('button', { name: 'Send test' }).click()
    await expect(page.getByText(/The server took it in \d/)).toBeVisible()
    expect(smtp.newestTo(mailing.owner.email).subject).toBe('Test message from Tollgate')
    smtp.behave({ recipientCode: 550 })
    await page.getByRole('textbox', { name: 'Send a test to' }).fill('nobody@example.test')
    await page.getByRole('button', { name: 'Send test' }).click()
    await expect(page.getByText(/^Not accepted/)).toBeVisible()
    await expect(page.getByText(/refused: 550/)).toBeVisible()
    await page.getByRole('button', { name: 'What was sent' }).click()
    const drawer = dialog(page, 'Test message')
    await expect(drawer.getByText(/Failed after 1 attempt, and is not tried again\. .*550/)).toBeVisible()
    smtp.behave({})
    await drawer.getByRole('button', { name: 'Send again' }).click()
    await expect(drawer.getByText(/at the first attempt/)).toBeVisible()
    expect(smtp.newestTo('nobody@example.test').text).toContain('Owner asked for this test')
    expect(errors).toEqual([])
  })
})

/** Takes the secret of the open dialog. */
async function keepSecret(page: Page): Promise<string> {
  const shown = dialog(page, 'Store this signing secret now')
  await shown.getByRole('button', { name: 'Copy signing secret' }).click()
  await expect(shown.getByRole('button', { name: 'Copied' })).toBeVisible()
  const secret = await copied(page)
  expect(secret).toMatch(/^whsec_/)
  return secret
}

/** Copies the receiver the page shows. */
async function code(page: Page, language: string): Promise<string> {
  await page.getByRole('tab', { name: language }).click()
  await page.getByRole('button', { name: `Copy ${language}` }).click()
  return copied(page)
}

/** A call from the signed-in page, as the console itself makes it. */
function asOwner(page: Page, path: string, body: object, method = 'POST') {
  return page.evaluate(
    async ([to, said, verb]) => {
      const response = await fetch(`/api/v1/${to}`, {
        method: verb,
        headers: { 'content-type': 'application/json' },
        body: said,
      })
      return { status: response.status, text: await response.text() }
    },
    [path, JSON.stringify(body), method] as const,
  )
}

interface Receiver {
  /** Runs pasted code with a secret, instead of what ran before. */
  run(language: string, code: string, secret: string): Promise<void>
  stop(): Promise<void>
  /** The same again. */
  start(): Promise<void>
  printed(): string
  close(): Promise<void>
}

const RUN: Record<string, [program: string, file: string]> = {
  Node: [process.execPath, 'receiver.mjs'],
  Python: ['python3', 'receiver.py'],
}

/** Where pasted receivers run, one at a time. */
async function receiverAt(at: number): Promise<Receiver> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-receiver-'))
  let child: ChildProcess | null = null
  let command = RUN.Node as [string, string]
  let secret = ''
  let text = ''
  const stop = async () => {
    const ending = child
    child = null
    if (!ending) return
    const ended = new Promise((done) => ending.on('exit', done))
    ending.kill()
    await ended
  }
  const start = async () => {
    const [program, file] = command
    child = spawn(program, [file], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        PORT: String(at),
        TOLLGATE_WEBHOOK_SECRET: secret,
      } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout?.on('data', (chunk) => {
      text += String(chunk)
    })
    // What is not signed is refused, which shows that it runs.
    const refused = () =>
      fetch(`http://127.0.0.1:${at}/`, { method: 'POST' }).then(
        ({ status }) => status,
        () => 0,
      )
    await expect.poll(refused).toBe(401)
  }
  return {
    stop,
    start,
    printed: () => text,
    async run(language, pasted, with_) {
      await stop()
      command = RUN[language] as [string, string]
      secret = with_
      text = ''
      await writeFile(join(folder, command[1]), pasted)
      await start()
    },
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as { port: number }
      probe.close(() => done(free))
    })
  })
}

/** Pixels the page is wider than the window. */
const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
