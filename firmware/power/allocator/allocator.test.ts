import { describe, expect, it } from 'vitest'
import { GRANT_RESULT } from '#protocol/index.ts'
import { answersOf, linePlan } from '../../testing/index.ts'
import { Allocator } from './allocator.ts'
import { POWER_RULES } from '../rules.ts'

const { granted, deferred, refused, revoked } = GRANT_RESULT
/** A stiff supply: only the ampacities bind. */
const stiff = { segment_Ohm: 0, drop_Ohm: 0.001, idle_A: 0 }

interface Answer { hub: number, port: number, result: number, run_A: number, peak_A: number }

/** An allocator with a clock, sequences, and ports that let go when they are told. */
function bench(options: Parameters<typeof linePlan>[0] = {}) {
  const allocator = new Allocator(linePlan({ ...stiff, ...options }))
  const sequences = new Map<number, number>()
  const rig = {
    allocator,
    now_ms: 1000,
    ask(hub: number, port: number, run_A: number, peak_A: number, priority: number): Answer[] {
      const sequence = ((sequences.get(hub * 16 + port) ?? 5) + 1) % 16
      sequences.set(hub * 16 + port, sequence)
      allocator.request(rig.now_ms, hub, port, sequence, run_A, peak_A, priority)
      return rig.answers()
    },
    release(hub: number, port: number): void {
      allocator.release(hub, port, sequences.get(hub * 16 + port) ?? 0)
    },
    answers(): Answer[] {
      const all: Answer[] = []
      answersOf(allocator, rig.now_ms, ({ hub, port, result, run_mA, peak_mA }) => {
        all.push({ hub, port, result, run_A: run_mA / 1000, peak_A: peak_mA / 1000 })
      })
      return all
    },
    /** Lets time pass; `keep` are ports that ask again every 500 ms. */
    pass(duration_ms: number, keep: readonly (readonly [number, number, number, number])[] = []): Answer[] {
      const all: Answer[] = []
      for (let t = 0; t < duration_ms; t += 100) {
        rig.now_ms += 100
        all.push(...rig.answers())
        if (rig.now_ms % 500 === 0) for (const [hub, port, run_A, priority] of keep) all.push(...rig.ask(hub, port, run_A, run_A, priority))
      }
      return all
    },
    reserved_A: (hub: number, port: number) => allocator.find(hub, port)!.reserved_mA / 1000,
    held: (hub: number, port: number) => allocator.find(hub, port)!.held,
  }
  return rig
}

