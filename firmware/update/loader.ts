import { type HubType, IMAGE_FAULT, RESET_CAUSE, type ResetCause, rounded, UPDATE_CAUSE, type UpdateCause, UPDATE_STATE } from '#protocol/index.ts'
import type { Flash } from '../hal.ts'
import { areaFault } from './areas.ts'
import { Journal } from './journal.ts'

/** Boots of a new image that did not prove it, after which the old one runs again. */
const TRIAL_BOOTS = 3
const MOST_dV = 0xff

/** What the loader knows of its board. */
export interface LoaderBoard {
  readonly flash: Flash
  readonly hubType: HubType
  readonly resetCause: ResetCause
  readonly supply_V: number
}

function isPowerLoss(cause: ResetCause): boolean {
  return cause === RESET_CAUSE.brownOut || cause === RESET_CAUSE.powerOn
}

/** The old image runs again, and why. */
function fallBack(journal: Journal, area: number, cause: UpdateCause): void {
  journal.now.state = UPDATE_STATE.running
  journal.now.area = area
  journal.now.cause = cause
  journal.append()
}

/**
 * What runs before any image: the area to boot, 0 or 1, or −1 when neither holds a whole image. A new image is tried
 * three times; unless it has proved itself by then, or when it is not whole, the old one runs again and the journal says
 * why. It needs no memory but the journal, so it may be cut off anywhere and begins anew.
 */
export function chooseArea(board: LoaderBoard): number {
  const journal = new Journal(board.flash)
  const now = journal.now
  const supply_dV = Math.min(MOST_dV, rounded(board.supply_V * 10))
  if (now.state === UPDATE_STATE.writing && isPowerLoss(board.resetCause) && now.cause === UPDATE_CAUSE.none) {
    now.cause = UPDATE_CAUSE.powerLost
    now.supply_dV = supply_dV
    journal.append()
  }
  if (now.state === UPDATE_STATE.trial) {
    const whole = areaFault(board.flash, now.area, board.hubType) === IMAGE_FAULT.none
    now.supply_dV = supply_dV
    if (!whole) fallBack(journal, 1 - now.area, UPDATE_CAUSE.damaged)
    else if (now.count < TRIAL_BOOTS) {
      now.count++
      journal.append()
      return now.area
    } else fallBack(journal, 1 - now.area, isPowerLoss(board.resetCause) ? UPDATE_CAUSE.supplyAtBoot : UPDATE_CAUSE.bootsFailed)
  }
  const area = now.state === UPDATE_STATE.writing ? 1 - now.area : now.area
  if (areaFault(board.flash, area, board.hubType) === IMAGE_FAULT.none) return area
  if (now.state === UPDATE_STATE.writing || areaFault(board.flash, 1 - area, board.hubType) !== IMAGE_FAULT.none) return -1
  now.supply_dV = supply_dV
  fallBack(journal, 1 - area, UPDATE_CAUSE.damaged)
  return 1 - area
}
