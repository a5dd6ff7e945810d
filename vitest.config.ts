import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    include: ['{app,components,lib}/**/*.test.{ts,tsx}', '*.test.ts'],
    globalSetup: 'lib/testing/setup.ts',
    // Most files wait for Postgres or for sockets, so every core gets a worker.
    maxWorkers: '100%',
    testTimeout: 15_000,
    hookTimeout: 60_000,
  },
})
