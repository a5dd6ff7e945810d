'use client'

import { useMemo } from 'react'
import { ACTIONS, allowed, NAV, navBeforeKnown, navFor } from './nav.ts'
import { useHolds, useWorkspaces } from './workspace.tsx'

/** The pages and the actions of the signed-in person, by what they hold here. */
export function useNav() {
  const { me, role } = useWorkspaces()
  const holds = useHolds()
  return useMemo(
    () => ({
      nav: me ? navFor(NAV, holds) : navBeforeKnown(NAV, role),
      actions: me ? allowed(ACTIONS, holds) : [],
    }),
    [me, role, holds],
  )
}
