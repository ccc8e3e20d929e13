import {
  GRANT_RESULT, type HubStatusValues, type Ignition, LOCATION, MANAGER_STATE, type ManagerState, type PortStatusValues, PowerGrantEncoder,
  type PowerGrantValues, type PowerReleaseValues, type PowerRequestValues, PowerShedEncoder, type PowerShedValues, rounded,
} from '#protocol/index.ts'
import type { Job, Schedule } from '../../runtime/index.ts'
import { type Account, Allocator } from '../allocator/index.ts'
import type { PowerPlan } from '../plan.ts'
import type { HubPower, ManagerInCharge } from '../hub/index.ts'
import { Excess } from './excess.ts'
import { Presence, REPORT_ms } from './presence.ts'
import { POWER_RULES } from '../rules.ts'
import { Shedding } from './shedding.ts'

export const MANAGER_RULES = {
  tick_ms: 100,
  /** The manager in the dash is taken for dead after three missed VehicleStates. */
  silence_ms: 350,
  /** A standby that booted waits this long for the first one. */
  firstSilence_ms: 1500,
  /** Time to learn the leases of the manager before; it ends sooner when every port has reported. */
  rebuild_ms: 2000,
  /** Between two decisions the board does its other work, and the hubs read their receive buffers. */
  pause_ms: 1,
} as const

const MILLI = 1000
/** How often it looks at what hubs draw: they report once a second, and a peak is reserved for longer than this. */
const WATCH_ms = 500
/** That a frame can name. */
const LOCATIONS = 16
/** Whoever has not been heard for so long draws its static share at most. */
const SHARE_ms: number = POWER_RULES.settled_ms + POWER_RULES.reversal_ms

/** What the manager needs of the hub it lives in. */
export interface ManagerHost {
  readonly location: number
  readonly schedule: Schedule
  /** Its way to the ports of all hubs, what its own ports hold, and what the manager before has shed. */
  readonly power: Pick<HubPower, 'sendGrant' | 'sendShed' | 'runLimit_A'> & { readonly inCharge: Pick<ManagerInCharge, 'shedLevel'> }
  /** The hub may send. */
  operating(): boolean
  supply_V(): number
  ignition(): Ignition
  /** Tells people. */
  log(text: string): void
}

/** What the manager counts since boot. */
export interface ManagerCounters {
  takeovers: number
  granted: number
  deferred: number
  refused: number
  revoked: number
  sheds: number
  /** Messages of hubs that the plan does not have. */
  strangers: number
  /** Hubs that drew more than was granted to them. */
  accused: number
}

/**
 * The power manager. One in the dash, which is in charge whenever it is up; one in the trunk that stands by and takes over
 * when the dash falls silent. Who begins learns from the ports' reports what is granted already and gives nothing new but
 * to safety meanwhile; who misses most hubs keeps to the static shares, because there may be another manager on their side.
 */
export class PowerManager {
  /** State or shed level is another: VehicleState says so, or (state none) is sent no more. */
  onChange: (state: ManagerState) => void
  state: ManagerState
  readonly counters: ManagerCounters
  readonly allocator: Allocator
  private readonly host: ManagerHost
  private readonly plan: PowerPlan
  /** By location: which hub of the plan it is; −1: none. */
  private readonly hubs: Int8Array
  private readonly standby: boolean
  private readonly presence: Presence
  private readonly shedding: Shedding
  private readonly excess: Excess
  private readonly tickJob: Job
  private readonly decideJob: Job
  private readonly grant: PowerGrantValues
  private readonly shed: PowerShedValues
  private otherHeard_ms: number
  /** When another manager last spoke that was in charge. */
  private rival_ms: number
  private rivalled: boolean
  /** Since then it has had a quorum. */
  private gained_ms: number
  /** By hub: the allocator was told that it is missed (1), and that it has settled (2). */
  private readonly missed: Uint8Array
  /** Some were missed at the last look. */
  private anyMissed: boolean
  /** It hears none of the others: it is cut off, or deaf, and must not stand in the way of who is not. */
  private alone: boolean
  private began_ms: number
  /** Reports count from here on: until then another manager may have been at work. */
  private learn_ms: number
  private thaw_ms: number
  private answered_ms: number
  /** When it last looked at what hubs draw. */
  private watched_ms: number

