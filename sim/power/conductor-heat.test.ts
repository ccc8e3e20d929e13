import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kernel } from '../kernel/index.ts'
import { Network } from './network.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'
import { createSupply } from './supply.ts'
import { denseVoltages, randomCar } from './testing/index.ts'
import { ampacity_A, copperFactor, wireResistance_Ohm } from './wire.ts'

const DROP_FL = SEDAN_COPPER.cables.findIndex(cable => cable.name === 'drop.FL')
const never = (): void => expect.unreachable('a fuse opened')

/** The sedan in a place of this ambient, with a current through FL's drop of 4 mm². */
function loaded(current_A: number, ambient_C: number): Network {
  const network = new Network(SEDAN_COPPER)
  network.setTemperature_C(ambient_C)
  network.setSource(12.5, 0.005)
  network.loads.setCurrent(network.hubIndex('FL'), 0, current_A)
  network.solve()
  return network
}

/** Lets a network warm, solving when it says so. Returns how often that was. */
function warm(network: Network, duration_s: number, step_s = 0.5): number {
  let solved = 0
  for (let t_s = 0; t_s < duration_s; t_s += step_s) {
    if (!network.advance(step_s, never)) continue
    network.solve()
    solved++
  }
  return solved
}

describe('a conductor', () => {
  it('comes to the limit of its insulation at its ampacity, and not above it', () => {
    for (const ambient_C of [-30, 23, 80]) {
      // A wire without fuses in its way: the fuse of the drop would open first.
      const network = new Network({
        ...SEDAN_COPPER,
        cables: SEDAN_COPPER.cables.map(cable => ({ ...cable, ...(cable.fuse && { fuse: { ...cable.fuse, i2t_A2s: 1e7 } }) })),
      })
      network.setTemperature_C(ambient_C)
      network.setSource(60, 0.005)
      network.loads.setCurrent(network.hubIndex('FL'), 0, ampacity_A(4, ambient_C))
      network.solve()
      warm(network, 300)
      expect(network.temperature_C(DROP_FL)).toBeGreaterThan(95)
      expect(network.temperature_C(DROP_FL)).toBeLessThan(105.5)
    }
  })

  it('warms with a time constant of a minute, and costs volts as it does', () => {
    const network = loaded(24, 23)
    const cold_V = network.voltage_V[network.hubIndex('FL')]!
    const rise_K = 24 * 24 * wireResistance_Ohm(4, 1) / 0.2485
    warm(network, 60)
    expect(network.temperature_C(DROP_FL) - 23).toBeGreaterThan(0.55 * rise_K)
    expect(network.temperature_C(DROP_FL) - 23).toBeLessThan(0.8 * rise_K)
    warm(network, 600)
    expect(network.temperature_C(DROP_FL) - 23).toBeGreaterThan(rise_K)
    expect(cold_V - network.voltage_V[network.hubIndex('FL')]!).toBeGreaterThan(0.01)
  })

  it('is factored again only when its resistance moved by half a percent', () => {
    const network = loaded(24, 23)
    const solved = warm(network, 900, 0.001)
    expect(solved).toBeGreaterThan(3)
    expect(solved).toBeLessThan(20)
  })

  it('comes to another ambient by itself, its resistance too', () => {
    const network = loaded(0, 23)
    const cold_Ohm = network.resistance_Ohm(DROP_FL)
    network.setAmbient_C('door', 80)
    expect(network.temperature_C(DROP_FL)).toBe(23)
    expect(network.ampacity_A(DROP_FL)).toBeCloseTo(ampacity_A(4, 80), 9)
    warm(network, 900)
    expect(network.temperature_C(DROP_FL)).toBeCloseTo(80, 1)
    const copper_Ohm = 2 * wireResistance_Ohm(4, 1.4)
    expect(network.resistance_Ohm(DROP_FL) - cold_Ohm).toBeCloseTo(copper_Ohm * 57 * 0.00393, 4)
    expect(network.temperature_C(network.cableIndex('drop.DASH'))).toBeCloseTo(23, 9)
  })

  it('stays between its ambient and what melts it, whatever flows for however long', () => {
    fc.assert(fc.property(
      fc.double({ min: 0, max: 10_000, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: -40, max: 80, noNaN: true }),
      (current_A, dt_s, ambient_C) => {
        const network = loaded(Math.min(current_A, 200), ambient_C)
        network.advance(dt_s, () => undefined)
        for (const cable of SEDAN_COPPER.cables.keys()) {
          expect(network.temperature_C(cable)).toBeGreaterThanOrEqual(ambient_C - 1e-9)
          expect(network.temperature_C(cable)).toBeLessThanOrEqual(400)
        }
      }), { numRuns: 200, seed: 3 })
  })

  it('keeps volts within a percent of the dense solution at its true temperatures', () => {
    for (let seed = 0; seed < 30; seed++) {
      const car = randomCar(seed)
      const conditions = car.conditions.map(() => ({ supplyExtra_Ohm: 0, returnExtra_Ohm: 0 }))
      const network = new Network(car.topology)
      network.setSource(24, car.source_Ohm)
      car.topology.hubs.forEach((_, hub) => network.loads.setCurrent(hub, 0, 4))
      network.solve()
      for (let t_s = 0; t_s < 300; t_s += 0.5) if (network.advance(0.5, () => undefined)) network.solve()
      const drawn_A = car.topology.hubs.map((_, hub) => network.hubCurrent_A(hub))
      const warmest_C = Math.max(...car.topology.cables.map((_, cable) => network.temperature_C(cable)))
      const cold = denseVoltages(car.topology, conditions, 24, car.source_Ohm, drawn_A, 20)
      const hot = denseVoltages(car.topology, conditions, 24, car.source_Ohm, drawn_A, warmest_C)
      car.topology.hubs.forEach((_, hub) => {
        if (network.voltage_V[hub] === 0) return
        expect(network.voltage_V[hub]).toBeLessThanOrEqual(cold.voltage_V[hub]! + 1e-3)
        expect(network.voltage_V[hub]).toBeGreaterThanOrEqual(hot.voltage_V[hub]! - 0.01 * (24 - hot.voltage_V[hub]!) - 1e-3)
      })
    }
  })
})

