import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** One `import` of one file. `target` is a path from the root for our own files, else the package's name. */
interface Import {
  file: string
  target: string
  isOurs: boolean
  /** Erased when the code runs. */
  isType: boolean
  names: string
}

/** What a room may import. A path ending in `/` stands for all of a folder; `types` may be imported as types only. */
interface Rule {
  room: string[]
  may: string[]
  types?: string[]
  /** Packages it never imports. */
  never?: RegExp
  /** The only packages it imports. */
  only?: RegExp
}

/** Said anywhere: they decide nothing and know nobody. */
const EVERYWHERE = ['lib/ids.ts', 'lib/errors.ts', 'lib/units.ts']

const SERVER =
  /^(node:|next\/(headers|server|cache)$|next-auth$|next-auth\/(?!react)|server-only$|pg$|undici$|@prisma\/)/
const STORES = /^(next|next\/.*|pg|@prisma\/.*|undici)$/

/** The table of house-style §3, and the files that came after it. */
const RULES: Rule[] = [
  {
    room: ['app/'],
    may: [
      'components/',
      'lib/http/',
      'lib/queries.ts',
      'lib/contract/',
      'lib/admin/',
      'lib/auth/user.ts',
      'lib/compose.ts',
      'package.json',
    ],
    never: /^(pg|undici|@prisma\/.*)$/,
  },
  {
    room: ['server.ts'],
    may: ['lib/http/', 'lib/compose.ts', 'lib/env.ts', 'lib/welcome.ts', 'lib/start-error.ts'],
    never: /^(pg|undici|@prisma\/.*)$/,
  },
  {
    room: ['components/', 'lib/queries.ts'],
    may: ['lib/queries.ts', 'lib/contract/', 'lib/units.ts'],
    never: SERVER,
  },
  { room: ['lib/contract/'], may: [], only: /^zod$/ },
  {
    room: ['lib/admin/'],
    may: [
      'lib/contract/',
      'lib/db/',
      'lib/auth/attempts.ts',
      'lib/auth/keys.ts',
      'lib/auth/link-tokens.ts',
      'lib/auth/scopes.ts',
      'lib/auth/password.ts',
      'lib/secrets.ts',
      'lib/pricing.ts',
      'lib/limits/periods.ts',
      'lib/logs/',
      'lib/analytics/',
      'lib/providers/',
    ],
    types: ['lib/jobs.ts', 'lib/mail.ts'],
    never: /^(next|next\/.*|undici)$/,
  },
  {
    room: ['lib/http/'],
    may: [
      'lib/contract/',
      'lib/admin/',
      'lib/auth/',
      'lib/gateway/serve.ts',
      'lib/gateway/call.ts',
      'lib/gateway/refusal.ts',
    ],
    types: ['lib/gateway/ports.ts'],
    never: /^(pg|undici|@prisma\/.*)$/,
  },
  {
    room: ['lib/gateway/'],
    may: [
      'lib/providers/',
      'lib/guardrails/',
      'lib/limits/',
      'lib/cache/',
      'lib/pricing.ts',
      'lib/contract/routing.ts',
      'lib/contract/planes.ts',
    ],
    types: ['lib/logs/record.ts'],
    never: STORES,
  },
  { room: ['lib/providers/'], may: [], types: [], never: /^(next|next\/.*|pg|@prisma\/.*)$/ },
  {
    room: ['lib/guardrails/', 'lib/limits/', 'lib/cache/'],
    may: [],
    types: ['lib/contract/'],
    never: STORES,
  },
  {
    room: ['lib/pricing.ts', 'lib/price-catalogue.ts'],
    may: ['lib/pricing-limits.json', 'lib/price-catalogue.ts'],
    types: ['lib/contract/', 'lib/providers/adapter.ts', 'lib/providers/openai-compatible.ts'],
    never: STORES,
  },
  {
    room: ['lib/logs/', 'lib/analytics/'],
    may: ['lib/contract/', 'lib/db/', 'lib/secrets.ts', 'lib/logs/record.ts', 'lib/logs/own.ts'],
    never: /^(next|next\/.*|undici)$/,
  },
  {
    room: ['lib/journal/'],
    may: ['lib/db/', 'lib/logs/record.ts', 'lib/analytics/'],
    never: /^(next|next\/.*|undici)$/,
  },
  {
    room: ['lib/directory/'],
    may: [
      'lib/db/',
      'lib/auth/scopes.ts',
      'lib/secrets.ts',
      'lib/logs/keeping.ts',
      'lib/pricing.ts',
      'lib/providers/openai-compatible.ts',
      'lib/contract/',
    ],
    types: ['lib/gateway/ports.ts'],
    never: /^(next|next\/.*|undici)$/,
  },
  { room: ['lib/auth/'], may: ['lib/secrets.ts', 'lib/contract/'], never: /^(pg|undici)$/ },
  { room: ['lib/auth/user.ts', 'lib/auth/attempts.ts'], may: ['lib/db/'] },
  { room: ['lib/db/'], may: ['lib/env.ts', 'lib/start-error.ts'], never: /^(next|next\/.*|undici)$/ },
  {
    room: ['lib/env.ts'],
    may: ['lib/contract/password.ts', 'lib/data-dir.ts', 'lib/start-error.ts'],
    only: /^(zod|node:path)$/,
  },
  { room: ['lib/data-dir.ts'], may: ['lib/start-error.ts'], only: /^node:/ },
  {
    room: ['lib/start-error.ts', 'lib/ids.ts', 'lib/errors.ts', 'lib/units.ts', 'lib/secrets.ts'],
    may: [],
    only: /^node:/,
  },
  { room: ['lib/tokens.ts'], may: [], only: /^(gpt-tokenizer.*|node:.*)$/ },
  { room: ['lib/jobs.ts'], may: [], types: ['lib/db/locks.ts'], only: /^node:/ },
  { room: ['lib/mail.ts'], may: [], only: /^nodemailer$/ },
  { room: ['lib/welcome.ts'], may: [], types: ['lib/admin/bootstrap.ts'] },
  { room: ['lib/compose.ts'], may: ['lib/'] },
  { room: ['e2e/'], may: ['lib/testing/'], types: ['lib/contract/'] },
]