  constructor(host: ManagerHost, plan: PowerPlan, standby: boolean) {
    this.onChange = () => undefined
    this.state = MANAGER_STATE.none
    this.counters = { takeovers: 0, granted: 0, deferred: 0, refused: 0, revoked: 0, sheds: 0, strangers: 0, accused: 0 }
    this.allocator = new Allocator(plan)
    this.host = host
    this.plan = plan
    this.hubs = new Int8Array(LOCATIONS)
    this.hubs.fill(-1)
    for (let hub = plan.hubs.length - 1; hub >= 0; hub--) this.hubs[plan.hubs[hub]!.location] = hub
    this.standby = standby
    this.presence = new Presence(plan, host.location)
    this.shedding = new Shedding()
    this.excess = new Excess(plan)
    this.tickJob = host.schedule.loner('power manager', () => this.tick())
    this.decideJob = host.schedule.loner('power decision', () => this.decide())
    this.grant = PowerGrantEncoder.create()
    this.shed = PowerShedEncoder.create()
    this.otherHeard_ms = 0
    this.rival_ms = -Infinity
    this.rivalled = false
    this.gained_ms = 0
    this.missed = new Uint8Array(plan.hubs.length)
    this.anyMissed = false
    this.alone = false
    this.began_ms = 0
    this.learn_ms = 0
    this.thaw_ms = 0
    this.answered_ms = -Infinity
    this.watched_ms = 0
  }

  /** 0 nothing; n: priorities above 3 − n are off. */
  shedLevel(): number {
    return this.state === MANAGER_STATE.none ? 0 : this.shedding.level
  }

  start(): void {
    this.otherHeard_ms = this.host.schedule.now() + MANAGER_RULES.firstSilence_ms
    this.tick()
  }

  requested(values: PowerRequestValues, location: number): void {
    const hub = this.heard(location)
    if (hub < 0) return
    const now = this.host.schedule.now_ms
    if (this.state === MANAGER_STATE.none) {
      // It may have its peak next.
      this.excess.allow(hub, rounded(values.peak_A * MILLI), now)
      return
    }
    // A lease of the manager before that its port reported counts as ours from its first renewal on.
    if (this.state === MANAGER_STATE.rebuilding) this.adopt(hub, values.port, now)
    this.allocator.request(now, hub, values.port, values.sequence, values.run_A, values.peak_A, values.priority)
    this.decideSoon(now)
  }

  released(values: PowerReleaseValues, location: number): void {
    const hub = this.heard(location)
    if (hub < 0) return
    const now = this.host.schedule.now_ms
    this.presence.reported(hub, values.port, 0, now)
    // What it last reported was drawn with what it gives back.
    this.excess.reported(hub, values.port, 0)
    this.allocator.release(hub, values.port, values.sequence)
    this.decideSoon(now)
  }

  portReported(values: PortStatusValues, location: number): void {
    const hub = this.heard(location)
    if (hub < 0) return
    const now = this.host.schedule.now_ms
    this.presence.reported(hub, values.port, values.granted_A, now)
    this.allocator.reported(now, hub, values.port, values.granted_A)
    this.excess.reported(hub, values.port, values.current_A)
    if (this.state === MANAGER_STATE.rebuilding) this.adopt(hub, values.port, now)
  }

  /** A port of its own hub reports what it draws: a hub does not hear itself. */
  ownReported(values: PortStatusValues): void {
    if (this.presence.own >= 0) this.excess.reported(this.presence.own, values.port, values.current_A)
  }

  /** A hub says how warm it is. */
  hubReported(values: HubStatusValues, location: number): void {
    const hub = this.heard(location)
    if (hub >= 0) this.allocator.warm(hub, values.temperature_C)
  }

  /** A hub says something; its index in the plan, or −1. */
  heard(location: number): number {
    const hub = this.hubs[location]!
    if (hub < 0) this.counters.strangers++
    else {
      this.alone = this.alone && hub === this.presence.own
      this.presence.heard(hub, this.host.schedule.now_ms)
    }
    return hub
  }

  /** Another manager speaks: the standby makes way for the dash, the dash learns what the standby granted. */
  managerHeard(state: ManagerState): void {
    const now = this.host.schedule.now()
    this.otherHeard_ms = now
    if (this.standby) this.retire(now)
    else if (state !== MANAGER_STATE.none) {
      this.rival_ms = now
      // Until it hears this one it may go on granting, and its last answers are on their way.
      this.learn_ms = now + MANAGER_RULES.silence_ms
      if (this.state !== MANAGER_STATE.none && this.state !== MANAGER_STATE.rebuilding) this.rebuild(now)
    }
  }

