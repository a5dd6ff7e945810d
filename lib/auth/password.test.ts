import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'

test('a password opens its own hash and no other, however it was typed', async () => {
  const hash = await hashPassword('Zürich 42 🔑')
  expect(hash).toMatch(/^scrypt\$N=32768,r=8,p=3\$[\w-]+\$[\w-]+$/)
  expect(await verifyPassword('Zürich 42 🔑', hash)).toBe(true)
  expect(await verifyPassword('Zu\u0308rich 42 🔑', hash)).toBe(true)
  expect(await verifyPassword('zürich 42 🔑', hash)).toBe(false)
  expect(await hashPassword('Zürich 42 🔑')).not.toBe(hash)
})

test('parameters come from the string, so old hashes keep working', async () => {
  const { scryptSync } = await import('node:crypto')
  const key = scryptSync('old', Buffer.from('saltsalt'), 32, { N: 1024, r: 8, p: 1 })
  const stored = `scrypt$N=1024,r=8,p=1$${Buffer.from('saltsalt').toString('base64url')}$${key.toString('base64url')}`
  expect(await verifyPassword('old', stored)).toBe(true)
  expect(await verifyPassword('new', stored)).toBe(false)
})

test.each([
  '',
  'plain',
  'scrypt$N=0,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
  'scrypt$N=1000,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
  'scrypt$N=9999999,r=99,p=99$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
  'scrypt$N=1024,r=8,p=1$$',
])('a string of another shape opens nothing: %s', async (stored) => {
  expect(await verifyPassword('x', stored)).toBe(false)
})
