import { describe, expect, it } from 'vitest'
import { CARS } from '../car/index.ts'
import { comparing } from './compare.ts'
import { ASSUMPTIONS, compare, type Comparison, readAssumptions } from './index.ts'
import { PIGTAIL_m } from './pins.ts'

type ComparisonRow = Comparison['rows'][number]

describe('the comparison', () => {
  const sedanWith = comparing(CARS['sedan']!, [CARS['sedan']!, CARS['coupe']!])
  const sedan = sedanWith(ASSUMPTIONS)

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
      const moved = sedanWith(other)
      const figures = (row: ComparisonRow): string => JSON.stringify([row.today, row.spine])
      const changed = sedan.rows.filter((row, i) => figures(row) !== figures(moved.rows[i]!))
      for (const row of changed) expect(row.from, `${row.what} moves with ${name}`).toContain(name)
      const [owner] = name.split('.') as [string]
      if (!Object.hasOwn(PIGTAIL_m, owner) || classes.has(owner)) expect(used, name).toContain(name)
    }
  })

  it('says of each row what would make it wrong, the most first, and what is saved then', () => {
    const of = (what: string): Comparison['sensitivity'][number] => sedan.sensitivity.find(one => one.what === what)!
    expect(sedan.sensitivity.map(one => one.what)).toEqual(sedan.rows.map(row => row.what))
    for (const { what, influences } of sedan.sensitivity) {
      const row = sedan.rows.find(one => one.what === what)!
      expect(influences.length, what).toBeGreaterThan(1)
      for (const [i, one] of influences.entries()) {
        expect(row.from, what).toContain(one.name)
        expect(one.share, one.name).toBeLessThanOrEqual(influences[i - 1]?.share ?? 1)
        for (const saved of [one.savedAtLow, one.savedAtHigh]) {
          expect(saved.low, one.name).toBeGreaterThanOrEqual(row.saved.low - 1e-9)
          expect(saved.high, one.name).toBeLessThanOrEqual(row.saved.high + 1e-9)
        }
        // Whoever writes it into a file gets what the table promises.
        const pinned = readAssumptions({ [one.name]: { low: one.low, high: one.low } })
        const again = sedanWith(pinned).rows.find(other => other.what === what)!
        expect(again.saved, one.name).toEqual(one.savedAtLow)
        if (i > 0) break
      }
    }
    expect(of('wire').influences[0]!.name).toBe('door.central')
    expect(of('repair of one broken wire').influences[0]).toMatchObject({ name: 'repair.mend_min', savedAtLow: { low: -30, high: 90 }, share: expect.closeTo(70 / 190, 3) as number })
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
