import { type CableCapability, type PredictedSource, WEAK_BATTERY } from '../power/index.ts'
import { Admission, type Consumer, type Currents } from './admission.ts'
import { LEAST_V } from './power-plan.ts'
import type { Topology } from './topology.ts'

/** Asks for less than this when running: always counted, never worth a place in a set, A. */
const SMALL_A = 0.5
/** Sets that are tried for the largest that fits, and how many are told. */
const MOST_TRIED = 200_000
const MOST_SETS = 5

/** The manager counts in whole mA, against the car. */
const ROUNDING_V = 0.001

interface FeederBudget extends CableCapability {
  /** All behind it idle; all running; all at their peaks at once. */
  readonly idle_A: number
  readonly run_A: number
  readonly peak_A: number
  /** With the first of the sets. */
  readonly set_A: number
}

interface HubBudget {
  readonly name: string
  readonly idle_A: number
  readonly run_A: number
  readonly peak_A: number
  /** Static safe share: what it may draw when no manager knows of the others, idle current included. */
  readonly share_A: number
  /** Predicted with the weak battery: with all running in the car, and with the first of the sets. */
  readonly allRunning_V: number
  readonly set_V: number
}

/** What can run at once, and why the rest has to wait. */
export interface RunningSet {
  readonly running: readonly string[]
  readonly waiting: readonly { readonly name: string, readonly binds: string }[]
  readonly current_A: number
  readonly minimum_V: number
  readonly lowestHub: string
  /** Peaks that may be drawn at the same time on top of it, the smallest first; the others take turns. */
  readonly peaks: readonly string[]
}

export interface Budget {
  readonly car: string
  readonly source: PredictedSource
  readonly least_V: number
  readonly feeders: readonly FeederBudget[]
  readonly hubs: readonly HubBudget[]
  readonly consumers: readonly Consumer[]
  /** The largest that fit, those of most amperes first. */
  readonly sets: readonly RunningSet[]
  /** False: there were too many sets to try them all, and the one told was found by leaving out the largest. */
  readonly exact: boolean
}

/** What a car's copper allows, by the rules of the power manager. */
export function budgetOf(car: Topology, source: PredictedSource = WEAK_BATTERY): Budget {
  return new Budgeter(car, source).budget()
}

class Budgeter {
  private readonly car: Topology
  private readonly admission: Admission

  constructor(car: Topology, source: PredictedSource) {
    this.car = car
    this.admission = new Admission(car, source)
  }

  budget(): Budget {
    const { capability, consumers, idle, shares, source } = this.admission
    const run = this.admission.sum(one => one.run_A)
    const peak = this.admission.sum(one => one.peak_A)
    const flows = [idle, run, peak].map(currents => this.admission.predict(currents).current_A)
    const { sets, exact } = this.largest()
    const everything = this.admission.predict(run)
    const settled = this.admission.predict(consumers.filter(one => one.run_A < SMALL_A || sets[0]!.running.includes(one.name)))
    return {
      car: this.car.name, source, least_V: LEAST_V, exact, sets,
      consumers: this.worthwhile(),
      feeders: capability.cables.map((cable, i) => ({
        ...cable, idle_A: Math.abs(flows[0]![i]!), run_A: Math.abs(flows[1]![i]!), peak_A: Math.abs(flows[2]![i]!),
        set_A: Math.abs(settled.current_A[i]!),
      })),
      hubs: capability.hubs.map(({ name }, i) => ({
        name, idle_A: idle[name]!, run_A: run[name]!, peak_A: peak[name]!, share_A: shares[name]!,
        allRunning_V: everything.voltage_V[i]!, set_V: settled.voltage_V[i]!,
      })),
    }
  }

  private worthwhile(): Consumer[] {
    return this.admission.consumers.filter(one => one.run_A >= SMALL_A)
  }

