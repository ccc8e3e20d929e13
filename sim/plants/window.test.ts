import { describe, expect, it } from 'vitest'
import { closingCurrent_A, closingSeal_N, NOMINAL_UNIT, type WindowUnit } from './window-regulator.ts'
import { WINDOW_PULSE_m, WINDOW_REGULATOR, WINDOW_TRAVEL_pulses, WindowPlant } from './window.ts'

/** What a newton at the glass takes of the nominal motor. */
const AMPERE_A_NEWTON = WINDOW_REGULATOR.motor.travelPerRad * WINDOW_REGULATOR.motor.raise / WINDOW_REGULATOR.motor.emf_Vs

/** Steps until `done` or `most_s`; returns the seconds it took. */
function run(plant: WindowPlant, supply_V: number, most_s: number, done: () => boolean = () => false): number {
  let steps = 0
  while (steps < most_s * 1000 && !done()) {
    plant.step(0.001, supply_V)
    steps++
  }
  return steps / 1000
}

describe('WindowPlant', () => {
  it('closes 450 mm in 3–5 s at 13.5 V with 7–10 A, and opens faster with 3–4.5 A', () => {
    const closing = new WindowPlant(0.45)
    closing.drive(0, -1)
    run(closing, 13.5, 2)
    expect(closing.current_A).toBeGreaterThan(7)
    expect(closing.current_A).toBeLessThan(10)
    const closing_s = 2 + run(closing, 13.5, 10, () => closing.position_m < 0.001)
    expect(closing_s).toBeGreaterThan(3)
    expect(closing_s).toBeLessThan(5)
    const opening = new WindowPlant(0)
    opening.drive(0, 1)
    run(opening, 13.5, 1)
    expect(opening.current_A).toBeGreaterThan(3)
    expect(opening.current_A).toBeLessThan(4.5)
    expect(1 + run(opening, 13.5, 10, () => opening.position_m > 0.449)).toBeLessThan(closing_s)
  })

  it('matches the torque balance at constant speed', () => {
    const w = WINDOW_REGULATOR
    const plant = new WindowPlant(0.4)
    plant.drive(0, -1)
    run(plant, 13.5, 1)
    expect(plant.current_A - w.idle_A).toBeCloseTo(closingCurrent_A(plant.position_m), 1)
    const load_N = w.mass_kg * w.gravity_m_s2 + closingSeal_N(plant.position_m)
    expect(plant.position_m - plant.drum_m).toBeCloseTo(load_N / w.couplingStiffness_N_m, 4)
  })

  it('stalls in both end stops at V / R within 2 mm of give, and stays there without current', () => {
    for (const [from, duty, stop] of [[0.05, -1, 0], [0.4, 1, 0.45]] as const) {
      const plant = new WindowPlant(from)
      plant.drive(0, duty)
      run(plant, 12, 3)
      expect(plant.velocity_m_s).toBe(0)
      const winding_K = plant.winding_C - WINDOW_REGULATOR.reference_C
      expect(winding_K).toBeGreaterThan(5)
      const { brushes_ohm, copper_per_K, motor, idle_A } = WINDOW_REGULATOR
      const resistance_ohm = brushes_ohm + (motor.resistance_ohm - brushes_ohm) * (1 + copper_per_K * winding_K)
      expect(plant.current_A).toBeCloseTo(12 / resistance_ohm + idle_A, 3)
      const stand_m = plant.position_m
      expect(Math.abs(stand_m - stop)).toBeLessThan(0.003)
      plant.float()
      run(plant, 12, 1)
      expect(plant.position_m).toBe(stand_m)
      expect(plant.active).toBe(false)
    }
  })

  it('holds the glass against gravity without current', () => {
    const plant = new WindowPlant(0.1)
    run(plant, 0, 5)
    expect(plant.position_m).toBe(0.1)
  })

  it('counts pulses up while opening and down while closing, the whole travel as the descriptor says', () => {
    const plant = new WindowPlant(0)
    expect(plant.pulses(0)).toBe(0)
    plant.drive(0, 1)
    run(plant, 13.5, 10, () => plant.position_m >= 0.45)
    expect(Math.abs(plant.pulses(0) - WINDOW_TRAVEL_pulses)).toBeLessThanOrEqual(1)
    plant.drive(0, -1)
    run(plant, 13.5, 1)
    expect(plant.pulses(0)).toBe(Math.round(plant.drum_m / WINDOW_PULSE_m))
    expect(plant.pulses(0)).toBeLessThan(WINDOW_TRAVEL_pulses)
  })

  it('presses on an obstacle with stiffness times depth, up to the stall force', () => {
    const w = WINDOW_REGULATOR
    const plant = new WindowPlant(0.3)
    plant.hold(0.2, 10)
    plant.drive(0, -1)
    run(plant, 13.5, 3)
    expect(plant.velocity_m_s).toBeCloseTo(0, 3)
    expect(plant.contactForce_N).toBeCloseTo((0.2 - plant.position_m) * 10_000, 6)
    const stall_Nm = 13.5 / w.motor.resistance_ohm * w.motor.emf_Vs - w.motor.friction_Nm
    const stall_N = stall_Nm / (w.motor.travelPerRad * w.motor.raise) - w.mass_kg * w.gravity_m_s2 - w.sealClosing_N
    // A soft spring brings the rotor to rest with little overshoot, at the force that its torque holds; then it warms up.
    expect(Math.abs(plant.peakContactForce_N - stall_N)).toBeLessThan(0.06 * stall_N)
    plant.letGo()
    expect(plant.contactForce_N).toBe(0)
  })

  it('refuses an obstacle that does not fit', () => {
    const plant = new WindowPlant(0.1)
    expect(() => plant.hold(0.2, 10)).toThrow(/does not fit/)
    expect(() => plant.hold(0.05, 0)).toThrow(/obstacle stiffness 0 N\/mm/)
    expect(() => plant.hold(-1, 10)).toThrow(RangeError)
    expect(() => new WindowPlant(1)).toThrow(/window opening 1 m/)
  })

  it('is stiffer in the cold and in age, weaker when hot, and cools while it rests', () => {
    const after_s = (temperature_C: number, age: number): number => {
      const plant = new WindowPlant(0.45)
      plant.setConditions(temperature_C, age)
      plant.drive(0, -1)
      return run(plant, 12, 30, () => plant.position_m < 0.02)
    }
    const fair_s = after_s(23, 0)
    expect(after_s(23, 1)).toBeGreaterThan(fair_s)
    expect(after_s(-30, 0)).toBeGreaterThan(fair_s)
    expect(after_s(-30, 1)).toBeGreaterThan(after_s(-30, 0))
    const plant = new WindowPlant(0.45)
    plant.drive(0, -1)
    run(plant, 13.5, 3)
    const warm_C = plant.winding_C
    expect(warm_C).toBeGreaterThan(25)
    plant.float()
    run(plant, 0, 1)
    plant.rested(WINDOW_REGULATOR.windingCooling_s)
    expect(plant.winding_C - 23).toBeLessThan(0.6 * (warm_C - 23))
    expect(() => plant.setConditions(200, 0)).toThrow(/temperature 200 °C/)
    expect(() => plant.setConditions(20, 2)).toThrow(/age of the seals 2/)
  })

  it('is shaken by a road on its cable, and holds still when the car stands', () => {
    const plant = new WindowPlant(0.45)
    plant.drive(0, -1)
    run(plant, 13.5, 1)
    const steady_A = plant.current_A
    plant.verticalAcceleration_m_s2 = 5
    run(plant, 13.5, 0.1)
    expect(plant.current_A).toBeGreaterThan(steady_A + 0.5)
  })

  it('is one unit of many: a stronger motor and a smoother worm close with less current, seals that drag more with more', () => {
    const steady_A = (unit: Partial<WindowUnit>, gust_N = 0): number => {
      const plant = new WindowPlant(0.45, { ...NOMINAL_UNIT, ...unit })
      plant.gust_N = gust_N
      plant.drive(0, -1)
      run(plant, 13.5, 1)
      expect(plant.current_A - WINDOW_REGULATOR.idle_A, JSON.stringify(unit)).toBeCloseTo(
        closingCurrent_A(plant.position_m, { ...NOMINAL_UNIT, ...unit }) + gust_N * AMPERE_A_NEWTON, 1)
      return plant.current_A
    }
    const usual_A = steady_A({})
    expect(steady_A({ torque: 1.1 })).toBeLessThan(usual_A - 0.3)
    expect(steady_A({ worm: 0.85 })).toBeLessThan(usual_A - 0.3)
    expect(steady_A({ drag: 1.4 })).toBeGreaterThan(usual_A + 1)
    expect(steady_A({}, 20)).toBeGreaterThan(usual_A + 0.5)
  })

  it('stalls with a current that its winding gives, and starts later with a heavier rotor', () => {
    const stalled = new WindowPlant(0.001, { ...NOMINAL_UNIT, winding: 1.1 })
    stalled.drive(0, -1)
    run(stalled, 13.5, 0.2)
    expect(stalled.current_A).toBeLessThan(13.5 / (1.1 * WINDOW_REGULATOR.motor.resistance_ohm) + 0.1)
    const travelled_m = (inertia: number): number => {
      const plant = new WindowPlant(0.45, { ...NOMINAL_UNIT, inertia })
      plant.drive(0, -1)
      run(plant, 13.5, 0.1)
      return 0.45 - plant.drum_m
    }
    expect(travelled_m(2.5)).toBeLessThan(0.9 * travelled_m(1))
  })

  it('presses an object that stiffens as its course says, until it is taken away', () => {
    const plant = new WindowPlant(0.2)
    plant.hold(0.15, 5, 7.5)
    plant.drive(0, -1)
    run(plant, 13.5, 5, () => plant.position_m < 0.146)
    const depth_mm = 150 - 1000 * plant.position_m
    expect(plant.contactForce_N).toBeCloseTo(5 * depth_mm + 7.5 / 2 * depth_mm * depth_mm, 6)
    expect(plant.peakContactForce_N / plant.contactForce_N).toBeCloseTo(1, 1)
    plant.letGo()
    expect(plant.contactForce_N).toBe(0)
    expect(() => plant.hold(0.1, 5, -1)).toThrow(/growth of the stiffness -1 N\/mm² is not in 0…100/)
  })

  it('takes its energy mostly from the rotor: braked, it stops within millimetres', () => {
    const plant = new WindowPlant(0.45)
    plant.drive(0, -1)
    run(plant, 13.5, 1)
    const from_m = plant.position_m
    plant.brake(0)
    run(plant, 13.5, 1)
    expect(plant.active).toBe(false)
    const braked_mm = 1000 * (from_m - plant.position_m)
    expect(braked_mm).toBeGreaterThan(0.3)
    expect(braked_mm).toBeLessThan(3)
  })

  it.each([2, 10, 65])('presses on %d N/mm as with steps twenty times finer, near a stop and far from one', (stiffness_N_mm) => {
    /** The motor stalls against it: inertia and what the motor has. */
    const peak_N = (steps: number, at_m: number): number => {
      const plant = new WindowPlant(0.44)
      plant.hold(at_m, stiffness_N_mm)
      plant.drive(0, -1)
      for (let i = 0; i < 6000 * steps; i++) plant.step(0.001 / steps, 13.5)
      return plant.peakContactForce_N
    }
    for (const at_m of [0.005, 0.1, 0.4]) expect(Math.abs(peak_N(1, at_m) / peak_N(20, at_m) - 1)).toBeLessThan(0.0005)
  })
})