/** First words of the files that speak one provider's dialect. They share `sse` and the like, never each other. */
const DIALECTS = ['anthropic', 'messages', 'google', 'bedrock', 'cohere', 'sandbox']

const root = join(import.meta.dirname, '..')
const files = sourceFiles()
const imports = files.flatMap(importsOf)

describe('arrows point one way', () => {
  test('every file belongs to a room of the table', () => {
    const homeless = files.filter((file) => rulesFor(file).length === 0)
    expect(homeless).toEqual([])
  })

  test.each(RULES.map((rule) => [rule.room.join(', '), rule] as const))('%s', (_, rule) => {
    const theirs = imports.filter(({ file }) => rule.room.some((room) => covers(room, file)))
    expect(theirs.filter((each) => !isAllowed(each)).map(say)).toEqual([])
  })

  test('no two files need each other to load', () => {
    expect(cycles()).toEqual([])
  })
})

describe('one place only', () => {
  test('reads the environment: lib/env.ts', () => {
    const readers = files.filter(
      (file) => /^(app|components|lib)\//.test(file) && /process\.env\b/.test(code(file)),
    )
    expect(readers).toEqual(['lib/env.ts'])
  })

  test('opens connections to upstreams: lib/providers/egress.ts', () => {
    const openers = imports.filter(({ target, isType, names }) => {
      if (isType) return false
      if (target === 'node:net')
        return !/^\{\s*(type \w+,?\s*|isIP(v4|v6)?,?\s*|BlockList,?\s*)+\}$/.test(names)
      return /^(undici|node:(https?|http2|tls|dgram|dns)(\/.*)?)$/.test(target)
    })
    const elsewhere = openers.filter(
      ({ file }) => !/^(lib\/providers\/egress\.ts|lib\/db\/.*|server\.ts|e2e\/.*)$/.test(file),
    )
    expect(elsewhere.map(say)).toEqual([])
  })

  test('speaks SMTP: lib/mail.ts', () => {
    const speakers = imports.filter(({ target }) => /^nodemailer(\/.*)?$/.test(target))
    expect([...new Set(speakers.map(({ file }) => file))]).toEqual(['lib/mail.ts'])
  })

  test('calls global fetch: the browser', () => {
    const callers = files.filter((file) => /(?<![.\w])fetch\(/.test(code(file)))
    expect(
      callers.filter((file) => !/^(app\/.*\.tsx|components\/.*|lib\/queries\.ts|e2e\/.*)$/.test(file)),
    ).toEqual([])
  })

  test('speaks to Postgres: lib/db; everyone else is handed a client', () => {
    const speakers = imports.filter(
      ({ target, isType }) => !isType && /^(pg|@prisma\/adapter-pg)$/.test(target),
    )
    expect(speakers.filter(({ file }) => !/^(lib\/db|e2e)\//.test(file)).map(say)).toEqual([])
  })
})

// ── judging ──

function isAllowed(each: Import): boolean {
  const rules = rulesFor(each.file)
  if (!each.isOurs) {
    const packageName = each.target
    if (each.isType) return !rules.some(({ only }) => only && !only.test(packageName))
    return (
      rules.every(({ never, only }) => !never?.test(packageName) && (only?.test(packageName) ?? true)) ||
      isEgress(each)
    )
  }
  if (isSameRoom(each)) return isOneDialect(each)
  if (
    EVERYWHERE.includes(each.target) &&
    !each.file.startsWith('lib/contract/') &&
    !each.file.startsWith('e2e/')
  )
    return true
  if (each.isType && rules.some(({ types = [] }) => types.some((path) => covers(path, each.target))))
    return true
  return rules.some(({ may }) => may.some((path) => covers(path, each.target)))
}

function isEgress({ file, target }: Import): boolean {
  return file === 'lib/providers/egress.ts' && target === 'undici'
}

function isSameRoom({ file, target }: Import): boolean {
  return roomOf(file) === roomOf(target) && roomOf(file).endsWith('/')
}

function isOneDialect({ file, target }: Import): boolean {
  if (!file.startsWith('lib/providers/')) return true
  const dialects = [file, target].map((path) => posix.basename(path, '.ts').split('-')[0] ?? '')
  return dialects[0] === dialects[1] || !dialects.every((dialect) => DIALECTS.includes(dialect))
}

function rulesFor(file: string): Rule[] {
  return RULES.filter(({ room }) => room.some((path) => covers(path, file)))
}

const covers = (path: string, file: string) => (path.endsWith('/') ? file.startsWith(path) : file === path)

function roomOf(file: string): string {
  const parts = file.split('/')
  if (parts[0] === 'lib') return parts.length > 2 ? `lib/${parts[1]}/` : file
  return parts.length > 1 ? `${parts[0]}/` : file
}

const say = ({ file, target, isType }: Import) => `${file} imports ${isType ? 'the types of ' : ''}${target}`

function cycles(): string[] {
  const edges = new Map<string, string[]>()
  for (const { file, target, isOurs, isType } of imports) {
    if (isOurs && !isType) edges.set(file, [...(edges.get(file) ?? []), target])
  }
  const found: string[] = []
  const done = new Set<string>()
  const walk = (file: string, path: string[]) => {
    const from = path.indexOf(file)
    if (from >= 0) found.push([...path.slice(from), file].join(' → '))
    if (from >= 0 || done.has(file)) return
    for (const next of edges.get(file) ?? []) walk(next, [...path, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  return found
}

// ── reading ──

function sourceFiles(): string[] {
  const inFolder = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      if (entry.isDirectory())
        return /^(generated|testing|__fixtures__)$/.test(entry.name) ? [] : inFolder(path)
      return /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) ? [path] : []
    })
  return ['app', 'components', 'lib', 'e2e'].flatMap(inFolder).concat('server.ts')
}

function source(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The source without comments and without what stands in strings: there it is said, not done. */
function code(file: string): string {
  return source(file)
    .replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/.*$/gm, '')
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''")
    .replace(/`(?:\\[\s\S]|[^`\\])*`/g, (template) => (template.match(/\$\{[^}]*\}/g) ?? []).join(' '))
}

function importsOf(file: string): Import[] {
  const text = source(file)
  const found: Import[] = []
  const add = (clause: string, specifier: string) => {
    const names = clause.trim()
    const isType = /^type\b/.test(names) || /^\{\s*(type \w+( as \w+)?\s*,?\s*)+\}$/.test(names)
    found.push({ file, ...resolved(file, specifier), isType, names })
  }
  for (const [, clause = '', specifier = ''] of text.matchAll(
    /^(?:import|export)\s+([^'"`;]*?)\s*from\s+'([^']+)'/gm,
  ))
    add(clause, specifier)
  for (const [, specifier = ''] of text.matchAll(/^import\s+'([^']+)'/gm)) add('', specifier)
  for (const [, specifier = ''] of text.matchAll(/\bimport\(\s*'([^']+)'/g)) add('', specifier)
  return found
}

function resolved(file: string, specifier: string): { target: string; isOurs: boolean } {
  if (specifier.startsWith('@/')) return { target: specifier.slice(2), isOurs: true }
  if (!specifier.startsWith('.')) return { target: specifier, isOurs: false }
  const target = relative(root, join(root, dirname(file), specifier))
  return { target, isOurs: true }
}
