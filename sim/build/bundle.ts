import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { IMAGES } from '#firmware/hubs/index.ts'
import type { CarPower } from '#firmware/hub/index.ts'
import type { HubTypeName } from '#protocol/index.ts'
import { withExactLiteralsMapped } from './literals.ts'
import { Inliner } from './inline.ts'
import { propertyNames, type PropertyNames } from './names.ts'
import { BuildRefusal, refusalsOf, refusedSyntax } from './refuse.ts'
import { BoardSources } from './sources.ts'
import { type Changes, readSource, type Source, transformed } from './transform.ts'
import { unusedMethods } from './unused.ts'

/** The checkout whose firmware is built. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Engines that an artefact can be built for. */
export const ENGINES = ['xs', 'espruino'] as const
export type Engine = (typeof ENGINES)[number]

/** Words that are no names of members for Espruino, short enough that a minifier would come upon them. */
const WORDS = ['if', 'in', 'of', 'do', 'for', 'let', 'new', 'try', 'var', 'case', 'else', 'null', 'this', 'true', 'void']
const UNUSABLE = Object.fromEntries(WORDS.map((word): [string, false] => [word, false]))

/** Names of the language that Espruino has not, and what stands for them: throwing an unknown one says nothing of what went wrong. */
export const ESPRUINO_NAMES = { RangeError: 'Error' } as const
/** A build of Espruino with its assertions on stops at an arrow function that uses `this` and is passed over (2v29). */
export const ESPRUINO_SYNTAX = { arrow: false } as const

export interface Bundle {
  readonly code: string
  readonly map: string
  /** Bytes that each source takes in it, by its path from the root. */
  readonly modules: Readonly<Record<string, number>>
}

/**
 * Bundles the firmware of a hub type into one script without exports, for a car with this power.
 * @throws BuildRefusal what the engine cannot do, with file and line.
 */
export async function bundleHub(hub: HubTypeName, engine: Engine, power: CarPower | undefined): Promise<Bundle> {
  return bundle(entryOf(hub, power), engine)
}

/** Bundles what a test runs in an engine beside the artefact. */
export async function bundleModule(path: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT, entryPoints: [path], bundle: true, write: false, format: 'iife', target: 'es2022', logLevel: 'silent', supported: ESPRUINO_SYNTAX,
  })
  return outputFiles[0]!.text
}

async function bundle(entry: string, engine: Engine): Promise<Bundle> {
  const { own, reserved } = sources().names
  const whole = await build(optionsOf(entry, { names: own, unused: new Set() }))
  const unused = unusedMethods(whole.outputFiles[0]!.text, reserved)
  const { outputFiles, metafile } = await build({
    ...optionsOf(entry, { names: own, unused }), ...engine === 'espruino' && { define: ESPRUINO_NAMES, supported: ESPRUINO_SYNTAX }, sourcemap: 'external', minify: true,
    mangleProps: new RegExp(`^(?:${[...own].sort().join('|')})$`), mangleCache: UNUSABLE,
  })
  const code = outputFiles.find(file => file.path.endsWith('.js'))!.text
  if (engine === 'espruino') {
    refuse(metafile)
    // What a minifier may have written of its own.
    const written = refusedSyntax('hub.js', code)
    if (written.length > 0) throw new BuildRefusal(written)
  }
  const map = outputFiles.find(file => file.path.endsWith('.map'))!.text
  return { ...engine === 'espruino' ? withExactLiteralsMapped({ code, map }) : { code, map }, modules: bytesOf(metafile) }
}

function optionsOf(entry: string, changes: Changes) {
  return {
    absWorkingDir: ROOT, stdin: { contents: entry, resolveDir: ROOT, sourcefile: 'entry.ts', loader: 'ts' },
    bundle: true, write: false, format: 'iife', target: 'es2022', outfile: 'hub.js', sourcesContent: false,
    legalComments: 'none', charset: 'utf8', treeShaking: true, metafile: true, logLevel: 'silent', minifySyntax: true,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [transform(changes)],
  } as const satisfies BuildOptions
}

/** What is known of the sources, as they are when first asked. */
class Sources {
  readonly names: PropertyNames
  private readonly inliner: Inliner
  private readonly read: Map<string, Promise<Source>>

  constructor(sources: BoardSources) {
    this.names = propertyNames(sources)
    this.inliner = new Inliner(sources)
    this.read = new Map()
  }

  /** A source with its small calls written out. */
  source(path: string): Promise<Source> {
    const known = this.read.get(path) ?? readSource(ROOT, path, this.inliner.text(path))
    this.read.set(path, known)
    return known
  }
}

let made: Sources | undefined
const sources = (): Sources => made ??= new Sources(new BoardSources(ROOT))

const transform = (changes: Changes): Plugin => ({
  name: 'transform',
  setup: (plugin) => {
    plugin.onLoad({ filter: /\/(protocol|firmware)\/.*\.ts$/ }, async file =>
      ({ contents: transformed(await sources().source(relative(ROOT, file.path)), changes), loader: 'ts' }))
  },
})

/** @throws BuildRefusal when a source that is in it holds what Espruino cannot do. */
export function refuse({ inputs }: Metafile): void {
  const refusals = Object.keys(inputs).filter(path => /^(protocol|firmware)\//.test(path))
    .flatMap(path => refusalsOf(path, readFileSync(`${ROOT}/${path}`, 'utf8')))
  if (refusals.length > 0) throw new BuildRefusal(refusals)
}

function bytesOf({ outputs }: Metafile): Record<string, number> {
  const script = Object.keys(outputs).find(path => path.endsWith('.js'))!
  const bytes = Object.entries(outputs[script]!.inputs).map(([path, { bytesInOutput }]): [string, number] => [path, bytesInOutput])
  return Object.fromEntries(bytes.sort(([one], [other]) => one < other ? -1 : 1))
}

/** Names of properties stand as identifiers, so that they are shortened as everywhere else. */
function entryOf(hub: HubTypeName, power: CarPower | undefined): string {
  const image = hub.toUpperCase()
  const parts = Object.keys(IMAGES[hub]).map(key => `${key}: ${image}.${key}`)
  const manages = 'manager' in IMAGES[hub]
  if (power !== undefined) parts.push(`power: ${literal(manages ? power : { shares_A: power.shares_A, drops: power.drops ?? [], present: power.present ?? [] })}`)
  return `import { bootHub } from '#firmware/hub/index.ts'
import { ${image} } from '#firmware/hubs/${hub}.ts'
const image = { ${parts.join(', ')} }
spineBoard((hal) => { bootHub(hal, image) })
`
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value).map(([key, each]) => `${key}: ${literal(each)}`).join(', ')} }`
}
