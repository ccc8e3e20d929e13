import { afterEach, describe, expect, it } from 'vitest'
import { frameBits } from '#protocol/index.ts'
import type { LinkFrame, LinkState } from '../link.ts'
import { frameOf } from '../testing/index.ts'
import { Flow, type FlowOptions } from './flow.ts'

const FRAME = frameOf({ id: 0x0cff_8185, bytes: [1, 2, 3, 4, 5, 6, 7, 8] })

/** What a flow sees of a link. */
class Target {
  state: LinkState = 'up'
  queued = 0
  handlers: ((frame: LinkFrame) => void)[] = []

  onFrame(handler: (frame: LinkFrame) => void): () => void {
    this.handlers.push(handler)
    return () => {
      this.handlers = this.handlers.filter(other => other !== handler)
    }
  }
}

describe('the flow of a replay into a link', () => {
  const target = new Target()
  const flowOf = (options: Partial<FlowOptions> = {}): Flow =>
    new Flow(target, { queue: 4096, waitsUntilUp: true, ...options })
  afterEach(() => {
    target.state = 'up'
    target.queued = 0
  })

  it('keeps the queue short', () => {
    const flow = flowOf()
    target.queued = 63
    expect(flow.wait_ms(0)).toBe(0)
    target.queued = 64
    expect(flow.wait_ms(0)).toBeGreaterThan(0)
    target.queued = 1
    expect(flowOf({ queue: 2 }).wait_ms(0)).toBeGreaterThan(0)
    expect(flowOf({ queue: 1 }).wait_ms(0)).toBeGreaterThan(0)
  })

  it('waits for a link that is down only when it may', () => {
    target.state = 'reconnecting'
    expect(flowOf().wait_ms(0)).toBeGreaterThan(0)
    expect(flowOf({ waitsUntilUp: false }).wait_ms(0)).toBe(0)
    target.state = 'closed'
    expect(flowOf().wait_ms(0)).toBe(0)
  })

  it('fills a bus just so, with what others send on it', () => {
    const flow = flowOf({ bitrate: 500_000 })
    let now_ms = 1000
    let sent = 0
    while (now_ms < 2000) {
      const wait_ms = flow.wait_ms(now_ms)
      if (wait_ms > 0) {
        now_ms += wait_ms
        continue
      }
      // Whenever we send two, somebody else has sent one.
      if (sent % 2 === 0) flow.occupy(FRAME, now_ms)
      flow.occupy(FRAME, now_ms)
      sent++
    }
    const room = 500_000 / (frameBits(FRAME) + 3)
    expect(sent).toBeLessThan(room * 2 / 3)
    expect(sent).toBeGreaterThan(room * 2 / 3 * 0.95)
    for (let i = 0; i < 10_000; i++) target.handlers[0]!(FRAME)
    expect(flow.wait_ms(performance.now())).toBeGreaterThan(1000)
    flow.close()
    expect(target.handlers).toEqual([])
  })
})
