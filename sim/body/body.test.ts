import { describe, expect, it } from 'vitest'
import { type BodyData, bodyOf, bodyProblems, SHAPES } from './index.ts'

/** One hub in a door on a straight spine of a body that is 4 m long. */
const COPPER = {
  battery: 'battery', taps: ['tap.FL'], hubs: ['FL'],
  cables: [{ name: 'spine.FL', from: 'battery', to: 'tap.FL', length_m: 2.3 }, { name: 'drop.FL', from: 'tap.FL', to: 'FL', length_m: 2 }],
}
const at = (x_mm: number, y_mm: number, z_mm: number): { x_mm: number, y_mm: number, z_mm: number } => ({ x_mm, y_mm, z_mm })
const STRAIGHT: BodyData = {
  type: 'kit',
  lines: {
    spine: { points: [at(0, 0, 300), at(4000, 0, 300)] },
    'cross FL': { points: [at(2000, 0, 300), at(2000, -700, 300)] },
    'pillar FL': { points: [at(2000, -700, 300), at(2000, -700, 500)] },
    'hinge FL': { points: [at(2000, -700, 500), at(2100, -700, 500)], hinge_mm: 150 },
    'door FL': { points: [at(2100, -700, 500), at(2400, -700, 900)] },
  },
  places: { battery: at(0, 0, 300), FL: at(2400, -700, 900) },
}

describe('cables along the lines of a body', () => {
  it('are as long as the lines between their ends, with the loop of a hinge, slack and ends', () => {
    const { laid, places, problems } = bodyOf(STRAIGHT, COPPER)
    expect(problems).toEqual([])
    expect(places.get('tap.FL')).toEqual(at(2000, 0, 300))
    expect(laid.get('spine.FL')).toMatchObject({ length_mm: 2000, cut_mm: 2100, lines: ['spine'] })
    // Across 700, up 200, over the hinge 100 and its loop of 150, within the door √(300² + 400²) = 500.
    const drop = laid.get('drop.FL')!
    expect(drop.length_mm).toBeCloseTo(1650, 6)
    expect(drop.lines).toEqual(['cross FL', 'pillar FL', 'hinge FL', 'door FL'])
    expect(drop.cut_mm).toBe(1800)
    const generous = bodyOf({ ...STRAIGHT, slack_pct: 20, end_mm: 100 }, COPPER).laid.get('drop.FL')!
    expect(generous.cut_mm).toBe(2080)
  })

  it('follow the size of a body', () => {
    const short = bodyOf({ type: 'kit' }, COPPER).laid.get('spine.FL')!
    const long = bodyOf({ type: 'kit', length_mm: 2 * SHAPES.kit.length_mm }, COPPER).laid.get('spine.FL')!
    expect(long.length_mm).toBeGreaterThan(1.5 * short.length_mm)
  })

  it.each(Object.keys(SHAPES) as (keyof typeof SHAPES)[])('reach every place of a %s, however long, wide and high it is', (type) => {
    const hubs = Object.keys(SHAPES[type].hubs)
    const copper = {
      battery: 'battery', taps: hubs.map(hub => `tap.${hub}`), hubs,
      cables: hubs.map(hub => ({ name: `drop.${hub}`, from: `tap.${hub}`, to: hub, length_m: 1 })),
    }
    for (const length_mm of [1500, 9000, 25_000]) {
      for (const width_mm of [800, 3000]) {
        for (const height_mm of [800, 5000]) expect(bodyOf({ type, length_mm, width_mm, height_mm }, copper).problems, `${length_mm} ${width_mm} ${height_mm}`).toEqual([])
      }
    }
  })

  it.each(Object.keys(SHAPES) as (keyof typeof SHAPES)[])('reach every place that a %s has', (type) => {
    const hubs = Object.keys(SHAPES[type].hubs)
    const taps = hubs.map(hub => `tap.${hub}`)
    const cables = hubs.map(hub => ({ name: `drop.${hub}`, from: `tap.${hub}`, to: hub, length_m: 1 }))
    const { laid, problems } = bodyOf({ type }, { battery: 'battery', taps, hubs, cables })
    expect(problems).toEqual([])
    for (const hub of hubs) expect(laid.get(`drop.${hub}`)!.length_mm, hub).toBeLessThan(4000)
  })
})

describe('what cannot be', () => {
  const problemsOf = (data: BodyData, copper = COPPER): string[] => bodyProblems(data, copper, 'car', ['FL.window'])

  it('is told by path, all at once', () => {
    const [spine, drop] = COPPER.cables
    const copper = { ...COPPER, cables: [{ ...spine!, length_m: 1.5 }, drop!] }
    expect(problemsOf({ ...STRAIGHT, places: { ...STRAIGHT.places, 'FL.wndow': at(0, 0, 0) } }, copper)).toEqual([
      'car.body.places.FL.wndow: there is nothing of that name in the car',
      'car.copper.cables[0].length_m: is 1.5 m, but the way of "spine.FL" along the body is 2.00 m',
    ])
  })

  it('a hub that no line comes near, one that no line connects, one that such a body has not', () => {
    expect(problemsOf({ ...STRAIGHT, places: { FL: at(2400, 1900, 900) } })).toEqual([
      'car.body.places.FL: is more than 600 mm from every line of the body: no cable reaches it',
    ])
    const apart = { ...STRAIGHT, lines: { ...STRAIGHT.lines, 'pillar FL': { points: [at(2000, -700, 400), at(2000, -700, 500)] } } }
    expect(problemsOf(apart)).toEqual(['car.body.places.FL: no line leads from it to the spine'])
    const rear = JSON.parse(JSON.stringify(COPPER).replaceAll('FL', 'RL')) as typeof COPPER
    expect(problemsOf({ type: 'kit' }, rear)[0]).toBe('car.body.places.RL: is missing, and a kit has no place for it')
  })

  it('names of objects are no places', () => {
    const copper = JSON.parse(JSON.stringify(COPPER).replaceAll('"FL"', '"__proto__"').replaceAll('"tap.FL"', '"constructor"')) as typeof COPPER
    expect(problemsOf({ type: 'kit' }, copper)[0]).toContain('car.body.places.__proto__: is missing')
  })
})
