import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { TestContext } from 'vitest'

import { createFrame } from '#protocol/index.ts'
import { formatCandumpLine } from '#sim/gateway/logs/index.ts'
import type { LinkFrame } from '#sim/gateway/index.ts'
import type { TraceEvent } from '#sim/trace/index.ts'
import type { Driver } from './driver.ts'

/** Where the traces of failed journeys are kept when nobody says, below the working directory. */
const FOLDER = '.traces'
/** A trace holds the last frames only; a runaway bus must not fill the disk. */
const LINES = 200_000
/** Of the readable part of a file's name. */
const LONGEST_NAME = 80

type Task = TestContext['task']

/** The names of a test and of the suites around it, outermost first. */
function namesOf(task: Task): string[] {
  const names = [task.name]
  for (let { suite } = task; suite !== undefined && suite !== task.file; { suite } = suite) names.unshift(suite.name)
  return names
}

/** The command that runs exactly this test again, for a shell in the working directory. */
export function replayLine(task: Task, seed: number): string {
  const name = namesOf(task).join(' ').replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/'/g, '\'\\\'\'')
  const file = path.relative(process.cwd(), task.file.filepath)
  return `SPINE_SEED=${seed} npx vitest run ${/^[\w./@-]+$/.test(file) ? file : `'${file.replace(/'/g, '\'\\\'\'')}'`} -t '^${name}$'`
}

/** The frames of a drive as lines of a log, as they pass. */
export function recordFrames(driver: Pick<Driver, 'onFrame'>): string[] {
  const lines: string[] = []
  const frame: LinkFrame = { ...createFrame(8), timestamp_ns: 0, origin: '', error: false }
  driver.onFrame((seen, t_ns) => {
    Object.assign(frame, seen, { timestamp_ns: t_ns })
    lines.push(formatCandumpLine(frame))
    if (lines.length > 2 * LINES) lines.splice(0, LINES)
  })
  return lines
}

/**
 * Writes the log of the bus and the events into `SPINE_TRACES`, `folder` or `.traces`. Each test has a name of its own, also where
 * titles are the same. Returns a line for people that names the log, or says why there is none: the failure itself matters more.
 */
export function keepTrace(
  task: Task, seed: number, folder: string | undefined, log: readonly string[], events: readonly TraceEvent[],
): string {
  const into = process.env['SPINE_TRACES'] ?? folder ?? FOLDER
  const file = path.relative(process.cwd(), task.file.filepath)
  const words = [path.basename(file).replace(/(\.(test|spec))?\.\w+$/, ''), ...namesOf(task)].join(' ')
  const readable = words.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, LONGEST_NAME)
  const own = createHash('sha256').update(JSON.stringify([file, task.id, namesOf(task), task.result?.retryCount ?? 0])).digest('hex').slice(0, 8)
  const name = path.join(into, `${readable}-${own}-seed-${seed}`)
  try {
    mkdirSync(into, { recursive: true })
    writeFileSync(`${name}.log`, log.map(line => line.endsWith('\n') ? line : `${line}\n`).join(''))
    writeFileSync(`${name}.events.jsonl`, events.map(event => `${JSON.stringify(event)}\n`).join(''))
  } catch (error) {
    return `trace: not kept, as ${name}.log cannot be written: ${(error as Error).message}`
  }
  return `trace: ${name}.log (npx spine decode ${name}.log)`
}
