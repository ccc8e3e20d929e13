import { createCar, readTopology, type TopologyData } from '../car/index.ts'
import { Prng } from '../kernel/index.ts'
import { type Fault, FAULT_KINDS, faultsOf, parseFault } from './faults.ts'
import { functionsOf } from './functions.ts'
import { type Row, rowOf } from './rows.ts'
import { type Healthy, measure, measureHealthy, type Watcher } from './run.ts'

/** Which faults are run. */
export interface Choice {
  /** So many pairs of faults, drawn by the seed, instead of all single ones. */
  readonly pairs?: number
  /** Only these at once, as typed: `severed@drop.FL`. */
  readonly only?: readonly string[]
}

/** What is to be run: one row of the table. */
interface Task {
  readonly number: number
  readonly faults: readonly Fault[]
  readonly group: string
}

/** A whole table: plain data. */
export interface Report {
  readonly format: 1
  readonly car: string
  readonly seed: number
  /** Every function of the car. */
  readonly functions: readonly string[]
  /** Rows that were asked for; fewer were done when somebody stopped it. */
  readonly asked: number
  /** By number. */
  readonly rows: readonly Row[]
}

/** Faults of one car, each run in every scene and held against the healthy car. Rows are the same whoever makes which. */
export class Fmea {
  readonly tasks: readonly Task[]
  readonly functions: readonly string[]
  private readonly topology: TopologyData
  private readonly seed: number
  private healthy: Healthy | undefined

  /** @throws RangeError for a fault that the car cannot have, DataError for a car that is none. */
  constructor(topology: TopologyData, seed: number, choice: Choice = {}) {
    this.topology = topology
    this.seed = seed
    const car = createCar({ topology, seed })
    this.functions = functionsOf(car)
    const all = faultsOf(car)
    if (choice.only !== undefined) this.tasks = [taskOf(0, choice.only.map(text => parseFault(text, car)))]
    else if (choice.pairs !== undefined) this.tasks = pairsOf(all, choice.pairs, seed).map((faults, number) => taskOf(number, faults))
    else this.tasks = all.map((fault, number) => taskOf(number, [fault]))
  }

  /** Runs one task. The first call runs the healthy car, too. `watcher`: who else wants to see the car that has the fault. */
  async row(number: number, watcher?: Watcher): Promise<Row> {
    const { faults, group } = this.tasks[number]!
    this.healthy ??= await measureHealthy(this.topology, this.seed)
    // Who watches wants to see every scene.
    const measured = await measure(this.topology, faults, this.seed, watcher, watcher === undefined ? this.healthy : undefined)
    return rowOf(number, faults, group, measured, this.healthy)
  }

  report(rows: readonly Row[]): Report {
    const { topology, seed, functions, tasks } = this
    const sorted = [...rows].sort((a, b) => a.number - b.number)
    return { format: 1, car: readTopology(topology).name, seed, functions, asked: tasks.length, rows: sorted }
  }
}

function taskOf(number: number, faults: readonly Fault[]): Task {
  return { number, faults, group: faults.length === 1 ? FAULT_KINDS[faults[0]!.kind].group : 'pair' }
}

/** Pairs of different faults. */
function pairsOf(all: readonly Fault[], count: number, seed: number): Fault[][] {
  return Array.from({ length: count }, (_, number) => {
    const dice = new Prng(seed, `pair ${number}`)
    const first = dice.below(all.length)
    const other = dice.below(all.length - 1)
    return [all[first]!, all[other < first ? other : other + 1]!]
  })
}
