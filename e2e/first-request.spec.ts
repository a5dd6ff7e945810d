import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import {
  browserErrors,
  calls,
  chat,
  copied,
  createKey,
  dialog,
  fillSignIn,
  goTo,
  heading,
  inShell,
  shownAfter,
  signIn,
} from './pages.ts'
import { startWorld, type World } from './world.ts'

const SEEN_WITHIN_MS = 2_000

test.describe('From the first sign-in to a call that can be sent again', () => {
  let world: World
  test.beforeAll(async () => {
    world = await startWorld()
  })
  test.afterAll(() => world?.close())

  test('an admin adds a provider, makes a key, calls with it, sees the call and sends it again as curl', async ({
    page,
  }) => {
    const errors = browserErrors(page)

    await test.step('signs in and is told what comes first', async () => {
      await signIn(page, world)
      await expect(page.getByText('0 of 4 done')).toBeVisible()
    })

    const drawer = dialog(page, 'Add provider')
    await test.step('adds a provider, whose connection is really tried', async () => {
      await page
        .getByRole('region', { name: 'Getting started' })
        .getByRole('link', { name: 'Add provider' })
        .click()
      await drawer.getByRole('searchbox', { name: 'Search services' }).fill('openai')
      await drawer.getByRole('button', { name: /^Op OpenAI|^OpenAI \d+ known/ }).click()
      await drawer.getByRole('textbox', { name: 'API key' }).fill('sk-mistyped')
      await drawer.getByRole('button', { name: /base URL/ }).click()
      await drawer.getByRole('textbox', { name: 'Base URL' }).fill(`${world.openai.url}/v1`)
      await drawer.getByRole('button', { name: 'Test connection' }).click()
      await expect(drawer.getByRole('region', { name: 'Connection test' })).toContainText(
        /refused|401|not accepted/i,
      )
      await drawer.getByRole('textbox', { name: 'API key' }).fill(world.credentials.openai)
      await drawer.getByRole('button', { name: /^Test/ }).click()
      await expect(drawer.getByText(/OpenAI answered in .* \d+ models? found/)).toBeVisible()
      expect(world.openai.last().headers.authorization).toBe(`Bearer ${world.credentials.openai}`)

      await drawer.getByRole('button', { name: 'Continue' }).click()
      await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('OpenAI prod')
      await expect(drawer.getByRole('textbox', { name: 'Slug' })).toHaveValue('openai-prod')
      await expect(drawer.getByText('Available')).toBeVisible()
      await drawer.getByRole('button', { name: 'Add provider' }).click()
    })

    let secret = ''
    await test.step('makes a key, whose secret is shown once', async () => {
      await dialog(page, 'OpenAI prod').getByRole('link', { name: 'Create key' }).click()
      secret = await createKey(page, 'checkout-bot')
      expect(secret).toMatch(/^tg_[su][0-9A-Za-z]{49}$/)
      await expect(page.getByRole('cell', { name: 'checkout-bot', exact: true })).toBeVisible()
      await expect(page.getByText(secret)).toBeHidden()
    })

    await test.step('finds the first steps ticked', async () => {
      await goTo(page, 'Overview')
      await expect(page.getByText('2 of 4 done')).toBeVisible()
    })

    await test.step('calls, whole and streamed, and sees both in Logs within two seconds', async () => {
      await goTo(page, 'Logs')
      await expect(page.getByRole('heading', { name: 'No calls yet' })).toBeVisible()
      const seenMs: number[] = []
      for (const [index, stream] of [false, true, false, true].entries()) {
        const { status, text, id } = await chat(world, secret, {
          model: '@openai-prod/gpt-4o',
          stream,
          say: `What does a gate cost? (${stream ? 'streamed' : 'whole'})`,
        })
        expect(status, text).toBe(200)
        expect(text).toContain(stream ? 'data: [DONE]' : '"chat.completion"')
        seenMs.push(await shownAfter(calls(page).nth(index)))
        const row = await world.logged((each) => each.id === id, 0)
        expect(row.cost).toBeGreaterThan(0)
      }
      const description = `calls on screen after ${seenMs.map(Math.round).join(', ')} ms`
      test.info().annotations.push({ type: 'measured', description })
      // A busy machine may stall a single one; the promise is about calls, not about its scheduler.
      expect(seenMs.sort((a, b) => a - b)[1], description).toBeLessThan(SEEN_WITHIN_MS)
      const newest = calls(page).first()
      await expect(newest).toContainText('@openai-prod/gpt-4o')
      await expect(newest).toContainText('checkout-bot')
      await expect(newest).toContainText(/\$0\.0\d+/)
      await expect(newest).toContainText(/ ms| s/)
      await expect(newest.getByLabel('Streamed')).toBeVisible()
    })

    await test.step('opens the call and sees what was said, what it took and where the time went', async () => {
      await calls(page).last().click()
      const detail = dialog(page)
      await expect(detail.getByText(/^Answered in .* by @openai-prod\/gpt-4o for \$0\.0/)).toBeVisible()
      await expect(detail.getByRole('region', { name: 'Where the time went' })).toContainText(
        'gateway itself',
      )
      await expect(detail.getByText('What does a gate cost? (whole)')).toBeVisible()
      await detail.getByRole('tab', { name: 'Tokens & details' }).click()
      await expect(detail.getByRole('row', { name: /Together/ })).toContainText(/\$0\.0/)
      await expect(page.getByText(world.credentials.openai)).toBeHidden()
    })

    await test.step('copies it as curl, and the lines work where $TOLLGATE_API_KEY is set', async () => {
      for (const [index, stream] of [false, true].entries()) {
        await dialog(page).getByRole('button', { name: 'Copy as curl' }).click()
        await expect(page.getByText(/takes the key from \$TOLLGATE_API_KEY/).nth(index)).toBeVisible()
        const lines = await copied(page)
        expect(lines).not.toContain(secret)
        const before = world.openai.requests.length
        const answer = await inShell(lines, { TOLLGATE_API_KEY: secret })
        if (stream) expect(answer).toContain('data: [DONE]')
        else expect(JSON.parse(answer).choices[0].message.content).toBeTruthy()
        expect(world.openai.requests.length).toBe(before + 1)
        if (!stream) await dialog(page).getByRole('button', { name: 'Previous' }).click()
      }
    })

    await test.step('finds everything ticked', async () => {
      await dialog(page).getByRole('button', { name: 'Close' }).click()
      await goTo(page, 'Overview')
      await expect(page.getByText('4 of 4 done')).toBeVisible()
    })
    expect(errors).toEqual([])
  })
})

