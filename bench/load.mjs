/** One run of wrk. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { meter, startProcess } from './process.mjs'

/**
 * Keeps `connections` busy for `seconds` with one POST and answers rates, latencies (ms) and, when `pid` is given, what
 * that process used. Throws when an answer was not 2xx or a socket failed: a number over errors means nothing.
 */
export async function runWrk({ directory, url, headers, body, connections, seconds, pid = null }) {
  const script = join(directory, 'post.lua')
  const bodyFile = join(directory, 'post.body')
  writeFileSync(bodyFile, body)
  writeFileSync(script, lua(bodyFile, headers))
  const stop = pid ? meter(pid) : () => ({})
  const child = startProcess('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '20s',
    '-s',
    script,
    url,
  ])
  await new Promise((resolve) => child.once('close', resolve))
  const used = stop()
  const line = /^RESULT (.*)$/m.exec(child.output)
  if (!line) throw new Error(`wrk said: ${child.output}`)
  const result = JSON.parse(line[1])
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} calls to ${url} failed`)
  const rps = result.requests / (result.us / 1e6)
  return {
    rps,
    requests: result.requests,
    p50: result.p50 / 1000,
    p99: result.p99 / 1000,
    cpuPer1000: used.cpu === undefined ? null : (used.cpu / result.requests) * 1000,
    databaseCpuPer1000: used.databaseCpu === undefined ? null : (used.databaseCpu / result.requests) * 1000,
    peakMb: used.peakMb ?? null,
  }
}

function lua(bodyFile, headers) {
  const set = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[${quoted(name)}] = ${quoted(value)}`,
  )
  return `
wrk.method = "POST"
local file = io.open(${quoted(bodyFile)}, "rb")
wrk.body = file:read("*a")
file:close()
${set.join('\n')}
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`
}

function quoted(text) {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
