import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kernel, Prng } from '../kernel/index.ts'
import { ConductorHeat } from './conductor-heat.ts'
import { Network } from './network.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'
import { createSupply } from './supply.ts'
import { denseVoltages, randomCar } from './testing/index.ts'
import { ampacity_A, cooling_W_K_m, COPPER_PER_K, copperFactor, GAUGES_MM2, heat_J_K_m, settled_C, wireResistance_Ohm } from './wire.ts'

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

/** A conductor alone, that carries a current for a while; looked at now and then. */
function heated_C(gauge_mm2: number, current_A: number, duration_s: number, ambient_C: number, step_s = 0.25): number {
  const heat = new ConductorHeat([{ gauge_mm2, ambient_C }])
  for (let left_s = duration_s; left_s > 1e-9; left_s -= step_s) {
    const dt_s = Math.min(step_s, left_s)
    heat.wait(dt_s)
    heat.advance(Float64Array.of(current_A * current_A * dt_s))
  }
  return heat.temperature_C[0]!
}

interface Short {
  readonly gauge_mm2: number
  readonly duration_s: number
  readonly begin_C: number
  readonly end_C: number
  /** Between two looks. */
  readonly step_s: number
}

describe('a conductor under a short-circuit current', () => {
  /** K of IEC 60949 and IEC 60364-5-54 for copper, A √s / mm², and its β, °C. */
  const K = 226
  const BETA_C = 234.5
  /** `I²t = K² S² ln((β + end) / (β + begin))`, solved for the current. */
  const current_A = (k: number, beta_C: number, short: Short): number =>
    k * short.gauge_mm2 * Math.sqrt(Math.log((beta_C + short.end_C) / (beta_C + short.begin_C)) / short.duration_s)
  const shareOfRise = (amperes: number, { gauge_mm2, duration_s, begin_C, end_C, step_s }: Short): number =>
    (heated_C(gauge_mm2, amperes, duration_s, begin_C, step_s) - begin_C) / (end_C - begin_C)

  const shorts: fc.Arbitrary<Short> = fc.record({
    gauge_mm2: fc.constantFrom(...GAUGES_MM2), duration_s: fc.double({ min: 0.02, max: 5, noNaN: true }),
    begin_C: fc.integer({ min: -40, max: 105 }), end_C: fc.integer({ min: 10, max: 390 }), step_s: fc.constantFrom(0.01, 0.25, 0.4),
  }).filter(({ gauge_mm2, duration_s, begin_C, end_C }) =>
    end_C > begin_C + 5 && duration_s < 0.1 * heat_J_K_m(gauge_mm2) / cooling_W_K_m(gauge_mm2))

  it('warms as the adiabatic formula says, of its own copper, and sheds little', () => {
    fc.assert(fc.property(shorts, (short) => {
      const { gauge_mm2 } = short
      const beta_C = 1 / COPPER_PER_K - 20
      const k = Math.sqrt(heat_J_K_m(gauge_mm2) * (beta_C + 20) / wireResistance_Ohm(gauge_mm2, 1)) / gauge_mm2
      const share = shareOfRise(current_A(k, beta_C, short), short)
      expect(share).toBeLessThan(1.0005)
      expect(share).toBeGreaterThan(0.94)
    }), { numRuns: 400, seed: 4 })
  })

  it('is near the formula with the standard\'s own copper: cable resists up to a fifth more', () => {
    fc.assert(fc.property(shorts, (short) => {
      const share = shareOfRise(current_A(K, BETA_C, short), short)
      expect(share).toBeGreaterThan(short.end_C > 300 ? 0.9 : 0.96)
      expect(share).toBeLessThan(1.35)
    }), { numRuns: 400, seed: 5 })
  })

  it('is no warmer than what melts it', () => {
    expect(heated_C(1.5, 2000, 5, 23)).toBe(400)
    expect(heated_C(35, 10_000, 1e6, 23, 1e6)).toBe(400)
  })

  it('comes to rest where its heat is what it sheds, in many steps or one', () => {
    for (const gauge_mm2 of GAUGES_MM2) {
      const current_A = ampacity_A(gauge_mm2, 23)
      expect(heated_C(gauge_mm2, current_A, 1e5, 23, 10)).toBeCloseTo(settled_C(gauge_mm2, 23, current_A), 6)
      expect(heated_C(gauge_mm2, current_A, 1e9, 23, 1e9)).toBeCloseTo(settled_C(gauge_mm2, 23, current_A), 3)
    }
  })
})

