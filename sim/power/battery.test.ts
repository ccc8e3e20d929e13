import { describe, expect, it } from 'vitest'
import { Alternator } from './alternator.ts'
import { Battery } from './battery.ts'

describe('the battery', () => {
  it('rests at 12.7 V full and 11.6 V empty', () => {
    expect(new Battery({ charge: 1, temperature_C: 25 }).emf_V).toBeCloseTo(12.72, 9)
    expect(new Battery({ charge: 0, temperature_C: 25 }).emf_V).toBeCloseTo(11.64, 9)
  })

  it('holds 7.5 V after 10 s of its cold cranking current of 640 A at −18 °C, by a little', () => {
    const battery = new Battery({ charge: 1, temperature_C: -18 })
    for (let i = 0; i < 100; i++) battery.advance(640, 0.1)
    const voltage_V = battery.emf_V - 640 * battery.resistance_Ohm
    expect(voltage_V).toBeGreaterThan(7.5)
    expect(voltage_V).toBeLessThan(7.8)
  })

  it('gives way to a starter: some 10 V at its inrush when it has stood, and not much less than 12 V while it turns warm', () => {
    const battery = new Battery()
    expect(battery.emf_V - 550 * battery.resistance_Ohm).toBeGreaterThan(9.5)
    expect(battery.emf_V - 550 * battery.resistance_Ohm).toBeLessThan(10.5)
    battery.advance(180, 0.8)
    expect(battery.emf_V - 150 * battery.resistance_Ohm).toBeGreaterThan(11.5)
  })

  it('counts coulombs: the 20 h current for two hours, 3.5 A, are a tenth of 70 Ah', () => {
    const battery = new Battery({ charge: 0.9 })
    for (let i = 0; i < 7200; i++) battery.advance(3.5, 1)
    expect(battery.charge).toBeCloseTo(0.8, 9)
    battery.advance(-35, 3600)
    expect(battery.charge).toBe(1)
    battery.charge = 0.9
    battery.advance(1e6, 3600)
    expect(battery.charge).toBe(0)
    battery.advance(-1e6, 3600)
    expect(battery.charge).toBe(1)
  })

  it('gives less of its charge the faster it is emptied, as Peukert found: 35 A for an hour take 1.78 times as much', () => {
    const lasts_h = (current_A: number): number => {
      const battery = new Battery({ charge: 1 })
      let s = 0
      for (; battery.charge > 0 && s < 100 * 3600; s++) battery.advance(current_A, 1)
      return s / 3600
    }
    expect(lasts_h(3.5)).toBeCloseTo(20, 2)
    expect(lasts_h(35)).toBeGreaterThan(20 / 17.8)
    expect(lasts_h(35)).toBeLessThan(1.1 * 20 / 17.8)
    expect(lasts_h(1)).toBeCloseTo(70, 0)
    // The mean that is counted comes up from rest: at any current the battery lasts some 100 s longer than by the formula.
    for (const current_A of [7, 35, 70, 140]) {
      const longer_s = 3600 * (lasts_h(current_A) - 20 * (3.5 / current_A) ** 1.25)
      expect(longer_s).toBeGreaterThan(60)
      expect(longer_s).toBeLessThan(110)
    }
  })

  it('gives nothing when it is empty, to a load or a starter, and takes charge again', () => {
    const battery = new Battery({ charge: 0.02 })
    let given_As = 0
    for (let i = 0; i < 36_000; i++) {
      // A car at rest with its boards awake: 3.5 A while there are 9 V, else a resistor.
      const current_A = Math.min(3.5, Math.max(0, battery.emf_V) / (battery.resistance_Ohm + 2.5))
      given_As += current_A
      battery.advance(current_A, 1)
    }
    expect(given_As).toBeLessThan(0.02 * 70 * 3600 + 1)
    expect(battery.emf_V / (battery.resistance_Ohm + 2.5)).toBeLessThan(0.1)
    for (let i = 0; i < 600; i++) battery.advance(-20, 1)
    expect(battery.charge).toBeGreaterThan(0.04)
    expect(battery.resistance_Ohm).toBeLessThan(0.02)
    battery.advance(0.1, 1)
    expect(battery.resistance_Ohm).toBeGreaterThan(0.02)
  })

  it('is as before above a tenth of its charge, and weaker with every ampere-second below', () => {
    const ohms = [0.5, 0.1, 0.05, 0.01, 0.001].map(charge => new Battery({ charge, temperature_C: 25 }).resistance_Ohm)
    expect(ohms[0]).toBeCloseTo(0.0052, 6)
    for (let i = 1; i < ohms.length; i++) expect(ohms[i]).toBeGreaterThan(ohms[i - 1]!)
    expect(ohms[3]).toBeGreaterThan(0.18)
  })

  it('resists more when empty, and more when cold', () => {
    const good = new Battery({ charge: 1, temperature_C: 25 }).resistance_Ohm
    expect(good).toBeCloseTo(0.004, 12)
    expect(new Battery({ charge: 0.2, temperature_C: 25 }).resistance_Ohm).toBeCloseTo(2 * good, 9)
    const cold = new Battery({ charge: 1 })
    cold.temperature_C = -30
    expect(cold.temperature_C).toBe(-30)
    expect(cold.resistance_Ohm).toBeCloseTo(2.1 * good, 9)
  })

  it('recovers within a minute after a load, and loses its surface charge in an hour', () => {
    const battery = new Battery({ charge: 0.9 })
    const rest_V = battery.emf_V
    battery.advance(100, 20)
    expect(battery.emf_V).toBeLessThan(rest_V - 0.1)
    battery.advance(0, 200)
    expect(battery.emf_V).toBeCloseTo(rest_V, 1)
    battery.settle(14.2)
    expect(battery.emf_V).toBeGreaterThan(13.9)
    expect(battery.drift_V_s(0)).toBeLessThan(0)
    for (let i = 0; i < 3600; i++) battery.advance(0, 1)
    expect(battery.emf_V).toBeLessThan(rest_V + 0.1)
  })

  it('is at rest when settled: what flows in no longer moves it', () => {
    const battery = new Battery({ charge: 0.9 })
    battery.settle(14.2)
    const in_A = (14.2 - battery.emf_V) / battery.resistance_Ohm
    expect(in_A).toBeGreaterThan(1)
    expect(in_A).toBeLessThan(20)
    expect(Math.abs(battery.drift_V_s(-in_A))).toBeLessThan(1e-9)
    battery.charge = 0.5
    expect(battery.charge).toBe(0.5)
  })

  it('refuses what is not a battery', () => {
    expect(() => new Battery({ charge: 1.1 })).toThrow(new RangeError('state of charge 1.1 is not in 0…1'))
    expect(() => new Battery({ capacity_Ah: 1 })).toThrow('battery capacity 1 Ah is not in 10…200 Ah')
    expect(() => new Battery({ resistance_mOhm: 0 })).toThrow('battery resistance 0 mΩ')
    expect(() => new Battery().settle(20)).toThrow('charging voltage 20 V')
    expect(() => { new Battery().temperature_C = 100 }).toThrow('battery temperature 100 °C')
  })
})

