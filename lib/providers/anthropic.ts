/** The Anthropic dialect: chat callers served by a Messages upstream, and what a gateway learns from bytes it passes on. */
import type { Translation } from './adapter.ts'
import { anthropicRequest } from './anthropic-request.ts'
import { chatResponse } from './anthropic-response.ts'
import { chatStream } from './anthropic-stream.ts'

export { placeBreakpoints } from './anthropic-cache.ts'
export { anthropicStreamReader } from './anthropic-stream.ts'
export { anthropicError, anthropicUsage } from './anthropic-usage.ts'

/** OpenAI chat spoken to Anthropic. Source: gateway-contract §8.3. */
export const chatToAnthropic: Translation = {
  request: anthropicRequest,
  response: chatResponse,
  stream: chatStream,
}
