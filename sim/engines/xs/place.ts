import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Of `@agoric/xsnap`: another version of the engine counts otherwise. */
export const XS_VERSION = '0.15.0'
/** Brings the engine. */
export const XS_COMMAND = 'npm run engine:xs'

/** Where the engine's worker is, or belongs: `SPINE_XS_CACHE`, else the user's cache. */
export function xsWorkerPath(): string {
  const { SPINE_XS_CACHE: named, XDG_CACHE_HOME: caches = join(homedir(), '.cache') } = process.env
  return join(named ?? join(caches, 'spine-xs'), `xsnap-worker-${XS_VERSION}`)
}

/** The engine was brought. */
export function hasXs(): boolean {
  return existsSync(xsWorkerPath())
}
