import { hubAddress, LOCATION, MANAGER_STATE, type VehicleStateValues } from '#protocol/index.ts'
import { FRESH_ms, type Job, type Schedule } from '../../runtime/index.ts'
import { POWER_RULES } from '../rules.ts'

/**
 * Without a word of a manager for so long the static shares are free to use: no lease of anybody is in force any more, or there is a
 * manager elsewhere that has missed this hub for long enough to keep its share for it.
 */
export const ORPHANED_ms: number = POWER_RULES.settled_ms + FRESH_ms

const DASH_ADDRESS: number = hubAddress(LOCATION.DASH)
const TRUNK_ADDRESS: number = hubAddress(LOCATION.TRUNK)
/** No manager was heard. */
const NOBODY = 0

/** Which manager is in charge, as this hub heard, and what it sheds. */
export class ManagerInCharge {
  /** 0 nothing; n: priorities above 3 − n are off. */
  shedLevel: number
  private readonly schedule: Schedule
  private readonly levelChanged: () => void
  private readonly silenceJob: Job
  /** Location of the manager that counts, or `NOBODY`. */
  private location: number
  private heard_ms: number
  private dashHeard_ms: number

  /** `levelChanged`: the shed level is another. */
  constructor(schedule: Schedule, levelChanged: () => void) {
    this.shedLevel = 0
    this.schedule = schedule
    this.levelChanged = levelChanged
    this.silenceJob = schedule.job('manager silence', () => this.checkSilence())
    this.location = NOBODY
    this.heard_ms = schedule.now()
    this.dashHeard_ms = -Infinity
  }

  /** A VehicleState just received. `false`: it is not that of the manager in charge, and says nothing of the vehicle either. */
  heardVehicle(values: VehicleStateValues, source: number): boolean {
    const now = this.schedule.now_ms
    const dash = source === DASH_ADDRESS
    if (dash) this.dashHeard_ms = now
    else if (source !== TRUNK_ADDRESS) return true
    else if (now - this.dashHeard_ms <= FRESH_ms) return false
    if (values.manager !== MANAGER_STATE.none) {
      this.location = dash ? LOCATION.DASH : LOCATION.TRUNK
      this.heard_ms = now
      if (values.shedLevel !== this.shedLevel) this.shed(values.shedLevel)
    }
    return true
  }

  /** The manager at this location is in charge, with this shed level. */
  follow(location: number, level: number): void {
    this.location = location
    this.heard_ms = this.schedule.now()
    this.shed(level)
  }

  shed(level: number): void {
    if (level === this.shedLevel) return
    this.shedLevel = level
    this.checkSilence()
    this.levelChanged()
  }

  /** True for the address of the manager in charge. */
  is(source: number): boolean {
    return this.location !== NOBODY && source === hubAddress(this.location) && this.schedule.now() - this.heard_ms <= FRESH_ms
  }

  /** No manager, and none of its leases is left. */
  isGone(): boolean {
    // The same sum as the job's time: a difference may round to less, and the job would come again and again.
    return this.schedule.now() >= this.heard_ms + ORPHANED_ms
  }

  /** What a manager shed that is gone is shed no more: the static share is there for access and opening windows. */
  private checkSilence(): void {
    if (this.isGone()) this.shed(0)
    else if (this.shedLevel > 0) this.schedule.startAt(this.silenceJob, this.heard_ms + ORPHANED_ms)
  }
}
