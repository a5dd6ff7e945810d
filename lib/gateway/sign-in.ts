import { GatewayError } from '../errors.ts'
import type { Call } from './call.ts'
import type { Caller, Ports } from './ports.ts'
import { ownKey } from './signals.ts'
import { standing } from './standing.ts'

const KEY_CHARS_MAX = 512
const PLACEHOLDERS = new Set(['no-key-required', 'not-needed', 'dummy', 'none'])

/**
 * Who is calling. The gateway key is `x-portkey-api-key`, else the bearer, else `x-api-key`; the hash alone decides.
 * Synchronous when the key is known. Throws `invalid_api_key`, `expired_api_key`, `unavailable`.
 * Source: gateway-contract §2.1, §11.2.
 */
export async function authenticate(call: Call, ports: Ports): Promise<Caller> {
  if (call.keyId) {
    const caller = await ports.keys.byId(call.keyId)
    if (!caller) throw new GatewayError('invalid_api_key', 'The key of this replay no longer exists.')
    return checked(caller, ports.now())
  }
  const secret = secretOf(call)
  if (secret === null)
    throw new GatewayError('invalid_api_key', 'No API key: send it as "Authorization: Bearer <key>".')
  if (PLACEHOLDERS.has(secret) && otherSecretOf(call, secret) === null) {
    throw new GatewayError(
      'invalid_api_key',
      `The client sent the placeholder "${secret}" instead of a key. In Hermes, set model.api_key in config.yaml, or key_env on a named custom provider; OPENAI_API_KEY alone is not sent to this host.`,
    )
  }
  let caller = secret.length > KEY_CHARS_MAX ? null : await ports.keys.find(secret)
  if (!caller) {
    const other = otherSecretOf(call, secret)
    if (other !== null) caller = await ports.keys.find(other)
  }
  if (!caller)
    throw new GatewayError(
      'invalid_api_key',
      'This API key is not known here. It may have been deleted or rotated.',
    )
  return checked(caller, ports.now())
}

/** Throws `insufficient_scope` unless the caller holds one of the scopes and acts in a workspace. */
export function requireScope(caller: Caller, scopes: readonly string[]): void {
  const hasScope = scopes.some((scope) => caller.scopes.has(scope))
  if (caller.workspaceId !== null && hasScope) return
  const missing =
    caller.workspaceId === null
      ? 'It is an organisation key bound to no workspace'
      : `It lacks the scope ${scopes.join(' or ')}`
  throw new GatewayError('insufficient_scope', `This API key may not call models. ${missing}.`)
}

/** The next place a key may stand in, when the first held something that is none (gateway-contract §2.1, 3). */
function otherSecretOf(call: Call, tried: string): string | null {
  const other = ownKey(call) === null ? call.headers['x-api-key']?.trim() : null
  return other && other !== tried && other.length <= KEY_CHARS_MAX ? other : null
}

function secretOf(call: Call): string | null {
  const own = ownKey(call)
  if (own !== null) return own
  const bearer = /^bearer\s+(.+)$/i.exec(call.headers.authorization ?? '')?.[1]?.trim()
  return bearer || call.headers['x-api-key']?.trim() || null
}

function checked(caller: Caller, nowMs: number): Caller {
  const now = standing(caller, nowMs)
  if (now === 'disabled') throw new GatewayError('invalid_api_key', 'This API key is disabled.')
  if (now === 'expired') throw new GatewayError('expired_api_key', 'This API key has expired.')
  return caller
}
