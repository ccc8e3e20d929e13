import type { Plant, PlantState } from './plant.ts'

/** The eFuse of a port: a smart high-side switch. */
export const EFUSE = {
  /**
   * Time in regulation after which it latches off, and as much time out of it makes good for it: fault timers charge and discharge a
   * capacitor alike (TPS24750), others go by their junction's temperature (TPS25948) or count retries until they are switched off
   * (BTS7040); none forgets at once.
   */
  trip_s: 0.5,
  /** Limit before the firmware sets one: enough for a component's electronics, not for a load. */
  default_A: 0.5,
  /** The largest limit its reference allows. */
  most_A: 40,
} as const

/** Its switch does not close any more, or the supply contact of its plug is open; or it does not open any more, and limits nothing. */
export type OutletFault = 'open' | 'shorted'

/** What a hub's current sense and converter make of a port, sampled at 1 kHz. */
export interface Meter {
  /** So many milliseconds of the same: what flowed, and what was at the plug. */
  sample(current_A: number, plug_V: number, times: number): void
  /** A single reading of a current. */
  read_A(current_A: number): number
  /** Ends an interval of the means. */
  takeMeans(): void
  readonly mean_A: number
  readonly mean_V: number
}

/** A sensor of a port's current, as single readings have it. */
export interface Sense {
  read(current_A: number): number
}

const STEP_ns = 1_000_000
const STEP_s = 0.001

/** The search for the voltage at which the load draws the limit: most passes, and the shortfall it accepts. */
const REGULATION_PASSES = 16
const REGULATION_ERROR = 0.001

/**
 * The physical side of a port: feed, switch, eFuse and socket. The eFuse works without firmware: it holds the current at
 * the limit by lowering the voltage, and latches off after 500 ms of that.
 */
export class Outlet {
  /** Hub and port, `FL.0`. */
  readonly name: string
  /** At the plug after the last step, V. */
  load_V = 0
  /** Of the hub when the plant was last stepped, V. */
  feed_V = 0
  /** Held at the limit in the last step. */
  regulating = false
  tripped = false
  /** Over the steps of the interval that the last `takeMeans` ended: drawn, A, and at the plug, V. */
  mean_A = 0
  meanPlug_V = 0
  /** What measures it; undefined: it is measured exactly. */
  meter: Meter | undefined = undefined
  /** What reads it where there is no meter; undefined: it is read exactly. */
  sense: Sense | undefined = undefined
  /** Of the eFuse's reference: at how many times the limit that it was told it regulates. */
  limitGain = 1
  /** The signal contacts of its plug are open: the hub reads nothing of the component but its presence and its memory. */
  signalsOpen = false
  private broken: OutletFault | undefined = undefined
  /** Conductance between the supply contacts of its plug, beside the component: 0, or that of a short, S. */
  private bridge_S = 0
  private sum_A = 0
  private sum_V = 0
  private steps = 0
  /** Since when its plant has been at rest, ns, and what has flowed since; NaN: it is stepped. */
  private rest_ns = NaN
  private rest_A = 0
  private rest_V = 0
  private part: Plant | undefined = undefined
  private state: PlantState | undefined = undefined
  private on = false
  private limit_A: number = EFUSE.default_A
  /** How hot the time in regulation has made it; it cools as fast. */
  private regulated_s = 0
  private readonly supply_V: () => number

  /** `supply_V`: the hub's supply now. */
  constructor(name: string, supply_V: () => number) {
    this.name = name
    this.supply_V = supply_V
  }

  /** What is plugged in. */
  get plugged(): Plant | undefined {
    return this.part
  }

  set plugged(plant: Plant | undefined) {
    this.part = plant
    this.state = plant?.state
  }

  get powered(): boolean {
    return this.on
  }

  get currentLimit_A(): number {
    return this.limit_A
  }

  /** Drawn from the hub's supply, A. */
  get current_A(): number {
    return this.state === undefined ? 0 : this.state.current_A + this.load_V * this.bridge_S
  }

  /** Its switch breaks; undefined: it is whole again. */
  fail(fault: OutletFault | undefined): void {
    this.broken = fault
    this.changed()
  }

  /** The supply contacts of its plug touch, within the component or its lead; Infinity: they do not any more. */
  bridge(resistance_ohm: number): void {
    if (!(resistance_ohm > 0)) throw new RangeError(`resistance ${resistance_ohm} Ω of a short is not above 0 Ω`)
    this.bridge_S = 1 / resistance_ohm
    this.changed()
  }

  /** Of that, so much less than without the back-EMF of motors, A: see `Plant`. While the eFuse holds the current it follows nothing. */
  get opposed_A(): number {
    return this.part === undefined || this.regulating || this.load_V <= 0 ? 0 : this.part.opposed_A(this.load_V)
  }

  /** The same as the hub measures it. */
  read_A(): number {
    const { meter, sense, current_A } = this
    return meter !== undefined ? meter.read_A(current_A) : sense === undefined ? current_A : sense.read(current_A)
  }

