import { describe, expect, test } from 'vitest'
import { CONFIG_SAMPLES } from '../testing/config-samples.ts'
import { canonicalConfig } from './routing-canonical.ts'
import { routingConfig } from './routing-config.ts'
import { referencesOf, targetCounts } from './routing-references.ts'

const faults = (said: unknown) =>
  (routingConfig.safeParse(canonicalConfig(said)).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  )

const two = [{ provider: '@a' }, { provider: '@b' }]
const named = [
  { name: 'a', provider: '@a' },
  { name: 'b', provider: '@b' },
]
// biome-ignore lint/suspicious/noThenProperty: the wire's word, and nothing awaits it
const leading = (query: unknown, to: string) => ({ query, then: to })
const conditional = (query: unknown) => ({
  strategy: { mode: 'conditional', conditions: [leading(query, 'a')], default: 'b' },
  targets: named,
})

/** The example of gateway-contract §4.2. */
const NESTED = {
  strategy: { mode: 'fallback', on_status_codes: [429, 500, 502, 503, 504, 529, 446] },
  retry: { attempts: 2, on_status_codes: [429, 503] },
  cache: { mode: 'simple', max_age: 3600 },
  request_timeout: 30000,
  input_guardrails: ['pg-pii-1f0c'],
  targets: [
    {
      strategy: { mode: 'load-balance', sticky: { enabled: true, hash_fields: ['metadata._user'] } },
      targets: [
        { provider: '@openai-eu', weight: 0.7, override_params: { model: 'gpt-4o' } },
        { provider: '@azure-eu', weight: 0.3, override_params: { model: 'gpt-4o' } },
      ],
    },
    {
      name: 'backup',
      override_params: { model: '@claude-eu/claude-sonnet-4-5', max_tokens: 4096 },
      drop_params: ['logit_bias'],
    },
  ],
}

/** The example of gateway-contract §7.2. */
const GUARDED = {
  input_guardrails: [
    'pg-check-7a21',
    {
      'default.wordCount': { minWords: 1, maxWords: 2000 },
      'portkey.pii': { categories: ['EMAIL_ADDRESS'], redact: true },
      id: 'inline-in',
      deny: true,
      async: false,
      sequential: true,
      on_fail: { feedback: { value: -5, weight: 1, metadata: { team: 'safety' } } },
    },
  ],
  after_request_hooks: [
    {
      type: 'guardrail',
      id: 'raw-out',
      deny: true,
      async: false,
      sequential: false,
      checks: [
        { id: 'default.contains', parameters: { words: ['sorry'], operator: 'none' }, is_enabled: true },
      ],
      on_success: { feedback: { value: 5, weight: 1 } },
    },
  ],
}

test.each(Object.entries(CONFIG_SAMPLES))(
  'the guide’s sample for %s is accepted as it stands',
  (_, sample) => {
    expect(faults(sample)).toEqual([])
  },
)

test.each([
  ['nested groups', NESTED],
  ['guardrails in every form', GUARDED],
  ['the cache as a word', { provider: '@a', cache: 'semantic' }],
  ['a model beside the slug', { provider: '@a/gpt-4o' }],
  ['a provider with a key of its own', { provider: 'openai', api_key: 'sk-1' }],
  ['settings without a provider', { request_timeout: 1500, forward_headers: ['x-team'] }],
  [
    'more attempts than there may be',
    { provider: '@a', retry: { attempts: 9, use_retry_after_headers: true } },
  ],
  [
    'options of a provider',
    { provider: 'azure-openai', azure_resource_name: 'r', api_version: '2024-06-01' },
  ],
  ['one target and no strategy', { targets: [{ provider: '@a' }] }],
  ['the caller’s own provider', { strategy: { mode: 'single' }, targets: [{ passthrough: true }] }],
  [
    'a breaker',
    {
      strategy: { mode: 'fallback', cb_config: { failure_threshold: 5, cooldown_interval: 30_000 } },
      targets: two,
    },
  ],
  ['a saved guardrail by id', { provider: '@a', before_request_hooks: [{ id: 'pg-1' }] }],
  [
    'the same check twice',
    {
      provider: '@a',
      output_guardrails: [
        {
          rude: { id: 'default.contains', words: ['x'] },
          long: { id: 'wordCount', maxWords: 9 },
        },
      ],
    },
  ],
  ['a condition on metadata', conditional({ 'metadata.plan': 'paid' })],
  [
    'conditions within conditions',
    conditional({
      $or: [
        { 'params.max_tokens': { $gte: 10, $lt: '20.5' } },
        { $and: [{ 'url.pathname': { $regex: '^/v1/chat' } }, { 'metadata.x': { $nin: ['a', 1] } }] },
      ],
    }),
  ],
])('accepted: %s', (_, said) => {
  expect(faults(said)).toEqual([])
})

