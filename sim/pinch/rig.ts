import { encodeWindowRecord, WINDOW_FRICTION_KEY, WINDOW_RECORD_KEY, WindowDriver } from '#firmware/components/window/index.ts'
import type { Board, ContextOf } from '#firmware/components/index.ts'
import type { Port } from '#firmware/index.ts'
import { COMPONENT_CLASS, IGNITION, WINDOW_ACTION, WINDOW_STATE, WindowStatusCodec, type WindowStatusValues } from '#protocol/index.ts'
import type { Prng } from '../kernel/index.ts'
import { Outlet, WINDOW_REGULATOR, WINDOW_TRAVEL_pulses, WindowPlant } from '../plants/index.ts'
import { RigPower } from './rig-power.ts'
import { Road, normal } from './road.ts'

/** How well a port measures: of a smart switch's current sense with its converter, and of the supply. */
const MEASURING = { gain: 0.03, noise_A: 0.05, noise_V: 0.02, step_V: 0.02 } as const

/** What surrounds a closing. */
export interface Conditions {
  readonly supply_V: number
  readonly temperature_C: number
  /** Of the seals, 0 new … 1 worn. */
  readonly age: number
  /** Vertical acceleration, rms; 0 = the car stands. */
  readonly road_m_s2: number
}

export const FAIR: Conditions = { supply_V: 13.5, temperature_C: 23, age: 0, road_m_s2: 0 }

/** What a hub's processor does to the driver's ticks. */
export interface Timing {
  /** Of the first tick, ms. */
  readonly phase_ms: number
  /** The driver asks for 10; a slow board gives 20. */
  readonly tick_ms: number
  /** Chance that a tick comes late, by up to `pause_ms`. */
  readonly pauseChance: number
  readonly pause_ms: number
  /** The first tick at which the force is above this is late by `pause_ms`: the worst moment. 0 = none. */
  readonly pauseAt_N: number
}

export const PUNCTUAL: Timing = { phase_ms: 0, tick_ms: 10, pauseChance: 0, pause_ms: 15, pauseAt_N: 0 }

const STEP_s = 0.001
const SERIAL = 1
/** As `sim/car` describes it: stalled on 14 V. */
const PEAK_A = 14 / WINDOW_REGULATOR.motor.resistance_ohm
const NO_BYTES = new Uint8Array(0)

const DESCRIPTOR: ContextOf<typeof COMPONENT_CLASS.window>['descriptor'] = {
  class: COMPONENT_CLASS.window, data: { travel_pulses: WINDOW_TRAVEL_pulses, stall_A: PEAK_A }, maker: 1, model: 1, serial: SERIAL,
  idle_A: WINDOW_REGULATOR.idle_A, run_A: 9, peak_A: PEAK_A, version: 1, crc: 0,
}

/**
 * One window at virtual time: the firmware's own driver on a port with the simulator's eFuse and plant. Bus and the rest of
 * the hub are left out (`RigPower`); the processor's lateness and the errors of its measuring are put in.
 */
export class PinchRig {
  readonly plant: WindowPlant
  readonly outlet: Outlet
  readonly nvm: Map<number, Uint8Array>
  now_ms = 0
  conditions: Conditions = FAIR
  timing: Timing = PUNCTUAL
  component: WindowDriver
  private readonly dice: Prng
  private readonly power: RigPower
  private readonly values: WindowStatusValues = WindowStatusCodec.create()
  private road: Road
  private ambient_V = 0
  private gain = 0
  private period_ms = 0
  private nextTick_ms = Infinity
  private late = false

  /** A window that stands at `opening_m` and knows its position; `friction`: what it has learned of that, an NVM image. */
  constructor(dice: Prng, opening_m: number, friction?: Uint8Array) {
    this.dice = dice
    this.plant = new WindowPlant(opening_m)
    this.outlet = new Outlet('rig', () => this.ambient_V)
    this.outlet.plugged = this.plant
    this.road = new Road(dice, 0)
    this.nvm = new Map([[WINDOW_RECORD_KEY, encodeWindowRecord({
      serial: SERIAL, travel_pulses: WINDOW_TRAVEL_pulses, position_pulses: this.plant.pulses(0),
    })]])
    if (friction !== undefined) this.nvm.set(WINDOW_FRICTION_KEY, friction)
    this.set(FAIR, PUNCTUAL)
    this.power = new RigPower(this.outlet, granted => this.component.powerChanged(granted))
    this.component = new WindowDriver(this.context())
  }

  /** Other surroundings, another measuring error, another timing, from now on. */
  set(conditions: Conditions, timing: Timing): void {
    this.conditions = conditions
    this.timing = timing
    this.plant.setConditions(conditions.temperature_C, conditions.age)
    this.ambient_V = conditions.supply_V
    this.road = new Road(this.dice, conditions.road_m_s2)
    this.plant.verticalAcceleration_m_s2 = 0
    this.gain = 1 + MEASURING.gain * (2 * this.dice.next() - 1)
  }

