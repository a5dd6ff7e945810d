import AxeBuilder from '@axe-core/playwright'
import { type Cookie, expect, type Page, test } from '@playwright/test'
import { type OwnPostgres, startOwnPostgres } from '../lib/testing/own-postgres.ts'
import { browserErrors, chat, copied, dialog, goTo, inShell, signIn } from './pages.ts'
import { startWorld, type World } from './world.ts'

const REFUSED_WITHIN_MS = 2_000
const MEMBER = { email: 'mia@example.test', password: 'a-long-password-of-mia' }
const SCHEMA = {
  type: 'object',
  properties: {
    team: { type: 'string', enum: ['shop', 'search'], description: 'Who pays for it.' },
    stage: { type: 'string', default: 'prod' },
  },
  required: ['team'],
  additionalProperties: true,
}

let postgres: OwnPostgres
let world: World
let session: Cookie[]
let memberSession: Cookie[]

test.describe.configure({ mode: 'serial' })
test.beforeAll(async ({ browser }) => {
  postgres = await startOwnPostgres()
  world = await startWorld({ DATABASE_URL: postgres.url })
  const cookies = async (as = world.owner) => {
    const context = await browser.newContext()
    await signIn(await context.newPage(), world, '/api-keys', as)
    const all = await context.cookies()
    await context.close()
    return all
  }
  session = await cookies()
  // The member joins while every newcomer gets a key that waits to be looked at.
  await settings({ default_workspace_user_api_key_auto_create: true })
  await join(MEMBER)
  memberSession = await cookies(MEMBER)
})
test.afterAll(async () => {
  await world?.close()
  await postgres?.close()
})

let errors: string[]
test.beforeEach(async ({ page, context }, { title }) => {
  await context.addCookies(title.startsWith('a member') ? memberSession : session)
  // A refusal on purpose is printed by the browser.
  errors = browserErrors(page, [/status of 400/])
})
test.afterEach(() => expect(errors, 'what the browser reported').toEqual([]))

test('a service key with everything there is to say calls models, and its code makes one like it', async ({
  page,
}) => {
  await page.goto(world.url)
  await goTo(page, 'API keys')
  await page.getByRole('button', { name: 'Create key' }).first().click()
  const drawer = dialog(page, 'Create key')
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('checkout-bot')
  await pick(page, 'Rotates by itself', 'Weekly')
  await expect(drawer.getByText('Every Monday. Both secrets work for 30 minutes then.')).toBeVisible()
  await drawer.getByRole('button', { name: 'Add metadata' }).click()
  await drawer.getByRole('textbox', { name: 'Metadata 1: name' }).fill('team')
  await drawer.getByRole('textbox', { name: 'Metadata 1: value' }).fill('shop')
  await drawer.getByRole('button', { name: /^Advanced settings/ }).click()
  await drawer.getByRole('button', { name: 'Add budget' }).click()
  await drawer.getByRole('textbox', { name: 'Limit' }).fill('200')
  await expect(drawer.getByText('Stored, not enforced yet').first()).toBeVisible()
  await drawer.getByRole('button', { name: 'Continue' }).click()
  await drawer.getByRole('button', { name: 'Choose a set' }).click()
  await page.getByRole('menuitem', { name: /^Only call models/ }).click()
  await drawer.getByRole('button', { name: 'Create key' }).click()
  const secret = await store(page)
  expect((await chat(world, secret)).status).toBe(200)

  await page.getByRole('table', { name: 'Keys' }).getByText('checkout-bot').click()
  const detail = dialog(page, 'checkout-bot')
  await expect(detail.getByText(/^Every Monday, next/)).toBeVisible()
  await expect(detail.getByText('$200.00 a month')).toBeVisible()
  await expect(detail.getByRole('link', { name: 'See its calls' })).toHaveAttribute('href', /api_key_ids=/)
  await detail.getByRole('tab', { name: 'API' }).click()
  await detail.getByRole('button', { name: 'Copy curl' }).click()
  const made = JSON.parse(await inShell(await copied(page), { TOLLGATE_API_KEY: world.adminKey }))
  const twin = await world.admin<Row>('GET', `/api-keys/${made.id}`)
  expect(twin).toMatchObject({
    name: 'checkout-bot',
    type: 'workspace-service',
    scopes: ['completions.write'],
    defaults: { metadata: { team: 'shop' } },
    rotation_policy: { rotation_period: 'weekly', key_transition_period_ms: 1_800_000 },
    usage_limits: { credit_limit: 200, periodic_reset: 'monthly' },
  })
  await world.admin('DELETE', `/api-keys/${made.id}`)
})

