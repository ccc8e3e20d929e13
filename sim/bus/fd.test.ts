import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CAN_STATE, type CanFrame, createFrame, dataPhaseBits, FD_DATA_BYTES, FD_LENGTHS, fdFrameBits, INTERFRAME_BITS, nominalBits,
} from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'
import type { ControllerOptions, FdAbility } from './controller.ts'
import { frameOf } from './testing.ts'

/** Nodes have counted their 11 recessive bits long before this. */
const READY_NS = 1_000_000
const BIT_NS = 2000

function fdFrame(id: number, length: number, special: Partial<CanFrame> = {}): CanFrame {
  const frame = Object.assign(createFrame(FD_DATA_BYTES), { id, length, fd: true, brs: true, extended: id > 0x7ff }, special)
  for (let i = 0; i < length; i++) frame.data[i] = 37 * i + 5
  return frame
}

function lengthOf_ns(frame: CanFrame, dataBit_ns: number, passive = false): number {
  const packed = fdFrameBits(frame, passive)
  return nominalBits(packed) * BIT_NS + dataPhaseBits(packed) * dataBit_ns
}

interface Setup { kernel: Kernel, bus: CanBus, log: string[], got: Record<string, number[]> }

function setUp(abilities: Readonly<Record<string, FdAbility>>, dataBitrate = 2_000_000): Setup {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel, { dataBitrate })
  const log: string[] = []
  const got: Record<string, number[]> = {}
  for (const [name, fd] of Object.entries(abilities)) {
    const node = bus.attach(name, { profile: 'adapter', fd })
    got[name] = []
    node.onReceive(frame => got[name]!.push(frame.length))
  }
  bus.tap(t => log.push(`${t.sender} ${t.frame.fd ? 'fd' : 'classic'}${t.frame.length} ${t.start_ns - READY_NS}…${t.end_ns - READY_NS}`))
  kernel.runUntil(READY_NS)
  return { kernel, bus, log, got }
}