test.each([
  ['no object', 'x', ' must be|Invalid input'],
  ['a word nearly right', { retri: {} }, '^retri is not a field; did you mean retry\\?'],
  ['a word of no kind', { zzzzzzzz: 1 }, '^zzzzzzzz is not a field of a config'],
  ['the form of before 2024', { mode: 'fallback', options: [] }, 'belongs to the form of before 2024'],
  ['statuses on their own', { provider: '@a', on_status_codes: [429] }, '^on_status_codes belongs inside'],
  ['several targets and no strategy', { targets: two }, '^strategy is required'],
  ['a strategy and no targets', { strategy: { mode: 'fallback' } }, '^targets is required for mode fallback'],
  ['no target at all', { strategy: { mode: 'fallback' }, targets: [] }, '^targets must hold at least one'],
  ['an unknown mode', { strategy: { mode: 'roundrobin' }, targets: two }, '^strategy.mode'],
  [
    'a provider on a group',
    { provider: '@a', strategy: { mode: 'fallback' }, targets: two },
    '^provider is not handed down',
  ],
  [
    'an option on a group',
    { aws_region: 'x', strategy: { mode: 'fallback' }, targets: two },
    '^aws_region is not handed down',
  ],
  ['weights of nothing', { strategy: { mode: 'loadbalance' }, targets: [{ weight: 0 }] }, 'weight above 0'],
  ['a weight below 0', { strategy: { mode: 'loadbalance' }, targets: [{ weight: -1 }] }, '^targets.0.weight'],
  [
    'sticky in a fallback',
    { strategy: { mode: 'fallback', sticky: {} }, targets: two },
    '^strategy.sticky is for mode loadbalance',
  ],
  [
    'conditions left out',
    { strategy: { mode: 'conditional', default: 'a' }, targets: named },
    '^strategy.conditions is required',
  ],
  [
    'a default left out',
    {
      strategy: { mode: 'conditional', conditions: [leading({ 'metadata.a': 1 }, 'a')] },
      targets: named,
    },
    '^strategy.default is required',
  ],
  [
    'a target nobody has',
    {
      strategy: {
        mode: 'conditional',
        conditions: [leading({ 'metadata.a': 1 }, 'aa')],
        default: 'b',
      },
      targets: named,
    },
    '^strategy.conditions.0.then names no target of this group: aa; did you mean a',
  ],
  ['two of one name', { strategy: { mode: 'fallback' }, targets: [named[0], named[0]] }, '^targets.1.name'],
  [
    'a path too deep',
    conditional({ 'metadata.a.b': 1 }),
    '^strategy.conditions.0.query.metadata.a.b is nothing that can be asked',
  ],
  ['an unknown operator', conditional({ 'metadata.a': { $equals: 1 } }), 'is no operator'],
  ['a list without $in', conditional({ 'metadata.a': [1] }), 'must be one value'],
  ['a pattern that is none', conditional({ 'metadata.a': { $regex: '(' } }), 'must be a regular expression'],
  ['an empty query', conditional({}), 'must ask something'],
  ['a key beside a stored provider', { provider: '@a', api_key: 'sk' }, '^api_key may not stand beside'],
  [
    'a model without its slug’s end',
    { override_params: { model: '@a' } },
    '^override_params.model must be @provider-slug/model',
  ],
  ['a slug of odd letters', { provider: '@a b' }, '^provider must be @provider-slug'],
  [
    'a minute too short for a cache',
    { provider: '@a', cache: { mode: 'simple', max_age: 59 } },
    'max_age must be 60 or more',
  ],
  [
    'a breaker that never opens',
    { provider: '@a', cb_config: { cooldown_interval: 30_000 } },
    'failure_threshold is required',
  ],
  ['a header that is kept here', { forward_headers: ['X-Portkey-Forward-Headers'] }, '^forward_headers.0'],
  [
    'metadata too long',
    { provider: '@a', metadata: { a: 'x'.repeat(129) } },
    '^metadata.a must have at most 128',
  ],
  [
    'metadata of a target',
    { targets: [{ provider: '@a', metadata: {} }] },
    '^targets.0.metadata stands at the root',
  ],
  [
    'an unknown check',
    { input_guardrails: [{ 'default.containz': {} }] },
    'is no check: default.containz; did you mean default.contains',
  ],
  [
    'an unknown parameter',
    { input_guardrails: [{ contains: { word: ['a'] } }] },
    'is no parameter of default.contains; did you mean words',
  ],
  ['a guardrail of nothing', { input_guardrails: [{ deny: true }] }, 'must name a check'],
  ['half a Vertex', { provider: 'vertex-ai', vertex_region: 'eu' }, '^vertex_project_id is required'],
])('refused: %s', (_, said, fault) => {
  expect(
    faults(said).some((text) => new RegExp(fault).test(text)),
    faults(said).join('\n'),
  ).toBe(true)
})

