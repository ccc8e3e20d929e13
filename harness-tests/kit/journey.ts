import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { expect, it } from 'vitest'

import { createFrame } from '#protocol/frame.ts'
import type { CarOptions } from '#sim/car/car.ts'
import { carFacts } from '#sim/car/facts.ts'
import { type PowerFaults, schedulePowerFaults, withBattery } from '#sim/car/power-faults.ts'
import { SEDAN } from '#sim/car/sedan.ts'
import { CHECKERS, describeVerdict, type Judges, watch } from '#sim/checkers/index.ts'
import { formatCandumpLine } from '#sim/gateway/logs/candump.ts'
import type { LinkFrame } from '#sim/gateway/link.ts'
import type { Observation } from '#sim/plants/observation.ts'
import { ExpectationError, Vehicle } from './vehicle.ts'
import { SimulatorDriver } from './simulator.ts'

/** Where the traces of failed journeys are kept, below the working directory. */
const TRACES = '.traces'
/** A trace holds the last frames only; a runaway bus must not fill the disk. */
const TRACE_LINES = 200_000
const DEFAULT_SEED = 1

export interface JourneyOptions extends Omit<CarOptions, 'seed'> {
  /** Seed of the run; `SPINE_SEED` in the environment overrides it. */
  seed?: number
  /** Leaves the hubs without power at first: the journey is about booting. */
  unpowered?: boolean
  /** What is wrong with battery and copper, and what happens to the supply, from the car's first instant. */
  power?: PowerFaults
  /** Checkers that this journey provokes on purpose: they must speak, and all others must not. */
  expects?: readonly string[]
}

/** A car in a test: what every tester's tool can do, and the simulator behind it for what only a simulator can. */
export class SimulatedVehicle extends Vehicle {
  declare readonly driver: SimulatorDriver

  /** The simulator itself: faults, plugs, resets, the mechanics behind the bus. */
  get car(): SimulatorDriver['car'] {
    return this.driver.car
  }

  /** What is to be seen of a component, behind the bus's back: `shows('FL.window').position_pct`. */
  shows(component: string): Observation {
    this.car.world.sync()
    return this.car.component(component).plant.observe()
  }
}

/**
 * Declares a test that drives a booted car in virtual time. When it fails, the bus log and the events are kept in
 * `.traces/` and the message ends with the command that runs exactly this again.
 */
export function journey(title: string, body: (car: SimulatedVehicle) => Promise<void> | void, options: JourneyOptions = {}): void {
  it(title, async () => {
    const { seed: own = DEFAULT_SEED, unpowered = false, expects = [], power = {}, ...carOptions } = options
    const unknown = expects.filter(name => CHECKERS.every(entry => entry.name !== name))
    if (unknown.length > 0) throw new Error(`no checker ${unknown.join(', ')}: there are ${CHECKERS.map(entry => entry.name).join(', ')}`)
    const seed = process.env['SPINE_SEED'] === undefined ? own : Number(process.env['SPINE_SEED'])
    const topology = withBattery(carOptions.topology ?? SEDAN, power)
    const driver = new SimulatorDriver({ ...carOptions, topology, seed })
    const log = recordFrames(driver)
    const judges = watch(driver.car, carFacts(driver.car))
    const car = new SimulatedVehicle(driver)
    try {
      schedulePowerFaults(driver.car, power)
      if (!unpowered) driver.boot()
      await body(car)
      hearJudges(judges, car, expects)
    } catch (error) {
      throw explained(error, title, seed, keepTrace(title, seed, log, car), car)
    } finally {
      await driver.close()
    }
  })
}

/** What the checkers found in the trace, apart from what the journey itself looked at. */
function hearJudges(judges: Judges, car: Vehicle, expects: readonly string[]): void {
  const verdicts = judges.finish(car.driver.now_ns)
  const bad = verdicts.filter(verdict => !expects.includes(verdict.checker))
  const silent = expects.filter(name => verdicts.every(verdict => verdict.checker !== name))
  if (bad.length > 0) throw new ExpectationError(`the checkers object:\n${bad.map(verdict => `  ${describeVerdict(verdict)}`).join('\n')}\n${car.situation()}`)
  if (silent.length > 0) throw new ExpectationError(`the checkers ${silent.join(', ')} were expected to object and did not\n${car.situation()}`)
}

function recordFrames(driver: SimulatorDriver): string[] {
  const lines: string[] = []
  const frame: LinkFrame = { ...createFrame(8), timestamp_ns: 0, origin: '', error: false }
  driver.onFrame((seen, t_ns) => {
    Object.assign(frame, seen, { timestamp_ns: t_ns })
    lines.push(formatCandumpLine(frame))
    if (lines.length > 2 * TRACE_LINES) lines.splice(0, TRACE_LINES)
  })
  return lines
}

function keepTrace(title: string, seed: number, log: readonly string[], car: Vehicle): string {
  mkdirSync(TRACES, { recursive: true })
  const name = path.join(TRACES, `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 80)}-seed-${seed}`)
  writeFileSync(`${name}.log`, log.map(line => line.endsWith('\n') ? line : `${line}\n`).join(''))
  writeFileSync(`${name}.events.jsonl`, car.events.map(event => `${JSON.stringify(event)}\n`).join(''))
  return `${name}.log`
}

function explained(error: unknown, title: string, seed: number, trace: string, car: Vehicle): unknown {
  if (!(error instanceof Error)) return error
  const { testPath } = expect.getState()
  const file = testPath === undefined ? '' : `${path.relative(process.cwd(), testPath)} `
  const situation = error instanceof ExpectationError ? '' : `${car.situation()}`
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/'/g, '\'\\\'\'')
  error.message += `\n${situation}trace: ${trace} (npx spine decode ${trace})\nreplay: SPINE_SEED=${seed} npx vitest run ${file}-t '${quoted}'`
  return error
}
