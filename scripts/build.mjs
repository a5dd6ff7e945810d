import { build, ensureInstalled, fail, requireNode } from './project.mjs'

requireNode()
await ensureInstalled()
  .then(() => build())
  .catch(fail)
