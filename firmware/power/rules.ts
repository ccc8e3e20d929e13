import type { CodeOf } from '#protocol/index.ts'

/** Times of what a port and the power manager agree on. Both sides use this file. */
export const POWER_RULES = {
  /** A lease; renewed at half time. The port counts it from sending its request. */
  lease_ms: 2000,
  /** The manager counts from sending its grant and adds this, so that the port always lets go first. */
  guard_ms: 100,
  /** A hub that the manager has not heard for so long is missing: whatever it draws, nobody here can take it back. */
  missing_ms: 2000,
  /**
   * Who have not heard each other for so long hold nothing any more that a manager without a quorum gave beyond the static shares:
   * `missing_ms`, a look of the manager, a lease and its guard.
   */
  settled_ms: 4200,
  /** How long a reversal goes on after the end of its lease while no manager answers: the way back to the open end. */
  reversal_ms: 6000,
  /** How long a port may draw its peak: counted by the port from the arrival of the grant. */
  peak_ms: 400,
  /** How long the manager reserves the peak: a grant is on its way for 200 ms at most (its lifetime), then it is dropped. */
  peakReserved_ms: 650,
  /** A port that waits asks again this often; one that has not asked for so long waits no more. */
  repeat_ms: 500,
  wish_ms: 1600,
  /** A wish begins with this fraction of its peak; it is patient for it, then it takes what there is, if it is enough to run. */
  peakFraction: 0.7,
  /** Access with this one: a latch that pulls a lid shut stands with three quarters of its peak, trips, and may not try again. */
  accessPeakFraction: 0.8,
  /** A wish this old is protected: no later one may take what it waits for. */
  aged_ms: 2000,
  /** A wish other than safety waits so long for its peak, and before it takes the current of less important ports. */
  patience_ms: 800,
  /** A lease held for this long makes way for a wish of equal priority that has waited as long. */
  rotate_ms: 10000,
  /** The fraction of its run current that safety takes at once, while the rest is being taken away from others. */
  safetyFraction: 0.5,
  /** Steps of the currents in a grant. */
  step_mA: 200,
  /**
   * A port draws too much when it draws this fraction and this current more than it may: eFuses regulate within 10 %, current
   * sensors read within 5 %, and at small currents by their offset.
   */
  excessFraction: 0.15,
  excess_A: 0.5,
  /**
   * The hub cuts such a port when it has drawn too much on average for this time: longer than a load takes to run down or an eFuse to
   * begin to regulate, shorter than the second for which copper bears √2 of its ampacity.
   */
  excess_ms: 300,
  /** The manager accuses a hub whose reports were too high for this time: a port reports each second, and when its grant changes. */
  excessReported_ms: 3500,
} as const

/** Priorities of a request. */
export const PRIORITY = { safety: 0, access: 1, comfort: 2, idle: 3 } as const
export type Priority = CodeOf<typeof PRIORITY>
