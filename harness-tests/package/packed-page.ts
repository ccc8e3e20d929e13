import { readFile } from 'node:fs/promises'
import type { PageParts } from '#sim/web/index.ts'

/** The page of the package, put in place of `sim/web/bundle.ts` by the build; what is loaded when it is needed lies in `dist/chunks`. */
export async function bundlePage(): Promise<PageParts> {
  return JSON.parse(await readFile(new URL('../page.json', import.meta.url), 'utf8')) as PageParts
}
