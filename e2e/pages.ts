import { execFile } from 'node:child_process'
import { expect, type Locator, type Page } from '@playwright/test'
import type { World } from './world.ts'

/** How a journey finds its way: by what a person sees or a screen reader says, never by markup. */
export const menu = (page: Page) => page.getByRole('navigation', { name: 'Main' })
export const dialog = (page: Page, name?: string | RegExp) => page.getByRole('dialog', name ? { name } : {})
export const calls = (page: Page) =>
  page.getByRole('table', { name: 'Calls' }).locator('tbody').getByRole('row')
export const heading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true })

export interface Login {
  email: string
  password: string
}

/** Opens `path` signed out, signs in (as the owner unless `as` says) and waits for the screen that was asked for. */
export async function signIn(
  page: Page,
  world: Pick<World, 'url' | 'owner'>,
  path = '/',
  as: Login = world.owner,
): Promise<void> {
  await page.goto(`${world.url}${path}`)
  await fillSignIn(page, as.email, as.password)
  await page.waitForURL((url) => `${url.pathname}${url.search}` === path)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

/** Types both fields and sends them, whatever comes of it. */
export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Through the navigation, to a page whose heading is its name. */
export async function goTo(page: Page, name: string): Promise<void> {
  await menu(page).getByRole('link', { name }).click()
  await expect(heading(page, name)).toBeVisible()
}

/** Makes a key in the open "Create key" drawer, with the permissions it proposes; returns the secret as copied. */
export async function createKey(page: Page, name: string): Promise<string> {
  const drawer = dialog(page, 'Create key')
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await drawer.getByRole('button', { name: 'Continue' }).click()
  await drawer.getByRole('button', { name: 'Create key' }).click()
  const shown = dialog(page, 'Store this key now')
  await shown.getByRole('button', { name: 'Copy key' }).click()
  await expect(shown.getByRole('button', { name: 'Copied' })).toBeVisible()
  const secret = await copied(page)
  await shown.getByRole('button', { name: 'I stored it' }).click()
  await expect(shown).toBeHidden()
  return secret
}

/** What the last "Copy" put into the clipboard. */
export const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

/** Runs pasted lines the way a terminal would; stderr comes with a failure. */
export function inShell(lines: string, env: Record<string, string> = {}): Promise<string> {
  return new Promise((done, fail) => {
    execFile(
      'bash',
      ['-c', lines],
      { env: { PATH: process.env.PATH ?? '', ...env } as unknown as NodeJS.ProcessEnv, timeout: 20_000 },
      (error, stdout, stderr) => (error ? fail(new Error(`${error.message}\n${stderr}`)) : done(stdout)),
    )
  })
}

export interface Chat {
  status: number
  text: string
  id: string | null
}

/** One chat call over the API, read to its end. */
export async function chat(
  world: World,
  key: string,
  fields: { model?: string; stream?: boolean; say?: string; path?: string } = {},
): Promise<Chat> {
  const { model = '@sandbox/echo', stream = false, say = 'Hello', path = '/chat/completions' } = fields
  const response = await fetch(`${world.api}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: say }] }),
  })
  const text = await response.text()
  return { status: response.status, text, id: response.headers.get('x-request-id') }
}

/** Milliseconds until `locator` is on screen. */
export async function shownAfter(locator: Locator): Promise<number> {
  const began = performance.now()
  await locator.waitFor({ timeout: 10_000 })
  return performance.now() - began
}

/** Errors the browser reports from now on: what a page throws or prints in red. `allow` names what a journey provokes. */
export function browserErrors(page: Page, allow: RegExp[] = []): string[] {
  const errors: string[] = []
  const note = (text: string) => {
    if (!allow.some((one) => one.test(text))) errors.push(text)
  }
  page.on('pageerror', (error) => note(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') note(`${message.text()} (${message.location().url})`)
  })
  return errors
}
