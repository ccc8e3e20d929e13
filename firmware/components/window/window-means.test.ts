import { describe, expect, it } from 'vitest'
import { order, windowBench, type WindowDriverBench } from '../../testing/index.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

/** A glass on its way down, right after a tick. */
function opening(): WindowDriverBench {
  const { bench: b } = windowBench(10)
  order(b, 'autoDown')
  b.run(500)
  const { ticks } = b
  b.until(() => b.ticks > ticks, WINDOW_PARAMETERS.tick_ms)
  b.meansTaken_ms.length = 0
  return b
}

describe('the means of current and voltage', () => {
  it('are taken once a tick', () => {
    const b = opening()
    const now_ms = b.now_ms
    b.run(5 * WINDOW_PARAMETERS.tick_ms)
    expect(b.meansTaken_ms.map(at_ms => at_ms - now_ms)).toEqual([1, 2, 3, 4, 5].map(ticks => ticks * WINDOW_PARAMETERS.tick_ms))
  })

  it('of a short interval are not, whatever comes between two ticks', () => {
    const b = opening()
    b.run(WINDOW_PARAMETERS.means_ms - 1)
    b.component.vehicleChanged!()
    expect(b.meansTaken_ms).toEqual([])
    b.run(1)
    b.component.vehicleChanged!()
    expect(b.meansTaken_ms).toEqual([b.now_ms])
  })

  it('are those of one duty: a new one begins an interval', () => {
    const b = opening()
    b.run(1)
    order(b, 'stop')
    expect(b.meansTaken_ms).toEqual([b.now_ms])
  })
})
