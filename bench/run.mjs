/**
 * `npm run bench`: Tollgate against Portkey's open gateway and the bare upstream, in alternating rounds of one run.
 * Prints a markdown report and writes bench/results/*.json. Source: architecture §10.
 *
 *   --quick                 one short round a cell, 1 and 32 connections
 *   --only small,agent      workloads by the beginning of their names; also first-byte, paced, hermes
 *   --connections 1,32      instead of 1,10,32,200
 *   --seconds 3             length of a round
 *   --rounds 2              rounds of each gateway in a cell, taken in turns
 *   --targets direct,portkey,tollgate
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exchange, firstBytes, hermes, transit } from './client.mjs'
import { runWrk } from './load.mjs'
import { installPeer, PEER_VERSION, startPeer } from './peer.mjs'
import { meter, pause, residentMb, startProcess, stopAll, stopProcess, untilAnswers } from './process.mjs'
import { markdown } from './report.mjs'
import {
  describeTollgate,
  firstCall,
  isBuilt,
  provision,
  startTollgate,
  tollgateTarget,
  untilHealthy,
} from './tollgate.mjs'
import { requireTools } from './tools.mjs'
import { startNginx } from './upstream/nginx.mjs'
import { MODEL, WORKLOADS } from './workloads.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    connections: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    targets: { type: 'string', default: 'direct,portkey,tollgate' },
  },
})
const seconds = Number(flags.seconds ?? (flags.quick ? 1 : 3))
const rounds = Number(flags.rounds ?? (flags.quick ? 1 : 2))
const connectionCounts =
  flags.connections?.split(',').map(Number) ?? (flags.quick ? [1, 32] : [1, 10, 32, 200])
const names = flags.targets.split(',')
const only = flags.only?.split(',') ?? null
const isWanted = (name) => only === null || only.some((start) => name.startsWith(start))

const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
const stopOnSignal = async (signal) => {
  await stopAll()
  process.exit(signal === 'SIGINT' ? 130 : 143)
}
process.once('SIGINT', stopOnSignal)
process.once('SIGTERM', stopOnSignal)

try {
  await main()
} catch (error) {
  console.error(`bench: ${error.message}`)
  process.exitCode = 1
} finally {
  await stopAll()
  rmSync(directory, { recursive: true, force: true })
}

async function main() {
  // Embedded Postgres and nginx may run as other users.
  chmodSync(directory, 0o755)
  requireTools()
  if (names.includes('tollgate') && !isBuilt())
    throw new Error('dist/server.js is missing: run `npm run build` first')
  if (names.includes('portkey')) installPeer()

  const run = {
    at: new Date().toISOString(),
    command: `\`npm run bench${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}\``,
    commit: commit(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`,
    peerVersion: PEER_VERSION,
    targets: names,
    load: [],
    firstByte: {},
    paced: {},
    hermes: {},
    process: {},
    notes: [],
  }
  const targets = await startTargets(run)
  await checkAnswers(targets)
  for (const [name, workload] of Object.entries(WORKLOADS)) {
    if (isWanted(name)) run.load.push(...(await measureLoad(run, targets, workload)))
  }
  await measureOthers(run, targets)
  for (const target of targets) {
    if (target.pid) run.process[target.name].peakMb = target.peakMb
  }
  save(run)
  console.log(markdown(run))
}

/** Upstreams first, then each gateway with its cold start timed. */
async function startTargets(run) {
  const nginx = await startNginx(directory)
  const pacedPort = await startPaced()
  const upstreams = {
    json: `http://127.0.0.1:${nginx.port}/json/v1`,
    sse50: `http://127.0.0.1:${nginx.port}/sse50/v1`,
    sse500: `http://127.0.0.1:${nginx.port}/sse500/v1`,
    paced: `http://127.0.0.1:${pacedPort}/v1`,
  }
  const targets = []
  for (const name of names) {
    say(`starting ${name}`)
    if (name === 'direct') targets.push(directTarget(upstreams))
    else if (name === 'portkey') targets.push(await startPortkey(run, upstreams))
    else if (name === 'tollgate') {
      targets.push(await startOurs(run, upstreams, [`127.0.0.1:${nginx.port}`, `127.0.0.1:${pacedPort}`]))
    } else throw new Error(`no target is called ${name}`)
  }
  for (const target of targets) target.peakMb = 0
  return targets
}

async function startPaced() {
  const child = startProcess(process.execPath, [join(import.meta.dirname, 'upstream/paced.mjs')])
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return Number(child.output)
}

function directTarget(upstreams) {
  return {
    name: 'direct',
    pid: null,
    call: (route) => ({
      url: `${upstreams[route]}/chat/completions`,
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench' },
      modelPrefix: '',
    }),
  }
}

async function startPortkey(run, upstreams) {
  const begun = performance.now()
  const { child, target } = await startPeer({ upstreamOf: (route) => upstreams[route] })
  const { url, headers } = target.call('json')
  await untilAnswers(url, { method: 'POST', headers, body: WORKLOADS.small.body(MODEL) }, { child })
  const coldStartMs = performance.now() - begun
  await pause(1_000)
  run.process.portkey = { coldStartMs, idleMb: residentMb(child.pid) }
  return target
}

