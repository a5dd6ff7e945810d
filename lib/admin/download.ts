/** A reply that is a file, sent as it is made: CSV, JSON lines. It is audited as an export of `audit`, a resource type. */
export class Download {
  readonly fileName: string
  readonly contentType: string
  readonly audit: string
  readonly chunks: AsyncIterable<string>

  constructor(file: { fileName: string; contentType: string; audit: string; chunks: AsyncIterable<string> }) {
    this.fileName = file.fileName
    this.contentType = file.contentType
    this.audit = file.audit
    this.chunks = file.chunks
  }
}

/** One line of CSV (RFC 4180). A value that a spreadsheet would run as a formula is quoted as text. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
