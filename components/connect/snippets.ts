/**
 * Lines to paste for every client: pure, so that what is on screen is what was tested. A secret that is known is
 * written out; one nobody has is read from `$TOLLGATE_API_KEY`. Sources: hermes-client §1, gateway-contract §2.1.
 */

export interface Setup {
  /** This gateway's origin, without a trailing slash. */
  origin: string
  /** `@slug/model`. */
  model: string
  /** Null when it is not known here. */
  secret: string | null
}

export interface Block {
  title: string
  /** One line above the code, where the title does not say enough. */
  hint?: string
  language: 'bash' | 'yaml' | 'python' | 'js' | 'text'
  code: string
}

export interface Client {
  id: string
  name: string
  /** What stands below the name. */
  kind: string
  /** Groups of blocks; a client with several offers them as alternatives. */
  ways: (setup: Setup) => { title: string; blocks: Block[] }[]
}

export const KEY_VARIABLE = 'TOLLGATE_API_KEY'
const HELLO = 'Hello, Tollgate'
const PROVIDER_NAME = 'tollgate'

/** Hermes first: it is who the gateway was made for. */
export const CLIENTS: readonly Client[] = [
  { id: 'hermes', name: 'Hermes Agent', kind: 'Agent', ways: hermes },
  { id: 'openai-python', name: 'OpenAI', kind: 'Python', ways: one(openaiPython) },
  { id: 'openai-node', name: 'OpenAI', kind: 'Node', ways: one(openaiNode) },
  { id: 'anthropic-python', name: 'Anthropic', kind: 'Python', ways: one(anthropicPython) },
  { id: 'anthropic-node', name: 'Anthropic', kind: 'Node', ways: one(anthropicNode) },
  { id: 'portkey-python', name: 'Portkey', kind: 'Python', ways: one(portkeyPython) },
  { id: 'portkey-node', name: 'Portkey', kind: 'Node', ways: one(portkeyNode) },
  { id: 'vercel', name: 'Vercel AI SDK', kind: 'Node', ways: one(vercel) },
  { id: 'curl', name: 'curl', kind: 'Shell', ways: curl },
]

/** The client an address names; the first when it names none. */
export function clientOf(id: string | null): Client {
  return CLIENTS.find((client) => client.id === id) ?? CLIENTS[0]!
}

/**
 * The origin clients should call: the server's PUBLIC_URL, unless that is this machine by a loopback name while the
 * browser came by another one, as when PUBLIC_URL was never set.
 */
export function originFor(publicUrl: string, browserOrigin: string | null): string {
  if (browserOrigin === null || !isLoopback(publicUrl)) return publicUrl
  return isLoopback(browserOrigin) ? publicUrl : browserOrigin
}

