import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import type { Job } from './schedule.ts'
import { Schedule, STALL_ms } from './schedule.ts'

function setUp() {
  const hal = new FakeHal(1, 0)
  const counters = createCounters()
  return { hal, clock: hal.clock, counters, schedule: new Schedule(hal, counters) }
}

describe('the schedule', () => {
  it('fires jobs by time, and those of one time in the order of arming', () => {
    const { clock, schedule } = setUp()
    const fired: string[] = []
    const job = (name: string): Job => schedule.job(name, () => fired.push(name))
    schedule.startIn(job('c'), 20)
    schedule.startIn(job('a'), 10)
    schedule.startIn(job('b'), 10)
    expect(schedule.pending()).toEqual(['a', 'b', 'c'])
    clock.advance(15)
    expect(fired).toEqual(['a', 'b'])
    clock.advance(5)
    expect(fired).toEqual(['a', 'b', 'c'])
    expect(schedule.pending()).toEqual([])
  })

  it('moves a job that is armed again, and forgets one that is stopped', () => {
    const { clock, schedule } = setUp()
    let fired = 0
    const job = schedule.job('job', () => fired++)
    schedule.startIn(job, 10)
    schedule.startIn(job, 30)
    clock.advance(20)
    expect(fired).toBe(0)
    schedule.notLater(job, 50)
    expect(job.due_ms).toBe(30)
    schedule.notLater(job, 25)
    clock.advance(5)
    expect(fired).toBe(1)
    schedule.startIn(job, 5)
    schedule.stop(job)
    clock.advance(100)
    expect(fired).toBe(1)
  })

  it('gives a job that takes long a callback for itself, and keeps the order', () => {
    const { hal, clock, schedule } = setUp()
    const fired: string[][] = []
    const { after } = hal
    hal.after = (delay_ms, fire) => after.call(hal, delay_ms, () => {
      fired.push([])
      fire()
    })
    const note = (name: string) => () => { fired.at(-1)!.push(name) }
    const again = schedule.loner('again', () => {
      note('again')()
      if (fired.flat().filter(name => name === 'again').length < 2) schedule.startIn(again, 0)
    })
    const jobs = [schedule.job('a', note('a')), schedule.job('b', note('b')), again, schedule.job('c', note('c')), schedule.job('d', note('d'))]
    for (const job of jobs) schedule.startIn(job, 10)
    clock.advance(10)
    expect(fired).toEqual([['a', 'b'], ['again'], ['c', 'd'], ['again']])
    expect(clock.now_ms).toBe(10)
  })

  it('never arms a job for a time that does not come', () => {
    const { schedule } = setUp()
    schedule.notLater(schedule.job('never', () => undefined), Infinity)
    expect(schedule.pending()).toEqual([])
  })

  it('lets a job arm itself and others while it runs', () => {
    const { clock, schedule } = setUp()
    const times: number[] = []
    const job = schedule.job('tick', () => {
      times.push(schedule.now())
      schedule.startAt(job, job.due_ms + 10)
    })
    schedule.startAt(job, 10)
    clock.advance(45)
    expect(times).toEqual([10, 20, 30, 40])
  })

  it('a job that arms itself without delay does not lock out the rest of the board', () => {
    const { clock, schedule } = setUp()
    let greedy = 0
    const job = schedule.job('greedy', () => {
      greedy++
      if (greedy < 1000) schedule.startIn(job, 0)
    })
    schedule.startIn(job, 0)
    let others = 0
    clock.after(0, () => others = greedy)
    clock.advance(0)
    expect(greedy).toBe(1000)
    expect(others).toBeLessThan(10)
  })

  it('knows after a stall how old waiting things may be', () => {
    const { clock, counters, schedule } = setUp()
    const behind_ms = (): number => {
      schedule.now()
      return schedule.behind_ms()
    }
    schedule.startIn(schedule.job('care', () => undefined), 100)
    expect(behind_ms()).toBe(0)
    clock.stall(400)
    // Nobody knows when within the 100 ms before the job was due it began.
    expect(behind_ms()).toBe(400)
    clock.advance(0)
    expect(behind_ms()).toBe(400)
    expect(counters.stalls).toBe(1)
    expect(counters.longestStall_ms).toBe(300)
    clock.advance(10)
    expect(behind_ms()).toBe(0)
    schedule.startIn(schedule.job('late', () => undefined), 100)
    clock.stall(100 + STALL_ms)
    clock.advance(0)
    expect(counters.stalls).toBe(1)
  })

  it('takes what was due in a stall for one stall, however many callbacks that takes', () => {
    const { clock, counters, schedule } = setUp()
    const seen: number[] = []
    for (const due_ms of [100, 200, 330]) {
      schedule.startIn(schedule.loner(`${due_ms}`, () => {
        schedule.now()
        seen.push(schedule.behind_ms())
      }), due_ms)
    }
    clock.stall(400)
    clock.advance(0)
    expect(seen).toEqual([400, 400, 400])
    expect([counters.stalls, counters.longestStall_ms]).toEqual([1, 300])
  })

  it('agrees with a sorted list on any sequence of arming, moving and stopping', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3 }))
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, schedule } = setUp()
      const fired: string[] = []
      const expected: string[] = []
      let model: { index: number, due: number }[] = []
      const jobs = Array.from({ length: 10 }, (_, i) => schedule.job(`${i}`, () => fired.push(`${i}@${schedule.now()}`)))
      for (const [index, delay, action] of steps) {
        if (action === 3) {
          const end = clock.now_ms + delay
          for (const due of model.filter(entry => entry.due <= end)) expected.push(`${due.index}@${due.due}`)
          model = model.filter(entry => entry.due > end)
          clock.advance(delay)
        } else {
          model = model.filter(entry => entry.index !== index)
          if (action === 2) {
            schedule.stop(jobs[index]!)
          } else {
            model.push({ index, due: clock.now_ms + delay })
            model.sort((a, b) => a.due - b.due)
            schedule.startIn(jobs[index]!, delay)
          }
        }
      }
      expect(fired).toEqual(expected)
      expect(schedule.pending()).toEqual(model.map(entry => `${entry.index}`))
    }), { seed: 1 })
  })
})
