import { describe, expect, it } from 'vitest'
import { AllocatorBench, type LineOptions } from '../../testing/index.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'

const { safety, access, comfort } = PRIORITY
const { lease_ms, guard_ms, wish_ms, patience_ms, aged_ms, rotate_ms, peakReserved_ms } = POWER_RULES
const LEASE_ms = lease_ms + guard_ms

const bench = (options: LineOptions = {}): AllocatorBench => new AllocatorBench(options)

describe('to the millisecond', () => {
  it('a lease is over 2.1 s after it was given', () => {
    const rig = bench()
    rig.ask(0, 0, 5)
    rig.at(10_000 + LEASE_ms - 1).answers()
    expect(rig.account(0, 0).held).toBe(true)
    rig.at(10_000 + LEASE_ms).answers()
    expect(rig.account(0, 0)).toMatchObject({ held: false, run_mA: 0, reserved_mA: 0, peakEnd_ms: 0 })
  })

  it('a peak is reserved for 650 ms', () => {
    const rig = bench()
    rig.ask(0, 0, 5, comfort, 20)
    rig.at(10_000 + peakReserved_ms - 1).answers()
    expect(rig.account(0, 0).reserved_mA).toBe(20_000)
    rig.at(10_000 + peakReserved_ms).answers()
    expect(rig.account(0, 0).reserved_mA).toBe(5000)
  })

  it('a peak that is over is none when the lease is lowered, before anybody looked', () => {
    const rig = bench()
    rig.ask(0, 0, 5, comfort, 20)
    rig.at(10_000 + peakReserved_ms).request(0, 0, 3)
    expect(rig.account(0, 0).reserved_mA).toBe(3000)
  })

  it('a port that asked 1.6 s ago waits no more', () => {
    for (const [after_ms, busy] of [[wish_ms - 1, true], [wish_ms, false]] as const) {
      const rig = bench({ spine_A: 10, drop_A: 10 })
      rig.allocator.adopt(rig.now_ms, 0, 0, 8)
      rig.ask(1, 0, 8)
      rig.allocator.release(0, 0, 0)
      rig.allocator.freeze(true)
      rig.at(10_000 + after_ms).answers()
      expect(rig.allocator.busy()).toBe(busy)
    }
  })

  it('a request finds its own lease over, even if nobody looked since', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 5)
    rig.at(10_000 + LEASE_ms).allocator.freeze(true)
    expect(rig.ask(0, 0, 5)).toEqual(['0.0 deferred'])
  })

  it('a wish is patient for its peak for 800 ms, and is tried then without asking again', () => {
    const rig = bench({ spine_A: 30, drop_A: 30 })
    rig.ask(0, 0, 17)
    expect(rig.ask(1, 0, 9, comfort, 20)).toEqual(['1.0 deferred'])
    expect(rig.at(10_000 + patience_ms - 1).answers()).toEqual([])
    expect(rig.at(10_000 + patience_ms).answers()).toEqual(['1.0 granted 9/13'])
  })

  it('a wish of access takes the current of others after 800 ms, and is tried then without asking again', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 15, comfort)
    expect(rig.ask(1, 0, 9, access)).toEqual(['1.0 deferred'])
    expect(rig.at(10_000 + patience_ms - 1).answers()).toEqual([])
    expect(rig.at(10_000 + patience_ms).answers()).toEqual(['0.0 revoked'])
    expect(rig.at(10_000 + LEASE_ms - 600).ask(1, 0, 9, access)).toEqual(['1.0 deferred'])
    expect(rig.at(10_000 + LEASE_ms).answers()).toEqual(['1.0 granted 9/9'])
  })

  it('who has waited for 2 s is not passed any more', () => {
    for (const [waited_ms, result] of [[aged_ms - 1, '2.0 granted 4/4'], [aged_ms, '2.0 deferred']] as const) {
      const rig = bench({ spine_A: 20, drop_A: 20 })
      rig.allocator.adopt(rig.now_ms, 0, 0, 12)
      rig.answers()
      for (let t = 0; t < waited_ms; t += 1000) rig.at(10_000 + t).ask(1, 0, 12, access)
      expect(rig.at(10_000 + waited_ms).ask(2, 0, 4, access)).toEqual([result])
    }
  })

  it('equals take turns when one has had it and the other has waited for 10 s', () => {
    for (const [had_ms, waited_ms, revokes] of [
      [rotate_ms + 500, rotate_ms, true], [rotate_ms + 500, rotate_ms - 1, false],
      [rotate_ms, rotate_ms, true], [rotate_ms, rotate_ms - 0.5, false],
    ] as const) {
      const rig = bench({ spine_A: 20, drop_A: 20 })
      const until_ms = 10_000 + had_ms
      for (let t = 10_000; t < until_ms; t += 500) {
        rig.at(t).ask(0, 0, 12)
        if (t <= until_ms - waited_ms && t + 500 > until_ms - waited_ms) rig.at(until_ms - waited_ms).ask(1, 0, 12)
        else if (t > until_ms - waited_ms) rig.ask(1, 0, 12)
      }
      expect(rig.at(until_ms).ask(1, 0, 12).includes('0.0 revoked')).toBe(revokes)
    }
  })

  it('equals for safety never take turns', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    for (let t = 10_000; t < 10_000 + 2 * rotate_ms; t += 500) {
      rig.at(t).ask(0, 0, 15, safety)
      expect(rig.ask(1, 0, 15, safety)).toEqual(['1.0 deferred'])
    }
  })
})

