// server.ts and all of lib it reaches, as one file that plain node runs; packages stay in node_modules.
import { build } from 'esbuild'
import { root } from './project.mjs'

await build({
  absWorkingDir: root,
  entryPoints: ['server.ts'],
  outfile: 'dist/server.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
})
