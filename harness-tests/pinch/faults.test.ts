import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { taughtFriction } from '#sim/car/index.ts'
import { Prng } from '#sim/kernel/index.ts'
import { byLaw, drawCase, FAIR, LIMIT_N, objectOf, PinchRig, pressCase, PUNCTUAL } from '#sim/pinch/index.ts'
import { runs } from '#firmware/testing/index.ts'

/** Of the units, days and objects. */
const DRAWN_BY = 1_796_285_002
const RODS = [[5, 4, 200], [10, 4, 200], [20, 25, 200], [65, 4, 25]] as const
const DAYS = [
  FAIR, { ...FAIR, supply_V: 16 }, { ...FAIR, supply_V: 9, temperature_C: -30 }, { ...FAIR, supply_V: 16, temperature_C: 80, age: 1 },
]

/** A nominal window that closes over a rod, while something happens to it; `after_ms` from the order. */
interface Closing {
  readonly rod: typeof RODS[number]
  readonly place: number
  readonly above_mm: number
  readonly day: typeof DAYS[number]
  readonly tick_ms: 10 | 20
  readonly after_ms: number
}
const CLOSINGS: fc.Arbitrary<Closing> = fc.record({
  rod: fc.constantFrom(...RODS), place: fc.double({ min: 0, max: 1, noNaN: true }), above_mm: fc.integer({ min: 0, max: 240 }),
  day: fc.constantFrom(...DAYS), tick_ms: fc.constantFrom(10, 20), after_ms: fc.integer({ min: 1, max: 7000 }),
})

/** What the counter says from a fault on. */
const COUNTERS: Readonly<Record<string, (last: number, read: () => number) => number>> = {
  stands: last => last,
  'goes to and fro, as one of its two signals is lost': (last, read) => last + (read() & 1),
  'counts the other way, as its signals are swapped': (last, read) => 2 * last - read(),
}

function fails({ plant }: PinchRig, counter: keyof typeof COUNTERS): void {
  const read = plant.pulses.bind(plant, 0)
  const last = read()
  plant.pulses = () => COUNTERS[counter]!(last, read)
}

const openingOf = ({ rod: [, least_mm, most_mm], place }: Closing): number => least_mm + place * (most_mm - least_mm)

function close(closing: Closing, happens: (rig: PinchRig) => void): PinchRig {
  const { rod: [stiffness_N_mm], above_mm, day, tick_ms, after_ms } = closing
  const opening_mm = openingOf(closing)
  const rig = new PinchRig(new Prng(1, 'hang'), (opening_mm + above_mm) / 1000, taughtFriction())
  rig.set(day, { ...PUNCTUAL, tick_ms })
  rig.plant.hold(opening_mm / 1000, stiffness_N_mm)
  rig.order('autoUp')
  const start_ms = rig.now_ms
  rig.rest(12_000, () => {
    if (rig.now_ms - start_ms === after_ms) happens(rig)
  })
  return rig
}

describe('a hand in a window', () => {
  it(`is pressed with less than ${LIMIT_N} N when the processor hangs, at any moment of the closing`, () => {
    fc.assert(fc.property(CLOSINGS, (closing) => {
      const rig = close(closing, (one) => { one.hangs = true })
      expect(rig.plant.peakContactForce_N).toBeLessThan(LIMIT_N)
    }), { seed: 61, numRuns: runs(150) })
  })

  it(`is pressed with less than ${LIMIT_N} N when the Hall signal is lost, at any moment of the closing, and let go`, () => {
    fc.assert(fc.property(CLOSINGS, (closing) => {
      const rig = close(closing, one => fails(one, 'stands'))
      expect(rig.plant.peakContactForce_N).toBeLessThan(LIMIT_N)
      // A soft rod near the top a whole window closes over.
      if (openingOf(closing) > 10) expect(rig.plant.contactForce_N).toBe(0)
    }), {
      seed: 62, numRuns: runs(150),
      // It is held up before its speed is known well enough to say that the pulses are lost.
      examples: [[{ rod: RODS[2], place: 0, above_mm: 69, day: FAIR, tick_ms: 20, after_ms: 2849 }]],
    })
  })

  it.each(Object.keys(COUNTERS))('nor by any unit on any day when the counter %s', (counter) => {
    fc.assert(fc.property(fc.nat(50_000), fc.nat(6000), (number, after_ms) => {
      const values = drawCase(DRAWN_BY, number)
      const { kind, opening_mm } = objectOf(values)
      let rig: PinchRig | undefined
      const { peak_N } = pressCase(values, 'firmware', (one) => {
        rig = one
        if (one.now_ms === after_ms) fails(one, counter)
      })
      if (!byLaw(kind)) return
      expect(peak_N).toBeLessThan(LIMIT_N)
      if (rig !== undefined && opening_mm > 10) expect(rig.plant.contactForce_N).toBe(0)
    }), { seed: 63, numRuns: runs(300), examples: [[6598, 446], [7519, 880], [18_967, 2034], [31_439, 611]] })
  })
})
