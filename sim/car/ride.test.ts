import { describe, expect, it } from 'vitest'
import { WindowPlant } from '../plants/index.ts'
import { type Car, createCar } from './car.ts'
import type { Piece } from './ride.ts'

const NOMINAL: Piece = {
  torque: 1, winding: 1, worm: 1, cable: 1, inertia: 1, age: 0, eFuse: 1, commutation: 0, currentGain: 1, currentOffset_A: 0,
  currentNoise_A: 0, voltageGain: 1, accelerationGain: 1, accelerationOffset_m_s2: 0, temperatureError_K: 0,
}

function booted(before: (car: Car) => void = () => undefined): Car {
  const car = createCar({ seed: 3 })
  before(car)
  car.boot()
  car.run(3000)
  return car
}

/** What a window shows while it opens, every 10 ms. */
function opening(car: Car, read: (window: WindowPlant) => number): number[] {
  car.press('DASH.windowFL.down')
  car.run(500)
  const seen: number[] = []
  for (let i = 0; i < 100; i++) {
    car.run(10)
    seen.push(read(car.plant('FL.window', WindowPlant)))
  }
  return seen
}

const rms = (values: number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
const spread = (values: number[]): number => Math.max(...values) - Math.min(...values)
const shake = (window: WindowPlant): number => window.verticalAcceleration_m_s2

describe('a ride', () => {
  it('on a rough road shakes every window, and its hub measures it', () => {
    const car = booted()
    car.ride.road(2)
    expect(rms(opening(car, shake))).toBeGreaterThan(0.5)
    const { verticalAcceleration_m_s2 } = car.plant('RR.window', WindowPlant)
    expect(verticalAcceleration_m_s2).toBe(car.plant('FL.window', WindowPlant).verticalAcceleration_m_s2)
    const { instruments } = car.hub('RR')
    expect(Math.abs(instruments!.acceleration_m_s2(0))).toBeGreaterThanOrEqual(0)
    car.ride.road(0)
    car.run(10)
    expect(shake(car.plant('FL.window', WindowPlant))).toBe(0)
  })

  it('with a slammed door is shaken for as long as that lasts', () => {
    const car = booted()
    opening(car, shake)
    car.ride.slam(30, 20)
    const shaken = Array.from({ length: 30 }, () => {
      car.run(1)
      return shake(car.plant('FL.window', WindowPlant))
    })
    expect(Math.max(...shaken)).toBeGreaterThan(25)
    expect(shaken.slice(20)).toEqual(Array.from({ length: 10 }, () => 0))
  })

  it('is felt by a hub whose window rests, and is over when it is over', () => {
    const car = booted()
    car.ride.slam(30, 20)
    car.run(10)
    expect(car.hub('FL').instruments!.acceleration_m_s2(0)).toBeGreaterThan(20)
    car.run(11)
    car.component('FL.window').outlet!.takeMeans(car.now_ns)
    expect(Math.abs(car.hub('FL').instruments!.acceleration_m_s2(0))).toBeLessThan(1)
    car.ride.road(2)
    const felt = Array.from({ length: 2000 }, () => car.hub('FL').instruments!.acceleration_m_s2(0))
    expect(Math.max(...felt)).toBeGreaterThan(1)
    expect(Math.min(...felt)).toBeLessThan(-1)
  })

  it('with ripple on the supply has it at every hub, until it ends', () => {
    const car = booted()
    const supply = (): number[] => opening(car, () => car.supply_V('RR'))
    const calm_V = spread(supply())
    car.ride.ripple(2, 77)
    expect(spread(supply())).toBeGreaterThan(calm_V + 1.5)
    car.ride.ripple(0, 77)
    expect(spread(supply())).toBeLessThan(calm_V + 0.5)
  })

  it('with wet or worn seals moves its glass with another current', () => {
    const current_A = (drag: number): number => {
      const car = booted()
      car.ride.wet('FL.window', drag)
      return opening(car, window => window.current_A)[50]!
    }
    expect(current_A(1.4)).toBeGreaterThan(current_A(1) + 0.1)
  })

  it('with another piece has its motor, its eFuse and its sensors within their tolerances', () => {
    const car = booted(one => one.ride.fit('FL.window', { ...NOMINAL, winding: 1.1, eFuse: 0.9, currentGain: 1.05, currentOffset_A: 0.1, temperatureError_K: -5 }))
    const plain = booted()
    opening(car, shake)
    opening(plain, shake)
    const { outlet } = car.component('FL.window')
    expect(outlet!.read_A()).toBeGreaterThan(outlet!.current_A)
    expect(outlet!.currentLimit_A).toBeCloseTo(0.9 * plain.component('FL.window').outlet!.currentLimit_A, 5)
    expect(car.hub('FL').instruments!.temperature_C(23)).toBe(18)
    expect(plain.hub('FL').instruments!.temperature_C(23)).toBe(23)
  })

  it('is refused where it cannot be meant', () => {
    const { ride } = createCar()
    expect(() => ride.road(NaN)).toThrow('road NaN m/s² is not in 0…3 m/s²')
    expect(() => ride.slam(51, 20)).toThrow('slam 51 m/s² is not in 0…50 m/s²')
    expect(() => ride.ripple(5, 90)).toThrow('ripple 5 V is not in 0…4 V')
    expect(() => ride.ripple(1, 10)).toThrow('frequency 10 Hz is not in 50…25000 Hz')
    expect(() => ride.wet('FL.window', 3)).toThrow('drag of the seals 3 times is not in 0.5…2 times')
    expect(() => ride.wet('FL.latch', 1)).toThrow('component "FL.latch" is no window')
  })
})
