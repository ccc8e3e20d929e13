import { describe, expect, it } from 'vitest'
import {
  COMPONENT_CLASS, ComponentAnnounceCodec, decodeDescriptor, DESCRIPTOR_STATE, encodeDescriptor, HUB_STATE, HubStatusCodec,
  IGNITION, LatchStatusCodec, LOCATION, PORT_FAULT, PORT_STATE, PortStatusCodec, WindowStatusCodec,
} from '#protocol/index.ts'
import { DASH, DOOR } from '../hubs/index.ts'
import { KNOWN_IGNITION_ms } from '../runtime/index.ts'
import { boot, DESCRIPTORS, FakeHal, lastOf, probe, running, sentBy, timesOf } from '../testing/index.ts'
import { bootHub } from './hub.ts'

describe('a plug', () => {
  it('rests for 30 ms before its descriptor is read', () => {
    const { socket, slot, clock } = boot()
    socket.plug(DESCRIPTORS.latch)
    clock.advance(29)
    expect([slot.state(), slot.component]).toEqual([PORT_STATE.empty, undefined])
    clock.advance(1)
    expect(slot.state()).toBe(PORT_STATE.on)
  })

  it('that bounces rests anew', () => {
    const { socket, slot, clock, hub } = boot()
    socket.plug(DESCRIPTORS.latch)
    clock.advance(20)
    socket.unplug()
    socket.plug(DESCRIPTORS.latch)
    clock.advance(29)
    expect(slot.component).toBeUndefined()
    clock.advance(1)
    expect(slot.component).toBeDefined()
    expect([hub.counters.plugs, hub.counters.unplugs]).toEqual([1, 0])
  })

  it('that is gone leaves a socket whose inputs say nothing to anybody', () => {
    const { socket, slot, clock, hal } = boot()
    socket.plug(DESCRIPTORS.latch)
    clock.advance(30)
    socket.unplug()
    clock.advance(500)
    const before = hal.bus.sent.length
    expect(() => socket.set(0, true)).not.toThrow()
    expect([slot.state(), hal.bus.sent.length]).toEqual([PORT_STATE.empty, before])
  })

  it('that was never read is not announced as gone', () => {
    const { hal, socket, clock } = boot()
    const before = timesOf(hal, ComponentAnnounceCodec).length
    socket.plug(DESCRIPTORS.latch)
    clock.advance(20)
    socket.unplug()
    clock.advance(500)
    expect(timesOf(hal, ComponentAnnounceCodec).length).toBe(before)
  })

  it('of a vehicle takes the ignition with it; that of anything else does not', () => {
    const hal = new FakeHal(LOCATION.DASH, 2)
    hal.sockets[0]!.plug(DESCRIPTORS.vehicle)
    hal.sockets[1]!.plug(DESCRIPTORS.lamp)
    const hub = bootHub(hal, DASH)
    hal.clock.advance(1000)
    hub.vehicle.read(IGNITION.on, 0, 0)
    hal.sockets[1]!.unplug()
    expect(hub.vehicle.ignition()).toBe(IGNITION.on)
    hal.sockets[0]!.unplug()
    hal.clock.advance(KNOWN_IGNITION_ms + 1)
    expect(hub.vehicle.ignition()).toBe(IGNITION.off)
  })

  it('has its descriptor read three times, 50 ms apart, before it is refused; so has the next one', () => {
    const { socket, slot, clock, hub } = boot()
    let reads = 0
    socket.descriptor = () => {
      reads++
      return new Uint8Array(0)
    }
    for (let round = 1; round <= 2; round++) {
      socket.plug(new Uint8Array(0))
      for (const [after_ms, count] of [[30, 1], [49, 1], [1, 2], [49, 2], [1, 3], [1000, 3]] as const) {
        clock.advance(after_ms)
        expect(reads).toBe((round - 1) * 3 + count)
        expect(slot.state()).toBe(count < 3 ? PORT_STATE.empty : PORT_STATE.rejected)
      }
      socket.unplug()
      expect([slot.state(), hub.counters.badDescriptors]).toEqual([PORT_STATE.empty, round])
    }
    expect([hub.counters.plugs, hub.counters.unplugs]).toEqual([0, 0])
  })

  it('that was there at boot is read at once, port after port, 5 ms apart', () => {
    const { hub, clock } = boot(DOOR, ['window', 'latch', 'lamp'], 0)
    const there = (): boolean[] => hub.slots.map(slot => slot.component !== undefined)
    expect(there()).toEqual([true, false, false])
    clock.advance(4)
    expect(there()).toEqual([true, false, false])
    clock.advance(1)
    expect(there()).toEqual([true, true, false])
    clock.advance(5)
    expect(there()).toEqual([true, true, true])
    expect(hub.counters.plugs).toBe(3)
  })

  it('is announced with all that its descriptor says, also when there is no driver for it', () => {
    const { hal, socket, clock } = boot()
    const { crc } = decodeDescriptor(encodeDescriptor(DESCRIPTORS.vehicle)).descriptor!
    socket.plug(DESCRIPTORS.vehicle)
    clock.advance(100)
    expect(lastOf(sentBy(hal, ComponentAnnounceCodec))).toMatchObject({
      descriptor: DESCRIPTOR_STATE.unknownClass, class: COMPONENT_CLASS.vehicle, maker: 7, descriptorCrc: crc,
    })
    expect(hal.logged.at(-1)).toContain('port 0: component refused, descriptor state')
    socket.unplug()
    clock.advance(100)
    const nothing = { class: COMPONENT_CLASS.none, maker: 0, descriptorCrc: 0 }
    expect(lastOf(sentBy(hal, ComponentAnnounceCodec))).toMatchObject({ ...nothing, descriptor: DESCRIPTOR_STATE.absent })
    socket.plug(new Uint8Array(0))
    clock.advance(300)
    expect(lastOf(sentBy(hal, ComponentAnnounceCodec))).toMatchObject({ ...nothing, descriptor: DESCRIPTOR_STATE.unreadable })
  })

  it('of a refused component is no driver\'s: its status, its commands and its feed stay away', () => {
    const { hal, slot, socket, clock, hub } = boot()
    socket.plug(new Uint8Array(0))
    clock.advance(1000)
    expect([slot.boundClass(), hub.standing.state(), socket.powered]).toEqual([COMPONENT_CLASS.none, HUB_STATE.degraded, false])
    expect(lastOf(sentBy(hal, PortStatusCodec))).toMatchObject({ class: COMPONENT_CLASS.none, fault: PORT_FAULT.badDescriptor })
    slot.sleep()
    slot.wake()
    expect(socket.powered).toBe(false)
  })

  it('has jobs that a failing test can name', () => {
    const { hub, socket, context } = running()
    context.tick(10)
    expect(hub.schedule.pending()).toEqual(expect.arrayContaining(['port 0 tick', 'port 0 status']))
    socket.unplug()
    socket.plug(DESCRIPTORS.window)
    expect(hub.schedule.pending()).toContain('port 0 plug')
    expect(hub.schedule.pending()).not.toContain('port 0 tick')
  })
})

