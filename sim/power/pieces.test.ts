import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Network } from './network.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'

const CABLES = SEDAN_COPPER.cables

function sedan(): Network {
  const network = new Network(SEDAN_COPPER)
  network.setSource(12.5, 0.005)
  SEDAN_COPPER.hubs.forEach((_, hub) => network.loads.setCurrent(hub, 0, 2))
  return network
}

/** Cable, share of its length. */
const spot = fc.tuple(fc.nat(CABLES.length - 1), fc.double({ min: 0, max: 1, noNaN: true }))

describe('a short along a cable', () => {
  it('draws the more the nearer it is to the battery, and takes the volts behind it', () => {
    const network = sedan()
    const cable = network.cableIndex('spine.TRUNK')
    let before_A = Infinity
    for (let share = 0; share <= 1; share += 0.125) {
      network.setShort(cable, share * CABLES[cable]!.length_m, 0.01)
      network.solve()
      expect(network.current_A(cable)).toBeLessThan(before_A)
      before_A = network.current_A(cable)
      network.setShort(cable, share * CABLES[cable]!.length_m, undefined)
    }
    expect(before_A).toBeGreaterThan(100)
  })

  it('anywhere is between a short at the one end and at the other, and leaves nothing when it is gone', () => {
    fc.assert(fc.property(spot, fc.double({ min: 0.001, max: 10, noNaN: true }), ([cable, share], ohm) => {
      const { length_m } = CABLES[cable]!
      const volts = (at_m: number | undefined): number[] => {
        const network = sedan()
        if (at_m !== undefined) network.setShort(cable, at_m, ohm)
        expect(network.solve()).toBe(true)
        return [...network.voltage_V]
      }
      const here = volts(share * length_m)
      const near = volts(0)
      const far = volts(length_m)
      SEDAN_COPPER.hubs.forEach((_, hub) => {
        const [low, high] = [Math.min(near[hub]!, far[hub]!), Math.max(near[hub]!, far[hub]!)]
        expect(here[hub]).toBeGreaterThanOrEqual(low - 1e-3)
        expect(here[hub]).toBeLessThanOrEqual(high + 1e-3)
      })
      const mended = sedan()
      mended.setShort(cable, share * length_m, ohm)
      mended.solve()
      mended.setShort(cable, share * length_m, undefined)
      mended.solve()
      expect([...mended.voltage_V]).toEqual(volts(undefined))
    }), { numRuns: 150, seed: 5 })
  })

  it('behind an opened fuse draws nothing, and its fuse opens by it', () => {
    const network = sedan()
    const cable = network.cableIndex('drop.RR')
    network.setShort(cable, 1.3, 0.005)
    network.solve()
    expect(network.current_A(cable)).toBeGreaterThan(100)
    const opened: number[] = []
    for (let t_s = 0; t_s < 1 && opened.length === 0; t_s += 0.001) network.advance(0.001, at => opened.push(at))
    network.solve()
    expect(opened).toEqual([cable])
    expect(network.current_A(cable)).toBe(0)
    expect(network.voltage_V[network.hubIndex('RR')]).toBe(0)
    expect(network.voltage_V[network.hubIndex('RL')]).toBeGreaterThan(11)
  })

  it('and a cut: what is before the cut is shorted, what is behind it is dark', () => {
    const network = sedan()
    const cable = network.cableIndex('drop.RR')
    network.setShort(cable, 1, 0.02)
    network.setCut(cable, 'both', true, 1.5)
    network.solve()
    expect(network.current_A(cable)).toBeGreaterThan(100)
    expect(network.voltage_V[network.hubIndex('RR')]).toBe(0)
    network.setCut(cable, 'both', false, 1.5)
    network.setCut(cable, 'both', true, 0.5)
    network.solve()
    expect(network.current_A(cable)).toBe(0)
  })

  it('and another on the same cable, in either order, are the same', () => {
    const drawn = ([1.2, 0.3] as const).map((first_m) => {
      const network = sedan()
      const cable = network.cableIndex('spine.TRUNK')
      for (const at_m of [first_m, 1.5 - first_m]) network.setShort(cable, at_m, 0.1)
      network.solve()
      return network.current_A(cable)
    })
    expect(drawn[0]).toBeCloseTo(drawn[1]!, 6)
  })

  it('is one of eight at most', () => {
    const network = sedan()
    for (let i = 0; i < 8; i++) network.setShort(7, 0.1 + i / 10, 1)
    expect(() => network.setShort(7, 1.2, 1)).toThrow('shorts along cables 9 are not in 0…8')
    network.setShort(7, 0.1, 2)
    expect(network.solve()).toBe(true)
  })
})

describe('a cut along a cable', () => {
  it('anywhere is as good as at its end, of one conductor too, and is joined where it was cut', () => {
    fc.assert(fc.property(spot, fc.constantFrom('supply', 'return', 'both'), ([cable, share], conductor) => {
      const at_m = share * CABLES[cable]!.length_m
      const whole = sedan()
      whole.solve()
      const network = sedan()
      network.setCut(cable, conductor, true, at_m)
      network.solve()
      const dark = SEDAN_COPPER.hubs.filter((_, hub) => network.voltage_V[hub] === 0)
      const atEnd = sedan()
      atEnd.setCut(cable, conductor, true)
      atEnd.solve()
      expect(dark).toEqual(SEDAN_COPPER.hubs.filter((_, hub) => atEnd.voltage_V[hub] === 0))
      expect(dark.length).toBeGreaterThan(0)
      network.setCut(cable, conductor, false, at_m)
      network.solve()
      expect([...network.voltage_V]).toEqual([...whole.voltage_V])
    }), { numRuns: 100, seed: 6 })
  })

  it('of one conductor stays when only the other is joined', () => {
    const network = sedan()
    network.setCut(3, 'both', true, 0.1)
    network.setCut(3, 'supply', false, 0.1)
    network.solve()
    expect(network.voltage_V[network.hubIndex('TRUNK')]).toBe(0)
    network.setCut(3, 'return', false, 0.1)
    network.solve()
    expect(network.voltage_V[network.hubIndex('TRUNK')]).toBeGreaterThan(11)
  })
})
