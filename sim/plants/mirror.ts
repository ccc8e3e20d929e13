import { MIRROR_PLUG } from '#protocol/index.ts'
import { GearMotor, type GearMotorParameters, type MotorFault } from './gear-motor.ts'
import type { ObservationOf } from './observation.ts'
import { fraction, Plant, requireRange, stopForce } from './plant.ts'

/** Outside mirror. Tilt in degrees (right and up positive), the arm as a fraction (0 unfolded, 1 folded). */
export const MIRROR_PARTS = {
  tilt: {
    /** Stalls below 0.5 A, runs at 0.1 A: a 12 V motor of 20 mm. */
    resistance_ohm: 30,
    emf_Vs: 0.016,
    inertia_kgm2: 3e-7,
    friction_Nm: 0.0016,
    /** 4°/s at 13.5 V: the whole range in 6 s, makers state 5–8 s. */
    travelPerRad: 0.0067,
    /** Worm and spindle, self-locking. */
    raise: 2.5,
    lower: 0.3,
  } satisfies GearMotorParameters,
  /** Range of the glass to both sides. */
  tilt_deg: 12,
  /** Ball joint of 0.3 N·m, per degree. */
  tiltDrag: 0.005,
  /** 0.3° of give at the stall torque. */
  tiltStopStiffness: 1.1,
  fold: {
    /** Stalls at 3.9 A, runs at 1.3 A. */
    resistance_ohm: 3.5,
    emf_Vs: 0.02,
    inertia_kgm2: 1.5e-6,
    friction_Nm: 0.012,
    /** Folds in 3 s at 13.5 V. */
    travelPerRad: 7.2e-4,
    raise: 2.5,
    lower: 0.3,
  } satisfies GearMotorParameters,
  /** Hinge of 6 N·m over the 75° of the arm. */
  foldDrag: 7.85,
  /** 1 % of the travel at the stall torque. */
  foldStopStiffness: 2800,
  /** PTC foil: 5 A cold, 3 A warm at 13.5 V, warm in about a minute. */
  heaterCold_ohm: 2.7,
  heaterWarm_ohm: 4.5,
  heaterTime_s: 20,
  heaterRated_W: 40,
  /** Potentiometers. */
  idle_A: 0.004,
  /** The fold stop rings at 8 Hz; one step of 1 ms is fine. */
  substeps: 1,
} as const

/** A mirror: two tilt axes with end stops and potentiometers, a folding arm, a heater. */
export class MirrorPlant extends Plant {
  private readonly tiltX: GearMotor
  private readonly tiltY: GearMotor
  private readonly arm: GearMotor
  private heat = 0
  private warmth = 0
  private armLow = 0
  private armHigh = 1

  constructor() {
    super('mirror')
    this.tiltX = new GearMotor(MIRROR_PARTS.tilt, 0)
    this.tiltY = new GearMotor(MIRROR_PARTS.tilt, 0)
    this.arm = new GearMotor(MIRROR_PARTS.fold, 0)
  }

  get tiltX_deg(): number {
    return this.tiltX.position
  }

  get tiltY_deg(): number {
    return this.tiltY.position
  }

  /** 0 unfolded … 1 folded. */
  get folded(): number {
    return this.arm.position
  }

  /** Someone holds the arm where it is, or lets go of it. */
  holdArm(held: boolean): void {
    this.armLow = held ? this.arm.position : 0
    this.armHigh = held ? this.arm.position : 1
    this.wake()
  }

  /** Turns the glass by hand (the ball joint slips). */
  turn(x_deg: number, y_deg: number): void {
    requireRange('mirror tilt x', x_deg, -MIRROR_PARTS.tilt_deg, MIRROR_PARTS.tilt_deg, '°')
    requireRange('mirror tilt y', y_deg, -MIRROR_PARTS.tilt_deg, MIRROR_PARTS.tilt_deg, '°')
    this.tiltX.position = x_deg
    this.tiltY.position = y_deg
  }

  /** The motor of a drive channel breaks; undefined: it is whole again. */
  fail(channel: number, fault: MotorFault | undefined): void {
    this.motorAt(channel)?.fail(fault)
    this.wake()
  }