  /** From now on all have something to say again: the car woke, or this hub has its address. */
  listen(): void {
    this.presence.listen(this.host.schedule.now())
  }

  /** Hubs that were there and are lost, in charge or not: a bit a location, FL's the lowest. */
  lost(): number {
    return this.presence.lost(this.host.schedule.now())
  }

  private tick(): void {
    const now = this.host.schedule.now_ms
    this.host.schedule.startAt(this.tickJob, now + MANAGER_RULES.tick_ms)
    if (!this.host.operating() || this.alone) {
      this.retire(now)
      return
    }
    if (this.state === MANAGER_STATE.none) {
      if (this.standby && now - this.otherHeard_ms <= MANAGER_RULES.silence_ms) {
        if (this.isWatchDue(now)) this.watchDash(now)
        return
      }
      this.takeOver(now)
    }
    this.hearOwn(now)
    this.watchHubs(now)
    if (this.isWatchDue(now)) this.watchCurrents(now)
    if (this.shedding.read(now, this.host.supply_V(), this.host.ignition())) this.tellShed()
    if (this.allocator.wants(now)) this.decideSoon(now)
  }

  private takeOver(now: number): void {
    if (this.standby) this.counters.takeovers++
    this.gained_ms = now - 1
    const presence = this.presence
    for (let hub = 0; hub < this.plan.hubs.length; hub++) {
      const own = hub === presence.own
      if (!own && presence.silence_ms(hub, now) > REPORT_ms) continue
      for (let port = 0; port < this.plan.hubs[hub]!.ports; port++) {
        const run_A = own ? this.host.power.runLimit_A(port) : presence.granted(hub, port, now)
        if (run_A > 0) this.allocator.adopt(now, hub, port, run_A)
      }
    }
    presence.begin(now)
    // What it shed stays so until the supply has recovered.
    this.shedding.begin(now, this.host.power.inCharge.shedLevel)
    this.allocator.shed(this.shedding.level)
    if (this.standby) this.learn_ms = now
    this.rebuild(now)
  }

  private adopt(hub: number, port: number, now: number): void {
    const own = this.plan.hubs[hub]!.location === this.host.location
    this.allocator.adopt(now, hub, port, own ? this.host.power.runLimit_A(port) : this.presence.granted(hub, port, now))
  }

  /** A hub does not hear itself. */
  private hearOwn(now: number): void {
    const own = this.presence.own
    if (own < 0) return
    for (let port = 0; port < this.plan.hubs[own]!.ports; port++) {
      this.allocator.reported(now, own, port, this.host.power.runLimit_A(port))
      // The other manager may have given it something.
      if (this.state === MANAGER_STATE.rebuilding) this.adopt(own, port, now)
    }
  }

  private rebuild(now: number): void {
    this.began_ms = now
    this.allocator.freeze(true)
    this.enter(MANAGER_STATE.rebuilding)
  }

  private retire(now: number): void {
    if (this.state === MANAGER_STATE.none) return
    this.learn_ms = now
    this.enter(MANAGER_STATE.none)
  }

  private watchHubs(now: number): void {
    const rival = now - this.rival_ms <= MANAGER_RULES.silence_ms
    const missing = this.presence.missing(now)
    const back = this.findMissing(missing, now) || (this.rivalled && !rival)
    this.rivalled = rival
    this.alone = this.missed.length > 1 && missing === this.missed.length - 1
    // Whoever hears another manager that is in charge is not heard by it.
    const quorum = !rival && this.presence.isQuorum(missing, !this.standby)
    if (!quorum) this.gained_ms = now
    if (this.state === MANAGER_STATE.rebuilding && !back) {
      if (now - this.began_ms < MANAGER_RULES.rebuild_ms && (rival || !this.presence.complete(this.learn_ms, now))) return
      for (let hub = 0; hub < this.missed.length; hub++) if (this.missed[hub] === 0) this.allocator.meet(hub)
      this.thaw_ms = this.presence.settled_ms(quorum ? this.gained_ms : -Infinity, now)
      this.enter(quorum ? MANAGER_STATE.active : MANAGER_STATE.staticShares)
      this.allocator.restrict(!quorum)
    } else if (!quorum && this.state === MANAGER_STATE.active) {
      // Leases beyond the shares may still run on the other side.
      this.thaw_ms = now + POWER_RULES.lease_ms + POWER_RULES.guard_ms
      this.enter(MANAGER_STATE.staticShares)
      this.allocator.restrict(true)
    } else if (back || (quorum && this.state === MANAGER_STATE.staticShares)) {
      this.learn_ms = now + MANAGER_RULES.silence_ms
      this.rebuild(now)
      return
    }
    this.allocator.freeze(now < this.thaw_ms)
  }

