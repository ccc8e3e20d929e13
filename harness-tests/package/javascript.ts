import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { build, type Plugin } from 'esbuild'

import { bundlePage } from '#sim/web/index.ts'
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
    plugins: [packedCommands(root), packedPage(root)],
    metafile: true,
    logLevel: 'warning',
  })
  writeFileSync(path.join(root, OUTPUT, 'page.json'), JSON.stringify(await bundlePage()))
  return Object.keys(metafile.inputs)
}

/** Commands that need the checkout: benchmarks run beside programs that only it has, firmware is built from its sources. */
const packedCommands = (root: string): Plugin => ({
  name: 'packed-commands',
  setup: plugin => plugin.onResolve({ filter: /\/commands\/(bench|build)\.ts$/ }, ({ path: command }) =>
    ({ path: path.join(root, `harness-tests/package/packed-${path.basename(command)}`) })),
})

/** The page is made when the package is: its sources are not in it. */
const packedPage = (root: string): Plugin => ({
  name: 'packed-page',
  setup: plugin => plugin.onResolve({ filter: /^\.\/bundle\.ts$/ }, ({ importer }) =>
    importer.startsWith(path.join(root, 'sim/web/')) ? { path: path.join(root, 'harness-tests/package/packed-page.ts') } : undefined),
})