  /** Switches the feed. Switching on clears a trip; switching on what is on does nothing else. */
  power(on: boolean): void {
    if (on && this.tripped) {
      this.tripped = false
      this.on = false
    }
    if (on === this.on) return
    this.on = on
    this.changed()
  }

  /** Sets the current to regulate at; the reference ends at `EFUSE.most_A`. */
  limit(current_A: number): void {
    if (!(current_A >= 0)) throw new RangeError(`current limit ${current_A} A is not 0 A or more`)
    const limit_A = Math.min(current_A * this.limitGain, EFUSE.most_A)
    if (limit_A === this.limit_A) return
    this.limit_A = limit_A
    if (this.regulating || this.current_A > limit_A) this.changed()
  }

  /** Its plant comes to rest: nothing changes until it is awake again. */
  rest(now_ns: number): void {
    this.rest_ns = now_ns
    this.rest_A = this.current_A
    this.rest_V = this.load_V
  }

  awake(now_ns: number): void {
    this.pass(now_ns)
    this.rest_ns = NaN
  }

  /** The time at rest until now counts for the means, and it cools. */
  private pass(now_ns: number): void {
    const steps = Math.floor((now_ns - this.rest_ns) / STEP_ns)
    if (!(steps > 0)) return
    this.rest_ns += steps * STEP_ns
    this.sum_A += this.rest_A * steps
    this.sum_V += this.rest_V * steps
    this.steps += steps
    if (this.meter !== undefined) this.meter.sample(this.rest_A, this.rest_V, steps)
    this.regulated_s = Math.max(0, this.regulated_s - steps * STEP_s)
  }

  /** Ends an interval of the means. In one in which no time passed they are what was at its end. */
  takeMeans(now_ns: number): void {
    this.pass(now_ns)
    const { steps, meter } = this
    if (meter === undefined) {
      this.mean_A = steps > 0 ? this.sum_A / steps : this.current_A
      this.meanPlug_V = steps > 0 ? this.sum_V / steps : this.load_V
    } else {
      if (steps === 0) meter.sample(this.current_A, this.load_V, 1)
      meter.takeMeans()
      this.mean_A = meter.mean_A
      this.meanPlug_V = meter.mean_V
    }
    this.sum_A = 0
    this.sum_V = 0
    this.steps = 0
  }

  /** As the board is without firmware: off, limit at its default. */
  reset(): void {
    this.power(false)
    this.tripped = false
    this.limit_A = EFUSE.default_A
    if (this.part !== undefined) this.part.float()
  }

  /** Advances the plugged plant by `dt_s` through the eFuse. */
  step(dt_s: number, plant: Plant): void {
    const feed_V = this.supply_V()
    const { broken } = this
    const closed = broken === undefined ? this.on && !this.tripped : broken === 'shorted'
    const regulating = closed && broken === undefined && this.demand_A(plant, feed_V) > this.limit_A
    this.feed_V = feed_V
    this.regulating = regulating
    this.load_V = regulating ? this.regulated_V(plant) : closed ? feed_V : 0
    plant.step(dt_s, this.load_V)
    const { current_A } = this
    this.sum_A += current_A
    this.sum_V += this.load_V
    this.steps++
    if (this.meter !== undefined) this.meter.sample(current_A, this.load_V, 1)
    if (!regulating) {
      if (this.regulated_s > 0) this.regulated_s = Math.max(0, this.regulated_s - dt_s)
      return
    }
    this.state!.active = true
    this.regulated_s += dt_s
    // Half a step of slack, as the sum of steps is not exact.
    if (this.regulated_s > EFUSE.trip_s - dt_s / 2) this.tripped = true
  }

  /** The load or its feed changed: the world has to look again. */
  changed(): void {
    if (this.part !== undefined) this.part.wake()
  }

  private demand_A(plant: Plant, load_V: number): number {
    return plant.demand_A(load_V) + load_V * this.bridge_S
  }

  /** As much of the feed that the load, which would draw more, draws the limit (regula falsi with Illinois weights). */
  private regulated_V(plant: Plant): number {
    let high_V = this.feed_V
    let over_A = this.demand_A(plant, high_V) - this.limit_A
    let low_V = 0
    let under_A = this.limit_A
    let side = 0
    for (let pass = 0; pass < REGULATION_PASSES; pass++) {
      const middle_V = low_V + (high_V - low_V) * under_A / (over_A + under_A)
      const excess_A = this.demand_A(plant, middle_V) - this.limit_A
      if (excess_A > 0) {
        high_V = middle_V
        over_A = excess_A
        if (side > 0) under_A /= 2
        side = 1
      } else {
        low_V = middle_V
        under_A = -excess_A
        if (side < 0) over_A /= 2
        side = -1
        if (under_A <= REGULATION_ERROR * this.limit_A) break
      }
    }
    return low_V
  }
}