/** The first start makes the database and everything in it; the second is the cold start that counts. */
async function startOurs(run, upstreams, privateHosts) {
  const description = await describeTollgate({ dataDirectory: join(directory, 'data'), privateHosts })
  const first = startTollgate(description)
  await untilHealthy(description, first)
  const { secret, hasLimits } = await provision(description, upstreams)
  if (!hasLimits)
    run.notes.push(
      'This Tollgate does not enforce budgets and rate limits yet: it ran with sign-in, pricing and logging.',
    )
  await untilAnswers(...firstCall(description, secret), { child: first })
  await stopProcess(first)
  const begun = performance.now()
  const child = startTollgate(description)
  await untilAnswers(...firstCall(description, secret), { child })
  const coldStartMs = performance.now() - begun
  await pause(1_000)
  run.process.tollgate = { coldStartMs, idleMb: residentMb(child.pid) }
  return tollgateTarget(description, child, secret)
}

/** Every target answers every route whole, before anything is timed. */
async function checkAnswers(targets) {
  for (const target of targets) {
    for (const { route, body, isStream } of Object.values(WORKLOADS)) {
      const { url, headers, modelPrefix } = target.call(route)
      let text = ''
      const bytes = Buffer.from(body(modelPrefix + MODEL))
      await exchange({ url, headers, body: bytes, agent: false, onData: (chunk) => (text += chunk) })
      const isWhole = isStream
        ? text.includes('[DONE]') && text.includes(`word${Number(route.slice(3)) - 1}"`)
        : JSON.parse(text).choices[0].message.content.startsWith('Red')
      if (!isWhole) throw new Error(`${target.name} answered ${route} with ${text.slice(0, 300)}`)
    }
  }
}

/** One cell a number of connections: the upstream alone once, then the gateways in turns. */
async function measureLoad(run, targets, workload) {
  const cells = []
  const counts = flags.connections
    ? connectionCounts
    : connectionCounts.filter((count) => (workload.connections ?? connectionCounts).includes(count))
  for (const target of targets) await wrk(target, workload, 10, 1)
  for (const connections of counts) {
    say(`${workload.title}, ${connections} connections`)
    const samples = Object.fromEntries(targets.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const target of targets) {
        if (!target.pid && round > 0) continue
        const length = target.pid ? seconds : Math.min(2, seconds)
        try {
          samples[target.name].push(await wrk(target, workload, connections, length))
        } catch (error) {
          samples[target.name].push(null)
          run.notes.push(`${target.name}, ${workload.title}, ${connections} connections: ${error.message}`)
          if (target.name === 'tollgate') process.exitCode = 1
        }
      }
    }
    const results = {}
    for (const { name } of targets) results[name] = mean(samples[name].filter(Boolean))
    const ratios = (samples.tollgate ?? []).map((sample, n) => sample?.rps / samples.portkey?.[n]?.rps)
    cells.push({
      title: workload.title,
      connections,
      results,
      samples,
      ratio: ratios.length > 0 && ratios.every(Number.isFinite) ? average(ratios) : null,
    })
  }
  return cells
}

async function wrk(target, workload, connections, roundSeconds) {
  const { url, headers, modelPrefix } = target.call(workload.route)
  const result = await runWrk({
    directory,
    url,
    headers: target.name === 'tollgate' ? { ...headers, ...workload.headers } : headers,
    body: workload.body(modelPrefix + MODEL),
    connections,
    seconds: roundSeconds,
    pid: target.pid,
  })
  target.peakMb = Math.max(target.peakMb, result.peakMb ?? 0)
  return result
}

async function measureOthers(run, targets) {
  for (const target of targets) {
    const { name, pid } = target
    if (isWanted('first-byte')) {
      say(`first byte, ${name}`)
      const { route, body } = WORKLOADS.stream50
      run.firstByte[name] = await firstBytes(target, { route, body, seconds: flags.quick ? 1 : 2 })
    }
    if (isWanted('paced')) {
      say(`paced streams, ${name}`)
      const stop = pid ? meter(pid) : () => ({})
      const paced = await transit(target, { route: 'paced', body: WORKLOADS.stream50.body, count: 100 })
      run.paced[name] = { ...paced, ...stop() }
    }
    if (isWanted('hermes')) {
      say(`hermes mix, ${name}`)
      const stop = pid ? meter(pid) : () => ({})
      const mix = await hermes(target, { concurrency: 8, seconds: flags.quick ? 2 : 5 })
      const used = stop()
      run.hermes[name] = { ...mix, ...used, cpuPer1000: pid ? (used.cpu / mix.requests) * 1000 : null }
    }
    target.peakMb = Math.max(target.peakMb, run.paced[name]?.peakMb ?? 0, run.hermes[name]?.peakMb ?? 0)
  }
}

function mean(samples) {
  if (samples.length === 0) return null
  const of = (key) => (samples[0][key] === null ? null : average(samples.map((sample) => sample[key])))
  return Object.fromEntries(Object.keys(samples[0]).map((key) => [key, of(key)]))
}

function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function save(run) {
  const results = join(import.meta.dirname, 'results')
  mkdirSync(results, { recursive: true })
  const text = `${JSON.stringify(run, null, 2)}\n`
  writeFileSync(join(results, `${run.at.replace(/[:.]/g, '-')}.json`), text)
  writeFileSync(join(results, 'latest.json'), text)
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}

function say(text) {
  console.error(`bench: ${text}`)
}
