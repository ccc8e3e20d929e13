import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type RunTrace, type Script, traceOf } from '#sim/fuzz/index.ts'
import { makeFolder } from './folder.ts'

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
  return keepTrace(name, traceOf(script))
}

/** Writes down what a run showed; returns the file of its frames. */
export function keepTrace(name: string, { log, events }: RunTrace): string {
  kept(`${name}.events.jsonl`, events)
  return kept(`${name}.log`, log)
}

function kept(name: string, text: string): string {
  makeFolder(TRACES)
  const file = path.join(TRACES, name)
  // As the folder is, below what the process says it works in.
  writeFileSync(path.resolve(file), text)
  return file
}
