// `npm start`: whatever is missing is made, then the server runs in this same process.
import { ensureBuilt, ensureInstalled, fail, requireNode, root } from './project.mjs'

requireNode()
try {
  await ensureInstalled()
  await ensureBuilt()
} catch (error) {
  fail(error)
}
process.chdir(root)
process.env.NODE_ENV = 'production'
await import('../dist/server.js')
