import { runtime } from '@/lib/compose.ts'
import { version } from '@/package.json'

export const dynamic = 'force-dynamic'

/** 200 once calls can be served, which they can without the database; the parts say how they are. Architecture §9. */
export async function GET(): Promise<Response> {
  const { database, journal } = await (await runtime()).health()
  const body = {
    status: database && !journal.isBehind ? 'ok' : 'degraded',
    version,
    database: database ? 'ok' : 'away',
    journal: journal.isBehind ? 'behind' : 'ok',
  }
  return Response.json(body, { headers: { 'cache-control': 'no-store' } })
}
