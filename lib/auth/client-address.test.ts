import { expect, it } from 'vitest'
import { clientAddress } from './client-address.ts'

it.each([
  ['203.0.113.7', '203.0.113.7', 'a caller without a proxy'],
  ['6.6.6.6, 203.0.113.7', '203.0.113.7', 'a caller who claims to be another'],
  ['203.0.113.7, 10.0.0.4', '203.0.113.7', 'a caller behind a proxy of ours'],
  ['6.6.6.6, 203.0.113.7, 10.0.0.4, ::ffff:127.0.0.1', '203.0.113.7', 'both'],
  ['192.168.1.20, 10.0.0.4', '192.168.1.20', 'a caller of the same network'],
  ['::1', '::1', 'this machine'],
  ['2001:db8::7, fd00::1', '2001:db8::7', 'IPv6'],
  ['', 'unknown', 'nobody knows'],
])('%s is %s: %s', (header, address) => {
  expect(clientAddress(new Headers({ 'x-forwarded-for': header }))).toBe(address)
  expect(clientAddress({ 'x-forwarded-for': header })).toBe(address)
})
