import { hubIndexOf } from '../plan.ts'
import type { PowerPlan } from '../plan.ts'
import { POWER_RULES } from '../rules.ts'

/** A port's report counts for a manager that begins when it is no older. */
export const REPORT_ms = 1500
/** A hub that was there is lost when it has not been heard for so long: longer than it takes to boot, and for several of its HubStatus. */
export const LOST_ms = 5000

/** Which hubs are there, and what their ports say they were granted. Kept by the standby too, so that it can begin at once. */
export class Presence {
  private readonly plan: PowerPlan
  /** Index of the hub that keeps this; −1: the plan does not have it. */
  readonly own: number
  private readonly heard_ms: Float64Array
  /** By hub: heard since boot (1). Who never was is missing, and not lost. */
  private readonly known: Uint8Array
  private listens_ms: number
  /** By port, hub after hub: current granted, and when it was said. */
  private readonly first: Uint16Array
  /** Until then none is missing: each has been heard since. */
  private all_ms: number
  private readonly granted_A: Float64Array
  private readonly reported_ms: Float64Array

  /** `location`: of the hub that keeps this; it is always there. */
  constructor(plan: PowerPlan, location: number) {
    this.plan = plan
    this.own = hubIndexOf(plan, location)
    this.heard_ms = new Float64Array(plan.hubs.length)
    this.first = new Uint16Array(plan.hubs.length + 1)
    this.heard_ms.fill(-Infinity)
    this.known = new Uint8Array(plan.hubs.length)
    this.listens_ms = 0
    this.all_ms = -Infinity
    for (let i = 0; i < plan.hubs.length; i++) this.first[i + 1] = this.first[i]! + plan.hubs[i]!.ports
    const ports = this.first[plan.hubs.length]!
    this.granted_A = new Float64Array(ports)
    this.reported_ms = new Float64Array(ports)
    this.reported_ms.fill(-Infinity)
  }

  heard(hub: number, now_ms: number): void {
    this.heard_ms[hub] = now_ms
    this.known[hub] = 1
  }

  /** From now on everybody has something to say again: the car woke. */
  listen(now_ms: number): void {
    this.listens_ms = now_ms
  }

  reported(hub: number, port: number, granted_A: number, now_ms: number): void {
    if (port >= this.plan.hubs[hub]!.ports) return
    this.granted_A[this.first[hub]! + port] = granted_A
    this.reported_ms[this.first[hub]! + port] = now_ms
  }

  /** What a port was granted, as of late; 0 when it did not say. */
  granted(hub: number, port: number, now_ms: number): number {
    const index = this.first[hub]! + port
    return now_ms - this.reported_ms[index]! <= REPORT_ms ? this.granted_A[index]! : 0
  }

  /** A manager begins: hubs that it has not heard of late have from now on as long as others to speak. */
  begin(now_ms: number): void {
    for (let i = 0; i < this.heard_ms.length; i++) {
      if (this.isMissing(i, now_ms)) this.heard_ms[i] = now_ms - 1
    }
  }

  /** A hub is not there: it has not been heard for `missing_ms`. */
  isMissing(hub: number, now_ms: number): boolean {
    return hub !== this.own && now_ms - this.heard_ms[hub]! > POWER_RULES.missing_ms
  }

  /**
   * Hubs that were there and are lost: a bit a location, FL's the lowest. Of several others somebody must be heard: who hears nobody
   * has lost the bus.
   */
  lost(now_ms: number): number {
    const hubs = this.plan.hubs
    let lost = 0
    let heard = hubs.length === 2
    for (let i = 0; i < hubs.length; i++) {
      if (i === this.own) continue
      if (now_ms - this.heard_ms[i]! <= LOST_ms) heard = true
      else if (this.known[i] !== 0) lost |= 1 << hubs[i]!.location - 1
    }
    return heard && now_ms - this.listens_ms > LOST_ms ? lost : 0
  }

  /** How many hubs of the plan are not there. */
  missing(now_ms: number): number {
    if (now_ms <= this.all_ms) return 0
    let missing = 0
    let first_ms = Infinity
    // Stryker disable next-line EqualityOperator: past the end there is no number, which is not too old
    for (let i = 0; i < this.heard_ms.length; i++) {
      if (this.isMissing(i, now_ms)) missing++
      if (i !== this.own && this.heard_ms[i]! < first_ms) first_ms = this.heard_ms[i]!
    }
    this.all_ms = first_ms + POWER_RULES.missing_ms
    return missing
  }

  /** A hub has not been heard for so long, ms; Infinity: never. */
  silence_ms(hub: number, now_ms: number): number {
    return now_ms - this.heard_ms[hub]!
  }

  /**
   * True when, with so many `missing`, more than half of the hubs are there, or one half and `tied`: of a car that is cut in two, that
   * is true on one side at most.
   */
  isQuorum(missing: number, tied: boolean): boolean {
    const hubs = this.heard_ms.length
    const there = 2 * (hubs - missing)
    return there > hubs || (tied && there === hubs)
  }

  /**
   * From then on, ms, nobody holds any more what a manager has given that does not hear the hubs that are missing here, or that had the
   * quorum before this one (`gained_ms`). −Infinity: none is missing.
   */
  settled_ms(gained_ms: number, now_ms: number): number {
    let last_ms = -Infinity
    for (let i = 0; i < this.heard_ms.length; i++) {
      if (this.isMissing(i, now_ms)) last_ms = Math.max(last_ms, this.heard_ms[i]!, gained_ms)
    }
    return last_ms + POWER_RULES.settled_ms
  }

  /** True when every port of every other hub that is there has reported since a time. */
  complete(since_ms: number, now_ms: number): boolean {
    // Stryker disable next-line EqualityOperator: past the last hub there are no ports
    for (let hub = 0; hub < this.plan.hubs.length; hub++) {
      if (hub === this.own || this.isMissing(hub, now_ms)) continue
      for (let i = this.first[hub]!; i < this.first[hub + 1]!; i++) {
        if (this.reported_ms[i]! < since_ms) return false
      }
    }
    return true
  }
}
