import type { Kernel, Timer } from '../kernel/index.ts'
import { interpolate, type Supply, type Table } from '../power/index.ts'

const MS_ns = 1_000_000

/** The engine as the supply feels it. */
export const ENGINE = {
  idle_rpm: 800,
  /** From the turned key to the closed starter relay: the engine controller's checks and the relay. Loads are shed in it. */
  relay_ms: 200,
  /** It fires when it has been turned for so long at this speed or above: a petrol engine starts from 60–90 rpm on (Bosch handbook). */
  fires_ms: 780,
  firing_rpm: 80,
  /** The starter is let go after so long: it would burn. */
  longest_ms: 10_000,
} as const

/**
 * Starter of a 1.5 l engine, a motor with permanent magnets: with its cable it takes 550 A from a good battery while it stands, and
 * 150 A when it turns the engine with 200 rpm.
 */
const STARTER = {
  resistance_Ohm: 0.0189,
  emf_V_rpm: 0.0458,
  /** To run up, and to run down. */
  runUp_s: 0.043,
  /** Its solenoid pulls in from 8 V on, as data sheets of 12 V starters guarantee, and holds down to half of it. */
  pullIn_V: 8,
  hold_V: 4,
} as const

/** Current whose torque turns the engine, by temperature: cold oil is thicker. Locked, the starter must have more than that. */
const TURNING_A: Table = { x: [-30, -18, 0, 23, 80], y: [330, 270, 200, 150, 120] }

/** Steps in which the starter's current is followed while it changes fast, and later; and until the solenoid is tried again. */
const FAST_ms = 2
const SLOW_ms = 20
const RUN_UP_ms = 120
const RETRY_ms = 100

/** Drives the alternator, and draws the starter's current at the battery while it is cranked. */
export class Engine {
  private readonly kernel: Kernel
  private readonly supply: Supply
  private readonly timer: Timer
  private readonly ended: () => void
  private turning = false
  private begin_ns = 0
  private looked_ns = 0
  private pulledIn_ns = NaN
  private turned_ms = 0
  private rpm = 0
  /** Instead of the starter: begins the profile, and how long that is. */
  private bench: { readonly begin: () => void, readonly duration_ms: number } | undefined = undefined

  /** It runs from the beginning if the supply's alternator does. `ended` is called when it has come to run, or the starter gave up. */
  constructor(kernel: Kernel, supply: Supply, ended: () => void) {
    this.kernel = kernel
    this.supply = supply
    this.ended = ended
    this.timer = kernel.timer('engine', () => this.bench === undefined ? this.turn() : this.turnOnBench(this.bench))
  }

  get running(): boolean {
    return this.supply.engine_rpm >= ENGINE.idle_rpm
  }

  get cranking(): boolean {
    return this.turning
  }

  /** The key is at `start`. A running engine is left alone; one that the battery cannot turn is given up after 10 s. */
  crank(): void {
    if (this.turning || this.running) return
    this.turning = true
    this.begin_ns = this.kernel.now_ns + ENGINE.relay_ms * MS_ns
    this.looked_ns = this.begin_ns
    this.pulledIn_ns = NaN
    this.turned_ms = 0
    this.rpm = 0
    this.timer.startAt(this.begin_ns)
  }

  /**
   * As `crank`, with a supply that follows a profile of `duration_ms` instead of a battery that feeds a starter; `begin`
   * starts it when the relay closes.
   */
  crankOnBench(duration_ms: number, begin: () => void): void {
    this.stop()
    this.crank()
    this.bench = { begin, duration_ms }
  }

  /** The key is back before it ran: the starter lets go. */
  giveUp(): void {
    if (this.turning && this.bench === undefined) this.stop()
  }

  stop(): void {
    this.turning = false
    this.bench = undefined
    this.timer.stop()
    this.supply.setHouseLoad(0)
    this.supply.engine_rpm = 0
  }

  private turnOnBench({ begin, duration_ms }: NonNullable<Engine['bench']>): void {
    const fires_ns = Math.round(duration_ms * MS_ns)
    if (this.kernel.now_ns - this.begin_ns >= fires_ns) return this.fire()
    begin()
    this.timer.startIn(fires_ns)
  }

  /** One step of the starter on the car's own battery. */
  private turn(): void {
    const { kernel, supply, timer } = this
    const now_ns = kernel.now_ns
    const dt_s = (now_ns - this.looked_ns) / 1e9
    this.looked_ns = now_ns
    if (now_ns - this.begin_ns >= ENGINE.longest_ms * MS_ns) {
      this.stop()
      this.ended()
      return
    }
    const { voltage_V, resistance_Ohm } = supply.starterSource
    const engaged = this.hold(voltage_V, resistance_Ohm)
    const ohm = resistance_Ohm + STARTER.resistance_Ohm
    this.spin(engaged ? (voltage_V - interpolate(TURNING_A, supply.battery.temperature_C) * ohm) / STARTER.emf_V_rpm : 0, dt_s)
    if (this.turned_ms >= ENGINE.fires_ms) return this.fire()
    supply.engine_rpm = this.rpm
    supply.setHouseLoad(engaged ? Math.max(0, (voltage_V - this.rpm * STARTER.emf_V_rpm) / ohm) : 0)
    const since_ms = (now_ns - this.pulledIn_ns) / MS_ns
    timer.startIn((!engaged ? RETRY_ms : since_ms < RUN_UP_ms ? FAST_ms : SLOW_ms) * MS_ns)
  }

  /** Whether the solenoid has pulled in, with so much at the battery without the starter, and still holds with it. */
  private hold(voltage_V: number, resistance_Ohm: number): boolean {
    if (Number.isNaN(this.pulledIn_ns)) {
      if (voltage_V >= STARTER.pullIn_V) this.pulledIn_ns = this.kernel.now_ns
    } else {
      const emf_V = this.rpm * STARTER.emf_V_rpm
      const loaded_V = voltage_V - resistance_Ohm * (voltage_V - emf_V) / (resistance_Ohm + STARTER.resistance_Ohm)
      if (loaded_V < STARTER.hold_V) this.pulledIn_ns = NaN
    }
    return !Number.isNaN(this.pulledIn_ns)
  }

  /** The engine comes to another speed; implicit, and not backwards. */
  private spin(to_rpm: number, dt_s: number): void {
    const rate = dt_s / STARTER.runUp_s
    this.rpm = Math.max(0, (this.rpm + rate * to_rpm) / (1 + rate))
    this.turned_ms = this.rpm >= ENGINE.firing_rpm ? this.turned_ms + dt_s * 1000 : 0
  }

  private fire(): void {
    this.stop()
    this.supply.engine_rpm = ENGINE.idle_rpm
    this.ended()
  }
}
