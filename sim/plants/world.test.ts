import { describe, expect, it } from 'vitest'
import { Kernel } from '../kernel/index.ts'
import { LampPlant } from './lamp.ts'
import { EFUSE, Outlet } from './outlet.ts'
import { WindowPlant } from './window.ts'
import { World } from './world.ts'

const MS_ns = 1_000_000

function build(): { kernel: Kernel, world: World, outlet: Outlet, window: WindowPlant } {
  const kernel = new Kernel(1)
  const world = new World(kernel)
  const outlet = new Outlet('FL.0', () => 13.5)
  const window = new WindowPlant(0.45)
  world.add(window)
  world.plug(window, outlet)
  outlet.limit(30)
  return { kernel, world, outlet, window }
}

describe('World', () => {
  it('runs no timer while nothing is active', () => {
    const { kernel, world, window, outlet } = build()
    kernel.runUntil(10 * MS_ns)
    expect(world.active).toBe(false)
    expect(kernel.pending()).toEqual([])
    outlet.limit(15)
    outlet.power(true)
    window.drive(0, -1)
    expect(world.active).toBe(true)
    kernel.runUntil(10_000 * MS_ns)
    expect(window.position_m).toBeLessThan(0)
    expect(world.active).toBe(false)
    expect(outlet.tripped).toBe(true)
    window.drive(0, 0)
    kernel.runUntil(10_100 * MS_ns)
    expect(world.active).toBe(false)
  })

  it('gives the same motion however often it is looked at', () => {
    const positions = [1, 17, 250].map((every_ms) => {
      const { kernel, world, outlet, window } = build()
      outlet.power(true)
      kernel.runUntil(1_300_000)
      window.drive(0, -1)
      for (let t_ms = every_ms; t_ms <= 1000; t_ms += every_ms) {
        kernel.runUntil(t_ms * MS_ns)
        world.sync()
      }
      kernel.runUntil(1000 * MS_ns)
      return window.position_m
    })
    expect(positions[1]).toBe(positions[0])
    expect(positions[2]).toBe(positions[0])
  })

  it('lets an unplugged motor coast to rest without a feed', () => {
    const { kernel, world, outlet, window } = build()
    outlet.power(true)
    window.drive(0, -1)
    kernel.runUntil(500 * MS_ns)
    const cut_m = window.position_m
    world.unplug(outlet)
    expect(outlet.current_A).toBe(0)
    kernel.runUntil(1000 * MS_ns)
    expect(window.position_m).toBeLessThan(cut_m)
    expect(cut_m - window.position_m).toBeLessThan(0.01)
    expect(world.active).toBe(false)
  })

  it('reports presence, and refuses a taken socket and a second plug', () => {
    const { kernel, world, outlet, window } = build()
    const seen: boolean[] = []
    world.listen(outlet, { presence: present => seen.push(present), edge: () => undefined })
    expect(() => world.plug(window, outlet)).toThrow('FL.0 is taken')
    const other = new Outlet('FL.1', () => 13.5)
    expect(() => world.plug(window, other)).toThrow('the plant is plugged into FL.0')
    world.unplug(outlet)
    expect(() => world.unplug(outlet)).toThrow('FL.0 is empty')
    world.plug(window, outlet)
    expect(seen).toEqual([false, true])
    expect(() => world.plug(new WindowPlant(), other)).toThrow('not in this world')
    expect(() => world.add(window)).toThrow('in this world already')
    kernel.runUntil(5 * MS_ns)
  })
})

