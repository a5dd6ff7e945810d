import type { Snippet } from '../ui/act-code.ts'

/**
 * A first call to a model in five clients, ready to paste: the key is read from `$TOLLGATE_API_KEY`. `origin` is this
 * gateway's, without a trailing slash; `model` is `@slug/model`.
 */
export function setupCode(origin: string, model: string): Snippet[] {
  const base = `${origin}/api/v1`
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  const name = JSON.stringify(model)
  return [
    {
      label: 'curl',
      code: `curl ${base}/chat/completions \\
  -H "Authorization: Bearer $TOLLGATE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '${body.replaceAll("'", "'\\''")}'`,
    },
    {
      label: 'OpenAI Python',
      code: `import os
from openai import OpenAI

client = OpenAI(base_url="${base}", api_key=os.environ["TOLLGATE_API_KEY"])
answer = client.chat.completions.create(
    model=${name},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      label: 'OpenAI Node',
      code: `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: '${base}', apiKey: process.env.TOLLGATE_API_KEY })
const answer = await client.chat.completions.create({
  model: ${name},
  messages: [{ role: 'user', content: 'Hello' }],
})
console.log(answer.choices[0].message.content)`,
    },
    {
      // This SDK adds /v1 itself.
      label: 'Anthropic',
      code: `import os
from anthropic import Anthropic

client = Anthropic(base_url="${origin}/api", api_key=os.environ["TOLLGATE_API_KEY"])
answer = client.messages.create(
    model=${name},
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.content[0].text)`,
    },
    {
      label: 'Portkey',
      code: `import { Portkey } from 'portkey-ai'

const client = new Portkey({ baseURL: '${base}', apiKey: process.env.TOLLGATE_API_KEY })
const answer = await client.chat.completions.create({
  model: ${name},
  messages: [{ role: 'user', content: 'Hello' }],
})
console.log(answer.choices[0].message.content)`,
    },
  ]
}
