import { it, type TestContext } from 'vitest'

import {
  carFacts, type CarOptions, type NamesOf, type PowerFaults, readFaults, schedulePowerFaults, SEDAN, type TopologyData, withBattery,
} from '#sim/car/index.ts'
import { CHECKERS, describeVerdict, type Judges, watch } from '#sim/checkers/index.ts'
import { notOneOf } from '#sim/schema/index.ts'
import { carOfEnvironment, seed as checkedSeed, seedOfEnvironment } from './limits.ts'
import { pageLineOf } from './page-link.ts'
import { SimulatedVehicle } from './simulated-vehicle.ts'
import { SimulatorDriver } from './simulator.ts'
import { keepTrace, recordFrames, replayLine } from './trace-file.ts'
import { ExpectationError } from './vehicle.ts'

const DEFAULT_SEEDS = [1]

type Sedan = typeof SEDAN

export interface JourneyOptions<Topology extends TopologyData = Sedan> extends Omit<CarOptions, 'seed' | 'topology' | 'without'> {
  /** The sedan by default, or what the file that `SPINE_CAR` names describes. Written `as const`, it gives its names to the compiler. */
  readonly topology?: Topology
  /** Hubs that are left out, with their components. */
  readonly without?: readonly NamesOf<Topology>['hub'][]
  /** Seeds of the runs, 0…4294967295, a test for each, `[1]` by default; `SPINE_SEED` in the environment replaces them. */
  readonly seeds?: readonly number[]
  /** Real time that the test may take, ms; vitest's `testTimeout` by default. */
  readonly timeout_ms?: number
  /** How long `until` waits when it is not told, ms of bus time; 10,000 by default. */
  readonly within_ms?: number
  /** Folder for the trace of a failure, `.traces` by default; `SPINE_TRACES` in the environment replaces it. */
  readonly traces?: string
  /** Leaves the hubs without power at first: the journey is about booting. */
  readonly unpowered?: boolean
  /** What is wrong with battery and copper, and what happens to the supply, from the car's first instant. */
  readonly power?: PowerFaults
  /** Checkers that this journey provokes on purpose: they must speak, and all others must not. */
  readonly expects?: readonly string[]
}

/** Every option: from JavaScript, or behind a cast, no compiler sees one that is misspelt. */
const OPTION_NAMES = Object.keys({
  topology: true, without: true, seeds: true, timeout_ms: true, within_ms: true, traces: true, unpowered: true, power: true, expects: true,
  bitrate: true, dataBitrate: true, faults: true, learned: true, image: true, can: true, cpu: true, sensors: true,
} as const satisfies Readonly<Record<keyof JourneyOptions, true>>)

type Driven<Topology extends TopologyData> = SimulatedVehicle<NamesOf<Topology>>
type Outcome = Promise<void> | void

/** `journey(title, body, options)`. */
interface DeclareOne {
  <const Topology extends TopologyData = Sedan>(
    title: string, body: (car: Driven<Topology>) => Outcome, options?: JourneyOptions<Topology>): void
}

/** Declares journeys. */
export interface DeclareJourney extends DeclareOne {
  /** One journey a case; `%s` in the title stands for a case, `$name` for a field of it, as in vitest's `it.for`. */
  each<const Case>(cases: readonly Case[]): <const Topology extends TopologyData = Sedan>(
    title: string, body: (car: Driven<Topology>, each: Case) => Outcome, options?: JourneyOptions<Topology>) => void
}

type Declare = Pick<typeof it, 'for'>

/** Declares one test for each case and seed. */
function declare<Topology extends TopologyData, Case>(
  how: Declare, cases: readonly Case[], title: string,
  body: (car: Driven<Topology>, each: Case) => Outcome, options: JourneyOptions<Topology>,
): void {
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name)) throw new TypeError(`journey "${title}": option ${notOneOf(name, OPTION_NAMES)}`)
  }
  const forced = seedOfEnvironment()
  const seeds = options.seeds ?? DEFAULT_SEEDS
  if (seeds.length === 0) throw new RangeError(`journey "${title}": seeds is empty`)
  for (const seed of seeds) checkedSeed('seed', seed)
  const { timeout_ms } = options
  for (const seed of forced === undefined ? seeds : [forced]) {
    const name = seeds.length > 1 ? `${title} (seed ${seed})` : title
    how.for(cases)(name, timeout_ms === undefined ? {} : { timeout: timeout_ms }, (each, context) =>
      drive(context, seed, options, car => body(car, each)))
  }
}

