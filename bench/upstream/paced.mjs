/**
 * The paced upstream, run as a process of its own: `node paced.mjs <events> <gap ms>`. Streams one event a write, 60 ms
 * ± jitter apart like a model does, and stamps each with the clock (ns), so a reader on this machine sees how long the
 * event was on its way. Prints its port.
 */
import { createServer } from 'node:http'

const events = Number(process.argv[2] ?? 40)
const gapMs = Number(process.argv[3] ?? 60)

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let sent = 0
    const next = () => {
      if (response.destroyed) return
      if (sent === events) {
        response.write(event([], { prompt_tokens: 31, completion_tokens: events, total_tokens: 31 + events }))
        return response.end('data: [DONE]\n\n')
      }
      sent++
      const isLast = sent === events
      const choice = {
        index: 0,
        delta: { content: `@${process.hrtime.bigint()}@` },
        finish_reason: isLast ? 'stop' : null,
      }
      response.write(event([choice]))
      setTimeout(next, gapMs * (0.7 + 0.6 * Math.random()))
    }
    setTimeout(next, gapMs * Math.random())
  })
})

server.keepAliveTimeout = 3_600_000
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

function event(choices, usage) {
  const chunk = {
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'gpt-4o-mini',
    choices,
  }
  return `data: ${JSON.stringify(usage ? { ...chunk, usage } : chunk)}\n\n`
}
