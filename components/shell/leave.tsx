'use client'

import { useEffect } from 'react'
import { signInPath } from '@/lib/queries.ts'

/** Goes to sign-in and remembers the whole address to come back to, which the server's layout does not know. */
export function LeaveForSignIn() {
  useEffect(() => {
    const { pathname, search, hash } = window.location
    window.location.replace(signInPath(`${pathname}${search}${hash}`))
  }, [])
  return (
    <noscript>
      <a href="/sign-in">Sign in</a>
    </noscript>
  )
}
