import { PRIORITY } from '../../power/index.ts'

/** Limits of the mirror driver. */
export const MIRROR_PARAMETERS = {
  tick_ms: 20,
  /** Half the range of an axis; the potentiometer covers −12°…+12°. */
  range_deg: 12,
  /** Longest run of an axis in one direction. */
  tilt_ms: 15000,
  /** An axis that moved less than 60 mV of the 5 V reference in 5 s is at its end or blocked. */
  stallWindow_ms: 5000,
  stallChange: 0.012,
  /** How near goto and recall come. */
  tolerance_deg: 0.2,
  /** Longest fold, and its end positions. */
  fold_ms: 8000,
  folded: 0.97,
  unfolded: 0.03,
  /** The arm moved less than 1 % in this time: it is held. */
  foldStall_ms: 500,
  foldStallChange: 0.01,
  /** The fold motor rests after 45 s of use; it forgets a quarter of its rest, and works again at 30 s. */
  foldUse_ms: 45000,
  foldUseRelease_ms: 30000,
  foldUseDrain: 0.25,
  /** The heater turns off by itself. */
  heat_ms: 600000,
  heatPoll_ms: 500,
  /** Undervoltage lock of the heater and its release. */
  lockBelow_V: 8.5,
  releaseAbove_V: 9,
  /** Longest wait for power. */
  grant_ms: 2000,
  /** Both tilt motors at once. */
  tilt_A: 1,
  motorPriority: PRIORITY.comfort,
  heatPriority: PRIORITY.idle,
} as const
