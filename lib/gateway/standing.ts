export type Standing = 'active' | 'disabled' | 'expired'

/** What a key or a provider has a row and a date for: to be switched off, and to run out. */
export interface Bounded {
  status: Standing
  /** Epoch ms; null = never. */
  expiresAtMs: number | null
}

/** Whether it serves now, and if not, why: a date that has passed counts although nobody touched the row. */
export function standing({ status, expiresAtMs }: Bounded, nowMs: number): Standing {
  return status === 'active' && expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : status
}

export const isServing = (one: Bounded, nowMs: number): boolean => standing(one, nowMs) === 'active'
