import {
  type CaseValues, caseText, type ClosingTally, type Detection, drawCase, type ForceTally, Hunt, LIMIT_N, type Prey, type RandomOutcome,
  type RandomReport, RandomTally, runRandom, situationOf, tellCase,
} from '#sim/pinch/index.ts'
import { Failure } from '../lib/failure.ts'
import { Progress } from '../lib/progress.ts'
import { right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { type Part, runParts, sendUp } from '../lib/parts.ts'
import type { Held, JudgeOptions } from './options.ts'

/** How long is computed before signals and the screen get their turn. */
const SLICE_ms = 200
/** Failures that are named with the command that replays them. */
const TOLD = 10

/** `--random`: draws cases and says what came of them. */
export async function judgeRandom(count: number, closings: boolean, options: JudgeOptions, terminal: Terminal): Promise<void> {
  const { seed, detection, part, jobs, held } = options
  const tally = new RandomTally(seed, held?.space)
  const judge = (number: number): RandomOutcome => runRandom(seed, number, detection, closings, held?.space)
  if (part !== undefined) {
    await inSlices(terminal, numbers(count, part), judge, sendUp)
    return
  }
  const progress = await Progress.open(terminal, () => `${tally.cases} of ${count} (${Math.floor(100 * tally.cases / count)} %)`, { plain: options.json })
  const add = (outcomes: readonly RandomOutcome[]): void => {
    for (const outcome of outcomes) tally.add(outcome)
    progress.show()
  }
  if (jobs > 1) await runParts(jobs, ['pinch', '--random', String(count), ...closings ? ['--closings'] : [], ...words(options)], terminal, add)
  else await inSlices(terminal, numbers(count, { index: 0, count: 1 }), judge, add)
  progress.close()
  if (tally.cases < count) terminal.warn(`stopped after ${tally.cases} of ${count}: what follows is of those`)
  const report = tally.report()
  tell(terminal, options.json, () => ({ seed, detection, asked: count, cases: tally.cases, limit_N: LIMIT_N, ...report }),
    () => reportText(report, options, terminal), 2)
  if (report.failures.length > 0) throw new Failure(`${report.failures.length} cases at or above ${LIMIT_N} N`)
}

/** What a part of a hunt tells: how many it tried since it last told, and its hardest case. */
interface Sighting {
  readonly tried: number
  readonly best: Prey
}

/** `--hunt`: searches the declared space for the hardest press. */
export async function judgeHunt(for_ms: number, options: JudgeOptions, terminal: Terminal): Promise<void> {
  const { seed, detection, part, jobs, held } = options
  const until_ms = performance.now() + for_ms
  let tried = 0
  let best: Prey | undefined
  const hunt = async (self: Part, see: (sightings: readonly Sighting[]) => Promise<void> | void): Promise<void> => {
    const own = new Hunt(seed, self.index, detection, held?.space)
    const step = (): Sighting => {
      own.next()
      return { tried: 1, best: own.best! }
    }
    await inSlices(terminal, forever(until_ms), step, sightings => see([{ tried: sightings.length, best: sightings.at(-1)!.best }]))
  }
  if (part !== undefined) return hunt(part, sendUp)
  const progress = await Progress.open(terminal, () =>
    `${tried} tried, hardest ${number(best?.peak_N ?? NaN)} N, ${Math.max(0, Math.round((until_ms - performance.now()) / 1000))} s to go`,
  { plain: options.json })
  const see = (sightings: readonly Sighting[]): void => {
    for (const sighting of sightings) {
      tried += sighting.tried
      if (best === undefined || sighting.best.peak_N > best.peak_N) best = sighting.best
    }
    progress.show()
  }
  if (jobs > 1) await runParts(jobs, ['pinch', '--hunt', `${for_ms}ms`, ...words(options)], terminal, see)
  else await hunt({ index: 0, count: 1 }, see)
  progress.close()
  if (best === undefined) throw new Failure('nothing was tried in that time')
  const { values, peak_N } = best
  tell(terminal, options.json, () => ({ seed, detection, tried, limit_N: LIMIT_N, peak_N, values, replay: replayOf(values, options) }),
    () => `${tried} cases tried, the hardest ${coloured(peak_N, terminal)} N:\n  ${tellCase(values)}\n  ${replayOf(values, options)}\n`, 2)
  if (peak_N >= LIMIT_N) throw new Failure(`a case at or above ${LIMIT_N} N was found`)
}

/** The same again for a part. */
function words({ seed, detection, held }: JudgeOptions): string[] {
  return ['--seed', String(seed), ...detectionWords(detection), ...heldWords(held)]
}

function heldWords(held: Held | undefined): string[] {
  return held === undefined ? [] : ['--hold', held.text]
}

function detectionWords(detection: Detection): string[] {
  if (detection === 'firmware') return []
  if (detection === 'learning') return ['--learning']
  return detection === 'none' ? ['--second-line'] : ['--oracle', String(detection)]
}

function replayOf(values: CaseValues, { detection }: JudgeOptions): string {
  return ['npx spine pinch', ...detectionWords(detection), `--case '${caseText(values)}'`].join(' ')
}

function numberedReplay(number: number, { seed, detection, held }: JudgeOptions, more = ''): string {
  return ['npx spine pinch', ...detectionWords(detection), ...heldWords(held), `--case ${seed}:${number}${more}`].join(' ')
}

function* numbers(count: number, part: Part): Generator<number> {
  for (let number = part.index; number < count; number += part.count) yield number
}

function* forever(until_ms: number): Generator<undefined> {
  while (performance.now() < until_ms) yield undefined
}

/** Computes a slice at a time and hands over what came of it, until the end or Ctrl-C. */
async function inSlices<Item, Result>(
  terminal: Terminal, items: Iterable<Item>, run: (item: Item) => Result, give: (results: readonly Result[]) => Promise<void> | void,
): Promise<void> {
  let results: Result[] = []
  let begun_ms = performance.now()
  for (const item of items) {
    results.push(run(item))
    if (performance.now() - begun_ms < SLICE_ms) continue
    await give(results)
    results = []
    await new Promise(resolve => setImmediate(resolve))
    if (terminal.stop.aborted) return
    begun_ms = performance.now()
  }
  if (results.length > 0) await give(results)
}

const FORCE_COLUMNS = [
  { title: '' }, right('cases'), right(`≥ ${LIMIT_N} N`), right('at most'), right('median N'), right('99 % N'), right('99.9 % N'),
  right('worst N'), right('early'), right('stopped'), right('not reopened'),
]
const CLOSING_COLUMNS = [
  { title: 'full closings' }, right('of'), right('reversed'), right('at most'), right('stopped'), right('median'), right('longest'),
  right('end missed by'),
]

function reportText(report: RandomReport, options: JudgeOptions, terminal: Terminal): string {
  const { law, objects, paused, closings, failures, worst, shared, falseReversals } = report
  const forceRow = (tally: ForceTally): string[] => [
    tally.name, String(tally.cases), String(tally.atLimit), percent(tally.atMost), number(tally.median_N), number(tally.p99_N),
    number(tally.p999_N), coloured(tally.most_N, terminal), String(tally.early), String(tally.stopped), String(tally.notReopened),
  ]
  const closingRow = (tally: ClosingTally): string[] => [
    tally.situation, String(tally.closings), String(tally.reversed), percent(tally.atMost), String(tally.stopped),
    seconds(tally.median_ms), seconds(tally.most_ms), isNaN(tally.offMost_mm) ? '-' : `${number(tally.offMost_mm)} mm`,
  ]
  const told = failures.length > 0 ? failures : worst
  return [
    table(terminal, FORCE_COLUMNS, [law, paused, ...objects].map(forceRow)),
    '"at most": the share of all such cases, 95 % sure. "early": reversed before it met anything; "stopped": the motor was too weak.\n',
    closings.length > 0 ? table(terminal, CLOSING_COLUMNS, closings.map(closingRow)) : '',
    `\n${failures.length > 0 ? `At or above ${LIMIT_N} N` : 'Hardest'}:\n`,
    ...told.slice(0, TOLD).map(({ number: n, peak_N }) =>
      `  ${coloured(peak_N, terminal)} N: ${numberedReplay(n, options)}\n    ${tellCase(drawCase(options.seed, n, options.held?.space))}\n`),
    told.length > TOLD ? `  and ${told.length - TOLD} more (--json has all)\n` : '',
    falseReversals.length > 0 ? 'Reversed though nothing was in the way:\n' : '',
    ...falseReversals.slice(0, TOLD).map(n => `  ${situationOf(n)}: ${numberedReplay(n, options, ' --closings')}\n`),
    'What the hardest 1 % share, in standard deviations of all:\n',
    ...shared.map(({ parameter, difference, worst: mean, all }) =>
      `  ${parameter.padEnd(24)} ${signed(difference)}   mean ${short(mean)}, of all ${short(all)}\n`),
  ].join('')
}

export function coloured(force_N: number, { colors }: Terminal): string {
  return (force_N < LIMIT_N ? colors.green : colors.red)(number(force_N))
}

function percent(share: number): string {
  return isNaN(share) ? '-' : `${short(100 * share)} %`
}

function seconds(time_ms: number): string {
  return isNaN(time_ms) ? '-' : `${(time_ms / 1000).toFixed(2)} s`
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
}

function number(value: number): string {
  return isNaN(value) ? '-' : value.toFixed(1)
}