describe('to the ampere', () => {
  it('a port may ask for all that its cable carries, not for more', () => {
    expect(bench({ drop_A: 15 }).ask(0, 0, 15)).toEqual(['0.0 granted 15/15'])
    expect(bench({ drop_A: 15 }).ask(0, 0, 15.2)).toEqual(['0.0 refused'])
    expect(bench({ drop_A: 15 }).ask(0, 0, 15, safety)).toEqual(['0.0 granted 15/15'])
  })

  it('only what could never be meant is counted as absurd', () => {
    const rig = bench({ drop_A: 15 })
    const wishes = [
      [15, comfort], [15.2, comfort], [15, safety], [15.2, safety], [0, safety], [-1, safety], [Infinity, safety], [NaN, safety],
    ]
    const counts = wishes.map(([run_A, priority]) => {
      const before = rig.allocator.absurd
      rig.ask(0, 0, run_A!, priority)
      return rig.allocator.absurd - before
    })
    expect(counts).toEqual([0, 1, 0, 1, 1, 1, 1, 1])
  })

  it('what is asked for in excess for safety is cut to steps that a grant can carry', () => {
    expect(bench({ drop_A: 15.1 }).ask(0, 0, 20, safety)).toEqual(['0.0 granted 15/15'])
  })

  it('a refused wish takes back the one before it', () => {
    const rig = bench({ spine_A: 10, drop_A: 10 })
    rig.ask(0, 0, 8)
    rig.ask(1, 0, 8)
    expect(rig.ask(1, 0, 50)).toEqual(['1.0 refused'])
    rig.allocator.release(0, 0, 0)
    expect(rig.answers()).toEqual([])
  })

  it('a wish begins with 0.7 of its peak, not with less', () => {
    const rig = bench({ spine_A: 30, drop_A: 30 })
    rig.ask(0, 0, 16)
    expect(rig.ask(1, 0, 9, comfort, 20)).toEqual(['1.0 granted 9/14'])
    const less = bench({ spine_A: 30, drop_A: 30 })
    less.ask(0, 0, 16.2)
    expect(less.ask(1, 0, 9, comfort, 20)).toEqual(['1.0 deferred'])
  })

  it('access begins with 0.8 of its peak: with three quarters a latch stands', () => {
    const rig = bench({ spine_A: 30, drop_A: 30 })
    rig.ask(0, 0, 22)
    expect(rig.ask(1, 0, 5, access, 10)).toEqual(['1.0 granted 5/8'])
    const less = bench({ spine_A: 30, drop_A: 30 })
    less.ask(0, 0, 22.2)
    expect(less.ask(1, 0, 5, access, 10)).toEqual(['1.0 deferred'])
  })

  it('while access waits for its peak, comfort that runs takes no new one, and none begins that would take it', () => {
    const rig = bench({ spine_A: 40, drop_A: 30 })
    rig.ask(0, 0, 4, comfort, 20)
    rig.ask(0, 1, 8)
    expect(rig.ask(1, 0, 5, access, 10)).toEqual(['1.0 granted 5/10'])
    expect(rig.ask(2, 0, 5, access, 10)).toEqual(['2.0 deferred'])
    rig.at(10_300)
    for (const [port, run_A] of [[0, 4], [1, 8]] as const) rig.allocator.reported(rig.now_ms, 0, port, run_A)
    // It asks for more, and for the same again, each time with a peak: what was reserved for its first ends when it was to.
    expect(rig.ask(0, 0, 5, comfort, 20)).toEqual(['0.0 granted 4/4', '0.0 granted 5/5'])
    expect(rig.ask(0, 0, 4, comfort, 20)).toEqual(['0.0 granted 4/4'])
    expect(rig.ask(1, 1, 1, comfort, 2)).toEqual(['1.1 deferred'])
    rig.now_ms = 10_000 + peakReserved_ms
    expect(rig.answers()).toEqual(['2.0 granted 5/10', '1.1 granted 1/2'])
    // Nobody waits any more.
    expect(rig.ask(0, 0, 4, comfort, 20)).toEqual(['0.0 granted 4/15'])
  })

  it('what runs is granted more while access waits, but no peak with it', () => {
    const rig = bench({ spine_A: 100, drop_A: 20 })
    rig.ask(0, 0, 4)
    rig.ask(1, 0, 15)
    expect(rig.ask(1, 1, 5, access, 10)).toEqual(['1.1 deferred'])
    expect(rig.ask(0, 0, 6, comfort, 15)).toEqual(['0.0 granted 4/4', '0.0 granted 6/6'])
    expect(rig.ask(0, 1, 1, access, 2)).toEqual(['0.1 granted 1/2'])
    expect(rig.ask(0, 1, 1, access, 3)).toEqual(['0.1 granted 1/3'])
  })

  it('while safety waits, access that runs takes no new peak', () => {
    const rig = bench({ spine_A: 30, drop_A: 30 })
    rig.ask(0, 0, 4, access)
    rig.ask(0, 1, 22, safety)
    expect(rig.ask(1, 0, 10, safety)).toEqual(['1.0 deferred'])
    expect(rig.ask(0, 0, 4, access, 6)).toEqual(['0.0 granted 4/4'])
  })

  it('who waits knows when the next peak or lease ends; who does not is in no hurry', () => {
    const rig = bench({ spine_A: 30, drop_A: 30 })
    rig.ask(0, 0, 5, comfort, 25)
    expect(rig.allocator.due_ms()).toBe(Infinity)
    rig.ask(1, 0, 5, comfort, 25)
    expect(rig.allocator.due_ms()).toBe(10_000 + peakReserved_ms)
  })

  it('who holds a lease already, or reverses, does not wait for a peak', () => {
    const rig = bench({ spine_A: 30, drop_A: 30 })
    rig.ask(0, 0, 19)
    rig.ask(1, 0, 1)
    expect(rig.ask(1, 0, 9, comfort, 20).at(-1)).toBe('1.0 granted 9/11')
    const reversing = bench({ spine_A: 30, drop_A: 30 })
    reversing.ask(0, 0, 19)
    expect(reversing.ask(1, 0, 9, safety, 20)).toEqual(['1.0 granted 9/11'])
  })

  it('safety begins with half of its run current, not with less, and with no more than there is', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.allocator.adopt(rig.now_ms, 0, 0, 15.9)
    expect(rig.ask(1, 0, 8, safety, 20)[0]).toBe('1.0 granted 4/4')
    const less = bench({ spine_A: 20, drop_A: 20 })
    less.allocator.adopt(less.now_ms, 0, 0, 16.1)
    expect(less.ask(1, 0, 8, safety, 20)[0]).toBe('1.0 deferred')
  })

  it('safety that has a part takes more as it comes, and the whole in the end', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    for (const port of [0, 1, 2]) rig.ask(0, port, 4, safety)
    rig.ask(1, 1, 3, safety)
    expect(rig.ask(1, 0, 8, safety)).toEqual(['1.0 granted 5/5'])
    rig.allocator.release(1, 1, 3)
    expect(rig.answers()).toEqual(['1.0 granted 8/8'])
    expect(rig.answers()).toEqual([])
  })

  it('a renewal with a peak gets the peak that there is, and never less than its run current', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 5)
    rig.ask(1, 0, 7)
    expect(rig.ask(0, 0, 5, comfort, 20)).toEqual(['0.0 granted 5/13'])
    const full = bench({ spine_A: 20, drop_A: 20 })
    full.ask(0, 0, 5)
    full.ask(1, 0, 15)
    expect(full.ask(0, 0, 5, comfort, 20)).toEqual(['0.0 granted 5/5'])
  })

  it('an adopted lease beyond the cable leaves its port a renewal, and nobody any room', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.allocator.adopt(rig.now_ms, 0, 0, 25)
    expect(rig.ask(0, 0, 19, comfort, 20)).toEqual(['0.0 granted 19/20'])
    expect(rig.ask(1, 0, 2)).toEqual(['1.0 deferred'])
  })
})