  override drive(channel: number, duty: number): void {
    const motor = this.motorAt(channel)
    if (motor !== undefined) motor.drive(duty)
    else if (channel === MIRROR_PLUG.heater) this.heat = duty > 0 ? duty : 0
    else return
    this.wake()
  }

  override brake(channel: number): void {
    const motor = this.motorAt(channel)
    if (motor === undefined) return
    motor.brake()
    this.wake()
  }

  override analog(channel: number): number {
    switch (channel) {
      case MIRROR_PLUG.positionX: return fraction(0.5 + this.tiltX.position / (2 * MIRROR_PARTS.tilt_deg))
      case MIRROR_PLUG.positionY: return fraction(0.5 + this.tiltY.position / (2 * MIRROR_PARTS.tilt_deg))
      case MIRROR_PLUG.positionFold: return fraction(this.arm.position)
      default: return 0
    }
  }

  override float(): void {
    this.tiltX.drive(0)
    this.tiltY.drive(0)
    this.arm.drive(0)
    this.heat = 0
    this.wake()
  }

  override demand_A(supply_V: number): number {
    if (supply_V <= 0) return 0
    return MIRROR_PARTS.idle_A + this.tiltX.demand_A(supply_V) + this.tiltY.demand_A(supply_V)
      + this.arm.demand_A(supply_V) + (this.heat === 0 ? 0 : this.heat * supply_V / this.heater_ohm())
  }

  override opposed_A(supply_V: number): number {
    return this.tiltX.opposed_A(supply_V) + this.tiltY.opposed_A(supply_V) + this.arm.opposed_A(supply_V)
  }

  override step(dt_s: number, supply_V: number): void {
    const m = MIRROR_PARTS
    this.advanceTilt(this.tiltX, dt_s, supply_V)
    this.advanceTilt(this.tiltY, dt_s, supply_V)
    const arm = this.arm
    if (!arm.idle) {
      const push = stopForce(arm.position, this.armLow, this.armHigh, m.foldStopStiffness)
      arm.advance(dt_s, supply_V, push, m.foldDrag, m.foldDrag)
    }
    const settled = (this.heat === 0 && this.warmth === 0) || this.warm(dt_s, supply_V)
    this.current_A = this.demand_A(supply_V)
    this.active = !settled || this.tiltX.active || this.tiltY.active || arm.active
  }

  override observe(): ObservationOf<'mirror'> {
    return {
      tiltX_deg: this.tiltX.position,
      tiltY_deg: this.tiltY.position,
      folded_pct: 100 * this.arm.position,
      heating: this.heat > 0,
      warmth_pct: 100 * this.warmth,
    }
  }

  /** Heats the glass or lets it cool; `true` when that is over. */
  private warm(dt_s: number, supply_V: number): boolean {
    const m = MIRROR_PARTS
    const power_W = this.heat * supply_V * supply_V / this.heater_ohm()
    const change = power_W / m.heaterRated_W - this.warmth
    this.warmth += change * dt_s / m.heaterTime_s
    // Below a thousandth the temperature no longer shows in the current: settle, so that a parked car can rest.
    const settled = change < 0.001 && change > -0.001
    if (settled) this.warmth += change
    return settled
  }

  private motorAt(channel: number): GearMotor | undefined {
    switch (channel) {
      case MIRROR_PLUG.tiltX: return this.tiltX
      case MIRROR_PLUG.tiltY: return this.tiltY
      case MIRROR_PLUG.fold: return this.arm
      default: return undefined
    }
  }

  private advanceTilt(motor: GearMotor, dt_s: number, supply_V: number): void {
    if (motor.idle) return
    const m = MIRROR_PARTS
    const push = stopForce(motor.position, -m.tilt_deg, m.tilt_deg, m.tiltStopStiffness)
    motor.advance(dt_s, supply_V, push, m.tiltDrag, m.tiltDrag)
  }

  private heater_ohm(): number {
    const m = MIRROR_PARTS
    return m.heaterCold_ohm + (m.heaterWarm_ohm - m.heaterCold_ohm) * this.warmth
  }
}