function isLoopback(origin: string): boolean {
  return /^(localhost|127\.|\[?::1)/.test(new URL(origin).hostname)
}

// ── Hermes ──

function hermes(setup: Setup) {
  const { model } = setup
  const base = baseOf(setup)
  const switching: Block = {
    title: 'Switch models in a session',
    hint: 'Any model of the list works; the gateway takes all three spellings.',
    language: 'text',
    code: `/model custom:${model}
/model ${model}
/model ${model} --provider custom:${PROVIDER_NAME}`,
  }
  // A name that does not end in _API_KEY would land in config.yaml instead (hermes-client §1).
  const setKey = `hermes config set ${KEY_VARIABLE} ${inShell(setup)}`
  const env: Block = {
    title: 'The key, into ~/.hermes/.env',
    hint: 'Its name has to end in _API_KEY, or Hermes does not take it for a secret.',
    language: 'bash',
    code: setKey,
  }
  return [
    {
      title: 'Commands',
      blocks: [
        {
          title: 'Paste into a shell',
          language: 'bash' as const,
          code: `${setKey}
hermes config set model.provider custom
hermes config set model.base_url ${word(base)}
hermes config set model.api_key '\${${KEY_VARIABLE}}'
hermes config set model.default ${word(model)}`,
        },
        {
          title: 'Say hello',
          language: 'bash' as const,
          code: `hermes -z ${word(HELLO)}`,
        },
        {
          ...switching,
          code: switching.code.split('\n').slice(0, 2).join('\n'),
          hint: 'Any model of the list works.',
        },
      ],
    },
    {
      title: 'YAML, named provider',
      blocks: [
        {
          title: '~/.hermes/config.yaml',
          hint: 'For several gateways or keys side by side. YAML reserves @, so a model id needs its quotes.',
          language: 'yaml' as const,
          code: `model:
  provider: custom:${PROVIDER_NAME}
  default: ${JSON.stringify(model)}
custom_providers:
  - name: ${PROVIDER_NAME}
    base_url: ${JSON.stringify(base)}
    key_env: ${KEY_VARIABLE}
    api_mode: chat_completions`,
        },
        env,
        switching,
      ],
    },
    {
      title: 'YAML, model.api_key',
      blocks: [
        {
          title: '~/.hermes/config.yaml',
          hint: 'The shortest form. YAML reserves @, so a model id needs its quotes.',
          language: 'yaml' as const,
          code: `model:
  provider: custom
  default: ${JSON.stringify(model)}
  base_url: ${JSON.stringify(base)}
  api_key: "\${${KEY_VARIABLE}}"`,
        },
        env,
        {
          ...switching,
          code: switching.code.split('\n').slice(0, 2).join('\n'),
          hint: 'Any model of the list works.',
        },
      ],
    },
  ]
}

// ── SDKs ──

function openaiPython(setup: Setup): Block[] {
  return [
    install('pip install openai'),
    python(
      setup,
      `from openai import OpenAI

client = OpenAI(
    base_url=${JSON.stringify(baseOf(setup))},
    api_key=${pythonKey(setup)},
)
answer = client.chat.completions.create(
    model=${JSON.stringify(setup.model)},
    messages=[{"role": "user", "content": "${HELLO}"}],
)
print(answer.choices[0].message.content)`,
    ),
  ]
}

function openaiNode(setup: Setup): Block[] {
  return [
    install('npm install openai'),
    node(`import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: '${baseOf(setup)}',
  apiKey: ${nodeKey(setup)},
})
const stream = await client.chat.completions.create({
  model: ${quote(setup.model)},
  messages: [{ role: 'user', content: '${HELLO}' }],
  stream: true,
})
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '')`),
  ]
}

/** This SDK adds `/v1` itself. */
function anthropicPython(setup: Setup): Block[] {
  return [
    install('pip install anthropic'),
    python(
      setup,
      `from anthropic import Anthropic

client = Anthropic(
    base_url=${JSON.stringify(`${setup.origin}/api`)},
    api_key=${pythonKey(setup)},
)
answer = client.messages.create(
    model=${JSON.stringify(setup.model)},
    max_tokens=1024,
    messages=[{"role": "user", "content": "${HELLO}"}],
)
print(answer.content[0].text)`,
    ),
  ]
}

function anthropicNode(setup: Setup): Block[] {
  return [
    install('npm install @anthropic-ai/sdk'),
    node(`import Anthropic from '@anthropic-ai/sdk'

const client = new Anthropic({
  baseURL: '${setup.origin}/api',
  apiKey: ${nodeKey(setup)},
})
const answer = await client.messages.create({
  model: ${quote(setup.model)},
  max_tokens: 1024,
  messages: [{ role: 'user', content: '${HELLO}' }],
})
console.log(answer.content[0].text)`),
  ]
}

function portkeyPython(setup: Setup): Block[] {
  return [
    install('pip install portkey-ai'),
    python(
      setup,
      `from portkey_ai import Portkey

client = Portkey(
    base_url=${JSON.stringify(baseOf(setup))},
    api_key=${pythonKey(setup)},
)
answer = client.chat.completions.create(
    model=${JSON.stringify(setup.model)},
    messages=[{"role": "user", "content": "${HELLO}"}],
)
print(answer.choices[0].message.content)`,
    ),
  ]
}

function portkeyNode(setup: Setup): Block[] {
  return [
    install('npm install portkey-ai'),
    node(`import { Portkey } from 'portkey-ai'

const client = new Portkey({
  baseURL: '${baseOf(setup)}',
  apiKey: ${nodeKey(setup)},
})
const answer = await client.chat.completions.create({
  model: ${quote(setup.model)},
  messages: [{ role: 'user', content: '${HELLO}' }],
})
console.log(answer.choices[0].message.content)`),
  ]
}

function vercel(setup: Setup): Block[] {
  return [
    install('npm install ai @ai-sdk/openai-compatible'),
    node(`import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { streamText } from 'ai'

const tollgate = createOpenAICompatible({
  name: 'tollgate',
  baseURL: '${baseOf(setup)}',
  apiKey: ${nodeKey(setup)},
  includeUsage: true,
})
const { textStream } = streamText({
  model: tollgate(${quote(setup.model)}),
  prompt: '${HELLO}',
})
for await (const text of textStream) process.stdout.write(text)`),
  ]
}

function curl(setup: Setup) {
  const header =
    setup.secret === null
      ? `"Authorization: Bearer $${KEY_VARIABLE}"`
      : word(`Authorization: Bearer ${setup.secret}`)
  const command = (body: object, flags = '') => `curl ${flags}${baseOf(setup)}/chat/completions \\
  -H ${header} \\
  -H 'Content-Type: application/json' \\
  -d ${word(JSON.stringify(body))}`
  const body = { model: setup.model, messages: [{ role: 'user', content: HELLO }] }
  const bash = 'bash' as const
  return [
    { title: 'Whole answer', blocks: [{ title: 'Paste into a shell', language: bash, code: command(body) }] },
    {
      title: 'Streamed',
      blocks: [
        {
          title: 'Paste into a shell',
          language: bash,
          code: command({ ...body, stream: true, stream_options: { include_usage: true } }, '--no-buffer '),
        },
      ],
    },
    {
      title: 'Anthropic style',
      blocks: [
        {
          title: 'Paste into a shell',
          language: bash,
          code: `curl ${baseOf(setup)}/messages \\
  -H ${header} \\
  -H 'anthropic-version: 2023-06-01' \\
  -H 'Content-Type: application/json' \\
  -d ${word(JSON.stringify({ ...body, max_tokens: 1024 }))}`,
        },
      ],
    },
  ]
}

// ── small parts ──

function one(blocks: (setup: Setup) => Block[]): Client['ways'] {
  return (setup) => [{ title: '', blocks: blocks(setup) }]
}

function baseOf({ origin }: Setup): string {
  return `${origin}/api/v1`
}

function install(code: string): Block {
  return { title: 'Install', language: 'bash', code }
}

function python({ secret }: Setup, code: string): Block {
  return {
    title: 'Python',
    language: 'python',
    code: secret === null ? `import os\n\n${code}` : code,
  }
}

function node(code: string): Block {
  return { title: 'Node', hint: 'An ES module: a .mjs file, or "type": "module".', language: 'js', code }
}

function pythonKey({ secret }: Setup): string {
  return secret === null ? `os.environ["${KEY_VARIABLE}"]` : JSON.stringify(secret)
}

function nodeKey({ secret }: Setup): string {
  return secret === null ? `process.env.${KEY_VARIABLE}` : quote(secret)
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function inShell({ secret }: Setup): string {
  return secret === null ? `"$${KEY_VARIABLE}"` : word(secret)
}

/** Text as one word of a shell. */
function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