describe('one spelling', () => {
  test('camelCase becomes snake_case, but not what is the caller’s own', () => {
    const said = {
      overrideParams: { maxTokens: 5 },
      strictOpenAICompliance: false,
      metadata: { userId: 'u' },
      cache: { mode: 'simple', maxAge: 60 },
      beforeRequestHooks: [
        { type: 'guardrail', onFail: {}, checks: [{ id: 'contains', parameters: { minWords: 1 } }] },
      ],
    }
    expect(canonicalConfig(said)).toEqual({
      override_params: { maxTokens: 5 },
      strict_open_ai_compliance: false,
      metadata: { userId: 'u' },
      cache: { mode: 'simple', max_age: 60 },
      before_request_hooks: [
        { type: 'guardrail', on_fail: {}, checks: [{ id: 'contains', parameters: { minWords: 1 } }] },
      ],
    })
  })

  test.each(['load-balance', 'load_balance', 'loadBalance', 'loadbalance'])('%s is loadbalance', (mode) => {
    expect(canonicalConfig({ strategy: { mode }, targets: two })).toEqual({
      strategy: { mode: 'loadbalance' },
      targets: two,
    })
  })

  test('a mode beside its targets is a strategy', () => {
    expect(canonicalConfig({ mode: 'fallback', on_status_codes: [429], targets: two })).toEqual({
      strategy: { mode: 'fallback', on_status_codes: [429] },
      targets: two,
    })
  })

  test('a word said in two spellings is refused, not chosen between', () => {
    expect(faults({ api_key: 'a', apiKey: 'b', provider: 'openai' })).toEqual([
      'apiKey is not a field; did you mean api_key?',
    ])
  })

  test('the order of members stays', () => {
    expect(Object.keys(canonicalConfig({ retry: {}, provider: '@a', cache: 'simple' }) as object)).toEqual([
      'retry',
      'provider',
      'cache',
    ])
  })
})

test('what a config names is found at every depth, with the path to it', () => {
  const found = (said: unknown) =>
    referencesOf(canonicalConfig(said)).map(({ path, kind, name }) => [path, kind, name])
  expect(found(NESTED)).toEqual([
    ['input_guardrails.0', 'guardrail', 'pg-pii-1f0c'],
    ['targets.0.targets.0.provider', 'provider', 'openai-eu'],
    ['targets.0.targets.1.provider', 'provider', 'azure-eu'],
    ['targets.1.override_params.model', 'provider', 'claude-eu'],
  ])
  expect(found(GUARDED)).toEqual([['input_guardrails.0', 'guardrail', 'pg-check-7a21']])
  expect(
    found({
      virtual_key: '@old',
      default_params: { model: '@m/x/y' },
      prompt_id: 'pp-1',
      output_mutators: [{ id: 'pg-2', deny: true }],
      after_request_hooks: [{ checks: [{ id: 'log', parameters: { logURL: 'https://a.example' } }] }],
    }),
  ).toEqual([
    ['virtual_key', 'provider', 'old'],
    ['default_params.model', 'provider', 'm'],
    ['prompt_id', 'prompt', 'pp-1'],
    ['after_request_hooks.0.checks.0.parameters.logURL', 'host', 'https://a.example'],
    ['output_mutators.0.id', 'guardrail', 'pg-2'],
  ])
})

test('targets are counted at the root and beneath each of them', () => {
  expect(targetCounts(NESTED)).toEqual({ root: 2, nestedMax: 2, nestedAt: 0 })
  expect(targetCounts({ provider: '@a' })).toEqual({ root: 0, nestedMax: 0, nestedAt: -1 })
})

test('the engine reads defaults and one form', () => {
  const config = routingConfig.parse({ provider: '@a', retry: { attempts: 9 }, cache: 'simple' })
  expect(config.retry).toEqual({ attempts: 5, use_retry_after_header: false })
  expect(config.cache).toEqual({ mode: 'simple' })
})