describe('a lease', () => {
  it('is granted when there is room, with the peak reserved for its window', () => {
    const rig = bench()
    expect(rig.ask(0, 0, 9, 20, 2)).toEqual([{ hub: 0, port: 0, result: granted, run_A: 9, peak_A: 20 }])
    expect(rig.reserved_A(0, 0)).toBe(20)
    rig.pass(POWER_RULES.peakReserved_ms + 100)
    expect(rig.reserved_A(0, 0)).toBe(9)
  })

  it('ends 2.1 s after its grant when nobody renews it', () => {
    const rig = bench()
    rig.ask(0, 0, 9, 9, 2)
    rig.pass(2000)
    expect(rig.held(0, 0)).toBe(true)
    rig.allocator.reported(rig.now_ms, 0, 0, 0)
    rig.pass(100)
    expect(rig.held(0, 0)).toBe(false)
    expect(rig.allocator.busy()).toBe(false)
  })

  it('that nobody renews goes on counting until its port says that it holds nothing, or asks again', () => {
    const rig = bench()
    rig.ask(0, 0, 9, 9, 2)
    rig.ask(0, 1, 5, 5, 2)
    for (const [port, granted_A] of [[0, 9], [1, 5]] as const) rig.allocator.reported(rig.now_ms, 0, port, granted_A)
    rig.pass(5000)
    expect([rig.reserved_A(0, 0), rig.reserved_A(0, 1)]).toEqual([9, 5])
    rig.allocator.reported(rig.now_ms, 0, 0, 0)
    rig.allocator.reported(rig.now_ms, 0, 1, 6)
    rig.allocator.reported(rig.now_ms, 0, 9, 6)
    rig.answers()
    expect([rig.reserved_A(0, 0), rig.reserved_A(0, 1)]).toEqual([0, 6])
    expect(rig.ask(0, 1, 6, 6, 2)[0]).toMatchObject({ result: granted, run_A: 6 })
  })

  it('of a hub that is missed is taken for what it had, or its static share, then for that; when it is met, for what it reports', () => {
    const rig = bench()
    rig.ask(0, 0, 16, 16, 2)
    rig.allocator.miss(0)
    expect([rig.held(0, 0), rig.ask(1, 0, 25, 25, 2)[0]!.result]).toEqual([false, deferred])
    rig.allocator.meet(1)
    expect(rig.answers()).toEqual([])
    rig.allocator.settle(0)
    rig.allocator.meet(0)
    expect(rig.ask(1, 0, 25, 25, 2)[0]!.result).toBe(granted)
  })

  it('is renewed without a new peak, and lowered at once', () => {
    const rig = bench()
    rig.ask(0, 0, 9, 20, 2)
    rig.pass(1000)
    expect(rig.ask(0, 0, 9, 9, 2)).toEqual([{ hub: 0, port: 0, result: granted, run_A: 9, peak_A: 9 }])
    rig.pass(1000)
    expect(rig.ask(0, 0, 4, 4, 2)[0]!.run_A).toBe(4)
    expect(rig.reserved_A(0, 0)).toBe(4)
  })

  it('that asks for more than there is keeps what it has, and gets the rest when it is there', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 5, 5, 2)
    rig.ask(1, 0, 12, 12, 2)
    expect(rig.ask(0, 0, 10, 10, 2)).toEqual([{ hub: 0, port: 0, result: granted, run_A: 5, peak_A: 5 }])
    rig.release(1, 0)
    expect(rig.answers()).toEqual([{ hub: 0, port: 0, result: granted, run_A: 10, peak_A: 10 }])
  })

  it('ends by a release of its own or of a later request, not by one that was overtaken', () => {
    const rig = bench()
    rig.allocator.request(1000, 0, 0, 4, 5, 5, 2)
    rig.answers()
    rig.allocator.request(1000, 0, 0, 6, 5, 5, 2)
    rig.answers()
    rig.allocator.release(0, 0, 5)
    expect(rig.held(0, 0)).toBe(true)
    rig.allocator.release(0, 0, 7)
    expect(rig.held(0, 0)).toBe(false)
    rig.allocator.release(0, 9, 7)
    rig.allocator.release(7, 0, 7)
    rig.allocator.release(-1, 0, 7)
  })

  it('release of what only waits ends the waiting', () => {
    const rig = bench({ spine_A: 10, drop_A: 10 })
    rig.ask(0, 0, 8, 8, 2)
    expect(rig.ask(1, 0, 8, 8, 2)[0]!.result).toBe(deferred)
    rig.release(1, 0)
    rig.release(0, 0)
    expect(rig.answers()).toEqual([])
    expect(rig.allocator.busy()).toBe(false)
  })
})

describe('peaks', () => {
  it('take turns: who would not get most of its peak waits until another\'s is over', () => {
    const rig = bench({ spine_A: 40 })
    expect(rig.ask(0, 0, 9, 20, 2)[0]!.peak_A).toBe(20)
    expect(rig.ask(1, 0, 9, 20, 2)[0]!.peak_A).toBe(20)
    expect(rig.ask(2, 0, 9, 20, 2)[0]!.result).toBe(deferred)
    const later = rig.pass(700)
    expect(later).toEqual([{ hub: 2, port: 0, result: granted, run_A: 9, peak_A: 20 }])
  })

  it('are cut to what there is when most of it is there', () => {
    const rig = bench({ spine_A: 35 })
    rig.ask(0, 0, 9, 20, 2)
    expect(rig.ask(1, 0, 9, 20, 2)).toEqual([{ hub: 1, port: 0, result: granted, run_A: 9, peak_A: 15 }])
  })

  it('are cut to what is left after waiting, as long as the run current fits', () => {
    const rig = bench({ spine_A: 30, drop_A: 30 })
    rig.ask(0, 0, 19, 19, 1)
    expect(rig.ask(1, 0, 9, 20, 2)[0]!.result).toBe(deferred)
    const later = rig.pass(1000, [[0, 0, 19, 1]])
    expect(later).toContainEqual({ hub: 1, port: 0, result: granted, run_A: 9, peak_A: 11 })
  })

  it('never exceed what the cable alone can carry', () => {
    expect(bench({ drop_A: 15 }).ask(0, 0, 9, 40, 2)[0]!.peak_A).toBe(15)
  })

  it('still running stay reserved when the lease is lowered', () => {
    const rig = bench()
    rig.ask(0, 0, 9, 20, 2)
    rig.ask(0, 0, 3, 3, 2)
    expect(rig.reserved_A(0, 0)).toBe(20)
    rig.pass(700)
    expect(rig.reserved_A(0, 0)).toBe(3)
  })
})

