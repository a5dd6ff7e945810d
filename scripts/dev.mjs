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
const child = spawn(process.execPath, [bin('tsx', 'tsx'), 'watch', '--clear-screen=false', 'server.ts'], {
  cwd: root,
  env: { ...process.env, NODE_ENV: 'development' },
  stdio: 'inherit',
})
// Ctrl-C reaches the child by itself; we stay until it has drained.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code) => process.exit(code ?? 1))
