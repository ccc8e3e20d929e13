import { describe, expect, it } from 'vitest'
import { AllocatorBench, type LineOptions } from '../../testing/index.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'

const { safety, access, comfort, idle } = PRIORITY
const LEASE_ms = POWER_RULES.lease_ms + POWER_RULES.guard_ms
const bench = (options: LineOptions = {}): AllocatorBench => new AllocatorBench(options)

describe('the order of things', () => {
  it('the more important wish is granted first, of equals the older', () => {
    const rig = bench({ spine_A: 12, drop_A: 12 })
    rig.ask(0, 0, 12)
    rig.request(1, 0, 4, idle)
    rig.request(1, 1, 4, comfort)
    rig.answers()
    rig.at(10_100).request(2, 0, 4, comfort)
    rig.request(2, 1, 4, access)
    rig.answers()
    rig.allocator.release(0, 0, 0)
    expect(rig.answers()).toEqual(['2.1 granted 4/4', '1.1 granted 4/4', '2.0 granted 4/4'])
  })

  it('a wish of another priority is another wish: it begins to wait anew', () => {
    const rig = bench({ spine_A: 12, drop_A: 12 })
    rig.ask(0, 0, 12)
    rig.ask(1, 0, 8, comfort)
    rig.at(10_100).ask(2, 0, 8, access)
    rig.at(10_200).ask(1, 0, 8, access)
    rig.allocator.release(0, 0, 0)
    expect(rig.answers()).toEqual(['2.0 granted 8/8'])
  })

  it('safety is tried before others are told what they wait for', () => {
    const rig = bench({ spine_A: 12, drop_A: 12 })
    rig.request(0, 0, 50)
    rig.request(1, 0, 8, safety)
    expect(rig.answers()).toEqual(['1.0 granted 8/8', '0.0 refused'])
  })

  it('a call does one thing: it ends one lease, or takes one away', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    for (const port of [0, 1, 2]) rig.ask(0, port, 6)
    rig.request(1, 0, 17, safety)
    const held = (): number => [0, 1, 2].filter(port => rig.account(0, port).held && !rig.account(0, port).revoking).length
    const steps: number[] = []
    do {
      const before = held()
      rig.allocator.next(rig.now_ms)
      steps.push(before - held())
    } while (rig.allocator.unfinished)
    expect(Math.max(...steps)).toBe(1)
    expect(held()).toBe(0)
    rig.at(rig.now_ms + LEASE_ms).allocator.next(rig.now_ms)
    expect([0, 1, 2].map(port => rig.account(0, port).held)).toEqual([false, true, true])
  })

  it('when safety keeps a lease that was being taken away, no other is taken in vain', () => {
    const rig = bench({ spine_A: 10, drop_A: 10 })
    rig.ask(0, 0, 5, idle)
    rig.ask(0, 1, 4, idle)
    rig.at(10_100).ask(1, 0, 9, comfort)
    rig.at(10_100 + POWER_RULES.patience_ms)
    const revoking = (): number[] => [0, 1].filter(port => rig.account(0, port).revoking)
    while (revoking().length === 0) rig.allocator.next(rig.now_ms)
    const [kept] = revoking()
    rig.request(0, kept!, kept === 0 ? 5 : 4, safety)
    rig.answers()
    expect(revoking()).toEqual([])
    expect([0, 1].map(port => rig.account(0, port).held)).toEqual([true, true])
    expect(rig.account(1, 0)).toMatchObject({ held: false, waiting: true })
  })

  it('nothing is unfinished when there is nothing to do', () => {
    const rig = bench()
    expect(rig.allocator.unfinished).toBe(false)
    rig.allocator.next(rig.now_ms)
    expect([rig.allocator.unfinished, rig.allocator.busy()]).toEqual([false, false])
  })

  it('a manager is busy while a port waits, holds or has to be told', () => {
    const rig = bench({ spine_A: 12, drop_A: 12 })
    rig.request(0, 0, 50)
    expect(rig.allocator.busy()).toBe(true)
    rig.answers()
    expect(rig.allocator.busy()).toBe(false)
    rig.allocator.freeze(true)
    rig.ask(0, 0, 5)
    expect(rig.allocator.busy()).toBe(true)
  })
})

