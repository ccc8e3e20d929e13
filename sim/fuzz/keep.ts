import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createFrame } from '#protocol/index.ts'
import { formatCandumpLine } from '../gateway/logs/index.ts'
import type { LinkFrame } from '../gateway/index.ts'
import { runScript } from './run.ts'
import type { Script } from './script.ts'

/** Where the traces of failed runs are kept, below the working directory. */
const TRACES = '.traces'

/** Writes a script down; returns the file. */
export function keepScript(name: string, script: Script): string {
  return kept(`${name}.script.json`, `${JSON.stringify(script, undefined, 2)}\n`)
}

/** Writes down what was thrown, with its stack; returns the file. */
export function keepError(name: string, error: unknown): string {
  return kept(`${name}.error.txt`, `${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
}

/** Keeps a script, runs it once more and writes down what it shows: frames as a candump log, events as lines of JSON. */
export function keepRun(name: string, script: Script): string {
  keepScript(name, script)
  const frames: string[] = []
  const events: string[] = []
  const line: LinkFrame = { ...createFrame(8), timestamp_ns: 0, origin: '', error: false }
  runScript(script, {
    frame: ({ frame, end_ns }) => frames.push(formatCandumpLine(Object.assign(line, frame, { timestamp_ns: end_ns }))),
    event: event => events.push(`${JSON.stringify(event)}\n`),
  })
  kept(`${name}.events.jsonl`, events.join(''))
  return kept(`${name}.log`, frames.join(''))
}

function kept(name: string, text: string): string {
  mkdirSync(TRACES, { recursive: true })
  const file = path.join(TRACES, name)
  writeFileSync(file, text)
  return file
}
