import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IGNITION, WINDOW_STATE } from '#protocol/index.ts'
import { duty, MOTOR_DATA, order, rest, runs, windowBench, type WindowBench, WindowModel } from '../../testing/index.ts'
import { LAW, PinchGuard } from './guard.ts'
import type { ClosingReading } from './guard.ts'
import { FRICTION_KNOTS, frictionImage } from './load.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

const PULSES_mm = WindowModel.TRAVEL / WINDOW_PARAMETERS.travel_mm

/** What people and the car do while a window reverses. */
const NUISANCES: Record<string, (bench: WindowBench) => void> = {
  up: ({ bench: b }) => expect(order(b, 'up')).toBe(false),
  autoUp: ({ bench: b }) => expect(order(b, 'autoUp')).toBe(false),
  goto: ({ bench: b }) => expect(order(b, 'goto', 0)).toBe(false),
  learn: ({ bench: b }) => expect(order(b, 'learn')).toBe(false),
  stop: ({ bench: b }) => expect(order(b, 'stop')).toBe(true),
  down: ({ bench: b }) => expect(order(b, 'down')).toBe(true),
  released: ({ bench: b }) => b.component.released!(),
  'ignition off': ({ bench: b }) => b.setIgnition(IGNITION.off),
  cold: ({ bench: b }) => { b.temperature_C = -30 },
  'weak supply': ({ bench: b }) => { b.supply_V = 9 },
  'hot motor': ({ bench: b, glass }) => {
    const measured = glass.current_A
    glass.current_A = () => 150
    b.run(400)
    glass.current_A = measured
    expect(b.status().thermal).toBe(1)
  },
  'power cut': ({ bench: b }) => {
    b.grants = false
    b.setPower(false)
    b.run(300)
    b.grants = true
    if (b.wish !== undefined) b.setPower(true)
  },
}

describe('a window that met a hand', () => {
  const nuisances = fc.array(fc.record({ what: fc.constantFrom(...Object.keys(NUISANCES)), wait_ms: fc.nat(250) }), { maxLength: 5 })
    .filter(list => list.filter(each => each.what === 'power cut').length <= WINDOW_PARAMETERS.reversalPowerLosses)

  it('brakes, then opens by 200 mm or to the lower end, whatever is commanded, hot, cut or switched off meanwhile', () => {
    const hand = fc.record({
      at: fc.integer({ min: 60, max: 780 }), stiffness: fc.double({ min: 0.15, max: 2, noNaN: true }),
      supply_V: fc.integer({ min: 9, max: 16 }), held: fc.boolean(),
    })
    fc.assert(fc.property(hand, nuisances, ({ at, stiffness, supply_V, held }, list) => {
      const made = windowBench(100)
      const { bench: b, glass } = made
      b.supply_V = supply_V
      glass.obstacleAt = at
      glass.obstacleStiffness = stiffness
      order(b, held ? 'up' : 'autoUp')
      expect(b.until(() => b.status().state === WINDOW_STATE.reversing, 16_000)).toBeLessThan(16_000)
      const met = glass.x
      expect(b.braked.has(0)).toBe(true)
      const reversed_ms = b.now_ms
      const watch = (): void => {
        if (duty(b) < 0) throw new Error('closes while it reverses')
        if (duty(b) > 0 && b.now_ms - reversed_ms < WINDOW_PARAMETERS.turn_ms) throw new Error('turns round without braking')
      }
      for (const { what, wait_ms } of list) {
        b.run(wait_ms, watch)
        if (b.status().state !== WINDOW_STATE.reversing && b.status().state !== WINDOW_STATE.waiting) break
        NUISANCES[what]!(made)
        watch()
      }
      while (b.pending > 0 && b.now_ms - reversed_ms < 30_000) b.run(1, watch)
      expect(glass.x).toBeGreaterThan(Math.min(met + 0.97 * WINDOW_PARAMETERS.reopen_mm * PULSES_mm, WindowModel.TRAVEL - 15))
      expect(b.status().pinch).toBe(1)
      expect(b.pending).toBe(0)
    }), { seed: 41, numRuns: runs(80) })
  })

  it('may be closed again by a command only', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 300
    order(b, 'up')
    rest(b, 20_000)
    glass.obstacleAt = 0
    const stands = glass.x
    b.run(5000)
    expect(glass.x).toBe(stands)
    expect(order(b, 'up')).toBe(true)
  })
})

describe('the guard', () => {
  const reading = fc.record({
    winding_A: fc.double({ min: 0, max: 40, noNaN: true }), motor_V: fc.double({ min: 0, max: 16, noNaN: true }),
    acceleration_m_s2: fc.double({ min: -12, max: 12, noNaN: true }), dt_ms: fc.integer({ min: 5, max: 40 }),
    speed_mm_s: fc.double({ min: 0, max: 120, noNaN: true }), stalled_ms: fc.nat(60),
  })
  const learned = fc.double({ min: 3, max: 18, noNaN: true })
  const motor = new WindowMotor(MOTOR_DATA)

  function guardOf(learned_A: number, gap_mm: number): PinchGuard {
    const guard = new PinchGuard(motor, 9)
    guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(learned_A)))
    guard.begin(gap_mm, 23, false)
    return guard
  }

  it('takes no force below friction for a hand, whatever is measured, and its limit stays above friction', () => {
    const from = fc.integer({ min: 3, max: 440 })
    fc.assert(fc.property(learned, from, fc.array(reading, { maxLength: 60 }), (learned_A, from_mm, readings) => {
      const p = LAW
      const guard = guardOf(learned_A, from_mm)
      const state: ClosingReading = {
        dt_s: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: from_mm, winding_A: 0, motor_V: 0, acceleration_m_s2: 0, pulses_s: 0,
      }
      for (const { dt_ms, speed_mm_s, ...measured } of readings) {
        Object.assign(state, measured)
        state.dt_s = dt_ms / 1000
        state.elapsed_ms += dt_ms
        state.gap_mm -= speed_mm_s * state.dt_s
        state.pulses_s = speed_mm_s * PULSES_mm
        const tripped = guard.update(state)
        expect(guard.excess_N).not.toBeNaN()
        if (tripped) expect(guard.excess_N).toBeGreaterThan(0)
        expect(guard.friction_A).toBeGreaterThan(0)
        const beyond_N = (guard.windingBound_A() - p.eFuse * guard.friction_A) * motor.force_N_A
        const unfound_N = guard.found ? 0 : p.eFuse * (p.scaleMost / p.scaleLeast - 1) * guard.friction_A * motor.force_N_A
        expect(beyond_N).toBeGreaterThan(p.trip_N)
        expect(beyond_N).toBeLessThanOrEqual(p.tripFar_N + (guard.atEnd() ? p.endMargin_N : p.margin_N) + unfound_N)
        if (tripped) return
      }
    }), { seed: 42, numRuns: runs(300) })
  })

  it('allows more current for more friction, and for the same friction never more near than far', () => {
    fc.assert(fc.property(learned, learned, fc.integer({ min: 3, max: 440 }), (one_A, other_A, gap_mm) => {
      const less = guardOf(Math.min(one_A, other_A), gap_mm)
      const more = guardOf(Math.max(one_A, other_A), gap_mm)
      expect(less.windingBound_A()).toBeLessThanOrEqual(more.windingBound_A())
      expect(less.windingBound_A()).toBeLessThanOrEqual(guardOf(Math.min(one_A, other_A), 440).windingBound_A() + 1e-9)
    }), { seed: 43, numRuns: runs(300) })
  })
})
