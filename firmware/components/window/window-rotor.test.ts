import { describe, expect, it } from 'vitest'
import { order, rest, WINDOW_DESCRIPTOR, type WindowBench, windowBench } from '../../testing/index.ts'
import { rotorImage, rotorOf } from './load.ts'
import { WINDOW_ROTOR_KEY, type WindowDriver } from './window.ts'

/** Records are read when the window is first looked at. */
const inertia = ({ bench }: WindowBench): number => {
  bench.status()
  return (bench.component as WindowDriver)['control'].closing.guard.load.inertia()
}
const stored = ({ bench }: WindowBench): number => rotorOf(bench.nvm.get(WINDOW_ROTOR_KEY), WINDOW_DESCRIPTOR.serial)

function goes(made: WindowBench, ...actions: ('autoDown' | 'autoUp')[]): void {
  for (const action of actions) {
    order(made.bench, action)
    rest(made.bench, 15_000)
    made.bench.run(60_000)
  }
}

describe('what a window learned of its rotor', () => {
  it('is kept over a reset, written with the motor off, and seldom', () => {
    const made = windowBench(100)
    goes(made, 'autoUp', 'autoDown', 'autoUp')
    const learned = inertia(made)
    expect(learned).toBeLessThan(0.9)
    expect(Math.abs(stored(made) - learned)).toBeLessThan(0.1)
    const kept = stored(made)
    made.bench.reset()
    expect(inertia(made)).toBe(kept)
    for (let i = 0; i < 10; i++) goes(made, 'autoDown', 'autoUp')
    const writes = made.bench.saves.filter(({ key }) => key === WINDOW_ROTOR_KEY)
    expect(writes).toEqual([{ key: WINDOW_ROTOR_KEY, driving: false }])
  })

  it('is not what another window taught', () => {
    const made = windowBench(100)
    made.bench.nvm.set(WINDOW_ROTOR_KEY, rotorImage(WINDOW_DESCRIPTOR.serial + 1, 1.8))
    made.bench.reset()
    expect(inertia(made)).toBe(1)
    made.bench.nvm.set(WINDOW_ROTOR_KEY, rotorImage(WINDOW_DESCRIPTOR.serial, 1.8))
    made.bench.reset()
    expect(inertia(made)).toBeCloseTo(1.8, 12)
  })
})
