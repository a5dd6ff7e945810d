import type fs from 'node:fs'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GatewayError } from '../errors.ts'
import { sampleBodies, sampleRecord } from '../testing/calls.ts'
import { type JournalOptions, type OpenJournal, openJournal } from './append.ts'
import { readFrame } from './frame.ts'

/** What the disk does to the next write: takes part of it, or refuses after part of it. */
const disk = vi.hoisted(() => ({ takes: null as number | null, thenFails: false, cannotTruncate: false }))

vi.mock('node:fs', async (importActual) => {
  const actual = await importActual<typeof fs>()
  const limited = (fd: number, bytes: Buffer): number => {
    const { takes, thenFails } = disk
    disk.takes = thenFails ? 0 : null
    if (takes === 0 && thenFails)
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    return actual.writeSync(fd, bytes, 0, Math.min(takes ?? bytes.length, bytes.length))
  }
  return {
    ...actual,
    writeSync: (fd: number, bytes: Buffer, offset = 0) => limited(fd, bytes.subarray(offset)),
    writevSync: (fd: number, parts: Buffer[]) => limited(fd, Buffer.concat(parts)),
    ftruncateSync: (fd: number, length: number) => {
      if (disk.cannotTruncate) throw new Error('truncate failed')
      actual.ftruncateSync(fd, length)
    },
  }
})

let dir: string
const journals: OpenJournal[] = []
beforeEach(() => {
  Object.assign(disk, { takes: null, thenFails: false, cannotTruncate: false })
  dir = mkdtempSync(join(tmpdir(), 'tollgate-append-'))
})
afterEach(() => {
  for (const journal of journals.splice(0)) journal.close()
  rmSync(dir, { recursive: true, force: true })
})

function opened(options: Partial<JournalOptions> = {}): OpenJournal {
  const journal = openJournal({ dir, now: Date.now, log: () => {}, ...options })
  journals.push(journal)
  return journal
}

const segmentsOf = (journal: OpenJournal) =>
  readdirSync(journal.directory)
    .filter((name) => name.endsWith('.journal'))
    .sort()

/** Costs of the records in a file, and whether it holds nothing else. */
function costsIn(path: string): { costs: (number | null)[]; isWhole: boolean } {
  const bytes = readFileSync(path)
  const costs = []
  for (let at = 0; at < bytes.length; ) {
    const read = readFrame(bytes, at)
    if (read.kind !== 'frame') return { costs, isWhole: false }
    costs.push(JSON.parse(String(read.frame.parts()[0])).cost_nanos)
    at = read.next
  }
  return { costs, isWhole: true }
}

const costsOf = (journal: OpenJournal) =>
  segmentsOf(journal).flatMap((name) => costsIn(join(journal.directory, name)).costs)

describe('an append', () => {
  test('is in the file when it returns', () => {
    const journal = opened()
    journal.append(sampleRecord({ cost_nanos: 1 }), null)
    journal.append(sampleRecord({ cost_nanos: 2 }), sampleBodies({ request: Buffer.alloc(100_000) }))
    expect(costsOf(journal)).toEqual([1, 2])
    const live = journal.live()
    expect(statSync(join(journal.directory, live?.name ?? '')).size).toBe(live?.bytes)
    expect(journal.appendedBytes()).toBe(live?.bytes)
  })

  test.each([0, 1, 500, 1_700, 50_000])('of which the disk first takes %i bytes is completed', (takes) => {
    const journal = opened()
    disk.takes = takes
    journal.append(sampleRecord({ cost_nanos: 1 }), sampleBodies({ request: Buffer.alloc(100_000, 'a') }))
    journal.append(sampleRecord({ cost_nanos: 2 }), null)
    expect(costsOf(journal)).toEqual([1, 2])
  })

  test.each([0, 700])('the full disk refuses after %i bytes fails the call and leaves no trace', (takes) => {
    const journal = opened()
    journal.append(sampleRecord({ cost_nanos: 1 }), null)
    Object.assign(disk, { takes, thenFails: true })
    expect(() => journal.append(sampleRecord({ cost_nanos: 2 }), sampleBodies())).toThrow(GatewayError)
    Object.assign(disk, { takes: null, thenFails: false })
    journal.append(sampleRecord({ cost_nanos: 3 }), null)
    const [name, ...others] = segmentsOf(journal)
    expect(others).toEqual([])
    expect(costsIn(join(journal.directory, name as string))).toEqual({ costs: [1, 3], isWhole: true })
  })

  test('after a half-written one that cannot be removed goes to a segment of its own', () => {
    const journal = opened()
    journal.append(sampleRecord({ cost_nanos: 1 }), null)
    Object.assign(disk, { takes: 700, thenFails: true, cannotTruncate: true })
    expect(() => journal.append(sampleRecord({ cost_nanos: 2 }), null)).toThrow('not be recorded')
    Object.assign(disk, { takes: null, thenFails: false })
    journal.append(sampleRecord({ cost_nanos: 3 }), null)
    expect(segmentsOf(journal)).toHaveLength(2)
    expect(costsOf(journal)).toEqual([1, 3])
  })

  test('after close is refused', () => {
    const journal = opened()
    journal.close()
    expect(() => journal.append(sampleRecord(), null)).toThrow(GatewayError)
  })
})

describe('segments', () => {
  test('end at their size and at their age', () => {
    let time = Date.now()
    const journal = opened({ now: () => time, segmentBytesMax: 4_000, segmentAgeMsMax: 5_000 })
    for (let i = 0; i < 6; i++) journal.append(sampleRecord({ cost_nanos: i }), null)
    const bySize = segmentsOf(journal).length
    expect(bySize).toBeGreaterThan(1)
    time += 5_000
    journal.append(sampleRecord({ cost_nanos: 6 }), null)
    expect(segmentsOf(journal)).toHaveLength(bySize + 1)
    expect(costsOf(journal)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('of two journals never share a name, and none is made before the first call', () => {
    const [a, b] = [opened(), opened()]
    expect(segmentsOf(a)).toEqual([])
    expect(a.live()).toBeNull()
    a.append(sampleRecord(), null)
    b.append(sampleRecord(), null)
    expect(segmentsOf(a)[0]).not.toBe(segmentsOf(b)[0])
    expect(a.isOwn(segmentsOf(a)[0] as string)).toBe(true)
    expect(a.isOwn(segmentsOf(b)[0] as string)).toBe(false)
  })

  test('can be read by their owner only', () => {
    const journal = opened()
    journal.append(sampleRecord(), sampleBodies())
    expect(statSync(journal.directory).mode & 0o077).toBe(0)
    expect(statSync(join(journal.directory, segmentsOf(journal)[0] as string)).mode & 0o077).toBe(0)
  })

  test('are made anew when someone removes the directory under a running process', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    try {
      const journal = opened()
      journal.append(sampleRecord({ cost_nanos: 1 }), null)
      rmSync(journal.directory, { recursive: true })
      vi.advanceTimersByTime(1_000)
      await vi.waitUntil(() => existsSync(join(journal.directory, 'owner.json')))
      journal.append(sampleRecord({ cost_nanos: 2 }), null)
      expect(costsOf(journal)).toEqual([2])
    } finally {
      vi.useRealTimers()
    }
  })
})
