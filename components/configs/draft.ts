/** What the editor holds of a config and may keep across a reload. Pure. */
import type { Problems } from '../resource/form-state.ts'
import { prettyOf } from '../ui/json-text.ts'
import type { Config } from './data.ts'

export interface ConfigDraft {
  name: string
  text: string
  /** The version it was written on; '' for a new config. */
  base: string
}

export function draftOf({ name, config, version_id }: Config): ConfigDraft {
  return { name, text: prettyOf(config ?? '{}'), base: version_id }
}

export function nameProblems(name: string): Problems {
  const length = name.trim().length
  return length < 1 || length > 255 ? { name: 'Must have 1-255 characters' } : {}
}

/** Text after the name of a field that keeps a secret. A mask is none. */
const SECRET =
  /("[\w-]*(?:key|secret|token|password|passphrase|credentials|authorization|service_account_json)\w*"\s*:\s*)"(?!(?:[^"\\]{2})?\*{8})(?:[^"\\]|\\.)*"/gi

/** For the tab's storage: secrets somebody typed are emptied. */
export function withoutSecrets(draft: ConfigDraft): ConfigDraft {
  return { ...draft, text: draft.text.replace(SECRET, '$1""') }
}
