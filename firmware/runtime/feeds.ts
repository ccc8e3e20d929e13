import type { Hal } from '../hal.ts'

/** A feed that has so much less than its hub does not feed it: all hubs take from the better spine, so that sound ones are alike. */
const LESS_V = 2
/** And one that has so much more, as its diode, which loses some 0.05 V, does not let it through. */
const MORE_V = 0.5
/** What a body diode loses, 0.6 V or more, or nothing: half of it is in between. */
const BODY_V = 0.35
/** Below this the supply has other troubles, and nothing to lose. */
const LEAST_V = 9
/** So many looks in a row that say so: readings scatter. */
const LOOKS = 3

/** The two feeds of a hub on two spines. */
export class Feeds {
  /** One of its diodes lets back what it is to block: a short of one spine would take the other with it. */
  leaks: boolean
  private readonly hal: Hal
  private readonly read: () => void
  private offSupply_V: number
  private readonly off_V: Float64Array
  private suspicions: number

  constructor(hal: Hal) {
    this.leaks = false
    this.hal = hal
    this.read = () => this.readOff()
    this.offSupply_V = 0
    this.off_V = new Float64Array(2)
    this.suspicions = 0
  }

  /** Voltage of a feed (0: of spine A, 1: of spine B) before its diode, V; 0 where the board measures none. */
  feed_V(feed: number): number {
    const hal = this.hal
    return hal.feed_V === undefined ? 0 : hal.feed_V(feed)
  }

  /** Whether this feed leaves the hub to the other one. Of a board that measures none: no. */
  fails(feed: number): boolean {
    if (this.hal.feed_V === undefined) return false
    const above_V = this.feed_V(feed) - this.hal.supply_V()
    return above_V < -LESS_V || above_V > MORE_V
  }

  /** Whether one of them is gone, or could take the other with it. */
  worse(): boolean {
    return this.leaks || this.fails(0) || this.fails(1)
  }

  /**
   * Looks whether both diodes block, with their transistors off for a moment: then what feeds the hub comes through a body diode, and the
   * hub has less; but through a diode that is shorted it has as much as before. A feed that has less then is fed by the hub.
   */
  look(): void {
    const hal = this.hal
    const supply_V = hal.supply_V()
    if (hal.openDiodes === undefined || !(supply_V >= LEAST_V)) return
    const a_V = this.feed_V(0)
    const b_V = this.feed_V(1)
    hal.openDiodes(this.read)
    const leaks = supply_V - this.offSupply_V < BODY_V || a_V - this.off_V[0]! > BODY_V || b_V - this.off_V[1]! > BODY_V
    this.suspicions = leaks ? Math.min(this.suspicions + 1, LOOKS) : 0
    this.leaks = this.suspicions === LOOKS
  }

  private readOff(): void {
    this.offSupply_V = this.hal.supply_V()
    this.off_V[0] = this.feed_V(0)
    this.off_V[1] = this.feed_V(1)
  }
}
