import { byLaw, type CaseValues, drawCase, happens, OBJECT_KINDS, objectOf } from './case.ts'
import { type CaseResult, closeCase, type Detection, pressCase, type Situation, SITUATION_NAMES, SITUATIONS } from './judge.ts'
import { meanOf, standardisedDifference, upperBound } from './statistics.ts'
import { quantile } from './summary.ts'
import { LIMIT_N } from './sweep.ts'
import { CASE_PARAMETERS, type CaseParameter, type CaseSpace, SPACE } from './tolerances.ts'

/** What came of one case. */
export interface RandomOutcome {
  readonly number: number
  readonly press: CaseResult
  /** The full closing, in the situation that its number has; undefined: not asked for. */
  readonly closing: CaseResult | undefined
}

/** Case `number` closes over its object and, with `closings`, from fully open over nothing. */
export function runRandom(seed: number, number: number, detection: Detection, closings: boolean, space: CaseSpace = SPACE): RandomOutcome {
  const values = drawCase(seed, number, space)
  return {
    number, press: pressCase(values, detection),
    closing: closings ? closeCase(SITUATIONS[situationOf(number)](values), detection) : undefined,
  }
}

/** Every case closes in one of the situations, by turns. */
export function situationOf(number: number): Situation {
  return SITUATION_NAMES[number % SITUATION_NAMES.length]!
}

/** Forces of some of the cases. */
export interface ForceTally {
  readonly name: string
  readonly cases: number
  /** At or above the limit, and the share that may be expected at most, 95 % sure. */
  readonly atLimit: number
  readonly atMost: number
  readonly median_N: number
  readonly p99_N: number
  readonly p999_N: number
  readonly most_N: number
  /** Reversed before it met anything; stopped as the motor was too weak; pinched, and not opened again as far as the law wants. */
  readonly early: number
  readonly stopped: number
  readonly notReopened: number
}

/** Full closings in one situation. */
export interface ClosingTally {
  readonly situation: Situation
  readonly closings: number
  readonly reversed: number
  readonly atMost: number
  readonly stopped: number
  readonly median_ms: number
  readonly most_ms: number
  /** How far the closed end was missed at most by those that closed, mm. */
  readonly offMost_mm: number
}

/** What the hardest cases have in common: a parameter's mean among them and among all. */
interface SharedParameter {
  readonly parameter: CaseParameter
  readonly worst: number
  readonly all: number
  /** In standard deviations of all. */
  readonly difference: number
}

interface NumberedForce {
  readonly number: number
  readonly peak_N: number
}

export interface RandomReport {
  readonly law: ForceTally
  readonly objects: readonly ForceTally[]
  readonly paused: ForceTally
  readonly closings: readonly ClosingTally[]
  /** At or above the limit with a rod of the law, hardest first; and the hardest of all. */
  readonly failures: readonly NumberedForce[]
  readonly worst: readonly NumberedForce[]
  readonly shared: readonly SharedParameter[]
  readonly falseReversals: readonly number[]
}

/** The hardest share of the cases. */
const WORST_SHARE = 0.01
const WORST = 5
const SHARED = 6

interface Pressed extends NumberedForce {
  readonly values: CaseValues
  readonly result: CaseResult
}

/** Collects outcomes in any order; says the same whatever the order was. */
export class RandomTally {
  private readonly seed: number
  private readonly space: CaseSpace
  private readonly outcomes: RandomOutcome[] = []

  constructor(seed: number, space: CaseSpace = SPACE) {
    this.seed = seed
    this.space = space
  }

  get cases(): number {
    return this.outcomes.length
  }

  add(outcome: RandomOutcome): void {
    this.outcomes.push(outcome)
  }

  report(): RandomReport {
    this.outcomes.sort((a, b) => a.number - b.number)
    const pressed: Pressed[] = this.outcomes.map(({ number, press }) =>
      ({ number, peak_N: press.peak_N, result: press, values: drawCase(this.seed, number, this.space) }))
    const law = pressed.filter(({ values }) => byLaw(objectOf(values).kind))
    const hardest = [...law].sort((a, b) => b.peak_N - a.peak_N)
    return {
      law: forces('rods of the law', law),
      objects: OBJECT_KINDS.map(kind => forces(kind, pressed.filter(({ values }) => objectOf(values).kind === kind))),
      paused: forces('with a pause of 15 ms while it presses', law.filter(({ values }) => values.pauseAt_N > 0)),
      closings: SITUATION_NAMES.map(situation => this.closingsIn(situation)).filter(({ closings }) => closings > 0),
      failures: hardest.filter(({ peak_N }) => peak_N >= LIMIT_N).map(numbered),
      worst: hardest.slice(0, WORST).map(numbered),
      shared: sharedBy(hardest.slice(0, Math.max(1, Math.round(WORST_SHARE * hardest.length))), hardest),
      falseReversals: this.outcomes.filter(({ closing }) => closing?.end === 'reversed').map(({ number }) => number),
    }
  }

  private closingsIn(situation: Situation): ClosingTally {
    const results = this.outcomes.filter(({ number }) => situationOf(number) === situation)
      .flatMap(({ closing }) => closing === undefined ? [] : [closing])
    const closed = results.filter(({ end }) => end === 'closed')
    const times_ms = closed.map(({ took_ms }) => took_ms).sort((a, b) => a - b)
    const reversed = results.filter(({ end }) => end === 'reversed').length
    return {
      situation, closings: results.length, reversed, atMost: upperBound(reversed, results.length),
      stopped: results.length - reversed - times_ms.length, median_ms: quantile(times_ms, 0.5), most_ms: times_ms.at(-1) ?? NaN,
      offMost_mm: closed.length > 0 ? Math.max(...closed.map(({ off_mm }) => Math.abs(off_mm))) : NaN,
    }
  }
}

function numbered({ number, peak_N }: Pressed): NumberedForce {
  return { number, peak_N }
}

function forces(name: string, pressed: readonly Pressed[]): ForceTally {
  const sorted_N = pressed.map(({ peak_N }) => peak_N).sort((a, b) => a - b)
  const atLimit = sorted_N.filter(peak_N => peak_N >= LIMIT_N).length
  const count = (is: (result: CaseResult) => boolean): number => pressed.filter(({ result }) => is(result)).length
  return {
    name, cases: pressed.length, atLimit, atMost: upperBound(atLimit, pressed.length),
    median_N: quantile(sorted_N, 0.5), p99_N: quantile(sorted_N, 0.99), p999_N: quantile(sorted_N, 0.999), most_N: sorted_N.at(-1) ?? NaN,
    early: count(({ end }) => end === 'early'), notReopened: count(({ reopened }) => !reopened),
    stopped: count(({ end }) => end === 'stopped' || end === 'refused' || end === 'endless'),
  }
}

function sharedBy(worst: readonly Pressed[], all: readonly Pressed[]): SharedParameter[] {
  if (all.length === 0) return []
  return CASE_PARAMETERS.filter(parameter => parameter !== 'noise').map((parameter) => {
    const valueOf = ({ values }: Pressed): number => happens(values, parameter) ? values[parameter] : SPACE[parameter].nominal
    const some = worst.map(valueOf)
    const every = all.map(valueOf)
    return { parameter, worst: meanOf(some), all: meanOf(every), difference: standardisedDifference(some, every) }
  }).sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, SHARED)
}