describe('the supply', () => {
  it('looks at the heat by itself while a load warms its drop, and rests when it is warm', () => {
    const kernel = new Kernel(1)
    const supply = createSupply(kernel, SEDAN_COPPER, { engine_rpm: 3000 })
    supply.setCurrent('FL', 0, 24)
    kernel.runUntil(2e9)
    expect(supply.temperature_C('drop.FL')).toBeLessThan(26)
    kernel.runUntil(900e9)
    expect(supply.temperature_C('drop.FL')).toBeGreaterThan(33)
    expect(supply.network.resistance_Ohm(DROP_FL)).toBeGreaterThan(0.0262)
    let steps = 0
    supply.onStep(() => steps++)
    kernel.runUntil(1000e9)
    expect(steps).toBeLessThan(30)
  })

  it('has the ambient of the battery at first, and of each place as it is told', () => {
    const supply = createSupply(new Kernel(1), SEDAN_COPPER, { battery: { temperature_C: -18 } })
    expect(supply.temperature_C('drop.FL')).toBe(-18)
    expect(supply.ampacity_A('drop.FL')).toBeCloseTo(ampacity_A(4, -18), 9)
    supply.setAmbient_C('door', 90)
    expect(supply.ampacity_A('drop.FL')).toBeCloseTo(ampacity_A(4, 90), 9)
    expect(supply.ampacity_A('spine.FL')).toBeCloseTo(ampacity_A(16, -18, 125), 9)
    expect(() => supply.setAmbient_C('cabin', NaN)).toThrow('ambient of the cabin NaN °C is not in -40…149 °C')
    expect(() => supply.setAmbient_C('cabin', 150)).toThrow(RangeError)
    expect(copperFactor(20)).toBe(1)
  })
})