describe('priorities', () => {
  it('safety takes from the least important at once, and gets it when they let go', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 8, 8, 2)
    rig.ask(1, 0, 11, 11, 3)
    const answers = rig.ask(2, 0, 9, 9, 0)
    expect(answers).toContainEqual({ hub: 1, port: 0, result: revoked, run_A: 11, peak_A: 11 })
    expect(answers).toContainEqual(expect.objectContaining({ hub: 2, port: 0, result: deferred }))
    expect(rig.held(0, 0)).toBe(true)
    rig.release(1, 0)
    expect(rig.answers()).toEqual([{ hub: 2, port: 0, result: granted, run_A: 9, peak_A: 9 }])
  })

  it('safety begins with half of what it needs', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 14, 14, 3)
    const answers = rig.ask(2, 0, 9, 20, 0)
    expect(answers).toContainEqual({ hub: 2, port: 0, result: granted, run_A: 6, peak_A: 6 })
    rig.release(0, 0)
    expect(rig.answers()).toEqual([{ hub: 2, port: 0, result: granted, run_A: 9, peak_A: 20 }])
  })

  it('a port that was revoked and reverses keeps its lease', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 14, 14, 2)
    rig.ask(1, 0, 14, 14, 0)
    expect(rig.allocator.find(0, 0)!.revoking).toBe(true)
    expect(rig.ask(0, 0, 14, 14, 0)[0]).toMatchObject({ port: 0, result: granted, run_A: 14 })
    expect(rig.allocator.find(0, 0)!.revoking).toBe(false)
  })

  it('a port that has not heard of its revocation is told again', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 14, 14, 3)
    rig.ask(1, 0, 14, 14, 0)
    expect(rig.ask(0, 0, 14, 14, 3)[0]).toMatchObject({ hub: 0, result: revoked })
  })

  it('access takes the current of comfort after a while, not at once, and spares who is not in its way', () => {
    const rig = bench({ spine_A: 40, drop_A: 10 })
    rig.ask(1, 0, 8, 8, 3)
    rig.ask(0, 0, 8, 8, 3)
    expect(rig.ask(0, 1, 5, 5, 1)[0]!.result).toBe(deferred)
    const later = rig.pass(900, [[1, 0, 8, 3], [0, 0, 8, 3]])
    expect(later).toContainEqual(expect.objectContaining({ hub: 0, port: 0, result: revoked }))
    expect(later.some(answer => answer.hub === 1 && answer.result === revoked)).toBe(false)
  })

  it('nobody is disturbed when it would not help', () => {
    const rig = bench({ spine_A: 40, drop_A: 10 })
    rig.ask(0, 0, 6, 6, 1)
    rig.ask(0, 1, 2, 2, 3)
    rig.ask(0, 2, 5, 5, 2)
    const later = rig.pass(2000, [[0, 0, 6, 1], [0, 1, 2, 3], [0, 2, 5, 2]])
    expect(later.some(answer => answer.result === revoked)).toBe(false)
    expect(rig.held(0, 1)).toBe(true)
  })

  it('equals take turns: who has had it longest makes way for who has waited long', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 9, 9, 3)
    rig.pass(500, [[0, 0, 9, 3]])
    rig.ask(1, 0, 9, 9, 3)
    const keep = [[0, 0, 9, 3], [1, 0, 9, 3], [2, 0, 9, 3]] as const
    expect(rig.pass(9000, keep).some(answer => answer.result === revoked)).toBe(false)
    const later = rig.pass(3000, keep)
    expect(later.find(answer => answer.result === revoked)).toMatchObject({ hub: 0 })
    rig.release(0, 0)
    expect(rig.pass(600, keep.slice(1))).toContainEqual(expect.objectContaining({ hub: 2, result: granted }))
  })

  it('whoever waits too long is not passed any more by those behind it', () => {
    const rig = bench({ spine_A: 20, drop_A: 20 })
    rig.ask(0, 0, 12, 12, 2)
    rig.ask(1, 0, 12, 12, 2)
    const keep = [[0, 0, 12, 2], [1, 0, 12, 2]] as const
    rig.pass(1000, keep)
    expect(rig.ask(2, 0, 4, 4, 2).at(-1)!.result).toBe(granted)
    rig.release(2, 0)
    rig.pass(1500, keep)
    rig.release(0, 0)
    rig.ask(0, 1, 9, 9, 1)
    // 11 A are free; the one that waits for 12 A would have 7.
    expect(rig.ask(2, 0, 4, 4, 2).at(-1)!.result).toBe(deferred)
    // What is more important is not held up.
    expect(rig.ask(2, 1, 4, 4, 1).at(-1)!.result).toBe(granted)
  })
})

