import { useEffect, useState } from 'react'
import { type InviteOffer, invites } from '@/lib/contract/invites.ts'
import { apiFetch } from '@/lib/queries.ts'

interface Asked {
  token: string
  offer?: InviteOffer
  error?: Error
}

/** What a token opens, asked of the server; `again` asks anew. Both are undefined meanwhile. */
export function useOffer(token: string): Pick<Asked, 'offer' | 'error'> & { again: () => void } {
  const [asked, setAsked] = useState<Asked | null>(null)
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn asks once more
  useEffect(() => {
    if (token === '') return
    const leaving = new AbortController()
    const { signal } = leaving
    apiFetch<InviteOffer>(`${invites.path}/look`, { method: 'POST', body: { token }, signal }).then(
      (offer) => setAsked({ token, offer }),
      (error: Error) => signal.aborted || setAsked({ token, error }),
    )
    return () => leaving.abort()
  }, [token, turn])
  const current = asked?.token === token ? asked : null
  return {
    ...(current?.offer ? { offer: current.offer } : {}),
    ...(current?.error ? { error: current.error } : {}),
    again: () => {
      setAsked(null)
      setTurn((now) => now + 1)
    },
  }
}
