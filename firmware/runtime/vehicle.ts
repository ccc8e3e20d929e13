import { GEAR, type Gear, IGNITION, type Ignition, MANAGER_STATE, VehicleStateCodec, type VehicleStateValues } from '#protocol/index.ts'
import type { VehicleView } from '../components/index.ts'
import type { Job, Schedule } from './schedule.ts'

/** Age at which a VehicleState no longer counts. */
export const FRESH_ms: number = VehicleStateCodec.lifetime_ms

/**
 * How long what was last known counts when nobody says anything of the vehicle: the silence of a dash that was jammed or
 * impersonated opens no door of a moving car, a dead one traps nobody for longer. The ignition: as long as a lease.
 */
export const KNOWN_SPEED_ms = 10_000
export const KNOWN_IGNITION_ms = 2000
/** After a VehicleState out of sequence there may be two talkers: for so long the speed only rises, and the ignition stays. */
export const DOUBT_ms = 2000

/** No car loses speed faster: what the bus says below that is believed step by step. */
const BRAKES_kmh_s = 60
const SECOND_ms = 1000
/** Faster than anybody walks: nothing is to open. */
const DRIVES_kmh = 5

/**
 * The vehicle as this hub knows it: from the bus, or on the dash from its own vehicle component. Not known any more: ignition
 * off, and no speed.
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
  /** When somebody who knows the vehicle last spoke of it, and when one last spoke out of sequence. */
  private known_ms: number
  private doubted_ms: number
  private local: boolean
  /** Its own vehicle component was pulled out of a moving car: what was known of the speed stays, until there is one again. */
  private pulledOut: boolean
  private battery: number

  constructor(schedule: Schedule) {
    this.onChange = () => undefined
    this.schedule = schedule
    this.staleJob = schedule.job('VehicleState stale', () => this.checkAge())
    this.ignitionCode = IGNITION.off
    this.gearCode = NaN
    this.speed = NaN
    this.heard_ms = -Infinity
    this.known_ms = -Infinity
    this.doubted_ms = -Infinity
    this.local = false
    this.pulledOut = false
    this.battery = NaN
  }

  /** The supply of the hub that says VehicleState, V; NaN: nobody else says it now. */
  battery_V(): number {
    return !this.local && this.fresh() ? this.battery : NaN
  }

  /** `IGNITION`. */
  ignition(): Ignition {
    return this.knows(KNOWN_IGNITION_ms) ? this.ignitionCode : IGNITION.off
  }

  /** `GEAR`, NaN when unknown. */
  gear(): number {
    return this.knows(KNOWN_IGNITION_ms) ? this.gearCode : NaN
  }

  /** NaN when unknown. */
  speed_kmh(): number {
    return this.pulledOut || this.knows(KNOWN_SPEED_ms) ? this.speed : NaN
  }

  fresh(): boolean {
    return this.local || this.schedule.now() - this.heard_ms <= FRESH_ms
  }

  /** A VehicleState just received; a hub with a vehicle component of its own knows better. */
  receive(values: VehicleStateValues): void {
    if (this.local) return
    const now = this.schedule.now_ms
    this.heard_ms = now
    this.battery = values.battery_V
    // Who does not know the speed has no vehicle at its ports: its ignition is nobody's.
    if (this.pulledOut || !(values.speed_kmh >= 0)) return
    const age_ms = now - this.known_ms
    this.known_ms = now
    // As nearly always.
    const same = values.speed_kmh === this.speed && values.ignition === this.ignitionCode && values.gear === this.gearCode
    if (same && age_ms <= KNOWN_IGNITION_ms) return
    if (!this.staleJob.armed) this.schedule.startAt(this.staleJob, now + KNOWN_IGNITION_ms + 1)
    const doubted = now - this.doubted_ms <= DOUBT_ms
    const speed_kmh = values.speed_kmh < this.speed ? this.slower_kmh(values.speed_kmh, age_ms, doubted) : values.speed_kmh
    const fresh = age_ms > KNOWN_IGNITION_ms
    if (doubted) this.set(this.ignitionCode, this.gearCode, speed_kmh, fresh)
    else this.set(values.ignition, values.gear, speed_kmh, fresh)
  }

  /** What a car may have slowed down to. */
  private slower_kmh(speed_kmh: number, age_ms: number, doubted: boolean): number {
    if (doubted) return this.speed
    const least_kmh = this.speed - BRAKES_kmh_s / SECOND_ms * age_ms
    return age_ms <= KNOWN_SPEED_ms && speed_kmh < least_kmh ? least_kmh : speed_kmh
  }

  /** A VehicleState came out of sequence. What was known when the doubt began stays for as long as it lasts. */
  doubt(): void {
    if (this.local || this.pulledOut) return
    this.doubted_ms = this.schedule.now()
    if (this.knows(KNOWN_IGNITION_ms)) this.known_ms = this.doubted_ms
  }

  /** What the hub's own vehicle component reads; NaN = not known. */
  read(ignition: number, gear: number, speed_kmh: number): void {
    const first = !this.local
    this.local = true
    this.pulledOut = false
    this.set(ignition >= 0 ? ignition as Ignition : IGNITION.off, gear, speed_kmh, first)
  }

  /** The hub's own vehicle component was unplugged. */
  forget(): void {
    if (!this.local) return
    this.local = false
    this.pulledOut = this.speed > DRIVES_kmh
    this.known_ms = this.schedule.now()
    this.schedule.startAt(this.staleJob, this.known_ms + KNOWN_IGNITION_ms + 1)
  }

  /** Fills a VehicleState: with what is known now, not with what was, but for the speed of a car whose sensors were pulled out. */
  fill(values: VehicleStateValues, supply_V: number): void {
    const known = this.knows(FRESH_ms)
    values.ignition = known ? this.ignitionCode : IGNITION.off
    values.gear = known && this.gearCode >= 0 ? this.gearCode as Gear : GEAR.neutral
    values.speed_kmh = known || this.pulledOut ? this.speed : NaN
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

  private knows(for_ms: number): boolean {
    return this.local || this.schedule.now() - this.known_ms <= for_ms
  }

  /** Tells when the ignition is not known any more, and when the speed is not. */
  private checkAge(): void {
    if (this.local) return
    const now = this.schedule.now()
    const ignition_ms = this.known_ms + KNOWN_IGNITION_ms + 1
    const speed_ms = this.known_ms + KNOWN_SPEED_ms + 1
    if (now < speed_ms) this.schedule.startAt(this.staleJob, now < ignition_ms ? ignition_ms : speed_ms)
    if (now >= ignition_ms) this.onChange()
  }
}
