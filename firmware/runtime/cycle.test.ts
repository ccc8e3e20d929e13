import { describe, expect, it } from 'vitest'
import { FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { FrameCycle } from './cycle.ts'
import { Schedule } from './schedule.ts'

function setUp(minimum_ms = 20) {
  const hal = new FakeHal(1, 0)
  const schedule = new Schedule(hal, createCounters())
  const sent: string[] = []
  const cycle = new FrameCycle(schedule, 'cycle', minimum_ms, index => sent.push(`${index}@${schedule.now()}`))
  return { clock: hal.clock, schedule, sent, cycle }
}

describe('a cycle of frames', () => {
  it('sends all frames every period, one minimum interval apart, from its phase on', () => {
    const { clock, sent, cycle } = setUp()
    cycle.start(3, 1000, 150)
    clock.advance(1300)
    expect(sent).toEqual(['0@150', '1@170', '2@190', '0@1150', '1@1170', '2@1190'])
  })

  it('sends a change at once, several not closer than the minimum interval, each frame once', () => {
    const { clock, sent, cycle } = setUp()
    cycle.start(3, 0, 0)
    clock.advance(100)
    cycle.mark(2)
    cycle.mark(1)
    cycle.mark(1)
    clock.advance(5)
    cycle.mark(2)
    clock.advance(1000)
    expect(sent).toEqual(['1@100', '2@120'])
  })

  it('lets no frame starve another', () => {
    const { clock, sent, cycle } = setUp()
    cycle.start(4, 0, 0)
    for (let t = 0; t < 400; t += 5) {
      cycle.mark(0)
      if (t === 200) cycle.mark(3)
      clock.advance(5)
    }
    expect(sent.some(entry => entry.startsWith('3@'))).toBe(true)
  })

  it('takes a shorter period at once and a longer one after the round', () => {
    const { clock, sent, cycle } = setUp()
    cycle.start(1, 1000, 0)
    clock.advance(10)
    cycle.setPeriod(100)
    clock.advance(290)
    cycle.setPeriod(1000)
    clock.advance(1000)
    expect(sent).toEqual(['0@0', '0@110', '0@210', '0@310'])
    clock.advance(100)
    expect(sent.length).toBe(5)
  })

  it('repeats all on demand, later', () => {
    const { clock, sent, cycle } = setUp()
    cycle.start(2, 0, 0)
    cycle.repeatIn(60)
    clock.advance(59)
    expect(sent).toEqual([])
    clock.advance(100)
    expect(sent).toEqual(['0@60', '1@80'])
    clock.advance(10_000)
    expect(sent.length).toBe(2)
  })

  it('does nothing before its start, after its stop, or for frames it does not have', () => {
    const { clock, schedule, sent, cycle } = setUp()
    cycle.mark(0)
    cycle.repeatIn(0)
    clock.advance(100)
    cycle.start(2, 100, 0)
    cycle.mark(2)
    cycle.mark(9)
    cycle.stop()
    cycle.mark(0)
    clock.advance(1000)
    expect(sent).toEqual([])
    expect(schedule.pending()).toEqual([])
  })

  it('does not burst after a stall', () => {
    const { clock, sent, cycle } = setUp()
    cycle.start(1, 100, 0)
    clock.advance(0)
    clock.stall(1000)
    clock.advance(0)
    clock.advance(99)
    expect(sent).toEqual(['0@0', '0@1000'])
  })
})
