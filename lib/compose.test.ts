import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { runtime } from './compose.ts'

afterEach(() => vi.unstubAllEnvs())

test('a build that asks for the runtime fails, and makes nothing', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'tollgate-build-'))
  vi.stubEnv('NEXT_PHASE', 'phase-production-build')
  vi.stubEnv('DATA_DIR', join(parent, 'data'))
  await expect(runtime(() => {})).rejects.toThrow('while it is built')
  expect(existsSync(join(parent, 'data'))).toBe(false)
  rmSync(parent, { recursive: true })
})
