import { describeVerdict } from '../checkers/index.ts'
import { KIND_NAMES } from './kinds.ts'
import { LANDMARKS } from './landmarks.ts'
import type { Failure, Totals } from './report.ts'
import { describeEvent } from './script.ts'

/** Verdicts of one run that are printed. */
const MOST_VERDICTS = 5

/** A failed run as people read it: what the judges say, the short way to it, how to see it again. */
export function failureText({ run, verdicts, script, trace, digest, replay }: Failure): string {
  return [
    `run ${run} failed:`,
    ...verdicts.slice(0, MOST_VERDICTS).map(verdict => `  ${describeVerdict(verdict)}`),
    ...(verdicts.length > MOST_VERDICTS ? [`  … and ${verdicts.length - MOST_VERDICTS} more`] : []),
    `shrunk to ${script.events.length} events in ${(script.for_ms / 1000).toFixed(3)} s, car seed ${script.seed}:`,
    ...script.events.map(event => `  ${describeEvent(event)}`),
    `script: ${JSON.stringify(script)}`,
    ...(trace === undefined ? [] : [`trace: ${trace} (npx spine decode ${trace})`]),
    `replay: ${replay}   (digest ${digest})`,
  ].join('\n')
}

/** What the runs came across: states that were reached and in how many runs; then those that none reached. */
export function coverageText({ done, reached, kinds }: Totals): string {
  return [
    ...section('states reached', 'in none', LANDMARKS.map(landmark => landmark.name), reached, done),
    ...section('things done', 'never', KIND_NAMES, kinds, done),
  ].join('\n')
}

/** What no run reached or did. */
export function unreached({ reached, kinds }: Totals): string[] {
  return [
    ...LANDMARKS.map(landmark => landmark.name).filter(name => !(reached[name]! > 0)),
    ...KIND_NAMES.filter(name => !(kinds[name]! > 0)),
  ]
}

const WIDTH = 110

function section(title: string, none: string, names: readonly string[], counts: Readonly<Record<string, number>>, runs: number): string[] {
  const met = names.filter(name => counts[name]! > 0).sort((a, b) => counts[b]! - counts[a]!)
  const missed = names.filter(name => !(counts[name]! > 0))
  return [
    `${title}, by runs of ${runs}:`,
    ...folded(met.map(name => `${name} ${counts[name]}`)),
    ...(missed.length === 0 ? [] : [`  ${none}: ${missed.join(', ')}`]),
  ]
}

/** Items with commas, in lines of bounded width. */
function folded(items: readonly string[]): string[] {
  const lines: string[] = []
  let line = ''
  for (const item of items) {
    if (line !== '' && line.length + item.length > WIDTH) {
      lines.push(`  ${line}`)
      line = ''
    }
    line += `${line === '' ? '' : ', '}${item}`
  }
  if (line !== '') lines.push(`  ${line}`)
  return lines
}