describe('sequences', () => {
  it('a release ends what was asked for before it, up to seven requests back', () => {
    for (const [released, held] of [[4, false], [11, false], [12, true], [3, true]] as const) {
      const rig = bench()
      rig.sequence = 4
      rig.ask(0, 0, 5)
      rig.allocator.release(0, 0, released)
      expect(rig.account(0, 0).held).toBe(held)
    }
  })

  it('a release that was overtaken by a request takes back neither the wish nor its answer', () => {
    const rig = bench()
    rig.sequence = 4
    rig.request(0, 0, 5)
    rig.allocator.release(0, 0, 3)
    expect(rig.answers()).toEqual(['0.0 granted 5/5'])
    rig.request(0, 0, 5)
    rig.allocator.release(0, 0, 4)
    expect(rig.account(0, 0).held).toBe(true)
    expect(rig.answers()).toEqual(['0.0 granted 5/5'])
  })

  it('a release takes back the answer that was to come', () => {
    const rig = bench()
    rig.ask(0, 0, 5)
    rig.request(0, 0, 5)
    rig.allocator.release(0, 0, 1)
    expect(rig.answers()).toEqual([])
  })

  it('any release ends an adopted lease, counted or not yet', () => {
    for (const counted of [true, false]) {
      const rig = bench()
      rig.sequence = 4
      rig.ask(0, 0, 5)
      rig.allocator.release(0, 0, 4)
      rig.allocator.adopt(rig.now_ms, 0, 0, 7)
      if (counted) rig.answers()
      rig.allocator.release(0, 0, 2)
      rig.answers()
      expect(rig.account(0, 0).held).toBe(false)
    }
  })

  it('a lease that was adopted once is an ordinary one when it is given again', () => {
    const rig = bench()
    rig.allocator.adopt(rig.now_ms, 0, 0, 7)
    rig.answers()
    rig.allocator.release(0, 0, 2)
    rig.sequence = 4
    rig.ask(0, 0, 5)
    rig.allocator.release(0, 0, 3)
    expect(rig.account(0, 0).held).toBe(true)
  })
})

