import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * `set`: what is packed has the command line as its own; `delete`: a checkout finds its own elsewhere. In one step, as others read the
 * file meanwhile: one that is being written is empty for a moment.
 */
const FILE = fileURLToPath(new URL('../../package.json', import.meta.url))
const data = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>
if (process.argv[2] === 'set') data['bin'] = { spine: 'dist/spine.js' }
else delete data['bin']
writeFileSync(`${FILE}.part`, `${JSON.stringify(data, undefined, 2)}\n`)
renameSync(`${FILE}.part`, FILE)
