import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { SECRET_ENV, VERIFY_CODE } from './verify-code.ts'

const SECRET = 'whsec_0123456789abcdef'
const BODY = JSON.stringify({ id: 'e1', type: 'test', data: { to: 'Grüße' } })
const RUN: Record<string, [string, string]> = {
  Node: [process.execPath, 'receiver.mjs'],
  Python: ['python3', 'receiver.py'],
}

let stop = async () => {}
afterEach(() => stop())

test.each(VERIFY_CODE)(
  'the $label receiver runs as pasted, and takes only what is signed',
  async ({ label, code }) => {
    const { url, printed } = await start(label, code)
    const post = async (body: string, signature?: string) =>
      (await fetch(url, { method: 'POST', body, headers: signature ? { 'x-signature': signature } : {} }))
        .status
    const signed = (secret: string) => `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`
    expect(await post(BODY, signed(SECRET))).toBe(204)
    expect(await post(BODY, signed(SECRET))).toBe(204)
    expect(await post(BODY.replace('e1', 'e2'), signed(SECRET))).toBe(401)
    expect(await post(BODY, signed(`${SECRET}x`))).toBe(401)
    expect(await post(BODY, 'sha256=é')).toBe(401)
    expect(await post(BODY)).toBe(401)
    // Told once, though it came twice.
    await expect.poll(printed).toMatch(/test/)
    expect(printed().match(/Grüße/g)).toHaveLength(1)
  },
)

async function start(label: string, code: string) {
  const folder = await mkdtemp(join(tmpdir(), 'receiver-'))
  const [program, file] = RUN[label] ?? ['', '']
  await writeFile(join(folder, file), code)
  const port = await freePort()
  const child: ChildProcess = spawn(program, [file], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      [SECRET_ENV]: SECRET,
      PYTHONIOENCODING: 'utf8',
    } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
  })
  const ended = new Promise((done) => child.on('exit', done))
  stop = async () => {
    child.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}/`
  await expect
    .poll(
      () =>
        fetch(url, { method: 'POST' }).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(401)
  return { url, printed: () => text }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}
