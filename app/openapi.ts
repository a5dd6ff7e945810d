import { runtime } from '@/lib/compose.ts'
import type { Document } from '@/lib/contract/openapi.ts'
import { FAMILIES } from '@/lib/http/families.ts'
import { openApi } from '@/lib/http/openapi.ts'
import { version } from '@/package.json'

let drawn: Document | undefined

/** The admin API of this process as a document: all that is mounted. It never changes, so it is drawn once. */
export async function apiDocument(): Promise<Document> {
  const { settings } = await runtime()
  drawn ??= openApi(Object.values(FAMILIES).flat(), { publicUrl: settings.publicUrl, version })
  return drawn
}
