'use client'

import { useEffect, useRef, useState } from 'react'
import { ApiError } from '@/lib/queries.ts'
import { notifyError } from '../ui/notify.tsx'

/** First problem of each field, by its wire path: `configurations.custom_host`. */
export type Problems = Readonly<Record<string, string>>

export interface FormState<V> {
  values: V
  set: (patch: Partial<V>) => void
  /** What is wrong with the field at this path, or with anything inside it. */
  problem: (path: string) => string | undefined
  /** Lays problems over the fields; true when there were any. Without an argument nothing is wrong any more. */
  refuse: (found?: Problems) => boolean
  /** Judges some fields anew and leaves the others as they are: for leaving a field. */
  judge: (paths: readonly string[], found: Problems) => void
  /** What the server refused without naming a field on screen. */
  general: string | null
  isBusy: boolean
  isDirty: boolean
  /** Unsaved work of an earlier visit stands in the fields. */
  isRestored: boolean
  /** Back to the beginning; the kept draft is dropped. */
  discard: () => void
  /**
   * Runs the act behind the button. A refusal lands on the fields it names (`shows` says which are on screen) or in
   * `general`, and as a toast with the request id; what was typed stays. Null when it was refused.
   */
  run: <R>(what: string, act: () => Promise<R>, shows?: (path: string) => boolean) => Promise<R | null>
}

/**
 * State of a form that is more than a list of fields (steps, rows, pickers): values, problems at their wire paths, and
 * a draft that survives a reload of this tab. `withoutSecrets` says what of it may be kept there.
 */
export function useFormState<V extends object>({
  draft,
  initial,
  withoutSecrets = (values) => values,
}: {
  draft: string
  initial: V
  withoutSecrets?: (values: V) => Partial<V>
}): FormState<V> {
  const [values, setValues] = useState(initial)
  const [problems, setProblems] = useState<Problems>({})
  const [general, setGeneral] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isRestored, setRestored] = useState(false)
  const storageKey = `tollgate.draft.${draft}`
  const isDirty = JSON.stringify(values) !== JSON.stringify(initial)
  const keep = useRef(withoutSecrets)

  useEffect(() => {
    const kept = readDraft<V>(storageKey)
    if (!kept) return
    setValues((now) => ({ ...now, ...kept }))
    setRestored(true)
  }, [storageKey])

  useEffect(() => {
    if (!isDirty) return
    sessionStorage.setItem(storageKey, JSON.stringify(keep.current(values)))
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [storageKey, values, isDirty])

  const forget = () => {
    sessionStorage.removeItem(storageKey)
    setRestored(false)
  }

  return {
    values,
    general,
    isBusy,
    isDirty,
    isRestored,
    set: (patch) => {
      setValues((now) => ({ ...now, ...patch }))
      setGeneral(null)
    },
    problem: (path) => problemAt(problems, path),
    refuse: (found = {}) => {
      setProblems(found)
      setGeneral(null)
      return Object.keys(found).length > 0
    },
    judge: (paths, found) =>
      setProblems((now) => ({
        ...Object.fromEntries(Object.entries(now).filter(([path]) => !paths.some((one) => isAt(path, one)))),
        ...Object.fromEntries(Object.entries(found).filter(([path]) => paths.some((one) => isAt(path, one)))),
      })),
    discard: () => {
      forget()
      setValues(initial)
      setProblems({})
      setGeneral(null)
    },
    run: async (what, act, shows = () => true) => {
      setBusy(true)
      setGeneral(null)
      try {
        const reply = await act()
        forget()
        return reply
      } catch (error) {
        const found = problemsOf(error)
        setProblems(found)
        const isAtField = Object.keys(found).some(shows)
        if (!isAtField) setGeneral(error instanceof Error ? error.message : 'Something unexpected happened.')
        notifyError(error, what)
        return null
      } finally {
        setBusy(false)
      }
    },
  }
}

/** What a refusal says of each field, by wire path; empty for anything that names none. */
export function problemsOf(error: unknown): Problems {
  if (!(error instanceof ApiError)) return {}
  const found: Record<string, string> = {}
  for (const { path, message } of error.details) if (path && message) found[path] ??= sentence(message)
  if (error.param) found[error.param] ??= sentence(error.message)
  return found
}

/** The problem at a path or inside it: `defaults.metadata` also speaks for `defaults.metadata.team`. */
export function problemAt(problems: Problems, path: string): string | undefined {
  return problems[path] ?? Object.entries(problems).find(([key]) => isAt(key, path))?.[1]
}

function isAt(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`)
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function readDraft<V>(key: string): Partial<V> | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Partial<V> | null
  } catch {
    return null
  }
}
