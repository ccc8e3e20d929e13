import { MANAGER_STATE } from '#protocol/catalogue/enums.ts'
import { LOCATION } from '#protocol/catalogue/locations.ts'
import { hubAddress, locationOfAddress } from '#protocol/id.ts'
import { PowerGrantCodec, PowerReleaseCodec, PowerRequestCodec, PowerShedCodec } from '#protocol/messages.generated.ts'
import type {
  PowerGrantValues, PowerReleaseValues, PowerRequestValues, PowerShedValues, VehicleStateValues,
} from '#protocol/messages.generated.ts'
import type { PowerManager } from '../manager/manager.ts'
import { POWER_RULES } from '../rules.ts'
import type { HubCounters } from '../../runtime/counters.ts'
import type { Lease } from '../port/lease.ts'
import type { Job, Schedule } from '../../runtime/schedule.ts'
import type { Transmitter } from '../../runtime/transmit.ts'
import { FRESH_ms } from '../../runtime/vehicle.ts'

/** Without a word of a manager for so long no lease of anybody is in force any more: the static shares are free to use. */
export const ORPHANED_ms: number = POWER_RULES.lease_ms + POWER_RULES.guard_ms + FRESH_ms

/**
 * A hub's side of the power contract: carries its ports' requests to the manager and the answers back, knows who the
 * manager is, and keeps the hub's static safe share. The manager may be in this very hub.
 */
export class HubPower {
  readonly location: number
  /** Where the ports' sequences begin: not where they were before the reset. */
  readonly firstSequence: number
  /** 0 nothing; n: priorities above 3 − n are off. */
  shedLevel: number
  /** The manager in this hub, if it is one that can have it. */
  manager: PowerManager | undefined
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly counters: HubCounters
  private readonly silenceJob: Job
  private readonly leases: Lease[]
  private readonly requestValues: PowerRequestValues
  private readonly releaseValues: PowerReleaseValues
  /** Location of the manager that counts; 0: none was heard. */
  private managerAt: number
  private heard_ms: number
  private dashHeard_ms: number
  private share_A: number

  /** `share_A`: the hub's static safe share for its ports. */
  constructor(location: number, share_A: number, firstSequence: number, schedule: Schedule, transmit: Transmitter, counters: HubCounters) {
    this.location = location
    this.firstSequence = firstSequence
    this.shedLevel = 0
    this.manager = undefined
    this.schedule = schedule
    this.transmit = transmit
    this.counters = counters
    this.silenceJob = schedule.job('manager silence', () => this.checkSilence())
    this.leases = []
    this.requestValues = PowerRequestCodec.create()
    this.releaseValues = PowerReleaseCodec.create()
    this.managerAt = 0
    this.heard_ms = schedule.now()
    this.dashHeard_ms = -Infinity
    this.share_A = share_A
  }

  /** Port by port, in their order. */
  join(lease: Lease): void {
    this.leases.push(lease)
  }

  /** A VehicleState. `false`: it is not that of the manager in charge, and says nothing of the vehicle either. */
  heardVehicle(values: VehicleStateValues, source: number): boolean {
    const now = this.schedule.now()
    const location = locationOfAddress(source)
    if (location === LOCATION.DASH) this.dashHeard_ms = now
    else if (location === LOCATION.TRUNK && now - this.dashHeard_ms <= FRESH_ms) return false
    if ((location === LOCATION.DASH || location === LOCATION.TRUNK) && values.manager !== MANAGER_STATE.none) {
      this.follow(location, values.shedLevel)
    }
    return true
  }

  /** The manager in charge is this one, and so much is shed. */
  follow(location: number, level: number): void {
    this.managerAt = location
    this.heard_ms = this.schedule.now()
    this.setLevel(level)
  }

  heardShed(values: PowerShedValues, source: number): void {
    if (this.isManager(source)) this.setLevel(values.level)
    else this.counters.grantsForeign++
  }

  /** An answer from the bus; one that is not from the manager in charge is ignored. */
  heardGrant(values: PowerGrantValues, source: number): void {
    if (this.isManager(source)) this.deliver(values)
    else this.counters.grantsForeign++
  }

  deliver(values: PowerGrantValues): void {
    const lease = this.leases[values.port]
    if (lease === undefined) this.counters.grantsStale++
    else lease.answer(values)
  }

  request(port: number, sequence: number, run_A: number, peak_A: number, duration_ms: number, priority: number): void {
    const values = this.requestValues
    values.port = port
    values.sequence = sequence
    values.run_A = run_A
    values.peak_A = peak_A
    values.duration_ms = duration_ms
    values.priority = priority
    this.transmit.send(PowerRequestCodec, this.location, values, port)
    if (this.manager !== undefined) this.manager.requested(values, this.location)
  }

  release(port: number, sequence: number): void {
    const values = this.releaseValues
    values.port = port
    values.sequence = sequence
    this.transmit.send(PowerReleaseCodec, this.location, values, port)
    if (this.manager !== undefined) this.manager.released(values, this.location)
  }

  /** No manager, and none of its leases is left. */
  orphaned(): boolean {
    // The same sum as the job's time: a difference may round to less, and the job would come again and again.
    return this.schedule.now() >= this.heard_ms + ORPHANED_ms
  }

  /** Takes up to `peak_A` of the static share, `run_A` at least; 0: there is not enough of it. */
  takeShare(run_A: number, peak_A: number): number {
    const taken_A = Math.min(peak_A, this.share_A)
    if (taken_A < run_A) return 0
    this.share_A -= taken_A
    return taken_A
  }

  giveShare(current_A: number): void {
    this.share_A += current_A
  }

  /** What each port holds, for a manager that begins. */
  runLimit_A(port: number): number {
    return port < this.leases.length ? this.leases[port]!.runLimit_A() : 0
  }

  /** Sends the manager's answer to a hub, this one included. */
  sendGrant(location: number, values: PowerGrantValues): void {
    this.transmit.send(PowerGrantCodec, location, values, values.port)
    if (location === this.location) this.deliver(values)
  }

  sendShed(values: PowerShedValues): void {
    this.transmit.send(PowerShedCodec, LOCATION.ALL, values, 0)
    this.setLevel(values.level)
  }

  private isManager(source: number): boolean {
    return this.managerAt !== 0 && source === hubAddress(this.managerAt) && this.schedule.now() - this.heard_ms <= FRESH_ms
  }

  private setLevel(level: number): void {
    if (level === this.shedLevel) return
    this.shedLevel = level
    this.checkSilence()
    for (let i = 0; i < this.leases.length; i++) this.leases[i]!.levelChanged()
  }

  /** What a manager shed that is gone is shed no more: the static share is there for access and opening windows. */
  private checkSilence(): void {
    if (this.orphaned()) this.setLevel(0)
    else if (this.shedLevel > 0) this.schedule.startAt(this.silenceJob, this.heard_ms + ORPHANED_ms)
  }
}
