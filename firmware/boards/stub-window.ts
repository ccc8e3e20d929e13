import { rounded } from '#protocol/index.ts'
import type { Port } from '../hal.ts'

/**
 * A window that is not there, for a board on a desk: numbers of its motor and its glass, so that it moves where a hub drives it. It
 * measures no means and holds no motor, so its hub closes it only while a switch is held, and learns no travel, as of a window that it
 * cannot guard.
 */
export interface StubData {
  /** Its descriptor, as a memory holds it; the maker says that it is a stub. */
  readonly memory: readonly number[]
  readonly supply_V: number
  readonly travel_pulses: number
  readonly winding_ohm: number
  /** Back-EMF, V per pulse/s. */
  readonly emf_Vs: number
  /** Current that accelerates the rotor, A per pulse/s². */
  readonly inertia_As2: number
  /** What friction takes either way, and what lifts the glass, A. */
  readonly friction_A: number
  readonly lifts_A: number
}

/** One step of its motion, and the longest that is caught up: a hub looks every 10 ms while it drives. */
const STEP_s = 0.002
const LONGEST_s = 1

export class StubWindow implements Port {
  private readonly data: StubData
  private readonly now: () => number
  /** Pulses from its closed stop, and pulses a second; + opens. */
  private place: number
  private speed: number
  private duty: number
  private braking: boolean
  private fed: boolean
  private moved_ms: number

  constructor(data: StubData, now: () => number) {
    this.data = data
    this.now = now
    // In the middle, as nobody knows of a window that was plugged in just now.
    this.place = data.travel_pulses / 2
    this.speed = 0
    this.duty = 0
    this.braking = false
    this.fed = false
    this.moved_ms = now()
  }

  present(): boolean {
    return true
  }

  onPresence(_handler: (present: boolean) => void): void {
    // Nobody pulls it out.
  }

  descriptor(): Uint8Array {
    return new Uint8Array(this.data.memory)
  }

  power(on: boolean): void {
    this.move()
    this.fed = on
  }

  limit(_current_A: number): void {
    // Its motor never draws more than its descriptor says.
  }

  current_A(): number {
    this.move()
    if (!this.fed || this.duty === 0) return 0
    const motor_A = (this.applied_V() - this.data.emf_Vs * this.speed) / this.data.winding_ohm
    return Math.max(0, this.duty * motor_A)
  }

  takeMeans(): void {
    // A stub proves no force.
  }

  mean_A(): number {
    return NaN
  }

  meanPlug_V(): number {
    return NaN
  }

  tripped(): boolean {
    return false
  }

  drive(_channel: number, duty: number): void {
    if (!(duty >= -1 && duty <= 1)) throw new RangeError('duty ' + duty + ' is not in -1…1')
    this.move()
    this.duty = duty
    this.braking = false
  }

  driveWatched(channel: number, duty: number): void {
    this.drive(channel, duty)
  }

  hold_ms(): number {
    return Infinity
  }

  brake(_channel: number): void {
    this.move()
    this.duty = 0
    this.braking = true
  }

  pulses(_channel: number): number {
    this.move()
    return rounded(this.place)
  }

  analog(_channel: number): number {
    return 0
  }

  input(_channel: number): boolean {
    return false
  }

  onInput(_handler: (channel: number, level: boolean) => void): void {
    // It has no contacts.
  }

  write(_register: number, _value: number): void {
    // No serial line.
  }

  read(_register: number): number {
    return 0
  }

  /** What the motor gets, V; + opens. */
  private applied_V(): number {
    return this.fed ? this.duty * this.data.supply_V : 0
  }

  /** To where it is by now. The speed is that at the end of a step (implicit Euler): no step is too long for it. */
  private move(): void {
    const now_ms = this.now()
    let left_s = Math.min(LONGEST_s, (now_ms - this.moved_ms) / 1000)
    this.moved_ms = now_ms
    const data = this.data
    const closed = this.braking || (this.fed && this.duty !== 0)
    const emf_A = closed ? data.emf_Vs / data.winding_ohm : 0
    const drive_A = this.applied_V() / data.winding_ohm
    while (left_s > 0) {
      const step_s = Math.min(STEP_s, left_s)
      left_s -= step_s
      // Its worm holds the glass: what lifts it only adds to what a closing has to push.
      const wanted = this.speed !== 0 ? this.speed : drive_A
      const drag_A = data.friction_A + (wanted < 0 ? data.lifts_A : 0)
      const gain = step_s / data.inertia_As2
      const free = (this.speed + gain * drive_A) / (1 + gain * emf_A)
      const drag = gain * drag_A / (1 + gain * emf_A)
      this.speed = Math.abs(free) <= drag ? 0 : free - (free < 0 ? -drag : drag)
      const place = this.place + this.speed * step_s
      this.place = Math.max(0, Math.min(data.travel_pulses, place))
      if (this.place !== place) this.speed = 0
    }
  }
}

/** The sockets of a board, and behind them what it plays. */
export function withStubs(ports: Port[], stubs: readonly StubData[] | undefined, now: () => number): Port[] {
  return stubs === undefined ? ports : ports.concat(stubs.map(stub => new StubWindow(stub, now)))
}