  /** The supply, without touching anything else. */
  supply(supply_V: number): void {
    this.ambient_V = supply_V
  }

  /** Gives a command; `false`: refused. */
  order(action: keyof typeof WINDOW_ACTION, position_pct = NaN): boolean {
    this.late = false
    return this.component.command({ action: WINDOW_ACTION[action], position_pct, sequence: 0 }, 5)
  }

  /** Runs until the driver rests, `limit_ms` at most; `each` looks after every millisecond. Returns the time, NaN: too long. */
  rest(limit_ms: number, each?: () => void): number {
    const start_ms = this.now_ms
    while (this.period_ms > 0) {
      if (this.now_ms - start_ms >= limit_ms) return NaN
      this.step()
      each?.()
    }
    return this.now_ms - start_ms
  }

  /** What it has learned of friction, as its memory keeps it. */
  get friction(): Uint8Array | undefined {
    return this.nvm.get(WINDOW_FRICTION_KEY)
  }

  /** Time passes at rest: things cool. */
  pass(duration_s: number): void {
    this.plant.rested(duration_s)
    this.now_ms += Math.round(duration_s * 1000)
    this.power.step(this.now_ms)
  }

  get status(): WindowStatusValues {
    this.component.status(this.values, 0)
    return this.values
  }

  get reversing(): boolean {
    return this.status.state === WINDOW_STATE.reversing
  }

  private step(): void {
    this.now_ms += 1
    if (this.conditions.road_m_s2 > 0) this.plant.verticalAcceleration_m_s2 = this.road.next(STEP_s)
    this.outlet.step(STEP_s, this.plant)
    this.power.step(this.now_ms)
    if (this.now_ms < this.nextTick_ms) return
    const { timing } = this
    if (timing.pauseAt_N > 0 && !this.late && this.plant.contactForce_N > timing.pauseAt_N) {
      this.late = true
      this.nextTick_ms = this.now_ms + timing.pause_ms
      return
    }
    let next_ms = this.now_ms + timing.tick_ms
    if (timing.pauseChance > 0 && this.dice.chance(timing.pauseChance)) next_ms += this.dice.below(timing.pause_ms + 1)
    this.nextTick_ms = next_ms
    this.component.tick()
  }

  private read_A(): number {
    const read_A = this.outlet.current_A * this.gain + MEASURING.noise_A * normal(this.dice)
    return read_A > 0 ? read_A : 0
  }

  private read_V(): number {
    const read_V = this.ambient_V + MEASURING.noise_V * normal(this.dice)
    return Math.round(read_V / MEASURING.step_V) * MEASURING.step_V
  }

  private port(): Port {
    const { plant, outlet } = this
    return {
      present: () => true, onPresence: () => {}, descriptor: () => NO_BYTES,
      power: on => outlet.power(on),
      limit: current_A => outlet.limit(current_A),
      current_A: () => this.read_A(),
      takeMeans: () => outlet.takeMeans(),
      mean_A: () => outlet.mean_A * this.gain,
      meanPlug_V: () => outlet.meanPlug_V,
      tripped: () => outlet.tripped,
      drive: (channel, duty) => plant.drive(channel, duty),
      brake: channel => plant.brake(channel),
      pulses: channel => plant.pulses(channel),
      analog: () => 0, input: () => false, onInput: () => {}, write: () => {}, read: () => 0,
    }
  }

  private board(): Board {
    return {
      now: () => this.now_ms, supply_V: () => this.read_V(), temperature_C: () => this.conditions.temperature_C,
      acceleration_m_s2: () => this.plant.verticalAcceleration_m_s2,
    }
  }

  private context(): ContextOf<typeof COMPONENT_CLASS.window> {
    return {
      hal: this.board(), port: this.port(), portIndex: 0, location: 1, descriptor: DESCRIPTOR, power: this.power,
      vehicle: { ignition: () => IGNITION.on, gear: () => 0, speed_kmh: () => this.conditions.road_m_s2 > 0 ? 50 : 0 },
      job: () => ({ startIn: () => {}, notLater: () => {}, stop: () => {}, armed: () => false }),
      tick: (period_ms) => {
        this.period_ms = period_ms
        this.nextTick_ms = period_ms > 0 ? this.now_ms + this.timing.tick_ms + this.timing.phase_ms : Infinity
      },
      statusChanged: () => {}, sendEvent: () => {}, switchChanged: () => {},
      vehicleReading: () => {},
      load: key => this.nvm.get(key)?.slice(),
      save: (key, bytes) => this.nvm.set(key, bytes.slice()),
    }
  }
}
