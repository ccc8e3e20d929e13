import { describe, expect, it } from 'vitest'
import { Kernel } from '../kernel/index.ts'
import { type BatteryOptions, createSupply, SEDAN_COPPER } from '../power/index.ts'
import { Engine } from './engine.ts'

/** A key turned to start, with this battery. Returns what came of it. */
function start(battery: BatteryOptions): { running: boolean, ended_ms: number, lowest_V: number, most_A: number, fastest_rpm: number } {
  const kernel = new Kernel(1)
  const supply = createSupply(kernel, SEDAN_COPPER, { battery })
  let ended_ms = NaN
  const engine = new Engine(kernel, supply, () => ended_ms = kernel.now_ns / 1e6)
  supply.setCurrent('DASH', 0, 3.5)
  kernel.runUntil(1e9)
  engine.crank()
  let lowest_V = Infinity
  let most_A = 0
  let fastest_rpm = 0
  for (let t_ms = 1000; t_ms < 14_000; t_ms++) {
    kernel.runUntil(t_ms * 1e6)
    if (engine.running) break
    lowest_V = Math.min(lowest_V, supply.batteryVoltage_V)
    most_A = Math.max(most_A, supply.batteryCurrent_A)
    fastest_rpm = Math.max(fastest_rpm, supply.engine_rpm)
  }
  return { running: engine.running, ended_ms, lowest_V, most_A, fastest_rpm }
}

describe('an engine', () => {
  it('starts in a second on a good battery, whose starter takes 550 A at first', () => {
    const good = start({})
    expect(good.running).toBe(true)
    expect(good.ended_ms - 1000).toBeGreaterThan(950)
    expect(good.ended_ms - 1000).toBeLessThan(1100)
    expect(good.most_A).toBeGreaterThan(500)
    expect(good.most_A).toBeLessThan(600)
    expect(good.lowest_V).toBeGreaterThan(9.5)
    expect(good.fastest_rpm).toBeGreaterThan(180)
  })

  it('starts in the cold on a good battery, turning slower, and not on an old half-empty one', () => {
    const cold = start({ temperature_C: -18, charge: 0.9 })
    expect(cold.running).toBe(true)
    expect(cold.fastest_rpm).toBeLessThan(start({}).fastest_rpm)
    expect(start({ temperature_C: -30, charge: 0.4, resistance_mOhm: 12 }).running).toBe(false)
  })

  it('does not start on an empty battery, which has neither volts nor amperes to turn it: it gives up after 10 s', () => {
    for (const charge of [0, 0.0001, 0.01, 0.03]) {
      const { running, ended_ms, fastest_rpm, lowest_V } = start({ charge })
      expect(running, `${charge}`).toBe(false)
      expect(fastest_rpm).toBeLessThan(80)
      expect(ended_ms - 1000).toBeGreaterThan(10_000)
      expect(ended_ms - 1000).toBeLessThan(10_600)
      expect(lowest_V).toBeGreaterThan(-0.1)
    }
  })

  it('starts the better the fuller and the younger the battery is', () => {
    let last = false
    for (const charge of [0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1]) {
      const { running } = start({ charge, temperature_C: 0 })
      expect(running || !last).toBe(true)
      last = running
    }
    expect(last).toBe(true)
  })
})
