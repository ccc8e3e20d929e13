import { GEAR, type Gear, IGNITION, type Ignition, MANAGER_STATE, VehicleStateCodec, type VehicleStateValues } from '#protocol/index.ts'
import type { VehicleView } from '../components/index.ts'
import type { Job, Schedule } from './schedule.ts'

/** Age at which a VehicleState no longer counts. */
export const FRESH_ms: number = VehicleStateCodec.lifetime_ms

/**
 * The vehicle as this hub knows it: from the bus, or on the dash from its own vehicle component. Unknown and stale mean
 * ignition off.
 */
export class Vehicle implements VehicleView {
  /** Called when something a driver can ask for changed. */
  onChange: () => void
  private readonly schedule: Schedule
  private readonly staleJob: Job
  private ignitionCode: Ignition
  private gearCode: number
  private speed: number
  private heard_ms: number
  private local: boolean

  constructor(schedule: Schedule) {
    this.onChange = () => undefined
    this.schedule = schedule
    this.staleJob = schedule.job('VehicleState stale', () => this.checkAge())
    this.ignitionCode = IGNITION.off
    this.gearCode = NaN
    this.speed = NaN
    this.heard_ms = -Infinity
    this.local = false
  }

  /** `IGNITION`. */
  ignition(): Ignition {
    return this.fresh() ? this.ignitionCode : IGNITION.off
  }

  /** `GEAR`, NaN when unknown. */
  gear(): number {
    return this.fresh() ? this.gearCode : NaN
  }

  /** NaN when unknown. */
  speed_kmh(): number {
    return this.fresh() ? this.speed : NaN
  }

  fresh(): boolean {
    return this.local || this.schedule.now() - this.heard_ms <= FRESH_ms
  }

  /** A VehicleState from the bus; a hub with a vehicle component of its own knows better. */
  receive(values: VehicleStateValues): void {
    if (this.local) return
    const now = this.schedule.now()
    const wasFresh = now - this.heard_ms <= FRESH_ms
    this.heard_ms = now
    if (!this.staleJob.armed) this.schedule.startAt(this.staleJob, now + FRESH_ms + 1)
    this.set(values.ignition, values.gear, values.speed_kmh, !wasFresh)
  }

  /** What the hub's own vehicle component reads; NaN = not known. */
  read(ignition: number, gear: number, speed_kmh: number): void {
    const first = !this.local
    this.local = true
    this.set(ignition >= 0 ? ignition as Ignition : IGNITION.off, gear, speed_kmh, first)
  }

  /** The hub's own vehicle component was unplugged. */
  forget(): void {
    if (!this.local) return
    this.local = false
    this.heard_ms = -Infinity
    this.onChange()
  }

  /** Fills a VehicleState. */
  fill(values: VehicleStateValues, supply_V: number): void {
    const gear = this.gear()
    values.ignition = this.ignition()
    values.gear = gear >= 0 ? gear as Gear : GEAR.neutral
    values.speed_kmh = this.speed_kmh()
    values.battery_V = supply_V
    values.shedLevel = 0
    values.manager = MANAGER_STATE.active
  }

  private set(ignition: Ignition, gear: number, speed_kmh: number, fresh: boolean): void {
    const same = ignition === this.ignitionCode && gear === this.gearCode && speed_kmh === this.speed
    this.ignitionCode = ignition
    this.gearCode = gear
    this.speed = speed_kmh
    if (fresh || !same) this.onChange()
  }

  private checkAge(): void {
    if (this.local) return
    const due_ms = this.heard_ms + FRESH_ms + 1
    if (this.schedule.now() < due_ms) this.schedule.startAt(this.staleJob, due_ms)
    else this.onChange()
  }
}
