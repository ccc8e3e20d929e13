import { inRange } from './range.ts'

const NONE = 0
const CURRENT = 1
const CONDUCTANCE = 2
const POWER = 3
const MOTOR = 4

/** No car has more: A, W. */
const MOST = 10_000
/** A dead short, Ω. */
const LEAST_OHM = 0.0001

/** Below this voltage a constant-current load is a resistor, V. */
const KNEE_V = 1

/**
 * What hangs on the hubs: a fixed number of slots at each (one a port, one for the board). Every load is a continuous
 * function of the hub's voltage that is 0 at 0 V and below (hubs are protected against reverse polarity), so that a
 * solution always exists. `limit_A` is where the port's electronic fuse regulates. Setting and evaluating allocate nothing.
 */
export class Loads {
  readonly slots: number
  private readonly kinds: Uint8Array
  private readonly a: Float64Array
  private readonly b: Float64Array
  private readonly limits: Float64Array
  /** Sums over the straight loads of a hub: A and S. The others are curved (or limited) and evaluated one by one. */
  private readonly straight_A: Float64Array
  private readonly straight_S: Float64Array
  private readonly curved: Int32Array
  private readonly curvedCount: Int32Array
  /** Set when a converter is below its lowest voltage or at its limit: another solution may exist. Cleared by who asks. */
  fragile = false
  /** Result of `evaluate`, by hub: current (A) and its slope over voltage (S). */
  readonly current_A: Float64Array
  readonly slope_S: Float64Array

  private readonly hubs: number

  /** `slots` 1–255 a hub; behind the hubs there is room for `spots` more, which have one resistor each. */
  constructor(hubs: number, slots: number, spots = 0) {
    const places = hubs + spots
    this.slots = slots
    this.hubs = hubs
    this.kinds = new Uint8Array(places * slots)
    this.a = new Float64Array(places * slots)
    this.b = new Float64Array(places * slots)
    this.limits = new Float64Array(places * slots)
    this.straight_A = new Float64Array(places)
    this.straight_S = new Float64Array(places)
    this.curved = new Int32Array(places * slots)
    this.curvedCount = new Int32Array(places)
    this.current_A = new Float64Array(places)
    this.slope_S = new Float64Array(places)
  }

  clear(hub: number, slot: number): void {
    this.set(hub, slot, NONE, 0, 0, Infinity)
  }

  /** Draws `current_A` (0–10,000 A) whatever the voltage, from `KNEE_V` up. */
  setCurrent(hub: number, slot: number, current_A: number): void {
    inRange('current', current_A, 0, MOST, 'A')
    this.set(hub, slot, CURRENT, current_A, 0, Infinity)
  }

  /** A resistor, 0.1 mΩ and more. */
  setResistance(hub: number, slot: number, resistance_Ohm: number, limit_A = Infinity): void {
    inRange('resistance', resistance_Ohm, LEAST_OHM, Infinity, 'Ω')
    this.set(hub, slot, CONDUCTANCE, 1 / resistance_Ohm, 0, limit_A)
  }

  /** A converter: draws `power_W` (0–10,000 W), but below `lowest_V` (1–100 V) it gives up and is the resistor it was there. */
  setPower(hub: number, slot: number, power_W: number, lowest_V = 6, limit_A = Infinity): void {
    inRange('power', power_W, 0, MOST, 'W')
    inRange('lowest voltage of a power load', lowest_V, 1, 100, 'V')
    this.set(hub, slot, POWER, power_W, lowest_V, limit_A)
  }

  /**
   * A motor behind a half bridge at `duty` 0–1: sees duty × the hub's voltage against its back-EMF, and draws duty × its
   * current from the hub. Does not feed back (the electronic fuse blocks).
   */
  setMotor(hub: number, slot: number, emf_V: number, resistance_Ohm: number, duty = 1, limit_A = Infinity): void {
    inRange('back-EMF', emf_V, -1000, 1000, 'V')
    inRange('resistance', resistance_Ohm, LEAST_OHM, Infinity, 'Ω')
    inRange('duty', duty, 0, 1, '')
    this.set(hub, slot, MOTOR, duty * duty / resistance_Ohm, Math.max(0, duty * emf_V / resistance_Ohm), limit_A)
  }

