import { createFrame } from '#protocol/index.ts'
import { formatCandumpLine } from '../gateway/logs/index.ts'
import type { LinkFrame } from '../gateway/index.ts'
import { runScript } from './run.ts'
import type { Script } from './script.ts'

/** What a run shows, as texts of files. */
export interface RunTrace {
  /** Frames, as a candump log. */
  readonly log: string
  /** Events, as lines of JSON. */
  readonly events: string
}

/** Runs a script once more and writes down what it shows. */
export function traceOf(script: Script): RunTrace {
  const frames: string[] = []
  const events: string[] = []
  const line: LinkFrame = { ...createFrame(8), timestamp_ns: 0, origin: '', error: false }
  runScript(script, {
    frame: ({ frame, end_ns }) => frames.push(formatCandumpLine(Object.assign(line, frame, { timestamp_ns: end_ns }))),
    event: event => events.push(`${JSON.stringify(event)}\n`),
  })
  return { log: frames.join(''), events: events.join('') }
}
