import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { TestUpstream } from '../lib/testing/upstream.ts'
import { hermesHome, isInstalled } from './hermes-client.ts'
import { startWorld, type World } from './world.ts'

/** The real Hermes Agent, configured with the lines of the Connect page, against the whole product. */
test.describe('Hermes talks through Tollgate', () => {
  test.skip(!isInstalled(), 'Hermes is not installed here: npm run e2e:hermes puts it into .e2e/hermes')

  let world: World
  let key: string

  test.beforeAll(async () => {
    world = await startWorld()
    await world.addProviders()
    key = (await world.createKey()).key
  })
  test.afterAll(() => world?.close())

  const bare = (model = '@openai-prod/gpt-4o') => `model:
  provider: custom
  default: "${model}"
  base_url: "${world.api}"
  api_key: "${key}"
`
  const named = () => `model:
  provider: custom:gw-prod
  default: "@openai-prod/gpt-4o"
custom_providers:
  - {name: gw-prod, base_url: "${world.api}", key_env: GW_PROD_API_KEY, api_mode: chat_completions}
  - {name: gw-claude, base_url: "${world.api}", key_env: GW_PROD_API_KEY, api_mode: anthropic_messages}
`
  const secrets = () => `GW_PROD_API_KEY=${key}\n`

  test('a conversation of several turns and tools goes on with Claude after /model', async () => {
    const client = await hermesHome(bare())
    await writeFile(join(client.work, 'a.txt'), 'the secret word is marmalade\n')
    await writeFile(join(client.work, 'b.txt'), 'quince\n')
    const asked = asking(world.openai)
    const askedClaude = asking(world.anthropic)

    const chat = client.chat()
    await chat.shows(/❯/)
    world.openai.next({ answer: { toolCalls: [{ name: 'read_file', arguments: { path: 'a.txt' } }] } })
    world.openai.next({ answer: { text: 'It is marmalade, says a.txt.' } })
    chat.type('Read a.txt and tell me the secret word.')
    await chat.shows(/It is marmalade, says a\.txt\./)
    world.openai.next({ answer: { text: 'Nine letters in all.' } })
    chat.type('How many letters has it?')
    await chat.shows(/Nine letters in all\./)

    chat.type('/model custom:@anthropic-prod/claude-sonnet-4-6')
    await chat.shows(/claude-sonnet-4-6/)
    world.anthropic.next({ answer: { toolCalls: [{ name: 'read_file', arguments: { path: 'b.txt' } }] } })
    world.anthropic.next({ answer: { text: 'And b.txt says quince.' } })
    chat.type('Now read b.txt as well.')
    await chat.shows(/And b\.txt says quince\./)
    const screen = await chat.exit()
    expect(screen).toContain('3 user')

    const [first, second, third] = asked()
    expect(asked().length).toBe(3)
    expect(first?.json).toMatchObject({ model: 'gpt-4o', stream: true })
    expect(Number(first?.json?.max_completion_tokens)).toBeLessThanOrEqual(16_384)
    expect(JSON.stringify(second?.json?.messages)).toContain('marmalade')
    expect(JSON.stringify(third?.json?.messages)).toContain('How many letters')

    const [fourth, fifth] = askedClaude()
    expect(askedClaude().length).toBe(2)
    expect(fourth?.json).toMatchObject({ model: 'claude-sonnet-4-6', stream: true })
    expect(Number(fourth?.json?.max_tokens)).toBeLessThanOrEqual(64_000)
    expect(JSON.stringify(fourth?.json?.messages)).toContain('Nine letters in all.')
    expect(JSON.stringify(fifth?.json?.messages)).toContain('quince')
    const marks = fourth?.body.toString().match(/"cache_control"/g)?.length ?? 0
    expect(marks).toBeGreaterThan(0)
    expect(marks).toBeLessThanOrEqual(4)

    await world.logged((row) => row.ai_model === 'claude-sonnet-4-6' && row.finish_reason === 'stop')
    const rows = await world.rows()
    expect(rows.map(({ ai_model }) => ai_model).sort()).toEqual([
      ...['claude-sonnet-4-6', 'claude-sonnet-4-6'],
      ...['gpt-4o', 'gpt-4o', 'gpt-4o'],
    ])
    for (const row of rows) {
      expect(row).toMatchObject({ is_success: true, response_status_code: 200, stream_mode: 1 })
      expect(row.cost).toBeGreaterThan(0)
      expect(row.total_units).toBeGreaterThan(100)
      expect(row.session_id).toBeTruthy()
    }
    expect(
      new Set(rows.filter(({ ai_model }) => ai_model === 'gpt-4o').map((row) => row.session_id)).size,
    ).toBe(1)
    await client.close()
  })

  test('the price Hermes shows is the one the model list carries', async () => {
    const client = await hermesHome(named(), secrets())
    const asked = asking(world.openai)
    const tokens = { prompt_tokens: 3_000, completion_tokens: 100, total_tokens: 3_100 }
    world.openai.next({ answer: { text: 'Priced.', usage: tokens } })
    const { output, usage } = await client.ask('Say it.')
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('Priced.')
    expect(asked().length).toBe(1)
    expect(usage).toMatchObject({
      cost_source: 'provider_models_api',
      input_tokens: 3_000,
      output_tokens: 100,
    })
    const row = await world.logged(({ req_units }) => req_units === 3_000)
    // Hermes counts dollars, the row counts cents.
    expect(usage.estimated_cost_usd).toBeCloseTo(Number(row.cost) / 100, 9)
    expect(row.cost).toBeCloseTo(0.85, 9)
    await client.close()
  })

  const SPELLINGS = [
    'custom:@openai-prod/gpt-4o',
    'custom:gw-prod:@openai-prod/gpt-4o',
    'gw-prod/@openai-prod/gpt-4o',
    'gpt-4o',
  ]
  test('every spelling of a model Hermes knows arrives, and its window is read right', async () => {
    const asked = asking(world.openai)
    await Promise.all(
      SPELLINGS.map(async (model) => {
        const client = await hermesHome(bare())
        const { output, usage } = await client.ask('Say hello.', ['-m', model])
        expect(usage.failed, `${model}: ${output}`).toBe(false)
        expect(output).toContain('Hello!')
        await client.close()
      }),
    )
    expect(asked().map(({ json }) => json?.model)).toEqual(SPELLINGS.map(() => 'gpt-4o'))
  })

  test('a named provider in anthropic_messages mode reaches Claude natively', async () => {
    const client = await hermesHome(named(), secrets())
    world.anthropic.next({ answer: { text: 'Native hello.' } })
    const { output, usage } = await client.ask('Say hello.', [
      ...['-m', '@anthropic-prod/claude-sonnet-4-6'],
      ...['--provider', 'custom:gw-claude'],
    ])
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('Native hello.')
    const row = await world.logged((each) => each.endpoint_type === 'messages')
    expect(row).toMatchObject({ is_success: true, ai_model: 'claude-sonnet-4-6' })
    expect(row.cost).toBeGreaterThan(0)
    await client.close()
  })

  test('hermes config set writes what the Connect page says', async () => {
    const client = await hermesHome('')
    const lines = {
      'model.provider': 'custom',
      'model.base_url': world.api,
      'model.default': '@openai-prod/gpt-4o',
      'model.api_key': key,
    }
    for (const [name, value] of Object.entries(lines)) await client.run(['config', 'set', name, value])
    world.openai.next({ answer: { text: 'Configured by commands.' } })
    const { output, usage } = await client.ask('Say it.')
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('Configured by commands.')
    await client.close()
  })
})

/** What `upstream` is asked from now on. */
function asking({ requests }: TestUpstream) {
  const before = requests.length
  return () => requests.slice(before)
}
