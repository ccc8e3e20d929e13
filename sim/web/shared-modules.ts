import { resolve } from 'node:path'
import type { BuildOptions, BuildResult, Plugin } from 'esbuild'

/** Entries of what runs in one place, by the names of their outputs. */
export type Program = Readonly<Record<string, string>>

type Result = BuildResult<{ write: false, metafile: true }>
type Build = (options: Pick<BuildOptions, 'entryPoints' | 'plugins' | 'entryNames' | 'outbase' | 'minify'>) => Promise<Result>

/** The output that holds what programs have in common. */
export const SHARED = 'both'

/** How a program takes something of it: by the number of its module and its name there. */
const TAKEN = new RegExp(`self\\.spine\\.${SHARED}\\.(m(\\d+)_([\\w$]+))`, 'g')

/**
 * Builds programs, and before them what they have in common: the modules of which each holds something, and no more of them than
 * is used. What they export may not be assigned anew. `root`: what the builder's paths are relative to.
 */
export async function buildShared(programs: readonly Program[], build: Build, root: string): Promise<Result[]> {
  const alone = await Promise.all(programs.map(entryPoints => build({ entryPoints, minify: false })))
  const held = alone.map(result => modulesOf(result, root))
  const modules = [...held[0]!].filter(path => held.every(one => one.has(path)))
  const { metafile } = await build({ entryPoints: modules, entryNames: '[dir]/[name]', outbase: '/', minify: false })
  const exported = new Map(Object.values(metafile.outputs)
    .flatMap(({ entryPoint, exports }) => entryPoint === undefined ? [] : [[resolve(root, entryPoint), exports]]))
  const instead = loading('taken from what is shared', /./, 'file', (path) => {
    const number = modules.indexOf(path)
    return number < 0 ? undefined : exported.get(path)!.map(name => takenAs(number, name)).join('\n')
  })
  const results = await Promise.all(programs.map(entryPoints => build({ entryPoints, plugins: [instead] })))
  const taken = new Map(results.flatMap(({ outputFiles }) => outputFiles.flatMap(({ text }) => [...text.matchAll(TAKEN)]))
    .map(([, as, number, name]) => [as, `export { ${name!} as ${as!} } from ${JSON.stringify(modules[Number(number)])}`]))
  const shared = loading('all that is taken', /^shared$/, 'shared', () => [...taken.values()].join('\n'))
  return [await build({ entryPoints: { [SHARED]: 'shared' }, plugins: [shared] }), ...results]
}

/** What there is something of in what was built, by path. */
function modulesOf({ metafile }: Result, root: string): Set<string> {
  const inputs = Object.values(metafile.outputs).flatMap(output => Object.entries(output.inputs))
  return new Set(inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => resolve(root, path)))
}

/** Left out where nothing uses it. */
function takenAs(number: number, name: string): string {
  return `export const ${name} = /* @__PURE__ */ (() => self.spine.${SHARED}.m${number}_${name})()`
}

/** Other contents for modules of a namespace. */
function loading(name: string, filter: RegExp, namespace: string, contentsOf: (path: string) => string | undefined): Plugin {
  return {
    name,
    setup(build) {
      if (namespace !== 'file') build.onResolve({ filter }, ({ path }) => ({ path, namespace }))
      build.onLoad({ filter: /./, namespace }, ({ path }) => {
        const contents = contentsOf(path)
        return contents === undefined ? undefined : { contents, loader: 'js', resolveDir: '/' }
      })
    },
  }
}
