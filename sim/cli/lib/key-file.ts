import { readFileSync } from 'node:fs'
import { type CarKeys, type KeyRole, readKeys } from '#sim/diag/index.ts'
import { describe, Failure, fileFailure } from './failure.ts'

/** The keys of a file, those of `roles` among them; undefined when none is named. @throws Failure what is wrong with it. */
export function keysOf(file: string | undefined, ...roles: readonly KeyRole[]): CarKeys | undefined {
  if (file === undefined) return undefined
  const keys = readFile(file)
  const missing = roles.find(role => keys[role] === undefined)
  if (missing !== undefined) throw new Failure(`${file}: the key of role ${missing} is not in it, and this takes it: name a file that has it`)
  return keys
}

function readFile(file: string): CarKeys {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw fileFailure('read', file, error)
  }
  try {
    return readKeys(JSON.parse(text))
  } catch (error) {
    throw new Failure(error instanceof SyntaxError ? `${file} is no file of keys: it is not JSON` : `${file}: ${describe(error)}`)
  }
}
