import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Environment, readSettings } from './env.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tollgate-env-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const SECRET = 's'.repeat(32)
const read = (env: Environment = {}) => readSettings({ DATA_DIR: dataDir, TOLLGATE_SECRET: SECRET, ...env })

describe('without any variable', () => {
  test('the settings are those the documentation promises', () => {
    expect(read()).toEqual({
      port: 3000,
      host: '0.0.0.0',
      publicUrl: 'http://localhost:3000',
      databaseUrl: null,
      databaseDirectUrl: null,
      dataDir,
      secret: SECRET,
      adminEmail: 'admin@localhost',
      adminPassword: null,
      adminKey: null,
      allowPrivateHosts: [],
      smtpUrl: null,
      mailFrom: null,
      mailBranding: { company: 'Tollgate', logoUrl: null, support: null },
      redisUrl: null,
      requestTimeoutMs: 300_000,
      isInlineConfigBlocked: false,
      maxRootConfigTargets: 100,
      maxConditionalRootConfigTargets: 1000,
      maxNestedConfigTargets: 50,
      headersToMetadata: [],
      headersToIgnore: [],
      headersToMask: [],
      cors: { allowedOrigins: [], allowedMethods: [], allowedHeaders: [], exposeHeaders: [] },
      warnings: [],
    })
  })

  test('an empty variable counts as absent', () => {
    expect(read({ PORT: '', DATABASE_URL: ' ', ALLOW_PRIVATE_HOSTS: '' })).toMatchObject({
      port: 3000,
      databaseUrl: null,
    })
  })

  test('a secret is made once and kept for its owner alone', () => {
    const first = readSettings({ DATA_DIR: dataDir }).secret
    expect(first.length).toBeGreaterThanOrEqual(32)
    expect(readSettings({ DATA_DIR: dataDir }).secret).toBe(first)
    const file = join(dataDir, 'secret')
    expect(readFileSync(file, 'utf8').trim()).toBe(first)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })
})

describe('what is set is understood', () => {
  test.each<[Environment, object]>([
    [{ PORT: '8080' }, { port: 8080, publicUrl: 'http://localhost:8080' }],
    [{ PUBLIC_URL: 'https://Gate.example.com/' }, { publicUrl: 'https://gate.example.com' }],
    [
      { DATABASE_URL: 'postgres://a:b@pooler/x' },
      { databaseUrl: 'postgres://a:b@pooler/x', databaseDirectUrl: 'postgres://a:b@pooler/x' },
    ],
    [
      { DATABASE_URL: 'postgres://a:b@pooler/x', DATABASE_DIRECT_URL: 'postgres://a:b@direct/x' },
      { databaseUrl: 'postgres://a:b@pooler/x', databaseDirectUrl: 'postgres://a:b@direct/x' },
    ],
    [
      { ALLOW_PRIVATE_HOSTS: ' 127.0.0.1:11434, Ollama.lan ,[::1]:80,' },
      { allowPrivateHosts: ['127.0.0.1:11434', 'ollama.lan', '[::1]:80'] },
    ],
    [{ HEADERS_TO_METADATA: 'X-Team, x-app' }, { headersToMetadata: ['x-team', 'x-app'] }],
    [{ BLOCK_INLINE_CONFIG: 'TRUE' }, { isInlineConfigBlocked: true }],
    [{ BLOCK_INLINE_CONFIG: 'false' }, { isInlineConfigBlocked: false }],
    [{ REQUEST_TIMEOUT: '1500' }, { requestTimeoutMs: 1500 }],
    [{ ADMIN_EMAIL: 'Ann@Example.com' }, { adminEmail: 'ann@example.com' }],
    [{ ROLE: 'all', WORKERS: '1' }, {}],
    [
      { CORS_ALLOWED_ORIGINS: 'https://a.example,*' },
      { cors: { allowedOrigins: ['https://a.example', '*'] } },
    ],
  ])('%j', (env, expected) => {
    expect(read(env)).toMatchObject(expected)
  })
})