describe('Outlet', () => {
  it('holds the current at the limit and latches off after 500 ms, without firmware', () => {
    const { kernel, outlet, window } = build()
    outlet.limit(4)
    outlet.power(true)
    window.drive(0, -1)
    let most_A = 0
    let tripped_ms = 0
    for (let t_ms = 1; t_ms <= 700; t_ms++) {
      kernel.runUntil(t_ms * MS_ns)
      most_A = Math.max(most_A, outlet.current_A)
      if (outlet.tripped && tripped_ms === 0) tripped_ms = t_ms
    }
    // Within a step of 1 ms a rotor that slows down draws a little more.
    expect(most_A).toBeLessThanOrEqual(4 * 1.03)
    expect(most_A).toBeGreaterThan(3.99)
    expect(tripped_ms).toBe(1000 * EFUSE.trip_s)
    expect(outlet.current_A).toBe(0)
    expect(outlet.powered).toBe(true)
  })

  it('cools for as long as it regulated, as a fault timer or a chip does, and clears a trip by switching on again', () => {
    const { kernel, outlet, window } = build()
    outlet.limit(4)
    outlet.power(true)
    window.drive(0, -1)
    kernel.runUntil(490 * MS_ns)
    window.drive(0, 0)
    kernel.runUntil(600 * MS_ns)
    window.drive(0, -1)
    kernel.runUntil(700 * MS_ns)
    expect(outlet.tripped).toBe(false)
    kernel.runUntil(740 * MS_ns)
    expect(outlet.tripped).toBe(true)
    outlet.power(true)
    expect(outlet.tripped).toBe(false)
    outlet.limit(20)
    kernel.runUntil(1300 * MS_ns)
    expect(outlet.current_A).toBeGreaterThan(5)
  })

  it('regulates a shorted lamp, whose bulb then glows weakly', () => {
    const kernel = new Kernel(1)
    const world = new World(kernel)
    const outlet = new Outlet('HOOD.1', () => 13.5)
    const lamp = new LampPlant([{ kind: 'bulb', rated_W: 55 }, { kind: 'bulb', rated_W: 55 }])
    world.add(lamp)
    world.plug(lamp, outlet)
    outlet.limit(15)
    outlet.power(true)
    lamp.drive(1, 1)
    kernel.runUntil(500 * MS_ns)
    expect(outlet.tripped).toBe(false)
    lamp.setFault(0, 'shorted')
    lamp.drive(0, 1)
    kernel.runUntil(600 * MS_ns)
    expect(outlet.current_A).toBeCloseTo(15, 6)
    expect(outlet.load_V).toBeLessThan(2)
    kernel.runUntil(1010 * MS_ns)
    expect(outlet.tripped).toBe(true)
  })

  it('gives the means of an interval: while it regulates, the limit, and less than the supply', () => {
    const { kernel, outlet, window } = build()
    outlet.takeMeans(kernel.now_ns)
    expect([outlet.mean_A, outlet.meanPlug_V]).toEqual([0, 0])
    outlet.limit(4)
    outlet.power(true)
    window.drive(0, -1)
    kernel.runUntil(10 * MS_ns)
    outlet.takeMeans(kernel.now_ns)
    let sum_A = 0
    let sum_V = 0
    for (let t_ms = 11; t_ms <= 30; t_ms++) {
      kernel.runUntil(t_ms * MS_ns)
      sum_A += outlet.current_A
      sum_V += outlet.load_V
    }
    outlet.takeMeans(kernel.now_ns)
    expect(outlet.mean_A).toBeCloseTo(sum_A / 20, 9)
    expect(Math.abs(outlet.mean_A / 4 - 1)).toBeLessThan(0.03)
    expect(outlet.meanPlug_V).toBeCloseTo(sum_V / 20, 9)
    expect(outlet.meanPlug_V).toBeLessThan(12)
    outlet.takeMeans(kernel.now_ns)
    expect([outlet.mean_A, outlet.meanPlug_V]).toEqual([outlet.current_A, outlet.load_V])
  })

  it('counts what flows at rest as long as it flows, and nothing while nothing is plugged in', () => {
    const kernel = new Kernel(1)
    const world = new World(kernel)
    const outlet = new Outlet('HOOD.1', () => 13.5)
    const lamp = new LampPlant([{ kind: 'bulb', rated_W: 55 }])
    world.add(lamp)
    world.plug(lamp, outlet)
    outlet.limit(20)
    outlet.power(true)
    outlet.bridge(13.5 / 10)
    kernel.runUntil(1000 * MS_ns)
    expect(world.active).toBe(false)
    outlet.takeMeans(kernel.now_ns)
    kernel.runUntil(1250 * MS_ns)
    outlet.bridge(Infinity)
    kernel.runUntil(2000 * MS_ns)
    outlet.takeMeans(kernel.now_ns)
    expect(outlet.mean_A).toBeCloseTo(10 / 4, 1)
    outlet.bridge(13.5 / 10)
    kernel.runUntil(3000 * MS_ns)
    outlet.takeMeans(kernel.now_ns)
    world.unplug(outlet)
    outlet.bridge(Infinity)
    kernel.runUntil(5000 * MS_ns)
    outlet.takeMeans(kernel.now_ns)
    world.plug(lamp, outlet)
    kernel.runUntil(6000 * MS_ns)
    outlet.takeMeans(kernel.now_ns)
    expect(outlet.mean_A).toBeLessThan(0.1)
  })

  it('refuses a limit that is none', () => {
    const { outlet } = build()
    expect(() => outlet.limit(NaN)).toThrow(/current limit NaN A/)
    expect(() => outlet.limit(-1)).toThrow(RangeError)
    outlet.limit(1000)
    expect(outlet.currentLimit_A).toBe(EFUSE.most_A)
  })
})
