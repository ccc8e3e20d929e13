import { LATCH_PLUG } from '#protocol/index.ts'
import { GearMotor, type GearMotorParameters, type MotorFault } from './gear-motor.ts'
import type { ObservationOf } from './observation.ts'
import { Plant, stopForce } from './plant.ts'

/** Powered latch of a door or lid. Positions are fractions of the pawl drive's and of the lock's travel. */
export const LATCH_PARTS = {
  pawl: {
    /** Stalls at 10 A, runs at 4–5 A. */
    resistance_ohm: 1.35,
    emf_Vs: 0.015,
    inertia_kgm2: 2e-6,
    friction_Nm: 0.01,
    /** Releases in about 0.15 s at 13.5 V. */
    travelPerRad: 0.0154,
    /** Spur gears of 67 %; the spring turns them back with 40 % of its force. */
    raise: 1.5,
    lower: -0.4,
  } satisfies GearMotorParameters,
  /** Torsion spring that brings the pawl drive home: preload and rise over the travel, N·m per travel. */
  returnPreload: 2,
  returnRise: 1,
  /** Home: the cam rests between rubber buffers this wide, which swallow the swing of its return. */
  detent: 0.02,
  detentDrag: 3,
  /** Compressing the door seal while cinching, at full travel. */
  cinchForce: 2,
  /** The claw lets go late in the travel, so that half a release opens nothing. */
  releaseAt: 0.85,
  cinchedAt: -0.95,
  /** Width of the home microswitch's cam. */
  homeBand: 0.1,
  /** Housing. */
  stopStiffness: 100,
  lock: {
    /** Stalls at 4 A, runs at 1.2 A. */
    resistance_ohm: 3.4,
    emf_Vs: 0.012,
    inertia_kgm2: 1e-6,
    friction_Nm: 0.01,
    /** Locks in about 0.1 s. */
    travelPerRad: 0.016,
    raise: 2,
    lower: 0.3,
  } satisfies GearMotorParameters,
  lockDrag: 0.02,
  lockStopStiffness: 40,
  /** Microswitches. */
  idle_A: 0.003,
  /** The lock's stop rings at 23 Hz. */
  substeps: 2,
} as const

/** Where the door or lid is: latched, lying on its latch, or away from it. */
export type LidPosition = 'closed' | 'resting' | 'open'

/** A latch, its lock, and the door or lid on it. */
export class LatchPlant extends Plant {
  private readonly pawl: GearMotor
  private readonly bolt: GearMotor
  private door: LidPosition = 'closed'
  private jammed = false
  private ajar = false
  private locked = false
  private home = true

  constructor() {
    super('latch')
    this.pawl = new GearMotor(LATCH_PARTS.pawl, 0)
    this.bolt = new GearMotor(LATCH_PARTS.lock, 0)
  }

  get lid(): LidPosition {
    return this.door
  }

  /** Travel of the pawl drive: 1 releases, −1 cinches, 0 home. */
  get pawl_position(): number {
    return this.pawl.position
  }

  get isLocked(): boolean {
    return this.locked
  }

  /** A person pulls the handle. `false`: it is locked, nothing opens. A lid that is off its latch opens always. */
  open(): boolean {
    if (this.door === 'closed' && (this.locked || this.jammed)) return false
    this.door = 'open'
    this.report()
    return true
  }

  /** A person shuts it: slammed into the latch, or only laid on it (a cinch drive can pull it home). */
  shut(slammed = true): void {
    if (this.door === 'closed') return
    this.door = slammed ? 'closed' : 'resting'
    this.report()
    this.wake()
  }

  /** A fault: frozen or bent, the pawl drive stops half way. */
  jam(jammed: boolean): void {
    this.jammed = jammed
    this.wake()
  }

  /** The motor of a drive channel breaks; undefined: it is whole again. */
  fail(channel: number, fault: MotorFault | undefined): void {
    this.motorAt(channel)?.fail(fault)
    this.wake()
  }

  override drive(channel: number, duty: number): void {
    const motor = this.motorAt(channel)
    if (motor === undefined) return
    motor.drive(duty)
    this.wake()
  }

  override brake(channel: number): void {
    const motor = this.motorAt(channel)
    if (motor === undefined) return
    motor.brake()
    this.wake()
  }

  override input(channel: number): boolean {
    switch (channel) {
      case LATCH_PLUG.ajar: return this.ajar
      case LATCH_PLUG.locked: return this.locked
      case LATCH_PLUG.home: return this.home
      default: return false
    }
  }

  override float(): void {
    this.pawl.drive(0)
    this.bolt.drive(0)
    this.wake()
  }

  override demand_A(supply_V: number): number {
    return supply_V > 0 ? LATCH_PARTS.idle_A + this.pawl.demand_A(supply_V) + this.bolt.demand_A(supply_V) : 0
  }

  override opposed_A(supply_V: number): number {
    return this.pawl.opposed_A(supply_V) + this.bolt.opposed_A(supply_V)
  }

  override step(dt_s: number, supply_V: number): void {
    const l = LATCH_PARTS
    const substep_s = dt_s / l.substeps
    const { pawl, bolt } = this
    for (let i = 0; i < l.substeps; i++) {
      const drag = pawl.position < l.detent && pawl.position > -l.detent ? l.detentDrag : 0
      pawl.advance(substep_s, supply_V, this.pawlForce(pawl.position), drag, drag)
      if (!bolt.idle) {
        bolt.advance(substep_s, supply_V, stopForce(bolt.position, 0, 1, l.lockStopStiffness), l.lockDrag, l.lockDrag)
      }
    }
    if (this.door === 'closed' && pawl.position >= l.releaseAt) this.door = 'resting'
    if (this.door === 'resting' && pawl.position <= l.cinchedAt) this.door = 'closed'
    this.current_A = this.demand_A(supply_V)
    this.active = pawl.active || bolt.active
    this.report()
  }

  override observe(): ObservationOf<'latch'> {
    return { lid: this.door, ajar: this.ajar, locked: this.locked, pawl_pct: 100 * this.pawl.position }
  }

  /** Return spring, seal and housing, positive towards release. */
  private pawlForce(position: number): number {
    const l = LATCH_PARTS
    const low = this.jammed ? -0.3 : -1
    const high = this.jammed ? 0.3 : 1
    let force = stopForce(position, low, high, l.stopStiffness) - l.returnRise * position
    if (position > l.detent) force -= l.returnPreload
    else if (position < -l.detent) force += l.returnPreload
    else force -= l.returnPreload * position / l.detent
    if (position < 0 && this.door === 'resting') force -= l.cinchForce * position
    return force
  }

  private report(): void {
    const ajar = this.door !== 'closed'
    const locked = this.bolt.position > 0.5
    const position = this.pawl.position
    const home = position < LATCH_PARTS.homeBand && position > -LATCH_PARTS.homeBand
    if (ajar !== this.ajar) {
      this.ajar = ajar
      this.edge(LATCH_PLUG.ajar, ajar)
    }
    if (locked !== this.locked) {
      this.locked = locked
      this.edge(LATCH_PLUG.locked, locked)
    }
    if (home !== this.home) {
      this.home = home
      this.edge(LATCH_PLUG.home, home)
    }
  }

  private motorAt(channel: number): GearMotor | undefined {
    switch (channel) {
      case LATCH_PLUG.pawl: return this.pawl
      case LATCH_PLUG.lock: return this.bolt
      default: return undefined
    }
  }
}
