import type { PowerPlan } from './capability.ts'
import type { Contract } from './contract.ts'
import { copperLimitsOf } from './copper-limits.ts'
import { CopperLoad } from './copper-load.ts'
import { evictionRank, Ranking } from './ranking.ts'
import { POWER_RULES, PRIORITY } from './rules.ts'

/** The leases that are held, and what they take of the copper. */
export class Leases {
  /** All that is reserved. */
  readonly load: CopperLoad
  /** What of it will still be when everyone whose lease was revoked has let go. */
  readonly staying: CopperLoad
  /** By `evictionRank`. */
  readonly held: Ranking
  /** Counts what may make a wish grantable. */
  changes: number
  private readonly hubs: number
  /** The hubs before are within their static shares, or may be above. */
  private trimmed: number

  /** `contracts`: of all ports. */
  constructor(plan: PowerPlan, contracts: readonly Contract[]) {
    const copper = copperLimitsOf(plan)
    this.load = new CopperLoad(copper)
    this.staying = new CopperLoad(copper)
    this.held = new Ranking(contracts)
    this.changes = 0
    this.hubs = plan.hubs.length
    this.trimmed = this.hubs
  }

  /** From now on hubs may use their static shares only, or whatever the copper carries. */
  restrict(staticOnly: boolean): void {
    this.trimmed = staticOnly ? 0 : this.hubs
    this.load.restrict(staticOnly)
    this.staying.restrict(staticOnly)
    this.changes++
  }

  /** What a port may draw, with what it has. */
  available_mA(contract: Contract): number {
    return this.load.room_mA(contract.hub) + contract.reserved_mA
  }

  /**
   * Writes a lease from now on and reserves its current: the peak while it may be drawn, if it is above the run current.
   * A peak that is still being drawn stays reserved.
   */
  hold(contract: Contract, now_ms: number, priority: number, run_mA: number, peak_mA: number): void {
    const stillPeak_mA = contract.held && contract.peakEnd_ms > now_ms ? contract.reserved_mA : 0
    this.rank(contract, now_ms, priority)
    contract.run_mA = run_mA
    contract.peak_mA = Math.max(peak_mA, run_mA)
    contract.heldSequence = contract.sequence
    contract.end_ms = now_ms + POWER_RULES.lease_ms + POWER_RULES.guard_ms
    if (peak_mA > run_mA) contract.peakEnd_ms = now_ms + POWER_RULES.peakReserved_ms
    this.reserve(contract, Math.max(contract.peak_mA, stillPeak_mA))
  }

  /** Holds a lease that another manager gave. */
  adopt(contract: Contract, now_ms: number): void {
    this.hold(contract, now_ms, PRIORITY.access, contract.reported_mA, 0)
    contract.adopted = true
    contract.reported_mA = 0
  }

  /** The port may not draw its peak any more. */
  endPeak(contract: Contract): void {
    this.reserve(contract, contract.run_mA)
  }

  /** The port draws nothing any more. */
  drop(contract: Contract): void {
    this.reserve(contract, 0)
    this.held.remove(contract)
    contract.held = false
    contract.revoking = false
    contract.adopted = false
    contract.run_mA = 0
    contract.peakEnd_ms = 0
  }

  /** Takes a lease away: it is not renewed, and gone for those who look for room. */
  revoke(contract: Contract): void {
    if (!contract.revoking) this.staying.take(contract.hub, -contract.reserved_mA)
    contract.revoking = true
  }

  /** Gives back a lease that was taken away. */
  keep(contract: Contract): void {
    if (contract.revoking) this.staying.take(contract.hub, contract.reserved_mA)
    contract.revoking = false
  }

  /** A lease to take back because its hub is above its static share, the least important first; undefined: there is none. */
  surplus(): Contract | undefined {
    for (; this.trimmed < this.hubs; this.trimmed++) {
      const contract = this.staying.exceedsShare(this.trimmed) ? this.leastOf(this.trimmed) : undefined
      if (contract !== undefined) return contract
    }
    return undefined
  }

  private leastOf(hub: number): Contract | undefined {
    let place = this.held.first
    while (place !== undefined && (place.contract.hub !== hub || place.contract.revoking)) place = place.after
    return place === undefined ? undefined : place.contract
  }

  private rank(contract: Contract, now_ms: number, priority: number): void {
    if (contract.held && contract.priority === priority) return
    if (contract.held) this.held.remove(contract)
    else contract.began_ms = now_ms
    contract.held = true
    contract.priority = priority
    this.held.insert(contract, evictionRank(priority, contract.began_ms))
  }

  private reserve(contract: Contract, current_mA: number): void {
    const more_mA = current_mA - contract.reserved_mA
    if (more_mA === 0) return
    if (more_mA < 0) this.changes++
    this.load.take(contract.hub, more_mA)
    if (!contract.revoking) this.staying.take(contract.hub, more_mA)
    contract.reserved_mA = current_mA
  }
}
