import { describe, expect, it } from 'vitest'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'
import type { CanController } from './controller.ts'
import { frameOf, textOf } from './testing.ts'

function setUp(): { kernel: Kernel, bus: CanBus, hub: CanController, link: CanController, run: () => void } {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel)
  const hub = bus.attach('hub')
  const link = bus.attach('link', { profile: 'adapter' })
  const run = (): void => kernel.runUntil(kernel.now_ns + 10_000_000)
  run()
  return { kernel, bus, hub, link, run }
}

function drain(hub: CanController): string[] {
  const into = frameOf(0)
  const read: string[] = []
  while (hub.read(into)) read.push(textOf(into))
  return read
}

describe('an MCP2515', () => {
  it.each([
    { first: [0x0f, [0x01]], second: [0, []], ids: [0x101, 0x102, 0x211], kept: [0x101, 0x211], overflows: 0 },
    { first: [0x0f, [0x01, 0x02]], second: [0, []], ids: [0x101, 0x102, 0x103], kept: [0x101, 0x102], overflows: 0 },
    { first: [0x0f, [0x01]], second: [0x0f, [0x02, 0x03, 0x04, 0x05]], ids: [0x102, 0x101, 0x106], kept: [0x102, 0x101], overflows: 0 },
    // RXB0 rolls over into RXB1; RXB1's own frames do not go to RXB0.
    { first: [0x0f, [0x01]], second: [0x0f, [0x02]], ids: [0x101, 0x101, 0x101], kept: [0x101, 0x101], overflows: 1 },
    { first: [0x0f, [0x01]], second: [0x0f, [0x02]], ids: [0x102, 0x112, 0x101], kept: [0x102, 0x101], overflows: 1 },
    { first: [0x0f, [0x01]], second: [0x0f, [0x02]], ids: [0x101, 0x111, 0x102], kept: [0x101, 0x111], overflows: 1 },
    { first: [0x1fff_ffff, [0x1234_5678]], second: [0, []], ids: [0x1234_5678, 0x1234_5679], kept: [0x1234_5678], overflows: 0 },
    { first: [0, []], second: [0, []], ids: [0, 1], kept: [], overflows: 0 },
    { first: [0, [0]], second: [0, []], ids: [0x1fff_ffff, 7], kept: [0x1fff_ffff, 7], overflows: 0 },
  ] as const)('keeps $kept of $ids behind filters $first and $second', ({ first, second, ids, kept, overflows }) => {
    const { hub, link, run } = setUp()
    hub.filter({ mask: first[0], filters: first[1] }, { mask: second[0], filters: second[1] })
    run()
    for (const id of ids) {
      link.send(frameOf(id, [], { extended: true }))
      run()
    }
    expect(hub.overflows).toBe(overflows)
    expect(hub.pendingReceive).toBe(kept.length)
    expect(drain(hub)).toEqual(kept.map(id => textOf(frameOf(id, [], { extended: true }))))
    expect(hub.counters.received).toBe(ids.length)
  })

  it('passes everything before filters are set, and extended frames only afterwards', () => {
    const { hub, link, run } = setUp()
    link.send(frameOf(0x7ff, [1]))
    run()
    link.send(frameOf(0x800, [2]))
    run()
    expect(drain(hub)).toEqual(['7FF#01', '00000800#02'])
    hub.filter({ mask: 0, filters: [0] }, { mask: 0, filters: [] })
    run()
    link.send(frameOf(0x7ff, [1]))
    link.send(frameOf(0x800, [2]))
    run()
    expect(drain(hub)).toEqual(['00000800#02'])
  })

  it('interrupts for each frame it stores; frames stay until read, older first, and a pause overflows', () => {
    const { hub, link, run } = setUp()
    let interrupts = 0
    hub.onReceive(() => interrupts++)
    for (let i = 0; i < 5; i++) link.send(frameOf(0x100, [i]))
    run()
    expect([interrupts, hub.pendingReceive, hub.overflows]).toEqual([2, 2, 3])
    const into = frameOf(0)
    hub.read(into)
    link.send(frameOf(0x100, [9]))
    run()
    expect([textOf(into), ...drain(hub)]).toEqual(['100#00', '100#01', '100#09'])
    expect(hub.read(into)).toBe(false)
  })

  it('can be drained in the interrupt itself, and then loses nothing', () => {
    const { hub, link, run } = setUp()
    const into = frameOf(0)
    let read = 0
    hub.onReceive(() => {
      while (hub.read(into)) read++
    })
    for (let i = 0; i < 100; i++) link.send(frameOf(0x100, [i]))
    for (let i = 0; i < 5; i++) run()
    expect([read, hub.overflows]).toEqual([100, 0])
  })

  it('has three transmit buffers, lower identifier first, and refuses a fourth frame', () => {
    const { bus, hub, run } = setUp()
    const seen: string[] = []
    bus.tap(tapped => seen.push(textOf(tapped.frame)))
    expect([0x300, 0x200, 0x100, 0x50].map(id => hub.send(frameOf(id)))).toEqual([true, true, true, false])
    expect(hub.counters.refused.full).toBe(1)
    run()
    expect(seen).toEqual(['100#', '200#', '300#'])
    expect(hub.counters.sent).toBe(3)
    expect(hub.send(frameOf(0x50))).toBe(true)
  })

  it('has a free buffer when it says that a frame was sent', () => {
    const { hub, run } = setUp()
    const sent: number[] = []
    let more = 3
    hub.onSent((id) => {
      sent.push(id)
      if (more-- > 0) expect(hub.send(frameOf(id))).toBe(true)
    })
    for (const id of [1, 2, 3]) hub.send(frameOf(id))
    run()
    expect(sent).toEqual([1, 1, 1, 1, 2, 3])
  })

  it('takes back a frame that waits, not one on the wire', () => {
    const { kernel, bus, hub, run } = setUp()
    const seen: string[] = []
    bus.tap(tapped => seen.push(textOf(tapped.frame)))
    hub.send(frameOf(0x100, [1]))
    hub.send(frameOf(0x200, [2]))
    hub.send(frameOf(0x1000_0000, [3]))
    kernel.runUntil(kernel.now_ns + 20_000)
    expect([hub.abort(0x100, false), hub.abort(0x200, true), hub.abort(0x1000_0000)]).toEqual([false, false, true])
    expect(hub.abort(0x1000_0000)).toBe(false)
    run()
    expect(seen).toEqual(['100#01', '200#02'])
    expect(hub.counters.aborted).toBe(1)
  })

  it('is reset by setting filters: what waited is gone', () => {
    const { hub, link, run } = setUp()
    link.send(frameOf(0x100))
    run()
    hub.send(frameOf(0x100))
    hub.filter({ mask: 0, filters: [0] }, { mask: 0, filters: [] })
    expect([hub.pendingReceive, hub.pendingSend, hub.online, hub.counters.aborted]).toEqual([0, 0, true, 1])
    hub.reset()
    expect(hub.online).toBe(false)
  })

  it('refuses too many filters and identifiers beyond 29 bits', () => {
    const { hub, link } = setUp()
    const none = { mask: 0, filters: [] }
    expect(() => hub.filter({ mask: 0, filters: [1, 2, 3] }, none)).toThrow('first filter bank has 3 filters; the controller has 2')
    expect(() => hub.filter(none, { mask: 0, filters: [1, 2, 3, 4, 5] })).toThrow('second')
    expect(() => hub.filter({ mask: 0x2000_0000, filters: [] }, none)).toThrow('29-bit')
    expect(() => hub.filter({ mask: 0, filters: [-1] }, none)).toThrow('29-bit')
    expect(() => link.filter(none, none)).toThrow('adapter')
  })
})

