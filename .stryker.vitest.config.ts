import { defineConfig } from 'vitest/config'

/** The unit and property tests of what is mutated. */
export default defineConfig({
  test: {
    include: [
      'firmware/components/window/*.test.ts', 'firmware/power-manager/allocator*.test.ts',
      'firmware/runtime/{lease,port-power}*.test.ts',
    ],
    testTimeout: 300_000,
    maxWorkers: 1,
    // Every mutant meets every property: with fewer random cases.
    env: { SPINE_RUNS_SHARE: '0.15' },
  },
})
