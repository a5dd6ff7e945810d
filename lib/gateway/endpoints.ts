import type { CallerDialect } from '../providers/adapter.ts'

/** How the body of a path is read: JSON at once, a form whose `model` is rewritten as it passes, or bytes as they come. */
export type BodyKind = 'json' | 'any'

export interface Endpoint {
  /** Internal name, the log row's `endpoint_type` (gateway-contract §1.1). */
  name: string
  method: string
  path: RegExp
  dialect: CallerDialect
  body: BodyKind
  scopes: readonly string[]
  /** Tokens are counted and priced. */
  isMetered: boolean
}

const INFER = ['completions.write'] as const
const json = (name: string, path: string, dialect: CallerDialect, isMetered = true): Endpoint => ({
  name,
  method: 'POST',
  path: new RegExp(`^${path}$`),
  dialect,
  body: 'json',
  scopes: INFER,
  isMetered,
})
const passed = (name: string, method: string, path: string): Endpoint => ({
  name,
  method,
  path: new RegExp(`^${path}$`),
  dialect: 'raw',
  body: 'any',
  scopes: INFER,
  isMetered: true,
})

/** Every path of the data plane that can reach an upstream, once. Source: gateway-contract §1. */
export const ENDPOINTS: readonly Endpoint[] = [
  json('chatComplete', '/chat/completions', 'chat'),
  json('messages', '/messages', 'messages'),
  json('messagesCountTokens', '/messages/count_tokens', 'messages', false),
  json('complete', '/completions', 'completions'),
  json('embed', '/embeddings', 'embeddings'),
  passed('createModelResponse', 'POST', '/responses'),
  passed('getModelResponse', 'GET', '/responses/[^/]+'),
  passed('deleteModelResponse', 'DELETE', '/responses/[^/]+'),
  passed('listResponseInputItems', 'GET', '/responses/[^/]+/input_items'),
  passed('imageGenerate', 'POST', '/images/generations'),
  passed('imageEdit', 'POST', '/images/(?:edits|variations)'),
  passed('createSpeech', 'POST', '/audio/speech'),
  passed('createTranscription', 'POST', '/audio/transcriptions'),
  passed('createTranslation', 'POST', '/audio/translations'),
  passed('rerank', 'POST', '/rerank'),
  passed('ocr', 'POST', '/ocr'),
  passed('moderate', 'POST', '/moderations'),
  passed('uploadFile', 'POST', '/files'),
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
  body: 'any',
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
