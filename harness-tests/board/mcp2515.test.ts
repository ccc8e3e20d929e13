import { bitTiming, type CanSpi, Mcp2515 } from '#firmware/boards/index.ts'
import { CAN_STATE, createFrame } from '#protocol/index.ts'
import { CanBus, type CanController } from '#sim/bus/index.ts'
import { Mcp2515Chip } from '#sim/bus/mcp2515/index.ts'
import { Kernel } from '#sim/kernel/index.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const OSCILLATOR_Hz = 16e6
const BITRATE = 500_000
const FRAME_ns = 400_000
const EVERYTHING = { mask: 0, filters: [0] }
const NOTHING = { mask: 0, filters: [] }

/** A hub's controller by its registers, and another node to talk to. */
class Desk {
  readonly kernel = new Kernel(1)
  readonly bus = new CanBus(this.kernel, { bitrate: BITRATE })
  readonly peer: CanController = this.bus.attach('peer', { profile: 'adapter' })
  readonly node = this.bus.attach('hub', { profile: 'adapter', online: false })
  readonly heard: { id: number, data: number[] }[] = []
  readonly sent: number[] = []
  readonly onWire: number[] = []
  /** The processor is busy: interrupts wait. */
  busy = false
  readonly chip: Mcp2515Chip
  readonly can: Mcp2515
  transfers = 0
  private handler = (): void => undefined
  private readonly waiting: (() => void)[] = []

  constructor(oscillator_Hz = OSCILLATOR_Hz) {
    this.chip = new Mcp2515Chip(this.node, oscillator_Hz, (low) => { if (low) this.later(() => this.handler()) })
    const spi: CanSpi = {
      transfer: (bytes, count) => {
        this.transfers++
        this.chip.transfer(bytes, count)
      },
      interrupted: () => this.chip.interrupting,
      onInterrupt: (handler) => { this.handler = handler },
      defer: then => this.later(then),
    }
    this.can = new Mcp2515(spi, bitTiming(OSCILLATOR_Hz, BITRATE))
    this.can.onReceive((id, data, length) => this.heard.push({ id, data: [...data.subarray(0, length)] }))
    this.can.onSent(id => this.sent.push(id))
    this.bus.tap(({ frame, sender }) => { if (sender === 'hub') this.onWire.push(frame.id) })
  }

  run(duration_ns: number): void {
    const end_ns = this.kernel.now_ns + duration_ns
    // Of no duration it still does what is due now, as a kernel does.
    do {
      this.kernel.runUntil(Math.min(end_ns, this.kernel.now_ns + 10_000))
      this.settle()
    } while (this.kernel.now_ns < end_ns)
  }

  settle(): void {
    while (!this.busy && this.waiting.length > 0) this.waiting.shift()!()
  }

  say(id: number, data: readonly number[] = [], special: { extended?: boolean, remote?: boolean } = {}): void {
    const frame = Object.assign(createFrame(8), { id, length: data.length, ...special })
    frame.data.set(data)
    expect(this.peer.send(frame)).toBe(true)
  }

  private later(then: () => void): void {
    this.waiting.push(then)
  }
}

const start = (): Desk => {
  const desk = new Desk()
  desk.can.filter(EVERYTHING, NOTHING)
  desk.run(FRAME_ns)
  return desk
}

const extendedId = fc.integer({ min: 0, max: 0x1fff_ffff })
const dataBytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 8 })

