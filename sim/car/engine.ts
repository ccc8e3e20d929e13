import type { Kernel, Timer } from '../kernel/index.ts'
import { interpolate, type Supply, type Table } from '../power/index.ts'

const MS_ns = 1_000_000

/** Engine and starter as the supply feels them. */
export const ENGINE = {
  idle_rpm: 800,
  /** Speed at which the starter turns it. */
  cranking_rpm: 200,
  /** From the turned key to the closed starter relay: the engine controller's checks and the relay. Loads are shed in it. */
  relay_ms: 200,
  /** From the closed relay to an engine that runs by itself, warm. */
  fires_ms: 800,
} as const

/** Starter of a 1.5 l engine, A over ms: locked rotor, run-up, then the mean over the compression strokes. */
const STARTER_A: Table = { x: [0, 5, 20, 60, 120, 800], y: [0, 550, 450, 250, 180, 150] }
/** Steps in which the starter's current is followed while it changes fast, and later. */
const FAST_ms = 2
const SLOW_ms = 20
const RUN_UP_ms = 120

/** Drives the alternator, and draws the starter's current at the battery while it is cranked. */
export class Engine {
  private readonly kernel: Kernel
  private readonly supply: Supply
  private readonly timer: Timer
  private readonly started: () => void
  private turning = false
  private begin_ns = 0
  /** Instead of the starter: begins the profile, and how long that is. */
  private bench: { readonly begin: () => void, readonly duration_ms: number } | undefined = undefined

  /** It runs from the beginning if the supply's alternator does. `started` is called when it has come to run by itself. */
  constructor(kernel: Kernel, supply: Supply, started: () => void) {
    this.kernel = kernel
    this.supply = supply
    this.started = started
    this.timer = kernel.timer('engine', () => this.turn())
  }

  get running(): boolean {
    return this.supply.engine_rpm >= ENGINE.idle_rpm
  }

  get cranking(): boolean {
    return this.turning
  }

  /** The key is at `start`. A running engine is left alone. */
  crank(): void {
    if (this.turning || this.running) return
    this.turning = true
    this.begin_ns = this.kernel.now_ns + ENGINE.relay_ms * MS_ns
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

  private turn(): void {
    const { bench, supply, timer } = this
    const turned_ns = this.kernel.now_ns - this.begin_ns
    const fires_ns = Math.round((bench?.duration_ms ?? ENGINE.fires_ms) * MS_ns)
    if (turned_ns >= fires_ns) {
      this.stop()
      supply.engine_rpm = ENGINE.idle_rpm
      this.started()
    } else if (bench !== undefined) {
      bench.begin()
      timer.startIn(fires_ns)
    } else {
      const turned_ms = turned_ns / MS_ns
      supply.engine_rpm = ENGINE.cranking_rpm
      supply.setHouseLoad(interpolate(STARTER_A, turned_ms))
      timer.startIn((turned_ms < RUN_UP_ms ? FAST_ms : SLOW_ms) * MS_ns)
    }
  }
}
