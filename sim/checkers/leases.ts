import { GRANT_RESULT, MANAGER_STATE, type PowerGrantValues, type PowerRequestValues } from '#protocol/index.ts'
import type { EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { type Facts, type Feeder, MS_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import { HUB_ABILITY, type HubLife, type Surroundings } from './surroundings.ts'

/** What the power contract says: a lease, what the manager adds, how long a peak may last. */
const LONGEST_LEASE_ms = 2000
const GUARD_ns = 100 * MS_ns
const PEAK_ns = 400 * MS_ns
/** A VehicleState counts for so long. */
const FRESH_ns = 300 * MS_ns
/** A manager that has just begun gives comfort static shares only, of some ampere each. */
const SHARE_A = 1.5
/** Who heard no manager for a while may use its static share for so long: until a lease later it looks whether one is back. */
const SHARE_ns = 5 * SECOND_ns
/** A reversal is finished without a lease. */
const REVERSAL_ns = 9 * SECOND_ns
/** A port reports a change within this. */
const REPORT_ns = 300 * MS_ns
/** A port that draws more than it was granted is cut by its hub long before it has said so that often, over that time. */
const EXCESS_ns = 2 * SECOND_ns
const EXCESS_REPORTS = 3
/** A hub that manages itself may grant at its next word what it asked for while it was off the bus. */
const UNHEARD_ns = SECOND_ns
/** What it may draw at rest, and what eFuse and sensor are off, of what was granted. */
const REST_A = 2
const EXCESS = 1.15
/** Currents on the bus are rounded to this. */
const STEP_A = 0.2
/** Less is a rounding error of the copper's solution. */
const LEAST_SHARE = 1e-6

interface Lease {
  readonly hub: string
  readonly port: number
  sequence: number
  run_A: number
  peak_A: number
  peakEnd_ns: number
  end_ns: number
  /** Safety, or a static share, got it at once of a manager that did not know yet what else the hub holds. */
  readonly blind: boolean
  manager: string
  granted_ns: number
}

interface Request {
  readonly sequence: number
  t_ns: number
  run_A: number
  peak_A: number
  /** It last asked in the name of safety. */
  safety_ns: number
}

/** A manager as it says of itself. */
interface Manager {
  heard_ns: number
  activeSince_ns: number
  inCharge: boolean
  half: number
  /** When it was heard again after it had been silent for longer than its words count: what it said meanwhile nobody knows. */
  returned_ns: number
}

class LeasesChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly facts: Facts
  private readonly leases = new Map<string, Lease>()
  private readonly requests = new Map<string, Request>()
  /** The last but one of each port: its grant may cross the last. */
  private readonly former = new Map<string, Request>()
  /** What each port last said that it holds. */
  private readonly held = new Map<string, { readonly granted_A: number, readonly t_ns: number }>()
  private readonly managers = new Map<string, Manager>()
  private readonly overloaded = new Set<string>()
  private readonly overdue = new Set<string>()
  /** Ports that say that they draw more than they were granted: since when, and how often. */
  private readonly excessive = new Map<string, { since_ns: number, reports: number }>()
  /** The sequence that each port gave back last, unless it has asked with it again: a grant that crosses it is taken by nobody. */
  private readonly released = new Map<string, number>()
  /** When the last lease of each port ends or ended, by the manager's clock; a revocation may have been lost. */
  private readonly ends_ns = new Map<string, number>()
  /** When a hub last may not have heard a manager. */
  private readonly deaf_ns = new Map<string, number>()

  constructor(accuse: Accuse, around: Surroundings, facts: Facts) {
    this.accuse = accuse
    this.around = around
    this.facts = facts
  }

  frame(seen: SeenFrame): void {
    const { decoded, half, end_ns } = seen
    if (decoded === undefined) return
    const { values, location } = decoded
    const key = 'port' in values ? `${location}.${values.port}` : ''
    // Who asks or gives back in another's name is believed; who grants or reports is not.
    if (decoded.name === 'PowerRequest') return this.ask(key, decoded.values, end_ns)
    if (decoded.name === 'PowerRelease') return this.release(key, decoded.values.sequence)
    const sender = this.around.heardFrom(seen)?.name
    if (sender === undefined) return
    switch (decoded.name) {
      case 'VehicleState': return this.hearManager(sender, decoded.values.manager, half, end_ns)
      case 'PowerGrant':
        if (decoded.values.result === GRANT_RESULT.granted) this.grant(key, location, sender, decoded.values, end_ns)
        else if (decoded.values.result === GRANT_RESULT.revoked) this.leases.delete(key)
        return
      case 'PortStatus':
        this.report(key, location, decoded.values.granted_A, end_ns)
        this.held.set(key, { granted_A: decoded.values.granted_A, t_ns: end_ns })
        this.weigh(key, decoded.values.current_A, decoded.values.granted_A, end_ns)
        return
    }
  }

  event({ source }: EventOf<'reset'>): void {
    for (const [key, lease] of this.leases) if (lease.hub === source) this.leases.delete(key)
  }

  private ask(key: string, values: PowerRequestValues, now_ns: number): void {
    const former = this.requests.get(key)
    const safety_ns = values.priority === 0 ? now_ns : former?.safety_ns ?? -Infinity
    if (former !== undefined && former.sequence !== values.sequence) this.former.set(key, former)
    if (this.released.get(key) === values.sequence) this.released.delete(key)
    this.requests.set(key, { sequence: values.sequence, t_ns: now_ns, run_A: values.run_A, peak_A: values.peak_A, safety_ns })
  }

  private release(key: string, sequence: number): void {
    this.leases.delete(key)
    this.released.set(key, sequence)
  }

  private hearManager(sender: string, state: number, half: number, now_ns: number): void {
    let manager = this.managers.get(sender)
    if (manager === undefined) {
      manager = { heard_ns: -Infinity, activeSince_ns: Infinity, inCharge: false, half, returned_ns: -Infinity }
      this.managers.set(sender, manager)
    }
    if (state !== MANAGER_STATE.active) manager.activeSince_ns = Infinity
    else if (manager.activeSince_ns === Infinity || now_ns - manager.heard_ns > FRESH_ns) manager.activeSince_ns = now_ns
    if (now_ns - manager.heard_ns > FRESH_ns) manager.returned_ns = now_ns
    manager.heard_ns = now_ns
    manager.inCharge = state !== MANAGER_STATE.none
    manager.half = half
  }

  private grant(key: string, hub: string, manager: string, values: PowerGrantValues, now_ns: number): void {
    const lease_ms = values.lease_ms
    const before = this.leases.get(key)
    if (!(lease_ms > 0 && lease_ms <= LONGEST_LEASE_ms)) {
      this.accuse(now_ns, `${manager} granted ${key} a lease that does not end in time`, { lease_ms: lease_ms, longest_ms: LONGEST_LEASE_ms })
    }
    if (before !== undefined && before.manager !== manager && before.end_ns > now_ns) this.overlap(key, before, manager, now_ns)
    if (hub !== manager || !this.wasUnheard(now_ns)) this.compare(key, manager, values, now_ns)
    const run_A = values.run_A
    const peak_A = values.peak_A > run_A ? values.peak_A : run_A
    const request = this.requests.get(key)
    this.ends_ns.set(key, now_ns + lease_ms * MS_ns + GUARD_ns)
    if (this.released.get(key) === values.sequence || (request !== undefined && request.sequence !== values.sequence)) return
    const isNew = (this.managers.get(manager)?.activeSince_ns ?? Infinity) === Infinity
    const blind = isNew && (peak_A <= SHARE_A || (request !== undefined && request.safety_ns === request.t_ns))
    this.leases.set(key, {
      hub, blind, port: values.port, sequence: values.sequence, run_A: run_A, peak_A: peak_A, manager, granted_ns: now_ns,
      peakEnd_ns: now_ns + PEAK_ns, end_ns: now_ns + lease_ms * MS_ns + GUARD_ns,
    })
    this.sum(now_ns)
  }

  /** Two managers in charge of one port: both are heard on one bus. */
  private overlap(key: string, before: Lease, manager: string, now_ns: number): void {
    const first = this.managers.get(before.manager)
    const second = this.managers.get(manager)
    if (first === undefined || second === undefined || first.half !== second.half) return
    const active = now_ns - first.heard_ns <= FRESH_ns && first.activeSince_ns < now_ns - SECOND_ns
    if (!active || second.activeSince_ns > now_ns - SECOND_ns) return
    // It has taken over this moment, on a bus on which nobody hears it say so: what it was before does not count.
    if (now_ns - second.heard_ns > FRESH_ns && this.around.busFaulty) return
    this.accuse(now_ns, `${key} holds a lease of ${before.manager} and gets another of ${manager}`, {
      left_ms: (before.end_ns - now_ns) / MS_ns,
    })
  }

  private wasUnheard(now_ns: number): boolean {
    return this.around.busFaulty || now_ns - this.around.faultChanged_ns < UNHEARD_ns
  }

  private compare(key: string, manager: string, values: PowerGrantValues, now_ns: number): void {
    const last = this.requests.get(key)
    const former = this.former.get(key)
    const request = last?.sequence === values.sequence ? last : former
    if (last === undefined) {
      if (!this.around.busFaulty) this.accuse(now_ns, `${manager} granted ${key} what it never asked for`, { run_A: values.run_A })
      return
    }
    // An answer to an older one, which the manager heard last: the port waits for it no more, and takes nothing of it.
    if (request?.sequence !== values.sequence) return
    // What it says that it holds, of another manager, is left to it.
    const held = this.held.get(key)
    const held_A = held !== undefined && now_ns - held.t_ns <= SECOND_ns ? held.granted_A : 0
    const run_A = Math.max(request.run_A, held_A)
    if (values.run_A > run_A + STEP_A || values.peak_A > Math.max(run_A, request.peak_A) + STEP_A) {
      this.accuse(now_ns, `${manager} granted ${key} more than it asked for`, {
        run_A: values.run_A, peak_A: values.peak_A, askedRun_A: request.run_A, askedPeak_A: request.peak_A,
      })
    }
  }

  /** Leases in force together stay within every feeder. */
  private sum(now_ns: number): void {
    for (const feeder of this.facts.feeders) {
      let run_A = 0
      let sum_A = 0
      let count = 0
      let capped = false
      for (const lease of this.leases.values()) {
        const share = feeder.shares[lease.hub] ?? 0
        if (lease.end_ns <= now_ns || share <= LEAST_SHARE) continue
        run_A += share * lease.run_A
        sum_A += share * (now_ns < lease.peakEnd_ns ? lease.peak_A : lease.run_A)
        count++
        // A hub takes no more than its own drop carries, whatever it is granted.
        if (lease.blind && isDrop(feeder)) capped = true
      }
      if (capped) continue
      if (run_A <= feeder.run_A + count * STEP_A && sum_A <= feeder.peak_A + count * STEP_A) this.overloaded.delete(feeder.name)
      else if (!this.overloaded.has(feeder.name)) {
        this.overloaded.add(feeder.name)
        this.accuse(now_ns, `the leases behind ${feeder.name} exceed what it carries`, {
          run_A, mostRun_A: feeder.run_A, granted_A: sum_A, most_A: feeder.peak_A, leases: count,
        })
      }
    }
  }

  /**
   * A port that shows a grant has a lease: it counts its end itself, whatever becomes of the bus. Only a hub that hears no
   * manager may use its static share, and only a reversal goes on. A hub that manages itself grants itself what nobody hears while its
   * ground, or else something, keeps it off the bus.
   */
  private report(key: string, hubName: string, granted_A: number, now_ns: number): void {
    const end_ns = this.ends_ns.get(key) ?? -Infinity
    if (!(granted_A > STEP_A) || end_ns + REPORT_ns >= now_ns) {
      this.overdue.delete(key)
      return
    }
    const hub = this.around.hub(hubName)
    if (this.requests.size === 0 || hub === undefined || this.overdue.has(key)) return
    const request = this.requests.get(key)
    if (request !== undefined && request.safety_ns > now_ns - REVERSAL_ns) return
    const returned_ns = this.managers.get(hubName)?.returned_ns ?? -Infinity
    if (returned_ns > end_ns && now_ns - returned_ns < SHARE_ns) return
    if (now_ns - Math.max(this.deaf_ns.get(hubName) ?? -Infinity, hub.reset_ns, hub.paused_ns, this.around.impostor_ns) < SHARE_ns) return
    this.overdue.add(key)
    this.accuse(now_ns, `${key} holds a grant without a lease`, { granted_A, overFor_ms: (now_ns - end_ns) / MS_ns })
  }

  /** Whatever a hub takes itself to be granted, it draws no more than that and no more than its lease. */
  private weigh(key: string, current_A: number, granted_A: number, now_ns: number): void {
    const lease = this.leases.get(key)
    const leased_A = lease !== undefined && now_ns < lease.peakEnd_ns + REPORT_ns ? lease.peak_A : 0
    const most_A = Math.max(leased_A, granted_A) * EXCESS + REST_A
    if (!(current_A > most_A)) {
      this.excessive.delete(key)
      return
    }
    const excess = this.excessive.get(key) ?? { since_ns: now_ns, reports: 0 }
    excess.reports++
    this.excessive.set(key, excess)
    if (excess.reports < EXCESS_REPORTS || now_ns - excess.since_ns < EXCESS_ns) return
    this.excessive.delete(key)
    this.accuse(now_ns, `${key} draws more than it was granted`, { current_A, granted_A, for_ms: (now_ns - excess.since_ns) / MS_ns })
  }

  look(now_ns: number): void {
    for (const hub of this.around.hubs) if (hub.resigned || this.isDeaf(hub, now_ns)) this.deaf_ns.set(hub.name, now_ns)
  }

  /** It may not hear a manager now. */
  private isDeaf(hub: HubLife, now_ns: number): boolean {
    if (Number.isNaN(hub.able_ns) || hub.lossRate > 0 || hub.bitErrorRate > 0 || this.around.busRate > 0) return true
    for (const [name, manager] of this.managers) {
      const other = this.around.hub(name)!
      if (manager.inCharge && now_ns - manager.heard_ns <= FRESH_ns && (other === hub || this.around.together(hub, other))) return false
    }
    return true
  }
}

/** Only one hub's current flows through it. */
function isDrop({ shares }: Feeder): boolean {
  return Object.values(shares).filter(share => share > LEAST_SHARE).length === 1
}

export const leases: CheckerEntry<'reset'> = {
  name: 'leases',
  contract: 'leases of a port never overlap, all end, stay within what was asked for and, together, within every feeder; no port draws more',
  needs: ['reset'],
  asks: HUB_ABILITY,
  create: (accuse, around, facts) => new LeasesChecker(accuse, around, facts),
}
