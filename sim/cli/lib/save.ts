import { writeFileSync } from 'node:fs'
import { fileFailure, usage } from './failure.ts'

/** Writes what was made into a file that somebody named. Throws a failure that says why it cannot be. */
export function save(path: string, content: string | Uint8Array): void {
  if (path === '-') throw usage('"-" is the name of no file: name another')
  try {
    writeFileSync(path, content)
  } catch (error) {
    throw fileFailure('write', path, error)
  }
}
