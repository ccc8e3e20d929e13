import type { Table } from './interpolate.ts'
import { interpolate } from './interpolate.ts'
import { type Data, number, object, optional } from '../schema/index.ts'
import { inRange } from './range.ts'

export const batterySchema = object({
  /** Default 70 Ah. */
  capacity_Ah: optional(number(10, 200, 'Ah')),
  /** State of charge, default 0.9. */
  charge: optional(number(0, 1)),
  /** Default 23 °C. */
  temperature_C: optional(number(-40, 80, '°C')),
  /**
   * Resistance to a pulse of some 10 ms (metal, acid and charge transfer) when full at 25 °C, default 4.0 mΩ: 70 Ah that hold
   * 7.5 V for 10 s at 640 A, −18 °C (EN 50342-1). A starter's inrush of 550 A takes 2.2 V off it. An aged one: twice that.
   */
  resistance_mOhm: optional(number(1, 100, 'mΩ')),
})
export type BatteryOptions = Data<typeof batterySchema>

/**
 * Rest voltage by state of charge at 25 °C: six cells of (acid density + 0.84) V, density 1.10 when empty to 1.28 when full
 * (Linden and Reddy, Handbook of Batteries).
 */
const REST_V: Table = { x: [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1], y: [11.64, 11.77, 12.0, 12.21, 12.42, 12.62, 12.72] }
/** Change of the rest voltage, V/K: 0.2 mV a cell. */
const REST_V_PER_K = 0.0012
/** Internal resistance relative to a full battery: acid thins and plates sulphate as it empties. */
const BY_CHARGE: Table = { x: [0, 0.2, 0.5, 0.8, 1], y: [4, 2, 1.3, 1.05, 1] }
/** Internal resistance relative to 25 °C; −18 °C so that the EN rating above is met. */
const BY_TEMPERATURE: Table = { x: [-40, -30, -18, 0, 25, 60], y: [2.6, 2.1, 1.6, 1.25, 1, 0.85] }
/** Resistance against charging once the plates are polarised: 30 A go in at half charge and 14.2 V, 1 A when full. */
const CHARGING_OHM: Table = { x: [0, 0.5, 0.8, 0.95, 1], y: [0.04, 0.065, 0.115, 0.4, 1.5] }
/** Polarisation while discharging, relative to the pulse resistance; with the rest it meets the EN rating at 10 s. */
const DISCHARGING_SHARE = 0.24
/**
 * Nothing is left at the plates of an empty battery: below this charge its resistance to a discharge rises by so many times the pulse
 * resistance of a full one for each time that the charge is less than this. At 1 % a battery of 4 mΩ has 0.2 Ω: it lights a lamp and
 * turns no starter. What charges it does not meet this.
 */
const SPENT_FROM = 0.1
const SPENT = 5
/** Less charge is none: the resistance stays finite. */
const LEAST_CHARGE = 1e-5
/** The current that empties it in 20 h, for which its capacity is stated (EN 50342-1). */
const RATED_h = 20
/**
 * Peukert counts the mean of so long: acid needs minutes to reach the inside of the plates, a start is over before. From rest that mean
 * comes up as slowly, so that a steady current lasts some 100 s longer than the formula says: 3 % at 35 A of 70 Ah, 14 % at 140 A.
 */
const DIFFUSION_S = 300
/**
 * Polarisation builds up within a second under load and some seconds of the alternator's current, takes minutes to decay after
 * charging (surface charge), and is gone after a start.
 */
const POLARISATION_F = 300

/**
 * A lead-acid starter battery: rest voltage by charge, a polarisation that follows the current slowly, an internal
 * resistance by charge and temperature, and a count of the coulombs, of which a high current takes more than it gives (Peukert).
 */
export class Battery {
  /** Open-circuit voltage with polarisation, V. */
  emf_V = 0
  /** Pulse resistance now, Ω. */
  resistance_Ohm = 0
  private readonly capacity_As: number
  private readonly full_Ohm: number
  private charge_As: number
  private temperature: number
  private polarisation_V = 0
  /** The last current flowed in. */
  private charging = false
  /** Its last charge was taken, and none has come since. */
  private drained = false
  private mean_A = 0

