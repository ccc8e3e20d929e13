import { dirname } from 'node:path'

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** A mutant falls by the first test that fails: those named after its file are asked first, then those beside it, random cases last. */
class BesideFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = this.ctx.config.related?.[0]?.replace(/\.ts$/, '') ?? ''
    const rank = ({ moduleId }: TestSpecification): number =>
      moduleId.startsWith(mutated) ? 0 : moduleId.startsWith(dirname(mutated)) ? 1 : moduleId.includes('.property.') ? 3 : 2
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

/** Every test of the firmware that meets the mutated file; those of the simulated car would find a little more, and take far longer. */
export default defineConfig({
  test: {
    include: ['firmware/**/*.test.ts'],
    testTimeout: 300_000,
    maxWorkers: 1,
    // Loading the firmware anew for each file took longer than its tests.
    isolate: false,
    sequence: { sequencer: BesideFirst },
    // Every mutant meets every property: with fewer random cases.
    env: { SPINE_RUNS_SHARE: '0.15' },
  },
})
