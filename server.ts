/**
 * The node edge's process: one port, inference answered straight from `node:http`, everything else handed to Next.
 * Source: architecture §2, §9.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import next from 'next'
import { runtime } from './lib/compose.ts'
import { isDevelopment } from './lib/env.ts'
import { pageContexts } from './lib/http/async-contexts.ts'
import { answerNode } from './lib/http/node.ts'
import { boundSilence, NO_UPGRADES, PORT_OPTIONS, refuseMalformed } from './lib/http/port.ts'
import { BASE_ANSWER, probeAnswer, routeOf } from './lib/http/wire.ts'
import { firstWords } from './lib/welcome.ts'

const DRAIN_MS_MAX = 30_000
const DRAIN_CHECK_MS = 100
const PARENT_CHECK_MS = 1_000
const SAME_SIGNAL_MS = 1_000
const JSON_TYPE = { 'content-type': 'application/json' }

// A terminal or pipe that went away must not end the process, nor make it complain of that for ever.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})

await main().catch((error: unknown) => {
  // A start that fails says why in one line; a stack trace is for bugs only.
  console.error(error instanceof Error && !isDevelopment() ? `tollgate: ${error.message}` : error)
  process.exit(1)
})

async function main(): Promise<void> {
  const say = (line: string) => console.log(line)
  const { settings, ports, firstStart, close } = await runtime(say)
  const beginPage = pageContexts()
  const app = next({
    dev: isDevelopment(),
    hostname: settings.host,
    port: settings.port,
    // The development server tells its pages over a WebSocket what changed, and they wait for its first word.
    ...(isDevelopment() ? {} : { httpServer: NO_UPGRADES }),
  })
  await app.prepare()
  const pages = app.getRequestHandler()

  const handle = (req: IncomingMessage, res: ServerResponse) => {
    boundSilence(req)
    const route = routeOf(req.method ?? 'GET', req.url ?? '/')
    if (route.plane === 'data') void answerNode(req, res, route.path, ports)
    else if (route.plane === 'probe') {
      const { status, headers: told, body } = probeAnswer()
      res.writeHead(status, told).end(body)
    } else if (route.plane === 'base') res.writeHead(200, JSON_TYPE).end(BASE_ANSWER)
    else {
      if (route.plane === 'admin') req.url = route.url
      // Next trusts the header it finds; the last address in it must be the one that really called.
      req.headers['x-forwarded-for'] = [req.headers['x-forwarded-for'], req.socket.remoteAddress]
        .filter(Boolean)
        .join(', ')
      res.on('close', beginPage())
      void pages(req, res)
    }
  }
  const server = createServer(PORT_OPTIONS, handle)
  server.on('clientError', refuseMalformed)
  server.on('error', (error: NodeJS.ErrnoException) => {
    console.error(
      error.code === 'EADDRINUSE'
        ? `PORT ${settings.port} is taken. Stop what uses it, or set PORT.`
        : error.message,
    )
    void close().finally(() => process.exit(1))
  })
  await new Promise<void>((listening) => server.listen(settings.port, settings.host, listening))
  firstWords({ publicUrl: settings.publicUrl, firstStart }).forEach(say)

  let stoppingSinceMs: number | null = null
  const stop = async (why: string) => {
    if (stoppingSinceMs !== null) {
      // A second Ctrl-C means now; npm passes on the one the terminal has sent already.
      if (Date.now() - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(1)
      return
    }
    stoppingSinceMs = Date.now()
    say(`Stopping (${why}): finishing the calls in flight.`)
    const drained = new Promise((done) => server.close(done))
    // A connection whose call ends now would be kept alive for the next one.
    const release = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK_MS)
    const impatience = setTimeout(() => server.closeAllConnections(), DRAIN_MS_MAX)
    await drained
    clearInterval(release)
    clearTimeout(impatience)
    await close()
    say('Stopped.')
    process.exit(0)
  }
  process.on('SIGINT', () => void stop('Ctrl-C'))
  process.on('SIGTERM', () => void stop('SIGTERM'))
  // npm dies of a SIGTERM at once and leaves this process behind; a new parent means nobody is watching any more.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) {
    setInterval(() => {
      if (process.ppid !== parent && stoppingSinceMs === null) void stop('npm is gone')
    }, PARENT_CHECK_MS).unref()
  }
}
