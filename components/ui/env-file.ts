/** Lines of a `.env` file below a title; values are secrets and addresses, which need no quotes. */
export function envFile(title: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
  return `# ${title.replace(/[\r\n]+/g, ' ')}\n${lines.join('')}`
}

/** A file name that any system takes: `checkout-bot.env`. */
export function envFileName(name: string): string {
  const stem = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)
  return `${stem || 'tollgate'}.env`
}
