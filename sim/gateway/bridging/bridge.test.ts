import { afterEach, describe, expect, it, vi } from 'vitest'
import { firstValueFrom } from 'rxjs'
import { compileExpression } from '../expression/index.ts'
import { eventually, frameOf, MemoryLink, numberedFrame, numberOf } from '../testing/index.ts'
import { Bridge, type BridgeOptions } from './bridge.ts'
import type { DirectionSnapshot } from './bridge.ts'

const bridges: Bridge[] = []

async function joined(options: BridgeOptions = {}): Promise<{ a: MemoryLink, b: MemoryLink, bridge: Bridge }> {
  const [a, b] = [new MemoryLink('a:'), new MemoryLink('b:')]
  const bridge = new Bridge(a, b, options)
  bridges.push(bridge)
  await Promise.all([a.open(), b.open()])
  return { a, b, bridge }
}

function imbalanceOf(direction: DirectionSnapshot | undefined): number {
  const { in: all, forwarded, filtered, badRewrite, limited, refused } = direction!
  return all - forwarded - filtered - badRewrite - limited - refused
}

afterEach(() => {
  vi.useRealTimers()
  for (const bridge of bridges.splice(0)) {
    const { aToB, bToA } = bridge.snapshot()
    for (const direction of [aToB, bToA]) if (direction) expect(imbalanceOf(direction)).toBe(0)
    bridge.close()
  }
})

