import { describe, expect, it } from 'vitest'
import { CARS } from '../car/index.ts'
import { ASSUMPTIONS, compare, type Comparison, readAssumptions } from './index.ts'
import { PIGTAIL_m } from './pins.ts'

type ComparisonRow = Comparison['rows'][number]

describe('the comparison', () => {
  const sedan = compare(CARS['sedan']!, [CARS['sedan']!, CARS['coupe']!])

  it('is of ranges, each from assumptions that exist by name', () => {
    for (const { what, today, spine, saved, from } of sedan.rows) {
      expect(today.low, what).toBeLessThanOrEqual(today.high)
      expect(spine.low, what).toBeLessThanOrEqual(spine.high)
      expect(saved.low, what).toBeLessThanOrEqual(saved.high)
      for (const name of from) expect(Object.keys(ASSUMPTIONS), what).toContain(name)
    }
    for (const one of sedan.assumptions) expect([one.source, one.unit].every(text => text !== ''), one.name).toBe(true)
  })

  it('moves with each assumption that it says it rests on, and with no other', () => {
    const names = Object.keys(ASSUMPTIONS) as (keyof typeof ASSUMPTIONS)[]
    const classes = new Set<string | undefined>(CARS['sedan']!.hubs.flatMap(hub => hub.ports.map(part => part?.class)))
    const used = new Set([...sedan.rows, ...sedan.cases].flatMap(row => row.from))
    for (const name of names) {
      const { low, high } = ASSUMPTIONS[name]
      const other = readAssumptions({ [name]: { low: 2 * low + 0.01, high: 2 * high + 0.01 } })
      const moved = compare(CARS['sedan']!, [CARS['sedan']!, CARS['coupe']!], other)
      const figures = (row: ComparisonRow): string => JSON.stringify([row.today, row.spine])
      const changed = sedan.rows.filter((row, i) => figures(row) !== figures(moved.rows[i]!))
      for (const row of changed) expect(row.from, `${row.what} moves with ${name}`).toContain(name)
      const [owner] = name.split('.') as [string]
      if (!Object.hasOwn(PIGTAIL_m, owner) || classes.has(owner)) expect(used, name).toContain(name)
    }
  })

  it('finds the order of magnitude of what was published', () => {
    for (const one of compare(CARS['pickup']!).cases) expect(one.model.low <= one.published && one.published <= one.model.high, one.what).toBe(true)
  })

  it('refuses assumptions that are none, by path, all at once', () => {
    expect(() => readAssumptions({ contact_s: { low: -1, high: 'x' }, signal: { low: 1, high: 2 } })).toThrow([
      'assumptions.contact_s.low: is -1, not a number in 0…1000000', 'assumptions.contact_s.high: is "x", not a number in 0…1000000',
    ].join('\n'))
    expect(() => readAssumptions({ contacts: { low: 1, high: 2 }, contact_s: { low: 5, high: 2 } })).toThrow([
      'assumptions.contacts: there is no such assumption; --list-assumptions shows them', 'assumptions.contact_s: low 5 is above high 2',
    ].join('\n'))
  })
})
