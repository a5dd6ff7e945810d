import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { hermesHome, isInstalled } from './hermes-client.ts'
import { startWorld, type World } from './world.ts'

/** The real Hermes Agent, configured with the lines of the Connect page, against the whole product. */
test.describe('Hermes talks through Tollgate', () => {
  test.skip(!isInstalled(), 'Hermes is not installed here: npm run e2e:hermes puts it into .e2e/hermes')
  test.describe.configure({ mode: 'serial' })

  let world: World
  let key: string

  test.beforeAll(async () => {
    world = await startWorld()
    await world.addProviders()
    key = (await world.createKey()).key
  })
  test.afterAll(() => world.close())

  const config = (model = '@openai-prod/gpt-4o') => `model:
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

  test('a tool-using, streamed conversation through an OpenAI-dialect upstream', async () => {
    const client = await hermesHome(config())
    await writeFile(join(client.work, 'a.txt'), 'the secret word is marmalade\n')
    world.openai.next({
      path: '/chat/completions',
      answer: { toolCalls: [{ name: 'read_file', arguments: { path: 'a.txt' } }] },
    })
    world.openai.next({ path: '/chat/completions', answer: { text: 'The secret word is marmalade.' } })
    const before = world.openai.requests.length
    const { output, usage } = await client.ask('Read a.txt and tell me the secret word.')
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('marmalade')
    const sent = world.openai.requests.slice(before).filter(({ path }) => path.endsWith('/chat/completions'))
    expect(sent.length).toBe(2)
    expect(sent[0]?.json?.model).toBe('gpt-4o')
    expect(Number(sent[0]?.json?.max_completion_tokens)).toBeLessThanOrEqual(16_384)
    expect(JSON.stringify(sent[1]?.json?.messages)).toContain('marmalade')
    expect(usage.cost_source).toBe('provider_models_api')
    expect(usage.estimated_cost_usd).toBeGreaterThan(0)
    const row = await world.logged((each) => each.ai_model === 'gpt-4o' && each.is_success === true)
    expect(row.cost).toBeGreaterThan(0)
    expect(row.stream_mode).toBe(1)
    expect(row.session_id).toBeTruthy()
    await client.close()
  })

  test('the same agent on Claude, tools translated, breakpoints placed, calls priced', async () => {
    const client = await hermesHome(config())
    await writeFile(join(client.work, 'b.txt'), 'quince\n')
    world.anthropic.next({
      path: '/messages',
      answer: { toolCalls: [{ name: 'read_file', arguments: { path: 'b.txt' } }] },
    })
    world.anthropic.next({ path: '/messages', answer: { text: 'It says quince.' } })
    const before = world.anthropic.requests.length
    const { output, usage } = await client.ask('What does b.txt say?', [
      '-m',
      'custom:@anthropic-prod/claude-sonnet-4-6',
    ])
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('quince')
    const sent = world.anthropic.requests.slice(before)
    expect(sent.length).toBe(2)
    const marks = sent[0]?.body.toString().match(/cache_control/g)?.length ?? 0
    expect(marks).toBeGreaterThan(0)
    expect(marks).toBeLessThanOrEqual(4)
    expect(Number(sent[0]?.json?.max_tokens)).toBeLessThanOrEqual(64_000)
    const row = await world.logged((each) => each.ai_model === 'claude-sonnet-4-6')
    expect(row.cost).toBeGreaterThan(0)
    await client.close()
  })

  test('a named provider in anthropic_messages mode reaches Claude natively', async () => {
    const client = await hermesHome(named(), secrets())
    world.anthropic.next({ path: '/messages', answer: { text: 'Native hello.' } })
    const { output, usage } = await client.ask('Say hello.', [
      '-m',
      '@anthropic-prod/claude-sonnet-4-6',
      '--provider',
      'custom:gw-claude',
    ])
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('Native hello.')
    await world.logged((each) => each.endpoint_type === 'messages')
    await client.close()
  })

  test('hermes config set writes what the Connect page says', async () => {
    const client = await hermesHome('')
    client.set('model.provider', 'custom')
    client.set('model.base_url', world.api)
    client.set('model.default', '@openai-prod/gpt-4o')
    client.set('model.api_key', key)
    world.openai.next({ path: '/chat/completions', answer: { text: 'Configured by commands.' } })
    const { output, usage } = await client.ask('Say it.')
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('Configured by commands.')
    await client.close()
  })

  test('a lost key is told its cure', async () => {
    const client = await hermesHome(config().replace(/ {2}api_key: .*\n/, ''), `OPENAI_API_KEY=${key}\n`)
    const { output, usage } = await client.ask('hello')
    expect(usage.failed).toBe(true)
    expect(output).toContain('key_env')
    await client.close()
  })

  /** What Hermes does with each status we send (hermes-client §4.2): requests it makes, and that the turn ends as told. */
  const MATRIX: Array<{
    name: string
    fault: Parameters<World['openai']['next']>[0]
    requests: number
    says?: RegExp
  }> = [
    { name: 'a provider that refuses our credential', fault: { status: 401, times: 9 }, requests: 3 },
    {
      name: 'a rate limit with a wait',
      fault: { status: 429, headers: { 'retry-after': '1.2' }, times: 9 },
      requests: 3,
    },
    { name: 'an overloaded provider', fault: { status: 503, times: 9 }, requests: 3 },
    { name: 'a provider that fails', fault: { status: 500, times: 9 }, requests: 3 },
  ]
  for (const { name, fault, requests } of MATRIX) {
    test(`${name} is retried as told, then the turn ends`, async () => {
      const client = await hermesHome(config())
      const before = world.openai.requests.length
      for (let i = 0; i < (fault.times ?? 1); i++)
        world.openai.next({ ...fault, times: 1, path: '/chat/completions' })
      const { usage, output } = await client.ask('hello')
      const sent = world.openai.requests
        .slice(before)
        .filter(({ path }) => path.endsWith('/chat/completions'))
      expect(usage.failed, output).toBe(true)
      expect(sent.length).toBe(requests)
      world.openai.clear()
      await client.close()
    })
  }

  test('an unknown model stops after one request, with the words that make it stop', async () => {
    const client = await hermesHome(config('@nowhere/gpt-4o'))
    const { usage, output } = await client.ask('hello')
    expect(usage.failed).toBe(true)
    expect(output).toMatch(/Model not found/i)
    const refused = (await world.rows()).filter((row) => row.refusal === 'provider_not_found')
    expect(refused.length).toBe(1)
    await client.close()
  })

  test('a stream that is cut is taken up again', async () => {
    const client = await hermesHome(config())
    world.openai.next({
      path: '/chat/completions',
      answer: { text: 'The first half of a long answer that is cut' },
      dieAfterEvents: 4,
    })
    world.openai.next({ path: '/chat/completions', answer: { text: 'A whole answer.' } })
    const { output, usage } = await client.ask('Tell me.')
    expect(usage.failed, output).toBe(false)
    expect(output).toContain('A whole answer.')
    const row = await world.logged((each) => each.is_partial === true)
    expect(row.is_success).toBe(false)
    await client.close()
  })
})