describe('a bridge', () => {
  it('carries both ways, in order, and never back', async () => {
    const { a, b, bridge } = await joined()
    for (let n = 0; n < 100; n++) {
      expect(a.arrive(numberedFrame(n))).toBe(true)
      expect(b.arrive(numberedFrame(1000 + n))).toBe(true)
    }
    a.arrive(Object.assign(numberedFrame(7), { origin: b.origin }))
    expect(b.sent.map(numberOf)).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect(a.sent.map(numberOf)).toEqual(Array.from({ length: 100 }, (_, n) => 1000 + n))
    expect(bridge.snapshot().aToB).toMatchObject({ in: 101, forwarded: 101 })
  })

  it('goes one way when told so, and refuses nothing of the other', async () => {
    const { a, b, bridge } = await joined({ bToA: false })
    expect([a.arrive(numberedFrame(1)), b.arrive(numberedFrame(2))]).toEqual([true, true])
    expect([a.sent.length, b.sent.length]).toEqual([0, 1])
    expect(bridge.snapshot().bToA).toBeUndefined()
  })

  it('filters', async () => {
    const { a, b, bridge } = await joined({ aToB: { filter: compileExpression('data[3] % 2 == 0') } })
    for (let n = 0; n < 10; n++) expect(a.arrive(numberedFrame(n))).toBe(true)
    expect(b.sent.map(numberOf)).toEqual([0, 2, 4, 6, 8])
    expect(bridge.snapshot().aToB).toMatchObject({ in: 10, forwarded: 5, filtered: 5 })
  })

  it('rewrites identifiers, and leaves the frame of the link alone', async () => {
    const { a, b, bridge } = await joined({ aToB: { rewrite: compileExpression('extended ? id & ~0xFF | 0x42 : id + 0x700') } })
    const heard: number[] = []
    a.onFrame((frame) => { heard.push(frame.id) })
    a.arrive(frameOf({ id: 0x18ff_8181, bytes: [1, 2] }))
    a.arrive(frameOf({ id: 0x01, extended: false }))
    expect(a.arrive(frameOf({ id: 0x100, extended: false }))).toBe(true)
    expect(b.sent.map(frame => frame.id)).toEqual([0x18ff_8142, 0x701])
    expect([...b.sent[0]!.data]).toEqual([1, 2])
    expect(heard).toEqual([0x18ff_8181, 0x01, 0x100])
    expect(bridge.snapshot().aToB).toMatchObject({ badRewrite: 1, forwarded: 2 })
  })

  it('limits the rate', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { a, b, bridge } = await joined({ aToB: { limit_per_s: 100 } })
    for (let ms = 0; ms < 2000; ms++) {
      a.arrive(numberedFrame(ms))
      vi.advanceTimersByTime(1)
    }
    expect(b.sent.length).toBeGreaterThanOrEqual(200)
    expect(b.sent.length).toBeLessThanOrEqual(211)
    expect(bridge.snapshot().aToB!.limited).toBe(2000 - b.sent.length)
    expect(() => new Bridge(a, b, { aToB: { limit_per_s: 0 } })).toThrow(RangeError)
  })

  it('counts what the other side refuses', async () => {
    const { a, b, bridge } = await joined()
    b.full = true
    expect(a.arrive(numberedFrame(1))).toBe(false)
    expect(bridge.snapshot().aToB).toMatchObject({ in: 1, refused: 1, forwarded: 0 })
    expect(a.counters.received.dropped.get('refused')).toBe(1)
  })

  it('counts by identifier, with a bound', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { a, bridge } = await joined()
    for (let n = 0; n < 3; n++) {
      a.arrive(frameOf({ id: 0x123, extended: false, bytes: [1, 2] }))
      vi.advanceTimersByTime(n === 0 ? 10 : 30)
    }
    a.arrive(frameOf({ id: 0x123, bytes: [1] }))
    expect(bridge.snapshot().aToB!.identifiers).toMatchObject([
      { id: 0x123, extended: false, frames: 3, bytes: 6, leastGap_ms: 10, meanGap_ms: 20 },
      { id: 0x123, extended: true, frames: 1, bytes: 1 },
    ])
    for (let n = 0; n < 10_000; n++) a.arrive(frameOf({ id: n }))
    expect(bridge.snapshot().aToB!.in).toBe(10_004)
  })

  it('notices frames that go in circles', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { a, b, bridge } = await joined({ bToA: false })
    for (let n = 0; n < 100; n++) {
      a.arrive(numberedFrame(n % 2))
      vi.advanceTimersByTime(n < 50 ? 1 : 15)
    }
    expect(b.sent.length).toBe(100)
    expect(bridge.snapshot().aToB!.repeats).toBeGreaterThan(46)
    expect(bridge.snapshot().aToB!.repeats).toBeLessThan(52)
  })

  it('measures how long frames stay', async () => {
    const { a, b, bridge } = await joined()
    b.stalled = true
    for (let n = 0; n < 10; n++) a.arrive(numberedFrame(n))
    for (let turns = 0; turns < 5; turns++) await new Promise(resolve => setImmediate(resolve))
    expect(bridge.snapshot().aToB!.latency.frames).toBe(0)
    b.deliver(4)
    await eventually(() => bridge.snapshot().aToB!.latency.frames === 4)
    b.go('reconnecting')
    b.deliver(6)
    b.go('up')
    a.arrive(numberedFrame(11))
    b.deliver(1)
    await eventually(() => bridge.snapshot().aToB!.latency.frames === 5)
    const { p50_us, p99_us, max_us } = bridge.snapshot().aToB!.latency
    expect(p50_us).toBeGreaterThan(0)
    expect(p99_us).toBeGreaterThanOrEqual(p50_us)
    expect(max_us).toBeGreaterThanOrEqual(p99_us)
  })

  it('gives snapshots as a stream', async () => {
    const { a, bridge } = await joined()
    a.arrive(numberedFrame(1))
    const snapshot = await firstValueFrom(bridge.snapshots(1))
    expect(snapshot.aToB).toMatchObject({ in: 1, forwarded: 1 })
    expect(snapshot.lag.max_ms).toBeGreaterThanOrEqual(snapshot.lag.own_max_ms)
  })

  it('parts the links when it is closed', async () => {
    const { a, b, bridge } = await joined()
    bridge.close()
    expect(a.arrive(numberedFrame(1))).toBe(false)
    expect(b.sent).toEqual([])
  })
})
