import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MESSAGES } from '#protocol/catalogue/index.ts'
import { messageId } from '#protocol/index.ts'
import { createCounters, imbalance } from './counters.ts'
import { FrameRing } from './frame-ring.ts'
import type { LinkFrame } from './link.ts'
import { numberedFrame, numberOf } from './testing/index.ts'

/** A WindowCommand to FL. */
const command = (n: number): LinkFrame => ({ ...numberedFrame(n), id: messageId(2, 1, 8, 1, 0xf9) })
const lifetime_ms = MESSAGES.find(row => row.name === 'WindowCommand')!.lifetime_ms

describe('the ring of frames', () => {
  it('keeps order, bounds, and the sum, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), command: fc.boolean() }), fc.constant({ kind: 'take' as const }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(800) }), fc.constant({ kind: 'clear' as const }),
    )
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 100 }), (capacity, steps) => {
      const { sent } = createCounters()
      const ring = new FrameRing(sent, capacity)
      let now_ms = 0
      let n = 0
      let last = -1
      for (const step of steps) {
        if (step.kind === 'wait') now_ms += step.ms
        if (step.kind === 'clear') ring.clear('closed')
        if (step.kind === 'push') {
          sent.in++
          ring.push(step.command ? command(n) : numberedFrame(n), now_ms)
          n++
        }
        if (step.kind === 'take') {
          const frame = ring.take(now_ms)
          if (frame === undefined) expect(ring.length).toBe(0)
          else {
            expect(numberOf(frame)).toBeGreaterThan(last)
            last = numberOf(frame)
            sent.queued--
            sent.delivered++
          }
        }
        expect(imbalance(sent)).toBe(0)
        expect(sent.queued).toBe(ring.length)
        expect(ring.length).toBeLessThanOrEqual(capacity)
      }
    }), { seed: 1, numRuns: 500 })
  })

  it('never hands out a command after its lifetime', () => {
    const { sent } = createCounters()
    const ring = new FrameRing(sent, 10)
    for (let n = 0; n < 6; n++) {
      sent.in++
      ring.push(n === 2 ? numberedFrame(n) : command(n), n * 10)
    }
    expect(numberOf(ring.take(lifetime_ms)!)).toBe(0)
    expect(numberOf(ring.take(lifetime_ms + 31)!)).toBe(2)
    expect(numberOf(ring.take(lifetime_ms + 41)!)).toBe(5)
    expect(sent.dropped.get('expired')).toBe(3)
  })
})
