import { describe, expect, it } from 'vitest'
import { frameBits } from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'
import { frameOf, textOf } from './testing.ts'

/** Nodes have counted their 11 recessive bits long before this. */
const READY_NS = 1_000_000

function pair(bitrate = 500_000): { kernel: Kernel, bus: CanBus, log: string[] } {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel, { bitrate })
  const log: string[] = []
  bus.attach('a', { profile: 'adapter' })
  bus.attach('b', { profile: 'adapter' })
  bus.tap(t => log.push(`${t.sender} ${textOf(t.frame)} ${t.start_ns - READY_NS}…${t.end_ns - READY_NS}`))
  kernel.runUntil(READY_NS)
  return { kernel, bus, log }
}

describe('timing', () => {
  it('of an all-dominant frame: 34 equal bits make 6 stuff bits; 50 bits', () => {
    // SOF, 11 + 1 + 1 + 1 + 4 bits of 0, their CRC 0: 34 bits, a stuff bit after each 5; then 10 bits of tail.
    const { kernel, bus, log } = pair()
    bus.find('a')!.send(frameOf(0, [], { extended: false }))
    kernel.runUntil(READY_NS + 500_000)
    expect(log).toEqual(['a 000# 0…100000'])
    expect(bus.counters).toMatchObject({ frames: 1, bits: 50, stuffBits: 6, errorFrames: 0 })
  })

  it('of a frame with 21 stuff bits, near the worst that 11 bits and 8 bytes can have: 98 + 21 + 10 bits', () => {
    const frame = frameOf(0x03e, [0x3c, 0x3c, 0x3c, 0x3c, 0x3c, 0x3c, 0x3c, 0x1b])
    const { kernel, bus, log } = pair(1_000_000)
    bus.find('a')!.send(frame)
    kernel.runUntil(READY_NS + 1_000_000)
    expect(log).toEqual(['a 03E#3C3C3C3C3C3C3C1B 0…129000'])
    expect(bus.counters).toMatchObject({ bits: 129, stuffBits: 21 })
  })

  it('of frames one after the other: 3 bits of intermission between them', () => {
    const { kernel, bus, log } = pair()
    for (let i = 0; i < 3; i++) bus.find('a')!.send(frameOf(0, [], { extended: false }))
    kernel.runUntil(READY_NS + 1_000_000)
    expect(log).toEqual(['a 000# 0…100000', 'a 000# 106000…206000', 'a 000# 212000…312000'])
  })

  it('starts on an idle bus with the next bit, whenever the frame comes', () => {
    const { kernel, bus, log } = pair()
    kernel.after(1, 'send', () => bus.find('a')!.send(frameOf(0, [], { extended: false })))
    kernel.after(400_000, 'send', () => bus.find('b')!.send(frameOf(0, [], { extended: false })))
    kernel.after(799_999, 'send', () => bus.find('b')!.send(frameOf(0, [], { extended: false })))
    kernel.runUntil(READY_NS + 2_000_000)
    expect(log).toEqual(['a 000# 2000…102000', 'b 000# 400000…500000', 'b 000# 800000…900000'])
  })

  it('scales with every bitrate whose bit is a whole number of ns, and refuses the others', () => {
    for (const bitrate of [125_000, 250_000, 500_000, 800_000, 1_000_000]) {
      const { kernel, bus, log } = pair(bitrate)
      bus.find('a')!.send(frameOf(0, [], { extended: false }))
      kernel.runUntil(READY_NS + 2_000_000)
      expect(log).toEqual([`a 000# 0…${50 * 1e9 / bitrate}`])
    }
    for (const bitrate of [0, 100_000, 83_333, 300_000, 2_000_000, NaN]) {
      expect(() => new CanBus(new Kernel(), { bitrate })).toThrow(/bitrate .* bit\/s/)
    }
  })

  it('delivers at the end of the frame, to all but the sender, with the bus index', () => {
    const kernel = new Kernel(1)
    const bus = new CanBus(kernel, { index: 1 })
    const log: string[] = []
    for (const name of ['a', 'b', 'c']) {
      const node = bus.attach(name, { profile: 'adapter' })
      node.onReceive(frame => log.push(`${name} ${textOf(frame)} bus ${frame.bus} at ${kernel.now_ns}`))
      node.onSent((id, extended) => log.push(`${name} sent ${id} ${extended} at ${kernel.now_ns}`))
    }
    kernel.runUntil(READY_NS)
    bus.find('b')!.send(frameOf(0, [], { extended: false }))
    kernel.runUntil(READY_NS + 200_000)
    expect(log).toEqual(['a 000# bus 1 at 1100000', 'c 000# bus 1 at 1100000', 'b sent 0 false at 1100000'])
    expect(bus.name).toBe('spine1')
  })

  it('lets a node take part after 11 recessive bits', () => {
    const kernel = new Kernel(1)
    const bus = new CanBus(kernel)
    const starts: number[] = []
    bus.tap(tapped => starts.push(tapped.start_ns))
    const a = bus.attach('a')
    bus.attach('b')
    a.send(frameOf(1))
    kernel.runUntil(1_000_000)
    a.online = false
    a.online = true
    a.send(frameOf(1))
    kernel.runUntil(2_000_000)
    expect(starts).toEqual([11 * 2000, 1_000_000 + 11 * 2000])
  })
})

describe('load', () => {
  it('is busy bit times by bit times, intermission included, exact over any window', () => {
    const { kernel, bus } = pair()
    const meter = bus.loadMeter()
    bus.find('a')!.send(frameOf(0, [], { extended: false }))
    kernel.runUntil(READY_NS + 50_000)
    expect(meter.read()).toBe(1)
    kernel.runUntil(READY_NS + 103_000)
    expect(meter.read()).toBe(1)
    kernel.runUntil(READY_NS + 109_000)
    expect(meter.read()).toBeCloseTo(3 / 6, 12)
    expect(meter.read()).toBe(0)
    kernel.runUntil(READY_NS + 212_000)
    expect(meter.read()).toBe(0)
    expect(bus.busy_ns).toBe(106_000)
  })

  it('is 1 on a saturated bus, and the frame rate is what arithmetic says', () => {
    const { kernel, bus } = pair(1_000_000)
    const a = bus.find('a')!
    const frame = frameOf(0x555, [], { extended: false })
    a.onSent(() => a.send(frame))
    a.send(frame)
    const meter = bus.loadMeter()
    kernel.runUntil(READY_NS + 1_000_000_000)
    expect(meter.read()).toBe(1)
    expect(bus.counters.frames).toBe(Math.floor(1_000_000 / (frameBits(frame) + 3)))
  })
})
