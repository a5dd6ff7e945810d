import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashKey, looksLikeKey, maskKey, mintKey, parseKey } from './keys.ts'

test.each([
  ['organisation-service', 'a'],
  ['workspace-service', 's'],
  ['workspace-user', 'u'],
] as const)('a %s key says its type, its checksum and nothing twice', (type, letter) => {
  const secrets = Array.from({ length: 500 }, () => mintKey(type).secret)
  expect(new Set(secrets).size).toBe(500)
  for (const secret of secrets) {
    expect(secret).toMatch(new RegExp(`^tg_${letter}[0-9A-Za-z]{49}$`))
    expect(parseKey(secret)).toBe(type)
  }
})

test('what is stored is the SHA-256 of the whole secret, and a mask', () => {
  const { secret, hash, mask } = mintKey('workspace-service')
  expect(Buffer.from(hash).toString('hex')).toBe(createHash('sha256').update(secret).digest('hex'))
  expect(hashKey(secret)).toEqual(hash)
  expect(mask).toBe(`${secret.slice(0, 6)}*******${secret.slice(-2)}`)
})

test('one wrong character is seen offline', () => {
  const { secret } = mintKey('workspace-user')
  for (let i = 4; i < secret.length; i++) {
    const wrong = secret.slice(0, i) + (secret[i] === 'x' ? 'y' : 'x') + secret.slice(i + 1)
    expect(looksLikeKey(wrong)).toBe(false)
  }
  expect(looksLikeKey(secret.replace('tg_u', 'tg_s'))).toBe(false)
  for (const other of ['', 'tg_', 'sk-abc', `${secret} `, secret.slice(0, -1)])
    expect(parseKey(other)).toBeNull()
})

test('the checksum is the CRC-32 of all before it in base62, for scanners that were written elsewhere', () => {
  const body = `tg_s${'0'.repeat(43)}`
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const found = crcByTable(body)
  let rest = found
  let text = ''
  for (let i = 0; i < 6; i++) {
    text = digits[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  expect(parseKey(body + text)).toBe('workspace-service')
})

test('a key chosen by an operator shows two characters at each end', () => {
  expect(maskKey('an-operator-chose-this-admin-key-0123456789')).toBe('an*******89')
})

function crcByTable(text: string): number {
  let crc = 0xffffffff
  for (const byte of Buffer.from(text)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
