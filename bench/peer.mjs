/** The peer: Portkey's open gateway from npm, installed apart from the product (bench/.peer). */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startProcess } from './process.mjs'

const HOME = join(import.meta.dirname, '.peer')

// hono and its server stand at the versions of the gateway's own lockfile: with the newest its ranges allow, streams
// answer 500.
const MANIFEST = `${JSON.stringify(
  {
    name: 'bench-peer',
    private: true,
    dependencies: { '@portkey-ai/gateway': '1.15.2', hono: '4.9.7', '@hono/node-server': '1.13.5' },
    overrides: { hono: '$hono', '@hono/node-server': '$@hono/node-server' },
  },
  null,
  2,
)}\n`

export const PEER_VERSION = '1.15.2'

/** Installs the peer unless it is there already. */
export function installPeer() {
  const manifest = join(HOME, 'package.json')
  const isInstalled = existsSync(join(HOME, 'node_modules/@portkey-ai/gateway/build/start-server.js'))
  if (isInstalled && existsSync(manifest) && readFileSync(manifest, 'utf8') === MANIFEST) return
  console.error(`installing @portkey-ai/gateway ${PEER_VERSION} into bench/.peer …`)
  mkdirSync(HOME, { recursive: true })
  writeFileSync(manifest, MANIFEST)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: HOME,
    stdio: ['ignore', 2, 2],
  })
}

/** Starts the peer in production mode, without its console. Returns its process and the target to call. */
export async function startPeer({ upstreamOf }) {
  const port = await freePort()
  const child = startProcess(
    process.execPath,
    ['node_modules/@portkey-ai/gateway/build/start-server.js', `--port=${port}`, '--headless'],
    { cwd: HOME, env: { PATH: process.env.PATH, NODE_ENV: 'production' } },
  )
  const target = {
    name: 'portkey',
    pid: child.pid,
    call: (route) => ({
      url: `http://127.0.0.1:${port}/v1/chat/completions`,
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer sk-bench',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': upstreamOf(route),
      },
      modelPrefix: '',
    }),
  }
  return { child, target }
}
