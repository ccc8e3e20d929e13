import { decodeWindowRecord, encodeWindowRecord, WINDOW_FRICTION_KEY, WINDOW_RECORD_KEY, WindowDriver } from '#firmware/components/window/index.ts'
import type { Board, ContextOf, DriverJob } from '#firmware/components/index.ts'
import type { Port } from '#firmware/index.ts'
import { COMPONENT_CLASS, IGNITION, WINDOW_ACTION, WINDOW_STATE, WindowStatusCodec, type WindowStatusValues } from '#protocol/index.ts'
import { WINDOW_MOTOR_DATA } from '../car/index.ts'
import { commutated_A, HOLD_ms, Measuring } from '../host/index.ts'
import type { Prng } from '../kernel/index.ts'
import { NOMINAL_UNIT, Outlet, Road, WINDOW_REGULATOR, WINDOW_TRAVEL_pulses, WindowPlant } from '../plants/index.ts'
import { RigPower } from './rig-power.ts'
import type { Surroundings } from './surroundings.ts'
import { nominalUnit, type Unit, windowUnit } from './tolerances.ts'

/** A current sense that was never calibrated. */
const GAIN_ERROR = 0.03

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
  /** By which the first tick is late, ms; no more than `pause_ms`. */
  readonly phase_ms: number
  /** The driver asks for 10; a slow board gives 20. */
  readonly tick_ms: number
  /** Chance that a tick comes late, by up to `pause_ms`. */
  readonly pauseChance: number
  readonly pause_ms: number
  /** The first tick at which the force is above this is late by `pause_ms`: the worst moment. 0 = none. */
  readonly pauseAt_N: number
  /** Every tick is late by up to this. */
  readonly jitter_ms: number
}

export const PUNCTUAL: Timing = { phase_ms: 0, tick_ms: 10, pauseChance: 0, pause_ms: 15, pauseAt_N: 0, jitter_ms: 0 }

const STEP_s = 0.001
const SERIAL = 1
/** As `sim/car` describes it: stalled on 14 V. */
const PEAK_A = 14 / WINDOW_REGULATOR.motor.resistance_ohm
const NO_BYTES = new Uint8Array(0)