describe('making room', () => {
  it('takes from the least important; of those from the oldest that are enough; and from nobody else', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 5, comfort)
    rig.at(10_010).ask(0, 1, 5, idle)
    rig.at(10_020).ask(0, 2, 5, idle)
    rig.at(10_030).ask(1, 0, 5, access)
    expect(rig.ask(2, 0, 5, safety)).toEqual(['2.0 deferred', '0.1 revoked'])
    expect(rig.ask(2, 1, 5, safety)).toEqual(['2.1 deferred'])
  })

  it('takes what it needs beyond what was revoked already', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    for (const port of [0, 1, 2]) rig.at(10_000 + port).ask(0, port, 6, idle)
    expect(rig.ask(1, 0, 5, safety)).toEqual(['1.0 deferred', '0.0 revoked'])
    expect(rig.ask(1, 0, 12, safety)).toEqual(['1.0 deferred', '0.1 revoked'])
  })

  it('takes a lease of a port that has more than it needs from others for what is beyond', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 10, idle)
    rig.ask(1, 0, 8, comfort)
    expect(rig.ask(1, 0, 12, safety)).toEqual(['1.0 granted 8/8', '1.0 granted 10/10', '0.0 revoked'])
  })

  it('is done again when a lease of safety was given back to its port', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 10, idle)
    rig.ask(0, 1, 10, comfort)
    expect(rig.ask(1, 0, 8, safety)).toEqual(['1.0 deferred', '0.0 revoked'])
    expect(rig.ask(0, 0, 10, safety)).toEqual(['0.0 granted 10/10'])
    expect(rig.ask(1, 0, 8, safety)).toEqual(['1.0 deferred', '0.1 revoked'])
  })

  it('who was revoked waits for nothing more', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 10, idle)
    rig.ask(0, 0, 18, idle)
    rig.ask(0, 1, 8, access)
    rig.ask(1, 0, 8, safety)
    rig.allocator.release(0, 1, 3)
    expect(rig.answers().filter(answer => answer.startsWith('0.0'))).toEqual([])
  })
})

describe('levels and restrictions', () => {
  it('a level leaves the priorities up to it', () => {
    for (const [level, expected] of [
      [0, ['granted', 'granted', 'granted', 'granted']], [1, ['granted', 'granted', 'granted', 'deferred']],
      [2, ['granted', 'granted', 'deferred', 'deferred']], [3, ['granted', 'deferred', 'deferred', 'deferred']],
    ] as const) {
      const rig = bench()
      rig.allocator.shed(level)
      expect([safety, access, comfort, idle].map(priority => rig.ask(priority % 3, priority === 3 ? 1 : 0, 2, priority)[0]!.split(' ')[1])).toEqual(expected)
    }
  })

  it('when they are lifted, who waits is tried', () => {
    const rig = bench()
    rig.allocator.freeze(true)
    rig.ask(0, 0, 5)
    rig.allocator.freeze(true)
    expect(rig.answers()).toEqual([])
    rig.allocator.freeze(false)
    expect(rig.answers()).toEqual(['0.0 granted 5/5'])
    rig.allocator.shed(2)
    rig.ask(0, 1, 5)
    rig.allocator.shed(1)
    expect(rig.answers()).toEqual(['0.1 granted 5/5'])
  })

  it('static shares are taken back hub by hub, until each is within its own', () => {
    const rig = bench({ share_A: 8 })
    for (const hub of [0, 1, 2]) for (const port of [0, 1, 2]) rig.ask(hub, port, 4, port === 0 ? comfort : idle)
    rig.allocator.release(1, 2, 5)
    rig.allocator.restrict(true)
    expect(rig.answers().toSorted()).toEqual(['0.1 revoked', '2.1 revoked'])
  })

  it('lifted before they were taken back, they are not', () => {
    const rig = bench({ share_A: 8 })
    for (const port of [0, 1, 2]) rig.ask(0, port, 4)
    rig.allocator.restrict(true)
    rig.allocator.restrict(false)
    expect(rig.answers()).toEqual([])
  })
})

describe('a lease of another manager', () => {
  it('counts before anything is decided, from when it is counted on', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.allocator.adopt(rig.now_ms, 0, 0, 15)
    expect(rig.ask(1, 0, 15, safety)).toEqual(['1.0 deferred', '0.0 revoked'])
    const times = { began_ms: 10_000, end_ms: 10_000 + LEASE_ms }
    expect(rig.account(0, 0)).toMatchObject({ held: true, run_mA: 15_000, priority: access, adopted: true, ...times })
  })

  it('takes the place of one of ours that is over', () => {
    const rig = bench()
    rig.ask(0, 0, 5)
    rig.at(10_000 + LEASE_ms).allocator.adopt(rig.now_ms, 0, 0, 9)
    rig.answers()
    expect(rig.account(0, 0)).toMatchObject({ held: true, run_mA: 9000, adopted: true })
  })

  it('is no more than a report: the last one counts, and a request that renews it', () => {
    const rig = bench()
    rig.allocator.adopt(rig.now_ms, 0, 0, 9)
    rig.allocator.freeze(true)
    expect(rig.ask(0, 0, 9)).toEqual(['0.0 granted 9/9'])
  })

  it('of less than nothing, or of no port, is none', () => {
    const rig = bench()
    for (const run_A of [0, -1, NaN, Infinity]) rig.allocator.adopt(rig.now_ms, 0, 0, run_A)
    for (const [hub, port] of [[-1, 0], [3, 0], [0, -1], [0, 3]] as const) rig.allocator.adopt(rig.now_ms, hub, port, 5)
    rig.answers()
    expect(rig.allocator.busy()).toBe(false)
    const known = [[0, -1], [0, 3], [3, 0], [-1, 0], [2, 2]].map(([hub, port]) => rig.request(hub!, port!, 5))
    expect(known).toEqual([false, false, false, false, true])
  })
})
