import type { Drive } from '#sim/live/index.ts'
import { pack, unpack } from './unpack.ts'

/**
 * A drive as the fragment of an address: JSON, deflated, in base64url. `#drive=…`; without a fragment it is the car of the page, untouched.
 */
const PREFIX = '#drive='
/** Longest text that a link may unfold to: a hostile one unfolds to gigabytes. */
const MOST_BYTES = 4_000_000

/** The fragment that carries a drive. */
export async function driveFragment(drive: Drive): Promise<string> {
  return PREFIX + await pack(JSON.stringify(drive))
}

/** The drive of a fragment, unchecked; undefined of an address without one. Rejects when it is damaged, or something else. */
export async function driveOf(fragment: string): Promise<unknown> {
  if (fragment === '') return undefined
  if (!fragment.startsWith(PREFIX)) throw new Error(`${fragment.slice(0, 40)} does not begin with ${PREFIX}`)
  return JSON.parse(await unpack(fragment.slice(PREFIX.length), MOST_BYTES)) as unknown
}
