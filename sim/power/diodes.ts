import type { DiodeFault } from './copper-faults.ts'
import { type Cable, DEFAULT_DIODE_MOHM } from './topology.ts'

/** What is no current and no voltage: below what anyone measures. */
const TINY_A = 1e-6
const TINY_V = 1e-6

/** What the body diode of an ideal diode loses while its transistor is off, V. */
export const BODY_V = 0.7

/** What a hub with two feeds has while the transistors of both its ideal diodes are off, V. */
export interface DiodesOff {
  readonly supply_V: number
  /** Before its diodes: of spine A, and of spine B. */
  readonly feeds_V: readonly [number, number]
}

/** What the copper says of its diodes, by index, at the last solution. */
export interface DiodeReadings {
  /** Towards the hub. */
  current_A(diode: number): number
  /** Of its feed above its hub. */
  across_V(diode: number): number
}

/**
 * The ideal diodes at the ends of drops: transistors that conduct like a small resistor, and block when current would flow
 * back. Which of them conduct is found by trying: those that carry current backwards block, those that block a forward
 * voltage conduct, until none has to change.
 */
export class Diodes {
  readonly count: number
  /** By diode: its cable, and its hub as the topology counts them. */
  readonly cables: readonly number[]
  readonly hubs: readonly number[]
  /** While it conducts. */
  readonly own_Ohm: readonly number[]
  private readonly conducting: boolean[]
  private readonly faults: (DiodeFault | undefined)[]

  constructor(cables: readonly Cable[], hubs: readonly string[]) {
    this.cables = cables.flatMap((cable, i) => cable.diode === undefined ? [] : [i])
    this.count = this.cables.length
    this.hubs = this.cables.map(i => hubs.indexOf(cables[i]!.to))
    this.own_Ohm = this.cables.map(i => (cables[i]!.diode!.resistance_mOhm ?? DEFAULT_DIODE_MOHM) / 1000)
    this.conducting = this.cables.map(() => true)
    this.faults = this.cables.map(() => undefined)
  }

  /** The diode between a hub and spine A (0), whose drop comes first in the topology, or B (1). */
  of(hub: number, spine: number): number {
    return spine === 0 ? this.hubs.indexOf(hub) : this.hubs.lastIndexOf(hub)
  }

  /** Throws RangeError where the cable has none. */
  setFault(cable: number, name: string, fault: DiodeFault | undefined): void {
    const diode = this.cables.indexOf(cable)
    if (diode < 0) throw new RangeError(`cable ${name} has no diode`)
    this.faults[diode] = fault
  }

  isShorted(diode: number): boolean {
    return this.faults[diode] === 'shorted'
  }

  /** What it loses while its transistor is off, V; Infinity: it lets nothing through. */
  off_V(diode: number): number {
    const fault = this.faults[diode]
    return fault === 'open' ? Infinity : fault === 'shorted' ? 0 : BODY_V
  }

  /** Infinity: it blocks. */
  resistance_Ohm(diode: number): number {
    const fault = this.faults[diode]
    return fault === 'open' || (fault === undefined && !this.conducting[diode]) ? Infinity : this.own_Ohm[diode]!
  }

  /** Lets those change that have to, one of them when `single`. `false`: none has to. */
  change(readings: DiodeReadings, single: boolean): boolean {
    let changed = false
    for (let i = 0; i < this.count; i++) {
      if (this.faults[i] !== undefined) continue
      const wrong = this.conducting[i] ? readings.current_A(i) < -TINY_A : readings.across_V(i) > TINY_V
      if (!wrong) continue
      this.conducting[i] = !this.conducting[i]
      changed = true
      if (single) break
    }
    return changed
  }
}
