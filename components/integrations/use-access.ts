'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { plural } from '../format.ts'
import { describeError, notifyUndo } from '../ui/notify.tsx'
import {
  type AccessDraft,
  isUnchanged,
  reversed,
  type Standing,
  trimmed,
  UNCHANGED,
  viewOf,
} from './access.ts'
import { bodiesOf, changesOf } from './access-words.ts'
import { ALSO, ofOrganisation } from './data.ts'

export type Access = ReturnType<typeof useAccess>

/**
 * Changes of an integration's access that are collected and saved together. They survive a reload of this tab and are
 * the same wherever they are made: in the grid or in the drawer. `first` proposes some where nothing is kept.
 */
export function useAccess(slug: string, standing: Standing, first?: (standing: Standing) => AccessDraft) {
  const key = `tollgate.draft.access.${slug}`
  const client = useQueryClient()
  const putModels = useMutation(ofOrganisation.act('updateModels', ALSO))
  const putWorkspaces = useMutation(ofOrganisation.act('updateWorkspaces', ALSO))
  const [{ draft, past, isRestored }, setState] = useState(() => begin(key, standing, first))
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const view = useMemo(() => viewOf(standing, draft), [standing, draft])
  const before = useMemo(() => {
    const { models, workspaces } = viewOf(standing, UNCHANGED)
    return {
      models: new Map(models.map((model) => [model.slug, model])),
      workspaces: new Map(workspaces.map((place) => [place.slug, place])),
    }
  }, [standing])
  const changes = useMemo(() => changesOf(standing, draft), [standing, draft])
  const isDirty = changes.length > 0

  useEffect(() => {
    if (!isDirty) return sessionStorage.removeItem(key)
    sessionStorage.setItem(key, JSON.stringify(draft))
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [key, draft, isDirty])

  const edit = useCallback((change: (draft: AccessDraft) => AccessDraft) => {
    setProblem(null)
    setState((now) => {
      const next = change(now.draft)
      return next === now.draft ? now : { draft: next, past: [...now.past, now.draft], isRestored: false }
    })
  }, [])
  const undo = useCallback(() => {
    setProblem(null)
    setState((now) => ({
      draft: now.past.at(-1) ?? now.draft,
      past: now.past.slice(0, -1),
      isRestored: false,
    }))
  }, [])
  const discard = () => setState({ draft: UNCHANGED, past: [], isRestored: false })

  const put = async (next: AccessDraft) => {
    const bodies = bodiesOf(standing, next)
    if (bodies.models) await putModels.mutateAsync({ id: slug, input: bodies.models })
    if (bodies.workspaces) await putWorkspaces.mutateAsync({ id: slug, input: bodies.workspaces })
  }

  /** Whether it went through. What a refusal kept from being saved stays to be saved. */
  const save = async (): Promise<boolean> => {
    if (!isDirty) return true
    setBusy(true)
    setProblem(null)
    const words = changes.length === 1 ? changes[0]?.words : plural(changes.length, 'change')
    const before = reversed(standing, draft)
    try {
      await put(trimmed(standing, draft))
      discard()
      notifyUndo(`Saved: ${words}`, () => put(before))
      return true
    } catch (error) {
      setProblem(describeError(error).message)
      await client.invalidateQueries({ queryKey: ofOrganisation.key })
      return false
    } finally {
      setBusy(false)
    }
  }

  return {
    standing,
    view,
    /** What stands now, by slug. */
    before,
    changes,
    isDirty,
    isRestored,
    isBusy,
    problem,
    canUndo: past.length > 0,
    edit,
    undo,
    discard,
    save,
  }
}

interface State {
  draft: AccessDraft
  /** Drafts before this one, the last at the end. */
  past: readonly AccessDraft[]
  isRestored: boolean
}

function begin(key: string, standing: Standing, first?: (standing: Standing) => AccessDraft): State {
  const kept = trimmed(standing, { ...UNCHANGED, ...keptDraft(key) })
  if (!isUnchanged(kept)) return { draft: kept, past: [], isRestored: true }
  return { draft: first?.(standing) ?? UNCHANGED, past: [], isRestored: false }
}

function keptDraft(key: string): Partial<AccessDraft> {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}') as Partial<AccessDraft>
  } catch {
    return {}
  }
}
