import { SUPPLY_READINGS } from '#firmware/runtime/index.ts'
import { TOOL_ADDRESSES } from '#protocol/index.ts'
import { MessageSender, parseAssignments, parseTarget } from '#protocol/messages/index.ts'
import { attachNode, type Car, createCar, SEDAN, SEDAN_DUAL, type TopologyData } from '#sim/car/index.ts'
import type { SensorTable } from '#sim/host/index.ts'
import { Prng } from '#sim/kernel/index.ts'
import { normal } from '#sim/plants/index.ts'
import { type OneConductor, segment } from '#sim/power/index.ts'
import { Check, type Diagnosis, excitation, Standing } from '../index.ts'

/** The sedan with a second way from the battery to the trunk: a ring. */
const RINGED_SEDAN: TopologyData = {
  ...SEDAN, name: 'sedan, ring',
  copper: {
    ...SEDAN.copper, layout: 'ring',
    cables: [...SEDAN.copper.cables, {
      ...segment('battery', 'tap.TRUNK', 4.6, 25, 1), name: 'spine.BACK', insulation: 'D', fuse: { rating_A: 100, kind: 'bolted' },
    }],
  },
}

const CARS = { line: SEDAN, ring: RINGED_SEDAN, dual: SEDAN_DUAL } as const satisfies Readonly<Record<string, TopologyData>>
type Layout = keyof typeof CARS

/** Sensors of the trial: 50 mV and 100 mA rms, offsets of that size, gain ±2 %. Offsets are drawn evenly: √3 times their rms. */
const TRIAL_SENSORS: SensorTable = {
  supply_V: { gain: 0.02, offset: 0.0866, noise: 0.05, step: 0.02, why: 'what a trial is asked to bear' },
  port_A: { gain: 0.02, offset: 0.173, noise: 0.1, step: 0.01, why: 'the same' },
}

const EXACT = { gain: 0, offset: 0, noise: 0, step: 0, why: 'errors are added afterwards' } as const
const EXACT_SENSORS: SensorTable = { supply_V: EXACT, port_A: EXACT }

export interface Fault {
  readonly cable: string
  readonly conductor: OneConductor
  readonly extra_Ohm: number
  readonly course: 'steady' | 'intermittent' | 'ageing'
}

/** One drive with what is wrong in it. */
export interface TrialCase {
  readonly seed: number
  readonly number: number
  readonly layout: Layout
  readonly engine: boolean
  readonly faults: readonly Fault[]
  readonly drive_s: number
  /** Instead of somebody who drives: the loads are switched as a check does it. */
  readonly staged?: boolean
}

interface Carried {
  /** Time for which a fault's cable carried 2 A or more while it was bad, s. */
  readonly loaded_s: number
}

export interface TrialOutcome {
  readonly trial: TrialCase
  readonly carried: readonly Carried[]
  readonly diagnosis: Diagnosis
}

const COURSES = ['steady', 'steady', 'intermittent', 'ageing'] as const
const LEAST_OHM = 0.01
const MOST_OHM = 0.2
/** Resolution of what happens in a drive. */
const SLICE_ms = 100
const LOAD_A = 2
/** A check lasts so long, after the hubs have booted. */
const STAGED_s = 30
const BOOT_s = 3

/**
 * Case `number` of `seed`: a line, or by a quarter a ring, unless it is said. A seventh are of healthy cars, a fifth of the others have
 * two bad contacts.
 */
export function drawTrial(seed: number, number: number, only?: Layout, drive_s = 120): TrialCase {
  const dice = new Prng(seed, `trial ${number}`)
  const drawn = dice.chance(0.25) ? 'ring' : 'line'
  const layout = only ?? drawn
  const engine = dice.chance(0.5)
  const cables = CARS[layout].copper.cables.map(cable => cable.name)
  const healthy = number % 7 === 6
  const count = healthy ? 0 : dice.chance(0.2) ? 2 : 1
  const faults: Fault[] = []
  while (faults.length < count) {
    const cable = cables[dice.below(cables.length)]!
    if (faults.some(other => other.cable === cable)) continue
    // Evenly by octaves, near enough: the small ones are the hard ones.
    const share = dice.next()
    faults.push({
      cable, conductor: dice.chance(0.5) ? 'supply' : 'return', extra_Ohm: LEAST_OHM + (MOST_OHM - LEAST_OHM) * share * share,
      course: COURSES[dice.below(COURSES.length)]!,
    })
  }
  return { seed, number, layout, engine, faults, drive_s }
}

