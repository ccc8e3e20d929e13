import { describe, expect, it } from 'vitest'
import { capabilityOf, predictMinimumVoltage } from './capability.ts'
import { divided, twoSpines } from './cables.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'
import type { CopperTopology } from './topology.ts'

/** What the sedan draws with everything that runs at once running: windows, heaters, amplifier, lamps, boards. A. */
const RUNNING_A = { FL: 9 + 4 + 0.3, FR: 9 + 4 + 0.3, RL: 9 + 0.3, RR: 9 + 0.3, STEREO: 15, HOOD: 10 + 0.3, DASH: 2, TRUNK: 6 + 0.3 }
const STALL_A = 20
const LATCH_A = 8

describe('what the sedan can carry', () => {
  const capability = capabilityOf(SEDAN_COPPER)
  const limits_A = (name: string): (number | undefined)[] => {
    const cable = capability.cables.find(other => other.name === name)
    return [cable?.limit_A, cable?.peakLimit_A]
  }

  it('is known by cable: copper, fuse, and the lesser of both with what is before it', () => {
    expect(capability.cables[0]).toMatchObject({ name: 'spine.HOOD', kind: 'segment', fuse_A: 100, limit_A: 75, peakLimit_A: 100 })
    expect(capability.cables[0]!.ampacity_A).toBeCloseTo(128.3, 1)
    expect(capability.cables[1]!.ampacity_A).toBeCloseTo(105.8, 1)
    expect(capability.cables.find(cable => cable.name === 'drop.RL')?.ampacity_A).toBeCloseTo(24, 1)
    expect(capability.cables[7]).toMatchObject({ name: 'spine.TRUNK', fuse_A: Infinity, limit_A: 75, peakLimit_A: 100 })
    expect(limits_A('drop.FL')).toEqual([18.75, 25])
    expect(limits_A('drop.RL')).toEqual([15, 20])
    expect(capability.cables.filter(cable => cable.kind === 'drop')).toHaveLength(8)
  })

  it('is known by hub: its way from the battery', () => {
    const front = capability.hubs.find(hub => hub.name === 'FL')
    expect(front?.paths.map(way => way.map(i => capability.cables[i]!.name))).toEqual([['spine.HOOD', 'spine.DASH', 'spine.FL', 'drop.FL']])
    capability.hubs.forEach((hub, h) => capability.cables.forEach((_, cable) => {
      expect(capability.share[cable]![h]).toBeCloseTo(hub.paths[0]!.includes(cable) ? 1 : 0, 9)
    }))
  })

  it('holds resistances that are the sum of both conductors along the way', () => {
    capability.hubs.forEach((hub, h) => {
      const way_Ohm = hub.paths[0]!.reduce((sum, cable) => sum + capability.cables[cable]!.resistance_Ohm, 0)
      expect(capability.transfer_Ohm[h]![h]).toBeCloseTo(way_Ohm, 9)
    })
  })

  it('lets everything run together above 9 V, and one latch with it', () => {
    const prediction = predictMinimumVoltage(SEDAN_COPPER, { ...RUNNING_A, STEREO: 9, HOOD: 7 })
    expect(prediction.overloaded).toEqual([])
    expect(prediction.minimum_V).toBeGreaterThan(9)
    const someOff = { ...RUNNING_A, FL: RUNNING_A.FL - 4, FR: RUNNING_A.FR - 4, STEREO: 9, TRUNK: RUNNING_A.TRUNK + LATCH_A }
    expect(predictMinimumVoltage(SEDAN_COPPER, someOff).overloaded).toEqual([])
  })

  it('lets one window stall for a moment while the others run, once the heaters wait', () => {
    const one = { ...RUNNING_A, FL: STALL_A + 0.3, FR: 9.3, HOOD: 5, STEREO: 10 }
    expect(predictMinimumVoltage(SEDAN_COPPER, one).overPeak).toEqual([])
    expect(predictMinimumVoltage(SEDAN_COPPER, one).overloaded).toEqual(['drop.FL'])
  })

  it('does not let all peaks come at once, nor a front window\'s stall with its heater and latch', () => {
    const peaks = { FL: 20 + 4 + 8, FR: 20 + 4 + 8, RL: 20 + 8, RR: 20 + 8, STEREO: 15, HOOD: 18, DASH: 2, TRUNK: 14 }
    const prediction = predictMinimumVoltage(capability, peaks)
    expect(prediction.overPeak).toContain('spine.HOOD')
    expect(prediction.overPeak).toContain('drop.FL')
    expect(prediction.minimum_V).toBeLessThan(9)
    expect(predictMinimumVoltage(capability, { FL: STALL_A + 4 }).overPeak).toEqual([])
    expect(predictMinimumVoltage(capability, { FL: STALL_A + 4 + LATCH_A }).overPeak).toEqual(['drop.FL'])
  })
})

