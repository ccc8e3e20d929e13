import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Admission, CARS, readTopology, type TopologyData } from '../car/index.ts'
import { denseVoltages } from '../power/testing/index.ts'
import { planOf, sizeCar, type SizeGoal } from './index.ts'
import { COMMON, newCar } from './new-car.ts'

const GOOD = { supplyExtra_Ohm: 0, returnExtra_Ohm: 0 }
const CUT = { supplyExtra_Ohm: Infinity, returnExtra_Ohm: Infinity }

const sized = (name: string, layout?: SizeGoal['layout']): TopologyData => sizeCar(CARS[name]!, { together: 0.8, layout }).car
const SIZED: Readonly<Record<string, () => TopologyData>> = {
  ...Object.fromEntries(Object.keys(CARS).map(name => [name, () => sized(name)])),
  'van on two spines': () => sized('van', 'dual'),
  'kit as a ring': () => sized('kit', 'ring'),
}

/** Cables whose failure a car survives: what begins either of two spines. */
function survived({ copper }: TopologyData): number[] {
  if (copper.layout !== 'dual') return []
  return copper.cables.flatMap((cable, i) => cable.from === copper.battery ? [i] : [])
}

describe.each(Object.entries(SIZED))('the sized %s', (_name, make) => {
  const car = make()
  const { copper } = readTopology(car)
  const admission = new Admission(readTopology(car))

  it('whatever the manager admits leaves every hub 9 V, by a solver of its own, on either spine alone', () => {
    const { consumers, source } = admission
    fc.assert(fc.property(fc.subarray([...consumers]), fc.integer({ min: -1, max: 1 }), (wanted, cut) => {
      const running = wanted.filter((_, i) => admission.admits(wanted.slice(0, i + 1)))
      if (!admission.admits(running)) return
      const drawn = admission.currentsOf(running)
      const broken = survived(car)[cut]
      const conditions = copper.cables.map((_, i) => i === broken ? CUT : GOOD)
      const { voltage_V } = denseVoltages(copper, conditions, source.emf_V, source.resistance_Ohm, copper.hubs.map(hub => drawn[hub]!), 70)
      for (const [i, hub] of copper.hubs.entries()) expect(voltage_V[i], `${hub} with ${running.map(one => one.name).join(', ')}`).toBeGreaterThan(8.999)
    }), { numRuns: 40, seed: 7 })
  })

  it('has nothing that fails or has to take turns', () => {
    expect(planOf(car).weak.filter(one => one.severity !== 'note')).toEqual([])
  })
})

describe('two spines', () => {
  it('are each what one alone would be, with everything twice but hubs and their components', () => {
    const [one, two] = [sized('coupe'), sized('coupe', 'dual')]
    expect(readTopology(two).copper.layout).toBe('dual')
    const spineA = two.copper.cables.slice(0, one.copper.cables.length)
    expect(two.copper.cables).toHaveLength(2 * one.copper.cables.length)
    for (const [i, cable] of spineA.entries()) {
      expect(cable.length_m).toBe(one.copper.cables[i]!.length_m)
      expect(cable.gauge_mm2, cable.name).toBeGreaterThanOrEqual(one.copper.cables[i]!.gauge_mm2)
      expect(two.copper.cables[spineA.length + i]).toMatchObject({ name: `B.${cable.name}`, gauge_mm2: cable.gauge_mm2 })
    }
    const parts = (car: TopologyData): Record<string, number> => Object.fromEntries(planOf(car).parts.map(line => [line.id, line.amount]))
    const [single, double] = [parts(one), parts(two)]
    for (const id of ['terminator-120', 'tap', 'plug-drop']) expect(double[id], id).toBe(2 * single[id]!)
    expect(double['plug-part']).toBe(single['plug-part'])
    expect(double['board-dual-door']).toBe(single['board-door'])
  })

  it('divide where a fuse does that the main fuse outlasts; a fuse that is there is rated for what is behind it', () => {
    const fuses = ({ copper: { cables, taps } }: TopologyData): (string | number)[][] =>
      cables.flatMap(({ name, to, fuse }) => taps.includes(to) && fuse !== undefined ? [[name, fuse.rating_A]] : [])
    expect(fuses(sized('sedan', 'dual'))).toEqual([['spine.HOOD', 100], ['spine.FR', 60], ['B.spine.HOOD', 100], ['B.spine.FR', 60]])
    expect(fuses(sized('sedan-dual')).slice(0, 2)).toEqual([['spine.HOOD', 100], ['spine.RL', 30]])
  })

  it('become one again, and one becomes a ring, from any layout', () => {
    const line = sized('sedan-dual', 'line')
    const names = ({ copper }: TopologyData): string[] => copper.cables.map(cable => cable.name)
    expect(names(line)).toEqual(names(CARS['sedan']!))
    expect(line.copper.cables.some(cable => cable.diode !== undefined)).toBe(false)
    expect(sized('sedan-dual', 'ring').copper.layout).toBe('ring')
    expect(sizeCar(sized('kit', 'ring'), { together: 0.8, layout: 'line' }).car.copper).toEqual(sized('kit').copper)
  })
})

describe('one hub alone', () => {
  it('is sized for all that it has, not for a share of it', () => {
    const { fittings } = COMMON.coupe
    const bare = newCar({ name: 'bare', body: 'coupe', doors: 2, seats: 2, fittings: { ...fittings, front: [], hood: ['headlamps'], console: [], trunk: [] } })
    expect(bare.hubs.map(hub => hub.location)).toEqual(['HOOD', 'DASH'])
    expect(planOf(bare).weak.filter(one => one.severity !== 'note')).toEqual([])
  })
})