describe('CAN FD on the bus', () => {
  it.each([1_000_000, 2_000_000, 4_000_000, 5_000_000, 8_000_000])('takes exactly its bits of both rates at %d bit/s', (dataBitrate) => {
    const { kernel, bus, log, got } = setUp({ a: 'active', b: 'active', c: 'active' }, dataBitrate)
    const [short, long, slow] = [fdFrame(0x100, 8), fdFrame(0x0cff_8185, 64), fdFrame(0x101, 16, { brs: false })]
    for (const frame of [short, slow, long]) bus.find('a')!.send(frame)
    const meter = bus.loadMeter()
    let at_ns = 0
    const expected = ([[short, 8], [slow, 16], [long, 64]] as const).map(([frame, length]) => {
      const end_ns = at_ns + lengthOf_ns(frame, 1e9 / dataBitrate)
      const line = `a fd${length} ${at_ns}…${end_ns}`
      at_ns = end_ns + INTERFRAME_BITS * BIT_NS
      return line
    })
    kernel.runUntil(READY_NS + at_ns)
    expect(log).toEqual(expected)
    expect(meter.read()).toBe(1)
    expect(got).toEqual({ a: [], b: [8, 16, 64], c: [8, 16, 64] })
    expect(bus.counters.errorFrames).toBe(0)
  })

  it('arbitrates with classic frames, and shifts the grid of bits by its data phase', () => {
    const { kernel, bus, log } = setUp({ a: 'active', b: 'active' }, 8_000_000)
    bus.find('a')!.send(fdFrame(0x200, 12))
    bus.find('b')!.send(frameOf(0x100, [1, 2]))
    kernel.runUntil(READY_NS + 1_000_000)
    expect(log.map(line => line.slice(0, 6))).toEqual(['b clas', 'a fd12'])
    const end_ns = Number(log[1]!.split('…')[1])
    expect(end_ns % BIT_NS).not.toBe(0)
    bus.find('b')!.send(frameOf(0x100))
    kernel.runUntil(READY_NS + 2_000_000)
    const start_ns = Number(log[2]!.split(' ')[2]!.split('…')[0])
    expect((start_ns - end_ns) % BIT_NS).toBe(0)
    expect(start_ns).toBeLessThan(1_000_000 + BIT_NS)
  })

  it('is an error to classic nodes, which destroy it until they are error-passive, and go on with classic frames', () => {
    const { kernel, bus, log, got } = setUp({ a: 'active', b: 'active', old: 'none' })
    const old = bus.find('old')!
    bus.find('a')!.send(fdFrame(0x100, 8))
    const errors: string[] = []
    bus.tapErrors(error => errors.push(`${error.node} ${error.type}`))
    kernel.runUntil(READY_NS + 100_000)
    expect(errors[0]).toBe('old form')
    expect(errors).toContain('a bit')
    while (old.state === CAN_STATE.errorActive) {
      expect(log).toEqual([])
      kernel.runUntil(kernel.now_ns + 10_000)
    }
    kernel.runUntil(kernel.now_ns + 1_000_000)
    expect(log.length).toBe(1)
    expect(got).toEqual({ a: [], b: [8], old: [] })
    bus.find('b')!.send(frameOf(0x123, [1]))
    kernel.runUntil(kernel.now_ns + 1_000_000)
    expect(got.old).toEqual([1])
  })

  it('is nothing to tolerant nodes, which hear classic frames before and after it', () => {
    const { kernel, bus, log, got } = setUp({ a: 'active', b: 'active', old: 'tolerant' })
    const a = bus.find('a')!
    a.send(frameOf(0x100, [1]))
    a.send(fdFrame(0x101, 64))
    a.send(frameOf(0x102, [1, 2]))
    kernel.runUntil(READY_NS + 3_000_000)
    expect(log.length).toBe(3)
    expect(got).toEqual({ a: [], b: [1, 64, 2], old: [1, 2] })
    expect(bus.counters.errorFrames).toBe(0)
  })

  it('is not acknowledged by tolerant nodes: its sender is alone with them', () => {
    const { kernel, bus, log } = setUp({ a: 'active', old: 'tolerant' })
    bus.find('a')!.send(fdFrame(0x100, 8))
    kernel.runUntil(READY_NS + 20_000_000)
    expect(log).toEqual([])
    expect([bus.find('a')!.state, bus.find('old')!.rec]).toEqual([CAN_STATE.errorPassive, 0])
    expect(bus.find('a')!.counters.errors.ack).toBeGreaterThan(16)
  })

  it('is refused where there is none, and by its length', () => {
    const { bus } = setUp({ a: 'active', old: 'tolerant' })
    expect(bus.find('old')!.send(fdFrame(0x100, 8))).toBe(false)
    expect(bus.find('old')!.counters.refused.fd).toBe(1)
    expect(() => bus.find('a')!.send(fdFrame(0x100, 9))).toThrow(/length 9 is no length of an FD frame/)
    expect(() => bus.find('a')!.send(fdFrame(0x100, 0, { length: 65 }))).toThrow(/length 65/)
    const classic = new CanBus(new Kernel())
    expect(classic.attach('a', { profile: 'adapter' }).send(fdFrame(0x100, 8))).toBe(false)
    const tried = (options: ControllerOptions): void => void bus.attach('x', options)
    expect(() => tried({ fd: 'active' })).toThrow(/classic controller/)
    expect(() => classic.attach('b', { profile: 'adapter', fd: 'active' })).toThrow(/dataBitrate/)
    for (const dataBitrate of [0, 250_000, 750_000, 3_000_000, 10_000_000, NaN]) {
      expect(() => new CanBus(new Kernel(), { dataBitrate })).toThrow(/dataBitrate .* bit\/s/)
    }
  })

  it('tells by ESI that its sender is error-passive, and is as long as that makes it', () => {
    const { kernel, bus, log } = setUp({ a: 'active', b: 'active' })
    const a = bus.find('a')!
    bus.faults.pick({ field: 'data', bit: 3, at: 'a', times: 16 })
    a.send(fdFrame(0x100, 0))
    kernel.runUntil(READY_NS + 1_000_000)
    bus.faults.clear()
    const frame = fdFrame(0x100, 1)
    bus.faults.pick({ field: 'data', bit: 3, at: 'a', times: 16 })
    a.send(frame)
    kernel.runUntil(READY_NS + 20_000_000)
    const [start_ns, end_ns] = log[1]!.split(' ')[2]!.split('…').map(Number)
    expect(end_ns! - start_ns!).toBe(lengthOf_ns(frame, 500, true))
    expect(a.counters.errors.bit).toBe(16)
  })
})