const DESCRIPTOR: ContextOf<typeof COMPONENT_CLASS.window>['descriptor'] = {
  class: COMPONENT_CLASS.window, data: { travel_pulses: WINDOW_TRAVEL_pulses, stall_A: PEAK_A, ...WINDOW_MOTOR_DATA }, maker: 1,
  model: 1, serial: SERIAL,
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
  /** The processor does nothing any more; the board's own parts do. */
  hangs = false
  /** Timers of the driver. */
  private readonly jobs: { due_ms: number, readonly fire: () => void }[] = []
  private readonly dice: Prng
  private readonly power: RigPower
  private readonly values: WindowStatusValues = WindowStatusCodec.create()
  private road: Road
  private readonly unit: Unit
  private readonly varies: boolean
  private readonly measuring: Measuring
  private surroundings: Surroundings | undefined = undefined
  private began_ms = 0
  private feed_V = 0
  private ambient_V = 0
  private period_ms = 0
  private nextTick_ms = Infinity
  /** When the next tick would be on time. */
  private due_ms = Infinity
  private late = false
  /** When the board takes a closing motor away that nobody renews. */
  private heldUntil_ms = Infinity

  /**
   * A window that stands at `opening_m` and knows its position; `friction`: what it has learned of that, an NVM image. `unit`
   * with seals that drag `drag` times what age and temperature say; without one, a nominal unit whose current sense is off by
   * another gain in each of the surroundings. `closed_pulses`: where the driver believes the closed end to be.
   */
  constructor(dice: Prng, opening_m: number, friction?: Uint8Array, unit?: Unit, drag = 1, closed_pulses = 0) {
    this.dice = dice
    this.varies = unit === undefined
    this.unit = unit ?? nominalUnit()
    this.plant = new WindowPlant(opening_m, unit === undefined ? NOMINAL_UNIT : windowUnit(unit, drag))
    this.outlet = new Outlet('rig', () => this.ambient_V)
    this.outlet.plugged = this.plant
    this.road = new Road(dice, 0)
    this.measuring = new Measuring(dice, this.unit)
    this.nvm = new Map([[WINDOW_RECORD_KEY, encodeWindowRecord({
      serial: SERIAL, travel_pulses: WINDOW_TRAVEL_pulses, position_pulses: this.plant.pulses(0) - closed_pulses,
    })]])
    if (friction !== undefined) this.nvm.set(WINDOW_FRICTION_KEY, friction)
    this.set(FAIR, PUNCTUAL)
    this.power = new RigPower(this.outlet, this.unit.eFuse, () => this.takeMeans(), granted => this.component.powerChanged(granted))
    this.component = new WindowDriver(this.context())
  }

  /** Other surroundings, another timing, from now on. */
  set(conditions: Conditions, timing: Timing, surroundings?: Surroundings): void {
    this.conditions = conditions
    this.timing = timing
    this.surroundings = surroundings
    this.began_ms = this.now_ms
    this.plant.setConditions(conditions.temperature_C, conditions.age)
    this.supply(conditions.supply_V)
    this.road = new Road(this.dice, conditions.road_m_s2)
    this.plant.verticalAcceleration_m_s2 = 0
    this.plant.gust_N = 0
    if (this.varies) this.measuring.errors = { ...this.unit, currentGain: 1 + GAIN_ERROR * (2 * this.dice.next() - 1) }
  }

  /** The supply, without touching anything else. */
  supply(supply_V: number): void {
    this.feed_V = supply_V
    this.ambient_V = supply_V
  }

  /** Gives a command; `false`: refused. */
  order(action: keyof typeof WINDOW_ACTION, position_pct = NaN): boolean {
    this.late = false
    const accepted = this.component.command({ action: WINDOW_ACTION[action], position_pct, sequence: 0 }, 5)
    this.runJobs()
    return accepted
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

  /** Where the driver believes the closed end to be, in pulses from where it is; as its memory keeps it. */
  get closed_pulses(): number {
    return this.plant.pulses(0) - (decodeWindowRecord(this.nvm.get(WINDOW_RECORD_KEY))?.position_pulses ?? NaN)
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
    const { plant, outlet, surroundings } = this
    if (this.conditions.road_m_s2 > 0) plant.verticalAcceleration_m_s2 = this.road.next(STEP_s)
    if (surroundings !== undefined) this.surround(surroundings)
    if (this.now_ms > this.heldUntil_ms) plant.drive(0, 0)
    outlet.step(STEP_s, plant)
    this.measuring.sample(this.drawn_A(), outlet.load_V, plant.verticalAcceleration_m_s2)
    this.power.step(this.now_ms)
    this.runJobs()
    if (this.now_ms >= this.nextTick_ms && !this.hangs) this.tick()
    this.runJobs()
  }

  /** What is due goes on in a callback of its own, at the same time. */
  private runJobs(): void {
    if (this.hangs) return
    const { jobs } = this
    for (let i = 0; i < jobs.length;) {
      const { due_ms, fire } = jobs[i]!
      if (due_ms > this.now_ms) {
        i++
        continue
      }
      jobs[i]!.due_ms = Infinity
      fire()
      i = 0
    }
  }

  private job(fire: () => void): DriverJob {
    const timer = { due_ms: Infinity, fire }
    this.jobs.push(timer)
    return {
      startIn: (delay_ms) => { timer.due_ms = this.now_ms + delay_ms },
      notLater: (delay_ms) => { timer.due_ms = Math.min(timer.due_ms, this.now_ms + delay_ms) },
      stop: () => { timer.due_ms = Infinity },
      armed: () => timer.due_ms < Infinity,
    }
  }

  private surround(surroundings: Surroundings): void {
    const { plant } = this
    const time_ms = this.now_ms - this.began_ms
    this.ambient_V = surroundings.supply_V(time_ms, this.feed_V, this.outlet.current_A)
    plant.gust_N = surroundings.gust_N(time_ms)
    const slam_m_s2 = surroundings.slam_m_s2(time_ms)
    plant.verticalAcceleration_m_s2 = this.conditions.road_m_s2 > 0 ? plant.verticalAcceleration_m_s2 + slam_m_s2 : slam_m_s2
  }

  private tick(): void {
    const { timing } = this
    if (timing.pauseAt_N > 0 && !this.late && this.plant.contactForce_N > timing.pauseAt_N) {
      this.late = true
      this.nextTick_ms = this.due_ms + timing.pause_ms
      if (this.nextTick_ms > this.now_ms) return
    }
    let late_ms = 0
    if (timing.jitter_ms > 0) late_ms += this.dice.below(timing.jitter_ms + 1)
    if (timing.pauseChance > 0 && this.dice.chance(timing.pauseChance)) late_ms += this.dice.below(timing.pause_ms + 1)
    // However many reasons a tick has to be late, it is not later than the longest pause.
    this.due_ms = this.now_ms + timing.tick_ms
    this.nextTick_ms = this.due_ms + Math.min(timing.pause_ms, late_ms)
    this.component.tick()
  }

  private takeMeans(): number {
    this.measuring.takeMeans()
    return this.measuring.mean_A
  }

  private drawn_A(): number {
    return commutated_A(this.outlet.current_A, this.plant.drum_m, this.unit.commutation)
  }

  private port(): Port {
    const { plant, outlet } = this
    return {
      present: () => true, onPresence: () => {}, descriptor: () => NO_BYTES,
      power: on => outlet.power(on),
      limit: current_A => outlet.limit(current_A * this.unit.eFuse),
      current_A: () => this.measuring.current_A(this.drawn_A()),
      takeMeans: () => this.measuring.takeMeans(),
      mean_A: () => this.measuring.mean_A,
      meanPlug_V: () => this.measuring.mean_V,
      tripped: () => outlet.tripped,
      drive: (channel, duty) => {
        this.heldUntil_ms = Infinity
        plant.drive(channel, duty)
      },
      driveWatched: (channel, duty) => {
        this.heldUntil_ms = this.now_ms + HOLD_ms
        plant.drive(channel, duty)
      },
      hold_ms: () => HOLD_ms,
      brake: (channel) => {
        this.heldUntil_ms = Infinity
        plant.brake(channel)
      },
      pulses: channel => plant.pulses(channel),
      analog: () => 0, input: () => false, onInput: () => {}, write: () => {}, read: () => 0,
    }
  }

  private board(): Board {
    return {
      now: () => this.now_ms, gap_ms: this.timing.tick_ms + this.timing.pause_ms, supply_V: () => this.measuring.voltage_V(this.ambient_V),
      temperature_C: () => this.conditions.temperature_C + this.unit.temperatureError_K,
      acceleration_m_s2: () => this.measuring.acceleration_m_s2(),
    }
  }

  private context(): ContextOf<typeof COMPONENT_CLASS.window> {
    return {
      tickLate: () => undefined, pinched: () => undefined,
      hal: this.board(), port: this.port(), portIndex: 0, location: 1, descriptor: DESCRIPTOR, power: this.power,
      vehicle: { ignition: () => IGNITION.on, gear: () => 0, speed_kmh: () => this.conditions.road_m_s2 > 0 ? 50 : 0 },
      job: (_name, fire) => this.job(fire),
      tick: (period_ms) => {
        this.period_ms = period_ms
        // The first one is no later than any other may be.
        const { tick_ms, phase_ms, pause_ms } = this.timing
        this.due_ms = period_ms > 0 ? this.now_ms + tick_ms + Math.min(phase_ms, pause_ms) : Infinity
        this.nextTick_ms = this.due_ms
      },
      statusChanged: () => {}, sendEvent: () => {}, switchChanged: () => {},
      vehicleReading: () => {}, faulty: () => {},
      load: key => this.nvm.get(key)?.slice(),
      save: (key, bytes) => this.nvm.set(key, bytes.slice()),
    }
  }
}
