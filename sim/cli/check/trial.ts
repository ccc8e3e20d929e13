import { setImmediate } from 'node:timers/promises'
import { drawStaged, drawTrial, runHealthy, runTrial, TrialTally, type TrialReport } from '#sim/check/trial/index.ts'
import { usage } from '../lib/failure.ts'
import { Progress } from '../lib/progress.ts'
import { right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

export interface TrialOptions {
  /** By its name in `LAYOUTS`. */
  readonly car?: string
  readonly trial: number
  readonly seed: number
  readonly json?: boolean
  readonly staged?: boolean
  readonly draws: number
}

/** What is aimed at, by the name of a row: least share that is right, %. */
const AIMS: Readonly<Record<string, string>> = {
  'single, 30 mΩ or more': '≥99 %, 0 wrong', 'single, 20 to 30 mΩ': '≥85 %',
}

/** What a trial can be of; `sedan`: a line, or by a quarter a ring. */
const LAYOUTS: ReadonlyMap<string, 'ring' | 'dual' | undefined> = new Map([['sedan', undefined], ['sedan-ring', 'ring'], ['sedan-dual', 'dual']])

/** Random drives, or staged checks, in the virtual car; Ctrl-C ends them, and what there is is told. */
export async function trial(options: TrialOptions, terminal: Terminal): Promise<void> {
  const { car = 'sedan' } = options
  if (!LAYOUTS.has(car)) throw usage(`--car ${car}: trials are of the sedan, in a line and a ring, of sedan-ring, or of sedan-dual`)
  const only = LAYOUTS.get(car)
  const tally = new TrialTally()
  const { stop } = terminal
  let done = 0
  const progress = await Progress.open(terminal, () => `${done} of ${options.trial} ${options.staged === true ? 'checks' : 'drives'}`, { plain: options.json === true })
  for (let number = 0; number < options.trial && !stop.aborted; number++) {
    const drawn = options.staged === true ? drawStaged(options.seed, number, only) : drawTrial(options.seed, number, only)
    for (const outcome of drawn.faults.length > 0 ? [runTrial(drawn)] : runHealthy(drawn, options.draws)) {
      tally.add(outcome)
      progress.show()
      await setImmediate()
      if (stop.aborted) break
    }
    done++
  }
  progress.close()
  const report = tally.report()
  tell(terminal, options.json, () => ({ seed: options.seed, ...report }), () => text(report, options, terminal), 2)
}

function text(report: TrialReport, { seed, staged }: TrialOptions, terminal: Terminal): string {
  const { drives, rows, resistance, ring, healthy, wrongCases } = report
  const share = (part: number, of: number): string => of === 0 ? '-' : `${(100 * part / of).toFixed(1)} %`
  const aim = (name: string): string => staged === true ? '' : AIMS[name] ?? ''
  const { named, bias_pct, within10, most_pct } = resistance
  return [
    `${drives} ${staged === true ? 'checks of 30 s' : 'drives of two minutes'}, seed ${seed}: 50 mV and 100 mA rms, offsets of that size, gain ±2 %\n\n`,
    table(terminal, [{ title: 'bad contact' }, right('faults'), right('right'), right('hedged'), right('wrong'), right('silent'), right('right'), { title: 'aim' }],
      rows.filter(row => row.faults > 0).map(row => [
        row.name, `${row.faults}`, `${row.right}`, `${row.hedged}`, `${row.wrong}`, `${row.silent}`, share(row.right, row.faults), aim(row.name),
      ])),
    `\nResistance of ${named} steady ones: within 10 % for ${share(within10, named)}, ${bias_pct.toFixed(1)} % off on average, ${most_pct.toFixed(0)} % at most (aim: within 10 %).\n`,
    ring.named === 0 ? '' : `Where the current goes around, in the spine of a ring or two spines, the truth is at or above the least that is said for ${ring.covered} of ${ring.named}.\n`,
    staged === true ? '' : `${healthy.falseAlarms} false alarms in ${healthy.hours.toFixed(1)} h of healthy cars (aim: below 1 in 1,000 h).\n`,
    wrongCases.length === 0 ? '' : `A healthy place was named in the cases ${wrongCases.join(', ')}.\n`,
  ].join('')
}
