import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generatedSecret, isDataDirHeld, lockDataDir } from './data-dir.ts'

let dataDir: string
const children: ChildProcess[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tollgate-data-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

// A process of its own that takes the lock and then waits to be killed.
async function otherProcess(): Promise<ChildProcess> {
  const program = `import { lockDataDir } from ${JSON.stringify(join(import.meta.dirname, 'data-dir.ts'))}
    try { lockDataDir(${JSON.stringify(dataDir)}); console.log('held') } catch (error) { console.log(error.message) }
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [said] = await once(child.stdout!, 'data')
  return Object.assign(child, { said: String(said).trim() })
}

test('two processes cannot use one data folder', async () => {
  const other = await otherProcess()
  expect(other).toHaveProperty('said', 'held')
  expect(isDataDirHeld(dataDir)).toBe(true)
  expect(() => lockDataDir(dataDir)).toThrow(`${dataDir} is in use by process ${other.pid}`)
})

test('what a killed process held is taken over at once', async () => {
  const other = await otherProcess()
  other.kill('SIGKILL')
  await once(other, 'exit')
  expect(isDataDirHeld(dataDir)).toBe(false)
  lockDataDir(dataDir).release()
})

test('a released folder is free, and nothing of the lock stays behind', () => {
  lockDataDir(dataDir).release()
  expect(existsSync(join(dataDir, 'lock'))).toBe(false)
  lockDataDir(dataDir).release()
})

test('a number that now belongs to another process is not mistaken for the holder', () => {
  const lock = lockDataDir(dataDir)
  const path = join(dataDir, 'lock')
  const holder = JSON.parse(readFileSync(path, 'utf8'))
  lock.release()
  writeFileSync(path, JSON.stringify({ ...holder, startTicks: '1' }))
  lockDataDir(dataDir).release()
})

test('a holder on another machine counts as alive while it gives signs of life', () => {
  const path = join(dataDir, 'lock')
  writeFileSync(path, JSON.stringify({ pid: 7, startTicks: '1', place: 'elsewhere' }))
  expect(() => lockDataDir(dataDir)).toThrow('is in use by process 7')
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(path, longAgo, longAgo)
  lockDataDir(dataDir).release()
})

test('the secret is the same for whoever asks', () => {
  expect(generatedSecret(dataDir)).toBe(generatedSecret(dataDir))
  expect(generatedSecret(dataDir)).toMatch(/^[\w-]{43}$/)
})
