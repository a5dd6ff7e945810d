import { createHash, randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32
/** What a mail program might leave out of a link when it stands at its end. */
const RAGGED = /^[-_]|[-_]$/

/** What opens a link once: 256 random bits in base64url, of which only the hash is kept. */
export function mintLinkToken(): { token: string; hash: Uint8Array<ArrayBuffer> } {
  let token = ''
  do token = randomBytes(TOKEN_BYTES).toString('base64url')
  while (RAGGED.test(token))
  return { token, hash: hashLinkToken(token) }
}

/** SHA-256 of a token, any shape. */
export function hashLinkToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest())
}
