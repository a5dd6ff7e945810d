/** How `organisations.settings` is kept: what was said, and nothing else. Source: admin-contract §1.1. */

import type { z } from 'zod'
import { type organisationRow, type SaidSettings, SETTINGS_DEFAULTS } from '../contract/organisation.ts'
import { invalidField } from './validation.ts'

type Stored = Record<string, unknown>
type Settings = Omit<z.output<typeof organisationRow>['settings'], 'block_inline_config'>

/** Values with members of their own: what is said of one leaves the others. */
const STRUCTURED = new Set(
  Object.entries(SETTINGS_DEFAULTS).flatMap(([key, value]) => (isObject(value) ? [key] : [])),
)

/**
 * The column after `said` was laid over it: absent leaves, null clears, at every level. Throws `validation` for what only
 * shows when old and new stand together. `block_inline_config` is a security toggle and is not kept here.
 */
export function storedSettings(before: unknown, said: SaidSettings): Stored {
  const { block_inline_config: _, request_logging, ...others } = said
  const after: Stored = { ...((before ?? {}) as Stored) }
  for (const [key, value] of Object.entries({ ...others, ...loggingOf(request_logging) })) {
    const isPart = STRUCTURED.has(key) && isObject(value)
    lay(after, key, isPart ? merged(after[key], value) : value)
  }
  refuseContradictions(after)
  return after
}

/** Every setting, those nobody said as they are by default. */
export function settingsInForce(stored: unknown): Settings {
  const said = (stored ?? {}) as Stored
  const all = Object.entries(SETTINGS_DEFAULTS).map(([key, value]) => {
    const own = said[key]
    if (own === undefined || own === null) return [key, value]
    return [key, isObject(value) && isObject(own) ? { ...value, ...own } : own]
  })
  return Object.fromEntries(all) as Settings
}

/** What the environment of the server decides for every organisation (admin-contract §1.1). */
export function forcedSettings(isInlineConfigBlocked: boolean): z.output<typeof organisationRow>['forced'] {
  if (!isInlineConfigBlocked) return []
  const reason = 'BLOCK_INLINE_CONFIG is true on this server, which turns saved-only mode on for everybody.'
  return ['security_settings.block_inline_config', 'settings.block_inline_config'].map((path) => ({
    path,
    reason,
  }))
}

/** It may come with what workspaces may do about it. */
function loggingOf(said: SaidSettings['request_logging']): Stored {
  if (!isObject(said)) return { request_logging: said }
  const { mode, allow_workspace_override } = said as Stored
  return { request_logging: mode, allow_workspace_override }
}

function refuseContradictions(after: Stored): void {
  const { user_api_key_ttl: ttl, retention } = settingsInForce(after)
  if (ttl.default_days !== null && ttl.max_days !== null && ttl.default_days > ttl.max_days) {
    throw invalidField(
      'settings.user_api_key_ttl.default_days',
      `must be at most max_days (${ttl.max_days})`,
      'range',
    )
  }
  const said = (after.retention ?? {}) as Stored
  if (said.bodies_days !== undefined && retention.bodies_days > retention.logs_days) {
    throw invalidField(
      'settings.retention.bodies_days',
      `must be at most logs_days (${retention.logs_days}): bodies are kept no longer than their rows`,
      'range',
    )
  }
}

function merged(before: unknown, said: Stored): Stored | null {
  const after: Stored = isObject(before) ? { ...before } : {}
  for (const [key, value] of Object.entries(said)) lay(after, key, value)
  return Object.keys(after).length > 0 ? after : null
}

function lay(onto: Stored, key: string, value: unknown): void {
  if (value === undefined) return
  if (value === null) delete onto[key]
  else onto[key] = value
}

function isObject(value: unknown): value is Stored {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