describe('errors in the data phase', () => {
  it.each([
    ['a receiver alone', { field: 'data', bit: 40, at: 'b' }],
    ['the transmitter alone', { field: 'data', bit: 41, at: 'a' }],
    ['everybody', { field: 'data', bit: 42 }],
    ['a fixed stuff bit', { field: 'crc', bit: 4, stuff: true, at: 'b' }],
    ['the stuff count', { field: 'stuffCount', bit: 1, at: 'b' }],
    ['the CRC', { field: 'crc', bit: 13, at: 'c' }],
    ['ESI', { field: 'errorState', at: 'b' }],
    ['the bit rate switch', { field: 'bitRateSwitch', at: 'b' }],
    ['the reserved bit', { field: 'reserved', bit: 1, at: 'c' }],
    ['the CRC delimiter', { field: 'crcDelimiter', at: 'b' }],
  ] as const)('at %s destroy the frame for all; it is sent again and arrives once', (_, pick) => {
    const { kernel, bus, log, got } = setUp({ a: 'active', b: 'active', c: 'active' })
    bus.faults.pick(pick)
    bus.find('a')!.send(fdFrame(0x100, 12))
    kernel.runUntil(READY_NS + 3_000_000)
    expect(bus.faults.pickedBits).toBe(0)
    expect(bus.counters.errorFrames).toBe(1)
    expect(log.length).toBe(1)
    expect(got).toEqual({ a: [], b: [12], c: [12] })
    const [start_ns, end_ns] = log[0]!.split(' ')[2]!.split('…').map(Number)
    expect(end_ns! - start_ns!).toBe(lengthOf_ns(fdFrame(0x100, 12), 500))
  })

  it('by chance never deliver a wrong frame, and every frame arrives', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), fc.constantFrom(1e-3, 3e-3), (seed, rate) => {
      const kernel = new Kernel(seed)
      const bus = new CanBus(kernel, { dataBitrate: 4_000_000, faults: { nodeBitErrorRate: { b: rate } } })
      const [a, b] = ['a', 'b'].map(name => bus.attach(name, { profile: 'adapter' }))
      bus.attach('c', { profile: 'adapter' })
      const got: string[] = []
      b!.onReceive(frame => got.push(Buffer.from(frame.data.subarray(0, frame.length)).toString('hex')))
      const sent = FD_LENGTHS.map((length, n) => fdFrame(0x100 + n, length))
      // A node that an error keeps from taking part yet misses what others acknowledge.
      kernel.runUntil(1_000_000)
      for (const frame of sent) a!.send(frame)
      kernel.runUntil(61_000_000)
      expect(got).toEqual(sent.map(frame => Buffer.from(frame.data.subarray(0, frame.length)).toString('hex')))
    }), { seed: 21, numRuns: 20 })
  })

  it('leave classic nodes that are tolerant in peace', () => {
    const { kernel, bus, got } = setUp({ a: 'active', b: 'active', old: 'tolerant' })
    bus.faults.pick({ field: 'data', bit: 100, at: 'b' })
    bus.find('a')!.send(fdFrame(0x100, 32))
    bus.find('a')!.send(frameOf(0x101, [1]))
    kernel.runUntil(READY_NS + 3_000_000)
    expect(got).toEqual({ a: [], b: [32, 1], old: [1] })
    expect(bus.find('old')!.rec).toBe(0)
  })
})
