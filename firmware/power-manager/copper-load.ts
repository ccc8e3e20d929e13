import type { PowerPlan } from './capability.ts'

const MILLI = 1000
const MICRO = 1_000_000
const NANO = 1_000_000_000

/**
 * How much of the copper is spoken for. All sums are whole numbers (mA, µΩ, so µA and nV), so that what is taken and
 * given back again and again leaves no trace. A reservation touches its own feeders and the voltage of every hub:
 * about twenty additions.
 */
export class CopperLoad {
  private readonly paths: (readonly number[])[]
  /** By hub, along its path: thousandths of its current. */
  private readonly shares: Float64Array[]
  /** By hub: volts lost everywhere for each ampere of this one, the source's resistance included, µΩ. */
  private readonly drops_uOhm: Float64Array[]
  private readonly limits_uA: Float64Array
  private readonly feeders_uA: Float64Array
  private readonly lost_nV: Float64Array
  private readonly budget_nV: number
  private readonly hubs_mA: Float64Array
  private readonly shares_mA: Float64Array
  /** Only the static share of each hub may be used. */
  private staticOnly: boolean

  /** Idle currents are taken at once. */
  constructor(plan: PowerPlan) {
    const hubs = plan.hubs.length
    this.paths = []
    this.shares = []
    this.drops_uOhm = []
    this.limits_uA = new Float64Array(plan.feeders_A.length)
    this.feeders_uA = new Float64Array(plan.feeders_A.length)
    this.lost_nV = new Float64Array(hubs)
    this.budget_nV = Math.round((plan.source_V - plan.least_V) * NANO)
    this.hubs_mA = new Float64Array(hubs)
    this.shares_mA = new Float64Array(hubs)
    this.staticOnly = false
    for (let i = 0; i < plan.feeders_A.length; i++) this.limits_uA[i] = Math.floor(plan.feeders_A[i] * MICRO)
    for (let i = 0; i < hubs; i++) this.addHub(plan, i)
    for (let i = 0; i < hubs; i++) this.take(i, Math.ceil(plan.hubs[i].idle_A * MILLI))
  }

  /** Reserves current at a hub; negative gives back. */
  take(hub: number, current_mA: number): void {
    const path = this.paths[hub]
    const share = this.shares[hub]
    const drops_uOhm = this.drops_uOhm[hub]
    this.hubs_mA[hub] += current_mA
    for (let i = 0; i < path.length; i++) this.feeders_uA[path[i]] += share[i] * current_mA
    for (let i = 0; i < drops_uOhm.length; i++) this.lost_nV[i] += drops_uOhm[i] * current_mA
  }

  /** What a hub may draw on top of all that is reserved, mA; negative when something is over its limit already. */
  room_mA(hub: number): number {
    const path = this.paths[hub]
    const share = this.shares[hub]
    const drops_uOhm = this.drops_uOhm[hub]
    let room = this.staticOnly ? this.shares_mA[hub] - this.hubs_mA[hub] : Infinity
    for (let i = 0; i < path.length; i++) {
      const free = (this.limits_uA[path[i]] - this.feeders_uA[path[i]]) / share[i]
      if (free < room) room = free
    }
    for (let i = 0; i < drops_uOhm.length; i++) {
      const free = (this.budget_nV - this.lost_nV[i]) / drops_uOhm[i]
      if (free < room) room = free
    }
    return Math.floor(room)
  }

  /** Reserved at a hub, its idle current included, mA. */
  reserved_mA(hub: number): number {
    return this.hubs_mA[hub]
  }

  share_mA(hub: number): number {
    return this.shares_mA[hub]
  }

  /** From now on a hub may use its static share only, or whatever the copper carries. */
  restrict(staticOnly: boolean): void {
    this.staticOnly = staticOnly
  }

  private addHub(plan: PowerPlan, hub: number): void {
    const supply = plan.hubs[hub]
    const shares = new Float64Array(supply.path.length)
    const drops_uOhm = new Float64Array(plan.hubs.length)
    for (let i = 0; i < shares.length; i++) shares[i] = Math.max(1, Math.ceil(supply.share[i] * MILLI))
    for (let i = 0; i < drops_uOhm.length; i++) drops_uOhm[i] = Math.ceil((supply.transfer_Ohm[i] + plan.source_Ohm) * MICRO)
    this.paths.push(supply.path)
    this.shares.push(shares)
    this.drops_uOhm.push(drops_uOhm)
    this.shares_mA[hub] = Math.floor(supply.share_A * MILLI)
  }
}