describe('a component that sleeps', () => {
  it('has no feed, and has it again after', () => {
    const { slot, socket } = running()
    slot.sleep()
    expect(socket.powered).toBe(false)
    slot.wake()
    expect(socket.powered).toBe(true)
  })

  it('whose feed has tripped keeps its rest', () => {
    const { slot, socket, clock } = running()
    socket.latched = true
    clock.advance(1000)
    expect(slot.state()).toBe(PORT_STATE.tripped)
    slot.sleep()
    slot.wake()
    expect(socket.powered).toBe(false)
  })

  it('is none in an empty port: that stays off', () => {
    const { hub, hal } = boot()
    hub.slots[1]!.sleep()
    hub.slots[1]!.wake()
    expect(hal.sockets[1]!.powered).toBe(false)
  })
})

describe('a component\'s status', () => {
  it('comes 25 ms after its hub\'s, that of the next port 25 ms later', () => {
    const { hal, clock } = boot(probe().image, ['window', 'window'])
    clock.advance(5000)
    const hub_ms = timesOf(hal, HubStatusCodec).at(-1)! % 1000
    const [first, second] = timesOf(hal, WindowStatusCodec).slice(-2).map(at_ms => Math.round(at_ms % 1000 - hub_ms))
    expect([first, second].sort((a, b) => a! - b!)).toEqual([25, 50])
  })

  it('is not sent before the hub may speak', () => {
    const { image, contexts } = probe()
    const { hub, hal, clock } = boot(image, ['window'], 100)
    contexts[0]!.statusChanged(0)
    clock.advance(100)
    expect([hub.counters.txClosed, timesOf(hal, WindowStatusCodec)]).toEqual([0, []])
    clock.advance(2000)
    expect(timesOf(hal, WindowStatusCodec).length).toBeGreaterThan(0)
  })

  it('is none where the class has none, whatever the driver says', () => {
    const { hal, hub, context, clock, calls } = running(false)
    context.statusChanged(-1)
    clock.advance(2000)
    expect(timesOf(hal, WindowStatusCodec)).toEqual([])
    expect(calls).not.toContain('status')
    hub.slots[0]!.startStatus()
    expect(hub.schedule.pending()).not.toContain('port 0 status')
  })

  it('is not sent while the hub may not send any more', () => {
    const { hal, slot, clock, context } = running()
    slot.stopStatus()
    const before = timesOf(hal, WindowStatusCodec).length
    context.statusChanged(-1)
    clock.advance(3000)
    expect(timesOf(hal, WindowStatusCodec).length).toBe(before)
    slot.startStatus()
    clock.advance(1000)
    expect(timesOf(hal, WindowStatusCodec).length).toBe(before + 1)
  })

  it('comes every second where the row has no other period, moving or not', () => {
    const { image, component, contexts } = probe()
    component.busy = true
    component.status = () => undefined
    const { hal, clock } = boot({ ...image, components: [{ ...image.components[0]!, status: LatchStatusCodec }] }, ['window'])
    contexts[0]!.statusChanged(-1)
    clock.advance(1000)
    const before = timesOf(hal, LatchStatusCodec).length
    clock.advance(5000)
    expect(timesOf(hal, LatchStatusCodec).length - before).toBe(5)
  })

  it('is sent at once after the plug, and no more after it is pulled', () => {
    const { hal, image } = running()
    const { clock, socket, hal: other } = boot(image)
    socket.plug(DESCRIPTORS.window)
    const from_ms = clock.now_ms
    clock.advance(50)
    expect(timesOf(other, WindowStatusCodec).length).toBe(1)
    expect(timesOf(other, WindowStatusCodec)[0]! - from_ms).toBeLessThan(35)
    socket.unplug()
    clock.advance(3000)
    expect(timesOf(other, WindowStatusCodec).length).toBe(1)
    expect(timesOf(hal, WindowStatusCodec).length).toBeGreaterThan(0)
  })
})

