/**
 * Secrets at rest, and secrets kept out of sight. A value is sealed with AES-256-GCM under a data key of its own, and
 * the data key is sealed under a key derived from `TOLLGATE_SECRET`; the ciphertext names which. Turning the secret
 * therefore rewrites 60 bytes a value and decrypts none. Source: architecture §7.
 *
 *   version 1 │ key id 8 │ iv 12, tag 16, data key 32 │ iv 12, tag 16, ciphertext
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

const VERSION = 1
const KEY_ID_BYTES = 8
const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const HEAD_BYTES = 1 + KEY_ID_BYTES
const WRAP_BYTES = IV_BYTES + KEY_BYTES + TAG_BYTES
const MIN_BYTES = HEAD_BYTES + WRAP_BYTES + IV_BYTES + TAG_BYTES

type Bytes = Uint8Array<ArrayBuffer>

/** Seals text under `secretKey` (the `TOLLGATE_SECRET`). Each call gives other bytes. */
export function encryptSecret(secretKey: string, plaintext: string): Bytes {
  const master = masterKey(secretKey)
  const dataKey = randomBytes(KEY_BYTES)
  const head = Buffer.concat([Buffer.from([VERSION]), master.id])
  return bytes([
    head,
    seal(master.key, dataKey, head),
    seal(dataKey, Buffer.from(plaintext, 'utf8'), head.subarray(0, 1)),
  ])
}

/**
 * Opens what `encryptSecret` sealed. `secretKeys` is the current secret, or it and the ones before it; the key id in
 * the ciphertext picks. Throws Error when none fits or a byte was changed; the message holds no secret.
 */
export function decryptSecret(secretKeys: string | readonly string[], sealed: Uint8Array): string {
  const { dataKey, body, version } = unwrap(secretKeys, sealed)
  return open(dataKey, body, version).toString('utf8')
}

/**
 * The same value under `secretKey`, whichever of `secretKeys` it was under before; the value itself is not opened.
 * Returns null when it is under `secretKey` already. Throws as `decryptSecret` does.
 */
export function rewrapSecret(
  secretKey: string,
  secretKeys: readonly string[],
  sealed: Uint8Array,
): Bytes | null {
  const master = masterKey(secretKey)
  if (keyIdOf(sealed).equals(master.id)) return null
  const { dataKey, body, version } = unwrap([secretKey, ...secretKeys], sealed)
  const head = Buffer.concat([version, master.id])
  return bytes([head, seal(master.key, dataKey, head), body])
}

/** `sk********wAA`: enough to tell two secrets apart, nothing to use. Short ones show nothing. */
export function maskSecret(secret: string): string {
  return secret.length < 12 ? '********' : `${secret.slice(0, 2)}********${secret.slice(-3)}`
}

/**
 * JSON with what looks secret masked: by the field's name, in either case, and by the value's own shape; text that is
 * itself JSON (a config) likewise. For audit rows.
 */
export function maskSecrets(value: unknown): unknown {
  if (typeof value === 'string') return maskInText(maskInJson(value))
  if (Array.isArray(value)) return value.map(maskSecrets)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      isPassword(field) ? hidden(inner) : isSecretField(field) ? maskAll(inner) : maskSecrets(inner),
    ]),
  )
}

const SECRET_WORDS = new Set([
  'key',
  'password',
  'secret',
  'token',
  'credential',
  'credentials',
  'authorization',
  'cookie',
])
const SECRET_FIELDS = new Set([
  'vertex_service_account_json',
  'custom_headers',
  'headers',
  'service_account_json',
  'passwd',
  'apikey',
])
/** A field that ends so names, counts or times a secret. */
const HARMLESS_ENDINGS = new Set([
  'id',
  'ids',
  'slug',
  'name',
  'type',
  'ms',
  'at',
  'period',
  'field',
  'schema',
  'count',
])
const ALREADY_MASKED = /\*{6,}/

function isSecretField(field: string): boolean {
  const snake = field.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  if (SECRET_FIELDS.has(snake)) return true
  const words = snake.split(/[^a-z0-9]+/)
  if (words[0] === 'masked' || HARMLESS_ENDINGS.has(words.at(-1) ?? '')) return false
  return words.some((word) => SECRET_WORDS.has(word))
}

/** People choose passwords, so even a few characters of one say much. */
function isPassword(field: string): boolean {
  return /passw(or)?d$/i.test(field)
}

function hidden(value: unknown): unknown {
  return value === null ? null : '********'
}

/** Numbers and switches are no secrets, whatever their field is called (`max_token`: 5). */
function maskAll(value: unknown): unknown {
  if (typeof value === 'string') return ALREADY_MASKED.test(value) ? value : maskSecret(value)
  if (Array.isArray(value)) return value.map(maskAll)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, maskAll(inner)]))
}

const SHAPES =
  /\b(?:tg_[asu][0-9A-Za-z]{49}|(?:sk|pk|rk|xai|gsk|hf|ghp|glpat)[-_][0-9A-Za-z_-]{16,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,})/g

/** Text that only looks like JSON, or is too deep to walk, is left as it is. */
function maskInJson(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text
  try {
    return JSON.stringify(maskSecrets(JSON.parse(text)))
  } catch {
    return text
  }
}

function maskInText(text: string): string {
  return text.replace(SHAPES, maskSecret)
}

interface Master {
  id: Buffer
  key: Buffer
}

const masters = new Map<string, Master>()

function masterKey(secretKey: string): Master {
  const name = createHash('sha256').update(secretKey).digest('hex')
  let master = masters.get(name)
  if (!master) {
    const derive = (purpose: string, length: number) =>
      Buffer.from(hkdfSync('sha256', secretKey, '', `tollgate secrets ${purpose}`, length))
    master = { id: derive('key id', KEY_ID_BYTES), key: derive('wrapping key', KEY_BYTES) }
    masters.set(name, master)
  }
  return master
}

function unwrap(secretKeys: string | readonly string[], sealed: Uint8Array) {
  const id = keyIdOf(sealed)
  const all = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const known = typeof secretKeys === 'string' ? [secretKeys] : secretKeys
  const master = known.map(masterKey).find((candidate) => candidate.id.equals(id))
  if (!master) throw new Error('a stored secret was sealed under another TOLLGATE_SECRET')
  const head = all.subarray(0, HEAD_BYTES)
  const dataKey = open(master.key, all.subarray(HEAD_BYTES, HEAD_BYTES + WRAP_BYTES), head)
  return { dataKey, body: all.subarray(HEAD_BYTES + WRAP_BYTES), version: head.subarray(0, 1) }
}

function keyIdOf(sealed: Uint8Array): Buffer {
  if (sealed.length < MIN_BYTES || sealed[0] !== VERSION)
    throw new Error('a stored secret is not in a known form')
  return Buffer.from(sealed.subarray(1, HEAD_BYTES))
}

function seal(key: Buffer, plaintext: Buffer, associated: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(associated)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext])
}

function open(key: Buffer, sealed: Buffer, associated: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw new Error('a stored secret was changed or damaged', { cause })
  }
}

function bytes(parts: Buffer[]): Bytes {
  return new Uint8Array(Buffer.concat(parts))
}
