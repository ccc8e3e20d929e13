import { WINDOW_PLUG } from '#protocol/plug.ts'
import { GearMotor, type GearMotorParameters } from './gear-motor.ts'
import { type Observation, Plant, requireRange, stopForce } from './plant.ts'

/**
 * Cable window regulator of a front door, at 23 °C, new seals. Positions are openings: 0 = closed, down is positive.
 * Values are those of a common part; where one is a choice, the reason is named.
 */
export const WINDOW_REGULATOR = {
  motor: {
    /** Stalls at 20 A on 14 V: measured end-stop currents are 15 A at 12 V and 20 A at 14 V. */
    resistance_ohm: 0.7,
    /** Closes 450 mm in about 4 s at 13.5 V with 8–9 A, as makers state 3–5 s. */
    emf_Vs: 0.02,
    /** Rotor of a 12 V window motor, 1–3·10⁻⁵; through gear and drum it weighs 132 kg at the glass. */
    inertia_kgm2: 1.2e-5,
    /** No-load current of 2.5 A. */
    friction_Nm: 0.05,
    /** Drum of 22 mm radius behind a 73:1 worm. */
    travelPerRad: 0.022 / 73,
    /** Worm of 5° lead angle and 6.5° friction angle (steel on lubricated plastic): tan(11.5°)/tan(5°). */
    raise: 2.33,
    /** The same worm, lowered: tan(1.5°)/tan(5°); above 0, so it locks itself. */
    lower: 0.3,
  } satisfies GearMotorParameters,
  /** Glass of 4 kg and lifting rail of 1 kg. */
  mass_kg: 5,
  /** Standard gravity. */
  gravity_m_s2: 9.81,
  /** Glass travel of a front door. */
  travel_m: 0.45,
  /** Run channels: a lip seal drags more against its lip (closing) than along it. */
  sealClosing_N: 115,
  sealOpening_N: 70,
  /** The upper seal takes hold over the last 12 mm. */
  topSeal_N: 60,
  topSeal_m: 0.012,
  /** Frame and compressed seal at the top, rubber buffer at the bottom: about 1.5 mm at the stall force. */
  stopStiffness_N_m: 3e5,
  /** Two Hall sensors on a two-pole ring magnet: four edges a revolution. */
  pulsesPerRevolution: 4,
  /** Hall sensors. */
  idle_A: 0.005,
  /** The stiffest contact (300 N/mm on 132 kg) rings at 10 Hz; 0.5 ms follows it closely. */
  substeps: 2,
} as const

/** Travel of the glass per Hall pulse, m. */
export const WINDOW_PULSE_m = WINDOW_REGULATOR.motor.travelPerRad * 2 * Math.PI / WINDOW_REGULATOR.pulsesPerRevolution

/** Hall pulses from closed to open, as the descriptor states it. */
export const WINDOW_TRAVEL_pulses = Math.round(WINDOW_REGULATOR.travel_m / WINDOW_PULSE_m)

/** A window: motor, worm, glass in its seals, end stops, and whatever a person holds into the gap. */
export class WindowPlant extends Plant {
  private readonly motor: GearMotor
  private obstacle_m = 0
  private obstacleStiffness_N_m = 0
  private peak_N = 0

  /** `opening_m`: where the glass stands, 0 = closed. */
  constructor(opening_m = 0) {
    super('window')
    requireRange('window opening', opening_m, 0, WINDOW_REGULATOR.travel_m, 'm')
    this.motor = new GearMotor(WINDOW_REGULATOR.motor, opening_m)
  }

  /** Opening of the gap, m; slightly negative while the seal is compressed. */
  get position_m(): number {
    return this.motor.position
  }

  /** Down positive, m/s. */
  get velocity_m_s(): number {
    return this.motor.velocity
  }

  /** Force on the obstacle now, N. */
  get contactForce_N(): number {
    const depth_m = this.obstacle_m - this.motor.position
    return depth_m > 0 ? depth_m * this.obstacleStiffness_N_m : 0
  }

  /** Largest force on the obstacle since it was put there, N. */
  get peakContactForce_N(): number {
    return this.peak_N
  }

  /** A hand or a rod that the glass meets at `opening_m`, of `stiffness_N_mm`. */
  hold(opening_m: number, stiffness_N_mm: number): void {
    requireRange('obstacle at', opening_m, 0, WINDOW_REGULATOR.travel_m, 'm')
    requireRange('obstacle stiffness', stiffness_N_mm, 0.1, 1000, 'N/mm')
    if (opening_m > this.motor.position) {
      throw new RangeError(`obstacle at ${opening_m} m does not fit: the window is open by ${this.motor.position.toFixed(4)} m`)
    }
    this.obstacle_m = opening_m
    this.obstacleStiffness_N_m = stiffness_N_mm * 1000
    this.peak_N = 0
    this.wake()
  }

  /** The hand is gone. */
  letGo(): void {
    this.obstacleStiffness_N_m = 0
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

  override step(dt_s: number, supply_V: number): void {
    const w = WINDOW_REGULATOR
    const motor = this.motor
    const substep_s = dt_s / w.substeps
    const weight_N = w.mass_kg * w.gravity_m_s2
    for (let i = 0; i < w.substeps; i++) {
      const opening_m = motor.position
      let push_N = weight_N + stopForce(opening_m, 0, w.travel_m, w.stopStiffness_N_m)
      if (this.obstacleStiffness_N_m > 0) {
        const contact_N = this.contactForce_N
        if (contact_N > this.peak_N) this.peak_N = contact_N
        push_N += contact_N
      }
      let closing_N: number = w.sealClosing_N
      if (opening_m < w.topSeal_m) closing_N += w.topSeal_N * (opening_m > 0 ? 1 - opening_m / w.topSeal_m : 1)
      motor.advance(substep_s, supply_V, push_N, w.sealOpening_N, closing_N)
    }
    this.current_A = this.demand_A(supply_V)
    this.active = motor.active
  }

  override observe(): Observation {
    return {
      position_pct: 100 * this.motor.position / WINDOW_REGULATOR.travel_m,
      velocity_mm_s: 1000 * this.motor.velocity,
      contactForce_N: this.contactForce_N,
      peakContactForce_N: this.peak_N,
    }
  }
}
