import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { CLIENTS, clientOf, originFor } from './snippets.ts'

const SECRET = `tg_u${'A'.repeat(49)}`
const setup = { origin: 'https://gw.example.com', model: '@openai-prod/gpt-4o', secret: SECRET }
const codes = (id: string, over: object = {}) =>
  clientOf(id)
    .ways({ ...setup, ...over })
    .flatMap(({ blocks }) => blocks.map(({ code }) => code))

/** The words of each line a shell would run. */
function wordsOf(code: string, variables = ''): string[][] {
  const script = `hermes() { printf '%s\\0' "$@"; printf '\\n'; }; curl() { printf '%s\\0' "$@"; printf '\\n'; }\n${variables}\n${code}`
  const out = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  return out
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\0').slice(0, -1))
}

describe('lines to paste', () => {
  it('come first for Hermes', () => {
    expect(CLIENTS[0]?.id).toBe('hermes')
    expect(clientOf('no-such-client').id).toBe('hermes')
  })

  it.each(CLIENTS.map(({ id }) => [id]))(
    '%s: hold the secret when it is known, and read it when not',
    (id) => {
      expect(codes(id).join('\n')).toContain(SECRET)
      const without = codes(id, { secret: null }).join('\n')
      expect(without).not.toContain('tg_')
      expect(without).toContain('TOLLGATE_API_KEY')
    },
  )

  it.each(CLIENTS.map(({ id }) => [id]))('%s: name the gateway and the model', (id) => {
    const all = codes(id).join('\n')
    expect(all).toContain(
      id.startsWith('anthropic') ? 'https://gw.example.com/api' : 'https://gw.example.com/api/v1',
    )
    expect(all).toContain('@openai-prod/gpt-4o')
  })
})

describe('Hermes', () => {
  it('is configured with a key in .env and a reference to it', () => {
    const [commands = ''] = codes('hermes')
    expect(wordsOf(commands)).toEqual([
      ['config', 'set', 'TOLLGATE_API_KEY', SECRET],
      ['config', 'set', 'model.provider', 'custom'],
      ['config', 'set', 'model.base_url', 'https://gw.example.com/api/v1'],
      ['config', 'set', 'model.api_key', `\${TOLLGATE_API_KEY}`],
      ['config', 'set', 'model.default', '@openai-prod/gpt-4o'],
    ])
  })

  it('takes a secret nobody has from the shell', () => {
    const [commands = ''] = codes('hermes', { secret: null })
    expect(wordsOf(commands, 'TOLLGATE_API_KEY=tg_pasted')[0]).toEqual([
      'config',
      'set',
      'TOLLGATE_API_KEY',
      'tg_pasted',
    ])
  })

  it('has the model id quoted in YAML, since @ is reserved there', () => {
    const yaml = codes('hermes').filter((code) => code.startsWith('model:'))
    expect(yaml).toHaveLength(2)
    for (const each of yaml) expect(each).toContain('default: "@openai-prod/gpt-4o"')
    expect(yaml[0]).toContain('key_env: TOLLGATE_API_KEY')
    expect(yaml[1]).toContain(`api_key: "\${TOLLGATE_API_KEY}"`)
  })
})

describe('curl', () => {
  it('asks for the whole answer, a stream, or a message', () => {
    const ways = clientOf('curl').ways(setup)
    const bodies = ways.map(({ blocks }) => {
      const [words = []] = wordsOf(blocks[0]!.code)
      expect(words).toContain(`Authorization: Bearer ${SECRET}`)
      return JSON.parse(words.at(-1) ?? '') as Record<string, unknown>
    })
    expect(bodies.map(({ stream }) => stream)).toEqual([undefined, true, undefined])
    expect(bodies[2]?.max_tokens).toBe(1024)
  })

  it('survives a model id with a quote in it', () => {
    const [code = ''] = codes('curl', { model: `@x/it's` })
    expect(JSON.parse(wordsOf(code)[0]?.at(-1) ?? '')).toMatchObject({ model: `@x/it's` })
  })
})

describe('the address clients call', () => {
  it('is the server’s public one', () => {
    expect(originFor('https://gw.example.com', 'http://10.0.0.5:3000')).toBe('https://gw.example.com')
    expect(originFor('http://localhost:3000', null)).toBe('http://localhost:3000')
    expect(originFor('http://localhost:3000', 'http://127.0.0.1:3000')).toBe('http://localhost:3000')
  })

  it('is the browser’s where the server only knows a name no other machine can use', () => {
    expect(originFor('http://localhost:3000', 'http://10.0.0.5:3000')).toBe('http://10.0.0.5:3000')
  })
})
