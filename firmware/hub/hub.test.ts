import { describe, expect, it } from 'vitest'
import {
  HUB_STATE, HubStatusCodec, IGNITION, kindOf, LatchCommandCodec, LightStatusCodec, LOCATION, pageOf, PORT_FAULT, PortStatusCodec,
  SWITCH_LAYOUT, VEHICLE_PLUG, VehicleStateCodec, WINDOW_ACTION, WindowCommandCodec, WindowStatusCodec,
} from '#protocol/index.ts'
import { createHub } from './hub.ts'
import { DASH, DOOR } from '../hubs/index.ts'
import { KNOWN_IGNITION_ms } from '../runtime/index.ts'
import { connect, DESCRIPTORS, FakeClock, FakeHal, sendTo, sentBy } from '../testing/index.ts'

function twoHubs() {
  const clock = new FakeClock()
  const dashHal = new FakeHal(LOCATION.DASH, 3, clock)
  const doorHal = new FakeHal(LOCATION.FL, 4, clock)
  connect([dashHal, doorHal])
  dashHal.sockets[0]!.plug(DESCRIPTORS.vehicle)
  dashHal.sockets[1]!.plug(DESCRIPTORS.driverPack)
  dashHal.sockets[2]!.plug(DESCRIPTORS.lamp)
  doorHal.sockets[0]!.plug(DESCRIPTORS.window)
  doorHal.sockets[1]!.plug(DESCRIPTORS.latch)
  doorHal.sockets[2]!.plug(DESCRIPTORS.doorPack)
  dashHal.sockets[0]!.inputs[VEHICLE_PLUG.on] = true
  const dash = createHub(dashHal, DASH)
  const door = createHub(doorHal, DOOR)
  clock.advance(1500)
  return { clock, dashHal, doorHal, dash, door }
}

function press(hal: FakeHal, port: number, name: (typeof SWITCH_LAYOUT.driver)[number], pressed: boolean): void {
  hal.sockets[port]!.set(SWITCH_LAYOUT.driver.indexOf(name), pressed)
}

/** Lets time pass while the door's motor turns its pulse wheel. */
function turn(clock: FakeClock, hal: FakeHal, duration_ms: number): void {
  const socket = hal.sockets[0]!
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
    expect(doorHal.sockets[0]!.duties[0]).toBeGreaterThan(0)
    turn(clock, doorHal, 300)
    expect(doorHal.sockets[0]!.duties[0]).toBeGreaterThan(0)
    press(dashHal, 1, 'windowFL.down', false)
    turn(clock, doorHal, 100)
    expect(doorHal.sockets[0]!.duties[0] ?? 0).toBe(0)
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
    expect(dashHal.sockets[2]!.duties[0]).toBeGreaterThan(0.9)
    expect(dashHal.bus.sent.some(f => kindOf(f.id) === LightStatusCodec.kind && f.data[7] === 200)).toBe(true)
  })

  it('the glass stops 250 ms after the hub that holds the switch died', () => {
    const { clock, dashHal, doorHal, door } = twoHubs()
    press(dashHal, 1, 'windowFL.down', true)
    turn(clock, doorHal, 1000)
    expect(doorHal.sockets[0]!.duties[0]).toBeGreaterThan(0)
    dashHal.bus.hold = true
    turn(clock, doorHal, 370)
    expect(doorHal.sockets[0]!.duties[0] ?? 0).toBe(0)
    expect(door.counters.holdsReleased).toBe(1)
    dashHal.bus.hold = false
    dashHal.bus.kick()
    turn(clock, doorHal, 400)
    expect(doorHal.sockets[0]!.duties[0] ?? 0).toBe(0)
  })

  it('an ignition that is heard no more is off after as long as a lease lasts', () => {
    const { clock, dashHal, door } = twoHubs()
    expect(door.vehicle.ignition()).toBe(IGNITION.on)
    dashHal.bus.hold = true
    clock.advance(KNOWN_IGNITION_ms - 110)
    expect(door.vehicle.ignition()).toBe(IGNITION.on)
    clock.advance(220)
    expect(door.vehicle.ignition()).toBe(IGNITION.off)
  })

  it('a command to a hub that does not answer fails loudly; the fault goes a report after the next success', () => {
    const { clock, dashHal, dash } = twoHubs()
    press(dashHal, 1, 'trunk.release', true)
    clock.advance(100)
    press(dashHal, 1, 'trunk.release', false)
    clock.advance(600)
    expect(dash.portFault(1)).toBe(PORT_FAULT.commandLost)
    expect(dash.state()).toBe(HUB_STATE.degraded)
    expect(sentBy(dashHal, LatchCommandCodec).length).toBe(5)
    expect(sentBy(dashHal, PortStatusCodec).filter(status => status.port === 1).at(-1)!.fault).toBe(PORT_FAULT.commandLost)
    expect(dashHal.logged).toEqual(['LatchCommand to location 6 was not executed'])
    clock.advance(5000)
    press(dashHal, 1, 'lights.interior', true)
    clock.advance(1400)
    expect(dash.portFault(1)).toBe(PORT_FAULT.commandLost)
    clock.advance(200)
    expect(dash.portFault(1)).toBe(PORT_FAULT.none)
  })

  it('frames that are lost now and then lose no command', () => {
    const { clock, dashHal, doorHal, dash, door } = twoHubs()
    let dropped = 0
    const deliver = doorHal.bus.deliver.bind(doorHal.bus)
    doorHal.bus.deliver = (id, data) => kindOf(id) === LatchCommandCodec.kind && dropped++ % 3 !== 2 ? false : deliver(id, data)
    for (let i = 0; i < 10; i++) {
      press(dashHal, 1, i % 2 === 0 ? 'doors.lock' : 'doors.unlock', true)
      clock.advance(100)
      press(dashHal, 1, i % 2 === 0 ? 'doors.lock' : 'doors.unlock', false)
      clock.advance(900)
    }
    expect(door.counters.commandsExecuted).toBe(10)
    expect(dropped).toBeGreaterThan(20)
    expect(dash.counters.commandsEchoed).toBe(10)
  })

  it('a tool on the bus moves the window too, and sees its echo', () => {
    const { clock, doorHal, door } = twoHubs()
    const command = { ...WindowCommandCodec.create(), sequence: 11, action: WINDOW_ACTION.down }
    sendTo(doorHal, WindowCommandCodec, LOCATION.FL, command, 0)
    sendTo(doorHal, WindowCommandCodec, LOCATION.FL, command, 1)
    turn(clock, doorHal, 200)
    expect(door.counters.commandsExecuted).toBe(1)
    expect(doorHal.sockets[0]!.duties[0]).toBeGreaterThan(0)
    expect(sentBy(doorHal, WindowStatusCodec).at(-1)).toMatchObject({ echoSender: 9, echoSequence: 11 })
  })

  it('keeps its heartbeat and its watchdog for a minute, and nothing piles up', () => {
    const { clock, dashHal, dash, doorHal } = twoHubs()
    const before = { kicks: dashHal.watchdogKicks, sent: sentBy(doorHal, HubStatusCodec).length, jobs: dash.pending().length }
    clock.advance(60_000)
    expect(dashHal.watchdogKicks - before.kicks).toBe(60)
    expect(sentBy(doorHal, HubStatusCodec).length - before.sent).toBe(60)
    expect(dash.pending().length).toBeLessThanOrEqual(before.jobs + 1)
    expect(dash.framesWaiting()).toBe(0)
  })
})
