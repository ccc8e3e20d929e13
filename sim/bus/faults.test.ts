import { describe, expect, it } from 'vitest'
import { CAN_STATE } from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'
import type { CanController } from './controller.ts'
import type { BusFaultOptions } from './fault-options.ts'
import { ln, Noise } from './noise.ts'
import { frameOf, textOf } from './testing.ts'

interface Bench {
  kernel: Kernel
  bus: CanBus
  nodes: CanController[]
  /** `half sender text`. */
  seen: string[]
  /** `receiver text`. */
  got: string[]
  run: (duration_ns?: number) => void
}

function setUp(faults: BusFaultOptions = {}, seed = 1): Bench {
  const kernel = new Kernel(seed)
  const bus = new CanBus(kernel, { faults })
  const seen: string[] = []
  const got: string[] = []
  const nodes = ['a', 'b', 'c', 'd'].map((name) => {
    const node = bus.attach(name, { profile: 'adapter' })
    node.onReceive(frame => got.push(`${name} ${textOf(frame)}`))
    return node
  })
  bus.tap(tapped => seen.push(`${tapped.half} ${tapped.sender} ${textOf(tapped.frame)}`))
  const run = (duration_ns = 5_000_000): void => kernel.runUntil(kernel.now_ns + duration_ns)
  run(1_000_000)
  return { kernel, bus, nodes, seen, got, run }
}

describe('a cut cable', () => {
  it('makes two buses that arbitrate apart, and one again when it is joined', () => {
    const { bus, nodes: [a, b, c, d], seen, got, run } = setUp()
    bus.faults.cut(1)
    run()
    a!.send(frameOf(1))
    b!.send(frameOf(2))
    c!.send(frameOf(1, [3]))
    d!.send(frameOf(2, [4]))
    run()
    expect(seen.sort()).toEqual(['0 a 001#', '0 b 002#', '1 c 001#03', '1 d 002#04'])
    expect(got.sort()).toEqual(['a 002#', 'b 001#', 'c 002#04', 'd 001#03'])
    expect(bus.counters.errorFrames).toBe(0)
    bus.faults.heal()
    run()
    got.length = 0
    a!.send(frameOf(5))
    run()
    expect(got).toEqual(['b 005#', 'c 005#', 'd 005#'])
  })

  it('in the middle of a frame: the far side sees it break off and objects, the near side goes on', () => {
    const { bus, nodes: [a], seen, got, run } = setUp()
    a!.send(frameOf(0x555, [0x55, 0x55]))
    run(60_000)
    bus.faults.cut(1)
    run()
    expect(seen).toEqual(['0 a 555#5555'])
    expect(got).toEqual(['b 555#5555'])
    expect(bus.counters.errors).toMatchObject({ stuff: 1 })
  })

  it('joined while both sides send: they disturb each other, and all frames arrive in the end, none twice at one node', () => {
    const { bus, nodes: [a, , c], seen, got, run } = setUp({ cuts: [1] })
    a!.send(frameOf(0x555, [1]))
    run(50_000)
    c!.send(frameOf(0x2aa, [2]))
    run(30_000)
    bus.faults.heal(1)
    run()
    expect(bus.counters.errorFrames).toBeGreaterThan(0)
    expect(seen.sort()).toEqual(['0 a 555#01', '0 c 2AA#02'])
    expect(new Set(got).size).toBe(got.length)
    expect(got.length).toBe(6)
  })

  it('leaves a lone node on its side alone, for as long as it takes', () => {
    const { bus, nodes: [a, b], got, run } = setUp({ cuts: [0] })
    a!.send(frameOf(1))
    run(50_000_000)
    expect([a!.state, a!.pendingSend, got.length]).toEqual([CAN_STATE.errorPassive, 1, 0])
    bus.faults.heal()
    run()
    expect([a!.pendingSend, got.length, b!.state]).toEqual([0, 3, CAN_STATE.errorActive])
  })

  it('counts load for each half', () => {
    const { bus, nodes: [a], run } = setUp({ cuts: [1] })
    a!.onSent(() => a!.send(frameOf(1)))
    a!.send(frameOf(1))
    run()
    const meter = bus.loadMeter()
    run(100_000_000)
    expect(meter.read()).toBeCloseTo(0.5, 9)
  })

  it('counts no half where no node is', () => {
    const { bus, nodes: [a], run } = setUp({ cuts: [9] })
    a!.onSent(() => a!.send(frameOf(1)))
    a!.send(frameOf(1))
    run()
    const meter = bus.loadMeter()
    run(100_000_000)
    expect(meter.read()).toBeCloseTo(1, 9)
  })
})

