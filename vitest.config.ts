import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    include: ['{app,components,lib}/**/*.test.{ts,tsx}', '*.test.ts'],
    globalSetup: 'lib/testing/setup.ts',
    // A worker a core: the tests share two of them with a real Postgres.
    testTimeout: 15_000,
    hookTimeout: 60_000,
  },
})
