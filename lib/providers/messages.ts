/** Messages callers (Anthropic SDKs, Claude-native agents) served by an upstream that speaks OpenAI chat. */
import type { Translation } from './adapter.ts'
import { messagesRequest } from './messages-request.ts'
import { messagesResponse } from './messages-response.ts'
import { messagesStream } from './messages-stream.ts'

/** Anthropic Messages spoken to an OpenAI-compatible provider. Source: gateway-contract §8.11. */
export const messagesToChat: Translation = {
  request: messagesRequest,
  response: messagesResponse,
  stream: messagesStream,
}
