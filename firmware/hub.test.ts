import { describe, expect, it } from 'vitest'
import { HUB_STATE } from '#protocol/catalogue/enums.ts'
import { LOCATION } from '#protocol/catalogue/locations.ts'
import { kindOf, pageOf } from '#protocol/id.ts'
import { LightStatusCodec, VehicleStateCodec, WindowStatusCodec } from '#protocol/messages.generated.ts'
import { SWITCH_LAYOUT, VEHICLE_PLUG } from '#protocol/plug.ts'
import { createHub } from './hub.ts'
import { DASH } from './hubs/dash.ts'
import { DOOR } from './hubs/door.ts'
import { DESCRIPTORS } from './testing/descriptors.ts'
import { FakeClock } from './testing/fake-clock.ts'
import { connect, FakeHal } from './testing/fake-hal.ts'

function twoHubs() {
  const clock = new FakeClock()
  const dashHal = new FakeHal(LOCATION.DASH, 3, clock)
  const doorHal = new FakeHal(LOCATION.FL, 4, clock)
  connect([dashHal, doorHal])
  dashHal.sockets[0].plug(DESCRIPTORS.vehicle)
  dashHal.sockets[1].plug(DESCRIPTORS.driverPack)
  dashHal.sockets[2].plug(DESCRIPTORS.lamp)
  doorHal.sockets[0].plug(DESCRIPTORS.window)
  doorHal.sockets[1].plug(DESCRIPTORS.latch)
  doorHal.sockets[2].plug(DESCRIPTORS.doorPack)
  dashHal.sockets[0].inputs[VEHICLE_PLUG.on] = true
  const dash = createHub(dashHal, DASH)
  const door = createHub(doorHal, DOOR)
  clock.advance(1500)
  return { clock, dashHal, doorHal, dash, door }
}

function press(hal: FakeHal, port: number, name: (typeof SWITCH_LAYOUT.driver)[number], pressed: boolean): void {
  hal.sockets[port].set(SWITCH_LAYOUT.driver.indexOf(name), pressed)
}

/** Lets time pass while the door's motor turns its pulse wheel. */
function turn(clock: FakeClock, hal: FakeHal, duration_ms: number): void {
  const socket = hal.sockets[0]
  for (let t = 0; t < duration_ms; t += 5) {
    socket.counts[0] = (socket.counts[0] ?? 0) + Math.sign(socket.duties[0] ?? 0)
    clock.advance(5)
  }
}

describe('two hubs on one bus', () => {
  it('claim, announce and report', () => {
    const { dash, door, dashHal, doorHal } = twoHubs()
    expect(dash.state()).toBe(HUB_STATE.operating)
    expect(door.state()).toBe(HUB_STATE.operating)
    expect(door.vehicle.ignition()).toBe(2)
    expect(dashHal.bus.sent.some(f => kindOf(f.id) === VehicleStateCodec.kind && pageOf(f.id) === 1)).toBe(true)
    expect(doorHal.bus.sent.some(f => kindOf(f.id) === WindowStatusCodec.kind && pageOf(f.id) === 0)).toBe(true)
  })

  it('a thumb on a switch of the dash moves the glass of the door, and letting go stops it', () => {
    const { clock, dash, door, dashHal, doorHal } = twoHubs()
    press(dashHal, 1, 'windowFL.down', true)
    turn(clock, doorHal, 200)
    expect(doorHal.sockets[0].duties[0]).toBeGreaterThan(0)
    turn(clock, doorHal, 300)
    expect(doorHal.sockets[0].duties[0]).toBeGreaterThan(0)
    press(dashHal, 1, 'windowFL.down', false)
    turn(clock, doorHal, 100)
    expect(doorHal.sockets[0].duties[0] ?? 0).toBe(0)
    clock.advance(1000)
    expect(dash.counters.commandsLost).toBe(0)
    expect(dash.counters.commandsEchoed).toBe(2)
    expect(door.counters.commandsExecuted).toBe(2)
    expect(dash.commandsUnderWay()).toBe(0)
  })

  it('a switch of the dash lights its own lamp', () => {
    const { clock, dashHal } = twoHubs()
    press(dashHal, 1, 'lights.interior', true)
    clock.advance(1000)
    expect(dashHal.sockets[2].duties[0]).toBeGreaterThan(0.9)
    expect(dashHal.bus.sent.some(f => kindOf(f.id) === LightStatusCodec.kind && f.data[7] === 200)).toBe(true)
  })
})
