import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'
import { buildShared, type Program, SHARED } from './shared-modules.ts'

const SOURCE = new URL('page/', import.meta.url)

/**
 * What the page is made of: itself and what it unpacks when it is needed (`page/parts.ts`), and its workers. Of what both hold they
 * take what `shared-modules.ts` makes: were they built together, esbuild would take for shared all that both import through the doors
 * of folders, whatever of it the page uses, and the first picture would wait for it.
 */
const PROGRAMS = [
  { page: 'main.ts', log: 'log-source.ts', serial: 'serial-source.ts', dbc: 'dbc.ts', german: 'german.ts' },
  { car: 'worker.ts' },
].map((entries): Program => Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, fileURLToPath(new URL(file, SOURCE))])))

/** A classic script that leaves what it exports in `self.spine[name]`. */
export interface PagePart {
  readonly name: string
  /** Parts that have to run before it, in their order. */
  readonly needs: readonly string[]
  readonly code: string
}

/** A page in one file. */
export interface PageParts { readonly parts: readonly PagePart[], readonly style: string }

const OPTIONS = {
  absWorkingDir: fileURLToPath(SOURCE), outdir: '/', chunkNames: '[hash]', bundle: true, splitting: true, minify: true, format: 'esm',
  platform: 'browser', target: 'es2022', charset: 'utf8', legalComments: 'none', jsx: 'automatic', jsxImportSource: 'preact', write: false,
  metafile: true, logLevel: 'silent',
} as const satisfies BuildOptions

/** Bundles the page from its sources; rejects with esbuild's words. */
export async function bundlePage(): Promise<PageParts> {
  const { build, transform } = await import('esbuild')
  const { code } = await transform(await readFile(new URL('page.css', SOURCE), 'utf8'), { loader: 'css', minify: true, charset: 'utf8' })
  const shared = await buildShared(PROGRAMS, options => build({ ...OPTIONS, ...options }), OPTIONS.absWorkingDir)
  const modules = shared.flatMap(({ outputFiles }) => outputFiles.map(({ path, text }) => [nameOf(path), text] as const))
  return { parts: partsOf(modules), style: code.trim() }
}

function nameOf(path: string): string {
  return /([^/\\]+)\.js$/.exec(path)![1]!
}

const IMPORT = /^import(?:\{([^}]*)\}from)?"\.\/([^"]+)\.js";/
const EXPORT = /export\{([^}]*)\};\s*$/

/**
 * Modules as classic scripts: no address reaches a module within a file. What one takes of another becomes its constants, so
 * nothing that a part exports may be assigned anew.
 */
function partsOf(modules: readonly (readonly [name: string, text: string])[]): PagePart[] {
  const parts = new Map<string, PagePart>()
  const texts = new Map(modules)
  const add = (name: string, within: readonly string[]): void => {
    if (parts.has(name)) return
    if (within.includes(name)) throw new Error(`parts of the page need each other: ${[...within, name].join(', ')}`)
    let body = texts.get(name)!
    const needs = new Set<string>()
    if (name !== SHARED && body.includes(`self.spine.${SHARED}.`)) needs.add(SHARED)
    let head = ''
    for (let match = IMPORT.exec(body); match !== null; match = IMPORT.exec(body)) {
      const [whole, names, from] = match as unknown as [string, string | undefined, string]
      add(from, [...within, name])
      for (const need of [...parts.get(from)!.needs, from]) needs.add(need)
      if (names !== undefined) head += `const{${names.replaceAll(' as ', ':')}}=self.spine["${from}"];`
      body = body.slice(whole.length)
    }
    const exported = EXPORT.exec(body)?.[1] ?? ''
    const result = exported.split(',').filter(one => one !== '').map(one => one.split(' as ')).map(([local, as = local]) => `${as}:${local}`)
    body = body.replace(EXPORT, '')
    parts.set(name, { name, needs: [...needs], code: `(self.spine??={})["${name}"]=(()=>{"use strict";${head}${body.trim()};return{${result.join()}}})();` })
  }
  for (const name of [SHARED, ...texts.keys()]) add(name, [])
  return [...parts.values()]
}
