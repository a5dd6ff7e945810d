import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { arrayElements, memberValue, NESTING_MAX, rewrite, scanObject } from './scan.ts'

const scan = (text: string) => scanObject(Buffer.from(text))

describe('a body is scanned without being parsed', () => {
  const bodies = [
    '{}',
    ' { "a" : 1 , "b":[1,2,{"c":[]}],"d":"x\\"y\\\\","e":null,"f":-1.5e+3,"g":true} ',
    '{"model":"@a/b","messages":[{"role":"user","content":"say \\"hi\\" and a very long text that leaves the near search, with a quote \\" in it"}]}',
    '{"ключ":"значение","\\u0061b":1}',
    JSON.stringify({ long: 'x\\"\n'.repeat(500), deep: { a: [[[{ b: {} }]]] }, emoji: '🙂"' }),
  ]
  it.each(bodies)('members of %s read as JSON.parse reads them', (text) => {
    const parsed = JSON.parse(text) as Record<string, unknown>
    const found = scan(text)
    expect([...found.members.keys()]).toEqual(Object.keys(parsed))
    for (const name of Object.keys(parsed)) expect(memberValue(found, name)).toEqual(parsed[name])
  })

  it('short names and texts are remembered wherever they stand, and others rarely', () => {
    const found = scan(
      '{"a":[{"cache_control":{"x":"developer"}},"tail"],"b":"\\"quoted\\" first, then cache_mark"}',
    )
    for (const word of ['a', 'cache_control', 'x', 'developer', 'tail', 'b'])
      expect(found.mayHold(word)).toBe(true)
    const strangers = Array.from({ length: 400 }, (_, n) => `stranger${n * 7919}`)
    expect(strangers.filter((word) => found.mayHold(word)).length).toBeLessThan(20)
    expect(scan('{}').mayHold('cache_control')).toBe(false)
  })

  it('cut anywhere it is refused', () => {
    const text = bodies[2] as string
    for (let cut = 0; cut < text.length; cut++) expect(() => scan(text.slice(0, cut))).toThrow(GatewayError)
  })

  it.each([
    '',
    '[]',
    '"x"',
    'null',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{"a" 1}',
    '{a:1}',
    '{"a":01}',
    '{"a":1]',
    '{"a":[1}',
    '{"a":tru}',
    '{"a":[1,]}',
    '{"a":{"b":1,}}',
    '{"a":1}{',
    '{"a":+1}',
    '{"a":NaN}',
    "{'a':1}",
    '{"a":"b"',
    '{"a":"\\"}',
  ])('%j is refused', (text) => {
    expect(() => scan(text)).toThrow(expect.objectContaining({ code: 'invalid_body' }))
  })

  it('nesting is bounded', () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect(() => scan(nested(NESTING_MAX))).not.toThrow()
    expect(() => scan(nested(NESTING_MAX + 1))).toThrow(/nested deeper/)
    expect(() => scan(`{"a":${'['.repeat(5_000_000)}`)).toThrow(GatewayError)
  })

  it('a name that stands twice is refused', () => {
    expect(() => scan('{"model":"a","mod\\u0065l":"b"}')).toThrow(/twice/)
  })

  it('bytes that are not UTF-8 are refused', () => {
    expect(() => scanObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toThrow(/UTF-8/)
  })

  it('random JSON scans to the same members', () => {
    let seed = 7
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed / 2147483648
    }
    const value = (depth: number): unknown => {
      const kind = Math.floor(random() * (depth > 4 ? 4 : 6))
      if (kind === 0) return random() * 1e6
      if (kind === 1) return random() > 0.5
      if (kind === 2) return null
      if (kind === 3) return 'a"\\/\n\u2028é'.repeat(Math.floor(random() * 20))
      if (kind === 4) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1))
      return Object.fromEntries(
        Array.from({ length: Math.floor(random() * 4) }, (_, i) => [`k"${i}`, value(depth + 1)]),
      )
    }
    for (let round = 0; round < 300; round++) {
      const object = { a: value(0), b: value(0), c: value(0) }
      const found = scan(JSON.stringify(object, null, round % 3))
      for (const name of ['a', 'b', 'c'] as const) expect(memberValue(found, name)).toEqual(object[name])
    }
  })
})

describe('rewriting', () => {
  const every = (rewrites: Array<[string, string | null]>, text: string) =>
    JSON.parse(rewrite(scan(text), new Map(rewrites)).toString()) as unknown

  it.each([
    '{"a":1,"b":2,"c":3}',
    '{ "a" : 1 , "b" : 2 , "c" : 3 }',
    '{"b":2,"a":1}',
    '{"a":1,"b":2}',
    '{"b":2}',
    '{}',
  ])('a member leaves %s with its comma', (text) => {
    const { b: _, ...rest } = JSON.parse(text) as Record<string, number>
    expect(every([['b', null]], text)).toEqual(rest)
  })

  it('neighbours leave together, a value changes in place, a new member is added last', () => {
    expect(
      every(
        [
          ['b', null],
          ['c', null],
        ],
        '{"a":1,"b":2,"c":3}',
      ),
    ).toEqual({ a: 1 })
    expect(
      every(
        [
          ['a', '"x"'],
          ['n', '[1]'],
        ],
        '{"a":1,"b":2}',
      ),
    ).toEqual({ a: 'x', b: 2, n: [1] })
    expect(rewrite(scan('{"b": 2, "a":1}'), new Map([['a', '9']])).toString()).toBe('{"b": 2,"a":9}')
  })

  it('nothing to do returns the very bytes', () => {
    const found = scan('{"a":1}')
    expect(rewrite(found, new Map())).toBe(found.bytes)
  })

  it('array elements are found as ranges', () => {
    const found = scan('{"m":[ {"r":"a"} , "x",[1] ,2 ]}')
    const start = found.members.get('m')!.valueStart
    const texts = Array.from(arrayElements(found.bytes, start), ([from, to]) =>
      found.bytes.toString('utf8', from, to),
    )
    expect(texts).toEqual(['{"r":"a"}', '"x"', '[1]', '2'])
  })
})
