/** What is wrong with the text of a config, each fault at its line. Pure. */
import { faultsOf } from '@/lib/contract/issues.ts'
import { canonicalConfig } from '@/lib/contract/routing-canonical.ts'
import { routingConfig } from '@/lib/contract/routing-config.ts'
import { lineAt, type Place, placeOf, readJson } from './json-places.ts'

export interface Problem {
  line: number
  offset: number
  /** `targets.0.weight`; '' where the text is no JSON or the whole is meant. */
  path: string
  message: string
}

export interface Judged {
  /** The config as it would be kept; null while the text is no JSON object. */
  config: Record<string, unknown> | null
  root: Place | null
  problems: readonly Problem[]
}

/** Judges a text by the schema the server uses. What only the server knows (does @slug exist?) it says on saving. */
export function judge(text: string): Judged {
  const read = readJson(text)
  if (read.problem) return { config: null, root: null, problems: [{ ...read.problem, path: '' }] }
  const { value, root } = read
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { config: null, root, problems: [at(root, '', 'must be an object')] }
  }
  const config = canonicalConfig(value) as Record<string, unknown>
  const faults = faultsOf(routingConfig, config)
  const said = faults.length === 0 && Object.keys(config).length === 0 ? 'must say something' : null
  const problems = said ? [at(root, '', said)] : faults.map(({ path, message }) => at(root, path, message))
  return { config, root, problems: problems.sort((a, b) => a.line - b.line) }
}

/** What the server refused, `config.targets.0.provider` for instance, laid over the text it was said of. */
export function refusedAt(root: Place, found: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(found)
    .filter(([path]) => path === 'config' || path.startsWith('config.'))
    .map(([path, message]) => at(root, path.slice('config.'.length), message))
    .sort((a, b) => a.line - b.line)
}

/** The text indented; null while it is no JSON. */
export function formatted(text: string): string | null {
  const read = readJson(text)
  return read.problem ? null : JSON.stringify(read.value, null, 2)
}

/** Where a line begins, and where the next one does. */
export function lineRange(text: string, line: number): [number, number] {
  let start = 0
  for (let now = 1; now < line; now++) start = text.indexOf('\n', start) + 1
  const end = text.indexOf('\n', start)
  return [start, end === -1 ? text.length : end]
}

/** Lines of a text. */
export const linesOf = (text: string) => lineAt(text, text.length)

function at(root: Place, path: string, message: string): Problem {
  const { line, offset } = placeOf(root, path === '' ? [] : path.split('.'))
  return { line, offset, path, message: sentence(path, message) }
}

/** A fault finishes a sentence about its field. */
function sentence(path: string, message: string): string {
  if (!/^[a-z]/.test(message)) return message
  return `${path === '' ? 'The config' : path} ${message}`
}
