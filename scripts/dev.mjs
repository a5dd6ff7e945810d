// `npm run dev`: the server from its sources, started again when one of them changes; Next reloads the console itself.
import { spawn } from 'node:child_process'
import { bin, ensureGenerated, ensureInstalled, fail, requireNode, root } from './project.mjs'

requireNode()
try {
  await ensureInstalled()
  await ensureGenerated()
} catch (error) {
  fail(error)
}
// A group of its own: Ctrl-C would reach the server twice, from the terminal and from the watcher, and a second one
// means "now".
const child = spawn(process.execPath, [bin('tsx', 'tsx'), 'watch', '--clear-screen=false', 'server.ts'], {
  cwd: root,
  env: { ...process.env, NODE_ENV: 'development' },
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
})
process.on('SIGINT', () => child.kill('SIGINT'))
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code) => process.exit(code ?? 1))