describe('a hub that is hotter than its drop is laid for', () => {
  const rig = bench({ drop_A: 20, dropPeak_A: 25, spine_A: 60, spinePeak_A: 80 })
  /** What it is told when it asks for so much at this temperature. */
  const told = (temperature_C: number, run_A: number, peak_A: number): string[] => {
    rig.allocator.warm(0, temperature_C)
    const answers = rig.ask(0, 0, run_A, comfort, peak_A)
    rig.allocator.release(0, 0, rig.sequence - 1)
    rig.answers()
    return answers
  }

  it('gets less from then on, nothing at the limit of the insulation, and all again when it has cooled', () => {
    expect(told(80, 18, 40)).toEqual(['0.0 granted 18/25'])
    // 25 A √(5 K / 25 K) are 11.18 A.
    expect(told(100, 11.2, 12)).toEqual(['0.0 deferred'])
    expect(told(100, 10, 12)).toEqual(['0.0 granted 10/11'])
    expect(told(105, 0.2, 0.2)).toEqual(['0.0 deferred'])
    expect(told(NaN, 18, 40)).toEqual(['0.0 granted 18/25'])
    expect(told(23, 18, 40)).toEqual(['0.0 granted 18/25'])
  })

  it('leaves the others what their drops carry', () => {
    rig.allocator.warm(0, 105)
    expect(rig.ask(1, 0, 18)).toEqual(['1.0 granted 18/18'])
  })
})
