import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Network } from './network.ts'
import { divided, twoSpines } from './cables.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'
import { DataError, problemsOf } from '../schema/index.ts'
import { copperSchema, parseCopper } from './validate.ts'

type Loose = Record<string, unknown>
type LooseCopper = Loose & { cables: Loose[], taps: unknown[], hubs: unknown[] }

const findProblems = (value: unknown, path = 'copper'): string[] => problemsOf(copperSchema, value, path)

/** The sedan's copper as JSON, changed. */
function changed(change: (copper: LooseCopper) => void): unknown {
  const copper = JSON.parse(JSON.stringify(SEDAN_COPPER)) as LooseCopper
  change(copper)
  return copper
}

describe('the sedan', () => {
  it('has nothing wrong', () => {
    expect(findProblems(SEDAN_COPPER)).toEqual([])
    expect(parseCopper(changed(() => {}))).toEqual(SEDAN_COPPER)
  })
})

describe('a car file that knows no places', () => {
  it('stays right: copper at 50 °C, its spine at 40 °C, was sized for insulation that bears 70 °C', () => {
    for (const ambient_C of [undefined, 50, 60]) {
      const old = changed((c) => {
        c.ambient_C = ambient_C
        if (ambient_C === undefined) delete c.ambient_C
        c.cables.forEach((cable, i) => {
          delete cable.insulation
          if (i < 8 && ambient_C !== undefined) cable.ambient_C = 40
        })
        c.cables[0]!.fuse = { rating_A: ambient_C === undefined ? 69 : 80, i2t_A2s: 64_000 }
        if (ambient_C === undefined) c.cables[15]!.fuse = { rating_A: 22 }
      })
      expect(findProblems(old)).toEqual([])
    }
  })
})

