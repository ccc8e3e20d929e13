import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Network } from './network.ts'
import { denseVoltages, type RandomCar, randomCar } from './testing/index.ts'

function makeNetwork(car: RandomCar): Network {
  const network = new Network(car.topology)
  network.setTemperature_C(car.copper_C)
  car.conditions.forEach((condition, cable) => {
    const { supplyExtra_Ohm, returnExtra_Ohm, short } = condition
    if (short !== undefined) network.setShort(cable, short.at_m, short.resistance_Ohm)
    if (supplyExtra_Ohm === Infinity) network.setCut(cable, 'supply', true)
    else network.setCorrosion(cable, 'supply', supplyExtra_Ohm)
    if (returnExtra_Ohm === Infinity) network.setCut(cable, 'return', true)
    else network.setCorrosion(cable, 'return', returnExtra_Ohm)
    if (condition.diode !== undefined) network.setDiode(cable, condition.diode)
  })
  car.laws.forEach((laws, hub) => laws.forEach((law, slot) => law.put(network, hub, slot)))
  network.setSource(car.emf_V, car.source_Ohm)
  return network
}

describe('against the dense nodal solution', () => {
  it.each([
    ['trees and rings', false], ['cars with two spines and diodes, some of them broken,', true],
  ] as const)('agrees within 1 mV on random %s with random faults and loads', (_what, dual) => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (seed) => {
      const car = randomCar(seed, dual)
      const network = makeNetwork(car)
      expect(network.solve()).toBe(true)
      const drawn_A = car.laws.map((_, hub) => network.hubCurrent_A(hub))
      const reference = denseVoltages(car.topology, car.conditions, car.emf_V, car.source_Ohm, drawn_A, car.copper_C)
      let worst_V = Math.abs(network.batteryVoltage_V - reference.terminal_V)
      let worst_A = 0
      car.laws.forEach((laws, hub) => {
        const lit = network.voltage_V[hub] !== 0
        const wanted_A = lit ? laws.reduce((sum, law) => sum + law.current_A(network.voltage_V[hub]!), 0) : 0
        worst_A = Math.max(worst_A, Math.abs(drawn_A[hub]! - wanted_A))
        if (!lit) return
        worst_V = Math.max(worst_V, Math.abs(network.voltage_V[hub]! - reference.voltage_V[hub]!))
        worst_V = Math.max(worst_V, Math.abs(network.groundOffset_V(hub) - reference.ground_V[hub]!))
      })
      expect(worst_V).toBeLessThan(0.001)
      expect(worst_A).toBeLessThan(1e-9)
    }), { numRuns: 250, seed: 7 })
  })

  it('keeps Kirchhoff\'s current law at every tap where nothing touches', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (seed) => {
      const random = randomCar(seed)
      const car = { ...random, conditions: random.conditions.map(condition => ({ ...condition, short: undefined })) }
      const network = makeNetwork(car)
      network.solve()
      for (const tap of car.topology.taps) {
        let out_A = 0
        let back_A = 0
        car.topology.cables.forEach((cable, i) => {
          const sign = cable.from === tap ? 1 : cable.to === tap ? -1 : 0
          out_A += sign * network.current_A(i)
          back_A += sign * network.current_A(i, 'return')
        })
        expect(Math.max(Math.abs(out_A), Math.abs(back_A))).toBeLessThan(1e-6)
      }
    }), { numRuns: 100, seed: 8 })
  })

  it('finds the highest of several solutions, as a supply that comes up slowly from rest would keep it', () => {
    let compared = 0
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (seed) => {
      const car = { ...randomCar(seed), emf_V: 12 }
      const network = makeNetwork(car)
      network.solve()
      // Damped fixed point from the open-circuit voltage with the dense matrix: slow, but it cannot jump over a solution.
      let voltage_V = car.laws.map(() => car.emf_V)
      let moved_V = Infinity
      for (let i = 0; i < 150 && moved_V > 1e-6; i++) {
        const drawn_A = car.laws.map((laws, hub) => {
          return network.voltage_V[hub] === 0 ? 0 : laws.reduce((sum, law) => sum + law.current_A(voltage_V[hub]!), 0)
        })
        const next_V = denseVoltages(car.topology, car.conditions, car.emf_V, car.source_Ohm, drawn_A, car.copper_C).voltage_V
        moved_V = Math.max(...next_V.map((v, hub) => network.voltage_V[hub] === 0 ? 0 : Math.abs(v - voltage_V[hub]!)))
        voltage_V = voltage_V.map((v, hub) => v + 0.15 * (next_V[hub]! - v))
      }
      if (moved_V > 1e-6) return
      compared++
      car.laws.forEach((_, hub) => {
        if (network.voltage_V[hub] !== 0) expect(network.voltage_V[hub], `hub ${hub}`).toBeCloseTo(voltage_V[hub]!, 3)
      })
    }), { numRuns: 25, seed: 9 })
    expect(compared).toBeGreaterThan(12)
  })
})

describe('a solution', () => {
  it('gives the same answer whatever was solved before', () => {
    const car = randomCar(4)
    const fresh = makeNetwork(car)
    fresh.solve()
    const used = makeNetwork(car)
    used.setSource(3, 0.05)
    used.solve()
    used.setSource(car.emf_V, car.source_Ohm)
    used.solve()
    expect([...used.voltage_V]).toEqual([...fresh.voltage_V])
  })

  it('gives the same within a microvolt when it begins at an earlier solution, a collapsed one too', () => {
    const drops: Record<string, number> = { same: 0, moved: 0 }
    for (let seed = 0; seed < 300; seed++) {
      const car = randomCar(seed)
      const cold = makeNetwork(car)
      const warm = makeNetwork(car)
      for (const emf_V of [12, 12.1, 5, 14, 11, -3, 13]) {
        cold.setSource(emf_V, car.source_Ohm)
        warm.setSource(emf_V, car.source_Ohm)
        if (!cold.solve() || !warm.solve()) expect.unreachable(`seed ${seed}`)
        warm.anchor()
        const worst_V = Math.max(...cold.voltage_V.map((v, hub) => Math.abs(v - warm.voltage_V[hub]!)))
        drops[worst_V < 1e-4 ? 'same' : 'moved']!++
      }
    }
    expect(drops).toEqual({ same: 2100, moved: 0 })
  })

  it('converges on every one of 1,000 random cars', () => {
    for (let seed = 0; seed < 1000; seed++) {
      const network = makeNetwork(randomCar(seed))
      network.solve()
      if (network.nonConvergences !== 0) expect.unreachable(`seed ${seed}`)
    }
  })
})