describe('prediction', () => {
  it('is source minus copper, and names the worst hub', () => {
    const topology: CopperTopology = {
      layout: 'line', battery: 'battery', taps: [], hubs: ['A', 'B'],
      cables: ['A', 'B'].map((hub, i) => ({
        name: `drop.${hub}`, from: 'battery', to: hub, length_m: 1 + i, gauge_mm2: 2.5, connectors: 0, fuse: { rating_A: 20, resistance_mOhm: 0 },
      })),
    }
    const prediction = predictMinimumVoltage(topology, { A: 10, B: 10 }, { emf_V: 12, resistance_Ohm: 0.01 })
    expect(prediction.hub).toBe('B')
    // Both lie in the engine bay, at 100 °C.
    const hot_Ohm_m = 0.0076 * (1 + 0.00393 * 80)
    expect(prediction.voltage_V[0]).toBeCloseTo(12 - 0.2 - 10 * 2 * hot_Ohm_m, 9)
    expect(prediction.minimum_V).toBeCloseTo(12 - 0.2 - 10 * 4 * hot_Ohm_m, 9)
    expect(prediction.current_A.map(Math.round)).toEqual([10, 10])
    expect(predictMinimumVoltage(topology, {}).minimum_V).toBe(12)
  })

  it('refuses hubs and currents that are none', () => {
    expect(() => predictMinimumVoltage(SEDAN_COPPER, { XX: 1 })).toThrow('there is no hub "XX"')
    expect(() => predictMinimumVoltage(SEDAN_COPPER, { FL: -1 })).toThrow('current -1 A at FL is not 0 or more')
    expect(() => predictMinimumVoltage(SEDAN_COPPER, { FL: Infinity })).toThrow(RangeError)
  })

  it('in a ring knows both ways and does not count on a fuse of only one', () => {
    const ring: CopperTopology = {
      layout: 'ring', battery: 'battery', taps: ['front', 'rear'], hubs: ['FRONT'],
      cables: [
        { name: 'left', from: 'battery', to: 'front', length_m: 1, gauge_mm2: 6, fuse: { rating_A: 30 } },
        { name: 'right', from: 'battery', to: 'rear', length_m: 1, gauge_mm2: 6, fuse: { rating_A: 30 } },
        { name: 'bridge', from: 'front', to: 'rear', length_m: 1, gauge_mm2: 6 },
        { name: 'drop', from: 'front', to: 'FRONT', length_m: 1, gauge_mm2: 10, fuse: { rating_A: 50 } },
      ],
    }
    const capability = capabilityOf(ring)
    expect(capability.hubs[0]!.paths).toEqual([[0, 3], [1, 2, 3]])
    expect(capability.cables[3]).toMatchObject({ limit_A: 37.5, peakLimit_A: 50 })
    expect(capability.cables[2]).toMatchObject({ limit_A: 22.5, peakLimit_A: 30 })
    expect(capability.share[2]![0]).toBeLessThan(0)
    expect(predictMinimumVoltage(ring, { FRONT: 48 }).overPeak).toEqual(['left'])
    expect(predictMinimumVoltage(ring, { FRONT: 36 }).overloaded).toEqual(['left'])
  })
})

describe('a car with two spines', () => {
  const single = capabilityOf(SEDAN_COPPER)
  const dual = capabilityOf(twoSpines(divided(SEDAN_COPPER, 'spine.RL', 60)))

  it('carries by each of them what either carries alone, so that nothing is too much when one is gone', () => {
    for (const hub of dual.hubs) expect(hub.paths).toHaveLength(2)
    single.cables.forEach((cable, i) => {
      const twins = dual.cables.flatMap((other, at) => other.name === cable.name || other.name === `B.${cable.name}` ? [at] : [])
      expect(twins).toHaveLength(2)
      for (const twin of twins) {
        expect(dual.share[twin]).toEqual(single.share[i]!.map(share => share > 0.5 ? 1 : 0))
        expect(dual.cables[twin]!.limit_A).toBe(/RL|RR|TRUNK/.test(cable.name) && cable.kind === 'segment' ? 45 : cable.limit_A)
      }
    })
  })

  it('loses as many volts by one spine as it counts with, and fewer by both', () => {
    dual.transfer_Ohm.forEach((row, at) => row.forEach((ohm, by) => expect(ohm).toBeGreaterThan(single.transfer_Ohm[at]![by]! - 1e-9)))
    const volts = predictMinimumVoltage(dual, { FL: 9, RR: 9 }).voltage_V
    const before = predictMinimumVoltage(single, { FL: 9, RR: 9 }).voltage_V
    volts.forEach((hub_V, i) => expect(before[i]! - hub_V).toBeLessThan(0.2))
  })
})
