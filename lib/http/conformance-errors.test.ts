import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { offerOf } from '../directory/models.ts'
import type { ErrorCode } from '../errors.ts'
import { GatewayError } from '../errors.ts'
import type { JsonObject } from '../providers/adapter.ts'
import { createEgress, type Egress } from '../providers/egress.ts'
import { providerSpec } from '../providers/openai-compatible.ts'
import { type Ask, eventsOf, type Got, lintedFetch } from '../testing/caller.ts'
import { testCaller } from '../testing/gateway.ts'
import { type HostileUpstream, httpAnswer, startHostile } from '../testing/hostile.ts'
import { freePort, SECRETS, startWorld, type World } from '../testing/world.ts'

type Wire = readonly [status: number, code: string | null, type: string]

/** The three kinds of caller of architecture §2, and the one who is two of them. */
const CALLERS = [
  'everyone else',
  'a Portkey client',
  'an Anthropic client',
  'a Portkey client on /messages',
] as const
type Kind = (typeof CALLERS)[number]

const ANTHROPIC_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}
const INVALID = 'invalid_request_error'
const AUTH = 'authentication_error'
const UPSTREAM = 'upstream_error'
const NOT_FOUND: Wire = [404, 'model_not_found', INVALID]

/** A workspace that may call one of the models its integration enables. */
const LISTED = offerOf(
  providerSpec('openai')!,
  { allowAllModels: true, pricingAdjustments: null, models: [] },
  ['gpt-4o'],
)

interface Situation {
  name: string
  /** Default: a good chat. */
  model?: string | null
  key?: string | null
  headers?: Record<string, string>
  /** What the hostile upstream says; the model is then its own. */
  says?: Buffer | string
  portkey: Wire
  /** Absent: as for a Portkey client. */
  plain?: Wire
  /** Where an Anthropic caller's status is not everyone's. */
  anthropicStatus?: number
  /** Our code on the row; null: the upstream's refusal; absent: no row. */
  row?: ErrorCode | null
  message?: RegExp
}

const openAiSays = (status: number, error: object, headers: Record<string, string> = {}) =>
  httpAnswer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify({ error }))