/** Case `number` of the checks of `seed`: a steady bad contact of 30 to 200 mΩ, in each cable by turns, and 30 s of staged loads. */
export function drawStaged(seed: number, number: number, layout: Layout = 'line'): TrialCase {
  const dice = new Prng(seed, `staged ${number}`)
  const cables = CARS[layout].copper.cables
  const fault = {
    cable: cables[number % cables.length]!.name, conductor: dice.chance(0.5) ? 'supply' : 'return', extra_Ohm: 0.03 + 0.17 * dice.next(), course: 'steady',
  } as const
  return { seed, number, layout, engine: dice.chance(0.5), faults: [fault], drive_s: STAGED_s, staged: true }
}

/** Drives the case and diagnoses it by the frames of its bus. */
export function runTrial(trial: TrialCase): TrialOutcome {
  const { check, carried } = drive(trial, TRIAL_SENSORS)
  return { trial, carried, diagnosis: check.diagnoseWith(undefined) }
}

/** One drive of a healthy car, diagnosed with so many sets of sensors: a false alarm is of sensors, and drives cost more than they do. */
export function* runHealthy(trial: TrialCase, draws: number): Generator<TrialOutcome> {
  const { check } = drive(trial, EXACT_SENSORS)
  for (let draw = 0; draw < draws; draw++) {
    const seen = withSensors(check, topologyOf(trial), new Prng(trial.seed, `sensors ${trial.number}.${draw}`))
    yield { trial, carried: [], diagnosis: seen.diagnoseWith(undefined) }
  }
}

/** What other sensors would have told of the same drive. */
function withSensors(exact: Check, { copper }: TopologyData, dice: Prng): Check {
  const check = new Check(copper)
  const { supply_V, port_A } = TRIAL_SENSORS
  const errors = ({ gain, offset }: SensorTable['supply_V']): { gain: number, offset: number } =>
    ({ gain: 1 + gain * (2 * dice.next() - 1), offset: offset * (2 * dice.next() - 1) })
  const hubs = copper.hubs.map(() => errors(supply_V))
  const noise_V = supply_V.noise / Math.sqrt(SUPPLY_READINGS)
  for (const one of exact.readings.volts) {
    const { gain, offset } = hubs[one.hub]!
    check.readings.volts.push({ ...one, supply_V: one.supply_V * gain + offset + noise_V * normal(dice) })
  }
  for (const [key, { hub, t_s, current_A, follows }] of exact.readings.ports) {
    const { gain, offset } = errors(port_A)
    const seen = current_A.map(value => Math.max(0, value * gain + offset + port_A.noise * normal(dice)))
    check.readings.ports.set(key, { hub, t_s, current_A: seen, follows })
  }
  check.readings.spanOf(exact.readings)
  return check
}

function topologyOf({ layout }: TrialCase): TopologyData {
  return CARS[layout]
}

function drive(trial: TrialCase, sensors: SensorTable): { check: Check, carried: Carried[] } {
  const topology = topologyOf(trial)
  const car: Car = createCar({ seed: trial.seed * 1000 + trial.number >>> 0, topology, sensors })
  const check = new Check(topology.copper)
  const standing = new Standing()
  const laptop = attachNode(car, { name: 'laptop' })
  laptop.onFrame((frame) => {
    if (frame.error) return
    standing.receive(frame)
    if (trial.staged !== true || frame.timestamp_ns >= BOOT_s * 1e9) check.readings.receive(frame, frame.timestamp_ns)
  })
  const dice = new Prng(trial.seed, `drive ${trial.number}`)
  const courses = trial.faults.map(fault => new FaultCourse(car, fault, trial.drive_s, dice))
  car.boot()
  if (!trial.engine) car.setIgnition('accessory')
  car.setIgnition('on')
  for (const course of courses) course.at(0)
  if (trial.staged === true) car.run(1000 * BOOT_s)
  const driver = trial.staged === true ? new Stager(standing, laptop) : new Driver(car, dice)
  for (let slice = 0; slice < trial.drive_s * 1000 / SLICE_ms; slice++) {
    const t_s = slice * SLICE_ms / 1000
    for (const course of courses) course.at(t_s)
    driver.at(t_s)
    car.run(SLICE_ms)
    for (const course of courses) course.count()
  }
  return { check, carried: courses.map(({ loaded_s }) => ({ loaded_s })) }
}

/** Switches the loads as the command does. */
class Stager {
  private readonly sender = new MessageSender()
  private readonly laptop: ReturnType<typeof attachNode>
  private readonly deeds: ReturnType<typeof excitation>

