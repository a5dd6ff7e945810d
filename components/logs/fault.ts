import type { Tone } from '../ui/status.tsx'
import type { Log } from './detail.ts'

export interface Fault {
  who: 'caller' | 'gateway' | 'provider'
  /** Finishes "It failed because …". */
  why: string
}

type Failed = Pick<Log, 'response_status_code' | 'refusal'>

/** Whose fault a failed call is, and in what words; null for one that went well. */
export function faultOf(log: Failed): Fault | null {
  const { response_status_code: status, refusal } = log
  if (refusal !== null) {
    const known = REFUSALS[refusal]
    if (known) return { who: known[0], why: known[1] }
    if (refusal.startsWith('invalid_')) return { who: 'caller', why: 'the request was not valid' }
    return status >= 500
      ? { who: 'provider', why: 'the provider could not serve it' }
      : { who: 'caller', why: 'the gateway refused the request' }
  }
  if (status < 400) return null
  if (status === 401 || status === 403)
    return { who: 'provider', why: 'the provider refused the credentials it was sent' }
  if (status === 429) return { who: 'provider', why: 'the provider’s rate limit was reached' }
  if (status >= 500) return { who: 'provider', why: 'the provider failed' }
  return { who: 'caller', why: 'the provider refused the request' }
}

/** Colour of a row's status: red for what failed inside or upstream, amber for what the caller can mend. */
export function toneOf(log: Failed & Pick<Log, 'is_partial'>): Tone {
  const { response_status_code: status } = log
  if (status >= 500) return 'bad'
  if (status === 499) return 'idle'
  return status >= 400 || log.is_partial ? 'warn' : 'ok'
}

const REFUSALS: Readonly<Record<string, readonly [Fault['who'], string]>> = {
  insufficient_scope: ['caller', 'the key may not call this endpoint'],
  provider_required: ['caller', 'the model named no provider'],
  provider_not_found: ['caller', 'no provider has that slug'],
  provider_disabled: ['caller', 'the provider is disabled'],
  provider_expired: ['caller', 'the provider has expired'],
  model_not_allowed: ['caller', 'the model is not enabled for this workspace'],
  model_not_found: ['caller', 'no such model can be called with this key'],
  model_required: ['caller', 'the request named no model'],
  body_too_large: ['caller', 'the request was too large'],
  client_closed: ['caller', 'the client went away before the end'],
  request_timeout: ['provider', 'the provider did not answer in time'],
  connect_timeout: ['provider', 'the provider could not be reached in time'],
  upstream_unreachable: ['provider', 'the provider could not be reached'],
  upstream_stream_error: ['provider', 'the provider broke off its answer'],
  upstream_auth_error: ['provider', 'the provider refused the credentials stored for it'],
  invalid_provider_response: ['provider', 'the provider answered what cannot be read'],
  upstream_busy: ['gateway', 'too many calls were already waiting for that provider'],
  internal_error: ['gateway', 'the gateway failed'],
  unavailable: ['gateway', 'the gateway was not ready'],
}