describe('requests that make no sense', () => {
  it('are counted and refused, and bounded when they are for safety', () => {
    const rig = bench({ drop_A: 15 })
    expect(rig.ask(0, 0, 50, 50, 2)[0]!.result).toBe(refused)
    expect(rig.ask(0, 0, NaN, 5, 2)[0]!.result).toBe(refused)
    expect(rig.ask(0, 0, 0, 5, 2)[0]!.result).toBe(refused)
    expect(rig.ask(0, 0, Infinity, 5, 0)[0]!.result).toBe(refused)
    expect(rig.ask(0, 0, 50, NaN, 0)[0]).toMatchObject({ result: granted, run_A: 15, peak_A: 15 })
    expect(rig.allocator.request(1000, 0, 9, 1, 5, 5, 2)).toBe(false)
    expect(rig.allocator.absurd).toBe(6)
  })

  it('a refused one may ask again for less', () => {
    const rig = bench({ drop_A: 15 })
    rig.allocator.request(1000, 0, 0, 1, 50, 50, 2)
    expect(rig.allocator.busy()).toBe(true)
    rig.allocator.request(1000, 0, 0, 2, 5, 5, 2)
    expect(rig.answers()).toEqual([{ hub: 0, port: 0, result: granted, run_A: 5, peak_A: 5 }])
  })
})

