/** Children of the bench: starting and stopping them, and what they cost, read from /proc. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const TICKS_PER_SECOND = 100
const children = new Set()

/** Starts a child whose output is kept (the last 64 KB) in `child.output`, for the day it dies. */
export function startProcess(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  child.output = ''
  const keep = (bytes) => {
    child.output = (child.output + bytes).slice(-65_536)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', keep)
  children.add(child)
  child.on('exit', () => children.delete(child))
  return child
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves when the child is gone. */
export async function stopProcess(child, graceMs = 15_000) {
  if (!children.has(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await gone
  clearTimeout(timer)
}

export async function stopAll() {
  await Promise.all([...children].map((child) => stopProcess(child)))
}

/** A port nobody has now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Asks until the answer is 2xx; returns the milliseconds it took. Fails when `child` dies or `timeoutMs` passes. */
export async function untilAnswers(url, init, { child = null, timeoutMs = 60_000 } = {}) {
  const begun = performance.now()
  let last = ''
  while (performance.now() - begun < timeoutMs) {
    if (child && child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${child.output}`)
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) })
      const text = await response.text()
      if (response.ok) return performance.now() - begun
      last = `${response.status} ${text.slice(0, 500)}`
    } catch (error) {
      last = String(error.cause ?? error)
    }
    await pause(10)
  }
  throw new Error(
    `${url} gave no good answer within ${timeoutMs} ms: ${last}${child ? `\n${child.output}` : ''}`,
  )
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * Starts counting what `pid` and its children use; the returned function stops and answers CPU seconds (`databaseCpu`
 * apart) and peak resident MB of the processes that are no database.
 */
export function meter(pid) {
  const before = usage(pid)
  let peakBytes = before.bytes
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, usage(pid).bytes)
  }, 200)
  return () => {
    clearInterval(timer)
    const after = usage(pid)
    return {
      cpu: after.cpu - before.cpu,
      databaseCpu: after.databaseCpu - before.databaseCpu,
      peakMb: Math.max(peakBytes, after.bytes) / 1e6,
    }
  }
}

/** Resident MB of `pid` and its children, databases left out. */
export function residentMb(pid) {
  return usage(pid).bytes / 1e6
}

function usage(root) {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(stat)
    .filter(Boolean)
  const family = new Set([root])
  for (let size = 0; size !== family.size; ) {
    size = family.size
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid)
  }
  const sum = { cpu: 0, databaseCpu: 0, bytes: 0 }
  for (const { pid, name, cpu, bytes } of processes) {
    if (!family.has(pid)) continue
    if (name === 'postgres') sum.databaseCpu += cpu
    else {
      sum.cpu += cpu
      sum.bytes += bytes
    }
  }
  return sum
}

function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const end = text.lastIndexOf(')')
    const name = text.slice(text.indexOf('(') + 1, end)
    const fields = text.slice(end + 2).split(' ')
    return {
      pid: Number(pid),
      name,
      parent: Number(fields[1]),
      cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      bytes: Number(fields[21]) * 4096,
    }
  } catch {
    return null
  }
}
