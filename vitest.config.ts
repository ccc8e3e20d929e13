import { availableParallelism } from 'node:os'

import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take a minute or more, which no fresh checkout knows: begun last, one of them ends alone. In this order, as the guest takes
 * one processor for longest, and a new class and the page want both.
 */
const LONG = ['harness-tests/qemu/', 'harness-tests/new-class/', 'harness-tests/fleet/', 'harness-tests/outside/', 'harness-tests/web/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex(folder => moduleId.includes(folder))
      return at < 0 ? LONG.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    include: ['{protocol,firmware,sim,harness-tests}/**/*.test.ts'],
    // They end what hangs, and say nothing of speed: machines are busy. Campaigns, cars and browsers are set up in hooks.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Not threads: the native poller of serial ports works on the main thread of a process only.
    pool: 'forks',
    // One more than processors, as many tests wait for other programs and for time; each takes up to a gigabyte.
    maxWorkers: Math.min(4, availableParallelism() + 1),
    // A file leaves nothing behind, so all of a worker share the modules: loading them anew took longer than most tests.
    isolate: false,
    sequence: { hooks: 'stack', sequencer: LongestFirst },
  },
})