  /**
   * Tells the allocator which hubs are missed: what they may draw is taken. Whatever they had, they are down to their static shares when
   * what another manager gave has settled and a reversal that outlives its lease is over. True: one is back.
   */
  private findMissing(missing: number, now: number): boolean {
    if (missing === 0 && !this.anyMissed) return false
    let back = false
    this.anyMissed = missing > 0
    for (let hub = 0; hub < this.missed.length; hub++) {
      if (!this.presence.isMissing(hub, now)) {
        if (this.missed[hub] !== 0) back = true
        this.missed[hub] = 0
      } else if (this.missed[hub] === 0) {
        this.missed[hub] = 1
        this.allocator.miss(hub)
      } else if (this.missed[hub] === 1 && this.presence.silence_ms(hub, now) > SHARE_ms) {
        this.missed[hub] = 2
        this.allocator.settle(hub)
      }
    }
    return back
  }

  private isWatchDue(now: number): boolean {
    if (now - this.watched_ms < WATCH_ms) return false
    this.watched_ms = now
    return true
  }

  /** Only where nothing but its own grants can be drawn. */
  private watchCurrents(now: number): void {
    if (this.state !== MANAGER_STATE.active) return
    const reserved_mA = this.allocator.reserved_mA()
    for (let hub = 0; hub < this.missed.length; hub++) {
      if (this.missed[hub] === 0) this.watchCurrent(hub, reserved_mA[hub]!, now)
    }
  }

  /** The standby looks at the hub of the manager in charge, by what that says of itself: nobody else can speak of it if it is broken. */
  private watchDash(now: number): void {
    const hub = this.hubs[LOCATION.DASH]!
    if (hub < 0) return
    let granted_A = 0
    for (let port = 0; port < this.plan.hubs[hub]!.ports; port++) granted_A += this.presence.granted(hub, port, now)
    this.watchCurrent(hub, rounded(granted_A * MILLI), now)
  }

  private watchCurrent(hub: number, granted_mA: number, now: number): void {
    if (!this.excess.look(hub, granted_mA, now)) return
    this.counters.accused++
    const location = this.plan.hubs[hub]!.location
    const granted_A = granted_mA / MILLI
    this.host.log(`hub at location ${location} draws ${this.excess.sum_A(hub).toFixed(1)} A, ${granted_A.toFixed(1)} A are granted to it`)
  }

  private tellShed(): void {
    this.allocator.shed(this.shedding.level)
    this.counters.sheds++
    this.shed.level = this.shedding.level
    this.shed.reason = this.shedding.reason
    this.onChange(this.state)
    this.host.power.sendShed(this.shed)
  }

  private decide(): void {
    if (this.state === MANAGER_STATE.none) return
    const now = this.host.schedule.now()
    const account = this.allocator.next(now)
    if (account !== undefined) this.answer(account)
    const due_ms = this.allocator.unfinished ? now : this.allocator.due_ms()
    if (due_ms < Infinity) this.host.schedule.notLater(this.decideJob, Math.max(due_ms, now + MANAGER_RULES.pause_ms))
  }

  /** Not on the heels of the answer before: a hub has two receive buffers. */
  private decideSoon(now: number): void {
    this.host.schedule.notLater(this.decideJob, Math.max(now, this.answered_ms + MANAGER_RULES.pause_ms))
  }

  private answer(account: Account): void {
    this.answered_ms = this.host.schedule.now()
    const granted = account.result === GRANT_RESULT.granted
    const values = this.grant
    values.port = account.port
    values.sequence = account.sequence & 0x0f
    values.run_A = granted ? account.run_mA / MILLI : 0
    values.peak_A = granted ? account.peak_mA / MILLI : 0
    values.lease_ms = granted ? POWER_RULES.lease_ms : 0
    values.result = account.result
    if (granted) this.counters.granted++
    else if (account.result === GRANT_RESULT.deferred) this.counters.deferred++
    else if (account.result === GRANT_RESULT.refused) this.counters.refused++
    else this.counters.revoked++
    this.host.power.sendGrant(this.plan.hubs[account.hub]!.location, values)
  }

  private enter(state: ManagerState): void {
    this.state = state
    this.onChange(state)
  }
}
