import { deflateRawSync } from 'node:zlib'
import type { Drive } from '#sim/live/index.ts'

/** What follows the address of a page to see a drive in it: a bug report is a link. `sim/web/page/share.ts` reads it. */
function driveFragment(drive: Drive): string {
  return `#drive=${deflateRawSync(JSON.stringify(drive)).toString('base64url')}`
}

/** A line for people. */
export function pageLine(drive: Drive): string {
  return `in the page (npx spine web --out page): page/index.html${driveFragment(drive)}`
}