describe('a current that comes and goes', () => {
  it('warms as its square over time does, on whichever path, and however the copper changes meanwhile', () => {
    for (let seed = 0; seed < 40; seed++) {
      const dice = new Prng(seed, 'squares')
      const { topology, source_Ohm } = randomCar(seed)
      const { cables } = topology
      const network = new Network(topology)
      const gauges = [...cables.map(cable => cable.gauge_mm2), ...cables.map(cable => cable.returnGauge_mm2 ?? cable.gauge_mm2)]
      const heat = new ConductorHeat(gauges.map(gauge_mm2 => ({ gauge_mm2, ambient_C: 20 })))
      const squares_A2s = new Float64Array(gauges.length)
      network.setSource(24, source_Ohm)
      for (let i = 0; i < 400; i++) {
        network.loads.setCurrent(dice.below(topology.hubs.length), dice.below(3), 12 * dice.below(2))
        if (dice.chance(0.05)) network.setCut(dice.below(cables.length), dice.chance(0.5) ? 'both' : 'return', dice.chance(0.3))
        if (dice.chance(0.02)) network.setShort(dice.below(cables.length), 0, dice.chance(0.5) ? 0.2 : undefined)
        network.solve()
        const dt_s = (1 + dice.below(40)) / 1000
        squares_A2s.forEach((_, one) => {
          const current_A = network.current_A(one % cables.length, one < cables.length ? 'supply' : 'return')
          squares_A2s[one]! += current_A * current_A * dt_s
        })
        network.advance(dt_s, () => undefined)
        if (heat.wait(dt_s)) {
          heat.advance(squares_A2s)
          squares_A2s.fill(0)
        }
      }
      cables.forEach((_, cable) => {
        const warmer_C = Math.max(heat.temperature_C[cable]!, heat.temperature_C[cables.length + cable]!)
        expect(network.temperature_C(cable)).toBeCloseTo(warmer_C, 6)
      })
    }
  })

  it('is not spread over a rest behind it', () => {
    const network = loaded(200, 23)
    // The fuse of the drop opens, which is no matter here.
    network.advance(0.2, () => undefined)
    network.loads.setCurrent(network.hubIndex('FL'), 0, 0)
    network.solve()
    network.advance(60, never)
    const left = Math.exp(-60 * cooling_W_K_m(4) / heat_J_K_m(4))
    expect(network.temperature_C(DROP_FL) - 23).toBeCloseTo((heated_C(4, 200, 0.2, 23) - 23) * left, 2)
  })
})

describe('the supply', () => {
  const pulses_ms = [[100, 150], [125, 125], [60, 65], [5, 245], [333, 333], [700, 50]] as const
  it.each(pulses_ms)(
    'warms a drop by the rms of what flows %i ms and rests %i ms, in whatever phase', (on_ms, off_ms) => {
      for (const phase_ms of [0, 60, 190]) {
        const kernel = new Kernel(1)
        const supply = createSupply(kernel, SEDAN_COPPER, { engine_rpm: 2000 })
        kernel.runUntil(phase_ms * 1e6)
        for (let t_ms = phase_ms; t_ms < 400_000; t_ms += on_ms + off_ms) {
          supply.setCurrent('FL', 0, 28)
          kernel.runUntil((t_ms + on_ms) * 1e6)
          supply.setCurrent('FL', 0, 0)
          kernel.runUntil((t_ms + on_ms + off_ms) * 1e6)
        }
        supply.sync()
        const rms_A = 28 * Math.sqrt(on_ms / (on_ms + off_ms))
        expect(Math.abs(supply.temperature_C('drop.FL') - settled_C(4, 23, rms_A))).toBeLessThan(0.2)
      }
    })

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
