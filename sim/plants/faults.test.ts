import { expect, it } from 'vitest'
import { LATCH_PLUG, MIRROR_PLUG, VEHICLE_PLUG, WINDOW_PLUG } from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { EFUSE, LatchPlant, MirrorPlant, Outlet, type Plant, SwitchPackPlant, VehiclePlant, WindowPlant, World } from './index.ts'

const SUPPLY_V = 13.5

/** A plant at a socket that is switched on, with a limit above what it takes. */
function plugged(plant: Plant): { outlet: Outlet, run: (duration_ms: number) => void } {
  const kernel = new Kernel(1)
  const world = new World(kernel)
  const outlet = new Outlet('FL.0', () => SUPPLY_V)
  world.add(plant)
  world.plug(plant, outlet)
  outlet.limit(30)
  outlet.power(true)
  return {
    outlet,
    run: (duration_ms) => {
      kernel.runUntil(kernel.now_ns + duration_ms * 1e6)
      world.sync()
    },
  }
}

it('a blocked motor stands at once and draws its stall current; a mended one turns', () => {
  const window = new WindowPlant(0.1)
  const { outlet, run } = plugged(window)
  window.drive(WINDOW_PLUG.motor, 1)
  run(500)
  window.fail('blocked')
  run(50)
  const at_m = window.position_m
  const stalled_A = outlet.current_A
  run(200)
  expect(window.position_m).toBeCloseTo(at_m, 3)
  expect(stalled_A).toBeGreaterThan(15)
  window.fail(undefined)
  run(300)
  expect(window.position_m).toBeGreaterThan(at_m + 0.01)
})

it('an open winding takes no current and moves nothing', () => {
  const mirror = new MirrorPlant()
  const latch = new LatchPlant()
  for (const [plant, channel, moved] of [
    [mirror, MIRROR_PLUG.tiltX, () => mirror.tiltX_deg], [latch, LATCH_PLUG.pawl, () => latch.pawl_position],
  ] as const) {
    const { outlet, run } = plugged(plant)
    plant.fail(channel, 'open')
    plant.drive(channel, 1)
    run(300)
    expect([moved(), outlet.current_A < 0.01]).toEqual([0, true])
    plant.fail(channel, undefined)
    plant.drive(channel, 1)
    run(300)
    expect(moved()).not.toBe(0)
  }
})

it('a stuck contact stays closed whatever the finger does, an open one never closes', () => {
  const pack = new SwitchPackPlant(['up', 'down'], new Kernel(1).prng('pack'))
  const { run } = plugged(pack)
  pack.fail(0, 'stuck')
  pack.fail(1, 'open')
  pack.press(1)
  run(20)
  expect([pack.input(0), pack.input(1)]).toEqual([true, false])
  pack.fail(0, undefined)
  pack.fail(1, undefined)
  expect([pack.input(0), pack.input(1)]).toEqual([false, true])
})

it('a lost wheel sensor gives no pulses while the car drives', () => {
  const vehicle = new VehiclePlant()
  const { run } = plugged(vehicle)
  vehicle.setSpeed(36)
  run(1000)
  const before = vehicle.pulses(VEHICLE_PLUG.wheel)
  vehicle.loseWheel(true)
  run(1000)
  expect([before > 90, vehicle.pulses(VEHICLE_PLUG.wheel) - before]).toEqual([true, 0])
})

it('a shorted plug is held at the limit and latched off; a shorted switch limits nothing; an open one gives nothing', () => {
  const window = new WindowPlant(0.1)
  const { outlet, run } = plugged(window)
  outlet.bridge(0.1)
  run(100)
  expect(outlet.current_A).toBeCloseTo(30, 0)
  run(EFUSE.trip_s * 1000)
  expect([outlet.tripped, outlet.current_A]).toEqual([true, 0])
  outlet.fail('shorted')
  run(10)
  expect(outlet.current_A).toBeGreaterThan(SUPPLY_V / 0.1)
  outlet.fail('open')
  run(10)
  expect(outlet.load_V).toBe(0)
  expect(() => outlet.bridge(0)).toThrow('0 Ω of a short')
})
