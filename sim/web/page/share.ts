import type { Drive } from '#sim/live/index.ts'
import { pack, unpack } from './unpack.ts'

/**
 * A drive as the fragment of an address: JSON, deflated, in base64url. `#drive=…`; what is left out is the sedan, untouched.
 */
const PREFIX = '#drive='
/** Longest text that a link may unfold to: a hostile one unfolds to gigabytes. */
const MOST_BYTES = 4_000_000

/** The fragment that carries a drive. */
export async function driveFragment(drive: Drive): Promise<string> {
  return PREFIX + await pack(JSON.stringify(drive))
}

/** The drive of a fragment, unchecked; undefined when it carries none. Rejects when it is damaged. */
export async function driveOf(fragment: string): Promise<unknown> {
  if (!fragment.startsWith(PREFIX)) return undefined
  return JSON.parse(await unpack(fragment.slice(PREFIX.length), MOST_BYTES)) as unknown
}
