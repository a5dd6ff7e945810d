import type { Download } from '../admin/download.ts'
import { errorRow, type GatewayError } from '../errors.ts'

/** A JSON object with status 200: never empty, never a bare array (admin-contract §0.1). */
export function reply(body: object, requestId: string): Response {
  return Response.json(body, { headers: headersOf(requestId) })
}

/** A file, sent as it is made. What fails on the way breaks the connection, so half a file is never taken for a whole one. */
export function download(file: Download, requestId: string): Response {
  const chunks = file.chunks[Symbol.asyncIterator]()
  const text = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(text.encode(value))
    },
    async cancel() {
      await chunks.return?.()
    },
  })
  return new Response(body, {
    headers: {
      ...headersOf(requestId),
      'content-type': file.contentType,
      'content-disposition': `attachment; filename="${file.fileName}"`,
    },
  })
}

/**
 * A refusal in the superset envelope that every client of old reads: `success`, `errorCode`, `data` and `error`.
 * A failure of ours is written to the server's log with its request id. Source: admin-contract §0.2.
 */
export function envelope(error: GatewayError, requestId: string): Response {
  const row = errorRow(error.code)
  const [status] = row.portkey
  const { message } = error
  const code = row.admin
  if (status >= 500 && error.cause !== undefined)
    console.error(`admin request ${requestId}: ${traceOf(error.cause)}`)
  return Response.json(
    {
      success: false,
      status: 'failure',
      message,
      errorCode: code,
      data: { message, errorCode: code, details: error.details },
      error: { message, code, type: status >= 500 ? 'server_error' : 'client_error', param: error.param },
      request_id: requestId,
    },
    { status, headers: { ...error.headers, ...headersOf(requestId) } },
  )
}

/** Both SDKs send a call again on a 5xx that lacks the first of these. */
function headersOf(requestId: string): Record<string, string> {
  return {
    'x-portkey-request-id': requestId,
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
}

/** Where it happened, without the message: a database error's message repeats the values of the query. */
function traceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown failure'
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : ''
  const frames = (cause.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return [`${cause.name}${code}`, ...frames.slice(0, 8)].join('\n')
}
