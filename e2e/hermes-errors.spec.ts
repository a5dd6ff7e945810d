import { expect, test } from '@playwright/test'
import { startAnthropicUpstream } from '../lib/testing/anthropic-upstream.ts'
import { startOpenAiUpstream } from '../lib/testing/openai-upstream.ts'
import type { Fault, TestUpstream } from '../lib/testing/upstream.ts'
import { openDoor, type Passed } from './door.ts'
import { type HermesRun, hermesHome, isInstalled } from './hermes-client.ts'
import { startWorld, type World } from './world.ts'

/** What goes wrong, and what the real Hermes makes of the status we send for it (hermes-client §4.2). */
interface Case {
  name: string
  /** Who serves the model; OpenAI's stand-in when absent. */
  dialect?: 'openai' | 'anthropic'
  /** What the provider does; it answers well after so many times. */
  fault?: Fault
  /** The model asked for; the case's own provider when absent. */
  model?: string
  /** Lines of the client's `model:` section that differ. */
  settings?: Record<string, string>
  /** Statuses Hermes was told, one a request. */
  told: number[]
  /** How long it paused before each further request, at least. */
  pausesMs?: number[]
  /** The answer came all the same. */
  recovers?: boolean
  says?: RegExp
}

const ALWAYS = 99
/** What Hermes waits of its own accord. */
const BACKOFF = [1_900, 3_900]

