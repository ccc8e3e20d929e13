import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCounters, imbalance } from './counters.ts'
import { Outbox } from './outbox.ts'

/** A stream that takes what it is given when it is told to. */
class Sink {
  readonly taken: number[] = []
  private waiting: (() => void) | undefined

  write(bytes: Uint8Array, done: () => void): void {
    const held = [...bytes]
    this.waiting = () => {
      this.taken.push(...held)
      done()
    }
  }

  move(): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.()
  }
}

const turn = (): Promise<void> => Promise.resolve()

describe('an outbox', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function outboxOf(): { sink: Sink, outbox: Outbox, put: (name: number, lifetime_ms?: number) => void, sent: ReturnType<typeof createCounters>['sent'] } {
    const sink = new Sink()
    const { sent } = createCounters()
    const outbox = new Outbox(sink, sent, 1000, 4, 16)
    const put = (name: number, lifetime_ms?: number): void => {
      sent.in++
      outbox.bytes.fill(name, outbox.end, outbox.end + 1 + name % 3)
      outbox.commit(outbox.end + 1 + name % 3, 1, lifetime_ms)
    }
    return { sink, outbox, put, sent }
  }

  it('never gives a stream that moves again what got too old meanwhile', async () => {
    const { sink, outbox, put, sent } = outboxOf()
    put(1)
    await turn()
    put(2, 100)
    put(3)
    outbox.push(Uint8Array.of(13))
    put(4, 500)
    vi.advanceTimersByTime(101)
    sink.move()
    sink.move()
    expect(sink.taken).toEqual([1, 1, 3, 13, 4, 4])
    expect(sent).toMatchObject({ in: 4, delivered: 3, queued: 0 })
    expect(sent.dropped.get('expired')).toBe(1)
  })

  it('adds up, keeps the order and is never late by more than the stream holds, whatever stalls', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), lifetime_ms: fc.constantFrom(Infinity, 100, 250) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(400) }),
      fc.record({ do: fc.constant('move' as const) }),
    )
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { sink, put, sent } = outboxOf()
      const due_ms = new Map<number, number>()
      let name = 0
      /** When the bytes that the stream holds now were given to it. */
      for (const each of steps) {
        if (each.do === 'put') {
          name++
          put(name, each.lifetime_ms)
          due_ms.set(name, performance.now() + each.lifetime_ms)
        } else if (each.do === 'wait') vi.advanceTimersByTime(each.ms)
        else sink.move()
        await turn()
        expect(imbalance(sent)).toBe(0)
      }
      const stalledAt_ms = performance.now()
      sink.move()
      await turn()
      const before = sink.taken.length
      sink.move()
      for (const late of sink.taken.slice(before)) expect(due_ms.get(late)! >= stalledAt_ms).toBe(true)
      expect(sink.taken).toEqual([...sink.taken].sort((a, b) => a - b))
      expect(sent.delivered + sent.queued + (sent.dropped.get('expired') ?? 0)).toBe(name)
    }), { seed: 11, numRuns: 300 })
  })
})