describe('an adapter', () => {
  it('orders its queue by priority, counts what does not fit', () => {
    const kernel = new Kernel(1)
    const bus = new CanBus(kernel)
    bus.attach('hub')
    const link = bus.attach('link', { profile: 'adapter', queue: 10 })
    const seen: number[] = []
    bus.tap(tapped => seen.push(tapped.frame.id))
    const taken = Array.from({ length: 12 }, (_, i) => link.send(frameOf((i * 7) % 12)))
    expect(taken.filter(Boolean).length).toBe(10)
    expect(link.counters.refused.full).toBe(2)
    kernel.runUntil(50_000_000)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.length).toBe(10)
  })
})

describe('any controller', () => {
  it('refuses CAN FD frames, and sends nothing while offline or listening only; each is counted', () => {
    const { hub, link, run } = setUp()
    expect(hub.send(frameOf(1, [], { fd: true }))).toBe(false)
    hub.online = false
    expect(hub.send(frameOf(1))).toBe(false)
    link.listenOnly = true
    expect(link.send(frameOf(1))).toBe(false)
    run()
    expect(hub.counters.refused).toEqual({ full: 0, fd: 1, offline: 1, listenOnly: 0 })
    expect(link.counters.refused).toEqual({ full: 0, fd: 0, offline: 0, listenOnly: 1 })
  })

  it('throws for identifiers and lengths that no frame has', () => {
    const { hub } = setUp()
    for (const id of [-1, 0x800, 1.5, NaN]) expect(() => hub.send(frameOf(id, [], { extended: false }))).toThrow(/identifier/)
    expect(() => hub.send(frameOf(0x2000_0000, [], { extended: true }))).toThrow(/identifier/)
    for (const length of [9, -1, 0.5]) expect(() => hub.send(frameOf(1, [], { length }))).toThrow(/length/)
  })

  it('hears everything and leaves no trace while listening only', () => {
    const { bus, hub, link, run } = setUp()
    const ear = bus.attach('ear', { profile: 'adapter', listenOnly: true })
    const heard: string[] = []
    ear.onReceive(frame => heard.push(textOf(frame)))
    run()
    hub.send(frameOf(0x123))
    run()
    expect(heard).toEqual(['123#'])
    link.online = false
    hub.send(frameOf(0x124))
    run()
    // Nobody acknowledges. As long as the sender objects with active flags nobody has the frame; an error-passive sender's
    // flags are recessive, and whoever listens takes each of its repetitions for good.
    const { ack } = hub.counters.errors
    expect(ack).toBeGreaterThan(16)
    expect(heard.filter(text => text === '124#').length).toBe(ack - 16)
    expect([ear.tec, ear.rec]).toEqual([0, 0])
  })

  it('is gone when detached, and its name is free', () => {
    const { bus, hub, link, run } = setUp()
    expect(() => bus.attach('link')).toThrow('has a node link already')
    link.detach()
    hub.send(frameOf(1))
    run()
    expect(hub.counters).toMatchObject({ sent: 0 })
    bus.attach('link')
    run()
    expect(hub.counters).toMatchObject({ sent: 1 })
    expect(bus.controllers.map(node => node.name)).toEqual(['hub', 'link'])
  })

  it('stands where its position says', () => {
    const bus = new CanBus(new Kernel())
    for (const [name, position] of [['rear', 9], ['front', -1], ['middle', 4.5], ['last', undefined]] as const) {
      bus.attach(name, position === undefined ? {} : { position })
    }
    expect(bus.controllers.map(node => node.name)).toEqual(['front', 'middle', 'rear', 'last'])
  })
})
