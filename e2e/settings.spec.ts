import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { browserErrors, dialog, fillSignIn, goTo, heading, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

const mia = { email: 'mia@example.test', password: 'a password of her own' }

let world: World
let owner: Page
let member: Page
let errors: string[]

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  world = await startWorld()
  const { invite_link } = await world.admin<{ invite_link: string }>('POST', '/admin/users/invites', {
    email: mia.email,
    role: 'member',
    workspaces: [{ id: world.workspaceId, role: 'member' }],
  })
  await world.admin('POST', '/admin/users/invites/accept', {
    token: invite_link.split('#')[1],
    first_name: 'Mia',
    password: mia.password,
  })
  owner = await (await browser.newContext()).newPage()
  member = await (await browser.newContext()).newPage()
  // A key without what the schema asks for is refused, and browsers print that.
  errors = browserErrors(owner, [/status of 400/])
  await signIn(owner, world)
  await signIn(member, world, '/', mia)
})
test.afterAll(async () => {
  expect(errors, 'what the browser reported').toEqual([])
  await Promise.all([owner, member].map((page) => page?.context().close()))
  await world?.close()
})

/** Status and text of a call the member's browser makes with her session. */
const ask = (page: Page, path: string, body: object) =>
  page.evaluate(
    async ([to, sent]) => {
      const answer = await fetch(to as string, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: sent as string,
      })
      return { status: answer.status, text: await answer.text() }
    },
    [`${world.url}/api/v1/${path}`, JSON.stringify(body)],
  )

async function save(changes: string): Promise<void> {
  await owner.getByRole('button', { name: `Save ${changes}` }).click()
  await expect(owner.getByRole('region', { name: 'Changes not saved yet' })).toBeHidden()
}

test.describe('Settings', () => {
  test('a toggle that is turned off takes a right from members at once, by its name', async () => {
    const key = { name: 'Hers', workspace_id: world.workspaceId, scopes: ['completions.write'] }
    expect((await ask(member, 'api-keys/workspace/user', key)).status).toBe(200)
    await goTo(owner, 'Settings')
    await owner.getByRole('tab', { name: 'Security' }).click()
    const keys = owner.getByRole('region', { name: 'API keys' })
    await keys.getByRole('switch', { name: /members.*(make|manage|create)/i }).press('Space')
    await expect(owner.getByText('1 change not saved')).toBeVisible()
    await save('1 change')
    await expect
      .poll(async () => (await ask(member, 'api-keys/workspace/user', { ...key, name: 'Second' })).status)
      .toBe(403)
    const refused = await ask(member, 'api-keys/workspace/user', { ...key, name: 'Second' })
    expect(refused.text).toContain('membersManageApiKeys')
  })

  test('unsaved work outlives a reload, and can be discarded', async () => {
    await owner.goto(`${world.url}/settings`)
    const name = owner.getByRole('textbox', { name: 'Name', exact: true })
    const before = await name.inputValue()
    await name.fill('Another name')
    await owner.reload()
    await expect(name).toHaveValue('Another name')
    await expect(owner.getByText('Unsaved work from before was put back.')).toBeVisible()
    await owner.getByRole('button', { name: 'Discard' }).click()
    await expect(name).toHaveValue(before)
  })

  test('a metadata schema is judged before it is saved, and refuses a key without what it asks for', async () => {
    await owner.goto(`${world.url}/settings?tab=metadata`)
    const schema = owner.getByRole('textbox', { name: /key/i }).first()
    await schema.fill('{"type": "object"')
    await owner.getByRole('button', { name: 'Save 1 change' }).click()
    await expect(owner.getByText(/JSON/).first()).toBeVisible()
    const asked = {
      type: 'object',
      additionalProperties: true,
      required: ['team'],
      properties: { team: { type: 'string', enum: ['search', 'shop'] } },
    }
    await schema.fill(JSON.stringify(asked))
    await save('1 change')
    const key = { name: 'Bare', workspace_id: world.workspaceId, scopes: ['completions.write'] }
    const refused = await ask(owner, 'api-keys/workspace/service', key)
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('team')])
    const made = await ask(owner, 'api-keys/workspace/service', {
      ...key,
      defaults: { metadata: { team: 'shop' } },
    })
    expect(made.status, made.text).toBe(200)
  })

  test('saved-only mode refuses a provider that is not stored', async () => {
    const { key } = await world.createKey({ defaults: { metadata: { team: 'shop' } } })
    const call = async () => {
      const answer = await fetch(`${world.api}/chat/completions`, {
        method: 'POST',
        headers: {
          'x-portkey-api-key': key,
          'x-portkey-provider': 'openai',
          'content-type': 'application/json',
        },
        body: '{"model":"gpt-4o","messages":[]}',
      })
      return answer.text()
    }
    expect(await call()).not.toContain('inline_provider_blocked')
    await owner.goto(`${world.url}/settings?tab=saved-only`)
    await owner.getByRole('region', { name: 'Saved-only mode' }).getByRole('switch').last().press('Space')
    await save('1 change')
    await expect.poll(call).toContain('inline_provider_blocked')
  })

  test('no tab has a serious accessibility problem, and every one fits a phone', async () => {
    for (const path of ['/settings', '/settings?tab=security', '/settings?tab=metadata', '/profile']) {
      await owner.goto(`${world.url}${path}`)
      await owner.getByRole('heading', { level: 2 }).first().waitFor()
      await owner.waitForTimeout(400)
      const { violations } = await new AxeBuilder({ page: owner }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
      await owner.setViewportSize({ width: 390, height: 844 })
      const sideways = await owner.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(sideways, path).toBe(0)
      await owner.setViewportSize({ width: 1440, height: 900 })
    }
  })
})

test.describe('Profile', () => {
  test('a name is changed, and a new password needs the present one', async () => {
    await member.goto(`${world.url}/profile`)
    await expect(heading(member, 'Profile')).toBeVisible()
    await member.getByRole('textbox', { name: 'Last name' }).fill('Marsh')
    await member.getByRole('button', { name: 'Save name' }).click()
    await expect(member.getByText('Name saved')).toBeVisible()
    await member.getByLabel('Current password').fill('not this one')
    await member.getByLabel('New password').fill('another password of hers')
    await member.getByRole('button', { name: 'Change password' }).click()
    await expect(member.getByText(/password.*(wrong|not|match)/i).first()).toBeVisible()
    await member.getByLabel('Current password').fill(mia.password)
    await member.getByRole('button', { name: 'Change password' }).click()
    await expect(member.getByText('Password changed.')).toBeVisible()
  })

  test('signing out everywhere ends another browser, and the new password signs in', async ({ browser }) => {
    const other = await (await browser.newContext()).newPage()
    await other.goto(`${world.url}/sign-in`)
    await fillSignIn(other, mia.email, 'another password of hers')
    await expect(heading(other, 'Overview')).toBeVisible()
    await member.goto(`${world.url}/profile`)
    await expect(member.getByRole('list', { name: 'Sessions' }).getByRole('listitem')).toHaveCount(2)
    await member.getByRole('button', { name: 'Sign out everywhere' }).click()
    const asked = dialog(member, 'Sign out everywhere')
    await expect(asked.getByText('1 other browser is signed out at once.')).toBeVisible()
    await asked.getByRole('button', { name: 'Sign out' }).click()
    await expect(heading(member, 'Sign in')).toBeVisible()
    // The page that was open there asks for something sooner or later, and is led away by itself.
    await expect(heading(other, 'Sign in')).toBeVisible({ timeout: 40_000 })
    await other.context().close()
  })
})