describe('what is wrong is one line that names the variable', () => {
  test.each<[Environment, string]>([
    [
      { PORT: 'abc' },
      'PORT must be a port from 0 to 65535 (it is "abc"): otherwise the server has nothing to listen on',
    ],
    [{ PORT: '70000' }, 'PORT must be a port'],
    [{ PUBLIC_URL: 'gate.example.com' }, 'PUBLIC_URL must be an origin'],
    [{ PUBLIC_URL: 'https://gate.example.com/console' }, 'PUBLIC_URL must be an origin'],
    [{ DATABASE_URL: 'mysql://a/b' }, 'DATABASE_URL must be a postgresql:// URL: otherwise'],
    [{ DATABASE_DIRECT_URL: 'postgres://a/b' }, 'DATABASE_DIRECT_URL is set without DATABASE_URL'],
    [{ TOLLGATE_SECRET: 'short' }, 'TOLLGATE_SECRET must have at least 32 characters'],
    [{ TOLLGATE_ADMIN_KEY: 'short' }, 'TOLLGATE_ADMIN_KEY must have 32 to 512 characters'],
    [
      { ALLOW_PRIVATE_HOSTS: 'http://localhost' },
      'ALLOW_PRIVATE_HOSTS must be a comma list of host or host:port',
    ],
    [{ REQUEST_TIMEOUT: '0' }, 'REQUEST_TIMEOUT must be milliseconds'],
    [{ BLOCK_INLINE_CONFIG: 'maybe' }, 'BLOCK_INLINE_CONFIG must be true or false'],
    [{ HEADERS_TO_METADATA: 'x team' }, 'HEADERS_TO_METADATA must be a comma list of header names'],
    [{ ROLE: 'gateway' }, 'ROLE=gateway is not built yet'],
    [{ WORKERS: '4' }, 'WORKERS=4 is not built yet'],
    [{ ADMIN_EMAIL: 'ann' }, 'ADMIN_EMAIL must be an e-mail address'],
    [{ SMTP_URL: 'mail.example.com:587' }, 'SMTP_URL must be an smtp:// or smtps:// URL'],
    [{ SMTP_URL: 'smtp://' }, 'SMTP_URL must be an smtp:// or smtps:// URL'],
    [{ MAIL_FROM: 'the gate' }, 'MAIL_FROM must be an address such as'],
    [{ MAIL_FROM: 'a@b.example, c@d.example' }, 'MAIL_FROM must be an address such as'],
    [{ MAIL_LOGO_URL: 'logo.png' }, 'MAIL_LOGO_URL must be an https:// URL of an image'],
    [{ MAIL_SUPPORT: 'help' }, 'MAIL_SUPPORT must be an e-mail address'],
  ])('%j', (env, message) => {
    expect(() => read(env)).toThrow(message)
  })

  test('every wrong variable is named at once', () => {
    expect(() => read({ PORT: 'x', WORKERS: '2' })).toThrow(/PORT must .*; WORKERS=2 is not built yet/)
  })

  test('a secret value is never repeated', () => {
    const wrong = {
      DATABASE_URL: 'mysql://user:hunter2@host/x',
      TOLLGATE_SECRET: 'hunter2',
      ADMIN_PASSWORD: 'hunter2',
    }
    expect(() => read(wrong)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })

  test('a data folder that cannot be made is named', () => {
    expect(() => readSettings({ DATA_DIR: '/dev/null/x' })).toThrow(
      /^DATA_DIR must be a folder this user can write/,
    )
  })
})

test('settings of what is not built yet are named and do not stop the start', () => {
  expect(read({ REDIS_URL: 'redis://localhost' }).warnings).toEqual([
    'REDIS_URL is set: Redis is not used yet, limits and caches live in this process',
  ])
})

test('mail without a sender leaves in the name of this host, and the start says so', () => {
  const url = { SMTP_URL: 'smtp://mail.example.com', PUBLIC_URL: 'https://gate.example.com' }
  expect(read(url)).toMatchObject({
    mailFrom: 'no-reply@gate.example.com',
    warnings: ['MAIL_FROM is not set: mail leaves as no-reply@gate.example.com, which servers may refuse'],
  })
  expect(read({ ...url, MAIL_FROM: 'Gate <gate@example.com>' })).toMatchObject({
    smtpUrl: 'smtp://mail.example.com',
    mailFrom: 'Gate <gate@example.com>',
    warnings: [],
  })
})
