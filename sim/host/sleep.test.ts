import type { Hal } from '#firmware/index.ts'
import { createFrame } from '#protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { CanBus } from '../bus/index.ts'
import { Kernel } from '../kernel/index.ts'
import { Outlet, SwitchPackPlant, World } from '../plants/index.ts'
import { Trace } from '../trace/index.ts'
import { BOOT_ms, HubHost, WAKE_ms, WATCHDOG_ms } from './hub-host.ts'

const MS_ns = 1_000_000

/** A board whose firmware writes down what it is called for. */
function board() {
  const kernel = new Kernel(1)
  const world = new World(kernel)
  const bus = new CanBus(kernel)
  const tester = bus.attach('tester', { profile: 'adapter' })
  bus.attach('other', { profile: 'adapter' })
  const outlet = new Outlet('FL.0', () => 13.5)
  const pack = new SwitchPackPlant(['window.up', 'window.down'], kernel.prng('pack'))
  world.add(pack)
  world.plug(pack, outlet)
  const calls: string[] = []
  let hal: Hal | undefined
  const host = new HubHost({
    name: 'FL', location: 1, serial: 7, kernel, world, trace: new Trace(),
    controllers: [bus.attach('FL', { online: false })], outlets: [outlet], supply_V: () => 13.5,
    image: (board) => {
      hal = board
      calls.push(`boot ${board.resetCause}`)
      const say = (what: string): void => void calls.push(`${what} at ${board.now()}`)
      board.can[0]!.onReceive(id => say(`frame ${id}`))
      board.ports[0]!.onInput((channel, level) => say(`edge ${channel} ${level}`))
      board.ports[0]!.onPresence(present => say(`presence ${present}`))
      return undefined
    },
  })
  const run = (ms: number): void => kernel.runUntil(kernel.now_ns + Math.round(ms * MS_ns))
  host.powerOn()
  run(BOOT_ms)
  /** Sleeps from within a timer's callback, as firmware does. */
  const sleep = (): void => {
    hal!.after(0, () => hal!.sleep(byBus => calls.push(`woken ${byBus ? 'by bus' : 'by hand'} at ${hal!.now()}`), 0))
    run(1)
    calls.length = 0
  }
  const send = (id: number): boolean => tester.send(Object.assign(createFrame(8), { id, extended: true, length: 1 }))
  const take = (): string[] => calls.splice(0)
  return { kernel, world, host, outlet, pack, run, sleep, send, take, hal: () => hal! }
}

describe('a board asleep', () => {
  it('does nothing, draws no timer, and its clock goes on', () => {
    const b = board()
    b.hal().kickWatchdog()
    b.hal().after(50, () => b.hal().log('never'))
    b.sleep()
    expect(b.host.asleep).toBe(true)
    b.run(10 * WATCHDOG_ms)
    expect(b.take()).toEqual([])
    expect(b.host.counters.watchdogResets).toBe(0)
    expect(b.hal().now()).toBe(10 * WATCHDOG_ms + 1)
    b.run(100)
    expect(b.kernel.pending()).toEqual([])
  })

  it('wakes at an edge, which it is told, and then at what ran out meanwhile', () => {
    const b = board()
    const fired: number[] = []
    b.hal().after(60, () => fired.push(b.hal().now()))
    b.sleep()
    b.run(999)
    b.pack.press(1)
    b.run(WAKE_ms - 1)
    expect(b.take()).toEqual([])
    b.run(1)
    expect(b.take().slice(0, 2)).toEqual([`woken by hand at ${1000 + WAKE_ms}`, `edge 1 true at ${1000 + WAKE_ms}`])
    expect(fired).toEqual([1000 + WAKE_ms])
    expect(b.host.asleep).toBe(false)
    b.hal().after(WATCHDOG_ms + 100, () => undefined)
    b.run(WATCHDOG_ms + 50)
    expect(b.host.counters.watchdogResets).toBe(1)
  })

  it('wakes at a frame, which it does not get; it gets the next one', () => {
    const b = board()
    b.sleep()
    b.run(99)
    b.send(0x100)
    b.run(5)
    b.send(0x200)
    b.run(1)
    const [woken, ...frames] = b.take()
    expect(woken).toMatch(/^woken by bus at 102/)
    expect(frames).toEqual([expect.stringMatching(/^frame 512 /)])
  })

  it('wakes when something is unplugged', () => {
    const b = board()
    b.sleep()
    b.run(99)
    b.world.unplug(b.outlet)
    b.run(WAKE_ms)
    expect(b.take()).toEqual([`woken by hand at ${100 + WAKE_ms}`, `presence false at ${100 + WAKE_ms}`])
  })

  it('does not fall asleep over an edge that came just before', () => {
    const b = board()
    b.hal().after(5, () => {
      b.pack.press(0)
      b.hal().sleep(byBus => b.hal().log(`woken ${byBus}`), 0)
    })
    b.run(5)
    expect(b.host.asleep).toBe(true)
    b.run(WAKE_ms)
    expect(b.host.asleep).toBe(false)
  })

  it('is gone with a reset, and boots awake', () => {
    const b = board()
    b.sleep()
    b.host.reset('external')
    expect(b.host.asleep).toBe(false)
    b.send(0x100)
    b.run(BOOT_ms)
    expect(b.take()).toEqual(['boot 5'])
    b.sleep()
    b.host.powerOff()
    b.pack.press(0)
    b.run(100)
    expect(b.take()).toEqual([])
  })
})
