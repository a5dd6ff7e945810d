import type { apiKeys } from '@/lib/contract/access.ts'
import type { RowOf } from '@/lib/contract/resource.ts'

export type ApiKey = RowOf<typeof apiKeys>

const SECRET = /^tg_[asu][0-9A-Za-z]{49}$/

/** What is wrong with a pasted secret, as a sentence; null when it may be that of the key. It is compared by its mask alone. */
export function secretProblem(text: string, key: Pick<ApiKey, 'key' | 'name'> | undefined): string | null {
  if (!SECRET.test(text)) return 'A key starts with tg_ and has 53 characters.'
  const [start, end] = key?.key.split(/\*+/) ?? []
  const isOther = start !== undefined && end !== undefined && !(text.startsWith(start) && text.endsWith(end))
  return isOther ? `This is not the secret of ${key?.name}, which reads ${key?.key}.` : null
}

/** Whether a key can make the first call: active, and allowed to call models. */
export function canCall(key: Pick<ApiKey, 'status' | 'scopes'>): boolean {
  return key.status === 'active' && key.scopes.includes('completions.write')
}
