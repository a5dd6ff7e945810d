import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { actAsCode } from './act-code.ts'

const body = {
  name: `Ann's "bot" $HOME \\ \u00e9`,
  key: { env: 'UPSTREAM_KEY' },
  note: undefined,
  defaults: { metadata: { team: 'shop', 'cost-centre': '7' }, allow_config_override: false },
  scopes: ['completions.write'],
  expires_at: null,
}
const snippets = () =>
  actAsCode({
    origin: 'https://gate.example',
    path: 'integrations',
    body,
    python: { call: 'integrations.create' },
    node: { call: 'integrations.create' },
  })
const code = (label: string) => snippets().find((one) => one.label === label)?.code ?? ''

describe('an act as code', () => {
  it('says what the shell sends, whatever the name holds', () => {
    const line = code('curl')
      .replace(/^curl [^\n]*\n/, 'printf "%s" \\\n')
      .replace(/ {2}-H [^\n]*\n/g, '')
      .replace('  -d ', '  ')
    const sent = execFileSync('sh', ['-c', line], {
      env: { ...process.env, UPSTREAM_KEY: 'sk-1' },
    }).toString()
    expect(JSON.parse(sent)).toEqual(JSON.parse(JSON.stringify({ ...body, key: 'sk-1' })))
  })

  it('is JavaScript that means the same', () => {
    const literal = code('Node').match(/integrations\.create\(([\s\S]*)\)\nconsole/)?.[1]
    // biome-ignore lint/security/noGlobalEval: the snippet itself is under test
    const value = eval(`(process => (${literal}))({env:{UPSTREAM_KEY:'sk-1'}})`) as object
    expect(value).toEqual({ ...JSON.parse(JSON.stringify(body)), key: 'sk-1' })
  })

  it('speaks Python: keyword arguments, True and None, keys from the environment', () => {
    expect(code('Python')).toContain('client.integrations.create(\n    name=')
    expect(code('Python')).toContain('key=os.environ["UPSTREAM_KEY"]')
    expect(code('Python')).toContain('"allow_config_override": False')
    expect(code('Python')).toContain('expires_at=None')
    expect(code('Python')).not.toContain('note')
  })

  it('is curl and YAML where no SDK has a method for it', () => {
    const act = {
      origin: 'https://gate.example',
      method: 'DELETE',
      path: 'x/1',
      body: { name: 'A' },
    } as const
    const [only, ...rest] = actAsCode(act)
    expect(rest.map(({ label }) => label)).toEqual(['YAML'])
    expect(only?.code).toContain('curl -X DELETE https://gate.example/api/v1/x/1')
  })

  it('never holds a key of its own', () => {
    for (const { code } of snippets()) expect(code).toContain('TOLLGATE_API_KEY')
  })

  it('is YAML to keep, with the line that sends it', () => {
    expect(code('YAML').split('\n')).toEqual([
      `# envsubst '\${UPSTREAM_KEY}' < act.yaml | yq -o=json \\`,
      '#   | curl -X POST https://gate.example/api/v1/integrations -d @- \\',
      `#     -H "Authorization: Bearer $TOLLGATE_API_KEY" -H 'Content-Type: application/json'`,
      `name: ${JSON.stringify(body.name)}`,
      `key: "\${UPSTREAM_KEY}"`,
      'defaults:',
      '  metadata:',
      '    team: "shop"',
      '    cost-centre: "7"',
      '  allow_config_override: false',
      'scopes:',
      '  - "completions.write"',
      'expires_at: null',
    ])
  })
})
