import type { z } from 'zod'
import type { attemptRow, logDetailRow, logList, logRow } from '@/lib/contract/telemetry.ts'

export type Log = z.output<typeof logRow>
export type LogPage = z.output<typeof logList>
export type Attempt = z.output<typeof attemptRow>

/** `GET /logs/{id}`. `conversation` is the exchange as people read it; absent or null where there is none. */
export type LogDetail = z.output<typeof logDetailRow> & { conversation?: Conversation | null }

export interface Conversation {
  messages: Message[]
  /** As the provider said it; null when it never did, as in a stream that broke off. */
  finishReason: string | null
}

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool'
  text: string
  reasoning: string | null
  toolCalls: { id: string | null; name: string; arguments: string }[]
  /** Id of the tool call this answers. */
  toolResultOf: string | null
  /** URLs, `data:` ones included. */
  images: string[]
}

/** `@slug/model` as a caller would write it; what was asked for where no provider was reached. */
export function modelName(log: Pick<Log, 'virtual_key' | 'ai_model' | 'requested_model'>): string {
  if (log.virtual_key && log.ai_model) return `@${log.virtual_key}/${log.ai_model}`
  return log.requested_model ?? (log.virtual_key ? `@${log.virtual_key}` : '–')
}

const ENDPOINT_WORDS: Readonly<Record<string, string>> = {
  chatComplete: 'chat',
  messagesCountTokens: 'count tokens',
  complete: 'completions',
  embed: 'embeddings',
  createModelResponse: 'responses',
  imageGenerate: 'images',
  createSpeech: 'speech',
  createTranscription: 'transcription',
  proxy: 'pass-through',
}

/** Endpoint names worth offering in a filter, most used first. */
export const ENDPOINTS = [
  'chatComplete',
  'messages',
  'complete',
  'embed',
  'createModelResponse',
  'messagesCountTokens',
  'imageGenerate',
  'createSpeech',
  'createTranscription',
  'rerank',
  'moderate',
  'uploadFile',
  'createBatch',
  'proxy',
]

/** `chatComplete` as people say it: "chat". Names without a word of their own are taken apart: "retrieve file". */
export function endpointWords(name: string): string {
  return ENDPOINT_WORDS[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** Pairs of a row's metadata, in their order. */
export function metadataOf(log: Pick<Log, 'metadata.key' | 'metadata.value'>): [string, string][] {
  return log['metadata.key'].map((key, index) => [key, log['metadata.value'][index] ?? ''])
}
