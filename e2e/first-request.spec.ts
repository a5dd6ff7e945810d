import { expect, test } from '@playwright/test'
import {
  browserErrors,
  calls,
  chat,
  copied,
  createKey,
  dialog,
  goTo,
  inShell,
  signIn,
  visibleWithin,
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
      for (const stream of [false, true]) {
        const { status, text, id } = await chat(world, secret, {
          model: '@openai-prod/gpt-4o',
          stream,
          say: `What does a gate cost? (${stream ? 'streamed' : 'whole'})`,
        })
        expect(status, text).toBe(200)
        expect(text).toContain(stream ? 'data: [DONE]' : '"chat.completion"')
        const seenMs = await visibleWithin(calls(page).nth(stream ? 1 : 0), SEEN_WITHIN_MS)
        test.info().annotations.push({
          type: 'measured',
          description: `${stream ? 'streamed' : 'whole'} call on screen after ${Math.round(seenMs)} ms`,
        })
        const row = await world.logged((each) => each.id === id, 0)
        expect(row.cost).toBeGreaterThan(0)
      }
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
