import { describe, expect, it } from 'vitest'
import { CARS, readTopology, type TopologyData } from '../car/index.ts'
import { DataError } from '../schema/index.ts'
import { changed } from '../schema/testing/index.ts'
import { planOf, readPrices, sizeCar } from './index.ts'

/** A car whose fields were changed by path. */
function carWith(name: string, fields: Readonly<Record<string, unknown>>): TopologyData {
  const car = changed(CARS[name], fields)
  readTopology(car)
  return car as TopologyData
}

describe('the plan of the sedan', () => {
  const plan = planOf(CARS['sedan']!)

  it('tells of each cable what flows at the worst admitted load, and no more than it carries', () => {
    for (const cable of plan.cables) {
      expect(cable.load_A, cable.name).toBeLessThanOrEqual(cable.limit_A)
      expect(cable.temperature_C, cable.name).toBeGreaterThanOrEqual(cable.ambient_C)
      expect(cable.temperature_C, cable.name).toBeLessThanOrEqual(cable.insulation_C)
    }
    // The manager fills the spine to within one small component of its fuse.
    expect(plan.cables[0]!.load_A).toBeGreaterThan(0.95 * plan.cables[0]!.limit_A)
  })

  it('tells of each hub the least volts, which the manager keeps at 9 or more', () => {
    for (const hub of plan.hubs) expect(hub.least_V, hub.name).toBeGreaterThanOrEqual(9)
  })

  it('codes the place of a hub in its plug', () => {
    const coded = (name: string): string[] =>
      plan.hubs.find(hub => hub.name === name)!.plugs[0]!.pins.map(pin => pin.signal).filter(signal => signal.includes('tied'))
    expect(coded('FL')).toEqual(['coding 1: tied to pin 2'])
    expect(coded('DASH')).toEqual(['coding 1: tied to pin 2', 'coding 4: tied to pin 2'])
  })

  it('counts for metres and mass what a hand calculation counts', () => {
    // Spine: one pair of 25 mm² over 0.4 m, 16 mm² over 4.7 m; drops by gauge, m: 4 mm² 4.4, 2.5 mm² 4.6, 1.5 mm² 0.6.
    const power_g = 2 * 8.96 * (25 * 0.4 + 16 * 4.7 + 4 * 4.4 + 2.5 * 4.6 + 1.5 * 0.6)
    const pair_g = 2 * 8.96 * 0.5 * (4.7 + 9.6)
    const copper_kg = plan.cables.reduce((sum_kg, cable) => sum_kg + cable.copper_kg, 0)
    expect(copper_kg).toBeCloseTo((power_g + pair_g) / 1000, 3)
    expect([plan.totals.spine_m, plan.totals.drops_m].map(length_m => Number(length_m.toFixed(6)))).toEqual([5.1, 9.6])
  })
})

describe('what is too weak', () => {
  it('is told with the smallest change that mends it, and the change does', () => {
    const car = carWith('sedan', { 'copper.cables.13.fuse.rating_A': 7.5, 'copper.cables.13.gauge_mm2': 0.5 })
    const weak = planOf(car).weak.filter(one => one.severity === 'fails')
    expect(weak.map(one => one.where)).toEqual(['RL.window', 'RL.latch'])
    expect(weak[0]).toMatchObject({ what: 'never gets its 9.0 A', mend: 'drop.RL: 1.5 mm² instead of 0.5 and a fuse of 15 A instead of 7.5, +0.02 kg of copper' })
    const mended = carWith('sedan', { 'copper.cables.13.fuse.rating_A': 15, 'copper.cables.13.gauge_mm2': 1.5 })
    expect(planOf(mended).weak.filter(one => one.what.startsWith('never'))).toEqual([])
  })

  it('a spine on which half the car must wait', () => {
    const car = carWith('coupe', { 'copper.cables.0.fuse.rating_A': 40 })
    expect(planOf(car).weak.find(one => one.where === 'spine')).toMatchObject({
      severity: 'takes turns', mend: expect.stringContaining('behind') as string,
    })
  })
})

describe('sizing', () => {
  it.each(['line', 'ring'] as const)('a %s: the sized car is one, carries its load, and nothing in it is too weak', (layout) => {
    const { car, choices } = sizeCar(CARS['coupe']!, { together: 0.8, layout })
    expect(readTopology(car).copper.layout).toBe(layout)
    expect(choices.every(one => one.gauge_mm2 >= 0.75)).toBe(true)
    expect(planOf(car).weak.filter(one => one.severity === 'fails')).toEqual([])
  })

  it('chooses for the sedan what people had chosen for it', () => {
    const { choices } = sizeCar(CARS['sedan']!)
    const of = (name: string): string => {
      const { gauge_mm2, fuse_A } = choices.find(one => one.name === name)!
      return `${gauge_mm2} mm² ${fuse_A ?? ''}`
    }
    expect(['spine.HOOD', 'spine.DASH', 'drop.HOOD', 'drop.RL'].map(of)).toEqual(['25 mm² 100', '16 mm² ', '4 mm² 25', '2.5 mm² 20'])
  })

  it('names every component that no gauge can feed, at once', () => {
    const channels = Array.from({ length: 8 }, (_, i) => ({ name: `flood ${i}`, kind: 'bulb', rated_W: 100 }))
    const lamps = [0, 1, 2, 3].map(i => ({ class: 'lamp', name: `lamp${i}`, channels }))
    const car = carWith('sedan', { 'hubs.0.ports': lamps, 'hubs.7.ports': lamps })
    let problems: readonly string[] = []
    try {
      sizeCar(car)
    } catch (error) {
      problems = (error as DataError).problems
    }
    expect(problems).toEqual([expect.stringContaining('car.hubs[0]: its components draw'), expect.stringContaining('car.hubs[7]: its components draw')])
  })
})

describe('prices', () => {
  it('make costs of the parts that have one', () => {
    const prices = readPrices({ currency: 'EUR', prices: { 'wire-16-RD': { price: 2, per: 'm' }, 'board-door': { price: 30, per: 'piece' } } })
    const { totals: { cost } } = planOf(CARS['sedan']!, { prices })
    expect(cost).toMatchObject({ currency: 'EUR', amount: expect.closeTo(2 * 4.7 + 4 * 30, 6) as number })
    expect(cost!.without).toContain('wire-16-BK')
  })

  it('without a unit, a currency or a number are refused by path, all at once', () => {
    expect(() => readPrices({ prices: { a: { price: 'x', per: 'm' }, b: { price: 1 }, c: { price: -1, per: 'kg' } } })).toThrow(new DataError([
      'prices.currency: is missing', 'prices.prices.a.price: is "x", not a number in 0…1000000', 'prices.prices.b.per: is missing',
      'prices.prices.c.price: is -1, not a number in 0…1000000', 'prices.prices.c.per: "kg" is not one of m, piece',
    ]))
    const wrong = readPrices({ currency: 'EUR', prices: { 'wire-16-RD': { price: 2, per: 'piece' } } })
    expect(() => planOf(CARS['sedan']!, { prices: wrong })).toThrow('prices.prices.wire-16-RD.per: is piece, but it is counted in metres (m)')
  })
})
