'use client'

import { useSyncExternalStore } from 'react'
import { absoluteTime, relativeTime } from '../format.ts'

/** A moment: relative to the eye, in full with its zone on hover. One clock ticks for all of them. */
export function Time({ at }: { at: string | number | null | undefined }) {
  const nowMs = useNow()
  if (at === null || at === undefined) return <>–</>
  return (
    <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)} className="figures">
      {relativeTime(at, nowMs)}
    </time>
  )
}

/** Epoch milliseconds, renewed every five seconds while anybody watches. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => nowMs,
    () => nowMs,
  )
}

let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void) {
  listeners.add(listener)
  // It stood still while nobody watched.
  if (timer === undefined) nowMs = Date.now()
  timer ??= setInterval(() => {
    nowMs = Date.now()
    for (const each of listeners) each()
  }, 5_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}
