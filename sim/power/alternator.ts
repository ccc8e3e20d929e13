import type { Table } from './interpolate.ts'
import { interpolate } from './interpolate.ts'
import { inRange } from './range.ts'

/** What a claw-pole alternator of 14 V, 140 A gives by engine speed (pulley 2.7): half its rating at idle, nothing below 500 rpm. */
const LIMIT_A: Table = { x: [0, 500, 800, 1200, 1800, 2500, 4000, 6500], y: [0, 0, 70, 95, 115, 128, 138, 140] }
/**
 * Set point of the regulator at 23 °C, and its change with the temperature of the battery: a cold one takes its charge at a higher
 * voltage, a hot one gasses at a lower (regulators of 12 V cars: −10 mV/K, within 13.6 V and 14.9 V).
 */
const REGULATED_V = 14.2
const REGULATED_V_K = -0.01
const REGULATED_AT_C = 23
const LOWEST_V = 13.6
const HIGHEST_V = 14.9
/**
 * The field follows the regulator with these time constants; more current comes slower than less (load response). While it falls,
 * the battery takes what a load left: 42 A that go lift 14.2 V to 14.4 V for a moment, to 14.6 V with an old or a cold battery.
 */
const RISE_S = 0.25
const FALL_S = 0.08
/** Where the current counts as arrived, A: some millivolts at the battery. */
const SETTLED_A = 0.5

/** Current into the battery node that the regulator leads to its set point, limited by speed, with the lag of the field. */
export class Alternator {
  /** Given now, A. */
  current_A = 0
  private limit_A = 0
  private target_A = 0
  private regulated_V = REGULATED_V

  /** Engine speed, 0–8000 rpm; 0 = standing. */
  setSpeed(engine_rpm: number): void {
    inRange('engine speed', engine_rpm, 0, 8000, 'rpm')
    this.limit_A = interpolate(LIMIT_A, engine_rpm)
  }

  /** Temperature of the battery that it charges, −40…80 °C. */
  setTemperature(battery_C: number): void {
    inRange('battery temperature', battery_C, -40, 80, '°C')
    const wanted_V = REGULATED_V + REGULATED_V_K * (battery_C - REGULATED_AT_C)
    this.regulated_V = wanted_V < LOWEST_V ? LOWEST_V : wanted_V > HIGHEST_V ? HIGHEST_V : wanted_V
  }

  /** Set point, V. */
  get setPoint_V(): number {
    return this.regulated_V
  }

  /** Most it can give at this speed, A. */
  get available_A(): number {
    return this.limit_A
  }

  /** What would hold the set point: `load_A` all consumers, the rest goes into the battery. */
  aim(load_A: number, battery_V: number, battery_Ohm: number): void {
    const wanted_A = load_A + (this.regulated_V - battery_V) / battery_Ohm
    this.target_A = wanted_A < 0 ? 0 : wanted_A > this.limit_A ? this.limit_A : wanted_A
  }

  get settled(): boolean {
    const missing_A = this.target_A - this.current_A
    return missing_A < SETTLED_A && missing_A > -SETTLED_A
  }

  /** Implicit: any `dt_s` is stable. */
  advance(dt_s: number): void {
    const rate = dt_s / (this.target_A > this.current_A ? RISE_S : FALL_S)
    this.current_A = (this.current_A + rate * this.target_A) / (1 + rate)
    if (this.current_A > this.limit_A) this.current_A = this.limit_A
  }

  /** At once where the regulator aims: the state after a while of rest. */
  settle(): void {
    this.current_A = this.target_A
  }
}
