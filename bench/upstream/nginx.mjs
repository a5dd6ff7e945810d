/** The instant upstream: nginx with whole answers in files, so it costs the two cores as little as an upstream can. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startProcess, untilAnswers } from '../process.mjs'
import { MODEL } from '../workloads.mjs'

/**
 * Starts nginx in `directory`. Every POST below `/<route>/` is answered at once with that route's body; the request body
 * is read and thrown away. Returns its port and process.
 */
export async function startNginx(directory) {
  const port = await freePort()
  const files = join(directory, 'answers')
  mkdirSync(files, { recursive: true })
  writeFileSync(join(files, 'json'), JSON.stringify(completion()))
  writeFileSync(join(files, 'sse50'), stream(50))
  writeFileSync(join(files, 'sse500'), stream(500))
  const config = join(directory, 'nginx.conf')
  writeFileSync(config, nginxConfig({ port, directory }))
  const child = startProcess('nginx', [
    '-p',
    directory,
    '-e',
    join(directory, 'nginx-error.log'),
    '-c',
    config,
  ])
  await untilAnswers(`http://127.0.0.1:${port}/json/v1/chat/completions`, { method: 'POST', body: '{}' })
  return { port, child }
}

function nginxConfig({ port, directory }) {
  // nginx answers a POST to a file with 405; the error page of that 405 is the file, as a 200.
  const location = (route, type, extra = '') => `
    location /${route}/ { return 405; error_page 405 =200 /answers/${route}; }
    location = /answers/${route} { internal; root ${directory}; default_type "${type}"; ${extra} }`
  // A model's stream has no content-length; the SSI filter, which finds nothing to do, is what makes nginx send chunks.
  const chunked = 'ssi on; ssi_types text/event-stream; output_buffers 2 512k;'
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16 inactive=1h;
  open_file_cache_valid 1h;
  etag off;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  client_body_buffer_size 8m;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
${location('json', 'application/json')}
${location('sse50', 'text/event-stream', chunked)}
${location('sse500', 'text/event-stream', chunked)}
  }
}
`
}

const USAGE = { prompt_tokens: 31, completion_tokens: 12, total_tokens: 43 }

function completion() {
  return {
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: MODEL,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Red, yellow and blue are the primary colours.',
          refusal: null,
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: USAGE,
    system_fingerprint: 'fp_bench',
  }
}

/** `count` content events in OpenAI's wire form, then the stop, the usage chunk and the end. */
function stream(count) {
  const event = (choices, extra = {}) => {
    const chunk = {
      id: 'chatcmpl-bench',
      object: 'chat.completion.chunk',
      created: 1_760_000_000,
      model: MODEL,
      system_fingerprint: 'fp_bench',
      choices,
      ...extra,
    }
    return `data: ${JSON.stringify(chunk)}\n\n`
  }
  const delta = (value, reason = null) => [{ index: 0, delta: value, logprobs: null, finish_reason: reason }]
  let text = event(delta({ role: 'assistant', content: '' }))
  for (let n = 0; n < count; n++) text += event(delta({ content: ` word${n}` }))
  text += event(delta({}, 'stop'))
  text += event([], { usage: { ...USAGE, completion_tokens: count, total_tokens: 31 + count } })
  return `${text}data: [DONE]\n\n`
}