function declaring(how: Declare): DeclareJourney {
  const one: DeclareOne = (title, body, options = {}) => declare(how, [undefined], title, body, options)
  const each: DeclareJourney['each'] = cases => (title, body, options = {}) => declare(how, cases, title, body, options)
  return Object.assign(one, { each })
}

/**
 * Declares a test that drives a booted car in virtual time. When it fails or runs out of time, the bus log and the events are kept and
 * the message ends with the command that runs exactly this again.
 */
export const journey: DeclareJourney & { readonly skip: DeclareJourney, readonly only: DeclareJourney } =
  Object.assign(declaring(it), { skip: declaring(it.skip), only: declaring(it.only) })

async function drive<Topology extends TopologyData>(
  context: TestContext, seed: number, options: JourneyOptions<Topology>, body: (car: Driven<Topology>) => Outcome,
): Promise<void> {
  const { unpowered = false, expects = [], faults = {}, power = {}, within_ms, traces } = options
  const unknown = expects.filter(name => CHECKERS.every(entry => entry.name !== name))
  if (unknown.length > 0) throw new Error(`no checker ${unknown.join(', ')}: there are ${CHECKERS.map(entry => entry.name).join(', ')}`)
  const { task } = context
  const end_ms = performance.now() + (task.timeout > 0 ? task.timeout : Infinity)
  const topology: TopologyData = options.topology ?? carOfEnvironment() ?? SEDAN
  readFaults({ ...faults, ...power }, topology)
  const driver = new SimulatorDriver<NamesOf<Topology>>({ ...options, topology: withBattery(topology, power), seed })
  const log = recordFrames(driver)
  const judges = watch(driver.car, carFacts(driver.car))
  const car = new SimulatedVehicle<NamesOf<Topology>>(driver)
  car.timeIsUp = () => performance.now() >= end_ms
  if (within_ms !== undefined) car.within_ms = within_ms
  const earlier = task.result?.errors?.length ?? 0
  let situationTold = false
  // What vitest made of the error: what was thrown may be frozen or no error, and a body that waits for something else than the car
  // is ended by vitest, which does not come back here.
  context.onTestFailed(() => {
    const error = task.result?.errors?.[earlier]
    if (error === undefined) return
    const trace = keepTrace(task, seed, traces, log, car.events)
    const page = pageLineOf({ options, topology, seed, deeds: driver.deeds, now_ms: car.now_ms, log })
    error.message += `\n${situationTold ? '' : car.situation()}${trace}\nreplay: ${replayLine(task, seed)}\n${page}`
  })
  try {
    schedulePowerFaults(driver.car, power)
    if (!unpowered) driver.boot()
    await body(car)
    if (car.timeIsUp()) throw new ExpectationError(`the test's time of ${task.timeout} ms ran out\n${car.situation()}`)
    hearJudges(judges, car, expects)
  } catch (error) {
    situationTold = error instanceof ExpectationError
    throw error
  } finally {
    await driver.close()
  }
}

/** What the checkers found in the trace, apart from what the journey itself looked at. */
function hearJudges(judges: Judges, car: { readonly now_ms: number, situation(): string }, expects: readonly string[]): void {
  const verdicts = judges.finish(car.now_ms * 1e6)
  const bad = verdicts.filter(verdict => !expects.includes(verdict.checker))
  const silent = expects.filter(name => verdicts.every(verdict => verdict.checker !== name))
  if (bad.length > 0) throw new ExpectationError(`the checkers object:\n${bad.map(verdict => `  ${describeVerdict(verdict)}\n`).join('')}${car.situation()}`)
  if (silent.length > 0) throw new ExpectationError(`the checkers ${silent.join(', ')} were expected to object and did not\n${car.situation()}`)
}
