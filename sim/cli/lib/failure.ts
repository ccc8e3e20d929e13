import { DataError } from '#sim/schema/index.ts'

/** Exit codes of every command. `stopped`: Ctrl-C came before it was through. */
export const EXIT = { ok: 0, failure: 1, usage: 2, stopped: 130 } as const

/** An end that the person at the keyboard can do something about: printed as one line, without a stack. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.failure) {
    super(message)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

/** What was typed cannot be meant: exit code 2. */
export function usage(message: string): Failure {
  return new Failure(message, EXIT.usage)
}

/** One line for people of whatever was thrown, without a leading "Error:". */
export function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^(error: )+/i, '').trim().replace(/\s*\n\s*/g, '; ')
}

/** Reads a file system error as a sentence: what, which file, what to do. */
export function fileFailure(action: string, path: string, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException | null)?.code
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: action === 'read' ? 'it does not exist' : 'its folder does not exist',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is no folder',
    EEXIST: 'a part of the path is a file, no folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
  }
  return new Failure(`cannot ${action} ${path}: ${(code === undefined ? undefined : reasons[code]) ?? describe(error)}`)
}

/** Runs what may throw DataError, data that make no sense: that is a usage error with a line for each. */
export function dataAsUsage<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const { problems } = error
    throw usage(problems.length === 1 ? error.message : `${problems.length} things are wrong:\n${problems.map(problem => `  ${problem}`).join('\n')}`)
  }
}
