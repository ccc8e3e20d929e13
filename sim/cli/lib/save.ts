import { lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { pid } from 'node:process'
import { fileFailure, usage } from './failure.ts'

/** Writes what was made into a file that somebody named. Throws a failure that says why it cannot be. */
export function save(path: string, content: string | Uint8Array): void {
  if (path === '-') throw usage('"-" is the name of no file: name another')
  try {
    replace(path, content)
  } catch (error) {
    throw fileFailure('write', path, error)
  }
}

/** Where nothing can be put beside a file, it may be written all the same. */
const NO_ROOM_BESIDE = ['EACCES', 'EPERM']

/** In one step: who reads meanwhile, or after a failure, has the old file or the new one. A pipe or a device is written as it is. */
function replace(path: string, content: string | Uint8Array): void {
  const before = statSync(path, { throwIfNoEntry: false })
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  if (before === undefined ? link : !before.isFile()) return writeFileSync(path, content)
  const target = link ? realpathSync(path) : path
  const draft = `${target}.${pid}.part`
  try {
    writeFileSync(draft, content, { mode: before === undefined ? 0o666 : before.mode & 0o777 })
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { force: true })
    if (before === undefined || !NO_ROOM_BESIDE.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    writeFileSync(path, content)
  }
}
