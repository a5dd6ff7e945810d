/**
 * Keeps a provider's credential from coming back: a host that quotes what it was sent must not tell it to callers, nor
 * to the log. Source: architecture §7.
 */

/** Headers whose values are secrets; others an admin may have added are words that answers may hold. */
const SECRET_NAME = /auth|key|token|secret|credential/
/** Shorter ones are the dummies that local servers take (`ollama`, `no-key-required`): words an answer may hold. */
const SECRET_CHARS_MIN = 20

const known = new WeakMap<Readonly<Record<string, string>>, Secret[]>()

interface Secret {
  text: string
  bytes: Buffer
}

/** Overwrites the secrets among `headers` where `bytes` hold them, in place and without changing the length. */
export function maskCredential(bytes: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  for (const secret of secretsIn(headers)) {
    for (let at = bytes.indexOf(secret.bytes); at !== -1; at = bytes.indexOf(secret.bytes, at))
      bytes.fill('*', at, at + secret.bytes.length)
  }
  return bytes
}

/** An upstream's response headers without the secrets among `headers`. The same object when it holds none. */
export function withoutCredential<Values extends Readonly<Record<string, string | string[]>>>(
  told: Values,
  headers: Readonly<Record<string, string>>,
): Values {
  let clean: Record<string, string | string[]> | null = null
  for (const { text } of secretsIn(headers)) {
    for (const name in told) {
      const value = clean?.[name] ?? told[name]
      const isHeld = Array.isArray(value) ? value.some((each) => each.includes(text)) : value?.includes(text)
      if (!value || !isHeld) continue
      clean ??= { ...told }
      clean[name] = Array.isArray(value)
        ? value.map((each) => each.replaceAll(text, MASK))
        : value.replaceAll(text, MASK)
    }
  }
  return (clean as Values | null) ?? told
}

/**
 * A refusal's text without what was sent as `headers`: there even a short dummy key is no word worth keeping, and a
 * provider that quotes the credential it refuses does not get to tell it to anyone.
 */
export function scrubbed(text: string, headers: Readonly<Record<string, string>>): string {
  let clean = text
  for (const value of Object.values(headers)) {
    const secret = value.replace(/^bearer\s+/i, '')
    if (secret.length >= REFUSED_CHARS_MIN) clean = clean.replaceAll(secret, MASK)
  }
  return clean
}

const REFUSED_CHARS_MIN = 6
const MASK = '********'

function secretsIn(headers: Readonly<Record<string, string>>): Secret[] {
  const found = known.get(headers)
  if (found) return found
  const secrets = Object.entries(headers)
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([, value]) => value.replace(/^[a-z]{3,16} +/i, ''))
    .filter((text) => text.length >= SECRET_CHARS_MIN)
    .map((text) => ({ text, bytes: Buffer.from(text) }))
  known.set(headers, secrets)
  return secrets
}
