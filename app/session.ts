import { headers } from 'next/headers'
import { cache } from 'react'
import { readSession } from '@/lib/auth/user.ts'
import { runtime } from '@/lib/compose.ts'

/** Who is signed in, for layouts and pages on the server; null for nobody. Asked once a request, however many ask. */
export const currentUser = cache(async () => {
  // Headers first: asking for them is what tells a build that there is nothing to prerender, before anything starts.
  const incoming = await headers()
  const { admin } = await runtime()
  return readSession(admin, incoming)
})
