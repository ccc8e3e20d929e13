import { defineConfig } from 'vitest/config'

/** Every test of the firmware that meets the mutated file; those of the simulated car would find a little more, and take far longer. */
export default defineConfig({
  test: {
    include: ['firmware/**/*.test.ts'],
    testTimeout: 300_000,
    maxWorkers: 1,
    // Every mutant meets every property: with fewer random cases.
    env: { SPINE_RUNS_SHARE: '0.15' },
  },
})
