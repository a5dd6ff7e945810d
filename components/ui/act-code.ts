/**
 * What a form does, as code: the same call in curl, Python, Node and YAML. Pure; strings only. Every value is escaped for the
 * language it stands in, so a name with quotes pastes as well as any other. Source: interface.md, "Behave".
 */

export interface Snippet {
  label: string
  code: string
}

/** A value the reader has in the environment: secrets are named, never printed. */
export interface EnvValue {
  env: string
}

export interface Act {
  /** Origin of this gateway, without a trailing slash. */
  origin: string
  method?: 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1/`. */
  path: string
  /** Wire body; members that are undefined are left out. */
  body: Readonly<Record<string, unknown>>
  /** Method of the SDK and its arguments, where they are not the body's; left out where the SDK has none. */
  python?: { call: string; input?: Readonly<Record<string, unknown>> }
  node?: { call: string; input?: Readonly<Record<string, unknown>> }
}

const KEY = 'TOLLGATE_API_KEY'

/** The act in curl, in the SDKs that have it and as YAML; the admin key is `$TOLLGATE_API_KEY`. */
export function actAsCode({ origin, method = 'POST', path, body, python, node }: Act): Snippet[] {
  const base = `${origin}/api/v1`
  return [
    {
      label: 'curl',
      code: [
        `curl ${method === 'POST' ? '' : `-X ${method} `}${base}/${path} \\`,
        `  -H "Authorization: Bearer $${KEY}" \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d ${shell(body)}`,
      ].join('\n'),
    },
    ...(python
      ? [
          {
            label: 'Python',
            code: [
              'import os',
              'from portkey_ai import Portkey',
              '',
              `client = Portkey(api_key=os.environ["${KEY}"], base_url=${JSON.stringify(base)})`,
              `answer = client.${python.call}(`,
              ...members(python.input ?? body).map(
                ([name, value]) => `    ${name}=${pythonLiteral(value, 4)},`,
              ),
              ')',
              'print(answer)',
            ].join('\n'),
          },
        ]
      : []),
    ...(node
      ? [
          {
            label: 'Node',
            code: [
              "import { Portkey } from 'portkey-ai'",
              '',
              'const client = new Portkey({',
              `  apiKey: process.env.${KEY},`,
              `  baseURL: ${scriptString(base)},`,
              '})',
              `const answer = await client.${node.call}(${scriptLiteral(node.input ?? body, 0)})`,
              'console.log(answer)',
            ].join('\n'),
          },
        ]
      : []),
    { label: 'YAML', code: asYaml({ base, method, path, body }) },
  ]
}

/** The body as a file to keep in a repository, with the line that sends it. */
function asYaml({ base, method, path, body }: Pick<Act, 'path' | 'body'> & { base: string; method: string }) {
  const lines = yamlMembers(body, '')
  const names = [...new Set(lines.flatMap((line) => /"(\$\{\w+\})"$/.exec(line)?.[1] ?? []))]
  const read =
    names.length > 0 ? `envsubst '${names.join(' ')}' < act.yaml | yq -o=json` : 'yq -o=json act.yaml'
  return [
    `# ${read} \\`,
    `#   | curl -X ${method} ${base}/${path} -d @- \\`,
    `#     -H "Authorization: Bearer $${KEY}" -H 'Content-Type: application/json'`,
    ...(lines.length === 0 ? ['{}'] : lines),
  ].join('\n')
}

function yamlMembers(value: object, indent: string): string[] {
  return members(value).flatMap(([name, one]) => {
    const key = /^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name)
    return yamlNested(`${indent}${key}:`, one, `${indent}  `)
  })
}

function yamlNested(head: string, value: unknown, indent: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${head} ${JSON.stringify(value)}`]
  if (isEnv(value)) return [`${head} "\${${value.env}}"`]
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${head} []`]
    return [head, ...value.flatMap((one) => yamlItem(one, indent))]
  }
  const inner = yamlMembers(value, indent)
  return inner.length === 0 ? [`${head} {}`] : [head, ...inner]
}

function yamlItem(value: unknown, indent: string): string[] {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && !isEnv(value)
  if (!isMap) return yamlNested(`${indent}-`, value, `${indent}  `)
  const [first = '{}', ...rest] = yamlMembers(value, `${indent}  `)
  return [`${indent}- ${first.trimStart()}`, ...rest]
}

/** JSON in single quotes for a POSIX shell; environment values stand outside of them, in double quotes. */
function shell(body: Readonly<Record<string, unknown>>): string {
  const names: string[] = []
  const text = JSON.stringify(
    body,
    (_, value: unknown) => {
      if (!isEnv(value)) return value
      names.push(value.env)
      return `\u0000${names.length - 1}\u0000`
    },
    2,
  )
  const quoted = `'${text.replaceAll("'", "'\\''")}'`
  return quoted
    .replace(/\\u0000(\d+)\\u0000/g, (_, at: string) => `'"$${names[Number(at)]}"'`)
    .replaceAll('\n', '\n  ')
}

function pythonLiteral(value: unknown, indent: number): string {
  if (isEnv(value)) return `os.environ["${value.env}"]`
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  const inner = ' '.repeat(indent + 4)
  const end = `\n${' '.repeat(indent)}`
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((one) => `${inner}${pythonLiteral(one, indent + 4)},`).join('\n')}${end}]`
  }
  const entries = members(value)
  if (entries.length === 0) return '{}'
  return `{\n${entries.map(([name, one]) => `${inner}${JSON.stringify(name)}: ${pythonLiteral(one, indent + 4)},`).join('\n')}${end}}`
}

function scriptLiteral(value: unknown, indent: number): string {
  if (isEnv(value)) return `process.env.${value.env}`
  if (value === undefined) return 'undefined'
  if (typeof value === 'string') return scriptString(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const inner = ' '.repeat(indent + 2)
  const end = `\n${' '.repeat(indent)}`
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((one) => `${inner}${scriptLiteral(one, indent + 2)},`).join('\n')}${end}]`
  }
  const entries = members(value)
  if (entries.length === 0) return '{}'
  const name = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : scriptString(key))
  return `{\n${entries.map(([key, one]) => `${inner}${name(key)}: ${scriptLiteral(one, indent + 2)},`).join('\n')}${end}}`
}

function scriptString(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

function members(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined)
}

function isEnv(value: unknown): value is EnvValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).join() === 'env' &&
    typeof (value as EnvValue).env === 'string'
  )
}
