/** The one place that speaks SMTP. What a mail says is decided elsewhere. Source: admin-contract §10, architecture §9. */
import { createTransport } from 'nodemailer'

/** How mails look and whom they name. */
export interface Branding {
  company: string
  /** An image readers' mail programs fetch; null: none. */
  logoUrl: string | null
  /** Where readers may ask; null: nobody is named. */
  support: string | null
}

export interface Mail {
  /** Same for every attempt at one delivery, so that a mail sent twice can be told: it becomes the Message-ID. */
  id: string
  to: string
  subject: string
  text: string
  html: string
}

/** What became of one attempt. `answer` is the server's, or why there was none; no secret in it. */
export interface MailOutcome {
  isSent: boolean
  /** Another attempt would end the same: the server refused this mail (5xx). */
  isPermanent: boolean
  answer: string
}

export interface Mailer {
  /** `Name <address>` or an address. */
  from: string
  /** `host:port`, for people. */
  server: string
  branding: Branding
  /** Never throws. Takes at most half a minute. */
  send(mail: Mail): Promise<MailOutcome>
}

export interface MailerOptions {
  /** `SMTP_URL`; its query may set nodemailer options such as `tls.rejectUnauthorized=false`. */
  url: string
  from: string
  branding: Branding
  /** For the whole conversation, in ms. */
  timeoutMs?: number
}

export const SEND_TIMEOUT_MS = 30_000
const STEP_TIMEOUT_MS = 10_000
const ANSWER_CHARS_MAX = 500

/** A mailer that opens a connection for each mail; nothing is connected to before the first. */
export function createMailer({ url, from, branding, timeoutMs = SEND_TIMEOUT_MS }: MailerOptions): Mailer {
  const { hostname, port, protocol, password, username } = new URL(url)
  const server = `${hostname}:${port || (protocol === 'smtps:' ? 465 : 587)}`
  const secrets = [password, safelyDecoded(password), username && password ? `${username}:${password}` : '']
  const transport = createTransport({
    url,
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    dnsTimeout: STEP_TIMEOUT_MS,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? hostname

  return {
    from,
    server,
    branding,
    async send({ id, to, subject, text, html }) {
      const signal = AbortSignal.timeout(timeoutMs)
      try {
        const { response } = await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject: oneLine(subject),
          text,
          html,
          messageId: `<${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        })
        return { isSent: true, isPermanent: false, answer: short(response, secrets) }
      } catch (error) {
        const answer = signal.aborted
          ? `${server} did not finish within ${timeoutMs / 1000} s.`
          : failure(server, error as SmtpError)
        return { isSent: false, isPermanent: isPermanent(error as SmtpError), answer: short(answer, secrets) }
      }
    },
  }
}

interface SmtpError extends Error {
  code?: string
  /** The server's, when it answered. */
  responseCode?: number
  response?: string
}

/** What a refusal is about: sender, reader or text. One of the connection or the password says nothing about the mail. */
const OF_THIS_MAIL = new Set(['EENVELOPE', 'EMESSAGE'])

function isPermanent({ code = '', responseCode }: SmtpError): boolean {
  if (!OF_THIS_MAIL.has(code)) return false
  return responseCode === undefined || responseCode >= 500
}

function failure(server: string, error: SmtpError): string {
  if (error.response) return `${server} refused: ${error.response}`
  return `${server} could not be used: ${error.message}`
}

function short(text: string, secrets: readonly string[]): string {
  const clean = secrets.filter(Boolean).reduce((said, secret) => said.replaceAll(secret, '********'), text)
  return oneLine(clean).slice(0, ANSWER_CHARS_MAX)
}

/** Names come from people: a line break in one must not begin a header of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
