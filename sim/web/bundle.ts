import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const SOURCE = new URL('page/', import.meta.url)

/** A page in one file: script, style and the car; `script` is the text that its worker runs, too. */
export interface PageParts { readonly script: string, readonly style: string }

/** Bundles the page from its sources; rejects with esbuild's words. */
export async function bundlePage(): Promise<PageParts> {
  const { build, transform } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.ts', SOURCE))],
    bundle: true, minify: true, format: 'iife', platform: 'browser', target: 'es2022', charset: 'utf8', legalComments: 'none',
    jsx: 'automatic', jsxImportSource: 'preact', write: false, logLevel: 'silent',
  })
  const { code } = await transform(await readFile(new URL('page.css', SOURCE), 'utf8'), { loader: 'css', minify: true, charset: 'utf8' })
  return { script: outputFiles[0]!.text.trim(), style: code.trim() }
}
