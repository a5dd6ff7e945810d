/** One call of a load, as its client saw it. */
export interface LoadedCall {
  /** Sent as metadata, so that its row can be found even when no answer came. */
  number: number
  isStream: boolean
  /** Epoch ms. */
  startedMs: number
  endedMs: number
  /** Null when no head came. */
  status: number | null
  /** `x-request-id`. */
  id: string | null
  /** The answer came to its end: the JSON is complete, or the stream has its finish reason and `[DONE]`. */
  isWhole: boolean
  /** What a whole answer said of its tokens. */
  usage: { prompt_tokens: number; completion_tokens: number } | null
}

export interface Load {
  /** Those that ended, in the order they did. */
  calls: LoadedCall[]
  /** Waits until every call ended. */
  stop(): Promise<void>
}

const PAUSE_WHEN_REFUSED_MS = 100

/**
 * Clients that call `model` over and over, half of them streaming, `atOnce` at a time, until they are stopped. Whatever
 * happens to a call is written down and the next one follows.
 */
export function startLoad(api: string, key: string, model: string, atOnce: number): Load {
  const calls: LoadedCall[] = []
  let count = 0
  let isStopped = false
  const client = async () => {
    while (!isStopped) {
      const call = await callOnce(api, key, model, ++count)
      calls.push(call)
      if (call.status !== 200) await new Promise((again) => setTimeout(again, PAUSE_WHEN_REFUSED_MS))
    }
  }
  const clients = Array.from({ length: atOnce }, client)
  return {
    calls,
    stop: async () => {
      isStopped = true
      await Promise.all(clients)
    },
  }
}

/** Makes one call and reads it to its end, or as far as it goes. */
export async function callOnce(api: string, key: string, model: string, number: number): Promise<LoadedCall> {
  const isStream = number % 2 === 0
  const call: LoadedCall = {
    number,
    isStream,
    startedMs: Date.now(),
    endedMs: 0,
    status: null,
    id: null,
    isWhole: false,
    usage: null,
  }
  try {
    const answer = await fetch(`${api}/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'x-tollgate-metadata': JSON.stringify({ number: String(number) }),
      },
      body: JSON.stringify({
        model,
        messages: [{ role: 'user', content: `${'word '.repeat(number % 50)}${number}` }],
        ...(isStream && { stream: true, stream_options: { include_usage: true } }),
      }),
    })
    call.status = answer.status
    call.id = answer.headers.get('x-request-id')
    const text = await answer.text()
    const events = isStream && answer.ok ? eventsOf(text) : [JSON.parse(text) as ChatPart]
    const isFinished = events.some(({ choices }) => choices?.some((choice) => choice.finish_reason))
    call.isWhole = answer.ok && isFinished && (!isStream || text.endsWith('data: [DONE]\n\n'))
    call.usage = events.find(({ usage }) => usage)?.usage ?? null
  } catch {
    // The connection was cut or refused; what is known by now says how far the call came.
  }
  call.endedMs = Date.now()
  return call
}

interface ChatPart {
  choices?: { finish_reason: string | null }[]
  usage?: LoadedCall['usage']
}

function eventsOf(text: string): ChatPart[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as ChatPart)
}
