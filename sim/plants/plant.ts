import type { Observation, PlantClass } from './observation.ts'

/** Where a plant reports to: the world that steps it and the port that listens to it. */
export interface PlantListener {
  /** The plant has become active. */
  wake(plant: Plant): void
  /** A digital input changed its level. */
  edge(plant: Plant, channel: number, level: boolean): void
}

const NO_MEMORY = new Uint8Array(0)

/** What world and outlet read of a plant at every step, of one shape whatever the plant's class. */
export class PlantState {
  active = false
  current_A = 0
}

/**
 * The physical half of a component: it answers the channels of `protocol/plug.ts` and is stepped in time by the world
 * while it is `active`. Channels a class does not have read 0 or `false`, and driving them does nothing, as on a real
 * plug. Currents are averages over a PWM period.
 */
export abstract class Plant {
  readonly className: PlantClass
  readonly state = new PlantState()
  /** Its 1-Wire memory, with the descriptor; empty: nothing answers. */
  memory: Uint8Array = NO_MEMORY
  private listener: PlantListener | undefined = undefined

  constructor(className: PlantClass) {
    this.className = className
  }

  /** True while its state changes with time: the world steps it. */
  get active(): boolean {
    return this.state.active
  }

  set active(active: boolean) {
    this.state.active = active
  }

  /** Drawn from the feed at the end of the last step, A; never negative (a feed takes nothing back). */
  get current_A(): number {
    return this.state.current_A
  }

  set current_A(current_A: number) {
    this.state.current_A = current_A
  }

  /** The current it would draw now at `supply_V`. Changes nothing; grows with the voltage. */
  abstract demand_A(supply_V: number): number

  /**
   * Of what it draws at `supply_V`, so much less than without the back-EMF of its motors, A. With it a feed knows how the current
   * follows the voltage at present speeds: `(current_A + opposed_A) / supply_V` amperes a volt.
   */
  opposed_A(_supply_V: number): number {
    return 0
  }

  /** Advances the state by `dt_s` with `supply_V` at the plug. Sets `current_A` and `active`. Never allocates. */
  abstract step(dt_s: number, supply_V: number): void

  /** Called when it becomes active again after `duration_s` of rest. */
  rested(_duration_s: number): void {}

  /** What a person, a display or a test sees of it. */
  abstract observe(): Observation

  /** All outputs of the hub float: unplugged, or the hub is dead. */
  abstract float(): void

  drive(_channel: number, _duty: number): void {}

  brake(_channel: number): void {}

  pulses(_channel: number): number {
    return 0
  }

  analog(_channel: number): number {
    return 0
  }

  input(_channel: number): boolean {
    return false
  }

  write(_register: number, _value: number): void {}

  read(_register: number): number {
    return 0
  }

  /** Called by the world and the port; one listener, the last one counts. */
  listen(listener: PlantListener | undefined): void {
    this.listener = listener
  }

  /** Something changed that needs stepping: a drive, a press, the supply. */
  wake(): void {
    if (this.active) return
    this.active = true
    if (this.listener !== undefined) this.listener.wake(this)
  }

  protected edge(channel: number, level: boolean): void {
    if (this.listener !== undefined) this.listener.edge(this, channel, level)
  }
}

/** The elastic force of two end stops, positive along the axis: 0 between `low` and `high`. */
export function stopForce(position: number, low: number, high: number, stiffness: number): number {
  if (position < low) return (low - position) * stiffness
  if (position > high) return (high - position) * stiffness
  return 0
}

/** Clamps to 0–1, as an analog channel reports. */
export function fraction(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}

/** Throws when a person's or a test's value is not within `low`…`high`. */
export function requireRange(what: string, value: number, low: number, high: number, unit: string): void {
  if (value >= low && value <= high) return
  throw new RangeError(`${what} ${value} ${unit} is not in ${low}…${high} ${unit}`)
}
