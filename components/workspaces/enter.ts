'use client'

import { useRouter } from 'next/navigation'
import { useWorkspaces } from '../shell/workspace.tsx'
import { notifyDone } from '../ui/notify.tsx'
import type { Workspace } from './data.ts'

/** Goes to a page of a workspace, which is then the one on screen. */
export function useEnter(): (workspace: Pick<Workspace, 'id' | 'name'>, href?: string) => void {
  const { choose } = useWorkspaces()
  const router = useRouter()
  return ({ id, name }, href) => {
    choose(id)
    if (href) router.push(href)
    else notifyDone(`${name} is shown now`)
  }
}
