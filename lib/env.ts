import { resolve } from 'node:path'
import { z } from 'zod'
import { newPassword, PASSWORD_RULE } from './contract/password.ts'
import { generatedSecret } from './data-dir.ts'
import { StartError } from './start-error.ts'

export { StartError as SettingsError }

/** What the process was told, parsed. Times in milliseconds; absent choices are null, absent lists empty. */
export interface Settings {
  port: number
  host: string
  /** Origin, without a trailing slash. */
  publicUrl: string
  /** Null: embedded Postgres under `dataDir`. */
  databaseUrl: string | null
  /** Reaches Postgres itself; null exactly when `databaseUrl` is. */
  databaseDirectUrl: string | null
  /** Absolute. */
  dataDir: string
  /** At least 32 characters. */
  secret: string
  adminEmail: string
  adminPassword: string | null
  adminKey: string | null
  /** `host` or `host:port`, lower-case. */
  allowPrivateHosts: string[]
  smtpUrl: string | null
  /** Null exactly when `smtpUrl` is. */
  mailFrom: string | null
  mailBranding: { company: string; logoUrl: string | null; support: string | null }
  redisUrl: string | null
  requestTimeoutMs: number
  isInlineConfigBlocked: boolean
  maxRootConfigTargets: number
  maxConditionalRootConfigTargets: number
  maxNestedConfigTargets: number
  /** Header names, lower-case. */
  headersToMetadata: string[]
  headersToIgnore: string[]
  headersToMask: string[]
  cors: {
    allowedOrigins: string[]
    allowedMethods: string[]
    allowedHeaders: string[]
    exposeHeaders: string[]
  }
  /** Sentences about settings that are set and do nothing yet. */
  warnings: string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings of architecture §9 and gateway-contract §2.7; an empty variable counts as absent. Without
 * `TOLLGATE_SECRET` one is made once and kept in `DATA_DIR`, which is the only thing this writes. Throws StartError
 * that names every wrong variable.
 */
export function readSettings(env: Environment = process.env): Settings {
  const wrong: string[] = []
  const take = <N extends Name>(name: N): z.output<(typeof VARIABLES)[N]['schema']> => {
    const { schema, must, breaks, isSecret }: Variable = VARIABLES[name]
    const text = env[name]?.trim() || undefined
    const parsed = schema.safeParse(text)
    if (!parsed.success) {
      const given = isSecret || text === undefined ? '' : ` (it is ${JSON.stringify(text)})`
      wrong.push(`${name} must ${must}${given}: otherwise ${breaks}`)
    }
    return parsed.data as z.output<(typeof VARIABLES)[N]['schema']>
  }

  const port = take('PORT')
  const publicUrl = take('PUBLIC_URL') ?? `http://localhost:${port}`
  const smtpUrl = take('SMTP_URL') ?? null
  const mailFrom = take('MAIL_FROM') ?? null
  const sender = mailFrom ?? `no-reply@${URL.canParse(publicUrl) ? new URL(publicUrl).hostname : 'localhost'}`
  const dataDir = resolve(take('DATA_DIR') ?? '')
  const databaseUrl = take('DATABASE_URL') ?? null
  const directUrl = take('DATABASE_DIRECT_URL') ?? null
  const givenSecret = take('TOLLGATE_SECRET')
  const role = take('ROLE')
  const workers = take('WORKERS')
  const settings = {
    port,
    host: take('HOST'),
    publicUrl,
    databaseUrl,
    databaseDirectUrl: directUrl ?? databaseUrl,
    dataDir,
    adminEmail: take('ADMIN_EMAIL'),
    adminPassword: take('ADMIN_PASSWORD') ?? null,
    adminKey: take('TOLLGATE_ADMIN_KEY') ?? null,
    allowPrivateHosts: take('ALLOW_PRIVATE_HOSTS'),
    smtpUrl,
    mailFrom: smtpUrl === null ? null : sender,
    mailBranding: {
      company: take('MAIL_COMPANY'),
      logoUrl: take('MAIL_LOGO_URL') ?? null,
      support: take('MAIL_SUPPORT') ?? null,
    },
    redisUrl: take('REDIS_URL') ?? null,
    requestTimeoutMs: take('REQUEST_TIMEOUT'),
    isInlineConfigBlocked: take('BLOCK_INLINE_CONFIG'),
    maxRootConfigTargets: take('MAX_ROOT_CONFIG_TARGETS'),
    maxConditionalRootConfigTargets: take('MAX_CONDITIONAL_ROOT_CONFIG_TARGETS'),
    maxNestedConfigTargets: take('MAX_NESTED_CONFIG_TARGETS'),
    headersToMetadata: take('HEADERS_TO_METADATA'),
    headersToIgnore: take('CUSTOM_HEADERS_TO_IGNORE'),
    headersToMask: take('ORGANISATION_HEADERS_TO_MASK'),
    cors: {
      allowedOrigins: take('CORS_ALLOWED_ORIGINS'),
      allowedMethods: take('CORS_ALLOWED_METHODS'),
      allowedHeaders: take('CORS_ALLOWED_HEADERS'),
      exposeHeaders: take('CORS_EXPOSE_HEADERS'),
    },
    warnings: [
      ...Object.keys(UNUSED)
        .filter((name) => env[name]?.trim())
        .map((name) => `${name} is set: ${UNUSED[name]}`),
      ...(smtpUrl !== null && mailFrom === null
        ? [`MAIL_FROM is not set: mail leaves as ${sender}, which servers may refuse`]
        : []),
    ],
  }
  if (directUrl !== null && databaseUrl === null) {
    wrong.push(
      'DATABASE_DIRECT_URL is set without DATABASE_URL: otherwise the two would be different databases',
    )
  }
  if (role !== undefined && role !== 'all')
    wrong.push(`ROLE=${role} is not built yet: leave it out or set ROLE=all`)
  if (workers !== undefined && workers !== 1)
    wrong.push(`WORKERS=${workers} is not built yet: leave it out or set WORKERS=1`)
  if (wrong.length > 0) throw new StartError(wrong.join('; '))
  return { ...settings, secret: givenSecret ?? secretOf(dataDir) }
}

/**
 * The settings of this process, for a start: the sentences about unused settings go to stderr, and wrong settings end
 * the process with one line there and status 1.
 */
export function settingsOrExit(): Settings {
  try {
    const settings = readSettings()
    for (const warning of settings.warnings) process.stderr.write(`tollgate: ${warning}\n`)
    return settings
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`tollgate: ${error.message}\n`)
    process.exit(1)
  }
}

