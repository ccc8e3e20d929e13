import { WINDOW_PLUG } from '#protocol/index.ts'
import { GearMotor, type MotorFault } from './gear-motor.ts'
import type { ObservationOf } from './observation.ts'
import { Plant, requireRange, stopForce } from './plant.ts'
import { SealDrag } from './seal-drag.ts'
import { NOMINAL_UNIT, WINDOW_PULSE_m, WINDOW_REGULATOR, type WindowUnit } from './window-regulator.ts'

export { WINDOW_PULSE_m, WINDOW_REGULATOR, WINDOW_TRAVEL_pulses } from './window-regulator.ts'

/** Temperatures a window is built for. */
const WINDOW_TEMPERATURE_C = { least: -40, most: 95 } as const

/** So near to a stop or a hand the steps are fine: several times as far as the glass gets in a step. */
const NEAR_m = 0.003

/**
 * A window: motor and worm, an elastic cable to the glass, the glass in its seals, end stops, and whatever a person holds
 * into the gap. Two masses: the rotor, whose weight at the glass is 132 kg, and the glass.
 */
export class WindowPlant extends Plant {
  /** Of the car's body, up positive, m/s²: a rough road shakes the glass on its cable. */
  verticalAcceleration_m_s2 = 0
  /** Drag of the glass in its channels beside that of the seals: a gust presses it outwards. Not negative. */
  gust_N = 0
  private motor: GearMotor
  private glass_m: number
  private glass_m_s = 0
  private ambient_C: number = WINDOW_REGULATOR.reference_C
  private age = 0
  /** The winding is this much warmer than the rest. */
  private winding_K = 0
  private seal = 1
  private readonly seals = new SealDrag()
  private obstacle_m = 0
  private obstacleStiffness_N_m = 0
  private peak_N = 0
  /** Half of what the obstacle's stiffness grows by a metre of depth, N/m². */
  private stiffening_N_m2 = 0
  private unit = NOMINAL_UNIT
  private wetness = 1
  private coupling_N_m = 0
  private copper_ohm = 0

  /** `opening_m`: where the glass stands, 0 = closed. */
  constructor(opening_m = 0, unit: WindowUnit = NOMINAL_UNIT) {
    super('window')
    requireRange('window opening', opening_m, 0, WINDOW_REGULATOR.travel_m, 'm')
    this.glass_m = opening_m
    this.motor = motorOf(unit, opening_m)
    this.take(unit)
  }

  /** Another piece of the same make in its place, at rest, with its glass where this one's stands. */
  fit(unit: WindowUnit): void {
    this.motor = motorOf(unit, this.glass_m)
    this.take(unit)
  }

  /** Opening of the gap, m; slightly negative while the seal is compressed. */
  get position_m(): number {
    return this.glass_m
  }

  /** Of the glass, down positive, m/s. */
  get velocity_m_s(): number {
    return this.glass_m_s
  }

  /** Of the drum, m: it differs from the glass by what the cable gives. */
  get drum_m(): number {
    return this.motor.position
  }

  /** Of the winding, °C. */
  get winding_C(): number {
    return this.ambient_C + this.winding_K
  }

  /** Force on the obstacle now, N. */
  get contactForce_N(): number {
    const depth_m = this.obstacle_m - this.glass_m
    return depth_m > 0 ? depth_m * (this.obstacleStiffness_N_m + depth_m * this.stiffening_N_m2) : 0
  }

  /** Largest force on the obstacle since it was put there, N. */
  get peakContactForce_N(): number {
    return this.peak_N
  }

  /** How much more or less its seals drag than their age and temperature say: rain, spray, dust. 0.5…2, 1 at first. */
  wet(drag: number): void {
    requireRange('drag of the seals', drag, 0.5, 2, 'times')
    this.wetness = drag
    this.temper()
    this.wake()
  }

  /** Temperature of the door and the age of its seals, 0 new … 1 worn. Room temperature and new at first. */
  setConditions(temperature_C: number, age = this.age): void {
    requireRange('temperature', temperature_C, WINDOW_TEMPERATURE_C.least, WINDOW_TEMPERATURE_C.most, '°C')
    requireRange('age of the seals', age, 0, 1, '')
    this.ambient_C = temperature_C
    this.age = age
    this.temper()
    this.wake()
  }

