import type { Snippet } from '../ui/act-code.ts'

/** Name of the environment variable the receivers below read. */
export const SECRET_ENV = 'TOLLGATE_WEBHOOK_SECRET'

// As strings of their own: this file runs in browsers and imports nothing of Node's.
const IMPORTS = [
  "import { createHmac, timingSafeEqual } from 'node:crypto'",
  "import { createServer } from 'node:http'",
].join('\n')

const NODE = `// receiver.mjs · run: ${SECRET_ENV}=whsec_… node receiver.mjs
${IMPORTS}

const secret = process.env.${SECRET_ENV}
if (!secret) throw new Error('Set ${SECRET_ENV}')

/** \`body\` is the request as it came: parsed and written anew, it would not match. */
function isGenuine(body, signature = '') {
  const hmac = createHmac('sha256', secret).update(body).digest('hex')
  const expected = Buffer.from(\`sha256=\${hmac}\`)
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const seen = new Set()

createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (!isGenuine(body, request.headers['x-signature'])) {
    response.writeHead(401).end('The signature does not match')
    return
  }
  const event = JSON.parse(body)
  // The same event comes again when an answer got lost: its id tells.
  if (!seen.has(event.id)) console.log(event.type, event.data)
  seen.add(event.id)
  response.writeHead(204).end()
}).listen(process.env.PORT ?? 8080)
`

const PYTHON = `# receiver.py · run: ${SECRET_ENV}=whsec_… python3 receiver.py
import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["${SECRET_ENV}"].encode()
seen = set()


def is_genuine(body, signature):
    """body is the request as it came: parsed and written anew, it would not match."""
    expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(body, self.headers.get("x-signature", "")):
            self.send_error(401, "The signature does not match")
            return
        event = json.loads(body)
        # The same event comes again when an answer got lost: its id tells.
        if event["id"] not in seen:
            print(event["type"], event["data"], flush=True)
        seen.add(event["id"])
        self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("", int(os.environ.get("PORT", 8080))), Receiver).serve_forever()
`

/** Whole receivers that take only what is signed with the secret: they run as pasted, without a dependency. */
export const VERIFY_CODE: readonly Snippet[] = [
  { label: 'Node', code: NODE },
  { label: 'Python', code: PYTHON },
]
