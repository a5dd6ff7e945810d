import { describe, expect, it } from 'vitest'
import { CONFIG_SAMPLES } from '@/lib/testing/config-samples.ts'
import { withoutSecrets } from './draft.ts'
import { placeOf, readJson } from './json-places.ts'
import { formatted, judge, lineRange, refusedAt } from './judge.ts'
import { TEMPLATES, templateText } from './templates.ts'
import { queryWords, treeOf } from './tree.ts'

const problemsOf = (text: string) => judge(text).problems.map(({ line, message }) => [line, message])

describe('JSON with places', () => {
  it.each(Object.entries(CONFIG_SAMPLES))('reads %s as JSON.parse does', (_, sample) => {
    const text = JSON.stringify(sample, null, 2)
    expect(readJson(text)).toMatchObject({ value: JSON.parse(text), problem: null })
  })

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', 2, 'A comma or } is missing here'],
    ['{\n  "a": 1,\n}', 3, 'A comma stands before the closing }'],
    ['{\n  "a": [1,\n  2,]\n}', 3, 'A comma stands before the closing ]'],
    ["{\n  'a': 1\n}", 2, 'A name in double quotes is missing here'],
    ['{\n  "a" 1\n}', 2, 'A colon is missing after "a"'],
    ['{\n  "a": yes\n}', 2, '“y” is no value'],
    ['{\n  "a": 1,\n  "a": 2\n}', 3, '"a" is said twice in one object'],
    ['{\n  "a": "b\n}', 2, 'The closing quote is missing'],
    ['{\n  "a": {', 2, 'The closing } is missing'],
    ['{"a": ', 1, 'The config ends too early'],
    ['{}\n{}', 2, 'Nothing may follow the end of the config'],
    ['', 1, 'The config ends too early'],
  ])('of %j says line %d: %s', (text, line, message) => {
    expect(problemsOf(text)).toEqual([[line, message]])
  })

  it('refuses depth instead of ending on it', () => {
    expect(problemsOf('['.repeat(100_000))).toEqual([[1, 'May be nested at most 64 levels deep']])
  })

  it('finds a path under another spelling, and what is around a missing one', () => {
    const { root } = judge('{\n "mode": "fallback",\n "targets": [\n  {"overrideParams":\n {"model": 1}}]}')
    expect(placeOf(root!, ['strategy', 'mode']).line).toBe(2)
    expect(placeOf(root!, ['targets', '0', 'override_params', 'model']).line).toBe(5)
    expect(placeOf(root!, ['targets', '0', 'provider']).line).toBe(4)
  })
})

describe('judging', () => {
  it('says what the schema says, at the line', () => {
    const text = JSON.stringify(
      {
        strategy: { mode: 'fallback' },
        targets: [{ provider: '@one', weigth: 1 }],
        retry: { attempts: 'x' },
      },
      null,
      2,
    )
    expect(problemsOf(text)).toEqual([
      [8, 'targets.0.weigth is not a field; did you mean weight?'],
      [12, 'retry.attempts must be a number'],
    ])
  })

  it('goes into the form somebody chose, where there are several', () => {
    expect(problemsOf('{\n  "cache": {\n    "mode": "simpel"\n  }\n}')).toEqual([
      [3, 'cache.mode must be one of simple, semantic'],
    ])
    expect(problemsOf('{"cache": "simpel"}')).toEqual([[1, 'cache must be one of simple, semantic']])
  })

  it('lays what the server refused over the text', () => {
    const { root } = judge('{\n  "provider": "@gone"\n}')
    expect(refusedAt(root!, { 'config.provider': 'names no provider', name: 'Is taken' })).toMatchObject([
      { line: 2, path: 'provider', message: 'provider names no provider' },
    ])
  })

  it('asks for something', () => {
    expect(problemsOf('{}')).toEqual([[1, 'The config must say something']])
    expect(problemsOf('[]')).toEqual([[1, 'The config must be an object']])
  })

  it('formats JSON and leaves the rest alone', () => {
    expect(formatted('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(formatted('{')).toBeNull()
  })

  it('knows where a line is', () => {
    expect([lineRange('a\nbc\nd', 2), lineRange('a\nbc\nd', 3)]).toEqual([
      [2, 4],
      [5, 6],
    ])
  })
})

describe('templates', () => {
  it.each(
    TEMPLATES.flatMap(
      ({ id }) =>
        [
          [id, []],
          [id, ['one']],
          [id, ['one', 'two']],
        ] as [string, string[]][],
    ),
  )('%s with %j is fit to save', (id, providers) =>
    expect(problemsOf(templateText(id, providers))).toEqual([]),
  )
})

describe('the tree', () => {
  it('shows shares, order and conditions, nested', () => {
    const tree = treeOf({
      strategy: { mode: 'fallback', on_status_codes: [429] },
      cache: { mode: 'simple' },
      targets: [
        { strategy: { mode: 'loadbalance' }, targets: [{ provider: '@a', weight: 3 }, { provider: '@b' }] },
        { name: 'last', provider: '@c', override_params: { model: 'm' } },
      ],
    })
    expect(tree).toMatchObject({
      title: 'Fallback',
      settings: ['cache simple', 'on 429'],
      branches: [
        {
          title: 'Load balance',
          when: 'first',
          branches: [
            { title: '@a', when: '75%' },
            { title: '@b', when: '25%' },
          ],
        },
        { title: '@c as m', name: 'last', when: 'then' },
      ],
    })
  })

  it('says which target no condition names', () => {
    const tree = treeOf({
      strategy: {
        mode: 'conditional',
        // biome-ignore lint/suspicious/noThenProperty: the wire's word
        conditions: [{ query: { 'metadata.plan': 'pro' }, then: 'a' }],
        default: 'b',
      },
      targets: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    })
    expect(tree?.branches.map(({ when }) => when)).toEqual([
      'when metadata.plan is "pro"',
      'otherwise',
      'never: no condition names it',
    ])
  })

  it('says a query in words', () => {
    expect(
      queryWords({
        $or: [{ 'params.max_tokens': { $gt: 10, $lte: 99 } }, { 'metadata.a': { $in: ['x', 'y'] } }],
      }),
    ).toBe('(params.max_tokens > 10 and params.max_tokens ≤ 99 or metadata.a is one of "x", "y")')
  })
})

describe('what a tab keeps', () => {
  it('holds no secret, and keeps masks', () => {
    const text =
      '{"api_key": "sk-\\"live", "aws_secret_access_key":"x", "headers": {"x-api-key": "y"}, "max_tokens": 3, "provider": "@a"}'
    const mask = '{"api_key": "sk********abc"}'
    expect(withoutSecrets({ name: '', text, base: '' }).text).toBe(
      '{"api_key": "", "aws_secret_access_key":"", "headers": {"x-api-key": ""}, "max_tokens": 3, "provider": "@a"}',
    )
    expect(withoutSecrets({ name: '', text: mask, base: '' }).text).toBe(mask)
  })
})
