import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{protocol,firmware,sim,harness-tests}/**/*.test.ts'],
    testTimeout: 30_000,
    // As long: campaigns and cars are set up in hooks, and machines are busy.
    hookTimeout: 30_000,
    // Not threads: the native poller of serial ports works on the main thread of a process only.
    pool: 'forks',
    maxWorkers: 2,
    // A file leaves nothing behind, so all of a worker share the modules: loading them anew took longer than most tests.
    isolate: false,
    sequence: { hooks: 'stack' },
  },
})