describe('shedding and restriction', () => {
  it('a level ends the leases above it and defers who asks; less is asked for again', () => {
    const rig = bench()
    rig.ask(0, 0, 5, 5, 3)
    rig.ask(0, 1, 5, 5, 2)
    rig.allocator.shed(1)
    expect(rig.ask(0, 0, 5, 5, 3)).toEqual([expect.objectContaining({ hub: 0, port: 0, result: revoked })])
    expect(rig.ask(0, 1, 5, 5, 2)[0]!.result).toBe(granted)
    expect(rig.ask(1, 0, 5, 5, 3)[0]!.result).toBe(deferred)
    // Who asks with a priority that is off loses what it has.
    expect(rig.ask(0, 1, 5, 5, 3)[0]!.result).toBe(revoked)
    rig.allocator.shed(3)
    expect(rig.ask(2, 0, 5, 5, 0)[0]!.result).toBe(granted)
    rig.allocator.shed(0)
    expect(rig.answers()).toEqual([expect.objectContaining({ hub: 1, result: granted })])
  })

  it('static shares: what is above them is taken back, the least important first', () => {
    const rig = bench({ spine_A: 40, drop_A: 25, share_A: 10 })
    rig.ask(0, 0, 6, 6, 1)
    rig.ask(0, 1, 7, 7, 3)
    rig.ask(0, 2, 2, 2, 2)
    rig.allocator.restrict(true)
    expect(rig.answers()).toEqual([expect.objectContaining({ hub: 0, port: 1, result: revoked })])
    rig.allocator.restrict(true)
    expect(rig.answers()).toEqual([])
    rig.release(0, 1)
    expect(rig.ask(0, 1, 2, 4, 2)[0]).toMatchObject({ result: deferred })
    expect(rig.pass(800)[0]).toMatchObject({ port: 1, result: granted, run_A: 2, peak_A: 2 })
    expect(rig.ask(1, 0, 12, 12, 2).at(-1)!.result).toBe(deferred)
    rig.allocator.restrict(false)
    expect(rig.answers()).toContainEqual(expect.objectContaining({ hub: 1, port: 0, result: granted, run_A: 12 }))
  })

  it('static shares that are less than what a hub draws at rest: nobody is granted, and nothing can be taken back', () => {
    const rig = bench({ idle_A: 0.5, share_A: 0.4 })
    rig.allocator.restrict(true)
    expect(rig.ask(0, 0, 1, 1, 0)[0]!.result).toBe(deferred)
    expect(rig.answers()).toEqual([])
  })

  it('frozen: renewals and safety only', () => {
    const rig = bench()
    rig.ask(0, 0, 5, 5, 2)
    rig.allocator.freeze(true)
    expect(rig.ask(0, 0, 5, 5, 2)[0]!.result).toBe(granted)
    expect(rig.ask(1, 0, 5, 5, 1)[0]!.result).toBe(deferred)
    expect(rig.ask(2, 0, 5, 5, 0)[0]!.result).toBe(granted)
  })

  it('frozen: a port that asks for a peak keeps its run current, and safety gets its peak', () => {
    const rig = bench()
    rig.allocator.adopt(rig.now_ms, 0, 0, 9)
    rig.ask(2, 0, 5, 5, 0)
    rig.allocator.freeze(true)
    expect(rig.ask(0, 0, 9, 20, 2)[0]).toMatchObject({ result: granted, run_A: 9, peak_A: 9 })
    expect(rig.ask(2, 0, 5, 8, 0)[0]).toMatchObject({ result: granted, run_A: 5, peak_A: 8 })
    rig.allocator.freeze(false)
    expect(rig.ask(0, 0, 9, 20, 2)[0]).toMatchObject({ result: granted, run_A: 9, peak_A: 20 })
  })

  it('adopts what another manager gave, the most that its port says, and until its port lets go or falls silent', () => {
    const rig = bench()
    rig.allocator.adopt(rig.now_ms, 0, 0, 9)
    rig.allocator.adopt(rig.now_ms, 0, 0, 12)
    rig.allocator.adopt(rig.now_ms, 0, 1, NaN)
    rig.allocator.adopt(rig.now_ms, 0, 1, Infinity)
    rig.allocator.adopt(rig.now_ms, 0, 9, 5)
    rig.allocator.adopt(rig.now_ms, 1, 0, 4)
    expect(rig.answers()).toEqual([])
    expect([rig.reserved_A(0, 0), rig.reserved_A(0, 1), rig.reserved_A(1, 0)]).toEqual([12, 0, 4])
    rig.allocator.release(0, 0, 13)
    expect(rig.held(0, 0)).toBe(false)
    rig.allocator.freeze(true)
    expect(rig.ask(1, 0, 4, 4, 2)[0]).toMatchObject({ result: granted, run_A: 4 })
    for (let port = 0; port < 3; port++) rig.allocator.reported(rig.now_ms, 1, port, 0)
    rig.pass(2200)
    expect(rig.allocator.busy()).toBe(false)
  })
})

describe('the copper', () => {
  it('the predicted voltage of the worst hub binds before the ampacity', () => {
    const rig = bench({ spine_A: 80, drop_A: 40, segment_Ohm: 0.02, drop_Ohm: 0.05 })
    // 3 V to lose over 15 mΩ + 3 × 20 mΩ + 50 mΩ: 24 A at the far end.
    expect(rig.ask(2, 0, 24, 40, 2)[0]).toMatchObject({ result: granted, run_A: 24, peak_A: 24 })
    expect(rig.ask(0, 0, 2, 2, 2)[0]!.result).toBe(deferred)
  })

  it('splits a hub\'s current between the two ways of a ring', () => {
    const { drop } = linePlan().hubs[0]!
    const plan = {
      feeders_A: [10, 10], peaks_A: [10, 10], source_V: 12, source_Ohm: 0, least_V: 9,
      hubs: [{ location: 1, ports: 1, path: [0, 1], fraction: [0.5, 0.5], idle_A: 0, share_A: 5, drop, transfer_Ohm: [0.001] }],
    }
    const allocator = new Allocator(plan)
    allocator.request(0, 0, 0, 1, 19, 20, 2)
    expect(allocator.next(0)).toMatchObject({ result: granted, run_mA: 19_000, peak_mA: 20_000 })
  })
})