const CASES: Case[] = [
  {
    name: 'a provider that fails after a long silence is asked three times',
    fault: {
      silentMs: 11_000,
      firstEventError: { type: 'server_error', message: 'The server had an error.' },
      times: ALWAYS,
    },
    told: [200, 200, 200],
  },
  {
    name: 'a key nobody issued ends the turn at once',
    settings: { api_key: '"tg_sNobodyHasEverIssuedThisKey"' },
    told: [401],
    says: /key/i,
  },
  {
    name: 'a key that was not sent is told its cure at once',
    settings: { api_key: '' },
    told: [401],
    says: /key_env/,
  },
  {
    name: 'a provider nobody added ends the turn at once',
    model: '@nowhere/gpt-4o',
    told: [404],
    says: /Model not found/,
  },
  {
    name: 'a rate limit is waited out as long as the provider said, in whole seconds',
    fault: { status: 429, headers: { 'retry-after': '4.2' }, times: ALWAYS },
    told: [429, 429, 429],
    pausesMs: [4_900, 4_900],
  },
  {
    name: 'a provider that refuses our credential is not taken for a wrong key of the caller',
    fault: { status: 401, times: ALWAYS },
    told: [502, 502, 502],
    pausesMs: BACKOFF,
    says: /refused the credential stored for it/,
  },
  {
    name: 'a provider that fails is asked three times',
    fault: { status: 500, times: ALWAYS },
    told: [500, 500, 500],
    pausesMs: BACKOFF,
  },
  {
    name: 'a provider that is overloaded is asked three times',
    fault: { status: 503, times: ALWAYS },
    told: [503, 503, 503],
    pausesMs: BACKOFF,
  },
  {
    name: 'an overload that comes as the first event of a stream is a status',
    dialect: 'anthropic',
    fault: { firstEventError: { type: 'overloaded_error', message: 'Overloaded' }, times: ALWAYS },
    told: [503, 503, 503],
    pausesMs: BACKOFF,
  },
  {
    name: 'a rate limit that comes as the first event of a stream is a status',
    fault: {
      firstEventError: { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached.' },
      times: ALWAYS,
    },
    told: [429, 429, 429],
  },
  {
    name: 'a provider that does not answer in time is asked three times',
    fault: { hang: true, times: ALWAYS },
    settings: { default_headers: '{x-tollgate-request-timeout: "1500"}' },
    told: [504, 504, 504],
  },
  {
    name: 'a provider that hangs up without a word is asked three times',
    fault: { dieBeforeHeaders: true, times: ALWAYS },
    told: [502, 502, 502],
  },
  {
    name: 'a prompt that is too long is told from every other mistake, for compaction',
    fault: {
      status: 400,
      body: {
        error: {
          message:
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 130012 tokens. Please reduce the length of the messages.",
          type: 'invalid_request_error',
          param: 'messages',
          code: 'context_length_exceeded',
        },
      },
      times: ALWAYS,
    },
    told: [400],
    says: /Context length exceeded/,
  },
  {
    name: 'a request the provider calls wrong ends the turn at once',
    fault: { status: 400, times: ALWAYS },
    told: [400],
  },
  {
    name: 'a refusal on grounds of content is shown as one',
    fault: {
      status: 400,
      body: {
        error: {
          message: 'The response was filtered due to the prompt triggering content management policy.',
          type: 'invalid_request_error',
          param: 'prompt',
          code: 'content_filter',
        },
      },
      times: ALWAYS,
    },
    told: [400],
    says: /safety filter blocked/,
  },
  {
    name: 'a stream that is cut in its text is taken up again',
    fault: { dieAfterEvents: 4, answer: { text: 'The first half of an answer that is cut' } },
    told: [200, 200],
    recovers: true,
  },
  {
    name: 'a stream that just stops is not taken for a whole answer',
    fault: { endAfterEvents: 4, answer: { text: 'The first half of an answer that stops' } },
    told: [200, 200],
    recovers: true,
  },
  {
    name: 'a stream that breaks off with an error is taken up again',
    dialect: 'anthropic',
    fault: { errorAfterEvents: 5, answer: { text: 'The first half of an answer that fails' } },
    told: [200, 200],
    recovers: true,
  },
  {
    name: 'a stream that is cut in a tool call is asked for again',
    fault: {
      dieAfterEvents: 3,
      answer: { toolCalls: [{ name: 'read_file', arguments: { path: 'a-rather-long-name.txt' } }] },
    },
    told: [200, 200],
    recovers: true,
  },
]

test.describe('Hermes understands what it is told', () => {
  test.skip(!isInstalled(), 'Hermes is not installed here: npm run e2e:hermes puts it into .e2e/hermes')

  let world: World
  let key: string
  const outcomes = new Map<string, Promise<Outcome>>()

  test.describe.configure({ timeout: 300_000 })

  // A run is mostly waiting, so a few go on side by side, each with a provider of its own.
  test.beforeAll(async () => {
    world = await startWorld({ ALLOW_PRIVATE_HOSTS: '127.0.0.1' })
    key = (await world.createKey()).key
    const inTurn = queue(RUNS_AT_ONCE)
    for (const [index, each] of CASES.entries()) {
      const outcome = inTurn(() => observe(world, key, `case-${index}`, each))
      outcome.catch(() => {})
      outcomes.set(each.name, outcome)
    }
  })
  test.afterAll(async () => {
    await Promise.allSettled(outcomes.values())
    await world?.close()
  })

  for (const { name, told, pausesMs, recovers = false, says } of CASES) {
    test(name, async () => {
      const { run, calls, credential } = (await outcomes.get(name)) as Outcome
      const { output, usage } = run
      expect(
        calls.map(({ status }) => status),
        output,
      ).toEqual(told)
      expect(usage.failed, output).toBe(!recovers)
      if (says) expect(output).toMatch(says)
      if (recovers) expect(output).toMatch(/^(Hello!|Hi! My name is Claude)/)
      for (const [index, least] of (pausesMs ?? []).entries()) {
        expect((calls[index + 1]?.atMs ?? 0) - (calls[index]?.atMs ?? 0)).toBeGreaterThanOrEqual(least)
      }
      expect(output).not.toContain(credential)
    })
  }
})

const RUNS_AT_ONCE = 4

interface Outcome {
  run: HermesRun
  /** Model calls only, as they passed between Hermes and the gateway. */
  calls: Passed[]
  credential: string
}

async function observe(world: World, key: string, slug: string, each: Case): Promise<Outcome> {
  const { dialect = 'openai', fault, settings } = each
  const credential = `sk-canary-${slug}-0123456789`
  const upstream: TestUpstream =
    dialect === 'openai'
      ? await startOpenAiUpstream({ credential })
      : await startAnthropicUpstream({ credential })
  await world.addProvider(slug, dialect, upstream.url, credential)
  if (fault) upstream.next(fault)
  const door = await openDoor(world.url)
  const model = each.model ?? `@${slug}/${dialect === 'openai' ? 'gpt-4o' : 'claude-sonnet-4-6'}`
  const lines = {
    provider: 'custom',
    default: `"${model}"`,
    base_url: `"${door.url}/api/v1"`,
    api_key: `"${key}"`,
    ...settings,
  }
  const config = Object.entries(lines).filter(([, value]) => value)
  const client = await hermesHome(
    `model:\n${config.map(([name, value]) => `  ${name}: ${value}\n`).join('')}`,
  )
  try {
    const run = await client.ask('Say hello.')
    const calls = door.passed.filter(({ method, path }) => method === 'POST' && path.endsWith('/completions'))
    return { run, calls, credential }
  } finally {
    await Promise.all([client.close(), door.close(), upstream.close()])
  }
}

/** Runs what it is given, at most `atOnce` at a time, in the order it came. */
function queue(atOnce: number) {
  const waiting: Array<() => void> = []
  let free = atOnce
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
