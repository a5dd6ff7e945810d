/** What a write changed, from the row before and after it. Pure. */

type Row = Readonly<Record<string, unknown>>

export interface Changes {
  kind: 'created' | 'deleted' | 'changed'
  /** Names of the top-level fields that differ. */
  fields: string[]
  /** Only those, as they were and as they are, indented for the eye. */
  before: string
  after: string
  /** The rows whole. */
  whole: { before: string; after: string }
}

/** Fields that change with every write and tell nobody anything. */
const STAMPS: ReadonlySet<string> = new Set(['last_updated_at', 'updated_at', 'updated_by'])

/** Null when the entry holds no row: reads, refusals, sign-ins. Names of fields stand in the order of the later row. */
export function changesOf(before: unknown, after: unknown): Changes | null {
  if (!isRow(before) && !isRow(after)) return null
  const [old, now] = [isRow(before) ? before : null, isRow(after) ? after : null]
  const names = [...new Set([...Object.keys(now ?? {}), ...Object.keys(old ?? {})])]
  const differing = names.filter((name) => !isSame(old?.[name], now?.[name]))
  const told = differing.filter((name) => !STAMPS.has(name))
  const fields = told.length > 0 ? told : differing
  return {
    kind: old === null ? 'created' : now === null ? 'deleted' : 'changed',
    fields,
    before: textOf(old, fields),
    after: textOf(now, fields),
    whole: { before: textOf(old, names), after: textOf(now, names) },
  }
}

/** The chosen fields of a row as indented JSON, in the given order; '' without a row. */
function textOf(row: Row | null, names: readonly string[]): string {
  if (row === null) return ''
  const held = names.filter((name) => Object.hasOwn(row, name))
  return JSON.stringify(Object.fromEntries(held.map((name) => [name, row[name]])), null, 2)
}

/** Members of an object may stand in any order. */
function isSame(a: unknown, b: unknown): boolean {
  return ordered(a) === ordered(b)
}

function ordered(value: unknown): string {
  return (
    JSON.stringify(value, (_, each: unknown) =>
      isRow(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
    ) ?? 'undefined'
  )
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
