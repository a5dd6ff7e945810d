import { type ErrorCode, GatewayError } from '../errors.ts'
import type { Call } from './call.ts'
import { control } from './signals.ts'

interface Barred {
  code: ErrorCode
  field: string
  what: string
  isSent(call: Call): boolean
}

const sends = (name: string) => (call: Call) => Boolean(control(call, name)?.trim())

/** What a request may not bring where only saved things may be used, in the order it is looked for. */
const BARRED: readonly Barred[] = [
  {
    code: 'inline_config_blocked',
    field: 'config',
    what: 'a config of its own',
    isSent: (call) => control(call, 'config')?.trimStart().startsWith('{') ?? false,
  },
  {
    code: 'inline_provider_blocked',
    field: 'provider',
    what: 'a provider that is not saved',
    isSent: (call) => /^\s*[^\s@]/.test(control(call, 'provider') ?? ''),
  },
  {
    code: 'inline_custom_host_blocked',
    field: 'custom_host',
    what: 'a custom host',
    isSent: sends('custom-host'),
  },
  ...['azure-foundry-url', 'huggingface-base-url'].map((name) => ({
    code: 'inline_provider_url_blocked' as const,
    field: name.replaceAll('-', '_'),
    what: 'the address of a provider',
    isSent: sends(name),
  })),
  {
    code: 'inline_forward_headers_blocked',
    field: 'forward_headers',
    what: 'forwarded headers',
    isSent: (call) => control(call, 'forward-headers') !== undefined,
  },
]

/** Throws the first refusal of saved-only mode that a call deserves. Source: gateway-contract §2.6. */
export function refuseUnsaved(call: Call): void {
  if (!call.hasControls) return
  const barred = BARRED.find(({ isSent }) => isSent(call))
  if (!barred) return
  throw new GatewayError(
    barred.code,
    `This organisation accepts saved configurations only: a request may not bring ${barred.what}.`,
    { param: barred.field },
  )
}
