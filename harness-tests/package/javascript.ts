import path from 'node:path'

import { build, type Plugin } from 'esbuild'

import { DOORS, OUTPUT, PROGRAM } from './entries.ts'

/**
 * Bundles the doors and the command line. What several share is split off, so each command is a chunk that is loaded when
 * it is typed. npm packages stay imports: native ones must, and the installer resolves their versions.
 * Returns the sources that went in, relative to `root`.
 */
export async function buildJavaScript(root: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { ...DOORS, [PROGRAM.name]: PROGRAM.source },
    outdir: OUTPUT,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [packedBench(root)],
    metafile: true,
    logLevel: 'warning',
  })
  return Object.keys(metafile.inputs)
}

/** Benchmarks run beside programs that only the checkout has. */
const packedBench = (root: string): Plugin => ({
  name: 'packed-bench',
  setup: plugin => plugin.onResolve({ filter: /\/commands\/bench\.ts$/ }, () => ({ path: path.join(root, 'harness-tests/package/packed-bench.ts') })),
})