test.describe('What the first start prints', () => {
  let dataDir: string
  let port: string
  let stop = async () => {}
  test.beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'tollgate-first-'))
    port = String(await freePort())
  })
  test.afterAll(async () => {
    await stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  /** Starts the built server with nothing set but where it may live; resolves to what it printed. */
  async function start(): Promise<string> {
    const child = spawn(process.execPath, ['dist/server.js'], {
      cwd: join(import.meta.dirname, '..'),
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: port,
        DATA_DIR: dataDir,
      } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<void>((done) => child.on('exit', () => done()))
    stop = async () => {
      child.kill('SIGTERM')
      await ended
    }
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += String(chunk)
    })
    const words = /Tollgate is ready: \S+\n\n/
    await expect.poll(() => words.test(printed), { timeout: 60_000, intervals: [100] }).toBe(true)
    // All of it is said in one breath; on a first start the curl line is the last of it.
    if (printed.includes('Shown this once')) await expect.poll(() => /^curl .*\n/m.test(printed)).toBe(true)
    return printed
  }

  test('the curl works as pasted, streamed and not; the login opens the console; neither is told twice', async ({
    page,
  }) => {
    const printed = await start()
    const found = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? ''
    const url = found(/Tollgate is ready: (\S+)/)
    const [email, password, key] = [/owner +(\S+)/, /password +(\S+)/, /API key +(\S+)/].map(found)
    const lines = found(/^(curl .*)$/m)
    expect(lines).toContain(key)

    const whole = JSON.parse(await inShell(lines))
    expect(whole.choices[0].message.content).toContain('Hello, Tollgate')
    const streamed = await inShell(
      lines.replace('{"model"', '{"stream":true,"model"').replace('curl ', 'curl -N '),
    )
    expect(streamed).toMatch(/^data: \{/)
    expect(streamed.trimEnd()).toMatch(/data: \[DONE\]$/)

    await page.goto(url)
    await fillSignIn(page, email ?? '', password ?? '')
    await expect(heading(page, 'Overview')).toBeVisible()
    const logged = async () => (await (await page.request.get(`${url}/api/v1/logs`)).json()).data
    await expect.poll(async () => (await logged()).length, { timeout: SEEN_WITHIN_MS }).toBe(2)
    for (const row of await logged()) {
      expect(row).toMatchObject({ ai_model: 'echo', response_status_code: 200, unpriced: false })
      expect(row.total_units).toBeGreaterThan(0)
      expect(row.cost).toBeGreaterThan(0)
    }
    await goTo(page, 'Logs')
    await expect(calls(page)).toHaveCount(2)

    await stop()
    const again = await start()
    expect(again).toContain(url)
    expect(again).not.toContain('password')
    expect(again).not.toContain('tg_')
    expect(await inShell(lines)).toContain('Hello, Tollgate')
  })
})

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}
