import { expect, type Page, test } from '@playwright/test'
import { browserErrors, calls, chat, copied, createKey, dialog, goTo, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

const OPEN = ['gpt-4o', 'gpt-4o-mini']
const CLOSED = 'gpt-4.1'

let world: World
let admin: Page
let member: Page
/** The member's own. */
let key: string

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  world = await startWorld()
  await world.admin('POST', '/integrations', {
    name: 'OpenAI main',
    slug: 'openai-main',
    ai_provider_id: 'openai',
    key: world.credentials.openai,
    configurations: { custom_host: `${world.openai.url}/v1` },
    global_workspace_access_settings: { enabled: true },
  })
  const desk = { permissions: ['clipboard-read', 'clipboard-write'] }
  admin = await (await browser.newContext(desk)).newPage()
  member = await (await browser.newContext(desk)).newPage()
})
test.afterAll(async () => {
  await Promise.all([admin, member].map((page) => page?.context().close()))
  await world?.close()
})

test.describe('A newcomer gives a colleague a workspace of two models', () => {
  let errors: string[]
  test.beforeAll(() => {
    errors = [admin, member].flatMap((page) => browserErrors(page))
  })
  test.afterAll(() => expect(errors, 'what the browsers reported').toEqual([]))

  test('a workspace is made', async () => {
    await signIn(admin, world)
    await goTo(admin, 'Workspaces')
    await admin.getByRole('button', { name: 'Add workspace' }).click()
    const drawer = dialog(admin, 'Add workspace')
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('Checkout')
    await admin.keyboard.press('ControlOrMeta+Enter')
    await expect(dialog(admin, 'Workspace added').getByText('Give it models')).toBeVisible()
    await admin.keyboard.press('Escape')
  })

  test('a colleague is invited into it, and comes in by the link', async () => {
    await goTo(admin, 'Team')
    await admin.getByRole('button', { name: 'Invite', exact: true }).first().click()
    const form = dialog(admin, 'Invite to the organisation')
    await form.getByRole('textbox', { name: 'E-mail' }).fill('mia@example.test')
    await form.getByRole('button', { name: /^Leave out/ }).click()
    await form.getByRole('combobox', { name: 'Add workspace' }).click()
    await admin.getByRole('option', { name: 'Checkout' }).click()
    await form.getByRole('button', { name: 'Make link' }).click()
    const shown = dialog(admin, 'Hand this link over')
    await shown.getByRole('button', { name: 'Copy link' }).click()
    const link = await copied(admin)
    await shown.getByRole('button', { name: 'I have it' }).click()

    await member.goto(link)
    await member.getByRole('textbox', { name: 'First name' }).fill('Mia')
    await member.getByRole('textbox', { name: 'Password' }).fill('a password of her own')
    await member.getByRole('button', { name: 'Join' }).click()
    await expect(heading(member, 'Overview')).toBeVisible()
    await expect(member.getByRole('button', { name: /^Workspace/ })).toContainText('Checkout')
  })

  test('she makes a key of her own, and calls with it', async () => {
    await goTo(member, 'API keys')
    await member.getByRole('button', { name: 'Create key' }).first().click()
    key = await createKey(member, 'Laptop')
    const answer = await chat(world, key, { model: `@openai-main/${CLOSED}` })
    expect(answer.status, answer.text).toBe(200)
    await expect(member.getByRole('row').filter({ hasText: 'Laptop' })).toBeVisible()
  })

  test('the workspace is kept to two models, live at once', async () => {
    await admin.goto(`${world.url}/integrations/openai-main`)
    await admin.getByRole('button', { name: /^Models of Checkout: All/ }).click()
    await admin.getByRole('menuitem', { name: 'Choose models…' }).click()
    const chooser = dialog(admin, 'Models of Checkout')
    for (const model of OPEN) {
      await chooser.getByRole('searchbox', { name: 'Search models to choose' }).fill(model)
      await chooser.getByRole('checkbox', { name: model, exact: true }).click()
    }
    await chooser.getByRole('button', { name: 'Keep to 2 models' }).click()
    await admin.getByRole('button', { name: 'Save 1 change' }).click()
    await expect(admin.getByText('Saved: Checkout is kept to 2 models')).toBeVisible()
    const savedAt = performance.now()
    await expect
      .poll(async () => (await chat(world, key, { model: `@openai-main/${CLOSED}` })).status, {
        intervals: [100],
      })
      .toBe(404)
    expect(performance.now() - savedAt, 'ms until the data plane knew').toBeLessThan(2_000)
    for (const model of OPEN)
      expect((await chat(world, key, { model: `@openai-main/${model}` })).status).toBe(200)
  })

  test('she sees which models are hers, and why the third was refused', async () => {
    await goTo(member, 'Model Catalog')
    await member.getByRole('tab', { name: 'Models' }).click()
    for (const model of OPEN) await expect(member.getByText(`@openai-main/${model}`).first()).toBeVisible()
    await expect(member.getByText(`@openai-main/${CLOSED}`)).toBeHidden()

    await goTo(member, 'Logs')
    await calls(member).filter({ hasText: CLOSED }).filter({ hasText: '404' }).first().click()
    const call = dialog(member)
    await expect(call.getByText(/this workspace's list of models leaves it out/).first()).toBeVisible()
    await expect(call.getByText(/An admin can add it to the list/).first()).toBeVisible()
  })

  test('all of it stands in the audit log', async () => {
    await goTo(admin, 'Audit log')
    const entries = admin.getByRole('table', { name: 'Audit log' }).locator('tbody').getByRole('row')
    for (const [who, what] of [
      [world.owner.email, 'Created workspace Checkout'],
      [world.owner.email, 'Created invite mia@example.test'],
      ['Mia', /invite mia@example\.test/],
      ['Mia', 'Created key Laptop'],
      [world.owner.email, /integration OpenAI main/],
    ] as const)
      await expect(entries.filter({ hasText: who }).filter({ hasText: what }).first()).toBeVisible()

    await entries.filter({ hasText: world.owner.email }).filter({ hasText: 'OpenAI main' }).first().click()
    const entry = dialog(admin)
    for (const model of OPEN) await expect(entry.getByText(new RegExp(`"${model}"`)).first()).toBeVisible()
  })
})