describe('the MCP2515 driver', () => {
  it('sends what it is given and hears what others send, bit for bit', () => {
    const desk = start()
    fc.assert(fc.property(extendedId, dataBytes, extendedId, dataBytes, (out, outData, back, backData) => {
      desk.heard.length = desk.sent.length = desk.onWire.length = 0
      expect(desk.can.send(out, Uint8Array.from(outData), outData.length)).toBe(true)
      desk.run(FRAME_ns)
      desk.say(back, backData)
      desk.run(FRAME_ns)
      expect(desk.onWire).toEqual([out])
      expect(desk.sent).toEqual([out])
      expect(desk.heard).toEqual([{ id: back, data: backData }])
      expect(desk.chip.misuse).toEqual({ outsideConfiguration: 0, busyBuffer: 0, unknownInstruction: 0 })
    }))
  })

  it('sends by identifier, of equal ones the older first, however they come: as the controller that the simulator takes for granted', () => {
    const desk = start()
    const twin = new CanBus(new Kernel(1), { bitrate: BITRATE })
    const model = twin.attach('hub')
    twin.attach('peer', { profile: 'adapter' })
    const expected: number[] = []
    twin.tap(({ frame }) => expected.push(frame.id))
    twin.kernel.runUntil(desk.kernel.now_ns)
    const frame = createFrame(8)
    const few = fc.integer({ min: 1, max: 5 })
    fc.assert(fc.property(fc.array(fc.tuple(few, fc.integer({ min: 0, max: 300_000 })), { minLength: 1, maxLength: 30 }), (steps) => {
      const pass = (duration_ns: number): void => {
        desk.run(duration_ns)
        twin.kernel.runUntil(desk.kernel.now_ns)
      }
      desk.onWire.length = expected.length = 0
      for (const [id, wait_ns] of steps) {
        expect(desk.can.send(id, frame.data, 0)).toBe(model.send(Object.assign(frame, { id })))
        pass(wait_ns)
      }
      pass(3 * FRAME_ns)
      expect(desk.onWire).toEqual(expected)
      expect(desk.chip.misuse.busyBuffer).toBe(0)
    }), { examples: [[[[2, 0], [1, 15]]]] })
  })

  it('says when all three buffers are in use, and when one is free', () => {
    const desk = start()
    const empty = new Uint8Array(0)
    expect([7, 8, 9, 10].map(id => desk.can.send(id, empty, 0))).toEqual([true, true, true, false])
    desk.run(3 * FRAME_ns)
    expect(desk.sent).toEqual([7, 8, 9])
    expect(desk.can.send(10, empty, 0)).toBe(true)
  })

  it('withdraws what waits, at once; what is on the wire goes out', () => {
    const desk = start()
    const empty = new Uint8Array(0)
    desk.can.send(5, empty, 0)
    desk.run(20_000)
    desk.can.send(6, empty, 0)
    expect(desk.can.abort(6)).toBe(true)
    expect(desk.can.abort(5)).toBe(false)
    expect(desk.can.abort(4)).toBe(false)
    desk.run(FRAME_ns)
    expect(desk.onWire).toEqual([5])
    expect(desk.sent.toSorted((a, b) => a - b)).toEqual([5, 6])
    expect([1, 2, 3].map(id => desk.can.send(id, empty, 0))).toEqual([true, true, true])
  })

  it('lets in what passes its filters, each behind its mask', () => {
    const desk = new Desk()
    fc.assert(fc.property(extendedId, extendedId, extendedId, fc.boolean(), (mask, filter, noise, wide) => {
      desk.can.filter(NOTHING, { mask, filters: [filter] })
      desk.run(FRAME_ns)
      desk.heard.length = 0
      const id = wide ? filter & mask | noise & ~mask & 0x1fff_ffff : noise
      desk.say(id)
      desk.run(FRAME_ns)
      expect(desk.heard.map(frame => frame.id)).toEqual((id & mask) === (filter & mask) ? [id] : [])
    }))
  })

  it('does not take frames of 11 bits or remote ones for its own', () => {
    const desk = start()
    desk.say(0, [1], { extended: false })
    desk.say(0x123, [], { remote: true })
    desk.run(FRAME_ns)
    expect(desk.heard).toEqual([])
  })

  it('keeps two frames while the processor is busy, and counts that more were lost', () => {
    const desk = start()
    desk.busy = true
    for (const id of [0x100, 0x101, 0x102, 0x103]) desk.say(id, [id & 0xff])
    desk.run(4 * FRAME_ns)
    desk.busy = false
    desk.settle()
    expect(desk.heard.map(frame => frame.id)).toEqual([0x100, 0x101])
    expect(desk.can.overflows()).toBe(1)
    desk.say(0x104)
    desk.run(FRAME_ns)
    expect(desk.heard.at(-1)!.id).toBe(0x104)
  })

  it('stays bus-off until it is told to recover, and then sends what waited', () => {
    const desk = start()
    desk.can.send(9, new Uint8Array(8), 8)
    desk.bus.faults.set({ nodeBitErrorRate: { hub: 0.2 } })
    desk.run(40 * FRAME_ns)
    expect(desk.can.state()).toBe(CAN_STATE.busOff)
    expect([desk.can.tec(), desk.can.rec()]).toEqual([255, 0])
    desk.bus.faults.clear()
    desk.run(20 * FRAME_ns)
    expect(desk.sent).toEqual([])
    desk.can.recover()
    desk.run(20 * FRAME_ns)
    expect(desk.can.state()).toBe(CAN_STATE.errorActive)
    expect(desk.sent).toEqual([9])
  })

  it('tells error-passive, and its counters', () => {
    const desk = start()
    desk.peer.online = false
    desk.can.send(9, new Uint8Array(8), 8)
    desk.run(100 * FRAME_ns)
    expect(desk.can.state()).toBe(CAN_STATE.errorPassive)
    expect(desk.can.tec()).toBe(128)
  })

  it('needs two transfers for a frame that it hears, four for one that it sends', () => {
    const desk = start()
    desk.transfers = 0
    desk.say(0x77, [1, 2, 3])
    desk.run(FRAME_ns)
    const heard = desk.transfers
    desk.can.send(0x78, new Uint8Array(8), 8)
    desk.run(FRAME_ns)
    expect([heard, desk.transfers - heard]).toEqual([2, 4])
  })

  it('says so when no controller answers', () => {
    const silent: CanSpi = {
      transfer: (bytes, count) => { bytes.fill(0xff, 0, count) },
      interrupted: () => false, onInterrupt: () => undefined, defer: () => undefined,
    }
    expect(() => new Mcp2515(silent, bitTiming(OSCILLATOR_Hz, BITRATE))).toThrow('no MCP2515 answers')
  })

  it('never takes part with another crystal than its timing is made for', () => {
    const desk = new Desk(8e6)
    desk.can.filter(EVERYTHING, NOTHING)
    desk.can.send(5, new Uint8Array(0), 0)
    desk.run(10 * FRAME_ns)
    expect(desk.onWire).toEqual([])
  })
})

describe('bit timing', () => {
  it.each([
    [8e6, 500_000, 0.75], [16e6, 500_000, 0.875], [20e6, 500_000, 0.85],
    [16e6, 1e6, 0.75], [16e6, 125_000, 0.875], [8e6, 125_000, 0.875],
  ])(
    'of a crystal of %d Hz at %d bit/s samples at %d', (oscillator_Hz, bitrate, sample) => {
      const { cnf1, cnf2, cnf3 } = bitTiming(oscillator_Hz, bitrate)
      const before = 1 + (cnf2 & 7) + 1 + (cnf2 >> 3 & 7) + 1
      const quanta = before + (cnf3 & 7) + 1
      expect(2 * ((cnf1 & 63) + 1) * quanta / oscillator_Hz * bitrate).toBeCloseTo(1, 12)
      expect(before / quanta).toBeCloseTo(sample, 2)
    })

  it('says what to do where a crystal does not divide', () => {
    expect(() => bitTiming(11_059_200, 500_000)).toThrow('take 8 or 16 MHz')
    expect(() => bitTiming(Number.NaN, 500_000)).toThrow('oscillator NaN Hz')
    expect(() => bitTiming(16e6, 5000)).toThrow('bit rate 5000 bit/s')
  })
})
