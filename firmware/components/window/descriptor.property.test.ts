import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, type Descriptor, WINDOW_ACTION, WINDOW_STATE } from '#protocol/index.ts'
import { benchDescriptor, MOTOR_DATA, rest, runs, windowBench, type WindowBench, WindowModel } from '../../testing/index.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

const TRAVEL = WindowModel.TRAVEL
/** Travels for which a learning run, or a memory, believes the true one, with the little that the stops give. */
const believed = (travel_pulses: number): boolean =>
  1.03 * TRAVEL > WINDOW_PARAMETERS.travelLeast * travel_pulses && TRAVEL < WINDOW_PARAMETERS.travelMost * travel_pulses

/** Anything that a descriptor can hold, the true window's now and then. */
const claimed = fc.record({
  travel_pulses: fc.oneof(fc.constant(TRAVEL), fc.integer({ min: 0, max: 1.5 * TRAVEL }), fc.nat(0xffff)),
  run_A: fc.oneof(fc.constant(8), fc.integer({ min: 0, max: 200 }).map(run => run / 10), fc.nat(655)),
  peak_A: fc.oneof(fc.constant(20), fc.nat(655)),
  stall_A: fc.oneof(fc.constant(20), fc.nat(655)),
  motor: fc.oneof(fc.constant(MOTOR_DATA), fc.record({
    torque_Nm_A: fc.nat(0xffff).map(torque => torque / 100_000), winding_ohm: fc.nat(0xffff).map(winding => winding / 10_000),
    torqueTolerance_pct: fc.nat(30), windingTolerance_pct: fc.nat(30),
  })),
})
const orders = fc.array(fc.record({
  action: fc.oneof(fc.constant(WINDOW_ACTION.down), fc.constant(WINDOW_ACTION.learn), fc.constantFrom(...Object.values(WINDOW_ACTION))),
  position_pct: fc.nat(100), for_ms: fc.nat(9000),
}), { maxLength: 6 })

type Claim = typeof claimed extends fc.Arbitrary<infer T> ? T : never

/** The bench's window with a descriptor that claims something else; the port gives no more than is claimed. */
function liar(claim: Claim, opening_pct: number, known: boolean): WindowBench {
  const { travel_pulses, stall_A, run_A, peak_A, motor } = claim
  const descriptor: Descriptor = benchDescriptor(COMPONENT_CLASS.window, { travel_pulses, stall_A, ...motor }, run_A, peak_A)
  const made = windowBench(opening_pct, known, descriptor)
  made.bench.granted_A = Math.max(0.2, run_A)
  return made
}

describe('a descriptor that lies about travel, currents and motor', () => {
  it('never makes the window claim a place where the glass is not', () => {
    const start = fc.record({ claim: claimed, opening_pct: fc.nat(100), known: fc.boolean(), orders })
    fc.assert(fc.property(start, ({ claim, opening_pct, known, orders: list }) => {
      const { bench: b, glass } = liar(claim, opening_pct, known)
      for (const { action, position_pct, for_ms } of list) {
        b.command({ sequence: 0, action, position_pct })
        b.run(for_ms)
        if (action === WINDOW_ACTION.up || action === WINDOW_ACTION.down) b.component.released!()
        b.run(400)
        const status = b.status()
        if (status.learned === 1) {
          expect(believed(claim.travel_pulses)).toBe(true)
          expect(Math.abs(status.position_pct - glass.x * 100 / TRAVEL)).toBeLessThan(3)
        } else expect(status.position_pct).toBeNaN()
      }
      rest(b, 3 * WINDOW_PARAMETERS.run_ms)
      expect(b.pending).toBe(0)
    }), { seed: 51, numRuns: runs(80) })
  })

  it('never makes a window that lost its place take any other for its lower stop, and an honest one finds it', () => {
    const current = fc.integer({ min: 0, max: 120 }).map(run => run / 10)
    fc.assert(fc.property(current, fc.integer({ min: 2, max: 95 }), fc.integer({ min: 9, max: 16 }), (run_A, opening_pct, supply_V) => {
      const { bench: b, glass } = liar({ travel_pulses: TRAVEL, run_A, peak_A: 20, stall_A: 20, motor: MOTOR_DATA }, opening_pct, true)
      b.supply_V = supply_V
      b.granted_A = Infinity
      b.command({ sequence: 0, action: WINDOW_ACTION.autoDown, position_pct: NaN })
      b.run(60)
      b.reset()
      b.granted_A = Math.max(0.2, run_A)
      b.command({ sequence: 0, action: WINDOW_ACTION.down, position_pct: NaN })
      b.run(12_000)
      const { learned } = b.status()
      if (learned === 1) expect(glass.x).toBeGreaterThan(TRAVEL - 15)
      else expect(run_A).toBeLessThan(WINDOW_PARAMETERS.pressed_A)
    }), { seed: 53, numRuns: runs(60) })
  })

  it('never makes a closing that has learned nothing press a hand harder than 100 N', () => {
    const start = fc.record({ claim: claimed, at: fc.integer({ min: 60, max: 700 }), opening_pct: fc.integer({ min: 80, max: 100 }) })
    fc.assert(fc.property(start, ({ claim, at, opening_pct }) => {
      const { bench: b, glass } = liar(claim, opening_pct, false)
      glass.obstacleAt = at
      glass.obstacleStiffness = 0.2
      b.command({ sequence: 0, action: WINDOW_ACTION.up, position_pct: NaN })
      b.until(() => b.status().state !== WINDOW_STATE.closing, 2 * WINDOW_PARAMETERS.run_ms)
      b.run(300)
      expect(b.status().state).not.toBe(WINDOW_STATE.closing)
      expect(glass.peakObstacle_A * new WindowMotor(MOTOR_DATA).force_N_A).toBeLessThan(100)
    }), { seed: 52, numRuns: runs(150) })
  })

  it('of a motor that never gets warm, lets it get no warmer than the largest one', () => {
    const { bench: b, glass } = liar({ travel_pulses: TRAVEL, run_A: 8, peak_A: 20, stall_A: 655, motor: MOTOR_DATA }, 0, true)
    glass.current_A = () => 30
    b.command({ sequence: 0, action: WINDOW_ACTION.autoDown, position_pct: NaN })
    b.run(5000)
    for (let i = 0; i < 10 && b.status().thermal === 0; i++) {
      b.command({ sequence: 0, action: i % 2 ? WINDOW_ACTION.autoDown : WINDOW_ACTION.autoUp, position_pct: NaN })
      rest(b, 10_000)
    }
    expect(b.status().thermal).toBe(1)
  })
})
