import { describe, expect, it } from 'vitest'
import { WINDOW_PLUG, WINDOW_STATE } from '#protocol/index.ts'
import { duty, order, rest, type WindowBench, windowBench, WindowModel } from '../../testing/index.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

/** A window in the middle of a closing. */
function closing(action: 'autoUp' | 'up' = 'autoUp'): WindowBench {
  const made = windowBench(90)
  order(made.bench, action)
  made.bench.run(1500)
  expect(duty(made.bench)).toBeLessThan(0)
  return made
}

describe('a closing whose processor hangs', () => {
  it('is renewed at each tick, also of 20 ms with a pause of 15, and goes on', () => {
    const { bench: b } = closing()
    const { ticks } = b
    b.until(() => b.ticks > ticks, 20)
    for (let i = 0; i < 20; i++) {
      b.hang(WINDOW_PARAMETERS.gapMost_ms - 1)
      expect(duty(b)).toBeLessThan(0)
      b.run(1)
    }
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.closing, pinch: 0 })
  })

  it('loses its motor to the board, and opens when the processor is back', () => {
    for (const action of ['autoUp', 'up'] as const) {
      const { bench: b, glass } = closing(action)
      b.hang(b.holds_ms)
      expect(duty(b)).toBe(0)
      const stood = glass.x
      b.run(1)
      expect(b.braked.has(WINDOW_PLUG.motor)).toBe(true)
      expect(b.status()).toMatchObject({ state: WINDOW_STATE.reversing, pinch: 1, fault: 0 })
      rest(b, 8000)
      const low = Math.min(WindowModel.TRAVEL, stood + WINDOW_PARAMETERS.reopen_mm * WINDOW_PARAMETERS.pulses_mm)
      expect(Math.abs(glass.x - low)).toBeLessThan(12)
    }
  })

  it('is over in the very millisecond in which the board ends it', () => {
    const { bench: b } = closing('up')
    const { ticks } = b
    b.until(() => b.ticks > ticks, 20)
    b.hang(b.holds_ms)
    b.component.vehicleChanged!()
    expect(b.status().state).toBe(WINDOW_STATE.reversing)
  })

  it('does not begin anew before a tick has looked, whatever comes first', () => {
    const { bench: b } = closing('up')
    b.hang(b.holds_ms + 5)
    order(b, 'up')
    expect(duty(b)).toBe(0)
    b.component.vehicleChanged!()
    expect(b.status().state).toBe(WINDOW_STATE.reversing)
  })

  it('does not take where it stood on its learning run for the upper end: opens, and has learned nothing', () => {
    const { bench: b, glass } = windowBench(50)
    order(b, 'learn')
    expect(b.until(() => duty(b) < 0 && glass.x < 20, 20_000)).toBeLessThan(Infinity)
    b.hang(b.holds_ms)
    const stood = glass.x
    rest(b, 8000)
    expect(b.status()).toMatchObject({ learned: 0, pinch: 1, fault: 1 })
    expect(glass.x).toBeGreaterThan(stood + 0.9 * WINDOW_PARAMETERS.reopen_mm * WINDOW_PARAMETERS.pulses_mm)
  })

  it('an opening is not renewed, and goes on: it presses nobody', () => {
    const { bench: b, glass } = windowBench(10)
    order(b, 'autoDown')
    b.run(500)
    const stood = glass.x
    b.hang(1000)
    expect(duty(b)).toBeGreaterThan(0)
    expect(glass.x).toBeGreaterThan(stood + 100)
  })
})

describe('a board that comes too late', () => {
  /** Late by more than the force was judged with, and by less than what the board itself ends. */
  const LATE_ms = WINDOW_PARAMETERS.gapMost_ms + 5

  it('opens a window that closes by itself, says so, and then closes only what is held', () => {
    const { bench: b } = closing()
    b.hang(LATE_ms)
    b.run(1)
    expect(b.ticksLate).toBe(1)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.reversing, fault: 0 })
    rest(b, 8000)
    expect(b.status().state).toBe(WINDOW_STATE.noMeans)
    expect([order(b, 'autoUp'), order(b, 'goto'), order(b, 'learn')]).toEqual([false, false, false])
    expect(order(b, 'up')).toBe(true)
    b.run(500)
    expect(duty(b)).toBeLessThan(0)
  })

  it('goes on with what a switch holds: whose hand it is, sees it', () => {
    const { bench: b } = closing('up')
    b.hang(LATE_ms)
    b.run(1)
    expect(duty(b)).toBeLessThan(0)
    expect(b.status().state).toBe(WINDOW_STATE.closing)
    expect(b.ticksLate).toBe(1)
  })

  it('may close by itself again when it has come in time for long', () => {
    const { bench: b } = closing()
    b.hang(LATE_ms)
    b.run(1)
    const { ticks } = b
    rest(b, 8000)
    while (b.ticks - ticks < WINDOW_PARAMETERS.provenTicks) {
      expect(order(b, 'autoUp')).toBe(false)
      order(b, b.status().position_pct > 50 ? 'up' : 'down')
      b.run(200)
    }
    order(b, 'stop')
    rest(b, 8000)
    expect(order(b, 'autoUp')).toBe(true)
  })

  it('that promises no time closes only what is held from the beginning', () => {
    const made = windowBench(90, true, undefined, 40)
    expect(order(made.bench, 'autoUp')).toBe(false)
    expect(order(made.bench, 'up')).toBe(true)
  })
})
