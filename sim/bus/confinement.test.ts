import { describe, expect, it } from 'vitest'
import { CAN_STATE } from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'
import type { CanController } from './controller.ts'
import { RECEIVERS, TRANSMITTER, type PickedBit } from './faults.ts'
import { frameOf, textOf } from './testing.ts'

const { errorActive, errorPassive, busOff } = CAN_STATE
const BIT_NS = 2000
/** Alternating bits: one wrong bit never makes a stuff error. */
const CALM = frameOf(0x555, [0x55, 0x55])

interface Bench {
  kernel: Kernel
  bus: CanBus
  a: CanController
  b: CanController
  c: CanController
  /** Good frames: sender and text. */
  seen: string[]
  /** Errors found: `node type tec rec`, `*` after the transmitter's name. */
  errors: string[]
  run: (duration_ns?: number) => void
  counts: () => number[]
}

function setUp(): Bench {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel)
  const [a, b, c] = ['a', 'b', 'c'].map(name => bus.attach(name, { profile: 'adapter' })) as [CanController, CanController, CanController]
  const seen: string[] = []
  const errors: string[] = []
  bus.tap(tapped => seen.push(`${tapped.sender} ${textOf(tapped.frame)}`))
  bus.tapErrors(error => errors.push(`${error.node}${error.transmitter ? '*' : ''} ${error.type} ${error.tec} ${error.rec}`))
  const run = (duration_ns = 5_000_000): void => kernel.runUntil(kernel.now_ns + duration_ns)
  run(1_000_000)
  return { kernel, bus, a, b, c, seen, errors, run, counts: () => [a, b, c].flatMap(node => [node.tec, node.rec]) }
}

/** Sends one frame from a with these bits wrong. */
function strike(bench: Bench, ...bits: PickedBit[]): void {
  for (const bit of bits) bench.bus.faults.pick(bit)
  bench.a.send(CALM)
  bench.run()
}

describe('the five errors', () => {
  it('bit error: the transmitter sees another data bit than it sent; 8 for it, 1 for each receiver', () => {
    const bench = setUp()
    strike(bench, { field: 'data', bit: 3, at: TRANSMITTER })
    // The flag makes six equal bits: a stuff error to the others, whose flags it still sees after its own.
    expect(bench.errors).toEqual(['a* bit 8 0', 'b stuff 0 1', 'c stuff 0 1'])
    expect(bench.seen).toEqual(['a 555#5555'])
    // The repetition went well: −1 for all.
    expect(bench.counts()).toEqual([7, 0, 0, 0, 0, 0])
    expect(bench.bus.counters).toMatchObject({ frames: 1, errorFrames: 1, errors: { bit: 1, stuff: 0, form: 0, crc: 0, ack: 0 } })
  })

  it('CRC error: a single receiver saw a wrong data bit; it objects after the ACK delimiter, and 8 more as the first to object', () => {
    const bench = setUp()
    strike(bench, { field: 'data', bit: 3, at: 'b' })
    expect(bench.errors).toEqual(['b crc 0 1', 'a* bit 8 0', 'c form 0 1'])
    expect(bench.counts()).toEqual([7, 0, 0, 8, 0, 0])
    expect(bench.bus.counters.errors).toEqual({ bit: 0, stuff: 0, form: 0, crc: 1, ack: 0 })
    expect(bench.seen).toEqual(['a 555#5555'])
  })

  it('CRC error at all receivers: nobody acknowledges, so the transmitter objects first', () => {
    const bench = setUp()
    strike(bench, { field: 'data', bit: 3, at: RECEIVERS })
    expect(bench.errors[0]).toBe('a* ack 8 0')
    expect(bench.seen).toEqual(['a 555#5555'])
  })

  it('stuff error: a receiver saw six equal bits', () => {
    const bench = setUp()
    // Five zeros of the second byte bring a stuff bit before its sixth.
    bench.bus.faults.pick({ field: 'data', bit: 13, stuff: true, at: 'b' })
    bench.a.send(frameOf(0x555, [0x55, 0x00]))
    bench.run()
    expect(bench.errors[0]).toBe('b stuff 0 1')
    expect(bench.bus.counters.errors).toMatchObject({ stuff: 1 })
    expect(bench.counts()).toEqual([7, 0, 0, 8, 0, 0])
  })

  it('form error: a receiver saw a dominant delimiter', () => {
    for (const field of ['crcDelimiter', 'ackDelimiter'] as const) {
      const bench = setUp()
      strike(bench, { field, at: 'c' })
      expect(bench.errors[0]).toBe('c form 0 1')
      expect(bench.bus.counters.errors).toMatchObject({ form: 1 })
      expect(bench.seen).toEqual(['a 555#5555'])
    }
  })

  it('ACK error: the transmitter did not see the dominant slot', () => {
    const bench = setUp()
    strike(bench, { field: 'ackSlot', at: TRANSMITTER })
    expect(bench.errors[0]).toBe('a* ack 8 0')
    // The receivers see its flag in the recessive tail; it began in the ACK delimiter.
    expect(bench.errors.slice(1)).toEqual(['b form 0 1', 'c form 0 1'])
    expect(bench.counts()).toEqual([7, 0, 0, 0, 0, 0])
  })

  it('take 23 bits when the others answer at last: two flags of 6, delimiter 8, intermission 3', () => {
    const bench = setUp()
    const starts: number[] = []
    bench.bus.tap(tapped => starts.push(tapped.start_ns))
    const begin_ns = bench.kernel.now_ns
    strike(bench, { field: 'data', bit: 3, at: TRANSMITTER })
    // Start of frame, identifier, RTR, IDE, r0, length, the stuff bit that 00000 in the middle of them needs, four bits of data.
    const wrongBitEnd = 1 + 11 + 1 + 1 + 1 + 4 + 1 + 4
    expect((starts[0]! - begin_ns) / BIT_NS).toBe(wrongBitEnd + 6 + 6 + 8 + 3)
  })
})

