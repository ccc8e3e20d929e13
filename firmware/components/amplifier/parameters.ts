import { PRIORITY } from '../../power/index.ts'

/** Times and ranges of the amplifier driver. */
export const AMPLIFIER_PARAMETERS = {
  volumeMost: 30,
  volumeFirst: 8,
  balance_pct: 100,
  lowest_MHz: 87.5,
  highest_MHz: 108,
  stepsPerMHz: 10,
  /** The electronics answer this long after their supply came. */
  start_ms: 50,
  /** How often a running seek is looked at, and the texts of a station. */
  seekPoll_ms: 100,
  textPoll_ms: 500,
  /** A seek that finds nothing is ended. */
  seek_ms: 15000,
  /** Settings are saved when they have not changed for this long. */
  save_ms: 5000,
  /** Distance of the frames of a text. */
  textTick_ms: 20,
  lease_ms: 10000,
  priority: PRIORITY.idle,
} as const