  /** A hand or a rod that the glass meets at `opening_m`: of `stiffness_N_mm`, which grows by `rise_N_mm2` the deeper it is pressed. */
  hold(opening_m: number, stiffness_N_mm: number, rise_N_mm2 = 0): void {
    requireRange('obstacle at', opening_m, 0, WINDOW_REGULATOR.travel_m, 'm')
    requireRange('obstacle stiffness', stiffness_N_mm, 0.1, 1000, 'N/mm')
    requireRange('growth of the stiffness', rise_N_mm2, 0, 100, 'N/mm²')
    if (opening_m > this.glass_m) {
      throw new RangeError(`obstacle at ${opening_m} m does not fit: the window is open by ${this.glass_m.toFixed(4)} m`)
    }
    this.obstacle_m = opening_m
    this.obstacleStiffness_N_m = stiffness_N_mm * 1000
    this.stiffening_N_m2 = rise_N_mm2 / 2 * 1e6
    this.peak_N = 0
    this.wake()
  }

  /** The hand is gone. */
  letGo(): void {
    this.obstacleStiffness_N_m = 0
    this.stiffening_N_m2 = 0
    this.wake()
  }

  /** Its motor or regulator breaks; undefined: it is whole again. */
  fail(fault: MotorFault | undefined): void {
    this.motor.fail(fault)
    this.temper()
    this.wake()
  }

  override drive(channel: number, duty: number): void {
    if (channel !== WINDOW_PLUG.motor) return
    this.motor.drive(duty)
    this.wake()
  }

  override brake(channel: number): void {
    if (channel !== WINDOW_PLUG.motor) return
    this.motor.brake()
    this.wake()
  }

  override pulses(channel: number): number {
    return channel === WINDOW_PLUG.hall ? Math.floor(this.motor.position / WINDOW_PULSE_m + 0.5) : 0
  }

  override float(): void {
    this.motor.drive(0)
    this.wake()
  }

  override demand_A(supply_V: number): number {
    return supply_V > 0 ? WINDOW_REGULATOR.idle_A + this.motor.demand_A(supply_V) : 0
  }

  override opposed_A(supply_V: number): number {
    return this.motor.opposed_A(supply_V)
  }

  /**
   * Motor and glass by turns, each with the newest speed of the other. What `GearMotor.advance` and `breakaway` do is
   * written out here with all that changes within the step in variables: this loop is most of a moving car's mechanics.
   */
  override step(dt_s: number, supply_V: number): void {
    this.warm(dt_s)
    const w = WINDOW_REGULATOR
    const substeps = this.substeps()
    const { motor, obstacle_m, obstacleStiffness_N_m, stiffening_N_m2, coupling_N_m, gust_N, seal, seals } = this
    const { friction_Nm, parameters: { inertia_kgm2, travelPerRad, raise, lower } } = motor
    const connected = motor.duty !== 0 || motor.braking
    const open_V = motor.duty * supply_V
    const open_Nm = connected ? motor.emf_Vs * motor.duty * supply_V / motor.resistance_ohm : 0
    const step_s = dt_s / substeps
    const turning = step_s / inertia_kgm2
    const kept = 1 / (1 + step_s * (connected ? motor.emf_Vs * motor.emf_Vs / motor.resistance_ohm : 0) / inertia_kgm2)
    const sliding = step_s / w.mass_kg
    const weight_N = w.mass_kg * (w.gravity_m_s2 + this.verticalAcceleration_m_s2)
    let drum_m = motor.position
    let rotor_rad_s = motor.speed_rad_s
    let glass_m = this.glass_m
    let glass_m_s = this.glass_m_s
    let peak_N = this.peak_N
    let resting = false
    for (let i = 0; i < substeps; i++) {
      // Of the cable on the glass; the glass pulls the drum as much the other way.
      const cable_N = (drum_m - glass_m) * coupling_N_m + (rotor_rad_s * travelPerRad - glass_m_s) * w.coupling_Ns_m
      const load_Nm = cable_N * travelPerRad
      // Rotor torque that turning takes, by direction; less than the friction when the load drives.
      const ahead_Nm = friction_Nm + (load_Nm > 0 ? load_Nm * raise : -load_Nm * lower)
      const back_Nm = friction_Nm + (load_Nm < 0 ? -load_Nm * raise : load_Nm * lower)
      const ahead = rotor_rad_s !== 0 ? rotor_rad_s > 0 : open_Nm > ahead_Nm
      resting = rotor_rad_s === 0 && !ahead && !(-open_Nm > back_Nm)
      if (!resting) {
        rotor_rad_s = (rotor_rad_s + turning * (ahead ? open_Nm - ahead_Nm : open_Nm + back_Nm)) * kept
        if ((rotor_rad_s > 0) !== ahead) rotor_rad_s = 0
        drum_m += rotor_rad_s * travelPerRad * step_s
      }
      let push_N = cable_N + weight_N + stopForce(glass_m, 0, w.travel_m, w.stopStiffness_N_m)
      if (obstacleStiffness_N_m > 0 && obstacle_m > glass_m) {
        const depth_m = obstacle_m - glass_m
        const contact_N = depth_m * (obstacleStiffness_N_m + depth_m * stiffening_N_m2)
        if (contact_N > peak_N) peak_N = contact_N
        push_N += contact_N
      }
      const opening = glass_m_s !== 0 ? glass_m_s > 0 : push_N > 0
      const drag_N = seal * seals.at_N(glass_m, opening) + gust_N
      if (glass_m_s === 0 && push_N <= drag_N * w.sealStatic && -push_N <= drag_N * w.sealStatic) continue
      const next_m_s = glass_m_s + sliding * (opening ? push_N - drag_N : push_N + drag_N)
      // Friction stops a motion; it begins none the other way.
      glass_m_s = opening === (next_m_s > 0) ? next_m_s : 0
      glass_m += glass_m_s * step_s
    }
    motor.position = drum_m
    motor.speed_rad_s = rotor_rad_s
    motor.current_A = connected ? (open_V - motor.emf_Vs * rotor_rad_s) / motor.resistance_ohm : 0
    motor.resting = resting
    this.glass_m = glass_m
    this.glass_m_s = glass_m_s
    this.peak_N = peak_N
    this.current_A = this.demand_A(supply_V)
    // A stalled motor gets warm.
    this.active = !resting || glass_m_s !== 0 || motor.current_A !== 0
  }

