import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

const COST = { N: 32_768, r: 8, p: 3 }
const SALT_BYTES = 16
const HASH_BYTES = 32
/** What a stored string may ask for, so that a tampered row cannot hold the process. */
const N_MAX = 1 << 20
const RP_MAX = 64
const SHAPE = /^scrypt\$N=(\d{1,7}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{8,86})\$([\w-]{16,172})$/

/**
 * A scrypt hash that carries its own parameters: `scrypt$N=…,r=…,p=…$salt$hash`. Runs on the thread pool, about a
 * tenth of a second. Source: architecture §7.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, HASH_BYTES, COST)
  return `scrypt$N=${COST.N},r=${COST.r},p=${COST.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** Whether the password made this hash, compared in constant time. False, never a throw, for a string of another shape. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parts = SHAPE.exec(stored)
  if (!parts) return false
  const [N, r, p] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  if (N < 2 || (N & (N - 1)) !== 0 || N > N_MAX || r < 1 || r > RP_MAX || p < 1 || p > RP_MAX) return false
  const expected = Buffer.from(parts[5]!, 'base64url')
  const actual = await derive(password, Buffer.from(parts[4]!, 'base64url'), expected.length, { N, r, p })
  return timingSafeEqual(actual, expected)
}

function derive(password: string, salt: Buffer, bytes: number, cost: typeof COST): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: 128 * cost.r * (cost.N + cost.p + 2) * 2 }
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  )
}
