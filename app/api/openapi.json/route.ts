import { apiDocument } from '@/app/openapi.ts'

export const dynamic = 'force-dynamic'

/** The admin API as OpenAPI 3.1, for whoever asks: it tells what can be called, and nothing of who is here. */
export async function GET(): Promise<Response> {
  return Response.json(await apiDocument(), { headers: { 'cache-control': 'no-cache' } })
}
