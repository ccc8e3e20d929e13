import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kernel, type Timer } from './kernel.ts'

describe('Kernel', () => {
  it('fires events in time order, those of one instant in the order of arming', () => {
    const kernel = new Kernel()
    const fired: string[] = []
    for (const [at, name] of [[20, 'c'], [10, 'a'], [20, 'd'], [10, 'b'], [0, 'now']] as const) {
      kernel.after(at, name, () => fired.push(`${name}@${kernel.now_ns}`))
    }
    kernel.runUntil(20)
    expect(fired).toEqual(['now@0', 'a@10', 'b@10', 'c@20', 'd@20'])
  })

  it('puts an event armed for this very instant behind those already armed for it', () => {
    const kernel = new Kernel()
    const fired: string[] = []
    kernel.after(5, 'first', () => {
      fired.push('first')
      kernel.after(0, 'late', () => fired.push('late'))
    })
    kernel.after(5, 'second', () => fired.push('second'))
    kernel.runUntil(5)
    expect(fired).toEqual(['first', 'second', 'late'])
  })

  it('moves an armed timer, counts a moved one as armed anew, and stops one', () => {
    const kernel = new Kernel()
    const fired: string[] = []
    const a = kernel.timer('a', () => fired.push('a'))
    const b = kernel.timer('b', () => fired.push('b'))
    const c = kernel.timer('c', () => fired.push('c'))
    a.startAt(10)
    b.startAt(10)
    c.startAt(3)
    a.startAt(10)
    c.stop()
    c.stop()
    expect([a.armed, b.armed, c.armed]).toEqual([true, true, false])
    expect(kernel.pending()).toEqual([{ name: 'b', at_ns: 10 }, { name: 'a', at_ns: 10 }])
    expect(kernel.next_ns).toBe(10)
    kernel.runUntil(100)
    expect(fired).toEqual(['b', 'a'])
    expect([kernel.now_ns, kernel.next_ns, kernel.step()]).toEqual([100, Infinity, false])
  })

  it('lets a timer arm itself again in its own event', () => {
    const kernel = new Kernel()
    let count = 0
    const tick = kernel.timer('tick', () => {
      count++
      tick.startIn(7)
    })
    tick.startIn(7)
    kernel.runUntil(70)
    expect([count, tick.at_ns]).toEqual([10, 77])
  })

  it('does not go back in time, nor to fractions of a nanosecond', () => {
    const kernel = new Kernel()
    kernel.runUntil(50)
    const timer = kernel.timer('odd', () => undefined)
    for (const at_ns of [49, 50.5, NaN, Infinity]) expect(() => timer.startAt(at_ns)).toThrow(/"odd".*50 ns/)
    kernel.runUntil(10)
    expect(kernel.now_ns).toBe(50)
  })

  it('takes seeds of 32 bits only', () => {
    for (const seed of [-1, 1.5, 2 ** 32, NaN]) expect(() => new Kernel(seed)).toThrow(RangeError)
    expect(new Kernel(0xffff_ffff).seed).toBe(0xffff_ffff)
  })

  it('keeps streams apart: taking numbers from one does not change another', () => {
    const alone = new Kernel(5).prng('b')
    const kernel = new Kernel(5)
    const other = kernel.prng('a')
    const beside = kernel.prng('b')
    for (let i = 0; i < 50; i++) {
      other.uint32()
      expect(beside.uint32()).toBe(alone.uint32())
    }
  })

  it('does what a naive sorted list does, whatever is armed, moved, stopped and fired', () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('start' as const), timer: fc.nat(9), delay: fc.nat(20) }),
      fc.record({ kind: fc.constant('stop' as const), timer: fc.nat(9), delay: fc.constant(0) }),
      fc.record({ kind: fc.constant('step' as const), timer: fc.constant(0), delay: fc.constant(0) }),
      fc.record({ kind: fc.constant('run' as const), timer: fc.constant(0), delay: fc.nat(8) }),
    )
    fc.assert(fc.property(fc.array(operation, { maxLength: 150 }), (operations) => {
      const kernel = new Kernel()
      const fired: number[] = []
      const expected: number[] = []
      const timers: Timer[] = Array.from({ length: 10 }, (_, index) => kernel.timer(`${index}`, () => fired.push(index)))
      let list: { index: number, at: number, order: number }[] = []
      let now = 0
      let order = 0
      const fireFirst = (): void => {
        list.sort((a, b) => a.at - b.at || a.order - b.order)
        const first = list.shift()!
        now = first.at
        expected.push(first.index)
      }
      for (const { kind, timer, delay } of operations) {
        if (kind === 'start') {
          timers[timer]!.startIn(delay)
          list = [...list.filter(entry => entry.index !== timer), { index: timer, at: now + delay, order: order++ }]
        } else if (kind === 'stop') {
          timers[timer]!.stop()
          list = list.filter(entry => entry.index !== timer)
        } else if (kind === 'step') {
          expect(kernel.step()).toBe(list.length > 0)
          if (list.length > 0) fireFirst()
        } else {
          const end = now + delay
          kernel.runUntil(end)
          while (list.some(entry => entry.at <= end)) fireFirst()
          now = end
        }
        expect(kernel.now_ns).toBe(now)
        expect(fired).toEqual(expected)
        expect(kernel.pending().length).toBe(list.length)
      }
    }), { numRuns: 200, seed: 1 })
  })
})