  constructor(options: BatteryOptions = {}) {
    const { capacity_Ah = 70, charge = 0.9, temperature_C = 23, resistance_mOhm = 4 } = options
    inRange('battery capacity', capacity_Ah, 10, 200, 'Ah')
    inRange('state of charge', charge, 0, 1, '')
    inRange('battery temperature', temperature_C, -40, 80, '°C')
    inRange('battery resistance', resistance_mOhm, 1, 100, 'mΩ')
    this.capacity_As = capacity_Ah * 3600
    this.charge_As = charge * this.capacity_As
    this.temperature = temperature_C
    this.full_Ohm = resistance_mOhm / 1000
    this.refresh()
  }

  /** State of charge, 0–1. */
  get charge(): number {
    return this.charge_As / this.capacity_As
  }

  get temperature_C(): number {
    return this.temperature
  }

  set temperature_C(temperature_C: number) {
    inRange('battery temperature', temperature_C, -40, 80, '°C')
    this.temperature = temperature_C
    this.refresh()
  }

  set charge(charge: number) {
    inRange('state of charge', charge, 0, 1, '')
    this.charge_As = charge * this.capacity_As
    this.refresh()
  }

  /** Lets `current_A` flow out (negative: in) for `dt_s`. Implicit in the polarisation: any `dt_s` is stable. */
  advance(current_A: number, dt_s: number): void {
    const share = dt_s / DIFFUSION_S
    this.mean_A = (this.mean_A + share * current_A) / (1 + share)
    const charge_As = this.charge_As - this.taken_A(current_A) * dt_s
    this.charge_As = charge_As < 0 ? 0 : charge_As > this.capacity_As ? this.capacity_As : charge_As
    const rate = dt_s / POLARISATION_F
    const ohm = this.polarisation_V > 0 ? this.charging_Ohm() : this.discharging_Ohm()
    this.polarisation_V = (this.polarisation_V - current_A * rate) / (1 + rate / ohm)
    this.charging = current_A < 0
    this.drained = this.charge_As === 0 && (this.drained || current_A > 0)
    this.refresh()
  }

  /**
   * What a current out of it takes of its charge, A. Peukert: a discharge with n times the 20 h current takes as much in n^1.25 times
   * less time; starter batteries have exponents of 1.2 to 1.3 (Linden and Reddy). What flows in counts as it is.
   */
  private taken_A(current_A: number): number {
    const times = this.mean_A * RATED_h * 3600 / this.capacity_As
    return current_A > 0 && times > 1 ? current_A * Math.sqrt(Math.sqrt(times)) : current_A
  }

  /** How fast the open-circuit voltage moves while `current_A` flows out, V/s. */
  drift_V_s(current_A: number): number {
    const ohm = this.polarisation_V > 0 ? this.charging_Ohm() : this.discharging_Ohm()
    return (-current_A - this.polarisation_V / ohm) / POLARISATION_F
  }

  /** As after a long drive at `voltage_V`: the surface charge is there, what flows in is small. */
  settle(voltage_V: number): void {
    inRange('charging voltage', voltage_V, 12, 16, 'V')
    this.polarisation_V = 0
    this.refresh()
    const share = this.charging_Ohm() / (this.charging_Ohm() + this.resistance_Ohm)
    this.polarisation_V = Math.max(0, (voltage_V - this.emf_V) * share)
    this.refresh()
  }

  private charging_Ohm(): number {
    return interpolate(CHARGING_OHM, this.charge) * interpolate(BY_TEMPERATURE, this.temperature)
  }

  private discharging_Ohm(): number {
    return this.resistance_Ohm * DISCHARGING_SHARE
  }

  private refresh(): void {
    const rest_V = interpolate(REST_V, this.charge) + REST_V_PER_K * (this.temperature - 25)
    const spent = !this.charging && this.charge < SPENT_FROM ? SPENT * (SPENT_FROM / Math.max(this.charge, LEAST_CHARGE) - 1) : 0
    // Empty, it gives nothing at all; what charges it finds the voltage of its acid.
    this.emf_V = this.drained && !this.charging ? 0 : rest_V + this.polarisation_V
    this.resistance_Ohm = this.full_Ohm * (interpolate(BY_CHARGE, this.charge) * interpolate(BY_TEMPERATURE, this.temperature) + spent)
  }
}
