import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../testing/runs.ts'
import { FRICTION_BYTES, FRICTION_KNOTS, FrictionProfile, frictionImage, frictionKnot_mm } from './friction.ts'

/** One closing from `from_mm` to the top that takes `load_A(gap)`. */
function closing(profile: FrictionProfile, load_A: (gap_mm: number) => number, from_mm = 450): void {
  profile.begin()
  for (let gap_mm = from_mm; gap_mm >= 0; gap_mm -= 0.5) profile.see(gap_mm, load_A(gap_mm))
  profile.finish()
}

describe('FrictionProfile', () => {
  it('has knots every 3 mm over the last 30 mm and every 21 mm up to 450', () => {
    expect([0, 1, 10, 11, FRICTION_KNOTS - 1].map(frictionKnot_mm)).toEqual([0, 3, 30, 51, 450])
    expect(FRICTION_KNOTS).toBe(31)
  })

  it('is the nominal current until something is learned', () => {
    const profile = new FrictionProfile(9)
    for (const gap_mm of [12, 17, 200, 450, 600]) expect(profile.usual_A(gap_mm)).toBe(9)
    // With a common upper seal.
    expect([-5, 0, 3, 6, 9].map(gap_mm => Math.round(100 * profile.usual_A(gap_mm)) / 100)).toEqual([10.6, 10.6, 10.2, 9.8, 9.4])
    expect(profile.known(0)).toBe(false)
    expect(profile.changed).toBe(false)
  })

  it('learns the first closing as it is, and interpolates between the knots', () => {
    const profile = new FrictionProfile(9)
    const line = (gap_mm: number): number => 7 + gap_mm / 100
    closing(profile, line)
    expect(profile.changed).toBe(true)
    expect(profile.known(450)).toBe(true)
    for (const gap_mm of [1.5, 13, 29, 40, 100, 333]) expect(Math.abs(profile.usual_A(gap_mm) - line(gap_mm))).toBeLessThan(0.08)
  })

  it('takes later closings in by a share', () => {
    const profile = new FrictionProfile(9)
    closing(profile, () => 8)
    closing(profile, () => 10)
    expect(profile.usual_A(100)).toBeCloseTo(8.6, 5)
    closing(profile, () => 10)
    expect(profile.usual_A(100)).toBeCloseTo(9.02, 5)
  })

  it('learns only where it was, and only from closings that were finished', () => {
    const profile = new FrictionProfile(9)
    closing(profile, () => 7, 30)
    expect(profile.usual_A(30)).toBeCloseTo(7, 5)
    expect(profile.usual_A(300)).toBe(9)
    expect([profile.known(30), profile.known(31), profile.known(450)]).toEqual([true, false, false])
    profile.begin()
    for (let gap_mm = 450; gap_mm > 100; gap_mm--) profile.see(gap_mm, 15)
    profile.begin()
    profile.finish()
    expect(profile.usual_A(300)).toBe(9)
  })

  it('keeps what it learned of parts that a later closing did not come through', () => {
    const profile = new FrictionProfile(9)
    closing(profile, () => 8)
    closing(profile, () => 7, 30)
    expect(profile.usual_A(300)).toBe(8)
    expect(profile.usual_A(20)).toBeCloseTo(7.7, 5)
    expect(profile.known(450)).toBe(true)
  })

  it('learns nothing of a closing that saw nothing', () => {
    const profile = new FrictionProfile(9)
    profile.begin()
    profile.finish()
    expect(profile.changed).toBe(false)
  })

  it('beyond its last knot is what it is there', () => {
    const profile = new FrictionProfile(9)
    closing(profile, gap_mm => 7 + gap_mm / 100)
    expect(profile.usual_A(450)).toBeGreaterThan(11.4)
    for (const gap_mm of [451, 480, Infinity]) expect(profile.usual_A(gap_mm)).toBe(profile.usual_A(450))
  })

  it('weighs what it sees by the distance to the knot', () => {
    const profile = new FrictionProfile(9)
    profile.begin()
    profile.see(3, 6)
    profile.see(4.5, 8)
    profile.finish()
    expect(profile.usual_A(3)).toBeCloseTo((6 + 8 / 2) / 1.5, 5)
    expect(profile.usual_A(6)).toBeCloseTo(8, 5)
    expect(profile.usual_A(0)).toBe(10.6)
  })

  it('is the same after a night in the memory, to 0.05 A', () => {
    const current = fc.double({ min: 0.1, max: 25.4, noNaN: true })
    fc.assert(fc.property(fc.array(current, { minLength: FRICTION_KNOTS, maxLength: FRICTION_KNOTS }), (currents) => {
      const profile = new FrictionProfile(9)
      expect(profile.decode(frictionImage(Float32Array.from(currents)))).toBe(true)
      for (let i = 0; i < FRICTION_KNOTS; i++) expect(Math.abs(profile.usual_A(frictionKnot_mm(i)) - currents[i]!)).toBeLessThan(0.0501)
      expect(profile.encode()).toEqual(frictionImage(Float32Array.from(currents)))
    }), { seed: 11, numRuns: runs(50) })
  })

  it('keeps what was not learned as such, and saturates', () => {
    const image = frictionImage(Float32Array.from({ length: FRICTION_KNOTS }, (_, i) => i === 0 ? 40 : i === 1 ? -3 : 0))
    expect([image[1], image[2], image[3]]).toEqual([255, 0, 0])
    const profile = new FrictionProfile(9)
    profile.decode(image)
    expect([profile.usual_A(0), profile.usual_A(3), profile.usual_A(450)]).toEqual([25.5, 10.2, 9])
  })

  it('refuses an image of another size or version, and changes nothing', () => {
    const profile = new FrictionProfile(9)
    const good = frictionImage(new Float32Array(FRICTION_KNOTS).fill(7))
    expect(good.length).toBe(FRICTION_BYTES)
    const other = good.slice()
    other[0] = 99
    const longer = new Uint8Array(FRICTION_BYTES + 1)
    longer.set(good)
    const shorter = good.slice(0, -1)
    for (const bytes of [undefined, new Uint8Array(0), good.slice(1), shorter, longer, other]) expect(profile.decode(bytes)).toBe(false)
    expect(profile.usual_A(100)).toBe(9)
    expect(profile.decode(good)).toBe(true)
    expect(profile.usual_A(100)).toBeCloseTo(7, 5)
  })
})