  /** The limit that these currents break, `peaks` of them for a moment; undefined: the manager would grant them. */
  private binds(currents: Currents, peaks: Currents = {}): string | undefined {
    if (this.admission.fits(currents, peaks)) return undefined
    const now = Object.fromEntries(Object.entries(currents).map(([name, current_A]) => [name, current_A + (peaks[name] ?? 0)]))
    const { minimum_V, hub, current_A } = this.admission.predict(now)
    const { cables } = this.admission.capability
    const lasting_A = this.admission.predict(currents).current_A
    const shares = cables.map((cable, i) => Math.max(Math.abs(lasting_A[i]!) / cable.limit_A, Math.abs(current_A[i]!) / cable.peakLimit_A))
    const fullest = shares.indexOf(Math.max(...shares))
    return shares[fullest]! > 1 || minimum_V > LEAST_V + ROUNDING_V ? cables[fullest]!.name : `${LEAST_V} V at ${hub}`
  }

  private largest(): { sets: RunningSet[], exact: boolean } {
    const consumers = this.worthwhile()
    const small = this.admission.consumers.filter(one => one.run_A < SMALL_A)
    const fits = (out: readonly Consumer[]): boolean =>
      this.admission.admits([...small, ...consumers.filter(one => !out.includes(one))])
    let tried = 0
    for (let count = 0; count <= consumers.length; count++) {
      const fitting: Consumer[][] = []
      for (const out of combinations(consumers, count)) {
        if (++tried > MOST_TRIED) return { sets: [this.describe(small, consumers, this.leaveOut(consumers, fits))], exact: false }
        if (fits(out)) fitting.push(out)
      }
      if (fitting.length === 0 && count < consumers.length) continue
      const sets = (fitting.length === 0 ? [consumers] : fitting).map(out => this.describe(small, consumers, out))
      return { sets: sets.sort((a, b) => b.current_A - a.current_A).slice(0, MOST_SETS), exact: true }
    }
    return { sets: [], exact: true }
  }

  /** The largest go first, until the rest fits. */
  private leaveOut(consumers: readonly Consumer[], fits: (out: readonly Consumer[]) => boolean): Consumer[] {
    const byCurrent = [...consumers].sort((a, b) => b.run_A - a.run_A)
    let count = 0
    while (count < byCurrent.length && !fits(byCurrent.slice(0, count))) count++
    return byCurrent.slice(0, count)
  }

  private describe(small: readonly Consumer[], consumers: readonly Consumer[], out: readonly Consumer[]): RunningSet {
    const running = consumers.filter(one => !out.includes(one))
    const currents = this.admission.currentsOf([...small, ...running])
    const prediction = this.admission.predict(currents)
    return {
      running: running.map(one => one.name),
      waiting: out.map(one => ({
        name: one.name, binds: this.binds({ ...currents, [one.hub]: currents[one.hub]! + one.run_A }) ?? 'nothing',
      })),
      current_A: Object.values(currents).reduce((sum_A, hub_A) => sum_A + hub_A, 0),
      minimum_V: prediction.minimum_V,
      lowestHub: prediction.hub,
      peaks: this.peaksOn(currents, running),
    }
  }

  private peaksOn(currents: Currents, running: readonly Consumer[]): string[] {
    const extra_A: Record<string, number> = {}
    const peaks: string[] = []
    for (const one of [...running].sort((a, b) => (a.peak_A - a.run_A) - (b.peak_A - b.run_A))) {
      const before_A = extra_A[one.hub] ?? 0
      extra_A[one.hub] = before_A + one.peak_A - one.run_A
      if (this.binds(currents, extra_A) === undefined) peaks.push(one.name)
      else extra_A[one.hub] = before_A
    }
    return peaks
  }
}

/** All choices of `count` of `items`, in order. */
function* combinations<Item>(items: readonly Item[], count: number, from = 0): Generator<Item[]> {
  if (count === 0) {
    yield []
    return
  }
  for (let i = from; i <= items.length - count; i++) {
    for (const rest of combinations(items, count - 1, i + 1)) yield [items[i]!, ...rest]
  }
}