  /** Far from everything that is stiff, half as many do: then the cable is the stiffest spring, and four times as soft as a stop. */
  private substeps(): number {
    const { substeps, travel_m } = WINDOW_REGULATOR
    const { glass_m } = this
    if (this.obstacleStiffness_N_m > 0 && glass_m < this.obstacle_m + NEAR_m) return substeps
    return glass_m < NEAR_m || glass_m > travel_m - NEAR_m ? substeps : substeps / 2
  }

  /** Time went by while nothing moved. */
  override rested(duration_s: number): void {
    this.winding_K /= 1 + duration_s / WINDOW_REGULATOR.windingCooling_s
    this.temper()
  }

  override observe(): ObservationOf<'window'> {
    return {
      position_pct: 100 * this.glass_m / WINDOW_REGULATOR.travel_m,
      velocity_mm_s: 1000 * this.glass_m_s,
      contactForce_N: this.contactForce_N,
      peakContactForce_N: this.peak_N,
    }
  }

  private take(unit: WindowUnit): void {
    const { motor, brushes_ohm, couplingStiffness_N_m } = WINDOW_REGULATOR
    this.unit = unit
    this.coupling_N_m = couplingStiffness_N_m * unit.cable
    this.copper_ohm = motor.resistance_ohm * unit.winding - brushes_ohm
    this.temper()
  }

  /** Loss in the copper warms it. */
  private warm(dt_s: number): void {
    const w = WINDOW_REGULATOR
    const current_A = this.motor.current_A
    if (current_A === 0 && this.winding_K === 0) return
    const loss_W = current_A * current_A * (this.motor.resistance_ohm - w.brushes_ohm)
    this.winding_K = (this.winding_K + dt_s * loss_W / w.windingHeat_J_K) / (1 + dt_s / w.windingCooling_s)
    this.heatWinding(this.ambient_C - w.reference_C)
  }

  /** What temperature and age do to motor and seals. */
  private temper(): void {
    const w = WINDOW_REGULATOR
    const motor = this.motor
    const above_K = this.ambient_C - w.reference_C
    this.heatWinding(above_K)
    motor.emf_Vs = motor.parameters.emf_Vs * (1 + w.magnet_per_K * above_K)
    if (motor.fault !== 'blocked') {
      motor.friction_Nm = w.motor.friction_Nm * (above_K < 0 ? 1 - w.greaseCold_per_K * above_K : 1 - w.greaseWarm_per_K * above_K)
    }
    const hardened = above_K < 0 ? 1 - w.sealCold_per_K * above_K : 1 - w.sealWarm_per_K * above_K
    this.seal = this.unit.drag * this.wetness * (1 + w.sealAged * this.age) * hardened
  }

  /** Only the copper of the winding gets warmer by its current. */
  private heatWinding(above_K: number): void {
    const w = WINDOW_REGULATOR
    if (this.motor.fault === 'open') return
    this.motor.resistance_ohm = w.brushes_ohm + this.copper_ohm * (1 + w.copper_per_K * (above_K + this.winding_K))
  }
}

function motorOf(unit: WindowUnit, opening_m: number): GearMotor {
  const { motor } = WINDOW_REGULATOR
  return new GearMotor({
    ...motor, resistance_ohm: motor.resistance_ohm * unit.winding, emf_Vs: motor.emf_Vs * unit.torque,
    inertia_kgm2: motor.inertia_kgm2 * unit.inertia, raise: motor.raise * unit.worm,
  }, opening_m)
}
