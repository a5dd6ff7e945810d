/** What a webhook is sent, how it is signed, and what became of it. Source: admin-contract §10. */
import { createHmac, randomBytes } from 'node:crypto'
import type { OutboxMessage, Webhook } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import type { Egress } from '../providers/egress.ts'
import { rfc3339 } from '../units.ts'
import type { Letter } from './notifications-letters.ts'

/**
 * The body for one endpoint, byte for byte what is signed. `id` is the event's: the same for every endpoint and every
 * attempt, so a receiver can tell what it has had. No secret link is ever in it.
 */
export function webhookBody(
  { format }: Pick<Webhook, 'format'>,
  message: Pick<OutboxMessage, 'id' | 'kind' | 'createdAt' | 'organisationId' | 'workspaceId' | 'payload'>,
  letter: Letter,
  publicUrl: string,
): string {
  if (format === 'slack') return JSON.stringify({ text: slackText(letter, publicUrl) })
  return JSON.stringify({
    id: message.id,
    type: message.kind,
    created_at: rfc3339(message.createdAt),
    organisation_id: message.organisationId,
    workspace_id: message.workspaceId,
    data: message.payload,
  })
}

/** 256 random bits; `whsec_` tells secret scanners what it is. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`
}

/** `x-signature` of a body: HMAC-SHA256 in hex. */
export function signature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body, 'utf8').digest('hex')}`
}

export interface PostOutcome {
  isSent: boolean
  /** Another attempt would end the same. */
  isPermanent: boolean
  /** HTTP status; null when no answer came. */
  status: number | null
  answer: string
}

/**
 * POSTs a signed body. Any 2xx is success; redirects are not followed. Never throws, and takes at most ten seconds. The
 * egress guard judges the address: a private one is reached only when ALLOW_PRIVATE_HOSTS lists it.
 */
export function post(
  egress: Egress | undefined,
  { url, secret, body }: { url: string; secret: string; body: string },
  timeoutMs = TIMEOUT_MS,
): Promise<PostOutcome> {
  return new Promise((resolve) => {
    if (!egress) return resolve(failed('This process cannot reach webhooks.'))
    let status: number | null = null
    const chunks: Buffer[] = []
    let size = 0
    const done = (outcome: PostOutcome) => {
      clearTimeout(timer)
      exchange.abort()
      resolve(outcome)
    }
    const answered = () => done(judged(status ?? 0, Buffer.concat(chunks).toString('utf8')))
    const timer = setTimeout(() => {
      if (status === null) done(failed(`No answer within ${timeoutMs / 1000} s.`))
      else answered()
    }, timeoutMs)
    const exchange = egress.send(
      {
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'tollgate',
          'x-signature': signature(secret, body),
        },
        body: Buffer.from(body, 'utf8'),
        isStoredHost: true,
        headersTimeoutMs: 0,
      },
      {
        onHeaders(got) {
          status = got
        },
        onData(chunk) {
          size += chunk.length
          if (size <= ANSWER_BYTES_MAX) chunks.push(chunk)
          else answered()
        },
        onEnd: answered,
        onError(error) {
          done(status === null ? unreached(error) : judged(status, ''))
        },
      },
    )
  })
}

const TIMEOUT_MS = 10_000
const ANSWER_BYTES_MAX = 16 * 1024
const ANSWER_CHARS_MAX = 300

function judged(status: number, body: string): PostOutcome {
  const said = body
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, ANSWER_CHARS_MAX)
  if (status >= 200 && status < 300)
    return { isSent: true, isPermanent: false, status, answer: `HTTP ${status}` }
  const hint =
    status >= 300 && status < 400 ? ' It redirects, which is not followed: enter that address.' : ''
  const answer = `HTTP ${status}${said && !hint ? `: ${said}` : ''}.${hint}`
  return { isSent: false, isPermanent: false, status, answer }
}

/** The words of the egress guard speak of providers. */
function unreached(error: Error): PostOutcome {
  if (!(error instanceof GatewayError)) return failed(error.message)
  if (error.code === 'invalid_custom_host') return { ...failed(error.message), isPermanent: true }
  return failed(UNREACHED[error.code] ?? error.message)
}

const UNREACHED: Readonly<Record<string, string>> = {
  connect_timeout: 'No connection in time.',
  upstream_unreachable: 'The address cannot be reached, or broke off the connection.',
  invalid_provider_response: 'What answers there does not speak HTTP.',
  upstream_busy: 'Too many messages wait for this address.',
}

const failed = (answer: string): PostOutcome => ({ isSent: false, isPermanent: false, status: null, answer })

/** Slack reads `&`, `<` and `>` as markup; a link is `<address|words>`. */
function slackText({ subject, lines, button }: Letter, publicUrl: string): string {
  const plain = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const link = button?.path != null ? [`<${publicUrl}${button.path}|${plain(button.label)}>`] : []
  return [`*${plain(subject)}*`, ...lines.map(plain), ...link].join('\n')
}