/** True under `next dev` and its like: everything but a production build. */
export const isDevelopment = () => process.env.NODE_ENV !== 'production'

/** `next build` is running: it renders what belongs to no request, and must find no database to start. */
export const isBuild = () => process.env.NEXT_PHASE === 'phase-production-build'

function secretOf(dataDir: string): string {
  try {
    return generatedSecret(dataDir)
  } catch (error) {
    const reason = (error as Error).message
    throw new StartError(
      `DATA_DIR must be a folder this user can write (${reason}): otherwise nothing can be kept`,
    )
  }
}

// ── the variables ──

interface Variable {
  schema: z.ZodType
  /** Completes "PORT must …". */
  must: string
  /** Completes "otherwise …": what does not work when the value is wrong. */
  breaks: string
  /** Its value is never printed. */
  isSecret?: boolean
}

type Name = keyof typeof VARIABLES

/** Set often and inherited from elsewhere, so they warn rather than stop the start. */
const UNUSED: Record<string, string> = {
  REDIS_URL: 'Redis is not used yet, limits and caches live in this process',
}

const whole = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .refine((value) => value >= from && value <= to)

const list = (item: RegExp) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .refine((parts) => parts.every((part) => item.test(part)))
    .default([])

const lowerList = (item: RegExp) => list(item).transform((parts) => parts.map((part) => part.toLowerCase()))

const urlOf = (...schemes: string[]) =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol))

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const HEADERS = lowerList(TOKEN)
const HEADER_LIST = 'be a comma list of header names'
const VISIBLE = /^[\x21-\x7e]+$/

