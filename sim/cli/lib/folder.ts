import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Makes a folder with all above it, unless it is there. One by one: Node's own recursive way never ends where the system says of a folder
 * in one that exists that there is no such place, as below /proc. Throws what the system says.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = []
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.push(at)
  for (const each of missing.toReversed()) makeOne(each)
  // What is there may be a file: the system says so.
  if (missing.length === 0) mkdirSync(folder, { recursive: true })
}

/** Somebody else may make it at the same time. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
