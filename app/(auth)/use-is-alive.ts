import { useSyncExternalStore } from 'react'

/** False until the scripts that send a form have taken over the page. */
export function useIsAlive(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
}
