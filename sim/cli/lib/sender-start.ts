import { closeSync, openSync, readdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { E2E_COUNTER_MAX } from '#protocol/index.ts'
import type { SenderStart } from '#protocol/messages/index.ts'
import { makeFolder } from './folder.ts'

const SEQUENCES = 16
/** A run that is not echoed sends five frames: the next one's first has another counter than its last. */
const COUNTERS_A_RUN = 7
/** Where nothing can be kept: less than a sixth of the second for which hubs remember counters and sequences. */
const STEP_ms = 170

/**
 * With what a command begins that speaks as a tool. A hub remembers the last counter and sequence of a tool for a second, and its status
 * echoes the last sequence for ever: by counting from run to run, a command that is refused is not taken for the one before it.
 */
export function senderStart(now_ms: number): SenderStart {
  const runs = runNumber(now_ms)
  return { counter: runs * COUNTERS_A_RUN % (E2E_COUNTER_MAX + 1), sequence: runs % SEQUENCES }
}

/** One more than the last run, whoever asks at the same time; by the clock where the user's folder of states takes no file. */
function runNumber(now_ms: number): number {
  const { XDG_STATE_HOME: states = path.join(homedir(), '.local', 'state') } = process.env
  const folder = path.join(states, 'spine', 'runs')
  try {
    makeFolder(folder)
    const known = readdirSync(folder).map(Number).filter(Number.isSafeInteger)
    for (let run = Math.max(0, ...known) + 1; ; run++) {
      // Only one of those that ask at once creates it.
      if (!create(path.join(folder, String(run)))) continue
      for (const old of known) rmSync(path.join(folder, String(old)), { force: true })
      return run
    }
  } catch {
    return Math.floor(now_ms / STEP_ms)
  }
}

/** False: it is there. */
function create(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