describe('the alternator', () => {
  it('gives nothing at rest, half its rating at idle, all of it on the road', () => {
    const alternator = new Alternator()
    expect(alternator.available_A).toBe(0)
    alternator.setSpeed(800)
    expect(alternator.available_A).toBe(70)
    alternator.setSpeed(6500)
    expect(alternator.available_A).toBe(140)
    expect(() => alternator.setSpeed(-1)).toThrow('engine speed -1 rpm is not in 0…8000 rpm')
  })

  it('answers a load with a lag, a relief faster', () => {
    const alternator = new Alternator()
    alternator.setSpeed(3000)
    alternator.aim(50, 14.2, 0.005)
    expect(alternator.settled).toBe(false)
    let rising_ms = 0
    for (; alternator.current_A < 25; rising_ms++) alternator.advance(0.001)
    expect(rising_ms).toBeGreaterThan(150)
    expect(rising_ms).toBeLessThan(200)
    for (let i = 0; i < 3000; i++) alternator.advance(0.001)
    expect(alternator.settled).toBe(true)
    alternator.aim(0, 14.2, 0.005)
    let falling_ms = 0
    for (; alternator.current_A > 25; falling_ms++) alternator.advance(0.001)
    expect(falling_ms).toBeLessThan(70)
  })

  it('aims higher for a cold battery and lower for a hot one', () => {
    const alternator = new Alternator()
    const at = [-40, -30, 23, 60, 80].map((battery_C) => {
      alternator.setTemperature(battery_C)
      return alternator.setPoint_V
    })
    expect(at.map(v => Math.round(v * 1000) / 1000)).toEqual([14.83, 14.73, 14.2, 13.83, 13.63])
    expect(() => alternator.setTemperature(NaN)).toThrow('battery temperature NaN °C is not in -40…80 °C')
  })

  it('never gives more than the speed allows, nor takes', () => {
    const alternator = new Alternator()
    alternator.setSpeed(800)
    alternator.aim(500, 12, 0.005)
    alternator.settle()
    expect(alternator.current_A).toBe(70)
    alternator.setSpeed(0)
    alternator.advance(0.001)
    expect(alternator.current_A).toBe(0)
    alternator.aim(0, 15, 0.005)
    alternator.settle()
    expect(alternator.current_A).toBe(0)
  })
})
