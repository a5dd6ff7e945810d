import { join } from 'node:path'
import { bootstrap, type FirstStart } from './admin/bootstrap.ts'
import type { AdminRuntime, ReplayCall } from './admin/context.ts'
import { keyJobs } from './admin/key-lifecycle.ts'
import { notificationJobs } from './admin/notifications.ts'
import { readSession } from './auth/user.ts'
import { lockDataDir } from './data-dir.ts'
import { createDatabase, type Database } from './db/client.ts'
import { startEmbeddedPostgres } from './db/embedded.ts'
import { openLocks } from './db/locks.ts'
import { migrate } from './db/migrate.ts'
import { catalogDirectory } from './directory/catalog.ts'
import { watchChanges } from './directory/changes.ts'
import { keyDirectory } from './directory/keys.ts'
import { isBuild, type Settings, settingsOrExit } from './env.ts'
import { isStream } from './gateway/call.ts'
import type { Ports } from './gateway/ports.ts'
import { serve } from './gateway/serve.ts'
import { callOf } from './http/wire.ts'
import { uuidv7 } from './ids.ts'
import { startJobs } from './jobs.ts'
import { openJournal } from './journal/append.ts'
import { type FlusherStatus, startFlusher } from './journal/flush.ts'
import { maskHeaders, maskUrl } from './logs/redact.ts'
import { keepRetention } from './logs/retention.ts'
import { createMailer } from './mail.ts'
import { createEgress } from './providers/egress.ts'
import { createSandbox } from './providers/sandbox.ts'
import { tokenCounter } from './tokens.ts'

