/** What the bench needs on the machine. */
import { execFileSync, spawnSync } from 'node:child_process'

const PACKAGES = { wrk: 'wrk', nginx: 'nginx-light' }

/** Makes sure wrk and nginx are here: through apt when root, else fails with the line that installs them. */
export function requireTools() {
  const missing = Object.keys(PACKAGES).filter((tool) => !isThere(tool))
  if (missing.length === 0) return
  const packages = missing.map((tool) => PACKAGES[tool])
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() !== 0) throw new Error(`The bench needs ${missing.join(' and ')}: sudo ${line}`)
  console.error(`installing ${packages.join(' ')} …`)
  execFileSync('sh', ['-c', `apt-get update -q && ${line}`], { stdio: ['ignore', 2, 2] })
}

function isThere(tool) {
  return spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
}
