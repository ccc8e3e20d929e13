import { describe, expect, it } from 'vitest'
import type { PinchGuard } from '#firmware/components/window/index.ts'
import { taughtFriction } from '#sim/car/index.ts'
import { Prng } from '#sim/kernel/index.ts'
import { FAIR, PinchRig, PUNCTUAL } from '#sim/pinch/index.ts'
import { WINDOW_STATE } from '#protocol/index.ts'

/**
 * What the eFuse alone holds a hand to, N, on a mild or a hot day, and in the cold, where its tolerance counts on more friction; the
 * firmware's detection holds it below 100.
 */
const SECOND_LINE_N = 118
const SECOND_LINE_COLD_N = 135
const lineOf_N = (rig: PinchRig): number => rig.conditions.temperature_C < 0 ? SECOND_LINE_COLD_N : SECOND_LINE_N

const RODS = [[5, 200], [10, 100], [20, 200], [20, 100], [20, 30], [65, 25], [65, 5]] as const
const DAYS = [
  FAIR, { ...FAIR, supply_V: 9 }, { ...FAIR, supply_V: 16 }, { ...FAIR, supply_V: 16, temperature_C: -30 },
  { ...FAIR, supply_V: 16, temperature_C: 80 },
]

/** Reaches into the driver, as a fault in its memory would: this is about what is left when it fails. */
function guardOf(rig: PinchRig): PinchGuard {
  return rig.component['control'].closing.guard
}

/** Closes over every rod on every day with a driver that is broken by `fail`; returns the forces, N, and the rigs. */
function close(fail: (rig: PinchRig) => void, each?: (rig: PinchRig) => void): { peak_N: number, rig: PinchRig, what: string }[] {
  return DAYS.flatMap(day => RODS.map(([stiffness_N_mm, opening_mm]) => {
    const rig = new PinchRig(new Prng(1, 'second line'), (opening_mm + 150) / 1000, taughtFriction())
    rig.set(day, PUNCTUAL)
    rig.plant.hold(opening_mm / 1000, stiffness_N_mm)
    fail(rig)
    rig.order('autoUp')
    rig.rest(12_000, () => each?.(rig))
    const what = `${stiffness_N_mm} N/mm at ${opening_mm} mm, ${day.supply_V} V, ${day.temperature_C} °C`
    return { peak_N: rig.plant.peakContactForce_N, rig, what }
  }))
}

const blind = (rig: PinchRig): void => {
  const guard = guardOf(rig)
  const update = guard.update.bind(guard)
  guard.update = (state) => {
    update(state)
    return false
  }
}

describe('the current limit, without the force detection', () => {
  it(`holds a hand below ${SECOND_LINE_N} N, in the cold ${SECOND_LINE_COLD_N} N, and lets it go once the eFuse has tripped`, () => {
    const results = close(blind)
    for (const { peak_N, rig, what } of results) expect(peak_N, what).toBeLessThan(lineOf_N(rig))
    const pressed = results.filter(({ rig }) => rig.plant.contactForce_N > 0)
    expect(results.length - pressed.length).toBeGreaterThan(15)
    // The motor stalled below the limit: it stops, and waits for a command.
    for (const { rig, what } of pressed) expect(rig.status, what).toMatchObject({ state: WINDOW_STATE.blocked, fault: 1 })
  })

  it('does so while the processor stands still from the moment of contact on', () => {
    const results = close(() => undefined, (rig) => {
      if (rig.plant.contactForce_N > 0.5) rig.component.tick = () => undefined
    })
    for (const { peak_N, rig, what } of results) expect(peak_N, what).toBeLessThan(lineOf_N(rig))
  })

  it('is what does it: without the limit too the same hand is crushed', () => {
    const results = close((rig) => {
      blind(rig)
      guardOf(rig).windingBound_A = () => 1000
    })
    expect(Math.max(...results.map(({ peak_N }) => peak_N))).toBeGreaterThan(200)
  })
})
