import type { CallerDialect } from '../providers/adapter.ts'
import type { ProviderEndpoint } from '../providers/openai-compatible.ts'

/** What the body of a path may be: JSON; a form whose `model` is rewritten as it passes (or JSON, or sound); anything. */
export type BodyKind = 'json' | 'form' | 'any'

export interface Endpoint {
  /** Internal name, the log row's `endpoint_type` (gateway-contract §1.1). */
  name: string
  method: string
  path: RegExp
  dialect: CallerDialect
  takes: BodyKind
  scopes: readonly string[]
  /** Tokens are counted and priced. */
  isMetered: boolean
  /** What a provider of another dialect must list to be sent this path. */
  offer?: ProviderEndpoint
}

const INFER = ['completions.write'] as const
const json = (name: string, path: string, dialect: CallerDialect, isMetered = true): Endpoint => ({
  name,
  method: 'POST',
  path: new RegExp(`^${path}$`),
  dialect,
  takes: 'json',
  scopes: INFER,
  isMetered,
})
/** Passed on as it is. Reading or deleting what was made and counted once costs nothing. */
const passed = (name: string, method: string, path: string, offer?: ProviderEndpoint): Endpoint => ({
  name,
  method,
  path: new RegExp(`^${path}$`),
  dialect: 'raw',
  takes: 'json',
  scopes: INFER,
  isMetered: method === 'POST',
  ...(offer && { offer }),
})
const form = (endpoint: Endpoint): Endpoint => ({ ...endpoint, takes: 'form' })
/** Every path of the data plane that can reach an upstream, once. Source: gateway-contract §1. */
export const ENDPOINTS: readonly Endpoint[] = [
  json('chatComplete', '/chat/completions', 'chat'),
  json('messages', '/messages', 'messages'),
  json('messagesCountTokens', '/messages/count_tokens', 'messages', false),
  json('complete', '/completions', 'completions'),
  json('embed', '/embeddings', 'embeddings'),
  passed('createModelResponse', 'POST', '/responses', 'responses'),
  passed('getModelResponse', 'GET', '/responses/[^/]+', 'responses'),
  passed('deleteModelResponse', 'DELETE', '/responses/[^/]+', 'responses'),
  passed('listResponseInputItems', 'GET', '/responses/[^/]+/input_items', 'responses'),
  passed('imageGenerate', 'POST', '/images/generations', 'images'),
  form(passed('imageEdit', 'POST', '/images/(?:edits|variations)', 'images')),
  passed('createSpeech', 'POST', '/audio/speech', 'audio'),
  form(passed('createTranscription', 'POST', '/audio/transcriptions', 'audio')),
  form(passed('createTranslation', 'POST', '/audio/translations', 'audio')),
  passed('rerank', 'POST', '/rerank'),
  passed('ocr', 'POST', '/ocr'),
  passed('moderate', 'POST', '/moderations'),
  // Files cost nothing by the token (gateway-contract §9.2).
  form({ ...passed('uploadFile', 'POST', '/files'), isMetered: false }),
  passed('listFiles', 'GET', '/files'),
  passed('retrieveFile', 'GET', '/files/[^/]+'),
  passed('deleteFile', 'DELETE', '/files/[^/]+'),
  passed('retrieveFileContent', 'GET', '/files/[^/]+/content'),
  passed('createBatch', 'POST', '/batches'),
  passed('listBatches', 'GET', '/batches'),
  passed('retrieveBatch', 'GET', '/batches/[^/]+'),
  passed('cancelBatch', 'POST', '/batches/[^/]+/cancel'),
  passed('getBatchOutput', 'GET', '/batches/[^/]+/output'),
  passed('createFinetune', 'POST', '/fine_tuning/jobs'),
  passed('listFinetunes', 'GET', '/fine_tuning/jobs'),
  passed('retrieveFinetune', 'GET', '/fine_tuning/jobs/[^/]+'),
  passed('cancelFinetune', 'POST', '/fine_tuning/jobs/[^/]+/cancel'),
]

/** Whatever is in no row: passed through when a provider is named. */
export const PROXY: Endpoint = {
  name: 'proxy',
  method: '*',
  path: /^/,
  dialect: 'raw',
  takes: 'any',
  scopes: INFER,
  isMetered: true,
}

const byExactPath = new Map<string, Endpoint>()
const patterns: Endpoint[] = []
for (const endpoint of ENDPOINTS) {
  const exact = /^\^([\w/]+)\$$/.exec(endpoint.path.source.replaceAll('\\/', '/'))?.[1]
  if (exact) byExactPath.set(`${endpoint.method} ${exact}`, endpoint)
  else patterns.push(endpoint)
}

/** The row of a method and a path below `/api/v1`; `PROXY` when there is none. */
export function endpointOf(method: string, path: string): Endpoint {
  const exact = byExactPath.get(`${method} ${path}`)
  if (exact) return exact
  return patterns.find((endpoint) => endpoint.method === method && endpoint.path.test(path)) ?? PROXY
}
