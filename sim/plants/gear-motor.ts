/**
 * A brushed DC motor with a gear that may be self-locking, the drive of every moving part here.
 *
 * The output has its own unit (m, degrees, a fraction of its travel); forces at the output are newton metres of rotor
 * work per such unit, so `force × travelPerRad` is a torque at the rotor. The gear loses by Coulomb friction in its
 * teeth: driving a load takes `raise` times the ideal torque, and a load that helps takes `lower` times it to go on
 * (worm below its friction angle: self-locking) or gives `-lower` of it (spur gear). The winding's inductance is left
 * out: its time constant (L/R under 1 ms) is shorter than the rotor's (J·R/k², 10 ms and more).
 */
export interface GearMotorParameters {
  /** Winding, brushes and bridge, Ω. */
  readonly resistance_ohm: number
  /** Back-EMF constant, V·s/rad, which is also the torque constant, N·m/A. */
  readonly emf_Vs: number
  /** Rotor and all that turns with it, kg·m². */
  readonly inertia_kgm2: number
  /** Brushes and bearings, N·m. */
  readonly friction_Nm: number
  /** Travel of the output per radian of the rotor. */
  readonly travelPerRad: number
  /** Rotor torque to drive a load, as a multiple of the ideal torque: 1/efficiency. */
  readonly raise: number
  /** Rotor torque to follow a helping load, as a multiple of the ideal torque; negative: the load drives the rotor. */
  readonly lower: number
}

/** What breaks in a motor: its gear or load is stuck, or its winding, a brush or a lead to it is open. */
export type MotorFault = 'blocked' | 'open'
/** More than any motor here can turn against, N·m. */
const STUCK_Nm = 100
/** Of an open winding, Ω: next to nothing flows. */
const OPEN_ohm = 1e7

export class GearMotor {
  readonly parameters: GearMotorParameters
  /** Winding, brushes and bridge as warm as they are now, Ω. */
  resistance_ohm: number
  /** As strong as the magnets are now, V·s/rad. */
  emf_Vs: number
  /** In grease as stiff as it is now, N·m. */
  friction_Nm: number
  /** Output, in its unit. */
  position: number
  /** Rotor, rad/s. */
  speed_rad_s = 0
  /** In the winding, signed, A. */
  current_A = 0
  /** As driven, −1…1. */
  duty = 0
  /** The winding is shorted. */
  braking = false
  /** It stood, and could not break away, in the last step. */
  resting = true
  /** Undefined: it is whole. */
  fault: MotorFault | undefined = undefined

  constructor(parameters: GearMotorParameters, position: number) {
    this.parameters = parameters
    this.resistance_ohm = parameters.resistance_ohm
    this.emf_Vs = parameters.emf_Vs
    this.friction_Nm = parameters.friction_Nm
    this.position = position
  }

  /** It breaks, or is whole again. Who changes its resistance or friction with temperature leaves those of a broken one. */
  fail(fault: MotorFault | undefined): void {
    this.fault = fault
    this.resistance_ohm = fault === 'open' ? OPEN_ohm : this.parameters.resistance_ohm
    this.friction_Nm = fault === 'blocked' ? STUCK_Nm : this.parameters.friction_Nm
    this.resting = false
  }

  /** H-bridge: −1…1 of the supply; 0 leaves the winding open. */
  drive(duty: number): void {
    this.duty = duty
    this.braking = false
    this.resting = false
  }

  /** Shorts the winding. */
  brake(): void {
    this.duty = 0
    this.braking = true
    this.resting = false
  }

  /** Its state changes: it turns, or was driven since the last step. A stalled motor rests, with current. */
  get active(): boolean {
    return !this.resting
  }

  /** Stands still without a voltage: there is nothing to compute. */
  get idle(): boolean {
    return this.resting && this.duty === 0
  }

  /** Speed of the output, units/s. */
  get velocity(): number {
    return this.speed_rad_s * this.parameters.travelPerRad
  }

  /** Current it takes from a feed of `supply_V` at its present speed, A. The bridge feeds nothing back. */
  demand_A(supply_V: number): number {
    const duty = this.duty
    if (duty === 0) return 0
    const drawn_A = duty * (duty * supply_V - this.emf_Vs * this.speed_rad_s) / this.resistance_ohm
    return drawn_A > 0 ? drawn_A : 0
  }

  /**
   * Of what its winding alone would take, its back-EMF keeps so much from flowing, A; negative when it is driven backwards, 0 when
   * it takes nothing.
   */
  opposed_A(supply_V: number): number {
    return this.demand_A(supply_V) > 0 ? this.duty * this.emf_Vs * this.speed_rad_s / this.resistance_ohm : 0
  }

  /**
   * Advances by `dt_s` with `push` (positive along the output) and Coulomb friction at the output of `dragAhead` when it
   * moves to positive positions and `dragBack` when it moves to negative ones (both ≥ 0). The back-EMF is taken at the
   * end of the step (backward Euler), so light rotors stay stable.
   */
  advance(dt_s: number, supply_V: number, push: number, dragAhead: number, dragBack: number): void {
    const p = this.parameters
    const connected = this.duty !== 0 || this.braking
    const open_Nm = connected ? this.emf_Vs * this.duty * supply_V / this.resistance_ohm : 0
    const speed = this.speed_rad_s
    const direction = speed !== 0 ? (speed > 0 ? 1 : -1) : this.breakaway(open_Nm, push, dragAhead, dragBack)
    this.resting = direction === 0
    if (direction === 0) {
      this.current_A = connected ? this.duty * supply_V / this.resistance_ohm : 0
      return
    }
    const resist_Nm = this.resistance(direction, push, direction > 0 ? dragAhead : dragBack)
    const damping = connected ? this.emf_Vs * this.emf_Vs / this.resistance_ohm : 0
    let next = (speed + dt_s / p.inertia_kgm2 * (open_Nm - direction * resist_Nm)) / (1 + dt_s * damping / p.inertia_kgm2)
    if (next * direction < 0) next = 0
    this.speed_rad_s = next
    this.position += next * p.travelPerRad * dt_s
    this.current_A = connected ? (this.duty * supply_V - this.emf_Vs * next) / this.resistance_ohm : 0
  }

  /** Rotor torque that turning in `direction` takes, N·m; negative when the load drives. */
  private resistance(direction: number, push: number, drag: number): number {
    const p = this.parameters
    const helping = push * direction - drag
    const ideal_Nm = helping * p.travelPerRad
    return this.friction_Nm + (helping < 0 ? -ideal_Nm * p.raise : ideal_Nm * p.lower)
  }

  /** From rest: +1 or −1 where motor and load overcome friction, else 0. */
  private breakaway(open_Nm: number, push: number, dragAhead: number, dragBack: number): number {
    if (open_Nm > this.resistance(1, push, dragAhead)) return 1
    if (-open_Nm > this.resistance(-1, push, dragBack)) return -1
    return 0
  }
}
