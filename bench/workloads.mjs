/** What is asked: one row a workload, all of it deterministic. Sizes follow architecture §10 and hermes-client §5. */

export const MODEL = 'gpt-4o-mini'

/**
 * `route` names the upstream's answer (`upstream/nginx.mjs`); `body` is the request as JSON text, its `model` written as
 * the target spells it; `headers` go to Tollgate only.
 */
export const WORKLOADS = {
  small: { title: 'small (0.2 KB chat)', route: 'json', body: (model) => small(model) },
  agent: { title: 'agent (120 KB, 30 tools), bodies logged', route: 'json', body: (model) => agent(model) },
  'agent-metrics': {
    title: 'agent (120 KB, 30 tools), bodies off',
    route: 'json',
    connections: [10, 32],
    body: (model) => agent(model),
    headers: { 'x-tollgate-debug': 'false' },
  },
  stream50: {
    title: 'stream (50 chunks)',
    route: 'sse50',
    isStream: true,
    body: (model) => small(model, { stream: true }),
  },
  stream500: {
    title: 'stream (500 chunks)',
    route: 'sse500',
    isStream: true,
    connections: [10, 32],
    body: (model) => small(model, { stream: true }),
  },
}

/** The calls of an agent fleet by share: hermes-client §5. Images travel as base64, as Hermes sends them. */
export const HERMES_MIX = [
  { share: 70, route: 'sse500', body: (model) => conversation(model, 60_000, 16, { stream: true }) },
  { share: 15, route: 'sse500', body: (model) => conversation(model, 400_000, 16, { stream: true }) },
  { share: 5, route: 'sse500', body: (model) => conversation(model, 2_000_000, 16, { stream: true }) },
  { share: 5, route: 'json', body: (model) => conversation(model, 20_000, 0, {}) },
  { share: 5, route: 'sse500', body: (model) => image(model, 2_000_000) },
]

function small(model, extra = {}) {
  return JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a terse assistant.' },
      { role: 'user', content: 'Name the three primary colours, in one line.' },
    ],
    max_tokens: 64,
    ...extra,
  })
}

function agent(model) {
  return conversation(model, 120_000, 30, {})
}

/** A tool-using conversation of about `bytes` bytes that ends with the user's turn. */
function conversation(model, bytes, toolCount, extra) {
  const body = {
    model,
    messages: [{ role: 'system', content: prose(8_000) }],
    max_tokens: 1024,
    temperature: 0.2,
    ...extra,
  }
  if (toolCount > 0) body.tools = Array.from({ length: toolCount }, (_, n) => tool(n))
  let size = JSON.stringify(body).length
  for (let turn = 0; size < bytes - 2_500; turn++) {
    const step = toolCount > 0 ? toolTurn(turn) : [{ role: 'user', content: prose(1_500) }]
    body.messages.push(...step)
    size += JSON.stringify(step).length
  }
  body.messages.push({ role: 'user', content: prose(Math.max(200, bytes - size - 40)) })
  return JSON.stringify(body)
}

function toolTurn(turn) {
  const id = `call_${String(turn).padStart(8, '0')}`
  const call = {
    id,
    type: 'function',
    function: { name: `tool_${turn % 16}`, arguments: `{"path":"src/module-${turn}.ts","line":${turn}}` },
  }
  return [
    { role: 'assistant', content: prose(200), tool_calls: [call] },
    { role: 'tool', tool_call_id: id, content: prose(1_600) },
  ]
}

function tool(n) {
  const properties = Object.fromEntries(
    ['path', 'query', 'limit', 'mode'].map((name) => [name, { type: 'string', description: prose(120) }]),
  )
  return {
    type: 'function',
    function: {
      name: `tool_${n}`,
      description: prose(700),
      parameters: { type: 'object', properties, required: ['path'] },
    },
  }
}

function image(model, bytes) {
  return JSON.stringify({
    model,
    stream: true,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is in this picture?' },
          {
            type: 'image_url',
            image_url: { url: `data:image/png;base64,${'iVBORw0KGgoAAAANSUhE'.repeat(bytes / 20)}` },
          },
        ],
      },
    ],
  })
}

const WORDS =
  'the gateway reads "one" file, then writes a line of code:\n  const total = rows.reduce((sum, row) => sum + row.cost, 0)\nand the test says: expected 42 to equal 41 (naïve rounding). '

function prose(length) {
  return WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, length)
}
