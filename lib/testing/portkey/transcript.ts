/** What a client was told by the API, call by call, whatever language it is written in. */

type Reply = Record<string, unknown>

/** A call by the method's Python name (`admin.users.list`), with its reply or the error the client made of it. */
export type Call =
  | { method: string; reply: Reply }
  | { method: string; refused: { kind?: string; status: number; message: string } }

export interface Transcript {
  calls: readonly Call[]
  /** Replies to a method, in order. Rows are read loosely: expectations say what must be there. */
  // biome-ignore lint/suspicious/noExplicitAny: replies are judged by the expectations made of them.
  replies(method: string): any[]
  /** Statuses of a method's refusals, in order. */
  refusals(method: string): number[]
  /** Methods of the parts of the client it had to use whole that it left out. */
  leftOut: readonly string[]
}

/** `methods` are those that had to be used. */
export function transcriptOf(calls: readonly Call[], methods: readonly string[]): Transcript {
  const of = (method: string) => calls.filter((call) => call.method === method)
  return {
    calls,
    replies: (method) => of(method).flatMap((call) => ('reply' in call ? [call.reply] : [])),
    refusals: (method) => of(method).flatMap((call) => ('refused' in call ? [call.refused.status] : [])),
    leftOut: methods.filter((method) => of(method).length === 0),
  }
}
