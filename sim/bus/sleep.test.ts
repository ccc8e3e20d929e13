import { describe, expect, it } from 'vitest'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'
import { frameOf } from './testing.ts'

const BIT_ns = 2000
const MS_ns = 1_000_000

function setUp() {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel)
  const [a, b, c] = ['a', 'b', 'c'].map(name => bus.attach(name))
  const ends_ns: number[] = []
  bus.tap(({ end_ns }) => ends_ns.push(end_ns))
  kernel.runUntil(MS_ns)
  const edges_ns: number[] = []
  return { kernel, bus, a, b, c, ends_ns, edges_ns, edge: (time_ns: number) => void edges_ns.push(time_ns) }
}

describe('a controller in sleep mode', () => {
  it('hears of the first dominant bit, once, and gets no frame until it is back online', () => {
    const { kernel, a, c, edges_ns, edge, ends_ns } = setUp()
    c!.sleep(edge)
    kernel.runUntil(2 * MS_ns)
    for (let i = 0; i < 3; i++) a!.send(frameOf(0x100 + i))
    kernel.runUntil(4 * MS_ns)
    expect(edges_ns).toEqual([2 * MS_ns])
    expect(ends_ns).toHaveLength(3)
    expect([c!.online, c!.counters.received, c!.pendingReceive]).toEqual([false, 0, 0])
    c!.online = true
    kernel.runUntil(5 * MS_ns)
    a!.send(frameOf(0x200))
    kernel.runUntil(6 * MS_ns)
    expect([c!.counters.received, edges_ns.length]).toEqual([1, 1])
  })

  it('does not acknowledge: who speaks to sleepers alone repeats its frame until one is back', () => {
    const { kernel, a, b, c, edges_ns, edge, ends_ns } = setUp()
    b!.sleep(edge)
    c!.sleep(edge)
    a!.send(frameOf(0x100))
    kernel.runUntil(3 * MS_ns)
    expect(ends_ns).toEqual([])
    expect(edges_ns).toHaveLength(2)
    expect(a!.tec).toBeGreaterThan(0)
    c!.online = true
    kernel.runUntil(5 * MS_ns)
    expect(ends_ns).toHaveLength(1)
    expect([b!.counters.received, c!.counters.received]).toEqual([0, 1])
  })

  it('drops what waited to be sent, keeps its filters, and sends nothing', () => {
    const { kernel, a, b, edge, ends_ns } = setUp()
    b!.filter({ mask: 0x1fff_ffff, filters: [0x1000] }, { mask: 0, filters: [] })
    kernel.runUntil(2 * MS_ns)
    b!.send(frameOf(0x1234567))
    b!.sleep(edge)
    expect(b!.pendingSend).toBe(0)
    expect(b!.send(frameOf(0x100))).toBe(false)
    kernel.runUntil(4 * MS_ns)
    expect(ends_ns).toEqual([])
    b!.online = true
    kernel.runUntil(5 * MS_ns)
    for (const id of [0x1000, 0x2000]) a!.send(frameOf(id, [], { extended: true }))
    kernel.runUntil(7 * MS_ns)
    expect([ends_ns.length, b!.pendingReceive]).toEqual([2, 1])
  })

  it('is woken by a single dominant bit of noise, and not by what is on the other side of a cut', () => {
    const { kernel, bus, a, b, c, edges_ns, edge } = setUp()
    c!.sleep(edge)
    bus.faults.cut(b!.position)
    a!.send(frameOf(0x100))
    kernel.runUntil(3 * MS_ns)
    expect(edges_ns).toEqual([])
    bus.faults.heal(b!.position)
    kernel.runUntil(4 * MS_ns)
    bus.faults.holdDominant(true)
    kernel.runUntil(4 * MS_ns + 2 * BIT_ns)
    expect(edges_ns).toHaveLength(1)
  })

  it('goes for good with a reset', () => {
    const { kernel, bus, a, c, edges_ns, edge } = setUp()
    c!.sleep(edge)
    c!.reset()
    a!.send(frameOf(0x100))
    kernel.runUntil(3 * MS_ns)
    expect(edges_ns).toEqual([])
    expect(bus.sleepers).toBe(0)
  })
})
