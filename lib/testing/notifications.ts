import type { AdminRuntime } from '../admin/context.ts'
import { type NotificationJobs, notificationJobs } from '../admin/notifications.ts'
import { createMailer, type Mailer } from '../mail.ts'
import { createEgress } from '../providers/egress.ts'
import type { TestDatabase } from './postgres.ts'

/** Turns of the notification worker, one process's worth, without waiting for a clock. */
export interface Worker {
  /** What an operator would read. */
  lines: string[]
  jobs: NotificationJobs['jobs']
  /** Hands out what was told and sends what is due. */
  turn(): Promise<void>
}

export function worker(runtime: AdminRuntime): Worker {
  const lines: string[] = []
  const { jobs } = notificationJobs(runtime, { log: (line) => lines.push(line), nudge: () => {} })
  return {
    lines,
    jobs,
    turn: async () => {
      for (const { run } of jobs) await run()
    },
  }
}

export const testMailer = (url: string, timeoutMs = 3_000): Mailer =>
  createMailer({
    url,
    from: 'Gate <gate@example.test>',
    branding: { company: 'Acme & Sons', logoUrl: 'https://acme.test/logo.png', support: 'help@acme.test' },
    timeoutMs,
  })

/** An egress that reaches the listed private hosts, and no other. */
export const testEgress = (allowPrivateHosts: readonly string[]) =>
  createEgress({
    allowPrivateHosts,
    connectTimeoutMs: 2_000,
    maxConnectionsPerOrigin: 8,
    maxPendingPerOrigin: 64,
  })

/** Everything the database holds, as a backup would: binary columns as hex. */
export async function dump({ pool }: TestDatabase): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
  )
  const parts: string[] = []
  for (const { name } of rows) {
    const table = await pool.query<{ text: string }>(`select t::text as text from ${name} t`)
    parts.push(...table.rows.map(({ text }) => text))
  }
  return parts.join('\n')
}
