/** Small Node clients for what wrk cannot see: first bytes, events on their way, and a new connection per call. */
import http from 'node:http'
import { HERMES_MIX, MODEL } from './workloads.mjs'

/** Time to the first body byte of a stream in ms, one call after the other on one warm connection. */
export async function firstBytes(target, { route, body, seconds }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const { url, headers, modelPrefix } = target.call(route)
  const bytes = Buffer.from(body(modelPrefix + MODEL))
  const times = []
  for (let n = 0; n < 50; n++) await exchange({ url, headers, body: bytes, agent })
  const end = performance.now() + seconds * 1000
  while (performance.now() < end)
    times.push((await exchange({ url, headers, body: bytes, agent })).firstByteMs)
  agent.destroy()
  return { calls: times.length, p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

/**
 * How long events of paced streams were on their way, in ms: the upstream stamps each with the machine's clock. `count`
 * streams run at once.
 */
export async function transit(target, { route, body, count }) {
  const { url, headers, modelPrefix } = target.call(route)
  const bytes = Buffer.from(body(modelPrefix + MODEL))
  const firsts = []
  const all = []
  const one = async () => {
    let isFirst = true
    await exchange({
      url,
      headers,
      body: bytes,
      agent: false,
      onData: (chunk, at) => {
        for (const [, stamp] of chunk.toString('latin1').matchAll(/@(\d+)@/g)) {
          const ms = Number(at - BigInt(stamp)) / 1e6
          all.push(ms)
          if (isFirst) firsts.push(ms)
          isFirst = false
        }
      },
    })
  }
  await Promise.all(Array.from({ length: count }, one))
  return {
    events: all.length,
    firstP50: percentile(firsts, 0.5),
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
  }
}

/** The agent fleet's mix (hermes-client §5): every call on a new connection, `concurrency` at a time. */
export async function hermes(target, { concurrency, seconds }) {
  const calls = HERMES_MIX.map(({ share, route, body }) => {
    const { url, headers, modelPrefix } = target.call(route)
    return { share, url, headers, body: Buffer.from(body(modelPrefix + MODEL)) }
  })
  const order = spread(calls)
  const totals = []
  const firsts = []
  let next = 0
  const begun = performance.now()
  const end = begun + seconds * 1000
  const worker = async () => {
    while (performance.now() < end) {
      const done = await exchange({ ...order[next++ % order.length], agent: false })
      totals.push(done.ms)
      firsts.push(done.firstByteMs)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return {
    requests: totals.length,
    rps: totals.length / ((performance.now() - begun) / 1000),
    p50: percentile(totals, 0.5),
    p99: percentile(totals, 0.99),
    firstByteP50: percentile(firsts, 0.5),
  }
}

/** One POST, read to its end. Rejects on a status other than 200 and on a body that breaks off. */
export function exchange({ url, headers, body, agent, onData }) {
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    let firstByteMs = 0
    const request = http.request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        let tail = ''
        response.on('data', (chunk) => {
          const at = process.hrtime.bigint()
          if (firstByteMs === 0) firstByteMs = performance.now() - begun
          if (response.statusCode !== 200) tail += chunk
          onData?.(chunk, at)
        })
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === 200) resolve({ ms: performance.now() - begun, firstByteMs })
          else reject(new Error(`${url} answered ${response.statusCode}: ${tail.slice(0, 300)}`))
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** A hundred calls in the shares asked for, the rare ones spread evenly. */
function spread(calls) {
  return calls
    .flatMap((call, row) =>
      Array.from({ length: call.share }, (_, n) => ({ call, at: (n + 0.5) / call.share, row })),
    )
    .sort((a, b) => a.at - b.at || a.row - b.row)
    .map(({ call }) => call)
}

function percentile(values, share) {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