describe('a wrong field is named with its path', () => {
  const cases: [string, Parameters<typeof changed>[0], string][] = [
    ['layout', c => c.layout = 'star', 'copper.layout: "star" is not one of line, ring'],
    ['battery', c => delete c.battery, 'copper.battery: is missing'],
    ['taps', c => (c as Loose).taps = {}, 'copper.taps: is an object, not a list'],
    ['a tap', c => c.taps[2] = 7, 'copper.taps[2]: is 7, not a text'],
    ['a hub', c => c.hubs[1] = '', 'copper.hubs[1]: is "", not a text'],
    ['no hub', (c) => {
      c.hubs = []
      c.cables = c.cables.slice(0, 8)
    }, 'copper.hubs: there is none'],
    ['ambient', c => c.ambient_C = 150, 'copper.ambient_C: is 150, not a number in -40…149 °C'],
    ['ambient that is none', c => c.cables[2]!.ambient_C = NaN, 'copper.cables[2].ambient_C: is NaN, not a number'],
    ['ambient above the insulation', c => c.cables[15]!.ambient_C = 105, 'copper.cables[15].ambient_C: 105 °C is not below the 105 °C that the cable\'s insulation bears'],
    ['place', c => c.cables[2]!.place = 'roof', 'copper.cables[2].place: "roof" is not one of cabin, door, engineBay'],
    ['insulation', c => c.cables[2]!.insulation = 'PVC', 'copper.cables[2].insulation: "PVC" is not one of A, B, C, D'],
    ['kind of fuse', c => c.cables[15]!.fuse = { rating_A: 20, kind: 'glass' }, 'copper.cables[15].fuse.kind: "glass" is not one of blade, bolted'],
    ['cables', c => (c as Loose).cables = 'none', 'copper.cables: is "none", not a list'],
    ['a cable', c => (c.cables as unknown[])[3] = null, 'copper.cables[3]: is null, not an object'],
    ['a list as cable', c => (c.cables as unknown[])[3] = [], 'copper.cables[3]: is a list, not an object'],
    ['negative length', c => c.cables[3]!.length_m = -1, 'copper.cables[3].length_m: is -1, not a number in 0.01…50 m'],
    ['length as text', c => c.cables[3]!.length_m = '1', 'copper.cables[3].length_m: is "1", not a number in 0.01…50 m'],
    ['length that is none', c => c.cables[3]!.length_m = NaN, 'copper.cables[3].length_m: is NaN, not a number'],
    ['unknown gauge', c => c.cables[9]!.gauge_mm2 = 3, 'copper.cables[9].gauge_mm2: 3 mm² is not one of 0.5, 0.75'],
    ['unknown return gauge', c => c.cables[9]!.returnGauge_mm2 = '4', 'copper.cables[9].returnGauge_mm2: "4" mm² is not one of'],
    ['half a connector', c => c.cables[0]!.connectors = 1.5, 'copper.cables[0].connectors: 1.5 is not a whole number'],
    ['many connectors', c => c.cables[0]!.connectors = 9, 'copper.cables[0].connectors: is 9, not a number in 0…8'],
    ['contact', c => c.cables[0]!.contact_mOhm = -1, 'copper.cables[0].contact_mOhm: is -1, not a number in 0…1000 mΩ'],
    ['fuse', c => c.cables[15]!.fuse = 20, 'copper.cables[15].fuse: is 20, not an object'],
    ['rating', c => c.cables[15]!.fuse = { rating_A: 0 }, 'copper.cables[15].fuse.rating_A: is 0, not a number in 1…500 A'],
    ['unknown field of a fuse', c => c.cables[15]!.fuse = { rating_A: 20, slow: true }, 'copper.cables[15].fuse.slow: is not known here: rating_A, kind, i2t_A2s'],
    ['unknown field', c => c.cables[15]!.lenght_m = 1, 'copper.cables[15].lenght_m: is not known here: name, from, to, length_m'],
    ['duplicate node', c => c.hubs[1] = 'HOOD', 'copper.hubs[1]: the name "HOOD" is already that of copper.hubs[0]'],
    ['hub named as the battery', c => c.hubs[0] = 'battery', 'copper.hubs[0]: the name "battery" is already that of copper.battery'],
    ['duplicate cable', c => c.cables[1]!.name = 'spine.HOOD', 'copper.cables[1].name: the name "spine.HOOD" is already that of copper.cables[0].name'],
    ['no such node', c => c.cables[1]!.to = 'tap.x', 'copper.cables[1].to: there is no node "tap.x"'],
    ['a cable onto itself', c => c.cables[1]!.to = 'tap.HOOD', 'copper.cables[1].to: "spine.DASH" ends where it begins'],
    ['hub without supply', c => c.cables.splice(10, 1), 'copper.hubs[2]: "FL" has no supply: no cable leads to it from "battery"'],
    ['tap without supply', c => c.cables.splice(7, 1), 'copper.taps[7]: "tap.TRUNK" has no supply'],
    ['loop', c => c.cables.push({ name: 'back', from: 'battery', to: 'tap.TRUNK', length_m: 5, gauge_mm2: 16, ambient_C: 40, fuse: { rating_A: 80 } }),
      'copper.cables[16]: "back" closes a loop, but copper.layout is "line", not "ring"'],
    ['parallel cables', c => c.cables.push({ ...c.cables[10], name: 'second' }), 'copper.cables[16]: "second" closes a loop'],
    ['ring without a loop', c => c.layout = 'ring', 'copper.layout: a ring has one loop, this copper has 0'],
    ['fuse above the ampacity', c => c.cables[15]!.fuse = { rating_A: 30 },
      'copper.cables[15].fuse.rating_A: 30 A is more than the cable\'s ampacity: 2.5 mm² carries 28.3 A at 70 °C'],
    ['fuse above the ampacity in the heat', c => c.cables[15]!.ambient_C = 95, 'copper.cables[15].fuse.rating_A: 20 A is more than'],
    ['thin return', c => c.cables[15]!.returnGauge_mm2 = 1, 'copper.cables[15].fuse.rating_A: 20 A is more than'],
    ['cable thinner than the fuse before it', c => delete c.cables[15]!.fuse,
      'copper.cables[15].fuse: no fuse protects "drop.TRUNK": 2.5 mm² carries 28.3 A at 70 °C, "spine.HOOD" has 100 A'],
    ['no fuse at all', c => delete c.cables[0]!.fuse, 'copper.cables[0].fuse: no fuse protects "spine.HOOD": 25 mm² carries 128.3 A at 100 °C, and none is before it'],
  ]
  it.each(cases)('%s', (_, change, problem) => {
    const problems = findProblems(changed(change))
    expect(problems.map(line => line.slice(0, problem.length))).toContain(problem)
    expect(() => parseCopper(changed(change))).toThrow(DataError)
  })

  it('several at once, below the path of the file', () => {
    const wrong = changed((c) => {
      c.cables[0]!.length_m = 0
      c.cables[1]!.gauge_mm2 = 0
    })
    expect(findProblems(wrong, 'car.copper')).toHaveLength(2)
    try {
      parseCopper(wrong, 'car.copper')
      expect.unreachable()
    } catch (error) {
      expect((error as DataError).problems[0]).toMatch(/^car\.copper\.cables\[0\]\.length_m: /)
      expect((error as DataError).message.split('\n')).toHaveLength(2)
    }
  })

  it('a ring whose far side is not protected from the other way round', () => {
    const wrong = changed((c) => {
      c.layout = 'ring'
      c.cables.push({ name: 'back', from: 'battery', to: 'tap.TRUNK', length_m: 5, gauge_mm2: 16, ambient_C: 40 })
    })
    const problems = findProblems(wrong)
    expect(problems).toContain('copper.cables[16].fuse: no fuse protects "back": 16 mm² carries 131.5 A at 40 °C, and none is before it')
    expect(problems.some(line => line.startsWith('copper.cables[1].fuse: no fuse protects "spine.DASH"'))).toBe(true)
  })

  it('a declared ring, fused at both ends, is right', () => {
    const right = changed((c) => {
      c.layout = 'ring'
      c.cables.push({ name: 'back', from: 'battery', to: 'tap.TRUNK', length_m: 5, gauge_mm2: 16, ambient_C: 40, fuse: { rating_A: 80 } })
    })
    expect(findProblems(right)).toEqual([])
  })
})

