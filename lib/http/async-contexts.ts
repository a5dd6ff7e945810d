import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Lets pages have their async contexts only while one is being served. Next keeps its request in AsyncLocalStorage, and
 * on Node 20 one that was ever entered hooks every promise, tick and socket of the process from then on: calls of the
 * data plane cost half as much again. A context that is switched off switches itself on when it is next entered.
 *
 * Returns what to call when a page begins; that returns what to call when it is over.
 */
export function pageContexts(): () => () => void {
  const entered = new Set<AsyncLocalStorage<unknown>>()
  const { run, enterWith } = AsyncLocalStorage.prototype
  AsyncLocalStorage.prototype.run = function (
    this: AsyncLocalStorage<unknown>,
    ...args: Parameters<typeof run>
  ) {
    entered.add(this)
    return run.apply(this, args)
  } as typeof run
  AsyncLocalStorage.prototype.enterWith = function (this: AsyncLocalStorage<unknown>, store: unknown) {
    entered.add(this)
    enterWith.call(this, store)
  }

  let pages = 0
  const rest = () => {
    if (pages > 0) return
    for (const context of entered) context.disable()
    entered.clear()
  }
  // What a page leaves running for a moment still has its context.
  const restSoon = () => {
    setTimeout(rest, REST_AFTER_MS).unref()
  }
  restSoon()
  return () => {
    pages++
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      pages--
      restSoon()
    }
  }
}

const REST_AFTER_MS = 200
