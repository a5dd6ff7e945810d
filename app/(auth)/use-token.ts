import { useSyncExternalStore } from 'react'

/** The token of a link, behind its #, where no server and no log sees it; '' when there is none. */
export function useToken(): string {
  return useSyncExternalStore(
    (onChange) => {
      window.addEventListener('hashchange', onChange)
      return () => window.removeEventListener('hashchange', onChange)
    },
    () => window.location.hash.slice(1),
    () => '',
  )
}
