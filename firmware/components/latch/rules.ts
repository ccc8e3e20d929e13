import { LATCH_ACTION, LATCH_FLAG, type LatchAction, LOCATION } from '#protocol/index.ts'
import { LATCH_PARAMETERS } from './parameters.ts'

/** What a latch looks at before it obeys. */
export interface LatchView {
  /** `LOCATION` of the latch. */
  location: number
  /** Low nibble of the commander's address: a location, or a tool (9, 10). */
  sender: number
  locked: boolean
  ajar: boolean
  /** NaN = not known. */
  speed_kmh: number
  /** Another release was asked for just before. */
  insisted: boolean
  /** `LATCH_FLAG` of the descriptor. */
  flags: number
}

/** Trunk and hood: no one sits behind them. */
function isLid(location: number): boolean {
  return location === LOCATION.TRUNK || location === LOCATION.HOOD
}

/**
 * Whether a command is obeyed.
 * - Nothing is released above 5 km/h. With the speed unknown a door opens when it is asked twice: nobody is trapped by a dead dash,
 *   and a car that drives without knowing it wants two separate actions, as FMVSS 206 S4.3.1 does. A lid does not open.
 * - A locked latch refuses its handle, the hub it sits on: that is what the lock is for. A lid's release from elsewhere
 *   (the dash, a tool) is the authorised one and unlocks it first; a locked door refuses everyone until it is unlocked.
 * - Cinching and locking need the hardware for it; cinching needs a door that is ajar.
 */
export function mayObey(action: LatchAction, view: LatchView): boolean {
  if (action === LATCH_ACTION.release) {
    if (view.speed_kmh > LATCH_PARAMETERS.releaseSpeed_kmh) return false
    if (isLid(view.location)) return !(view.locked && view.sender === view.location) && view.speed_kmh >= 0
    return !view.locked && (view.speed_kmh >= 0 || view.insisted)
  }
  if (action === LATCH_ACTION.cinch) return (view.flags & LATCH_FLAG.cinch) !== 0 && view.ajar
  if (action === LATCH_ACTION.lock || action === LATCH_ACTION.unlock) return (view.flags & LATCH_FLAG.lock) !== 0
  return false
}
