import { describe, expect, it } from 'vitest'
import { CARS, readTopology } from '../car/index.ts'
import { COMMON, newCar, planOf, sizeCar, usualRear } from './index.ts'

/**
 * Measured by hand on a drawing of each body, cm: the straight pieces of the spine; of each drop what is across, along, up, over the
 * hinge, its loop, and within the door.
 */
const HAND: Readonly<Record<string, { readonly spine: readonly number[], readonly drops: Readonly<Record<string, readonly number[]>> }>> = {
  sedan: {
    spine: [33, 41, 52, 46, 70, 58, 47, 97],
    drops: {
      HOOD: [56], DASH: [18], STEREO: [54], TRUNK: [51],
      FL: [47, 5, 26, 11, 12, 33], FR: [91, 31, 26, 11, 12, 33], RL: [47, 3, 19, 11, 12, 28], RR: [97, 24, 19, 11, 12, 28],
    },
  },
  coupe: {
    spine: [31, 40, 49, 43, 65, 55, 44, 91],
    drops: {
      HOOD: [55], DASH: [18], STEREO: [53],
      TRUNK: [50], FL: [47, 4, 24, 10, 12, 52], FR: [91, 29, 24, 10, 12, 52],
    },
  },
  pickup: {
    spine: [35, 68, 36, 96, 23, 65, 27, 201, 39],
    drops: {
      HOOD: [61], DASH: [28], STEREO: [51], TRUNK: [50, 15],
      FL: [55, 3, 29, 13, 12, 38], FR: [102, 24, 29, 13, 12, 38], RL: [55, 0, 29, 13, 12, 27], RR: [105, 18, 29, 13, 12, 27],
    },
  },
  van: {
    spine: [18, 52, 43, 72, 63, 335, 57],
    drops: {
      HOOD: [60], DASH: [26], STEREO: [55], RL: [12, 73],
      RR: [144, 76, 40], TRUNK: [51, 73, 15], FL: [51, 3, 32, 13, 12, 26], FR: [109, 21, 32, 13, 12, 26],
    },
  },
  kit: {
    spine: [20, 75, 27, 153, 21],
    drops: { HOOD: [46], DASH: [24], TRUNK: [41], FL: [56, 2, 18, 8, 12, 30], FR: [72, 17, 18, 8, 12, 30] },
  },
}
const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)

/** Slack of a twentieth, and 6 cm at the plug of a hub. */
const cut_m = (pieces_cm: readonly number[], plugs: number): number => (1.05 * total(pieces_cm) + 6 * plugs) / 100

describe.each(Object.keys(HAND))('the %s', (name) => {
  const car = CARS[name]!
  const { spine, drops } = HAND[name]!

  it('is sized to metres and copper that a hand calculation finds within a tenth', () => {
    const sized = sizeCar(car)
    const plan = planOf(sized.car)
    const byHand_m = { spine: cut_m(spine, 0), drops: total(Object.values(drops).map(pieces => cut_m(pieces, 1))) }
    expect(Math.abs(plan.totals.spine_m / byHand_m.spine - 1), `spine ${plan.totals.spine_m} m, by hand ${byHand_m.spine} m`).toBeLessThan(0.1)
    expect(Math.abs(plan.totals.drops_m / byHand_m.drops - 1), `drops ${plan.totals.drops_m} m, by hand ${byHand_m.drops} m`).toBeLessThan(0.1)
    // 8.96 g of copper to a metre and mm², there and back.
    const gauge = (cable: string): number => sized.choices.find(one => one.name === cable)!.gauge_mm2
    const first = car.hubs[0]!.location
    const spine_kg = 2 * 8.96e-3 * (gauge(`spine.${first}`) * cut_m(spine.slice(0, 1), 0) + gauge(`spine.${car.hubs[1]!.location}`) * cut_m(spine.slice(1), 0))
    const drops_kg = total(Object.entries(drops).map(([hub, pieces]) => 2 * 8.96e-3 * gauge(`drop.${hub}`) * cut_m(pieces, 1)))
    expect(Math.abs(sized.copper_kg / (spine_kg + drops_kg) - 1), `${sized.copper_kg} kg, by hand ${spine_kg + drops_kg} kg`).toBeLessThan(0.1)
  })

  it('as it comes, nothing in it fails', () => {
    expect(planOf(car).weak.filter(one => one.severity === 'fails')).toEqual([])
  })
})

describe('a new car', () => {
  it.each(['sedan', 'coupe', 'pickup', 'van', 'kit'] as const)('a usual %s is one, is sized, and nothing in it fails', (body) => {
    const car = newCar({ name: 'mine', body, ...COMMON[body] })
    expect(readTopology(car).body?.type).toBe(body)
    expect(planOf(car).weak.filter(one => one.severity !== 'note')).toEqual([])
  })

  it('a coupe with four doors has rear doors, a kit car cannot, a van keeps its slider with two', () => {
    expect(usualRear('coupe', 4)).toContain('window')
    expect([usualRear('coupe', 2), usualRear('kit', 2)]).toEqual([[], []])
    expect(usualRear('van', 2)).toContain('fan')
    expect(() => newCar({ name: 'mine', body: 'kit', ...COMMON.kit, doors: 4 })).toThrow('wish.doors: a kit has two')
  })

  it('what cannot be is told, all at once', () => {
    const { fittings } = COMMON.kit
    expect(() => newCar({ name: 'mine', body: 'kit', doors: 2, seats: 0, fittings: { ...fittings, rear: ['latch'], hood: ['window', 'latch', 'latch'] } })).toThrow([
      'wish.seats: 0 is not a whole number in 1…12',
      'wish.fittings.rear: a kit has no RL, RR',
      'wish.fittings.hood[0]: window does not fit there; there fit latch, headlamps',
      'wish.fittings.hood[2]: there is latch already',
      'wish.fittings.rear: a car with two doors has no rear doors',
    ].join('\n'))
  })
})
