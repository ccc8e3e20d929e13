import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createFrame } from '#protocol/frame.ts'
import { formatCandumpLine } from '../gateway/logs/candump.ts'
import type { LinkFrame } from '../gateway/link.ts'
import { runScript } from './run.ts'
import type { Script } from './script.ts'

/** Where the traces of failed runs are kept, below the working directory. */
const TRACES = '.traces'

/** Runs a script once more and writes down what it shows: frames as a candump log, events as lines of JSON, the script. */
export function keepRun(name: string, script: Script): string {
  const frames: string[] = []
  const events: string[] = []
  const line: LinkFrame = { ...createFrame(8), timestamp_ns: 0, origin: '', error: false }
  runScript(script, {
    frame: ({ frame, end_ns }) => frames.push(formatCandumpLine(Object.assign(line, frame, { timestamp_ns: end_ns }))),
    event: event => events.push(`${JSON.stringify(event)}\n`),
  })
  mkdirSync(TRACES, { recursive: true })
  const base = path.join(TRACES, name)
  writeFileSync(`${base}.log`, frames.join(''))
  writeFileSync(`${base}.events.jsonl`, events.join(''))
  writeFileSync(`${base}.script.json`, `${JSON.stringify(script, undefined, 2)}\n`)
  return `${base}.log`
}
