import { expect, it } from 'vitest'
import { canCall, secretProblem } from './secret.ts'

const SECRET = `tg_s${'Z8'.repeat(24)}L`
const key = { name: 'Checkout bot', key: 'tg_sZ8*******8L' }

it('takes a secret that fits the mask of its key', () => {
  expect(secretProblem(SECRET, key)).toBeNull()
  expect(secretProblem(SECRET, undefined)).toBeNull()
})

it('refuses the secret of another key, and what is none', () => {
  expect(secretProblem(SECRET, { ...key, key: 'tg_sAA*******8L' })).toMatch(
    /^This is not the secret of Checkout bot/,
  )
  expect(secretProblem('sk-123', key)).toMatch(/53 characters/)
})

it('offers only keys that can make the call', () => {
  expect(canCall({ status: 'active', scopes: ['completions.write'] })).toBe(true)
  expect(canCall({ status: 'disabled', scopes: ['completions.write'] })).toBe(false)
  expect(canCall({ status: 'active', scopes: ['logs.list'] })).toBe(false)
})
