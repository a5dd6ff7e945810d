/** How a compiled value is got again; `isAway` says which failures mean "the store cannot be asked", not "there is none". */
export interface SnapshotSource<V> {
  load(key: string): Promise<V>
  isAway(error: unknown): boolean
  /** Epoch ms. */
  now(): number
  /** Entries kept at most; the least recently loaded go first. */
  max: number
}

interface Entry<V> {
  value: V
  isStale: boolean
  /** No reload is tried before this epoch ms while the store is away. */
  retryAtMs: number
}

const AWAY_PAUSE_MS = 500

/**
 * Compiled values by key, decided from memory. A fresh value is returned at once; a stale one is loaded again first,
 * and served as it is while the store is away. Each key is loaded by one query at a time. Source: architecture §3.3, §4.
 */
export class Snapshots<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #loading = new Map<string, Promise<V>>()
  readonly #source: SnapshotSource<V>
  /** Counts invalidations, so that a load which one overtook is not taken for fresh. */
  #generation = 0

  constructor(source: SnapshotSource<V>) {
    this.#source = source
  }

  get(key: string): V | Promise<V> {
    const entry = this.#entries.get(key)
    if (!entry) return this.#load(key)
    if (!entry.isStale) return entry.value
    if (entry.retryAtMs > this.#source.now()) return entry.value
    return this.#load(key).catch((error: unknown) => {
      if (!this.#source.isAway(error)) throw error
      entry.retryAtMs = this.#source.now() + AWAY_PAUSE_MS
      return entry.value
    })
  }

  /** Marks what `matches` (everything, by default) to be loaded again before its next use. */
  invalidate(matches: (value: V, key: string) => boolean = () => true): void {
    this.#generation++
    for (const [key, entry] of this.#entries) {
      if (!matches(entry.value, key)) continue
      entry.isStale = true
      entry.retryAtMs = 0
    }
  }

  forget(key: string): void {
    this.#entries.delete(key)
  }

  #load(key: string): Promise<V> {
    const running = this.#loading.get(key)
    if (running) return running
    const generation = this.#generation
    const load = this.#source.load(key).then((value) => {
      this.#entries.delete(key)
      this.#entries.set(key, { value, isStale: generation !== this.#generation, retryAtMs: 0 })
      if (this.#entries.size > this.#source.max)
        this.#entries.delete(this.#entries.keys().next().value as string)
      return value
    })
    this.#loading.set(key, load)
    const done = () => this.#loading.delete(key)
    load.then(done, done)
    return load
  }
}
