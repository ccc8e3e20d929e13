/** Builds what `npm pack` packs, `dist/`: JavaScript and declarations, and nothing that only tests need. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { buildDeclarations } from './declarations.ts'
import { OUTPUT } from './entries.ts'
import { buildJavaScript } from './javascript.ts'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
rmSync(path.join(root, OUTPUT), { recursive: true, force: true })
const strays = (await buildJavaScript(root)).filter(source => /(^|\/)testing(\/|\.ts$)|\.test\.ts$/.test(source))
if (strays.length > 0) throw new Error(`tests and their helpers do not belong into the package: ${strays.join(', ')}`)
buildDeclarations(root)