describe('anything', () => {
  it('is judged without a crash, and what passes can be solved', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(findProblems(value).length).toBeGreaterThan(0)
    }), { numRuns: 200, seed: 1 })
    const paths = Object.keys(SEDAN_COPPER.cables[0]!)
    fc.assert(fc.property(fc.nat(15), fc.constantFrom(...paths), fc.jsonValue(), (cable, field, value) => {
      const copper = changed(c => c.cables[cable]![field] = value)
      if (findProblems(copper).length === 0) expect(new Network(parseCopper(copper)).solve()).toBe(true)
    }), { numRuns: 300, seed: 2 })
  })
})

describe('two spines', () => {
  const dual = (change: (cables: LooseCopper['cables']) => void, layout = 'dual') => {
    const copper = JSON.parse(JSON.stringify(twoSpines(divided(SEDAN_COPPER, 'spine.RL', 60)))) as LooseCopper
    change(copper.cables)
    return findProblems({ ...copper, layout })
  }

  it('have nothing wrong where every hub hangs on both behind diodes', () => {
    expect(dual(() => {})).toEqual([])
  })

  it.each<[string, (cables: LooseCopper['cables']) => void, RegExp]>([
    ['a drop without its diode', (cables) => { delete (cables[8] as { diode?: unknown }).diode }, /cables\[8\]\.diode: is missing/],
    ['a diode in the spine', (cables) => { Object.assign(cables[2]!, { diode: {} }) }, /cables\[2\]\.diode: "tap\.FL" is no hub/],
    ['a hub on one spine only', (cables) => { cables.splice(30, 1) }, /hubs\[6\]: "RR" has 1 ways from the battery/],
    ['spines that meet at a tap', cables => cables.push({ ...cables[1]!, name: 'bridge', from: 'tap.DASH', to: 'B.tap.DASH' }), /DASH.*ways|both ways|meet elsewhere/],
    ['a spine that begins at the other', (cables) => { cables[16]!.from = 'tap.HOOD' }, /both ways to "HOOD" lead through one cable/],
  ])('are refused with %s', (_what, change, problem) => {
    expect(dual(change).join('\n')).toMatch(problem)
  })

  it('have diodes, and other layouts have none', () => {
    expect(dual(() => {}, 'line').join('\n')).toMatch(/diode: is for copper.layout "dual"|closes a loop/)
  })
})
