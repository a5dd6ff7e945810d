'use client'

import { Plug } from 'lucide-react'
import { absoluteTime } from '../format.ts'
import { showSecretOnce } from '../ui/secret-once.tsx'

/** Shows the secret of a new or rotated key, once. */
export function showKeyOnce(made: {
  id: string
  name: string
  secret: string
  /** Until when the secret before this one still works; null when it ended at once, undefined when there was none. */
  olderUntil?: string | null
}): void {
  const { id, name, secret, olderUntil } = made
  showSecretOnce({
    noun: 'key',
    name,
    secret,
    otherwise: 'only rotate it',
    // The names the snippets read.
    env: { TOLLGATE_API_KEY: secret, TOLLGATE_BASE_URL: `${window.location.origin}/api/v1` },
    ...(olderUntil === undefined
      ? {}
      : {
          note: olderUntil
            ? {
                text: `The secret before this one works until ${absoluteTime(olderUntil).replace(/:\d\d\.\d{3}/, '')}.`,
              }
            : { text: 'The secret before this one is refused within 2 seconds.', isBad: true },
        }),
    next: {
      label: 'Stored, connect a client',
      icon: <Plug size={14} />,
      href: `/connect?key=${encodeURIComponent(id)}`,
    },
  })
}
