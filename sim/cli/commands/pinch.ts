import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import {
  caseCount, casesOf, type ClosingResult, closings, type Conditions, describeCase, describeConditions, FAIR, FULL_PLAN, LIMIT_N,
  MEDIAN_N, pinchSvg, PinchSweep, quantile, QUICK_PLAN, type RodSummary, Summary, type SweepPlan,
} from '#sim/pinch/index.ts'
import { Failure, usage } from '../lib/failure.ts'
import { duration, positiveNumber, refuseIdle, refuseSeveral, shared, wholeNumber } from '../lib/options.ts'
import { type Part, parsePart } from '../lib/parts.ts'
import { Progress } from '../lib/progress.ts'
import { save } from '../lib/save.ts'
import { right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { type CaseChoice, parseCase, parseHeld, showCase } from '../pinch/case.ts'
import type { Held, JudgeOptions } from '../pinch/options.ts'
import { judgeHunt, judgeRandom } from '../pinch/random.ts'

const HELP = `
The window's real driver closes the simulated glass over rods of 5, 10, 20 and 65 N/mm: openings, supply, temperature, seals,
what was learned, the phase of the control tick, pauses of 15 ms at the worst moment, ticks of 20 ms, the start of the glass.
Peak force on the rod in newtons; it has to stay below ${LIMIT_N} N, and the window has to open again. Bus and power
manager are not part of it. "reversed": from the rod; the others pressed less than what trips, or the motor could not.
"early": before the rod was met, from friction unlike what was learned: seals that wore out since, say.

--closings runs that many closings that meet nothing, over supply, temperature, age, rough road: none may reverse.

That is one grid and one unit of hardware. --random draws everything instead: object, start, supply with steps, dips and
ripple, temperature, seals, road, slam, wind, ticks, measuring errors, and one unit of hardware within its tolerances
(sim/pinch/tolerances.ts). With --closings every case also closes from fully open over nothing: calm, on a road of 1 and of
2 m/s², and through everything, by turns. --hunt breeds the hardest cases with each other for so long. Each case that is
told prints the command that replays it: --case shows it over time, and takes other values too. --hold keeps to a part of the
space: what is put in late only, or a rough road. --second-line disables the
firmware's detection, so that the eFuse is alone; --oracle replaces it by one that knows the true force, as a control.
--learning judges learning runs instead, which go down first and then close: "reversed" ones, and those that "stopped", found no end.

The same seed gives the same numbers, whatever --jobs. Exit code 1: a limit was exceeded, or a closing reversed.

Examples:
  npx spine pinch --quick
  npx spine pinch --svg pinch.svg
  npx spine pinch --closings 10000
  npx spine pinch --json | jq '.total.most_N'
  npx spine pinch --random 100000 --seed 7 --closings
  npx spine pinch --random 10000 --second-line
  npx spine pinch --random 10000 --learning --closings
  npx spine pinch --hunt 10m --seed 7
  npx spine pinch --hunt 3m --hold late_mm=0.1..13
  npx spine pinch --hunt 3m --hold road_m_s2=2,late_mm=0
  npx spine pinch --case 7:123 --svg closing.svg
  npx spine pinch --case 7:123,road_m_s2=0,drag=1`

interface Options {
  quick?: boolean
  closings?: number | true
  random?: number
  hunt?: number
  case?: CaseChoice
  hold?: Held
  secondLine?: boolean
  oracle?: number
  learning?: boolean
  jobs: number
  part?: Part
  seed: number
  json?: boolean
  svg?: string
}

/** How long the program computes before it looks for Ctrl-C and shows how far it is. */
const SLICE_ms = 200

/** How many of the hardest presses are named. */
const WORST = 5
const TOLD_REVERSALS = 20

/** Closings whose time is named. */
const TIMED: readonly { readonly conditions: Conditions, readonly most_ms: number }[] = [
  { conditions: FAIR, most_ms: 8000 }, { conditions: { ...FAIR, age: 1 }, most_ms: 8000 },
  { conditions: { ...FAIR, supply_V: 9, temperature_C: -30 }, most_ms: 12_000 },
  { conditions: { ...FAIR, supply_V: 9 }, most_ms: NaN }, { conditions: { ...FAIR, supply_V: 16, temperature_C: 80 }, most_ms: NaN },
  { conditions: { ...FAIR, temperature_C: -30, age: 1 }, most_ms: NaN }, { conditions: { ...FAIR, supply_V: 9, age: 1 }, most_ms: NaN },
  { conditions: { ...FAIR, supply_V: 9, temperature_C: -30, age: 1 }, most_ms: NaN },
  { conditions: { ...FAIR, supply_V: 9, temperature_C: 80 }, most_ms: NaN },
]

/** `spine pinch`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option('--quick', 'a few of the cases: seconds instead of minutes')
    .option('--closings [n]', 'closings that meet nothing: so many instead of rods, or those of --random and --case', wholeNumber(1, 10_000_000))
    .option('--random <n>', 'cases in which everything is drawn, instead of a grid', wholeNumber(1, 100_000_000))
    .option('--hunt <duration>', 'search for the hardest press, for so long', duration)
    .option('--case <case>', 'one case over time: SEED:NUMBER, or name=value,…', parseCase)
    .option('--hold <ranges>', 'of what --random, --hunt and --case draw: name=value or name=least..most,…', parseHeld)
    .option('--second-line', 'without the detection of obstacles: the current limit alone')
    .option('--oracle <N>', 'with a detection that knows the true force, and brakes at so many newtons', positiveNumber)
    .option('--learning', 'learning runs instead of closings')
    .option('--jobs <n>', 'processes that --random and --hunt use', wholeNumber(1, 256), availableParallelism())
    .addOption(new Option('--part <i/n>').argParser(parsePart).hideHelp())
    .addOption(shared('seed', 'of all that is drawn', 1))
    .addOption(shared('json'))
    .option('--svg <file>', 'a plot of all peaks, or of one case')
    .addHelpText('after', HELP)
    .action((options: Options) => {
      const { random, hunt, closings } = options
      const one = options.case !== undefined
      const grid = random === undefined && hunt === undefined && !one
      refuseSeveral(command, ['random', 'hunt', 'case', 'quick'], 'ways')
      refuseSeveral(command, ['secondLine', 'oracle', 'learning'], 'detections')
      refuseIdle(command, [
        [one, ['seed'], 'with --case: it is one closing'],
        [one && options.case?.drawn === undefined, ['hold'], 'with a --case that names its values'],
        [hunt !== undefined, ['closings', 'svg'], 'with --hunt'],
        [random !== undefined, ['svg'], 'with --random: --case plots one'],
        [grid && closings !== undefined, ['quick'], 'with --closings: their number says how long it takes'],
      ])
      if (!grid && typeof closings === 'number') throw usage(`--closings has no number with --${one ? 'case' : 'random'}: leave out ${closings}`)
      return act(options, terminal)
    })
}

async function act(options: Options, terminal: Terminal): Promise<void> {
  const { closings: count, random, hunt, svg } = options
  const judge: JudgeOptions = {
    seed: options.seed, json: options.json === true, jobs: options.jobs, part: options.part, held: options.hold,
    detection: options.learning === true ? 'learning' : options.secondLine === true ? 'none' : options.oracle ?? 'firmware',
  }
  const closings = count !== undefined
  if (options.case !== undefined) {
    showCase(options.case, closings, judge, terminal, svg === undefined ? undefined : text => save(svg, text))
    return
  }
  if (closings && svg !== undefined) throw usage('--svg plots rods, and --closings meet none: leave one of them out')
  if (random !== undefined) return judgeRandom(random, closings, judge, terminal)
  if (hunt !== undefined) return judgeHunt(hunt, judge, terminal)
  if (judge.detection !== 'firmware' || judge.held !== undefined) {
    throw usage('--second-line, --oracle, --learning and --hold are for --random, --hunt and --case')
  }
  if (count === true) throw usage('--closings needs a number: how many')
  const good = count === undefined ? await sweepRods(options, terminal) : await sweepClosings(options, count, terminal)
  if (!good) throw new Failure('a limit was not kept')
}

/** Runs through `items` in slices, with a line that says how far it is. `false`: stopped by the user. */
async function work<T>(items: Iterable<T>, count: number, terminal: Terminal, options: Options, each: (item: T) => void): Promise<boolean> {
  let done = 0
  const progress = await Progress.open(terminal, () => `${done} of ${count} (${Math.floor(100 * done / count)} %)`, { plain: options.json === true })
  let shown_ms = Date.now()
  for (const item of items) {
    each(item)
    done++
    if (Date.now() - shown_ms < SLICE_ms) continue
    progress.show()
    await new Promise(resolve => setImmediate(resolve))
    if (terminal.stop.aborted) break
    shown_ms = Date.now()
  }
  progress.close()
  if (done < count) terminal.warn(`stopped after ${done} of ${count}: what follows is of those`)
  return done === count
}

async function sweepRods(options: Options, terminal: Terminal): Promise<boolean> {
  const plan: SweepPlan = options.quick === true ? QUICK_PLAN : FULL_PLAN
  // Who cannot be written to is found out before minutes of work.
  if (options.svg !== undefined) save(options.svg, '')
  const sweep = new PinchSweep(options.seed)
  const summary = new Summary()
  const whole = await work(casesOf(plan), caseCount(plan), terminal, options, one => summary.add(sweep.run(one)))
  if (summary.results.length === 0) {
    if (options.svg !== undefined) terminal.warn(`${options.svg} is empty: there is nothing to plot`)
    return true
  }
  const times = TIMED.map(({ conditions, most_ms }) => ({ conditions, most_ms, took_ms: sweep.closing_ms(conditions, 'here') }))
  const inTime = times.every(({ most_ms, took_ms }) => isNaN(most_ms) || took_ms <= most_ms)
  if (options.svg !== undefined) {
    save(options.svg, pinchSvg(summary.results, `A rod in the closing window: ${summary.results.length} cases, seed ${options.seed}`))
  }
  tell(terminal, options.json, () => ({
    seed: options.seed, whole, limit_N: LIMIT_N, met: summary.met && inTime, total: summary.total(), rods: summary.rods(),
    worst: summary.worst(WORST), failures: summary.failures, closingTimes: times,
  }), () => rodText(summary, terminal) + timeText(times, terminal), 2)
  // The median of a part says nothing of the whole.
  return (whole ? summary.met : summary.failures.length === 0) && inTime
}

const ROD_COLUMNS = [{ title: 'rod' }, right('cases'), right('below limit'), right('reversed'), right('early'), right('median N'), right('95 % N'), right('worst N')]

function rodText(summary: Summary, terminal: Terminal): string {
  const { colors } = terminal
  const row = (name: string, rod: RodSummary): string[] => [
    name, String(rod.cases), String(rod.passed), String(rod.reversed), String(rod.early), number(rod.median_N), number(rod.p95_N),
    (rod.most_N < LIMIT_N ? colors.green : colors.red)(number(rod.most_N)),
  ]
  const total = summary.total()
  const failures = summary.failures.slice(0, 10).map(failure =>
    `  ${colors.red(number(failure.peak_N))} N, reopened ${number(failure.reopened_mm)} mm: ${describeCase(failure.case)}\n`)
  return [
    table(terminal, ROD_COLUMNS, [...summary.rods().map(rod => row(`${rod.stiffness_N_mm} N/mm`, rod)), row('all', total)]),
    'Worst cases:\n',
    ...summary.worst(WORST).map(result => `  ${number(result.peak_N)} N: ${describeCase(result.case)}\n`),
    `Median ${number(total.median_N)} N (aim: below ${MEDIAN_N} N). ${summary.failures.length === 0
      ? colors.green(`All ${total.cases} cases below ${LIMIT_N} N.`) : colors.red(`${summary.failures.length} of ${total.cases} cases failed:`)}\n`,
    ...failures,
  ].join('')
}

function timeText(times: readonly { conditions: Conditions, most_ms: number, took_ms: number }[], terminal: Terminal): string {
  const { colors } = terminal
  const rows = times.map(({ conditions, most_ms, took_ms }) => [
    describeConditions(conditions), isNaN(took_ms) ? 'the motor is too weak' : `${(took_ms / 1000).toFixed(2)} s`,
    isNaN(most_ms) ? '' : `${most_ms / 1000} s`,
    isNaN(most_ms) ? '' : took_ms <= most_ms ? colors.green('kept') : colors.red('missed'),
  ])
  return `\n${table(terminal, [{ title: 'full closing, 450 mm' }, right('takes'), right('at most'), { title: '' }], rows)}`
}

async function sweepClosings(options: Options, count: number, terminal: Terminal): Promise<boolean> {
  const ended = { closed: 0, reversed: 0, 'too weak': 0 }
  const times_ms: number[] = []
  const reversals: ClosingResult[] = []
  const whole = await work(closings(count, options.seed), count, terminal, options, (result) => {
    ended[result.end]++
    if (result.end === 'closed' && result.from_pct === 100) times_ms.push(result.took_ms)
    if (result.end === 'reversed') reversals.push(result)
  })
  times_ms.sort((a, b) => a - b)
  const time = { median_ms: quantile(times_ms, 0.5), p99_ms: quantile(times_ms, 0.99) }
  tell(
    terminal, options.json, () => ({ seed: options.seed, whole, closings: count, ended, fullClosings: time, reversals }),
    () => closingText(ended, time, reversals, terminal), 2,
  )
  return ended.reversed === 0
}

type Ends = Readonly<Record<ClosingResult['end'], number>>
type Times = Readonly<Record<'median_ms' | 'p99_ms', number>>

function closingText(ended: Ends, time: Times, reversals: readonly ClosingResult[], { colors }: Terminal): string {
  return `${ended.closed + ended.reversed + ended['too weak']} closings without an obstacle: ${ended.closed} closed, `
    + `${ended.reversed === 0 ? colors.green('0 reversed') : colors.red(`${ended.reversed} reversed`)}, `
    + `${ended['too weak']} stopped because the motor was too weak for supply, heat and seals.\n`
    + (isNaN(time.median_ms) ? '' : `From fully open: median ${(time.median_ms / 1000).toFixed(2)} s, 99 % below ${(time.p99_ms / 1000).toFixed(2)} s.\n`)
    + reversals.slice(0, TOLD_REVERSALS).map(({ car, closing, from_pct, conditions, timing }) =>
      `  car ${car}, closing ${closing} from ${from_pct} %: ${describeConditions(conditions)}, tick ${timing.tick_ms} ms\n`).join('')
}

function number(value: number): string {
  return isNaN(value) ? '-' : value.toFixed(1)
}
