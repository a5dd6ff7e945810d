/**
 * Writes lib/pricing-limits.json: context windows and output caps, in tokens, by provider and model.
 *
 *   node scripts/pricing-limits.mjs <package>/dist/models.generated.js
 *
 * The argument is the generated model list of the npm package @mariozechner/pi-ai (MIT); 0.73.1 made the committed file.
 * Unknown figures become null. Ids are sorted, so a newer list shows as a small diff.
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Provider id there → provider id here. */
const PROVIDERS = {
  'amazon-bedrock': 'bedrock',
  anthropic: 'anthropic',
  'azure-openai-responses': 'azure-openai',
  cerebras: 'cerebras',
  'cloudflare-workers-ai': 'workers-ai',
  deepseek: 'deepseek',
  fireworks: 'fireworks-ai',
  google: 'google',
  'google-vertex': 'vertex-ai',
  groq: 'groq',
  huggingface: 'huggingface',
  minimax: 'minimax',
  mistral: 'mistral-ai',
  moonshotai: 'moonshot',
  openai: 'openai',
  openrouter: 'openrouter',
  xai: 'x-ai',
  zai: 'z-ai',
}

const source = process.argv[2]
if (!source) {
  console.error('usage: node scripts/pricing-limits.mjs <package>/dist/models.generated.js')
  process.exit(1)
}

const { MODELS } = await import(pathToFileURL(resolve(source)).href)
const limits = {}
for (const [theirs, ours] of Object.entries(PROVIDERS).sort(([, a], [, b]) => (a < b ? -1 : 1))) {
  const models = Object.values(MODELS[theirs] ?? {})
  if (models.length === 0) throw new Error(`the list has no provider ${theirs}`)
  limits[ours] = Object.fromEntries(
    models
      .map(({ id, contextWindow, maxTokens }) => [id, [tokens(contextWindow), cap(maxTokens, contextWindow)]])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

const lines = Object.entries(limits).map(([provider, models]) => {
  const rows = Object.entries(models).map(([id, pair]) => `  ${JSON.stringify(id)}:${JSON.stringify(pair)}`)
  return `${JSON.stringify(provider)}:{\n${rows.join(',\n')}\n}`
})
writeFileSync(
  fileURLToPath(new URL('../lib/pricing-limits.json', import.meta.url)),
  `{\n${lines.join(',\n')}\n}\n`,
)
console.log(
  `${Object.values(limits).reduce((n, models) => n + Object.keys(models).length, 0)} models written`,
)

function tokens(value) {
  return Number.isSafeInteger(value) && value > 0 ? value : null
}

/** A cap above the window is a misprint of the window. */
function cap(value, window) {
  const known = tokens(value)
  return known !== null && tokens(window) !== null && known > window ? window : known
}