describe('exceptions', () => {
  it('a recessive stuff bit overwritten during arbitration costs the transmitter nothing', () => {
    const bench = setUp()
    bench.bus.faults.pick({ field: 'identifier', bit: 4, stuff: true, at: TRANSMITTER })
    bench.a.send(frameOf(0x000, [0x55]))
    bench.run()
    expect(bench.errors[0]).toBe('a* stuff 0 0')
    expect(bench.a.tec).toBe(0)
    expect(bench.seen).toEqual(['a 000#55'])
  })

  it('a node alone becomes error-passive by ACK errors and never bus-off', () => {
    const bench = setUp()
    bench.b.online = false
    bench.c.online = false
    const states: number[] = []
    bench.a.onState(state => states.push(state))
    bench.a.send(CALM)
    bench.run(100_000_000)
    expect(bench.errors.slice(0, 17).map(text => Number(text.split(' ')[2]))).toEqual([
      8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128, 128,
    ])
    expect([bench.a.tec, bench.a.state, states]).toEqual([128, errorPassive, [errorPassive]])
    bench.b.online = true
    bench.run()
    expect([bench.a.tec, bench.a.state, states]).toEqual([127, errorActive, [errorPassive, errorActive]])
    expect(bench.seen).toEqual(['a 555#5555'])
  })

  it('a wrong last bit of end of frame at the transmitter: receivers have the frame, and get it again', () => {
    const bench = setUp()
    const got: string[] = []
    bench.b.onReceive(frame => got.push(textOf(frame)))
    strike(bench, { field: 'endOfFrame', bit: 6, at: TRANSMITTER })
    expect(got).toEqual(['555#5555', '555#5555'])
    expect(bench.seen).toEqual(['a 555#5555', 'a 555#5555'])
    expect(bench.errors).toEqual(['a* bit 8 0'])
    expect(bench.counts()).toEqual([7, 0, 0, 0, 0, 0])
  })

  it('a frame that its receivers keep and its transmitter repeats is not of a third node that finds an error in the same bit', () => {
    const bench = setUp()
    bench.bus.faults.pick({ field: 'endOfFrame', bit: 5, at: TRANSMITTER, times: 20 })
    bench.a.send(CALM)
    bench.c.send(frameOf(0x556, [0x55, 0x55]))
    bench.run(10_000_000)
    expect(bench.a.tec).toBeGreaterThan(50)
    expect(bench.seen.filter(line => line !== ' 555#5555' && line !== ' 556#5555')).toEqual(['a 555#5555', 'c 556#5555'])
  })

  it('a wrong last bit of end of frame at a receiver: an overload frame, nothing lost or doubled', () => {
    const bench = setUp()
    const got: string[] = []
    bench.b.onReceive(frame => got.push(textOf(frame)))
    strike(bench, { field: 'endOfFrame', bit: 6, at: 'b' })
    expect(got).toEqual(['555#5555'])
    expect(bench.bus.counters).toMatchObject({ frames: 1, errorFrames: 0, overloadFrames: 1 })
    expect(bench.counts()).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('a wrong last but one bit at a receiver: an error, and the frame comes again once', () => {
    const bench = setUp()
    const got: string[] = []
    bench.b.onReceive(frame => got.push(textOf(frame)))
    bench.c.onReceive(frame => got.push(`c ${textOf(frame)}`))
    strike(bench, { field: 'endOfFrame', bit: 5, at: 'b' })
    // b has it once; c, which saw b's flag in the last bit, has had it before already.
    expect(got).toEqual(['c 555#5555', '555#5555', 'c 555#5555'])
    expect(bench.errors[0]).toBe('b form 0 1')
  })
})

describe('states', () => {
  it('error-passive at 128, bus-off above 255; the frame stays pending', () => {
    const bench = setUp()
    const states: [number, number][] = []
    bench.a.onState(state => states.push([state, bench.a.tec]))
    strike(bench, { field: 'data', bit: 3, at: TRANSMITTER, times: 1000 })
    expect(states).toEqual([[errorPassive, 128], [busOff, 255]])
    expect(bench.errors.filter(text => text.startsWith('a*')).length).toBe(32)
    expect([bench.a.pendingSend, bench.seen.length]).toEqual([1, 0])
    // The last one is the receivers' alone: a node that goes bus-off sends no flag.
    expect(bench.bus.counters).toMatchObject({ errorFrames: 32, errors: { bit: 31, stuff: 1 } })
  })

  it('recovery takes exactly 128 × 11 recessive bits of an idle bus after recover(), then the frame goes out', () => {
    const bench = setUp()
    strike(bench, { field: 'data', bit: 3, at: TRANSMITTER, times: 32 })
    expect(bench.a.state).toBe(busOff)
    bench.run(50_000_000)
    expect(bench.a.state).toBe(busOff)
    const from_ns = bench.kernel.now_ns + BIT_NS
    let back_ns = 0
    bench.a.onState(() => {
      back_ns = bench.kernel.now_ns
    })
    bench.kernel.runUntil(from_ns)
    bench.a.recover()
    bench.a.recover()
    bench.run()
    expect([bench.a.state, bench.a.rec]).toEqual([errorActive, 0])
    expect(back_ns - from_ns).toBe(128 * 11 * BIT_NS)
    expect(bench.seen).toEqual(['a 555#5555'])
  })

  it('recovery on a full bus counts one sequence a frame', () => {
    const bench = setUp()
    strike(bench, { field: 'data', bit: 3, at: TRANSMITTER, times: 32 })
    bench.b.onSent(() => bench.b.send(frameOf(0x001)))
    bench.b.send(frameOf(0x001))
    bench.run()
    bench.seen.length = 0
    let after = 0
    bench.a.onState(() => {
      after = bench.seen.length
    })
    bench.a.recover()
    bench.run(50_000_000)
    expect(after).toBeGreaterThanOrEqual(127)
    expect(after).toBeLessThanOrEqual(129)
  })

  it('an error-passive transmitter lets others go first: it waits 8 bits more', () => {
    const bench = setUp()
    strike(bench, { field: 'data', bit: 3, at: TRANSMITTER, times: 20 })
    expect(bench.a.state).toBe(errorPassive)
    bench.seen.length = 0
    const starts: number[] = []
    const ends: number[] = []
    bench.bus.tap((tapped) => {
      starts.push(tapped.start_ns)
      ends.push(tapped.end_ns)
    })
    for (const id of [0x010, 0x011, 0x012]) bench.a.send(frameOf(id))
    bench.b.send(frameOf(0x700))
    bench.run()
    expect(bench.seen.map(text => text.slice(0, 5))).toEqual(['a 010', 'b 700', 'a 011', 'a 012'])
    expect((starts[1]! - ends[0]!) / BIT_NS).toBe(3)
    expect((starts[2]! - ends[1]!) / BIT_NS).toBe(3)
    expect((starts[3]! - ends[2]!) / BIT_NS).toBe(3 + 8)
  })

  it('an error-passive receiver cannot destroy a frame, and misses it alone', () => {
    const bench = setUp()
    for (let i = 0; i < 20; i++) strike(bench, { field: 'data', bit: 3, at: 'b' })
    // 9 for each error, −1 for each repetition; above 127 a good reception makes it 127.
    expect([bench.b.state, bench.b.rec]).toEqual([errorActive, 127])
    bench.seen.length = 0
    bench.errors.length = 0
    const got: string[] = []
    bench.b.onReceive(frame => got.push(textOf(frame)))
    strike(bench, { field: 'data', bit: 3, at: 'b', times: 2 })
    expect(bench.errors).toEqual(['b crc 0 128', 'a* bit 148 0', 'c form 0 1', 'b crc 0 137'])
    expect(bench.seen).toEqual(['a 555#5555'])
    expect(got).toEqual([])
    expect(bench.b.state).toBe(errorPassive)
    strike(bench)
    // A good reception takes a counter above 127 down to 127.
    expect([bench.b.state, bench.b.rec]).toEqual([errorActive, 127])
  })

  it('two nodes with one identifier and different data destroy each other until both are passive; then the dominant one passes', () => {
    const bench = setUp()
    bench.a.send(frameOf(0x123, [0x00]))
    bench.b.send(frameOf(0x123, [0x80]))
    bench.run(10_000_000)
    expect(bench.errors[0]).toBe('b* bit 8 0')
    expect(bench.bus.counters.errorFrames).toBeGreaterThanOrEqual(16)
    expect(bench.seen).toEqual(['a 123#00', 'b 123#80'])
    expect([bench.a.pendingSend, bench.b.pendingSend]).toEqual([0, 0])
  })

  it('two nodes with the very same frame both succeed at once', () => {
    const bench = setUp()
    const got: string[] = []
    bench.c.onReceive(frame => got.push(textOf(frame)))
    bench.a.send(CALM)
    bench.b.send(CALM)
    bench.run()
    expect(got).toEqual(['555#5555'])
    expect([bench.a.counters.sent, bench.b.counters.sent, bench.bus.counters.frames]).toEqual([1, 1, 1])
  })
})

describe('long dominant runs', () => {
  it('cost receivers 1 for the stuff error, 8 for the first bit after their flag, and 8 for each eight bits more', () => {
    const bench = setUp()
    bench.bus.faults.holdDominant(true)
    const rec: number[] = []
    for (let bit = 0; bit < 40; bit++) {
      bench.run(BIT_NS)
      rec.push(bench.b.rec)
    }
    const first = rec.indexOf(1)
    expect(rec[first + 6]).toBe(1)
    expect(rec.slice(first + 7, first + 14)).toEqual([9, 9, 9, 9, 9, 9, 9])
    expect(rec[first + 14]).toBe(17)
    expect(rec[first + 22]).toBe(25)
    bench.run(10_000_000)
    expect([bench.b.rec, bench.b.state, bench.b.tec]).toEqual([255, errorPassive, 0])
  })

  it('make a transmitter bus-off, and cost nothing to compute once nothing changes', () => {
    const bench = setUp()
    bench.a.send(CALM)
    bench.run(60_000)
    bench.bus.faults.holdDominant(true)
    bench.run(3_000_000)
    expect(bench.a.state).toBe(busOff)
    expect(bench.kernel.pending()).toEqual([])
    const meter = bench.bus.loadMeter()
    bench.run(1_000_000_000)
    expect(meter.read()).toBe(1)
    bench.bus.faults.holdDominant(false)
    bench.b.send(CALM)
    bench.run()
    expect(bench.seen).toEqual(['b 555#5555'])
    expect([bench.c.rec, bench.c.state]).toEqual([127, errorActive])
  })
})
