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
    for (let i = 0; i < 20; i++) {
      b.hang(35)
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
