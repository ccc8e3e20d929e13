import { describe, expect, it } from 'vitest'
import { FakeHal } from '../testing/index.ts'
import { createCounters, Schedule } from '../runtime/index.ts'
import { DriverJobs } from './driver-jobs.ts'

function setUp() {
  const hal = new FakeHal(1, 0)
  const schedule = new Schedule(hal, createCounters())
  return { clock: hal.clock, schedule, jobs: new DriverJobs(schedule, 'port 2'), fired: [] as string[] }
}

describe('the jobs of a driver', () => {
  it('fire once when they are due, are moved by a new start, and pulled forward only by notLater', () => {
    const { clock, schedule, jobs, fired } = setUp()
    const job = jobs.make('bulb check', () => fired.push(`at ${clock.now_ms}`))
    expect(job.armed()).toBe(false)
    job.startIn(10)
    job.notLater(20)
    expect([job.armed(), schedule.pending()]).toEqual([true, ['port 2 bulb check']])
    job.startIn(30)
    job.notLater(15)
    clock.advance(100)
    expect([fired, job.armed()]).toEqual([['at 15'], false])
    job.startIn(10)
    job.stop()
    clock.advance(100)
    expect(fired).toEqual(['at 15'])
  })

  it('come before the runtime\'s of the same time: what is sent then says what they read', () => {
    const { clock, schedule, jobs, fired } = setUp()
    schedule.startIn(schedule.job('send', () => fired.push('send')), 10)
    jobs.make('first', () => fired.push('first')).startIn(10)
    jobs.make('second', () => fired.push('second')).startIn(10)
    schedule.startIn(schedule.job('send later', () => fired.push('send later')), 10)
    clock.advance(10)
    expect(fired).toEqual(['first', 'second', 'send', 'send later'])
  })

  it('end with it', () => {
    const { clock, schedule, jobs, fired } = setUp()
    jobs.make('settings', () => fired.push('settings')).startIn(10)
    jobs.end()
    expect(schedule.pending()).toEqual([])
    jobs.make('of the next driver', () => fired.push('next')).startIn(10)
    clock.advance(10)
    expect(fired).toEqual(['next'])
  })
})
