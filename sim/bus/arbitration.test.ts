import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CanFrame, frameBits, frameBitStream, INTERFRAME_BITS } from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { arbitrationKey } from './arbitration.ts'
import { CanBus } from './bus.ts'
import { frameOf, textOf } from './testing.ts'

const frame: fc.Arbitrary<CanFrame> = fc.record({
  extended: fc.boolean(),
  id: fc.oneof(fc.nat(0x1fff_ffff), fc.nat(3).map(base => base << 18 | base), fc.nat(7).map(base => base << 18)),
  remote: fc.boolean(),
  data: fc.array(fc.nat(255), { maxLength: 8 }),
}).map(({ extended, id, remote, data }) => frameOf(extended ? id : id >>> 18, data, { extended, remote }))

/** Who wins, by the bits on the wire: the first bit that differs decides, dominant wins. */
function winsOnWire(a: CanFrame, b: CanFrame): number {
  const first = frameBitStream(a).bits
  const second = frameBitStream(b).bits
  for (let i = 0; i < Math.min(first.length, second.length); i++) if (first[i] !== second[i]) return first[i]! - second[i]!
  return 0
}

describe('arbitration', () => {
  it('has the order of the table in the standard', () => {
    const base = { extended: false }
    const extended = { extended: true }
    const order = [
      frameOf(0x000, [], base), frameOf(0x000, [], { ...base, remote: true }),
      frameOf(0x0000_0000, [], extended), frameOf(0x0000_0000, [], { ...extended, remote: true }),
      frameOf(0x0000_0001, [], extended), frameOf(0x001, [], base), frameOf(0x001 << 18, [], extended),
      frameOf(0x7ff, [], base), frameOf(0x7ff, [], { ...base, remote: true }),
      frameOf(0x7ff << 18, [], extended), frameOf(0x1fff_ffff, [], extended), frameOf(0x1fff_ffff, [], { ...extended, remote: true }),
    ]
    const keys = order.map(arbitrationKey)
    expect([...keys].sort((a, b) => a - b)).toEqual(keys)
    expect(new Set(keys).size).toBe(keys.length)
    for (const key of keys) expect(key).toBe(key | 0)
  })

  it('by key is arbitration on the wire', () => {
    fc.assert(fc.property(frame, frame, (a, b) => {
      const byKey = arbitrationKey(a) - arbitrationKey(b)
      if (byKey !== 0) expect(Math.sign(winsOnWire(a, b))).toBe(Math.sign(byKey))
    }), { numRuns: 500, seed: 1 })
  })

  it('sends what is queued at one instant by arbitration value, each frame once, in order, without overlap', () => {
    const frameSet = fc.uniqueArray(frame, { minLength: 1, maxLength: 20, selector: arbitrationKey })
    fc.assert(fc.property(frameSet, fc.integer({ min: 2, max: 6 }), (frames, count) => {
      const kernel = new Kernel(1)
      const bus = new CanBus(kernel)
      const nodes = Array.from({ length: count }, (_, i) => bus.attach(`n${i}`, { profile: 'adapter' }))
      const received = nodes.map(() => [] as string[])
      nodes.forEach((node, i) => node.onReceive(got => received[i]!.push(textOf(got))))
      const seen: string[] = []
      let free_ns = 1_000_000
      bus.tap((tapped) => {
        expect(tapped.start_ns).toBe(free_ns)
        expect(tapped.end_ns).toBe(tapped.start_ns + frameBits(tapped.frame) * bus.bit_ns)
        expect(kernel.now_ns).toBe(tapped.end_ns)
        free_ns = tapped.end_ns + INTERFRAME_BITS * bus.bit_ns
        seen.push(textOf(tapped.frame))
      })
      kernel.runUntil(1_000_000)
      frames.forEach((one, i) => nodes[i % count]!.send(one))
      kernel.runUntil(100_000_000)
      const order = [...frames].sort((a, b) => arbitrationKey(a) - arbitrationKey(b)).map(textOf)
      expect(seen).toEqual(order)
      nodes.forEach((_, i) => {
        expect(received[i]).toEqual(order.filter(text => !frames.some((one, at) => at % count === i && textOf(one) === text)))
      })
    }), { numRuns: 100, seed: 2 })
  })

  it('keeps the order of frames with one identifier, and lets a frame queued during another compete at the next start', () => {
    const kernel = new Kernel(1)
    const bus = new CanBus(kernel)
    const a = bus.attach('a')
    const b = bus.attach('b')
    const seen: string[] = []
    bus.tap(tapped => seen.push(textOf(tapped.frame)))
    kernel.runUntil(1_000_000)
    a.send(frameOf(0x300, [1]))
    a.send(frameOf(0x300, [2]))
    a.send(frameOf(0x400, [3]))
    kernel.after(50_000, 'urgent', () => b.send(frameOf(0x100, [4])))
    kernel.runUntil(3_000_000)
    expect(seen).toEqual(['300#01', '100#04', '300#02', '400#03'])
  })

  it('lets a frame that comes from outside during the intermission compete, and takes one back in it', () => {
    const kernel = new Kernel(1)
    const bus = new CanBus(kernel)
    const a = bus.attach('a')
    const b = bus.attach('b')
    const seen: string[] = []
    let end_ns = 0
    bus.tap((tapped) => {
      seen.push(`${textOf(tapped.frame)} ${(tapped.start_ns - end_ns) / bus.bit_ns}`)
      end_ns = tapped.end_ns
    })
    kernel.runUntil(1_000_000)
    for (const data of [1, 2, 3]) a.send(frameOf(0x300, [data]))
    const runToEnd = (): void => {
      const { length } = seen
      while (seen.length === length) kernel.step()
      kernel.runUntil(end_ns + 2 * bus.bit_ns)
    }
    runToEnd()
    const busy_ns = bus.busy_ns
    b.send(frameOf(0x100, [9]))
    runToEnd()
    expect(a.abort(0x300, false)).toBe(true)
    runToEnd()
    kernel.runUntil(3_000_000)
    expect(seen.slice(1)).toEqual(['100#09 3', '300#03 3'])
    expect(busy_ns).toBe((frameBits(frameOf(0x300, [1])) + 2) * bus.bit_ns)
    expect(a.pendingSend).toBe(0)
  })
})
