/** The doors of the package `spine-car`: what a stranger imports (`spine-car/kit`), and the source it is built from. */
export const DOORS = {
  kit: 'harness-tests/kit/index.ts',
  protocol: 'protocol/host/index.ts',
  sim: 'sim/index.ts',
  gateway: 'sim/gateway/index.ts',
} as const satisfies Record<string, string>

/**
 * The command line, the package's `bin`. Only the packed manifest names it (`prepack` adds it, `postpack` takes it away): npx would
 * prefer it to the checkout's own `spine` and go through its cache at every call.
 */
export const PROGRAM = { name: 'spine', source: 'sim/cli/main.ts' } as const

/** Where the build writes, below the root of the checkout; git ignores it. */
export const OUTPUT = 'dist'
