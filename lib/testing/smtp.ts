import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerError } from 'smtp-server'

/** A mail as it reached the server, its texts decoded. */
export interface ReceivedMail {
  /** Of the envelope. */
  from: string
  to: string[]
  /** Unfolded and decoded, by lower-case name; the last of a name wins. */
  headers: Record<string, string>
  subject: string
  text: string
  html: string
  raw: string
}

/** How it treats mail from now on; what is left out is done well. */
export interface SmtpManners {
  /** Refuses readers with this code: 450 is temporary, 550 is for good. */
  recipientCode?: number
  /** Refuses the text with this code. */
  dataCode?: number
  /** Waits so long before it answers the text, in ms. */
  delayMs?: number
  /** Takes connections and says nothing. */
  isMute?: boolean
}

export interface TestSmtp {
  /** For `SMTP_URL`. */
  url: string
  messages(): readonly ReceivedMail[]
  /** The newest mail to an address; throws when there is none. */
  newestTo(address: string): ReceivedMail
  behave(manners: SmtpManners): void
  /** Connections refused from now on; the port stays its own until `close`. */
  close(): Promise<void>
}

export interface SmtpOptions {
  /** Asked for when given; else whoever comes is let in. */
  user?: string
  password?: string
}

/** A real SMTP server on loopback that keeps what it is sent, in memory. */
export async function startSmtp({ user, password }: SmtpOptions = {}): Promise<TestSmtp> {
  const received: ReceivedMail[] = []
  let manners: SmtpManners = {}
  const server = new SMTPServer({
    // Its certificate is nobody's, and a client that is offered TLS takes it.
    hideSTARTTLS: true,
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 10,
    onConnect(_, callback) {
      if (!manners.isMute) callback()
    },
    onAuth(said, _, callback) {
      const isRight = said.username === user && said.password === password
      callback(isRight ? null : refusal(535, 'Wrong name or password'), { user })
    },
    onRcptTo({ address }, _, callback) {
      const { recipientCode } = manners
      callback(recipientCode === undefined ? null : refusal(recipientCode, `No mailbox ${address}`))
    },
    onData(stream, session, callback) {
      const { dataCode, delayMs = 0 } = manners
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        setTimeout(() => {
          if (dataCode !== undefined) return callback(refusal(dataCode, 'Not this text'))
          const { mailFrom, rcptTo } = session.envelope
          received.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            ...parsed(Buffer.concat(chunks).toString('utf8')),
          })
          callback(null, 'Kept')
        }, delayMs)
      })
    },
  })
  // Clients that go away are the tests' business.
  server.on('error', () => {})
  const { port } = await new Promise<AddressInfo>((done) => {
    const listener = server.listen(0, '127.0.0.1', () => done(listener.address() as AddressInfo))
  })
  const login = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`

  return {
    url: `smtp://${login}127.0.0.1:${port}`,
    messages: () => received,
    newestTo(address) {
      const found = received.findLast(({ to }) => to.includes(address))
      if (!found) throw new Error(`no mail to ${address}; there is ${received.map(({ to }) => to).join()}`)
      return found
    },
    behave(next) {
      manners = next
    },
    close: () => new Promise<void>((done) => server.close(() => done())),
  }
}

function refusal(responseCode: number, message: string): SMTPServerError {
  return Object.assign(new Error(message), { responseCode })
}

/** As much of MIME as our own mail uses: one level of parts, quoted-printable and base64. */
function parsed(raw: string): Omit<ReceivedMail, 'from' | 'to'> {
  const { headers, body } = part(raw)
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1]
  const parts =
    boundary === undefined
      ? [{ headers, body }]
      : body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((text) => part(text.replace(/^\r?\n/, '')))
  const textOf = (type: string) => {
    const found = parts.find((one) => (one.headers['content-type'] ?? 'text/plain').startsWith(type))
    return found ? decoded(found.body, found.headers['content-transfer-encoding'] ?? '') : ''
  }
  return {
    headers,
    subject: headers.subject ?? '',
    text: textOf('text/plain'),
    html: textOf('text/html'),
    raw,
  }
}

function part(raw: string): { headers: Record<string, string>; body: string } {
  const end = raw.search(/\r?\n\r?\n/)
  const head = (end === -1 ? raw : raw.slice(0, end)).replace(/\r?\n[ \t]+/g, ' ')
  const headers: Record<string, string> = {}
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = words(line.slice(colon + 1).trim())
  }
  return { headers, body: end === -1 ? '' : raw.slice(end).replace(/^\r?\n\r?\n/, '') }
}

function decoded(body: string, encoding: string): string {
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? unquoted(body.replace(/=\r?\n/g, ''))
        : body
  return text.replace(/\r\n/g, '\n').replace(/\n$/, '')
}

/** RFC 2047: `=?UTF-8?Q?…?=`, neighbours joined. */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, said: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(said, 'base64').toString('utf8')
        : unquoted(said.replaceAll('_', ' ')),
    )
}

function unquoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