/** Everything a process is made of, bound together once. */
export interface Runtime {
  settings: Settings
  database: Database
  ports: Ports
  admin: AdminRuntime
  /** Said once, on the very first start; null on every later one. */
  firstStart: FirstStart | null
  /** `database` is false while Postgres cannot be reached; calls go on. */
  health(): Promise<{ database: boolean; journal: FlusherStatus }>
  /** Flushes what was answered, lets go of Postgres, stops the embedded one. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000
const CONNECTIONS_PER_ORIGIN = 512
const PENDING_PER_ORIGIN = 2_048
const JSON_BYTES_MAX = 32 * 1024 * 1024
const HEALTH_TIMEOUT_MS = 1_000
const WARM_AFTER_MS = 2_000

// Held on the process, not the module: the server and the pages it serves are bundled apart and must share one.
const shared = globalThis as { tollgateRuntime?: Promise<Runtime> | undefined }

/**
 * The process's runtime, started by whoever asks first. A start that failed is tried again by the next. Rejects during a
 * build: a page that asked there would make the database, and the owner's password would be told to nobody.
 */
export async function runtime(say: (line: string) => void = console.log): Promise<Runtime> {
  if (isBuild()) throw new Error('A page asks for the runtime while it is built: await connection() first.')
  shared.tollgateRuntime ??= start(say).catch((error: unknown) => {
    shared.tollgateRuntime = undefined
    throw error
  })
  return shared.tollgateRuntime
}

async function start(say: (line: string) => void): Promise<Runtime> {
  const settings = settingsOrExit()
  const lock = lockDataDir(settings.dataDir)
  const log = (line: string, details?: Record<string, unknown>) =>
    console.error(details ? `${line} ${JSON.stringify(details)}` : line)
  const now = Date.now
  const newId = () => uuidv7(now())

  const embedded =
    settings.databaseUrl === null
      ? await startEmbeddedPostgres({ dataDir: settings.dataDir, log: say })
      : null
  const url = embedded?.url ?? (settings.databaseUrl as string)
  const directUrl = settings.databaseDirectUrl ?? url
  const applied = await migrate(directUrl)
  if (applied.length > 0) say(`Database migrated: ${applied.join(', ')}.`)
  const database = createDatabase(url)
  const { adminEmail, adminPassword, adminKey } = settings
  const firstStart = await bootstrap({
    prisma: database.prisma,
    adminEmail,
    adminPassword,
    adminKey,
    now,
    newId,
  })

  const journal = openJournal({ dir: join(settings.dataDir, 'journal'), now, log })
  const flusher = startFlusher({ journal, pool: database.pool, now, log })
  const egress = createEgress({
    allowPrivateHosts: settings.allowPrivateHosts,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    maxConnectionsPerOrigin: CONNECTIONS_PER_ORIGIN,
    maxPendingPerOrigin: PENDING_PER_ORIGIN,
  })
  const keys = keyDirectory(database.prisma, now)
  const catalog = catalogDirectory(database.prisma, [settings.secret], now)
  const changes = watchChanges({
    pool: database.pool,
    directUrl,
    onChange(relation, rowId) {
      keys.changed(relation, rowId)
      catalog.changed(relation)
    },
    log,
  })
  await changes.ready
  const retention = keepRetention({ pool: database.pool, log })

  const countTokens = tokenCounter()
  // The tokenizer takes a moment to load; better now than under the first answer that is cut.
  setTimeout(() => countTokens('warm'), WARM_AFTER_MS).unref()
  const masked = settings.headersToMask.join(',')
  const ports: Ports = {
    keys,
    catalog,
    journal,
    egress,
    sandbox: createSandbox({ now }),
    now,
    newId,
    maskHeaders: (headers, sensitive) => maskHeaders(headers, sensitive ? `${masked},${sensitive}` : masked),
    maskUrl,
    countTokens,
    settings: {
      requestTimeoutMs: settings.requestTimeoutMs,
      bodyBytesMax: JSON_BYTES_MAX,
      publicUrl: settings.publicUrl,
      isSavedOnlyForced: settings.isInlineConfigBlocked,
      headersToMetadata: settings.headersToMetadata,
      headersToIgnore: new Set(settings.headersToIgnore),
      cors: settings.cors,
    },
  }
  const { smtpUrl, mailFrom, mailBranding: branding } = settings
  const world = { database, settings: { publicUrl: settings.publicUrl, secret: settings.secret }, now }
  const admin: AdminRuntime = {
    ...world,
    settings: {
      ...world.settings,
      isInlineConfigBlocked: settings.isInlineConfigBlocked,
      configTargets: {
        root: settings.maxRootConfigTargets,
        conditionalRoot: settings.maxConditionalRootConfigTargets,
        nested: settings.maxNestedConfigTargets,
      },
    },
    newId,
    readSession: async (request) => {
      const signedIn = await readSession(world, request.headers)
      return signedIn && { userId: signedIn.user.id, sessionId: signedIn.sessionId }
    },
    allowPrivateHosts: settings.allowPrivateHosts,
    egress,
    mail: smtpUrl && mailFrom ? createMailer({ url: smtpUrl, from: mailFrom, branding }) : null,
    journal,
    gateway: { replay: (call) => replay(call, ports) },
    nudge: () => jobs.nudge('notifications'),
  }
  const notifications = notificationJobs(admin, { log, nudge: (job) => jobs.nudge(job) })
  const jobs = startJobs({
    locks: openLocks(directUrl),
    jobs: [...keyJobs(admin), ...notifications.jobs],
    log,
  })

  return {
    settings,
    database,
    ports,
    admin,
    firstStart,
    health: async () => ({ database: await answers(database), journal: flusher.status() }),
    async close() {
      retention.stop()
      notifications.stop()
      await jobs.stop()
      await changes.close()
      journal.close()
      await flusher.stop()
      await egress.close()
      await database.close()
      await embedded?.stop()
      lock.release()
    },
  }
}

/** A stored request sent again through the whole data plane, as the key it names. */
async function replay({ keyId, method, path, headers, body }: ReplayCall, ports: Ports) {
  const bytes = Buffer.from(body ?? [])
  const source = {
    length: bytes.length,
    bytes: async () => bytes,
    async *stream() {
      yield bytes
    },
  }
  const call = callOf(method, path, path, headers, source, () => {})
  const answer = await serve({ ...call, keyId }, ports)
  const chunks: Buffer[] = []
  const streamed = answer.body
  if (streamed !== null && isStream(streamed)) {
    await new Promise<void>((done) => {
      const keep = (chunk: Buffer | string) => chunks.push(Buffer.from(chunk)) > 0
      streamed.start({
        write: keep,
        end: (last) => {
          if (last) keep(last)
          done()
        },
        destroy: done,
        onDrain: () => {},
      })
    })
  } else if (streamed !== null) chunks.push(streamed)
  return {
    logId: call.id,
    status: answer.status,
    headers: answer.headers,
    body: new Uint8Array(Buffer.concat(chunks)),
  }
}

async function answers({ pool }: Database): Promise<boolean> {
  const timeout = new Promise<never>((_, fail) =>
    setTimeout(fail, HEALTH_TIMEOUT_MS, new Error('timeout')).unref(),
  )
  return Promise.race([pool.query('SELECT 1'), timeout]).then(
    () => true,
    () => false,
  )
}