  /** Puts a resistor of 0.1 mΩ or more at a spot, 0 being the first; undefined takes it away. */
  setSpot(spot: number, resistance_Ohm: number | undefined): void {
    if (resistance_Ohm !== undefined) inRange('resistance', resistance_Ohm, LEAST_OHM, Infinity, 'Ω')
    const hub = this.hubs + spot
    this.kinds[hub * this.slots] = resistance_Ohm === undefined ? NONE : CONDUCTANCE
    this.a[hub * this.slots] = resistance_Ohm === undefined ? 0 : 1 / resistance_Ohm
    this.limits[hub * this.slots] = Infinity
    this.sum(hub)
  }

  /** Current of one slot at `voltage_V`, A. */
  slotCurrent_A(hub: number, slot: number, voltage_V: number): number {
    const i = this.at(hub, slot)
    return voltage_V > 0 ? this.currentOf(i, voltage_V) : 0
  }

  /** Puts the hub's current and slope at `voltage_V` into `current_A[hub]` and `slope_S[hub]`. */
  evaluate(hub: number, voltage_V: number): void {
    let current_A = 0
    let slope_S = 0
    if (voltage_V >= KNEE_V) {
      slope_S = this.straight_S[hub]!
      current_A = this.straight_A[hub]! + slope_S * voltage_V
    } else if (voltage_V > 0) {
      slope_S = this.straight_S[hub]! + this.straight_A[hub]! / KNEE_V
      current_A = slope_S * voltage_V
    } else if (hub >= this.hubs) {
      // Copper that touches copper lets a reversed supply through, too.
      slope_S = this.straight_S[hub]!
      current_A = slope_S * voltage_V
    }
    const count = voltage_V > 0 ? this.curvedCount[hub]! : 0
    const first = hub * this.slots
    for (let j = first; j < first + count; j++) {
      const i = this.curved[j]!
      const load_A = this.currentOf(i, voltage_V)
      current_A += load_A
      if (load_A < this.limits[i]!) slope_S += this.slopeOf(i, voltage_V)
    }
    this.current_A[hub] = current_A
    this.slope_S[hub] = slope_S
  }

  private currentOf(i: number, voltage_V: number): number {
    const a = this.a[i]!
    let load_A = 0
    switch (this.kinds[i]) {
      case CURRENT:
        return voltage_V < KNEE_V ? a * (voltage_V / KNEE_V) : a
      case CONDUCTANCE:
        load_A = a * voltage_V
        break
      case POWER: {
        const lowest_V = this.b[i]!
        load_A = voltage_V < lowest_V ? a * voltage_V / (lowest_V * lowest_V) : a / voltage_V
        if (voltage_V < lowest_V || load_A > this.limits[i]!) this.fragile = true
        break
      }
      case MOTOR:
        load_A = a * voltage_V - this.b[i]!
        if (load_A < 0) load_A = 0
        break
    }
    return load_A > this.limits[i]! ? this.limits[i]! : load_A
  }

  /** Of a curved load that is not at its limit. */
  private slopeOf(i: number, voltage_V: number): number {
    const a = this.a[i]!
    if (this.kinds[i] === POWER) {
      const lowest_V = this.b[i]!
      return voltage_V < lowest_V ? a / (lowest_V * lowest_V) : -a / (voltage_V * voltage_V)
    }
    return this.kinds[i]! === CONDUCTANCE || a * voltage_V > this.b[i]! ? a : 0
  }

  private set(hub: number, slot: number, kind: number, a: number, b: number, limit_A: number): void {
    inRange('current limit', limit_A, 0, Infinity, 'A')
    const i = this.at(hub, slot)
    this.kinds[i] = kind
    this.a[i] = a
    this.b[i] = b
    this.limits[i] = limit_A
    this.sum(hub)
  }

  private sum(hub: number): void {
    const first = hub * this.slots
    let straight_A = 0
    let straight_S = 0
    let count = 0
    for (let i = first; i < first + this.slots; i++) {
      const kind = this.kinds[i]
      if (kind === CURRENT) straight_A += this.a[i]!
      else if (kind === CONDUCTANCE && this.limits[i] === Infinity) straight_S += this.a[i]!
      else if (kind !== NONE) this.curved[first + count++] = i
    }
    this.straight_A[hub] = straight_A
    this.straight_S[hub] = straight_S
    this.curvedCount[hub] = count
  }

  private at(hub: number, slot: number): number {
    if (!(Number.isInteger(hub) && hub >= 0 && hub < this.hubs)) throw new RangeError(`hub index ${hub} is not in 0…${this.hubs - 1}`)
    if (!(Number.isInteger(slot) && slot >= 0 && slot < this.slots)) throw new RangeError(`load slot ${slot} is not in 0…${this.slots - 1}`)
    return hub * this.slots + slot
  }
}
