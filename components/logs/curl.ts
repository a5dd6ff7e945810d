import type { LogDetail } from './detail.ts'

export interface Curl {
  command: string
  /** Headers that were secret when they came, so the log has only their mask. */
  leftOut: string[]
}

/** Linux hands a program no argument longer than 128 KiB; longer bodies come through standard input. */
const ARGUMENT_BYTES_MAX = 100_000
const MASKED = /\*{4}/
/** What a client says about itself, or curl says by itself. */
const KEPT = /^(content-type|accept-language|anthropic-(version|beta)|openai-beta|x-(portkey|tollgate)-.+)$/
const NOT_KEPT =
  /^x-(portkey|tollgate)-(api-key|runtime|runtime-version|package-version|request-id|trace-id|span-id|parent-span-id)$/

/**
 * A logged request as a curl command for bash: the key comes from `$TOLLGATE_API_KEY`, the body as it was stored.
 * Null when the request cannot be sent again, since its body was not kept.
 */
export function curlOf(request: LogDetail['request'], origin: string): Curl | null {
  const { method = 'POST', url = '/v1/', headers = {}, body } = request
  const hasBody = body !== undefined && body !== null
  if (!hasBody && method !== 'GET' && method !== 'DELETE' && method !== 'HEAD') return null
  const parts = ['curl']
  if (isStreamed(body)) parts.push('--no-buffer')
  if (method !== (hasBody ? 'POST' : 'GET')) parts.push(`--request ${method}`)
  parts.push(quoted(origin + (url.startsWith('/api/') ? url : `/api${url}`)))

  // A caller that names the gateway's key apart uses Authorization for the provider's own.
  const named = ['x-portkey-api-key', 'x-tollgate-api-key'].find((name) => headers[name] !== undefined)
  if (named) parts.push(`--header "${named}: $TOLLGATE_API_KEY"`)
  if (!named || headers.authorization !== undefined)
    parts.push(`--header "Authorization: Bearer ${named ? '$PROVIDER_API_KEY' : '$TOLLGATE_API_KEY'}"`)
  const leftOut: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!KEPT.test(name) || NOT_KEPT.test(name)) continue
    if (MASKED.test(value)) leftOut.push(name)
    else parts.push(`--header ${quoted(`${name}: ${value}`)}`)
  }
  if (!hasBody) return { command: joined(parts), leftOut }
  const command = isBytes(body)
    ? `base64 --decode <<< ${quoted(body.data)} | ${joined([...parts, '--data-binary @-'])}`
    : withText(parts, typeof body === 'string' ? body : JSON.stringify(body))
  return { command, leftOut }
}

/** Text as one bash word, whatever it holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function withText(parts: readonly string[], text: string): string {
  if (new TextEncoder().encode(text).length <= ARGUMENT_BYTES_MAX)
    return joined([...parts, `--data-raw ${quoted(text)}`])
  let end = 'END_OF_BODY'
  while (text.includes(end)) end += '_'
  return `${joined([...parts, '--data-binary @-'])} <<'${end}'\n${text}\n${end}\n`
}

function joined(parts: readonly string[]): string {
  return parts.join(' \\\n  ')
}

function isStreamed(body: unknown): boolean {
  return typeof body === 'object' && body !== null && (body as { stream?: unknown }).stream === true
}

/** Bodies that were no text leave the API so. */
export function isBytes(body: unknown): body is { encoding: 'base64'; data: string } {
  return typeof body === 'object' && body !== null && (body as { encoding?: unknown }).encoding === 'base64'
}
