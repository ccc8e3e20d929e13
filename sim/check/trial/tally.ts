import type { Fault, TrialOutcome } from './trial.ts'

/** What a diagnosis made of a fault: named it; named it or another; named another; said nothing. */
type Verdict = 'right' | 'hedged' | 'wrong' | 'silent'

/** Faults of one kind. */
interface TrialRow {
  readonly name: string
  readonly faults: number
  readonly right: number
  readonly hedged: number
  readonly wrong: number
  readonly silent: number
}

export interface TrialReport {
  readonly drives: number
  readonly rows: readonly TrialRow[]
  /** Of steady faults that were named: error of the resistance against the truth, %. Not where the current goes around. */
  readonly resistance: { readonly named: number, readonly bias_pct: number, readonly within10: number, readonly most_pct: number }
  /**
   * Those around which the current goes, in the spine of a ring and in two spines, where a large one acts as any other: how many add at
   * least what is said as the least.
   */
  readonly ring: { readonly named: number, readonly covered: number }
  /** Of cars without a fault. */
  readonly healthy: { readonly hours: number, readonly falseAlarms: number }
  /** Places that were named where nothing is wrong, with faults elsewhere, and their case. */
  readonly wrongCases: readonly number[]
}

const LOADED_s = 5

/** Faults by what can be asked: how large, and whether its cable carried 2 A for 5 s while it was bad. */
const KINDS: readonly { readonly name: string, readonly holds: (fault: Fault, loaded_s: number, of: number) => boolean }[] = [
  { name: 'single, 30 mΩ or more', holds: ({ extra_Ohm }, loaded_s, of) => of === 1 && extra_Ohm >= 0.03 && loaded_s >= LOADED_s },
  { name: 'single, 20 to 30 mΩ', holds: ({ extra_Ohm }, loaded_s, of) => of === 1 && extra_Ohm >= 0.02 && extra_Ohm < 0.03 && loaded_s >= LOADED_s },
  { name: 'single, 10 to 20 mΩ', holds: ({ extra_Ohm }, loaded_s, of) => of === 1 && extra_Ohm < 0.02 && loaded_s >= LOADED_s },
  { name: 'one of two, 30 mΩ or more', holds: ({ extra_Ohm }, loaded_s, of) => of === 2 && extra_Ohm >= 0.03 && loaded_s >= LOADED_s },
  { name: 'one of two, below 30 mΩ', holds: ({ extra_Ohm }, loaded_s, of) => of === 2 && extra_Ohm < 0.03 && loaded_s >= LOADED_s },
  { name: 'carried less than 2 A for 5 s', holds: (_, loaded_s) => loaded_s < LOADED_s },
]

/** Counts what became of many cases, in any order. */
export class TrialTally {
  private readonly verdicts = KINDS.map((): Verdict[] => [])
  private readonly errors_pct: number[] = []
  private readonly covered: boolean[] = []
  private readonly wrongCases: number[] = []
  private drives = 0
  private healthy_s = 0
  private falseAlarms = 0

  add({ trial, carried, diagnosis }: TrialOutcome): void {
    this.drives++
    const { faults } = trial
    const truth = faults.map(fault => fault.cable)
    const strangers = diagnosis.findings.filter(({ cables, orElse }) => ![...cables, ...orElse].some(cable => truth.includes(cable)))
    if (faults.length === 0) {
      this.healthy_s += trial.drive_s
      this.falseAlarms += strangers.length
      return
    }
    if (strangers.length > 0) this.wrongCases.push(trial.number)
    faults.forEach((fault, i) => {
      const { loaded_s } = carried[i]!
      const named = diagnosis.findings.find(({ cables }) => cables.includes(fault.cable))
      const hinted = diagnosis.findings.some(({ orElse }) => orElse.includes(fault.cable))
      const verdict = named !== undefined ? named.orElse.length === 0 ? 'right' : 'hedged' : hinted ? 'hedged' : strangers.length > 0 ? 'wrong' : 'silent'
      KINDS.forEach(({ holds }, kind) => { if (holds(fault, loaded_s, faults.length)) this.verdicts[kind]!.push(verdict) })
      if (named === undefined || fault.course !== 'steady' || loaded_s < LOADED_s) return
      if (trial.layout === 'dual' || (trial.layout === 'ring' && fault.cable.startsWith('spine.'))) this.covered.push(named.least_Ohm <= fault.extra_Ohm)
      else this.errors_pct.push(100 * (named.added_Ohm / fault.extra_Ohm - 1))
    })
  }

  report(): TrialReport {
    const { errors_pct } = this
    return {
      drives: this.drives,
      rows: KINDS.map(({ name }, kind) => {
        const verdicts = this.verdicts[kind]!
        const count = (verdict: Verdict): number => verdicts.filter(one => one === verdict).length
        return { name, faults: verdicts.length, right: count('right'), hedged: count('hedged'), wrong: count('wrong'), silent: count('silent') }
      }),
      resistance: {
        named: errors_pct.length, bias_pct: errors_pct.length === 0 ? 0 : errors_pct.reduce((sum, one) => sum + one, 0) / errors_pct.length,
        within10: errors_pct.filter(one => Math.abs(one) <= 10).length, most_pct: Math.max(0, ...errors_pct.map(one => Math.abs(one))),
      },
      ring: { named: this.covered.length, covered: this.covered.filter(Boolean).length },
      healthy: { hours: this.healthy_s / 3600, falseAlarms: this.falseAlarms },
      wrongCases: this.wrongCases,
    }
  }
}
