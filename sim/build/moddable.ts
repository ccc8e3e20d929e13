import { build, type Plugin } from 'esbuild'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import type { BoardPins } from '#firmware/boards/index.ts'
import type { HubTypeName } from '#protocol/index.ts'
import { ROOT } from './bundle.ts'
import { belowBoard, pinsWith } from './program.ts'

const FOLDER = 'firmware/boards/moddable'
/** Modules that the SDK brings. */
const SDK_MODULES = ['embedded:*', 'crypt', 'onewire', 'resetReason', 'time', 'timer', 'worker']
const HUB = 'hub'
/** A module in C, and what XS knows of it: not in the language of this checkout. */
const NATIVE = 'noise'
const NATIVE_TEXT = 'export default function noise(length) @ "xs_noise";\n'

/** A folder that `mcconfig` builds: the texts of its files by name. */
export interface ModdableProject {
  readonly files: Readonly<Record<string, string>>
  /** SHA-256 of all files, hexadecimal. */
  readonly sha256: string
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT, entryPoints: [`${FOLDER}/${entry}.ts`], bundle: true, write: false, format: 'esm', target: 'es2022',
    external: [...SDK_MODULES, HUB, NATIVE], minify: true, legalComments: 'none', charset: 'utf8', logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  })
  return outputFiles[0]!.text
}

/**
 * The folder of a hub's program for an ESP32 under Moddable's XS; `artefact` is what `buildHub` made for XS. The hub is a module that
 * is preloaded: its code and constants stay in flash. The same gives the same bytes.
 */
export async function moddableProject(hub: HubTypeName, version: string, artefact: string, pins: BoardPins): Promise<ModdableProject> {
  const files = {
    'main.js': await bundled('main'),
    'sampler.js': await bundled('sampler'),
    'hub.js': belowBoard(
      [`//spine-board ${JSON.stringify({ hub, version, board: pins.name })}`, `const pins=${JSON.stringify(pinsWith(version, pins))};`, 'let begin;const spineBoard=then=>{begin=then};'],
      [artefact.trimEnd(), 'const start=hal=>begin(hal);', 'export{pins,start};', ''].join('\n'),
    ),
    [`${NATIVE}.js`]: NATIVE_TEXT,
    [`${NATIVE}.c`]: readFileSync(`${ROOT}/${FOLDER}/${NATIVE}.c`, 'utf8'),
    'manifest.json': readFileSync(`${ROOT}/${FOLDER}/manifest.json`, 'utf8'),
    'partitions.csv': readFileSync(`${ROOT}/${FOLDER}/partitions.csv`, 'utf8'),
  }
  const hash = createHash('sha256')
  for (const [name, text] of Object.entries(files)) hash.update(`${name}\0${text}\0`)
  return { files, sha256: hash.digest('hex') }
}

/**
 * The project as scripts for an engine without modules: those of the SDK are found in `spineModules`. `sampler`: the body of a function
 * of `self`.
 */
export async function moddableScripts({ files }: ModdableProject): Promise<{ readonly main: string, readonly sampler: string }> {
  const scripts = await Promise.all(['main.js', 'sampler.js'].map(async (name) => {
    const { outputFiles } = await build({
      stdin: { contents: files[name]!, sourcefile: name }, bundle: true, write: false, format: 'iife', target: 'es2022', logLevel: 'silent',
      plugins: [givenModules(files[`${HUB}.js`]!)],
    })
    return outputFiles[0]!.text
  }))
  return { main: scripts[0]!, sampler: scripts[1]! }
}

const given = (path: string): string => {
  const named = path === 'crypt' ? 'export const BlockCipher=given.BlockCipher;' : ''
  return `const given=globalThis.spineModules[${JSON.stringify(path)}];${named}`
}

const givenModules = (hub: string): Plugin => ({
  name: 'given-modules',
  setup: (plugin) => {
    plugin.onResolve({ filter: /.*/ }, ({ path, kind }) => kind === 'entry-point' ? undefined : { path, namespace: 'given' })
    plugin.onLoad({ filter: /.*/, namespace: 'given' }, ({ path }) => ({
      contents: path === HUB ? hub : `${given(path)}export default given`, loader: 'js',
    }))
  },
})
