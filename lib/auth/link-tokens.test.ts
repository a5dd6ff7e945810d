import { expect, test } from 'vitest'
import { hashLinkToken, mintLinkToken } from './link-tokens.ts'

test('a link’s token is 256 random bits that no mail program breaks, and only its hash is kept', () => {
  const minted = Array.from({ length: 500 }, mintLinkToken)
  expect(new Set(minted.map(({ token }) => token)).size).toBe(500)
  for (const { token, hash } of minted) {
    expect(token).toMatch(/^[A-Za-z0-9][\w-]{41}[A-Za-z0-9]$/)
    expect(hash).toEqual(hashLinkToken(token))
    expect(hash).toHaveLength(32)
  }
})
