import type { Hal } from '../hal.ts'

/** A feed that has so much less than its hub does not feed it: all hubs take from the better spine, so that sound ones are alike. */
const LESS_V = 2
/** And one that has so much more, as its diode, which loses some 0.05 V, does not let it through. */
const MORE_V = 0.5

/** The two feeds of a hub on two spines. */
export class Feeds {
  private readonly hal: Hal

  constructor(hal: Hal) {
    this.hal = hal
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
}
