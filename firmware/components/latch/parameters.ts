import { PRIORITY } from '../../power/index.ts'

/** Times and limits of the latch driver. */
export const LATCH_PARAMETERS = {
  tick_ms: 10,
  /** Rest before the one retry. */
  retryPause_ms: 500,
  /** The pawl's drive returns by its spring; it must be home again within this. */
  home_ms: 1000,
  /** Longest wait for power. */
  grant_ms: 1000,
  /** And after a trip, which takes the feed away for a second at most. */
  regrant_ms: 2000,
  /** Inputs settle this long before a change is reported. */
  settle_ms: 20,
  /** Above this nothing is released. */
  releaseSpeed_kmh: 5,
  /** With the speed unknown a second release counts for so long after the first. */
  insist_ms: 5000,
  /** Power is asked for this long. */
  lease_ms: 4000,
  priority: PRIORITY.access,
} as const