const SITUATIONS: Situation[] = [
  { name: 'no key', key: null, portkey: [401, 'invalid_api_key', AUTH], message: /No API key/ },
  { name: 'an unknown key', key: 'tg_unknown', portkey: [401, 'invalid_api_key', AUTH] },
  { name: 'an endless key', key: 'k'.repeat(5000), portkey: [401, 'invalid_api_key', AUTH] },
  { name: 'a disabled key', key: 'tg_off', portkey: [401, 'invalid_api_key', AUTH], message: /disabled/ },
  { name: 'an expired key', key: 'tg_old', portkey: [401, 'expired_api_key', AUTH], message: /expired/ },
  {
    name: 'the placeholder of Hermes',
    key: 'no-key-required',
    portkey: [401, 'invalid_api_key', AUTH],
    message: /model\.api_key.*key_env/,
  },
  {
    name: 'a key without the scope',
    key: 'tg_reader',
    portkey: [403, 'AB03', 'permission_error'],
    plain: [403, 'insufficient_scope', 'permission_error'],
    row: 'insufficient_scope',
  },
  {
    name: 'an unknown slug',
    model: '@nowhere/gpt-4o',
    portkey: [404, 'provider_not_found', INVALID],
    plain: NOT_FOUND,
    row: 'provider_not_found',
    message: /Model not found.*@nowhere/,
  },
  {
    name: 'a disabled provider',
    model: '@disabled/gpt-4o',
    portkey: [403, 'provider_disabled', INVALID],
    plain: NOT_FOUND,
    row: 'provider_disabled',
    message: /Model not found/,
  },
  {
    name: 'an expired provider',
    model: '@expired/gpt-4o',
    portkey: [403, 'provider_expired', INVALID],
    plain: NOT_FOUND,
    row: 'provider_expired',
    message: /Model not found/,
  },
  {
    name: 'a model that is not allowed',
    model: '@narrow/gpt-4o-mini',
    portkey: [403, 'model_not_allowed', INVALID],
    plain: NOT_FOUND,
    row: 'model_not_allowed',
    message: /Model not found.*Did you mean/,
  },
  {
    name: 'a model that the workspace’s own list leaves out',
    model: '@listed/gpt-4o-mini',
    portkey: [403, 'model_not_allowed', INVALID],
    plain: NOT_FOUND,
    row: 'model_not_allowed',
    message:
      /^Model not found: @listed\/gpt-4o-mini is enabled on the integration "listed", but this workspace's list of models leaves it out\. Did you mean .*An admin can add it/,
  },
  {
    name: 'a bare model several providers offer',
    model: 'gpt-4o',
    portkey: [400, 'provider_required', INVALID],
    plain: NOT_FOUND,
    message: /@openai-prod\/gpt-4o|x-portkey-provider/,
  },
  {
    name: 'a bare model nobody offers',
    model: 'gpt-unheard-of',
    portkey: [400, 'provider_required', INVALID],
    plain: NOT_FOUND,
    message: /@provider-slug\/model|Name one: @/,
  },
  { name: 'no model', model: null, portkey: [400, 'model_required', INVALID], row: 'model_required' },
  {
    name: 'a slug without a model',
    model: '@openai-prod',
    portkey: [400, 'invalid_model', INVALID],
    row: 'invalid_model',
  },
  {
    name: 'a config',
    headers: { 'x-tollgate-config': 'pc-1' },
    portkey: [400, 'invalid_config', INVALID],
    row: 'invalid_config',
  },
  {
    name: 'an unknown provider id',
    model: 'gpt-4o',
    headers: { 'x-tollgate-provider': 'nobody-ai' },
    portkey: [400, 'invalid_provider', INVALID],
    row: 'invalid_provider',
  },
  {
    name: 'a custom host beside a stored provider',
    headers: { 'x-tollgate-custom-host': 'https://example.com/v1' },
    portkey: [400, 'invalid_custom_host', INVALID],
    row: 'invalid_custom_host',
  },
  {
    name: 'a custom host beside a model whose provider is stored',
    model: 'only-here',
    headers: { 'x-tollgate-custom-host': 'https://example.com/v1' },
    portkey: [400, 'provider_required', INVALID],
    plain: [400, 'invalid_custom_host', INVALID],
  },
  ...[
    'http://127.0.0.1/v1',
    'http://169.254.169.254/',
    'http://[::1]/',
    'http://2130706433/',
    'ftp://example.com',
    'nonsense',
  ].map(
    (host): Situation => ({
      name: `the custom host ${host}`,
      model: 'gpt-4o',
      headers: { 'x-tollgate-provider': 'openai', 'x-tollgate-custom-host': host },
      portkey: [400, 'invalid_custom_host', INVALID],
      row: 'invalid_custom_host',
    }),
  ),
  {
    name: 'metadata that is no JSON',
    headers: { 'x-tollgate-metadata': '{team' },
    portkey: [400, 'invalid_metadata', INVALID],
    row: 'invalid_metadata',
  },
  {
    name: 'metadata that is a list',
    headers: { 'x-tollgate-metadata': '[1]' },
    portkey: [400, 'invalid_metadata', INVALID],
    row: 'invalid_metadata',
  },
  {
    name: 'metadata that is nested',
    headers: { 'x-tollgate-metadata': '{"a":{"b":1}}' },
    portkey: [400, 'invalid_metadata', INVALID],
    row: 'invalid_metadata',
  },
  ...['0', '-5', 'soon', '1.5', '1e400', ''].map(
    (timeout): Situation => ({
      name: `the timeout "${timeout}"`,
      headers: { 'x-tollgate-request-timeout': timeout },
      portkey: [400, 'invalid_header', INVALID],
      row: 'invalid_header',
    }),
  ),
  {
    name: 'forwarding of the forward header',
    headers: { 'x-tollgate-forward-headers': "['x-a', 'x-portkey-forward-headers']" },
    portkey: [400, 'invalid_forward_headers', INVALID],
    row: 'invalid_forward_headers',
  },
  {
    name: 'forwarding of a metadata header',
    headers: { 'x-tollgate-forward-headers': 'Metadata-Flavor' },
    portkey: [400, 'invalid_forward_headers', INVALID],
    row: 'invalid_forward_headers',
  },
  ...[
    ['x-tollgate-config', ' {"retry":{"attempts":3}}', 'inline_config_blocked'],
    ['x-tollgate-huggingface-base-url', 'https://example.com', 'inline_provider_url_blocked'],
    ['x-tollgate-provider', 'openai', 'inline_provider_blocked'],
    ['x-tollgate-custom-host', 'https://example.com', 'inline_custom_host_blocked'],
    ['x-tollgate-forward-headers', 'x-a', 'inline_forward_headers_blocked'],
  ].map(
    ([header = '', value = '', code = '']): Situation => ({
      name: `${header} where only saved things may be used`,
      key: 'tg_saved',
      headers: { [header]: value },
      portkey: [400, code, INVALID],
      row: code as ErrorCode,
    }),
  ),
  {
    name: 'a provider that does not answer in time',
    model: '@hanging/gpt-4o',
    headers: { 'x-tollgate-request-timeout': '60' },
    portkey: [408, 'timeout_error', 'timeout_error'],
    plain: [504, 'upstream_timeout', UPSTREAM],
    row: 'request_timeout',
    message: /No response headers within 60ms/,
  },
  {
    name: 'a provider that does not answer before its client gives up',
    model: '@hanging/gpt-4o',
    headers: { 'x-stainless-read-timeout': '0.1' },
    portkey: [408, 'timeout_error', 'timeout_error'],
    plain: [504, 'upstream_timeout', UPSTREAM],
    row: 'request_timeout',
    message: /within 90ms/,
  },
  {
    name: 'a provider that cannot be connected to in time',
    model: '@unconnected/gpt-4o',
    portkey: [503, 'upstream_timeout', UPSTREAM],
    plain: [504, 'upstream_timeout', UPSTREAM],
    row: 'connect_timeout',
  },
  {
    name: 'a provider that refuses connections',
    model: '@down/gpt-4o',
    portkey: [502, 'upstream_unreachable', 'upstream_unreachable'],
    row: 'upstream_unreachable',
  },
  {
    name: 'a provider that closes without an answer',
    says: '',
    portkey: [502, 'upstream_unreachable', 'upstream_unreachable'],
    row: 'upstream_unreachable',
  },
  {
    name: 'a provider lost between headers and first byte',
    says: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n',
    portkey: [502, 'upstream_unreachable', 'upstream_unreachable'],
    row: 'upstream_unreachable',
  },
  {
    name: 'a provider lost within its answer',
    says: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"choices":[',
    portkey: [502, 'upstream_stream_error', 'upstream_stream_error'],
    row: 'upstream_stream_error',
  },
  {
    name: 'a provider that speaks no HTTP',
    says: 'SSH-2.0-OpenSSH_9.6\r\n',
    portkey: [502, 'invalid_provider_response', UPSTREAM],
    row: 'invalid_provider_response',
  },
  ...[401, 403].map(
    (status): Situation => ({
      name: `a stored credential refused with ${status}`,
      says: openAiSays(status, {
        message: 'Incorrect API key provided.',
        type: INVALID,
        code: 'invalid_api_key',
        param: null,
      }),
      portkey: [status, 'invalid_api_key', INVALID],
      plain: [502, 'upstream_auth_error', UPSTREAM],
      row: null,
    }),
  ),
  {
    name: 'a credential of the caller refused',
    model: 'gpt-4o',
    headers: { 'x-tollgate-provider': 'openai', authorization: 'Bearer sk-of-the-caller' },
    key: null,
    portkey: [401, 'invalid_api_key', INVALID],
    row: null,
  },
  {
    name: 'a provider that is overloaded',
    says: httpAnswer(
      529,
      { 'content-type': 'application/json' },
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    ),
    portkey: [529, null, 'overloaded_error'],
    plain: [503, 'overloaded', 'overloaded_error'],
    anthropicStatus: 529,
    row: null,
  },
  {
    name: 'a provider that limits its rate',
    says: openAiSays(429, {
      message: 'Rate limit reached',
      type: 'requests',
      code: 'rate_limit_exceeded',
      param: null,
    }),
    portkey: [429, 'rate_limit_exceeded', 'requests'],
    row: null,
  },
  {
    name: 'a provider that finds the prompt too long',
    says: openAiSays(400, {
      message: "This model's maximum context length is 128000 tokens.",
      type: INVALID,
      code: 'context_length_exceeded',
      param: 'messages',
    }),
    portkey: [400, 'context_length_exceeded', INVALID],
    row: null,
    message: /maximum context length is 128000/,
  },
  {
    name: 'a provider that does not know the model',
    says: openAiSays(404, {
      message: 'The model `x` does not exist',
      type: INVALID,
      code: 'model_not_found',
      param: null,
    }),
    portkey: [404, 'model_not_found', INVALID],
    row: null,
  },
  {
    name: 'a provider without the path',
    says: httpAnswer(404, { 'content-type': 'text/html' }, '<html><title>404</title></html>'),
    portkey: [404, null, INVALID],
    plain: [404, 'not_found', INVALID],
    row: null,
  },
  {
    name: 'a provider that fails',
    says: openAiSays(500, {
      message: 'The server had an error',
      type: 'server_error',
      code: null,
      param: null,
    }),
    portkey: [500, null, 'server_error'],
    row: null,
  },
  {
    name: 'a provider that labels its failure as the caller’s mistake',
    says: openAiSays(502, { message: 'hiccup', type: INVALID, code: null, param: null }),
    portkey: [502, null, UPSTREAM],
    row: null,
  },
  {
    name: 'a provider whose proxy answers in HTML',
    says: httpAnswer(
      503,
      { 'content-type': 'text/html' },
      '<!DOCTYPE html><html><body>Bad gateway</body></html>',
    ),
    portkey: [503, null, UPSTREAM],
    row: null,
    message: /answered 503$/,
  },
  {
    name: 'a provider that answers 200 in HTML',
    says: httpAnswer(200, { 'content-type': 'text/html' }, '<!DOCTYPE html><html></html>'),
    portkey: [502, 'invalid_provider_response', UPSTREAM],
    row: 'invalid_provider_response',
  },
  {
    name: 'a provider that answers 200 with nothing',
    says: httpAnswer(200, { 'content-type': 'application/json' }),
    portkey: [502, 'invalid_provider_response', UPSTREAM],
    row: 'invalid_provider_response',
  },
  {
    name: 'a provider that answers 200 with half a JSON',
    says: httpAnswer(200, { 'content-type': 'application/json' }, '{"id":'),
    portkey: [502, 'invalid_provider_response', UPSTREAM],
    row: 'invalid_provider_response',
  },
  ...[301, 302, 307, 308].map(
    (status): Situation => ({
      name: `a provider that redirects with ${status}`,
      says: httpAnswer(
        status,
        { location: 'http://169.254.169.254/latest', 'content-type': 'text/plain' },
        'moved',
      ),
      portkey: [502, 'invalid_provider_response', UPSTREAM],
      row: 'invalid_provider_response',
    }),
  ),
  {
    name: 'a provider that answers with a status that is none',
    says: httpAnswer(799, { 'content-type': 'application/json' }, '{}'),
    portkey: [502, 'invalid_provider_response', UPSTREAM],
    row: 'invalid_provider_response',
  },
  ...(
    [
      [429, 429, 'Rate limited'],
      [402, 402, 'Insufficient credits'],
      ['oops', 502, 'Network lost'],
    ] as const
  ).map(
    ([code, status, message]): Situation => ({
      name: `an error ${code} inside a 200`,
      says: httpAnswer(
        200,
        { 'content-type': 'application/json' },
        JSON.stringify({ error: { code, message } }),
      ),
      portkey: [status, String(code), status >= 500 ? UPSTREAM : INVALID],
      row: null,
      message: new RegExp(message),
    }),
  ),
]

describe.each(['node', 'web'] as const)('what callers are told, %s edge', (edge) => {
  let world: World
  let hostile: HostileUpstream
  let egress: Egress & { close(): Promise<void> }

  beforeAll(async () => {
    hostile = await startHostile()
    const down = `http://127.0.0.1:${await freePort()}/v1`
    const host = new URL(hostile.url).host
    egress = createEgress({
      allowPrivateHosts: ['127.0.0.1', host],
      connectTimeoutMs: 2_000,
      maxConnectionsPerOrigin: 64,
      maxPendingPerOrigin: 64,
    })
    const models = ['gpt-4o']
    world = await startWorld(edge, {
      providers: [
        { slug: 'hostile', provider: 'custom', baseUrl: `${hostile.url}/v1`, key: SECRETS.open },
        {
          slug: 'hostile-anthropic',
          provider: 'anthropic',
          baseUrl: `${hostile.url}/v1`,
          key: SECRETS.anthropic,
        },
        { slug: 'down', provider: 'custom', baseUrl: down, models: [] },
        { slug: 'hanging', provider: 'custom', baseUrl: 'http://hanging.test/v1', models: [] },
        { slug: 'unconnected', provider: 'custom', baseUrl: 'http://unconnected.test/v1', models: [] },
        { slug: 'disabled', provider: 'openai', models, fields: { status: 'disabled' } },
        { slug: 'expired', provider: 'openai', models, fields: { expiresAtMs: 1 } },
        { slug: 'narrow', provider: 'openai', models },
        { slug: 'listed', provider: 'openai', fields: LISTED },
        { slug: 'sole', provider: 'x-ai', models: ['only-here'] },
      ].map((provider) => ({
        ...provider,
        fields: {
          ...(provider.models?.length === 0 && { allowAllModels: true }),
          ...('fields' in provider ? provider.fields : {}),
        } as never,
      })),
      overrides: { egress: scripted(egress, () => world) },
    })
    const { callers } = world.gateway
    callers.set('tg_reader', testCaller({ scopes: new Set(['logs.view']) }))
    callers.set('tg_off', testCaller({ status: 'disabled' }))
    callers.set('tg_old', testCaller({ expiresAtMs: 1 }))
    callers.set('tg_saved', testCaller({ isSavedOnly: true }))
  })
  afterAll(async () => {
    await world.close()
    await hostile.close()
    await egress.close()
  })
  beforeEach(() => world.forget())

  /** A call of this kind of caller, in this situation. */
  function ask(kind: Kind, { model, key, headers = {}, says }: Situation): Ask {
    const isMessages = kind.includes('nthropic') || kind.includes('/messages')
    const own: Record<string, string> = kind.includes('Portkey') ? { 'x-portkey-trace-id': 'trace-1' } : {}
    // Beside a gateway key of its own, the bearer is the upstream's.
    if (headers.authorization) own['x-tollgate-api-key'] = world.gateway.key
    const named =
      says === undefined ? (model === undefined ? '@openai-prod/gpt-4o' : model) : '@hostile/gpt-4o'
    return {
      path: isMessages ? '/messages' : '/chat/completions',
      body: {
        ...(named !== null && { model: named }),
        ...(isMessages && { max_tokens: 50 }),
        messages: [{ role: 'user', content: 'Hello' }],
      },
      headers: { ...own, ...headers },
      ...(key !== undefined && { key }),
    }
  }

  function expected(kind: Kind, situation: Situation): Wire {
    const { portkey, plain = portkey } = situation
    const [status, code, type] = kind.includes('Portkey') ? portkey : plain
    const isMessages = kind.includes('nthropic') || kind.includes('/messages')
    if (!isMessages) return [status, code, type]
    const heard = kind.includes('Portkey') ? status : (situation.anthropicStatus ?? status)
    return [heard, code, ANTHROPIC_TYPES[heard] ?? 'api_error']
  }

  describe.each(SITUATIONS)('$name', (situation) => {
    it.each(CALLERS)('%s hears it in its own dialect', async (kind) => {
      if (situation.says !== undefined) hostile.says(situation.says)
      const got = await world.call(ask(kind, situation))
      const [status, code, type] = expected(kind, situation)
      const error = got.json?.error as JsonObject
      expect([got.status, error.type]).toEqual([status, type])
      const isMessages = kind.includes('nthropic') || kind.includes('/messages')
      if (isMessages) {
        expect(got.json).toMatchObject({ type: 'error' })
        expect(Object.keys(error).sort()).toEqual(['message', 'type'])
        expect(got.headers['request-id']).toBe(got.headers['x-request-id'])
      } else {
        expect(error.code).toBe(code)
        const { field, ...rest } = error
        expect(Object.keys(rest).sort()).toEqual(['code', 'message', 'param', 'type'])
        const isBarred = kind === 'a Portkey client' && situation.row?.startsWith('inline_')
        expect(field).toBe(isBarred ? error.param : undefined)
        if (isBarred) expect(field).toMatch(/^[a-z_]+$/)
        if (kind === 'a Portkey client')
          expect(got.json).toMatchObject({ status: 'failure', message: error.message as string })
        else expect(got.json?.status).toBeUndefined()
      }
      if (situation.message) expect(error.message).toMatch(situation.message)
      // What the provider said is no exception of the gateway, and neither is its slowness.
      const isOurs = situation.row !== null && situation.portkey[0] !== 408
      if (isOurs || status < 500)
        expect(got.headers['x-portkey-gateway-exception']).toBe(isOurs ? 'true' : undefined)
      expect(got.headers.location).toBeUndefined()
      const rows = world.rows()
      if (situation.row !== undefined)
        expect(rows.map(({ id, status: logged, cost_nanos }) => [id, logged, cost_nanos])).toEqual([
          [got.headers['x-request-id'], status, 0],
        ])
      if (situation.row) expect(rows[0]?.refusal).toBe(situation.row)
    })
  })

  it('where only saved things may be used, saved ones are looked for', async () => {
    for (const [name, value] of [
      ['x-portkey-virtual-key', 'openai-prod'],
      ['x-portkey-provider', '@openai-prod'],
    ] as const) {
      const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }
      const got = await world.call({
        path: '/chat/completions',
        body,
        headers: { [name]: value },
        key: 'tg_saved',
      })
      expect(got.status).toBe(200)
    }
    const listed = await world.call({
      method: 'GET',
      path: '/models',
      headers: { 'x-portkey-provider': 'openai' },
      key: 'tg_saved',
    })
    expect([listed.status, codeOf(listed)]).toEqual([400, 'inline_provider_blocked'])
  })

  describe('bodies that are none', () => {
    const good = '"model":"@openai-prod/gpt-4o","messages":[{"role":"user","content":"Hi"}]'
    const nested = (levels: number) => `{${good},"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    const BODIES: [string, string | Buffer, string][] = [
      ['nothing', '', 'invalid_body'],
      ['white space', '  \n ', 'invalid_body'],
      ['half an object', '{"model":', 'invalid_body'],
      ['a list', '[]', 'invalid_body'],
      ['null', 'null', 'invalid_body'],
      ['text', '"hello"', 'invalid_body'],
      ['no JSON', 'model=gpt-4o&messages=x', 'invalid_body'],
      ['a comma too many', `{${good},}`, 'invalid_body'],
      ['single quotes', "{'model':'@openai-prod/gpt-4o'}", 'invalid_body'],
      ['something behind it', `{${good}} trailing`, 'invalid_body'],
      ['a second object behind it', `{${good}}{}`, 'invalid_body'],
      ['a name twice', `{${good},"model":"@openai-prod/gpt-4o-mini"}`, 'invalid_body'],
      ['a name twice, once escaped', `{${good},"mod\\u0065l":"@openai-prod/gpt-4o-mini"}`, 'invalid_body'],
      [
        'bytes that are no UTF-8',
        Buffer.concat([Buffer.from(`{${good},"x":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
        'invalid_body',
      ],
      ['UTF-16', Buffer.from(`{${good}}`, 'utf16le'), 'invalid_body'],
      ['129 levels', nested(129), 'invalid_body'],
      ['a million levels', `{${good},"x":${'['.repeat(1e6)}`, 'invalid_body'],
      ['brackets that do not match', `{${good},"x":[}]}`, 'invalid_body'],
      ['a number that is none', `{${good},"x":01}`, 'invalid_body'],
      ['NaN', `{${good},"x":NaN}`, 'invalid_body'],
      ['a model that is a number', '{"model":5,"messages":[]}', 'invalid_body'],
      ['a model that is an object', '{"model":{},"messages":[]}', 'invalid_body'],
      ['a model that is null', '{"model":null,"messages":[]}', 'model_required'],
      ['a model that is empty', '{"model":"","messages":[]}', 'model_required'],
      [
        'an endless model',
        JSON.stringify({ model: '@openai-prod/'.padEnd(5000, 'x'), messages: [] }),
        'invalid_model',
      ],
      ['metadata that is nested', `{${good},"metadata":{"a":{"b":1}}}`, 'invalid_metadata'],
      ['metadata that is text', `{${good},"metadata":"x"}`, 'invalid_metadata'],
    ]
    it.each(BODIES)('%s', async (_, body, code) => {
      const got = await world.call({
        path: '/chat/completions',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(got.json?.error).toMatchObject({ code, type: INVALID })
      expect(got.status).toBe(400)
      expect((await world.row()).refusal).toBe(code)
      expect(world.openai.requests).toEqual([])
    })

    it.each(BODIES)('%s, for an Anthropic client', async (_, body, code) => {
      if (code === 'invalid_metadata') return
      const got = await world.call({
        path: '/messages',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(got.json).toMatchObject({ type: 'error', error: { type: INVALID } })
      expect((await world.row()).refusal).toBe(code)
    })

    it('128 levels pass', async () => {
      const body = nested(128).replace('openai-prod', 'open')
      const got = await world.call({
        path: '/chat/completions',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(got.status).toBe(200)
    })

    it.each([
      '{"model":"@open/gpt-4o","messages":"hello"}',
      '{"model":"@open/gpt-4o","messages":[1,null,"x",[]]}',
      '{"model":"@open/gpt-4o","messages":[{"role":5,"content":{"a":1}}],"tools":7,"stream":"yes","max_tokens":"many"}',
      '{"model":"@anthropic-prod/claude-sonnet-4-6","messages":"hello"}',
      '{"model":"@anthropic-prod/claude-sonnet-4-6","messages":[1,null,"x",[]]}',
      '{"model":"@anthropic-prod/claude-sonnet-4-6","messages":[{"role":"user","content":[null,1,{"type":5}]}],"tools":[null,3,{"function":7}],"tool_choice":9,"stop":{},"response_format":[]}',
      '{"model":"@anthropic-prod/claude-sonnet-4-6","messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{"}}]},{"role":"tool"}],"temperature":"hot"}',
      '{"model":"@anthropic-prod/claude-sonnet-4-6"}',
      '{"model":"@anthropic-prod/claude-sonnet-4-6","messages":[{"role":"user","content":"\\ud800"}],"__proto__":{"a":1},"constructor":2}',
    ])('wrong shapes are never ours to break on: %s', async (body) => {
      const got = await world.call({
        path: '/chat/completions',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(codeOf(got)).not.toBe('internal_error')
    })

    it.each([
      '{"model":"@open/gpt-4o","messages":"hello"}',
      '{"model":"@open/gpt-4o","max_tokens":"x","messages":[1,null,"x",[]],"system":5,"tools":[null,1],"tool_choice":"x","thinking":3}',
      '{"model":"@open/gpt-4o","max_tokens":5,"messages":[{"role":"user","content":[null,{"type":"image"},{"type":"tool_result"},{"type":"document","source":1}]}],"stop_sequences":1,"output_config":2,"metadata":[]}',
      '{"model":"@open/gpt-4o"}',
    ])('nor for an Anthropic client: %s', async (body) => {
      const got = await world.call({
        path: '/messages',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect((got.json?.error as JsonObject | undefined)?.message).not.toMatch(/gateway failed/)
    })

    it('a parameter whose name no header can carry is dropped all the same', async () => {
      const names = ['naïve', '日本語', 'a\nb', 'a\u0000b', 'x'.repeat(5_000), '']
      const odd = Object.fromEntries(
        [...names, ...Array.from({ length: 500 }, (_, at) => `p${at}`)].map((name) => [name, 1]),
      )
      const got = await world.chat({
        model: '@anthropic-prod/claude-sonnet-4-6',
        messages: [{ role: 'user', content: 'Hi' }],
        ...odd,
      })
      expect(got.status).toBe(200)
      expect(got.headers['x-tollgate-dropped']?.length ?? 0).toBeLessThan(4_000)
    })
  })

  describe('sizes and encodings', { timeout: 60_000 }, () => {
    const chat = (bytes: number) =>
      JSON.stringify({ model: '@open/gpt-4o', messages: [{ role: 'user', content: 'x'.repeat(bytes) }] })
    const send = (body: Buffer | string, headers: Record<string, string> = {}) =>
      world.call({
        path: '/chat/completions',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      })

    it('25 MB pass', async () => {
      const got = await send(chat(25 * 1024 * 1024))
      expect(got.status).toBe(200)
      expect(world.open_.last().body.length).toBeGreaterThan(25 * 1024 * 1024)
    })

    it('more than 32 MB is 413, heard by a client that sends it all first', async () => {
      const response = await lintedFetch(`${world.gateway.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${world.gateway.key}`, 'content-type': 'application/json' },
        body: chat(40 * 1024 * 1024),
      })
      expect(response.status).toBe(413)
      expect(await response.json()).toMatchObject({ error: { code: 'body_too_large', type: INVALID } })
      expect(await world.row()).toMatchObject({ status: 413, refusal: 'body_too_large' })
    })

    it('more than 32 MB is 413 where no length was given', async () => {
      const got = await world.call({
        path: '/messages',
        body: chat(33 * 1024 * 1024),
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      })
      expect(got.status).toBe(413)
      expect(got.json).toMatchObject({ error: { type: 'request_too_large' } })
    })

    it('a large body under a wrong key is 401, heard by a client that sends it all first', async () => {
      const response = await lintedFetch(`${world.gateway.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer tg_unknown', 'content-type': 'application/json' },
        body: chat(10 * 1024 * 1024),
      })
      expect(response.status).toBe(401)
    })

    it.each([
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const)('a body in %s is read', async (encoding, pack) => {
      const got = await send(pack(chat(1000)), { 'content-encoding': encoding })
      expect(got.status).toBe(200)
      expect(world.open_.last().headers['content-encoding']).toBeUndefined()
    })

    it('a body that inflates past the bound is 413', async () => {
      const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
      expect(bomb.length).toBeLessThan(300_000)
      const got = await send(bomb, { 'content-encoding': 'gzip' })
      expect([got.status, codeOf(got)]).toEqual([413, 'body_too_large'])
    })

    it.each([
      ['gzip', Buffer.from('not gzip'), 'invalid_body'],
      ['gzip', gzipSync(chat(10_000)).subarray(0, 60), 'invalid_body'],
      ['deflate', Buffer.from([1, 2, 3]), 'invalid_body'],
      ['br', Buffer.from('not brotli at all'), 'invalid_body'],
      ['gzip, br', gzipSync(chat(10)), 'invalid_content_type'],
      ['snappy', Buffer.from('x'), 'invalid_content_type'],
    ])('a bad body in %s is refused', async (encoding, body, code) => {
      const got = await send(body, { 'content-encoding': encoding })
      expect([got.status, codeOf(got)]).toEqual([400, code])
    })

    it.each([
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/jsonx',
    ])('a body of type %s is refused', async (type) => {
      const got = await send(chat(10), { 'content-type': type })
      expect([got.status, codeOf(got)]).toEqual([400, 'invalid_content_type'])
    })

    it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/vnd.api+json'])(
      'a body of type %s is read',
      async (type) => expect((await send(chat(10), { 'content-type': type })).status).toBe(200),
    )
  })

  describe('endpoints a provider has not', () => {
    it.each([
      ['/embeddings', { input: 'x' }],
      ['/completions', { prompt: 'x' }],
      ['/responses', { input: 'x' }],
      ['/images/generations', { prompt: 'x' }],
      ['/audio/speech', { input: 'x' }],
    ])('%s on Anthropic', async (path, body) => {
      const got = await world.call({ path, body: { model: '@anthropic-prod/claude-sonnet-4-6', ...body } })
      expect([got.status, codeOf(got)]).toEqual([400, 'endpoint_not_supported'])
      expect((await world.row()).refusal).toBe('endpoint_not_supported')
      expect(world.anthropic.requests).toEqual([])
    })

    it('counting tokens on OpenAI', async () => {
      const got = await world.call({
        path: '/messages/count_tokens',
        body: { model: '@openai-prod/gpt-4o', messages: [{ role: 'user', content: 'x' }] },
      })
      expect(got.status).toBe(400)
    })
  })

  describe('waits a provider asks for', () => {
    const minute = () => new Date(Date.now() + 60_000).toUTCString()
    it.each([
      ['1.5', /^2$/],
      ['7', /^7$/],
      ['a date', /^(59|60|61)$/],
      ['0', /^1$/],
      ['soon', /^1$/],
      ['1e30', /^\d+$/],
    ])('%s leaves as whole seconds', async (value, whole) => {
      hostile.says(
        openAiSays(
          429,
          { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' },
          {
            'retry-after': value === 'a date' ? minute() : value,
            'x-ratelimit-reset-requests': '6m0s',
            'x-ratelimit-reset-tokens': '20ms',
            'x-ratelimit-remaining-requests': '0',
          },
        ),
      )
      const got = await world.chat({ model: '@hostile/gpt-4o', messages: [] })
      expect(got.status).toBe(429)
      expect(got.headers['retry-after']).toMatch(whole)
      expect(got.headers).toMatchObject({
        'x-ratelimit-reset-requests': '360',
        'x-ratelimit-reset-tokens': '1',
        'x-ratelimit-remaining-requests': '0',
      })
    })
  })

  describe('a provider that repeats the credential it was sent', () => {
    const echo = (secret: string) =>
      JSON.stringify({
        error: { message: `Incorrect key ${secret}`, type: INVALID, code: secret, param: secret },
      })
    const ECHOES: [string, (secret: string) => Buffer | string][] = [
      ['in an error', (secret) => httpAnswer(400, { 'content-type': 'application/json' }, echo(secret))],
      ['in a refusal', (secret) => httpAnswer(401, { 'content-type': 'application/json' }, echo(secret))],
      ['in text', (secret) => httpAnswer(500, { 'content-type': 'text/plain' }, `Bearer ${secret} failed`)],
      ['in HTML', (secret) => httpAnswer(500, { 'content-type': 'text/html' }, `<html>${secret}</html>`)],
      [
        'in a header',
        (secret) =>
          httpAnswer(
            400,
            { 'content-type': 'application/json', 'x-debug': `Bearer ${secret}`, 'www-authenticate': secret },
            '{}',
          ),
      ],
      [
        'in a 200 that is an error',
        (secret) => httpAnswer(200, { 'content-type': 'application/json' }, echo(secret)),
      ],
      [
        'in its redirect',
        (secret) => httpAnswer(302, { location: `https://example.com/?key=${secret}` }, secret),
      ],
      ['in a 200 that is no JSON', (secret) => httpAnswer(200, { 'content-type': 'text/plain' }, secret)],
      [
        'in the first event',
        (secret) => httpAnswer(200, { 'content-type': 'text/event-stream' }, `data: ${echo(secret)}\n\n`),
      ],
      [
        'in a later event',
        (secret) =>
          httpAnswer(
            200,
            { 'content-type': 'text/event-stream' },
            `data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\ndata: ${echo(secret)}\n\n`,
          ),
      ],
    ]
    describe.each(ECHOES)('%s', (_, says) => {
      it.each(CALLERS)('does not tell %s, nor any log', async (kind) => {
        for (const [model, secret] of [
          ['@hostile/gpt-4o', SECRETS.open],
          ['@hostile-anthropic/claude-sonnet-4-6', SECRETS.anthropic],
        ]) {
          hostile.says(says(secret as string))
          const request = ask(kind, { name: '', model: model as string, portkey: NOT_FOUND })
          const got = await (
            await world.open({ ...request, body: { ...(request.body as JsonObject), stream: true } })
          ).whole()
          const row = await world.row()
          const bodies = world.gateway.bodies.get(row.id)
          const kept = [
            bodies?.head,
            bodies?.request,
            bodies?.response,
            bodies?.finalRequest,
            bodies?.originalResponse,
          ]
          const everything = [
            got.text,
            JSON.stringify(got.headers),
            JSON.stringify(row),
            ...kept.map(String),
          ].join('\n')
          expect(everything).not.toContain(secret)
          world.forget()
        }
      })
    })
  })

  describe('control headers', () => {
    const body = { model: '@openai-prod/gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }
    it.each(['portkey', 'tollgate'])('x-%s-* are obeyed', async (prefix) => {
      const named = (headers: Record<string, string>) =>
        Object.fromEntries(Object.entries(headers).map(([name, value]) => [`x-${prefix}-${name}`, value]))
      const got = await world.call({
        path: '/chat/completions',
        body: { ...body, model: 'gpt-4o' },
        key: null,
        headers: named({
          'api-key': world.gateway.key,
          provider: '@openai-prod',
          metadata: '{"team":"research","n":5}',
          'trace-id': 'trace-9',
          'span-id': 'span-9',
          'span-name': 'ask',
          'parent-span-id': 'span-8',
          debug: 'false',
        }),
      })
      expect(got.status).toBe(200)
      expect(got.headers['x-portkey-trace-id']).toBe('trace-9')
      const row = await world.row()
      expect(row).toMatchObject({
        metadata: { team: 'research', n: '5' },
        trace_id: 'trace-9',
        span_id: 'span-9',
        span_name: 'ask',
        parent_span_id: 'span-8',
        has_bodies: false,
      })
      expect(world.gateway.bodies.get(row.id)).toBeNull()
    })

    it('x-tollgate-* leave the dialect alone', async () => {
      const plain = await world.chat({ ...body, model: '@nowhere/x' }, { 'x-tollgate-trace-id': 't' })
      const portkey = await world.chat({ ...body, model: '@nowhere/x' }, { 'x-portkey-trace-id': 't' })
      expect([plain.json?.error, portkey.json?.error]).toMatchObject([
        { code: 'model_not_found' },
        { code: 'provider_not_found' },
      ])
    })

    it('a virtual key is meant before a plain provider id', async () => {
      for (const provider of ['openai', 'anthropic', 'nobody-ai']) {
        const got = await world.chat(
          { ...body, model: 'gpt-4o' },
          { 'x-portkey-provider': provider, 'x-portkey-virtual-key': 'openai-prod' },
        )
        expect(got.status).toBe(200)
        expect(world.openai.last().headers.authorization).toBe(`Bearer ${SECRETS.openai}`)
      }
    })

    it('an answer carries the headers every caller gets', async () => {
      const got = await world.chat(body)
      expect(got.headers).toMatchObject({
        'x-request-id': (await world.row()).id,
        'x-portkey-request-id': got.headers['x-request-id'],
        'x-portkey-provider': 'openai',
        'x-portkey-cache-status': 'DISABLED',
        'x-portkey-retry-attempt-count': '0',
        'x-portkey-last-used-option-index': 'config',
      })
      expect(Number(got.headers['x-tollgate-overhead-ms'])).toBeGreaterThanOrEqual(0)
      expect(got.headers['set-cookie']).toBeUndefined()
    })

    it('a fault of the gateway says so', async () => {
      const got = await world.chat({ ...body, model: '@down/x' })
      expect(got.headers['x-portkey-gateway-exception']).toBe('true')
    })

    it('a key that stores no bodies stores none', async () => {
      world.gateway.callers.set('tg_quiet', testCaller({ logging: 'metrics_only' }))
      const got = await world.call({
        path: '/chat/completions',
        body: { ...body, stream: true },
        key: 'tg_quiet',
      })
      const row = await world.row()
      expect(row).toMatchObject({ has_bodies: false, response_bytes: Buffer.byteLength(got.text) })
      expect(row.output_tokens).toBeGreaterThan(0)
      expect(world.gateway.bodies.get(row.id)).toBeNull()
    })

    it('x-api-key is the key where the bearer is none of ours', async () => {
      const headers = { authorization: 'Bearer oauth-of-a-subscription', 'x-api-key': world.gateway.key }
      expect((await world.call({ path: '/chat/completions', body, key: null, headers })).status).toBe(200)
      expect(JSON.stringify(world.openai.last().headers)).not.toContain('oauth-of')
    })

    it('the credential of a caller goes to a provider that is not stored', async () => {
      const got = await world.call({
        path: '/chat/completions',
        body: { ...body, model: 'gpt-4o' },
        key: null,
        headers: {
          'x-portkey-api-key': world.gateway.key,
          'x-portkey-provider': 'openai',
          authorization: `Bearer ${SECRETS.openai}`,
        },
      })
      expect(got.status).toBe(200)
      expect(world.openai.last().headers.authorization).toBe(`Bearer ${SECRETS.openai}`)
    })

    it.each([
      ['an empty key header', { 'x-portkey-api-key': '' }],
      ['a blank key header', { 'x-tollgate-api-key': ' ' }],
      ['the key twice', { 'x-portkey-api-key': 'the key' }],
    ])('%s leaves the gateway key here', async (_, own) => {
      const given = Object.entries(own).map(([name, value]) => [name, value.trim() && world.gateway.key])
      const got = await world.call({
        path: '/chat/completions',
        body: { ...body, model: 'gpt-4o' },
        headers: {
          ...Object.fromEntries(given),
          'x-tollgate-provider': 'openai',
          'x-tollgate-forward-headers': 'authorization',
        },
      })
      expect(got.status).toBe(401)
      expect(got.json).toMatchObject({ provider: 'openai' })
      const { headers } = world.openai.last()
      expect(headers.authorization).toBeUndefined()
      expect(JSON.stringify(headers)).not.toContain(world.gateway.key)
    })

    it('listed headers are forwarded, but never over a stored credential, nor the gateway key', async () => {
      await world.chat(body, {
        'x-tollgate-forward-headers': "['X-Team', 'Authorization', 'x-portkey-metadata', 'cookie', 'host']",
        'x-team': 'research',
        cookie: 'a=1',
      })
      const { headers } = world.openai.last()
      expect(headers['x-team']).toBe('research')
      expect(headers.authorization).toBe(`Bearer ${SECRETS.openai}`)
      expect(headers.cookie).toBeUndefined()
      expect(JSON.stringify(headers)).not.toContain(world.gateway.key)
    })
  })

  it('nothing was told as a stream error event by mistake', async () => {
    const got: Got = await world.chat({ model: '@openai-prod/gpt-4o', stream: true, messages: [] })
    expect([got.status, eventsOf(got.text)]).toEqual([400, []])
  })
})

const codeOf = (got: Got) => (got.json?.error as JsonObject | undefined)?.code

/** Egress with two places that never are reached, and OpenAI's public host on loopback. */
function scripted(real: Egress, world: () => World): Egress {
  return {
    send(request, handler) {
      if (request.url.startsWith('http://unconnected.test')) {
        queueMicrotask(() =>
          handler.onError(new GatewayError('connect_timeout', 'No connection to the provider in time.')),
        )
        return { abort() {} }
      }
      const moved = request.url
        .replace('https://api.openai.com', world().openai.url)
        .replace('http://hanging.test', `${world().openai.url}/hang`)
      if (request.url.startsWith('http://hanging.test')) world().openai.next({ hang: true })
      return real.send({ ...request, url: moved, isStoredHost: true }, handler)
    },
  }
}
