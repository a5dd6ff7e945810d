import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { curlOf, quoted } from './curl.ts'

const request = (over: object = {}) => ({
  url: '/v1/chat/completions',
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer tg********abc', host: 'gw' },
  body: { model: '@sandbox/echo', messages: [{ role: 'user', content: 'Hi' }] } as unknown,
  ...over,
})

/** What curl would be handed, and read from its standard input, when bash runs the command. */
function run(command: string): { args: string[]; input: string } {
  const script = `curl() { printf '%s\\0' "$@"; printf '\\0'; if [[ "$*" == *@-* ]]; then cat; fi; }
TOLLGATE_API_KEY=tg_mine
PROVIDER_API_KEY=sk-theirs
${command}`
  const [args = '', input = ''] = execFileSync('bash', ['--norc', '-s'], {
    encoding: 'utf8',
    input: script,
  }).split('\0\0')
  return { args: args.split('\0'), input }
}

const bodyOf = (args: string[]) => args[args.indexOf('--data-raw') + 1] ?? ''

describe('a logged call as curl', () => {
  it('takes the key from the environment and leaves what curl says by itself to curl', () => {
    const { args } = run(curlOf(request(), 'https://gw.example.com')!.command)
    expect(args.slice(0, -2)).toEqual([
      'https://gw.example.com/api/v1/chat/completions',
      '--header',
      'Authorization: Bearer tg_mine',
      '--header',
      'content-type: application/json',
    ])
  })

  it.each([
    ['quotes of both kinds', `It's a "quoted" 'word'`],
    ['line ends', 'one\ntwo\r\nthree'],
    ['what a shell would expand', '$HOME `id` $(id) !! \\ \\n * ~ {a,b}'],
    ['other scripts', 'Grüße, 世界 🦔 \u2028'],
    ['nothing', ''],
  ])('hands %s over unchanged', (_, content) => {
    const body = { model: '@sandbox/echo', messages: [{ role: 'user', content }] }
    const { args } = run(curlOf(request({ body }), 'http://localhost:3000')!.command)
    expect(JSON.parse(bodyOf(args))).toEqual(body)
  })

  it('hands over text that is no JSON as it came', () => {
    const body = `{"model": '@x'\n`
    expect(bodyOf(run(curlOf(request({ body }), '')!.command).args)).toBe(body)
  })

  it('feeds a body too long for an argument through standard input', () => {
    const body = { model: '@sandbox/echo', text: `it's END_OF_BODY\n$HOME ${'x'.repeat(200_000)}` }
    const { args, input } = run(curlOf(request({ body }), '')!.command)
    expect(args).toContain('--data-binary')
    expect(JSON.parse(input)).toEqual(body)
  })

  it('feeds bytes through standard input', () => {
    const body = { encoding: 'base64', data: Buffer.from([0xff, 0x41, 0x42]).toString('base64') }
    expect(curlOf(request({ body }), '')!.command).toMatch(/^base64 --decode <<< '\/0FC' \| curl/)
  })

  it('keeps a provider’s own key apart from the gateway’s', () => {
    const headers = { 'x-portkey-api-key': 'tg********abc', authorization: 'Bearer sk********abc' }
    const { args } = run(curlOf(request({ headers }), '')!.command)
    expect(args).toContain('x-portkey-api-key: tg_mine')
    expect(args).toContain('Authorization: Bearer sk-theirs')
  })

  it('says which secret headers it had to leave out', () => {
    const headers = { 'x-portkey-config': 'pc********abc', 'x-portkey-metadata': '{"a":"it\'s"}' }
    const made = curlOf(request({ headers }), '')!
    expect(made.leftOut).toEqual(['x-portkey-config'])
    expect(run(made.command).args).toContain('x-portkey-metadata: {"a":"it\'s"}')
  })

  it('does not wait for a stream to end', () => {
    expect(run(curlOf(request({ body: { stream: true } }), '')!.command).args).toContain('--no-buffer')
  })

  it('cannot be made where the body was not kept', () => {
    expect(curlOf(request({ body: undefined }), '')).toBeNull()
    expect(
      curlOf(request({ body: undefined, method: 'GET', url: '/v1/files' }), 'http://gw')!.command,
    ).toContain("'http://gw/api/v1/files'")
  })
})

it('a quoted text is one word', () => {
  expect(execFileSync('bash', ['--norc', '-c', `printf %s ${quoted(`a'b"c$d`)}`], { encoding: 'utf8' })).toBe(
    `a'b"c$d`,
  )
})
