/** What comes in and what goes out of the story of one call. Neither Node's `req` nor the Web's `Request` is known here. */

/** Whose statuses and bodies the caller expects (architecture §2, "Whose dialect"). */
export interface CallerStyle {
  /** Sent an `x-portkey-*` header: Portkey's statuses. */
  isPortkey: boolean
  /** Speaks Anthropic's envelope and event stream. */
  isAnthropic: boolean
}

export interface Call {
  /** UUIDv7: log row, `x-request-id`, `x-portkey-request-id`. */
  id: string
  method: string
  /** Below `/api/v1`, normalised, with its leading slash: `/chat/completions`. */
  path: string
  /** With its `?`, or empty. */
  query: string
  /** Lower-case names. A header sent twice is joined with `, `. */
  headers: Readonly<Record<string, string | undefined>>
  style: CallerStyle
  /** Any `x-portkey-*` or `x-tollgate-*` header was sent. */
  hasControls: boolean
  body: CallBody
  /** Epoch ms, and the monotonic clock's reading (ms, fractional) at the same moment. */
  arrivedAtMs: number
  startedMs: number
  /** Set for a replay: whose key it runs as, already signed in. */
  keyId?: string
  /** `fn` runs once if the client goes away before the answer ends. */
  onClientGone(fn: () => void): void
}

/** The body is not read before sign-in; one of these is used, once. */
export interface CallBody {
  /** Bytes announced by `content-length`; null when unknown. */
  length: number | null
  /** The whole body, inflated. Throws `body_too_large` past `limit` bytes, before holding them. */
  bytes(limit: number): Promise<Buffer>
  /** The body as it arrives, untouched. */
  stream(): AsyncIterable<Uint8Array>
}

export interface Answer {
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  body: Buffer | AnswerStream | null
}

/** A body that is pushed: nothing is read ahead of the client. */
export interface AnswerStream {
  /** Called once, when the edge has sent status and headers. */
  start(sink: Sink): void
}

export interface Sink {
  /** False asks for a pause until `onDrain`. */
  write(chunk: Buffer | string): boolean
  end(last?: Buffer | string): void
  /** Drops the connection without the closing chunk, so that a cut answer never looks whole. */
  destroy(): void
  onDrain(fn: () => void): void
}

export const isStream = (body: Answer['body']): body is AnswerStream => body !== null && 'start' in body