  constructor(standing: Standing, laptop: ReturnType<typeof attachNode>) {
    this.laptop = laptop
    this.deeds = excitation(standing.all(), STAGED_s)
    laptop.setOnline(true)
  }

  at(t_s: number): void {
    while (this.deeds.length > 0 && this.deeds[0]!.at_s <= t_s) {
      const { target, assignments } = this.deeds.shift()!
      const { entry, location } = parseTarget(target)
      const source = TOOL_ADDRESSES[0]!
      const sequence = this.sender.sequence(entry, location, source)
      this.laptop.send(this.sender.encode(entry, location, { ...parseAssignments(assignments), sequence }, source))
    }
  }
}

/** A bad contact over time. */
class FaultCourse {
  loaded_s = 0
  private readonly car: Car
  private readonly fault: Fault
  private readonly drive_s: number
  private readonly dice: Prng
  private bad = false
  private set_Ohm = 0
  private next_s = 0

  constructor(car: Car, fault: Fault, drive_s: number, dice: Prng) {
    this.car = car
    this.fault = fault
    this.drive_s = drive_s
    this.dice = dice
  }

  at(t_s: number): void {
    const { course, extra_Ohm } = this.fault
    if (t_s < this.next_s) return
    if (course === 'steady') {
      this.next_s = Infinity
      this.set(extra_Ohm)
    } else if (course === 'ageing') {
      this.next_s = t_s + 2
      this.set(extra_Ohm * (t_s + 1) / this.drive_s)
    } else {
      this.bad = !this.bad
      this.next_s = t_s + 6 + 20 * this.dice.next()
      this.set(this.bad ? extra_Ohm : 0)
    }
  }

  count(): void {
    const { supply } = this.car.power
    const current_A = Math.abs(supply.current_A(this.fault.cable, this.fault.conductor))
    if (current_A >= LOAD_A && this.set_Ohm >= this.fault.extra_Ohm / 2) this.loaded_s += SLICE_ms / 1000
  }

  private set(extra_Ohm: number): void {
    this.set_Ohm = extra_Ohm
    this.car.powerFault({ kind: 'corrosion', cable: this.fault.cable, conductor: this.fault.conductor, extra_Ohm })
  }
}

/** Somebody who uses what a car has, now and then. */
class Driver {
  private readonly car: Car
  private readonly dice: Prng
  private next_s = 2
  private readonly held: { readonly name: string, readonly until_s: number }[] = []
  private louder = 0

  constructor(car: Car, dice: Prng) {
    this.car = car
    this.dice = dice
  }

  at(t_s: number): void {
    for (let i = this.held.length - 1; i >= 0; i--) {
      if (t_s < this.held[i]!.until_s) continue
      this.car.release(this.held[i]!.name)
      this.held.splice(i, 1)
    }
    if (this.louder > 0 && !this.isHeld('DASH.stereo.volumeUp')) {
      this.louder--
      this.hold('DASH.stereo.volumeUp', t_s + 0.15)
    }
    if (t_s < this.next_s) return
    this.next_s = t_s + 1 + 5 * this.dice.next()
    this.act(t_s)
  }

  private act(t_s: number): void {
    const { dice } = this
    const pick = dice.next()
    if (pick < 0.55) {
      const door = ['FL', 'FR', 'RL', 'RR'][dice.below(4)]!
      const way = dice.chance(0.5) ? 'down' : 'up'
      this.hold(`DASH.window${door}.${way}`, t_s + (dice.chance(0.5) ? 0.2 : 1 + 3 * dice.next()))
    } else if (pick < 0.67) {
      this.hold('DASH.lights.head', t_s + 0.2)
    } else if (pick < 0.72) {
      this.hold('DASH.lights.tail', t_s + 0.2)
    } else if (pick < 0.84) {
      this.hold(dice.chance(0.5) ? 'DASH.lights.left' : 'DASH.lights.right', t_s + 3 + 5 * dice.next())
    } else if (pick < 0.92) {
      this.hold('DASH.mirrors.heat', t_s + 0.2)
    } else if (pick < 0.96) {
      this.hold('DASH.stereo.source', t_s + 0.2)
      this.louder = dice.below(24)
    } else {
      this.hold('DASH.doors.lock', t_s + 0.2)
    }
  }

  private isHeld(name: string): boolean {
    return this.held.some(other => other.name === name)
  }

  private hold(name: string, until_s: number): void {
    if (this.isHeld(name)) return
    this.car.press(name)
    this.held.push({ name, until_s })
  }
}