const VARIABLES = {
  PORT: {
    schema: whole(0, 65_535).default(3000),
    must: 'be a port from 0 to 65535',
    breaks: 'the server has nothing to listen on',
  },
  HOST: {
    schema: z.string().regex(VISIBLE).default('0.0.0.0'),
    must: 'be an address or host name of this machine',
    breaks: 'the server has nothing to listen on',
  },
  PUBLIC_URL: {
    schema: urlOf('http:', 'https:')
      .refine((text) => /^[^:]+:\/\/[^/?#@]+\/?$/.test(text))
      .transform((text) => new URL(text).origin)
      .optional(),
    must: 'be an origin such as https://gateway.example.com, without a path',
    breaks: 'links, sign-in cookies and callbacks point nowhere',
  },
  DATABASE_URL: {
    schema: urlOf('postgres:', 'postgresql:').optional(),
    must: 'be a postgresql:// URL',
    breaks: 'nothing can be stored',
    isSecret: true,
  },
  DATABASE_DIRECT_URL: {
    schema: urlOf('postgres:', 'postgresql:').optional(),
    must: 'be a postgresql:// URL that goes past the pooler',
    breaks: 'migrations and change notices cannot work',
    isSecret: true,
  },
  DATA_DIR: {
    schema: z.string().default('.data'),
    must: 'be a folder',
    breaks: 'the journal and the embedded database have no place',
  },
  REDIS_URL: {
    schema: urlOf('redis:', 'rediss:').optional(),
    must: 'be a redis:// or rediss:// URL',
    breaks: 'limits cannot be shared between machines',
    isSecret: true,
  },
  TOLLGATE_SECRET: {
    schema: z.string().min(32).optional(),
    must: 'have at least 32 characters',
    breaks: 'stored credentials could be guessed open',
    isSecret: true,
  },
  ADMIN_EMAIL: {
    schema: z
      .string()
      .regex(/^[^\s@]+@[^\s@]+$/)
      .transform((text) => text.toLowerCase())
      .default('admin@localhost'),
    must: 'be an e-mail address',
    breaks: 'the first owner cannot sign in',
  },
  ADMIN_PASSWORD: {
    schema: newPassword.optional(),
    must: PASSWORD_RULE,
    breaks: 'the first owner is easily impersonated',
    isSecret: true,
  },
  TOLLGATE_ADMIN_KEY: {
    schema: z.string().min(32).max(512).regex(VISIBLE).optional(),
    must: 'have 32 to 512 characters and no white space',
    breaks: 'the key of your scripts could be guessed or not be sent',
    isSecret: true,
  },
  ALLOW_PRIVATE_HOSTS: {
    schema: lowerList(/^(\[[0-9a-f:.]+\]|[0-9a-f]*:[0-9a-f:.]+|[a-z0-9._-]+)(:\d{1,5})?$/i),
    must: 'be a comma list of host or host:port, without http://',
    breaks: 'integrations cannot reach your private hosts',
  },
  ROLE: {
    schema: z.enum(['all', 'gateway', 'console']).optional(),
    must: 'be all, gateway or console',
    breaks: 'it is unclear what this process serves',
  },
  WORKERS: {
    schema: whole(1, 1024).optional(),
    must: 'be a whole number from 1',
    breaks: 'it is unclear how many processes serve calls',
  },
  SMTP_URL: {
    schema: urlOf('smtp:', 'smtps:')
      .refine((text) => URL.canParse(text) && new URL(text).hostname !== '')
      .optional(),
    must: 'be an smtp:// or smtps:// URL such as smtp://user:password@mail.example.com:587',
    breaks: 'mail cannot leave',
    isSecret: true,
  },
  MAIL_FROM: {
    schema: z
      .string()
      .regex(/^(?:[^\s<>@,]+@[^\s<>@,]+|[^<>@,\p{Cc}]*<[^\s<>@,]+@[^\s<>@,]+>)$/u)
      .optional(),
    must: 'be an address such as gate@example.com or Gate <gate@example.com>',
    breaks: 'mail has no sender',
  },
  MAIL_COMPANY: {
    schema: z
      .string()
      .regex(/^\P{Cc}{1,100}$/u)
      .default('Tollgate'),
    must: 'have at most 100 characters',
    breaks: 'mail does not say whom it is from',
  },
  MAIL_LOGO_URL: {
    schema: urlOf('https:', 'http:').optional(),
    must: 'be an https:// URL of an image',
    breaks: 'mail shows a broken image',
  },
  MAIL_SUPPORT: {
    schema: z
      .string()
      .regex(/^[^\s<>@,]+@[^\s<>@,]+$/)
      .optional(),
    must: 'be an e-mail address',
    breaks: 'readers of mail have nobody to ask',
  },
  REQUEST_TIMEOUT: {
    schema: whole(1, 86_400_000).default(300_000),
    must: 'be milliseconds from 1 to 86400000',
    breaks: 'calls to providers end too early or never',
  },
  BLOCK_INLINE_CONFIG: {
    schema: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['true', 'false', '1', '0']))
      .transform((text) => text === 'true' || text === '1')
      .default(false),
    must: 'be true or false',
    breaks: 'it is unclear whether callers may bring their own providers',
  },
  MAX_ROOT_CONFIG_TARGETS: {
    schema: whole(1, 1_000_000).default(100),
    must: 'be a whole number from 1',
    breaks: 'configs have no bound',
  },
  MAX_CONDITIONAL_ROOT_CONFIG_TARGETS: {
    schema: whole(1, 1_000_000).default(1000),
    must: 'be a whole number from 1',
    breaks: 'conditional configs have no bound',
  },
  MAX_NESTED_CONFIG_TARGETS: {
    schema: whole(1, 1_000_000).default(50),
    must: 'be a whole number from 1',
    breaks: 'nested configs have no bound',
  },
  HEADERS_TO_METADATA: {
    schema: HEADERS,
    must: HEADER_LIST,
    breaks: 'no header reaches the metadata of a call',
  },
  CUSTOM_HEADERS_TO_IGNORE: {
    schema: HEADERS,
    must: HEADER_LIST,
    breaks: 'headers go to providers that should not',
  },
  ORGANISATION_HEADERS_TO_MASK: { schema: HEADERS, must: HEADER_LIST, breaks: 'headers are logged unmasked' },
  CORS_ALLOWED_ORIGINS: {
    schema: list(/^(\*|https?:\/\/[^/\s,]+)$/),
    must: 'be * or a comma list of origins such as https://app.example.com',
    breaks: 'browsers cannot call the gateway',
  },
  CORS_ALLOWED_METHODS: {
    schema: list(TOKEN),
    must: 'be a comma list of methods',
    breaks: 'browsers cannot call the gateway',
  },
  CORS_ALLOWED_HEADERS: {
    schema: HEADERS,
    must: HEADER_LIST,
    breaks: 'browsers cannot send what a call needs',
  },
  CORS_EXPOSE_HEADERS: {
    schema: HEADERS,
    must: HEADER_LIST,
    breaks: 'browsers cannot read what an answer carries',
  },
} satisfies Record<string, Variable>
