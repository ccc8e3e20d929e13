import { describe, expect, it } from 'vitest'
import { CAN_STATE } from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'
import { missChance } from './common-mode.ts'
import type { CanController } from './controller.ts'
import { frameOf, textOf } from './testing.ts'

interface Bench {
  readonly bus: CanBus
  readonly a: CanController
  readonly b: CanController
  readonly c: CanController
  readonly errors: string[]
  /** Good frames by their sender, and when they ended. */
  readonly seen: [string, number][]
  /** `a` and `c` each send a frame every millisecond. */
  run(duration_ms: number): void
}

function setUp(seed = 1): Bench {
  const kernel = new Kernel(seed)
  const bus = new CanBus(kernel)
  const [a, b, c] = ['a', 'b', 'c'].map(name => bus.attach(name, { profile: 'adapter' })) as [CanController, CanController, CanController]
  const errors: string[] = []
  const seen: [string, number][] = []
  bus.tapErrors(error => errors.push(`${error.node}${error.transmitter ? '*' : ''} ${error.type}`))
  bus.tap(tapped => seen.push([tapped.sender, kernel.now_ns]))
  kernel.runUntil(1_000_000)
  const run = (duration_ms: number): void => {
    for (let i = 0; i < duration_ms; i++) {
      a.send(frameOf(0x100, [i, 0, 255]))
      c.send(frameOf(0x200, [255, 0, i & 1]))
      kernel.runUntil(kernel.now_ns + 1_000_000)
    }
  }
  return { bus, a, b, c, errors, seen, run }
}

describe('the chance to miss a bit', () => {
  it('is none while grounds are 2.5 V apart, either way, then rises to 1 at 4.5 V', () => {
    expect([-50, -4.5, -3.5, -2.5, 0, 2.5, 3, 4.5, 50].map(missChance)).toEqual([1, 1, 0.5, 0, 0, 0, 0.25, 1, 1])
  })
})

describe('nodes whose grounds are apart', () => {
  it('within their common mode exchange the same frames at the same nanoseconds as with one ground', () => {
    const [plain, lifted] = [setUp(), setUp()]
    lifted.bus.faults.ground('c', 2.5)
    for (const bench of [plain, lifted]) bench.run(50)
    expect(lifted.seen).toEqual(plain.seen)
    expect([lifted.errors, lifted.bus.faults.groundsApart]).toEqual([[], false])
  })

  it('beyond it make bit errors of each other, which all count as the standard has it', () => {
    const bench = setUp()
    bench.bus.faults.ground('c', 3.2)
    bench.run(20)
    expect(bench.errors.length).toBeGreaterThan(10)
    expect(bench.bus.counters.errorFrames).toBeGreaterThan(5)
    expect(Math.max(bench.a.tec, bench.c.tec)).toBeGreaterThan(20)
    expect(Math.max(bench.a.rec, bench.b.rec, bench.c.rec)).toBeGreaterThan(0)
  })

  it('far beyond it do not hear each other at all: who is left alone is acknowledged by nobody, and only error-passive', () => {
    const bench = setUp()
    bench.bus.faults.ground('c', 6)
    bench.run(300)
    expect(new Set(bench.seen.slice(10).map(([sender]) => sender))).toEqual(new Set(['a']))
    expect(bench.c.state).toBe(CAN_STATE.errorPassive)
    expect(bench.a.tec).toBeLessThan(128)
    expect(bench.errors.filter(text => text === 'c* ack').length).toBeGreaterThan(10)
  })

  it('far apart in two groups exchange two frames at once, each in the name of who sent it', () => {
    const { bus, a, c } = setUp()
    const d = bus.attach('d', { profile: 'adapter' })
    const frames: string[] = []
    bus.tap(({ frame, sender }) => frames.push(`${sender} ${textOf(frame)}`))
    const heard: string[] = []
    d.onReceive(frame => heard.push(textOf(frame)))
    for (const name of ['c', 'd']) bus.faults.ground(name, 6)
    bus.kernel.runUntil(bus.kernel.now_ns + 1_000_000)
    a.send(frameOf(0x101, [1, 2]))
    c.send(frameOf(0x102, [1, 2]))
    bus.kernel.runUntil(bus.kernel.now_ns + 1_000_000)
    expect(frames.slice(0, 2)).toEqual(['a 101#0102', 'c 102#0102'])
    expect(heard[0]).toBe('102#0102')
  })

  it('work again when they come together, and count down', () => {
    const bench = setUp()
    bench.bus.faults.ground('c', 6)
    bench.run(100)
    bench.bus.faults.ground('c', 0.3)
    bench.run(400)
    expect([bench.a.tec, bench.c.tec]).toEqual([0, 0])
    expect(bench.seen.slice(-2).map(([sender]) => sender).sort()).toEqual(['a', 'c'])
    bench.bus.faults.ground('c', 6)
    bench.bus.faults.clear()
    expect(bench.bus.faults.groundsApart).toBe(false)
  })

  it('miss the same bits with the same seed', () => {
    const logs = [7, 7, 8].map((seed) => {
      const bench = setUp(seed)
      bench.bus.faults.ground('c', 3)
      bench.run(30)
      return bench.errors.join()
    })
    expect(logs[1]).toBe(logs[0])
    expect(logs[2]).not.toBe(logs[0])
  })

  it('are no further apart than a car can lift them', () => {
    const { bus } = setUp()
    for (const offset_V of [NaN, -40.1, 41]) expect(() => bus.faults.ground('c', offset_V)).toThrow(`ground of c ${offset_V} V is not in -40…40 V`)
  })
})
