import { deflateRawSync } from 'node:zlib'
import type { Script } from '#sim/fuzz/index.ts'

/** What follows the address of a page to see a script in it: a bug report is a link. `sim/web/page/share.ts` reads it. */
function driveFragment(script: Script): string {
  return `#drive=${deflateRawSync(JSON.stringify(script)).toString('base64url')}`
}

/** A line for people. */
export function pageLine(script: Script): string {
  return `in the page (npx spine web --out page): page/index.html${driveFragment(script)}`
}
