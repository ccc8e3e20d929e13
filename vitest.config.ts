import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{protocol,firmware,sim,harness-tests}/**/*.test.ts'],
    testTimeout: 30_000,
    pool: 'threads',
    maxWorkers: 2,
    sequence: { hooks: 'stack' },
  },
})
