import { describe, expect, it } from 'vitest'
import { DataError } from '../schema/index.ts'
import { createCar } from './car.ts'
import { COUPE } from './coupe.ts'
import { readFaults } from './faults.ts'
import { schedulePowerFaults } from './power-faults.ts'
import { SEDAN } from './sedan.ts'

/** The lines of the DataError that it throws. */
function problemsOf(act: () => unknown): readonly string[] {
  try {
    act()
  } catch (error) {
    if (error instanceof DataError) return error.problems
    throw error
  }
  return []
}

const HUBS = 'HOOD, DASH, FL, FR, STEREO, RL, RR, TRUNK'
const BUS = {
  dropped: ['RL', 'FLL'], frameLossRate: { TRUNKS: 0.5 }, nodeBitErrorRate: { roof: 1e-5 }, babbling: { hod: { id: 1 } }, cuts: [6, 7, -1],
}
const POWER = {
  copper: [
    { kind: 'cut' as const, cable: 'drop.XL' }, { kind: 'short' as const, hub: 'ATTIC', resistance_Ohm: 1 }, { kind: 'fuse' as const, cable: 'spine.RL' },
  ],
}
const BUS_PROBLEMS = [
  `faults.nodeBitErrorRate.roof: "roof" is not one of ${HUBS}`,
  `faults.frameLossRate.TRUNKS: "TRUNKS" is not one of ${HUBS}; did you mean TRUNK?`,
  `faults.babbling.hod: "hod" is not one of ${HUBS}; did you mean HOOD?`,
  `faults.dropped[1]: "FLL" is not one of ${HUBS}; did you mean FL?`,
  'faults.cuts[1]: is 7, not a place between two hubs: 0 (behind HOOD) … 6 (behind RR)',
  'faults.cuts[2]: is -1, not a place between two hubs: 0 (behind HOOD) … 6 (behind RR)',
]

describe('faults that name what the car has not', () => {
  it('are refused by the car, all at once, each with its path, and the names that there are', () => {
    expect(problemsOf(() => createCar({ faults: BUS }))).toEqual(BUS_PROBLEMS)
  })

  it('are refused by the copper', () => {
    expect(problemsOf(() => schedulePowerFaults(createCar(), POWER))).toEqual([
      expect.stringMatching(/^faults\.copper\[0\]\.cable: "drop\.XL" is not one of spine\.HOOD, .*; did you mean drop\.FL\?$/),
      `faults.copper[1].hub: "ATTIC" is not one of ${HUBS}`,
      expect.stringMatching(/^faults\.copper\[2\]\.cable: spine\.RL has no fuse; spine\.HOOD, drop\.HOOD, .* have one$/),
    ])
  })

  it('are refused where a cable is not so long, in a file and by the car', () => {
    const short = { kind: 'cableShort' as const, cable: 'drop.FL' as const, at_m: 1.5, resistance_Ohm: 0.01 }
    expect(problemsOf(() => readFaults({ copper: [short, { kind: 'cut', cable: 'spine.RL', at_m: 0.7 }, { ...short, at_m: 1.4 }] }, SEDAN))).toEqual([
      'faults.copper[0].at_m: is 1.5, not a number in 0…1.4 m, the length of drop.FL',
      'faults.copper[1].at_m: is 0.7, not a number in 0…0.6 m, the length of spine.RL',
    ])
    expect(() => createCar().powerFault(short)).toThrow(new RangeError('spot along drop.FL 1.5 m is not in 0…1.4 m'))
    expect(() => createCar().powerFault({ kind: 'cut', cable: 'drop.FL', at_m: NaN })).toThrow('spot along drop.FL NaN m')
  })

  it('are refused in a file, those of bus and copper together', () => {
    const copper = POWER.copper.map(fault => ({ ...fault }))
    expect(problemsOf(() => readFaults({ ...BUS, cuts: [6], copper: [copper[1]] }, SEDAN)))
      .toEqual([...BUS_PROBLEMS.slice(0, 4), `faults.copper[0].hub: "ATTIC" is not one of ${HUBS}`])
  })

  it('are those of this car: a coupe has no rear doors, and fewer places for a cut', () => {
    expect(problemsOf(() => createCar({ topology: COUPE, faults: { dropped: ['RL'], cuts: [5] } }))).toEqual([
      'faults.dropped[0]: "RL" is not one of HOOD, DASH, FL, FR, STEREO, TRUNK; did you mean FL?',
      'faults.cuts[0]: is 5, not a place between two hubs: 0 (behind HOOD) … 4 (behind STEREO)',
    ])
  })
})

describe('an ambient', () => {
  it('is felt by the boards at its place, and by its copper in time', () => {
    const car = createCar()
    schedulePowerFaults(car, { ambient: { door: 80 } })
    car.boot()
    car.run(60_000)
    expect(car.hub('RL').temperature_C).toBe(80)
    expect(car.hub('DASH').temperature_C).toBe(23)
    const { cables } = car.snapshot().power
    expect(cables['drop.RL']!.temperature_C).toBeGreaterThan(50)
    expect(cables['drop.RL']!.ampacity_A).toBeCloseTo(24, 1)
    expect(cables['drop.DASH']!.temperature_C).toBeLessThan(24)
    expect(() => car.setAmbient_C('door', 150)).toThrow('ambient of the door 150 °C is not in -40…149 °C')
  })
})

describe('faults with wrong fields', () => {
  it('are told all at once', () => {
    const faults = {
      bitErrorRate: '1', dropped: 'FL', stuckDominant: 1, babbling: { FL: { id: 0x800, extended: false }, FR: { id: -1, lenght: 9 } },
      copper: [{ kind: 'melt' }, { kind: 'corrosion', cable: 'drop.FL', until_ms: 1, at_ms: 2, extra_Ohm: 1 }],
      supply: [{ kind: 'jumpStart', duration_ms: 0 }, { kind: 'reverse', level: 'I' }], battery: { charge: NaN },
    }
    expect(problemsOf(() => readFaults(faults, SEDAN))).toEqual([
      'faults.babbling.FR.lenght: is not known here: id, extended, length; did you mean length?',
      'faults.supply[1].level: is not known here: kind, at_ms, duration_ms',
      'faults.bitErrorRate: is "1", not a chance per bit, 0 to 1',
      'faults.dropped: is "FL", not a list of nodes, like ["FL"]',
      'faults.babbling.FL.id: is 2048, not a number in 0…2047, as "extended" is false',
      'faults.babbling.FR.id: is -1, not a number in 0…536870911',
      'faults.stuckDominant: is 1, not true or false',
      'faults.copper[0].kind: "melt" is not one of cut, corrosion, fuse, short, diode, cableShort',
      'faults.copper[1].until_ms: is 1, not a number in 2…86400000 ms',
      'faults.supply[0].duration_ms: is 0, not a number in 1…3600000 ms',
      'faults.battery.charge: is NaN, not a number in 0…1',
    ])
  })
})
