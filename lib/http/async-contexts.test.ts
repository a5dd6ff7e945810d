import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, it, vi } from 'vitest'
import { pageContexts } from './async-contexts.ts'

it('a context rests once no page is served, and is there again for the next one', async () => {
  vi.useFakeTimers()
  const begin = pageContexts()
  const context = new AsyncLocalStorage<string>()
  const seen = (store: string) => context.run(store, () => context.getStore())
  const over = begin()
  expect(seen('first')).toBe('first')
  const kept = context.run('kept', () => AsyncLocalStorage.snapshot())
  over()
  expect(kept(() => context.getStore())).toBe('kept')
  vi.advanceTimersByTime(1_000)
  expect(kept(() => context.getStore())).toBeUndefined()

  const second = begin()
  expect(seen('second')).toBe('second')
  vi.advanceTimersByTime(1_000)
  expect(context.run('still', () => context.getStore())).toBe('still')
  second()
  second()
  vi.useRealTimers()
})