describe('a dropped node', () => {
  it('is alone on its stub: hears nothing, gets no acknowledge, and comes back by itself', () => {
    const { bus, nodes: [a, b], got, run } = setUp({ dropped: ['b'] })
    a!.send(frameOf(1))
    b!.send(frameOf(2))
    run(20_000_000)
    expect(got).toEqual(['c 001#', 'd 001#'])
    expect([b!.state, b!.pendingSend]).toEqual([CAN_STATE.errorPassive, 1])
    expect(bus.counters).toMatchObject({ frames: 1, errorFrames: 0 })
    bus.faults.restore('b')
    run()
    expect(got.slice(2)).toEqual(['a 002#', 'c 002#', 'd 002#'])
  })
})

describe('a babbling node', () => {
  it('starves all identifiers above its own and none below', () => {
    const { bus, nodes: [a, b], seen, got, run } = setUp()
    bus.faults.babble('d', { id: 0x100, extended: false, length: 0 })
    run()
    seen.length = 0
    got.length = 0
    a!.send(frameOf(0x0ff))
    b!.send(frameOf(0x101))
    const meter = bus.loadMeter()
    run(10_000_000)
    expect(meter.read()).toBe(1)
    expect(seen.filter(text => text === '0 a 0FF#').length).toBe(1)
    expect(seen.filter(text => text === '0 b 101#').length).toBe(0)
    expect(seen.filter(text => text === '0 d 100#').length).toBeGreaterThan(90)
    bus.faults.babble('d', undefined)
    run()
    expect(seen.filter(text => text === '0 b 101#').length).toBe(1)
    const { length } = seen
    run()
    expect(seen.length).toBe(length)
  })

  it('beside its firmware, whose frames go out by priority, and ends in the middle of a frame without harm', () => {
    const { bus, nodes: [a], seen, run } = setUp({ babbling: { a: { id: 0x200, extended: false } } })
    a!.send(frameOf(0x100))
    a!.send(frameOf(0x300))
    const sent: number[] = []
    a!.onSent(id => sent.push(id))
    run()
    bus.faults.babble('a', undefined)
    run()
    expect(sent).toEqual([0x100, 0x300])
    expect(seen.at(-1)).toBe('0 a 300#')
    expect(bus.counters.errorFrames).toBe(0)
  })
})

describe('frame loss at a receiver', () => {
  it('loses about the rate asked for, there and nowhere else, and counts', () => {
    const { nodes: [a, b, c], run } = setUp({ frameLossRate: { b: 0.2 } })
    let left = 2000
    a!.onSent(() => {
      if (left-- > 0) a!.send(frameOf(1))
    })
    a!.send(frameOf(1))
    run(1_000_000_000)
    expect(c!.counters).toMatchObject({ received: 2001, lostByFault: 0 })
    expect(b!.counters.received + b!.counters.lostByFault).toBe(2001)
    expect(Math.abs(b!.counters.lostByFault - 400)).toBeLessThan(80)
    expect(a!.tec).toBe(0)
  })
})