test('a user key and an admin key are made by their kind, and stand under their tab', async ({ page }) => {
  await page.goto(`${world.url}/api-keys?create=1`)
  const drawer = dialog(page, 'Create key')
  await drawer.getByRole('radio', { name: 'User' }).check()
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('owner-laptop')
  await drawer.getByRole('button', { name: 'Continue' }).click()
  await drawer.getByRole('button', { name: 'Create key' }).click()
  expect(await store(page)).toMatch(/^tg_u/)

  await page.getByRole('tab', { name: 'Admin' }).click()
  await expect(page.getByText('For automation of the organisation itself')).toBeVisible()
  await page.getByRole('button', { name: 'Create key' }).first().click()
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('terraform')
  await drawer.getByRole('button', { name: 'Continue' }).click()
  await expect(drawer.getByText('completions')).toHaveCount(0)
  await drawer.getByRole('button', { name: 'Choose a set' }).click()
  await page.getByRole('menuitem', { name: /^Terraform/ }).click()
  await drawer.getByRole('button', { name: 'Create key' }).click()
  const secret = await store(page)
  expect(secret).toMatch(/^tg_a/)
  await expect(page.getByRole('row', { name: /terraform/ })).toBeVisible()
  expect((await chat(world, secret)).status).toBe(403)
  await page.getByRole('tab', { name: 'User' }).click()
  await expect(page.getByRole('row', { name: /owner-laptop/ })).toContainText('You')
  await expect(page.getByRole('row', { name: /terraform/ })).toHaveCount(0)
})

test('a member looks once at the key that came with joining, and makes keys of their own alone', async ({
  page,
}) => {
  await page.goto(`${world.url}/api-keys`)
  const need = page.getByRole('region', { name: 'Needs attention' })
  await expect(need.getByText(/has a new secret that nobody has seen yet/)).toBeVisible()
  await need.getByRole('button', { name: /^Show it once/ }).click()
  expect((await chat(world, await store(page))).status).toBe(200)
  await expect(need).toBeHidden()

  await page.getByRole('button', { name: 'Create key' }).first().click()
  const drawer = dialog(page, 'Create key')
  await expect(drawer.getByRole('radio', { name: 'Service' })).toBeDisabled()
  await expect(drawer.getByText(/Not with your role here, member/)).toBeVisible()
  await expect(drawer.getByRole('radio', { name: 'Admin' })).toHaveCount(0)
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('mine')
  await drawer.getByRole('button', { name: 'Continue' }).click()
  await expect(drawer.getByText(/permissions you do not hold yourself/)).toBeVisible()
  await expect(
    drawer.getByRole('checkbox', { name: /^Create providers of.*You do not hold it/ }),
  ).toBeDisabled()
  await drawer.getByRole('button', { name: 'Create key' }).click()
  expect((await chat(world, await store(page))).status).toBe(200)
  await expect(page.getByRole('row', { name: /checkout-bot/ })).toHaveCount(0)
})

test('what the metadata schema asks for is a field, and what is missing is said there', async ({ page }) => {
  await settings({ api_key_metadata_schema: SCHEMA })
  await page.goto(`${world.url}/api-keys?create=1`)
  const drawer = dialog(page, 'Create key')
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('asked-for')
  const asked = drawer.getByRole('list', { name: 'Metadata the organisation asks for' })
  await expect(asked.getByText('Required: Who pays for it.; one of shop, search')).toBeVisible()
  await expect(asked.getByText('Optional: prod unless said')).toBeVisible()
  await drawer.getByRole('button', { name: 'Continue' }).click()
  await expect(drawer.getByText('team is required by the organisation')).toBeVisible()
  await asked.getByRole('button', { name: 'team' }).click()
  await drawer.getByRole('combobox', { name: 'Metadata 1: value' }).click()
  await page.getByRole('option', { name: 'search' }).click()
  await drawer.getByRole('button', { name: 'Continue' }).click()
  // The rule changes while the form is open: the server's word lands on the field.
  const { team, ...others } = SCHEMA.properties
  await settings({
    api_key_metadata_schema: { ...SCHEMA, properties: { ...others, team: { ...team, enum: ['shop'] } } },
  })
  await drawer.getByRole('button', { name: 'Create key' }).click()
  await expect(drawer.getByText(/^Must be one of shop/)).toBeVisible()
  await settings({ api_key_metadata_schema: SCHEMA })
  await drawer.getByRole('button', { name: 'Continue' }).click()
  await drawer.getByRole('button', { name: 'Create key' }).click()
  await store(page)
  expect(await byName('asked-for')).toMatchObject({
    defaults: { metadata: { team: 'search', stage: 'prod' } },
  })
  await settings({ api_key_metadata_schema: null })
})

