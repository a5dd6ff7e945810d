/**
 * JSON that is stored whole and holds secrets here and there: sealed in its column, masked where it is read, and put
 * back where a mask comes in again. Source: architecture §7, gateway-contract §4.1, §7.7.
 */
import { GatewayError } from '../errors.ts'
import { decryptSecret, encryptSecret, maskSecret } from '../secrets.ts'
import type { Ctx } from './context.ts'
import { invalidField } from './validation.ts'

type Keys = Pick<Ctx, 'secretKey' | 'runtime'>

/** For the column: every secret text as `{"$sealed": …}`, the rest as it is, in its order. */
export function sealed({ secretKey }: Keys, value: unknown): unknown {
  return mapSecrets(value, (secret) => ({
    [SEALED]: Buffer.from(encryptSecret(secretKey, secret)).toString('base64'),
  }))
}

/** What a column keeps, in the clear: to compare and to run, never to reply. Throws `conflict` when it cannot be opened. */
export function opened({ secretKey, runtime }: Keys, stored: unknown): unknown {
  const keys = [secretKey, ...(runtime.settings.olderSecrets ?? [])]
  return mapSecrets(stored, (text, _, isSealed) => (isSealed ? unseal(keys, text) : text))
}

/** For replies and the audit trail. */
export function masked(open: unknown): unknown {
  return mapSecrets(open, maskSecret)
}

/**
 * What was said, with the secrets of `before` in place of their masks. Refuses a mask that stands for none of them, or
 * for two that differ: kept as it is it would be sent upstream as a key.
 */
export function putBack(said: unknown, before: unknown, path: string): unknown {
  const kept = new Map<string, Set<string>>()
  mapSecrets(before, (secret, field) => {
    const name = `${field} ${maskSecret(secret)}`
    kept.set(name, (kept.get(name) ?? new Set()).add(secret))
    return secret
  })
  return mapSecrets(said, (secret, field) => {
    if (!MASK.test(secret)) return secret
    const [one, other] = kept.get(`${field} ${secret}`) ?? []
    if (one !== undefined && other === undefined) return one
    const message = `holds a masked ${field}: ${secret}. Send the secret itself, or name a stored provider`
    throw invalidField(path, message, 'masked')
  })
}

const SEALED = '$sealed'
const MASK = /^(?:..)?\*{8}(?:...)?$/s

const SECRET =
  /(?:^|_)(?:api_key|secret|secret_key|secret_access_key|session_token|ad_token|access_token|client_secret|private_key|passphrase|password|credentials|authorization)$|service_account_json$|^(?:custom_)?headers$/
/** The caller's own words, where a `password` is only a word. */
const NO_SECRETS = new Set(['metadata', 'override_params', 'default_params', 'strategy', 'schema', 'jwks'])

type Change = (secret: string, field: string, isSealed: boolean) => unknown

/** Changes every text beneath a field that keeps secrets, sealed or not; `field` is the name of the field. */
function mapSecrets(value: unknown, change: Change, field = ''): unknown {
  if (typeof value === 'string') return field === '' || value === '' ? value : change(value, field, false)
  if (Array.isArray(value)) return value.map((inner) => mapSecrets(inner, change, field))
  if (!isObject(value)) return value
  const text = value[SEALED]
  if (field !== '' && typeof text === 'string' && Object.keys(value).length === 1)
    return change(text, field, true)
  return mapMembers(value, (name, inner) => {
    if (field === '' && NO_SECRETS.has(name)) return inner
    return mapSecrets(inner, change, field || (SECRET.test(snake(name)) ? name : ''))
  })
}

function mapMembers(
  value: Record<string, unknown>,
  change: (name: string, inner: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(name, inner)]))
}

function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase()
}

function unseal(keys: readonly string[], text: string): string {
  try {
    return decryptSecret(keys, Buffer.from(text, 'base64'))
  } catch (cause) {
    throw new GatewayError(
      'conflict',
      'A secret in it cannot be opened: it was sealed under another TOLLGATE_SECRET. Save it again.',
      { cause },
    )
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