describe('a port\'s status', () => {
  it('says what it draws and was granted, at once when that changes', () => {
    const { hal, clock, socket, context } = running()
    socket.drawn_A = 3
    context.power.want(9, 20, 1000, 2)
    clock.advance(25)
    expect(lastOf(sentBy(hal, PortStatusCodec))).toMatchObject({
      port: 0, state: PORT_STATE.on, class: COMPONENT_CLASS.window, current_A: 3, granted_A: 9, fault: PORT_FAULT.none,
    })
    context.power.release()
    clock.advance(25)
    expect(lastOf(sentBy(hal, PortStatusCodec))).toMatchObject({ granted_A: 0 })
  })

  it('of a liar: what it is shows again after each trip, until it keeps to a grant', () => {
    const { hal, clock, socket, context } = running()
    const draw = (): void => {
      context.power.want(4, 4, 1000, 2)
      socket.drawn_A = 4
      clock.advance(350)
    }
    const fault = (): number => lastOf(sentBy(hal, PortStatusCodec)).fault
    draw()
    expect(fault()).toBe(PORT_FAULT.overDescriptor)
    socket.latched = true
    socket.drawn_A = 0
    clock.advance(150)
    expect(fault()).toBe(PORT_FAULT.eFuse)
    context.power.want(4, 4, 1000, 2)
    clock.advance(1150)
    expect(fault()).toBe(PORT_FAULT.overDescriptor)
    socket.drawn_A = 3
    clock.advance(150)
    expect(fault()).toBe(PORT_FAULT.none)
  })

  it('shows what is drawn beyond the idle current until that is over', () => {
    const { hal, clock, socket } = running()
    const fault = (): number => lastOf(sentBy(hal, PortStatusCodec)).fault
    socket.drawn_A = socket.limit_A
    clock.advance(5000)
    expect(fault()).toBe(PORT_FAULT.overDescriptor)
    socket.drawn_A = 0
    clock.advance(1200)
    expect(fault()).toBe(PORT_FAULT.none)
  })

  it('shows no such fault when the inrush after a trip is limited at the grant', () => {
    const { hal, clock, socket, context } = running()
    context.power.want(4, 4, 1000, 2)
    socket.latched = true
    clock.advance(150)
    context.power.want(4, 4, 1000, 2)
    socket.drawn_A = 4
    clock.advance(1130)
    expect(lastOf(sentBy(hal, PortStatusCodec))).toMatchObject({ state: PORT_STATE.limiting, fault: PORT_FAULT.none })
  })

  it('shows no such fault when it is limited at a grant for a moment', () => {
    const { hal, clock, socket, context } = running()
    context.power.want(4, 4, 1000, 2)
    socket.drawn_A = 4
    clock.advance(150)
    expect(lastOf(sentBy(hal, PortStatusCodec))).toMatchObject({ state: PORT_STATE.limiting, fault: PORT_FAULT.none })
  })
})
