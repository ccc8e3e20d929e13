import { defineConfig } from 'vitest/config'

/** The unit and property tests of what is mutated; those of the whole driver would find a little more, and take far longer. */
export default defineConfig({
  test: {
    include: [
      'firmware/components/window/{pinch,guard-steps,load,friction,closing,window-current}.test.ts', 'firmware/power-manager/allocator*.test.ts',
    ],
    testTimeout: 300_000,
    maxWorkers: 1,
    // Every mutant meets every property: with fewer random cases.
    env: { SPINE_RUNS_SHARE: '0.15' },
  },
})
