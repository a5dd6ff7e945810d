import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { KEY_LETTERS, type KeyLetter, type KeyType } from '../contract/scopes.ts'

const PREFIX = 'tg_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SECRET_BYTES = 32
/** 62^43 > 2^256 and 62^6 > 2^32. */
const SECRET_CHARS = 43
const CHECKSUM_CHARS = 6
const SHAPE = /^tg_[asu][0-9A-Za-z]{49}$/
const MASK = '*******'

const LETTERS: Readonly<Record<KeyLetter, string>> = { A: 'a', S: 's', U: 'u' }
const TYPES = new Map<string, KeyType>(
  (Object.keys(KEY_LETTERS) as KeyType[]).map((type) => [LETTERS[KEY_LETTERS[type]], type]),
)

export interface MintedKey {
  /** The whole secret: shown once, never stored. */
  secret: string
  /** SHA-256 of the whole secret. */
  hash: Uint8Array<ArrayBuffer>
  mask: string
}

/**
 * A new key: `tg_`, the type's letter, 256 random bits as 43 base62 characters, and a base62 CRC-32 of all before it,
 * so a scanner can tell a real key offline. Source: architecture §7, admin-contract §3.2.
 */
export function mintKey(type: KeyType): MintedKey {
  const body = `${PREFIX}${LETTERS[KEY_LETTERS[type]]}${base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_CHARS)}`
  const secret = body + checksum(body)
  return { secret, hash: hashKey(secret), mask: maskKey(secret) }
}

/** SHA-256 of a whole secret, any shape; the hash alone decides whether a key is known. */
export function hashKey(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}

/** Prefix and letter, two characters, seven stars, two characters: `tg_sZ8*******qL`. Foreign shapes keep two at each end. */
export function maskKey(secret: string): string {
  const head = SHAPE.test(secret) ? 6 : 2
  return `${secret.slice(0, head)}${MASK}${secret.slice(-2)}`
}

/** The type a secret claims by its letter; null when its shape or checksum is not one of ours. */
export function parseKey(secret: string): KeyType | null {
  if (!SHAPE.test(secret)) return null
  const body = secret.slice(0, -CHECKSUM_CHARS)
  return checksum(body) === secret.slice(-CHECKSUM_CHARS) ? (TYPES.get(secret[PREFIX.length]!) ?? null) : null
}

/** True for a secret of ours, told by its checksum; says nothing about whether it is known. */
export function looksLikeKey(text: string): boolean {
  return parseKey(text) !== null
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_CHARS)
}

function base62(value: bigint, length: number): string {
  let rest = value
  let digits = ''
  while (digits.length < length) {
    digits = ALPHABET[Number(rest % 62n)]! + digits
    rest /= 62n
  }
  return digits
}
