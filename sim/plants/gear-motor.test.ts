import { describe, expect, it } from 'vitest'
import { GearMotor, type GearMotorParameters } from './gear-motor.ts'

const WORM: GearMotorParameters = {
  resistance_ohm: 0.7, emf_Vs: 0.02, inertia_kgm2: 1.2e-5, friction_Nm: 0.05, travelPerRad: 0.001, raise: 2.5, lower: 0.3,
}
const STEP_s = 0.001

function run(motor: GearMotor, seconds: number, supply_V: number, push = 0, drag = 0): void {
  for (let i = 0; i < Math.round(seconds / STEP_s); i++) motor.advance(STEP_s, supply_V, push, drag, drag)
}

describe('GearMotor', () => {
  it('runs at the no-load speed (V - I R) / k with I = friction / k', () => {
    const motor = new GearMotor(WORM, 0)
    motor.drive(1)
    run(motor, 1, 12)
    const current_A = WORM.friction_Nm / WORM.emf_Vs
    expect(motor.current_A).toBeCloseTo(current_A, 6)
    expect(motor.speed_rad_s).toBeCloseTo((12 - current_A * WORM.resistance_ohm) / WORM.emf_Vs, 3)
  })

  it('approaches that speed with the time constant J R / k²', () => {
    const motor = new GearMotor({ ...WORM, friction_Nm: 0 }, 0)
    motor.drive(1)
    const tau_s = WORM.inertia_kgm2 * WORM.resistance_ohm / (WORM.emf_Vs * WORM.emf_Vs)
    for (let i = 0; i < 1000; i++) motor.advance(tau_s / 1000, 12, 0, 0, 0)
    expect(motor.speed_rad_s / (12 / WORM.emf_Vs)).toBeCloseTo(1 - Math.exp(-1), 3)
  })

  it.each([1, 0.6, -1, -0.4])('tells a feed how its current follows the voltage while it turns, at a duty of %f', (duty) => {
    const motor = new GearMotor(WORM, 0)
    motor.drive(duty)
    run(motor, 0.5, 12)
    const slope_S = (motor.demand_A(12) + motor.opposed_A(12)) / 12
    expect(motor.opposed_A(12)).toBeGreaterThan(motor.demand_A(12))
    expect((motor.demand_A(12.5) - motor.demand_A(11.9)) / 0.6).toBeCloseTo(slope_S, 9)
    expect(motor.opposed_A(1)).toBe(0)
  })

  it('draws V / R when it stalls, and twice the supply current of half a duty is a quarter of the power', () => {
    const motor = new GearMotor(WORM, 0)
    motor.drive(1)
    run(motor, 0.1, 12, -1e6)
    expect(motor.speed_rad_s).toBe(0)
    expect(motor.current_A).toBeCloseTo(12 / 0.7, 9)
    expect(motor.demand_A(12)).toBeCloseTo(12 / 0.7, 9)
    motor.drive(0.5)
    expect(motor.demand_A(12)).toBeCloseTo(12 / 0.7 / 4, 9)
  })

  it('raises a load with `raise` times the ideal torque and lowers it with `lower` times', () => {
    const load = 40
    const up = new GearMotor(WORM, 0)
    up.drive(1)
    run(up, 1, 12, -load)
    expect(up.current_A * WORM.emf_Vs).toBeCloseTo(WORM.friction_Nm + load * WORM.travelPerRad * WORM.raise, 6)
    const down = new GearMotor(WORM, 0)
    down.drive(-1)
    run(down, 1, 12, -load)
    expect(-down.current_A * WORM.emf_Vs).toBeCloseTo(WORM.friction_Nm + load * WORM.travelPerRad * WORM.lower, 6)
  })

  it('locks itself: no load turns a worm, but it turns spur gears', () => {
    const worm = new GearMotor(WORM, 1)
    run(worm, 1, 0, -500)
    expect(worm.position).toBe(1)
    const spur = new GearMotor({ ...WORM, lower: -0.5 }, 1)
    run(spur, 0.1, 0, -500)
    expect(spur.position).toBeLessThan(1)
  })

  it('needs more than friction to break away', () => {
    const motor = new GearMotor(WORM, 0)
    motor.drive(1)
    run(motor, 0.1, 0.99 * WORM.friction_Nm / WORM.emf_Vs * WORM.resistance_ohm)
    expect(motor.position).toBe(0)
    run(motor, 0.1, 1.5 * WORM.friction_Nm / WORM.emf_Vs * WORM.resistance_ohm)
    expect(motor.position).toBeGreaterThan(0)
  })

  it('stops sooner when braked than when it floats', () => {
    const travel = (stop: (motor: GearMotor) => void): number => {
      const motor = new GearMotor(WORM, 0)
      motor.drive(1)
      run(motor, 0.5, 12)
      const from = motor.position
      stop(motor)
      run(motor, 0.5, 12)
      expect(motor.active).toBe(false)
      return motor.position - from
    }
    expect(travel(motor => motor.brake())).toBeLessThan(0.5 * travel(motor => motor.drive(0)))
  })

  it('takes nothing from the feed while it generates', () => {
    const motor = new GearMotor(WORM, 0)
    motor.drive(1)
    run(motor, 0.5, 12)
    motor.drive(0.2)
    expect(motor.demand_A(12)).toBe(0)
  })
})
