import { readFileSync } from 'node:fs'
import { type CarKeys, readKeys } from '#sim/diag/index.ts'
import { Failure } from './failure.ts'

/** The keys of a file; undefined when none is named. @throws Failure what is wrong with it. */
export function keysOf(file: string | undefined): CarKeys | undefined {
  if (file === undefined) return undefined
  try {
    return readKeys(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Failure(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