describe('bit errors', () => {
  /** Some busy time: what was seen, what was got, what was counted. */
  function noisy(seed: number, faults: BusFaultOptions, busy_ns = 2_000_000_000): { text: string, bench: Bench, sent: number } {
    const bench = setUp(faults, seed)
    const [a, b] = bench.nodes
    let sent = 0
    const tick = bench.kernel.timer('traffic', () => {
      if (a!.send(frameOf(0x100 + (sent & 0xff), [sent & 0xff, sent >> 8]))) sent++
      if (b!.send(frameOf(0x400_0000 + (sent & 0xff), [sent & 0xff, sent >> 8]))) sent++
      if (bench.kernel.now_ns < busy_ns) tick.startIn(1_000_000)
    })
    tick.startIn(0)
    bench.run(busy_ns + 100_000_000)
    return { text: JSON.stringify([bench.seen, bench.got, bench.bus.counters, bench.nodes.map(node => node.counters)]), bench, sent }
  }

  it('are the same for the same seed, and others for another', () => {
    const faults = { bitErrorRate: 1e-4, nodeBitErrorRate: { c: 1e-4 } }
    const first = noisy(1, faults, 300_000_000).text
    expect(noisy(1, faults, 300_000_000).text).toBe(first)
    expect(noisy(2, faults, 300_000_000).text).not.toBe(first)
  })

  it('come as often as the rate says, and no frame is lost by them but the bus repairs it', () => {
    const { bench, sent } = noisy(3, { bitErrorRate: 2e-5 })
    const { bus, nodes: [, , c] } = bench
    // 1.25 million bits at 2e-5: 25 errors, most of them in a frame or taken for the start of one.
    expect(bus.counters.errorFrames).toBeGreaterThan(10)
    expect(bus.counters.errorFrames).toBeLessThan(45)
    expect(new Set(bench.seen).size).toBe(sent)
    expect(c!.counters.received).toBeGreaterThanOrEqual(sent)
  })

  it('at one receiver are found by it alone at first', () => {
    const { bench } = noisy(4, { nodeBitErrorRate: { c: 5e-5 } })
    const [a, , c, d] = bench.nodes
    expect(c!.counters.errors.crc + c!.counters.errors.stuff).toBeGreaterThan(0)
    expect([a!.state, d!.state]).toEqual([CAN_STATE.errorActive, CAN_STATE.errorActive])
    expect(d!.counters.errors.crc).toBe(0)
  })

  it('end when they are told to, and all is well again', () => {
    const { bench } = noisy(5, { bitErrorRate: 0.01, nodeBitErrorRate: { a: 0.01 }, cuts: [2] }, 200_000_000)
    const { bus, nodes: [a], got, run, kernel } = bench
    bus.faults.clear()
    for (const node of bus.controllers) node.recover()
    run(100_000_000)
    got.length = 0
    a!.send(frameOf(1))
    run()
    expect(got).toEqual(['b 001#', 'c 001#', 'd 001#'])
    expect(kernel.pending()).toEqual([])
  })

  it('of rate 1 turn the bus into nonsense, which still is finite work', () => {
    const { bench } = noisy(6, { bitErrorRate: 1 }, 50_000_000)
    expect(bench.seen).toEqual([])
  })

  it('have no rate outside 0…1', () => {
    const { bus } = setUp()
    for (const rate of [-0.1, 1.1, NaN]) {
      expect(() => bus.faults.bitErrors(rate)).toThrow(RangeError)
      expect(() => bus.faults.bitErrorsAt('a', rate)).toThrow(RangeError)
      expect(() => bus.faults.loseFrames('a', rate)).toThrow(RangeError)
    }
    expect(() => bus.faults.pick({ field: 'data', times: 0 })).toThrow(RangeError)
  })
})

describe('the dice of bit errors', () => {
  it('take a logarithm that is the logarithm', () => {
    for (let i = 1; i <= 1000; i++) expect(ln(i / 1000)).toBeCloseTo(Math.log(i / 1000), 13)
    expect(ln(2 ** -40)).toBeCloseTo(-40 * Math.LN2, 12)
  })

  it('throw gaps with the mean of the rate', () => {
    const noise = new Noise(new Kernel(9).prng('test'))
    noise.set(0.01, 0)
    let count = 0
    while (noise.next < 1_000_000) {
      count++
      noise.pass(noise.next)
    }
    expect(Math.abs(count - 10_000)).toBeLessThan(300)
    noise.set(0, 0)
    expect(noise.next).toBe(Infinity)
  })
})

describe('a bus that is cut, joined, and changed while it hands out frames', () => {
  it('does all of it between bits', () => {
    const { bus, nodes: [a, b], got, run } = setUp()
    let count = 0
    bus.tap(() => {
      count++
      if (count === 1) bus.faults.cut(1)
      if (count === 2) bus.attach('e', { profile: 'adapter', position: 0.5 })
      if (count === 3) b!.detach()
      if (count === 4) bus.faults.heal()
    })
    bus.faults.pick({ field: 'data', at: 'b', times: 3 })
    for (let i = 0; i < 6; i++) a!.send(frameOf(0x555, [i]))
    run()
    expect(a!.counters.sent).toBe(6)
    expect(got.filter(text => text.startsWith('d')).map(text => text.slice(-2))).toEqual(['00', '04', '05'])
  })
})