test('a rotated key answers to both secrets until the transition ends, then to the new one alone', async ({
  page,
}) => {
  const { id, key: older } = await world.createKey({ name: 'to-turn' })
  await page.goto(`${world.url}/api-keys?open=${id}`)
  await dialog(page, 'to-turn').getByRole('button', { name: 'Rotate' }).click()
  const asked = dialog(page, 'Rotate key')
  await expect(asked.getByText(/^Both secrets work until/)).toBeVisible()
  await asked.getByRole('button', { name: 'Rotate key' }).click()
  await expect(dialog(page, 'Store this key now').getByText(/works until/)).toBeVisible()
  const newer = await store(page)
  const statuses = async () => [(await chat(world, older)).status, (await chat(world, newer)).status]
  expect(await statuses()).toEqual([200, 200])
  await expect(dialog(page, 'to-turn').getByText(/both secrets work until/)).toBeVisible()

  // Half an hour is the least; its last second comes by SQL.
  await postgres.query(
    `update api_key_secrets set expires_at = now() + interval '1 second' where api_key_id = $1 and expires_at is not null`,
    [id],
  )
  await expect.poll(statuses, { timeout: 1_000 + REFUSED_WITHIN_MS, intervals: [100] }).toEqual([401, 200])
})

test('a disabled key is refused within two seconds; Undo lets it in; deleting asks for the name', async ({
  page,
}) => {
  const { id, key } = await world.createKey({ name: 'to-stop' })
  const status = async () => (await chat(world, key)).status
  const soon = { timeout: REFUSED_WITHIN_MS, intervals: [50] }
  expect(await status()).toBe(200)
  await page.goto(`${world.url}/api-keys?open=${id}`)
  const detail = dialog(page, 'to-stop')
  await detail.getByRole('button', { name: 'Disable' }).click()
  await expect.poll(status, soon).toBe(401)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(status, soon).toBe(200)
  await detail.getByRole('button', { name: 'Delete' }).click()
  const asked = dialog(page, 'Delete key')
  await expect(asked.getByRole('button', { name: 'Delete key' })).toBeDisabled()
  await asked.getByRole('textbox').fill('to-stop')
  await asked.getByRole('button', { name: 'Delete key' }).click()
  await expect(page.getByText('to-stop is deleted')).toBeVisible()
  await expect.poll(status, soon).toBe(401)
})

test('a key that carries a config is refused, the list says so and takes it off', async ({ page }) => {
  const config = await world.admin<{ slug: string }>('POST', '/configs', {
    name: 'Usual',
    workspace_id: world.workspaceId,
    config: { provider: '@sandbox' },
  })
  const { key } = await world.createKey({ name: 'with-config', defaults: { config_id: config.slug } })
  expect((await chat(world, key)).status).toBe(400)
  await page.goto(`${world.url}/api-keys?state=attention`)
  await expect(page.getByRole('row', { name: /with-config/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /checkout-bot/ })).toHaveCount(0)
  await page.goto(`${world.url}/api-keys`)
  await page.getByRole('button', { name: 'Remove config: with-config' }).click()
  await expect.poll(async () => (await chat(world, key)).status).toBe(200)
})

test('no screen of it has a serious accessibility problem, and a phone shows it whole', async ({ page }) => {
  const { id } = await world.createKey({
    name: 'a-service-with-a-very-long-name-that-somebody-thought-was-a-good-idea-at-the-time',
    expires_at: new Date(Date.now() + 3 * 86_400_000).toISOString(),
  })
  for (const path of [
    '',
    '?tab=admin',
    `?open=${id}`,
    `?open=${id}&pane=edit`,
    `?open=${id}&pane=api`,
    '?create=1',
  ]) {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(`${world.url}/api-keys${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForTimeout(900)
    const { violations } = await new AxeBuilder({ page }).analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id: rule, nodes }) => `${path} ${rule}: ${nodes[0]?.html}`)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await sideways(page), `${path} is wider than a phone`).toBe(0)
  }
})

type Row = Record<string, unknown> & { name: string }

async function byName(name: string): Promise<Row | undefined> {
  const { data } = await world.admin<{ data: Row[] }>('GET', `/api-keys?workspace_id=${world.workspaceId}`)
  return data.find((one) => one.name === name)
}

const settings = (said: object) => world.admin('PUT', '/admin/organisation', { settings: said })

/** Invited into the default workspace, and accepted. */
async function join({ email, password }: typeof MEMBER): Promise<void> {
  const { invite_link } = await world.admin<{ invite_link: string }>('POST', '/admin/users/invites', {
    email,
    role: 'member',
    workspaces: [{ id: world.workspaceId, role: 'member' }],
  })
  const token = invite_link.split(/[#=/]/).at(-1)
  await world.admin('POST', '/admin/users/invites/accept', { token, first_name: 'Mia', password })
}

/** A choice of a segmented control, by its words. */
async function pick(page: Page, group: string, words: string): Promise<void> {
  await page.getByRole('radiogroup', { name: group }).getByText(words, { exact: true }).click()
}

/** Copies the secret that is shown once and closes. */
async function store(page: Page): Promise<string> {
  const shown = dialog(page, 'Store this key now')
  await shown.getByRole('button', { name: 'Copy key' }).click()
  await expect(shown.getByRole('button', { name: 'Copied' })).toBeVisible()
  const secret = await copied(page)
  await shown.getByRole('button', { name: 'I stored it' }).click()
  await expect(shown).toBeHidden()
  return secret
}

/** Pixels the page is wider than the window. */
const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
