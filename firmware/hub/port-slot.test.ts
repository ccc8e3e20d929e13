import { describe, expect, it } from 'vitest'
import {
  COMPONENT_CLASS, ComponentAnnounceCodec, DESCRIPTOR_STATE, encodeDescriptor, HUB_STATE, HubStatusCodec, type HubStatusValues,
  LightStatusCodec, LOCATION, PORT_FAULT, PORT_STATE, PortStatusCodec, STUB_MAKER, SWITCH, SWITCH_EDGE, SwitchEventCodec,
  WindowStatusCodec,
} from '#protocol/index.ts'
import { bootHub, createHub } from './hub.ts'
import { DOOR } from '../hubs/index.ts'
import { DESCRIPTORS, FakeHal, probe, sentBy } from '../testing/index.ts'
import type { HubImage } from './image.ts'

const READ_ms = 500

function boot(image: HubImage = DOOR, ports = 2) {
  const hal = new FakeHal(LOCATION.FL, ports)
  const hub = createHub(hal, image)
  hal.clock.advance(1000)
  return { hal, hub, clock: hal.clock, socket: hal.sockets[0] }
}

const lastAnnounce = (hal: FakeHal) => sentBy(hal, ComponentAnnounceCodec).filter(values => values.port === 0).at(-1)
const lastPort = (hal: FakeHal) => sentBy(hal, PortStatusCodec).filter(values => values.port === 0).at(-1)
const lastHub = (hal: FakeHal): HubStatusValues => sentBy(hal, HubStatusCodec).at(-1)!

describe('plug and play', () => {
  it('an empty port is off and says so', () => {
    const { hal, hub, socket } = boot()
    expect(socket!.powered).toBe(false)
    expect(hub.portState(0)).toBe(PORT_STATE.empty)
    expect(lastAnnounce(hal)).toMatchObject({ descriptor: DESCRIPTOR_STATE.absent, class: 0 })
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.empty, class: 0, fault: 0 })
  })

  it('finds, feeds, announces and runs a component that is plugged in', () => {
    const { hal, hub, clock, socket } = boot()
    socket!.plug(DESCRIPTORS.lamp)
    expect(socket!.powered).toBe(false)
    clock.advance(READ_ms)
    expect(hub.portState(0)).toBe(PORT_STATE.on)
    expect(hub.component(0)).toBeDefined()
    expect(socket!.powered).toBe(true)
    expect(socket!.limit_A).toBeLessThan(0.5)
    expect(lastAnnounce(hal)).toMatchObject({ descriptor: DESCRIPTOR_STATE.present, class: COMPONENT_CLASS.lamp, maker: 7 })
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.on, class: COMPONENT_CLASS.lamp })
    expect(new Set(sentBy(hal, LightStatusCodec).map(status => status.channel))).toEqual(new Set([0, 1]))
  })

  it.each([[STUB_MAKER, 1], [STUB_MAKER - 1, 0]])('says of what a board only plays, by its maker %s, that it is a stub: %s', (maker, stub) => {
    const { hal, clock, socket } = boot()
    expect(lastPort(hal)).toMatchObject({ stub: 0 })
    socket!.plug({ ...DESCRIPTORS.lamp, maker })
    clock.advance(READ_ms)
    expect(lastPort(hal)).toMatchObject({ class: COMPONENT_CLASS.lamp, stub })
  })

  it('finds what is plugged in at boot', () => {
    const hal = new FakeHal(LOCATION.FL, 2)
    hal.sockets[1]!.plug(DESCRIPTORS.latch)
    const hub = createHub(hal, DOOR)
    hal.clock.advance(20)
    expect(hub.component(1)).toBeDefined()
  })

  it('unplugged under way: the driver ends, the port is off, everyone hears it', () => {
    const { calls, contexts, image } = probe()
    const { hal, hub, clock, socket } = boot(image)
    socket!.plug(DESCRIPTORS.window)
    clock.advance(READ_ms)
    contexts[0]!.power.want(9, 25, 1000, 2)
    contexts[0]!.tick(10)
    clock.advance(100)
    expect(socket!.limit_A).toBe(25)
    socket!.unplug()
    const before = calls.length
    clock.advance(READ_ms)
    expect(calls.slice(before)).toEqual([])
    expect(calls.at(-1)).toBe('disposed')
    expect(socket!.powered).toBe(false)
    expect(hub.component(0)).toBeUndefined()
    expect(hub.portState(0)).toBe(PORT_STATE.empty)
    expect(lastAnnounce(hal)).toMatchObject({ descriptor: DESCRIPTOR_STATE.absent })
    expect(hub.counters.unplugs).toBe(1)
    socket!.plug(DESCRIPTORS.window)
    clock.advance(READ_ms)
    expect(contexts.length).toBe(2)
    expect(contexts[1]!.power.granted()).toBe(false)
  })

  it('pulled out before its descriptor was read it was never there', () => {
    const { hub, clock, socket } = boot()
    socket!.plug(DESCRIPTORS.window)
    clock.advance(10)
    socket!.unplug()
    clock.advance(READ_ms)
    expect([hub.counters.plugs, hub.counters.unplugs, hub.portState(0)]).toEqual([0, 0, PORT_STATE.empty])
  })

  it('a pack pulled out with a switch pressed lets go', () => {
    const { hal, clock } = boot()
    hal.sockets[0]!.plug(DESCRIPTORS.window)
    hal.sockets[1]!.plug(DESCRIPTORS.doorPack)
    clock.advance(READ_ms)
    hal.sockets[1]!.set(1, true)
    clock.advance(60)
    expect(hal.sockets[0]!.duties[0]).toBeGreaterThan(0)
    hal.sockets[1]!.unplug()
    clock.advance(100)
    expect(hal.sockets[0]!.duties[0]).toBe(0)
    const events = sentBy(hal, SwitchEventCodec)
    expect(events.map(event => [event.switch, event.edge])).toEqual([
      [SWITCH['window.down'], SWITCH_EDGE.pressed], [SWITCH['window.down'], SWITCH_EDGE.released],
    ])
  })

  it('knows which of its hub\'s switches holds what is plugged in, also when it was out when the switch was pressed or let go', () => {
    const hal = new FakeHal(LOCATION.FL, 2)
    const [window, pack] = hal.sockets
    window!.plug(DESCRIPTORS.window)
    pack!.plug(DESCRIPTORS.doorPack)
    const slot = bootHub(hal, DOOR).slots[0]!
    const insists = (): boolean => {
      hal.clock.advance(READ_ms)
      return slot.insists()
    }
    const without = (pressed: boolean): void => {
      window!.unplug()
      pack!.set(1, pressed)
      hal.clock.advance(READ_ms)
      window!.plug(DESCRIPTORS.window)
    }
    expect(insists()).toBe(false)
    pack!.set(1, true)
    expect(insists()).toBe(true)
    without(false)
    expect(insists()).toBe(false)
    without(true)
    expect(insists()).toBe(true)
    pack!.unplug()
    expect(insists()).toBe(false)
    pack!.set(1, false)
    pack!.plug(DESCRIPTORS.doorPack)
    hal.clock.advance(READ_ms)
    pack!.set(0, true)
    expect(insists()).toBe(false)
  })

  const damaged = encodeDescriptor(DESCRIPTORS.window)
  damaged[9]! ^= 1
  const refused = [
    ['a damaged descriptor', damaged, DESCRIPTOR_STATE.badCrc],
    ['no descriptor', new Uint8Array(0), DESCRIPTOR_STATE.unreadable],
    ['noise', new Uint8Array(128).fill(0xa5), DESCRIPTOR_STATE.unreadable],
    ['a class this image has no driver for', encodeDescriptor(DESCRIPTORS.vehicle), DESCRIPTOR_STATE.unknownClass],
  ] as const
  for (const [what, memory, state] of refused) {
    it(`${what}: stays off with a fault that says why`, () => {
      const { hal, hub, clock, socket } = boot()
      socket!.plug(memory)
      clock.advance(2000)
      expect(socket!.powered).toBe(false)
      expect(hub.descriptorState(0)).toBe(state)
      expect(lastAnnounce(hal)).toMatchObject({ descriptor: state })
      expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.rejected, fault: PORT_FAULT.badDescriptor })
      expect(lastHub(hal).state).toBe(HUB_STATE.degraded)
      expect(hub.counters.badDescriptors).toBe(1)
      socket!.unplug()
      clock.advance(10)
      socket!.plug(DESCRIPTORS.latch)
      clock.advance(2000)
      expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.on, fault: PORT_FAULT.none })
      expect(lastHub(hal).state).toBe(HUB_STATE.operating)
    })
  }

  it('reads a descriptor again when the contact was bad at first', () => {
    const { hub, clock, socket } = boot()
    socket!.plug(new Uint8Array(0))
    clock.advance(50)
    socket!.memory = encodeDescriptor(DESCRIPTORS.latch)
    clock.advance(READ_ms)
    expect(hub.component(0)).toBeDefined()
    expect(hub.counters.badDescriptors).toBe(0)
  })

  it('has no ports but its own', () => {
    const { hub } = boot()
    expect(() => hub.portState(2)).toThrow(/port 2: this hub has ports 0…1/)
    expect(() => hub.component(-1)).toThrow(RangeError)
  })
})

describe('a driver\'s context', () => {
  function running(busy = false) {
    const spy = probe()
    spy.component.busy = busy
    const rest = boot(spy.image)
    rest.socket!.plug(DESCRIPTORS.window)
    rest.clock.advance(READ_ms)
    return { ...spy, ...rest, context: spy.contexts[0] }
  }

  it('ticks without drift, also when changed or stopped from within', () => {
    const { calls, component, context, clock } = running()
    const times: number[] = []
    component.tick = () => {
      times.push(clock.now_ms)
      if (times.length === 3) context!.tick(0)
    }
    const start = clock.now_ms
    context!.tick(20)
    context!.tick(20)
    clock.advance(500)
    expect(times.map(time => Math.round(time - start))).toEqual([20, 40, 60])
    expect(calls).not.toContain('tick')
  })

  it('status: at once on a change, every 100 ms while moving, every second at rest', () => {
    const { hal, component, context, clock } = running()
    const count = (): number => sentBy(hal, WindowStatusCodec).length
    clock.advance(2000)
    const before = count()
    clock.advance(10_000)
    expect(count() - before).toBe(10)
    component.busy = true
    context!.statusChanged(-1)
    clock.advance(1000)
    expect(count() - before).toBeGreaterThanOrEqual(20)
    component.busy = false
    clock.advance(1000)
    const after = count()
    clock.advance(10_000)
    expect(count() - after).toBe(10)
  })

  it('status carries the power half', () => {
    const { hal, context, clock, socket } = running()
    hal.volts = 12.4
    socket!.drawn_A = 7
    context!.power.want(9, 25, 1000, 2)
    context!.statusChanged(0)
    clock.advance(50)
    const status = sentBy(hal, WindowStatusCodec).at(-1)!
    expect(status.supply_V).toBeCloseTo(12.4, 6)
    expect(status.current_A).toBeCloseTo(7, 6)
    expect(status.granted_A).toBeCloseTo(9, 6)
  })

  it('grants a wish with its peak as the limit, takes it back at the release', () => {
    const { calls, context, socket } = running()
    context!.power.want(9, 25, 1000, 2)
    expect([context!.power.granted(), socket!.limit_A]).toEqual([true, 25])
    context!.power.want(9, 20, 1000, 2)
    expect(socket!.limit_A).toBe(20)
    context!.power.release()
    context!.power.release()
    expect(context!.power.granted()).toBe(false)
    expect(socket!.limit_A).toBeLessThan(0.5)
    expect(calls.filter(call => call === 'granted' || call === 'taken')).toEqual(['granted', 'taken'])
  })

  it('a tripped eFuse takes the grant, shows a fault, and is tried again for a new wish after a second', () => {
    const { calls, hal, hub, context, clock, socket } = running()
    context!.power.want(9, 25, 1000, 2)
    socket!.latched = true
    clock.advance(200)
    expect(calls.at(-1)).toBe('taken')
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.tripped, fault: PORT_FAULT.eFuse })
    context!.power.want(9, 25, 1000, 2)
    expect(context!.power.granted()).toBe(false)
    clock.advance(1100)
    expect(context!.power.granted()).toBe(true)
    expect(socket!.latched).toBe(false)
    clock.advance(200)
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.on, fault: PORT_FAULT.none })
    expect(hub.counters.trips).toBe(1)
  })

  it('without a wish a tripped feed comes back after five seconds', () => {
    const { clock, hub, socket } = running()
    socket!.latched = true
    clock.advance(2000)
    expect(hub.portFault(0)).toBe(PORT_FAULT.eFuse)
    clock.advance(6000)
    expect(socket!.latched).toBe(false)
    expect(hub.portFault(0)).toBe(PORT_FAULT.none)
  })

  it('a component that draws more at rest than its descriptor says shows a fault', () => {
    const { hal, clock, socket } = running()
    socket!.drawn_A = socket!.limit_A
    clock.advance(1200)
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.limiting, fault: PORT_FAULT.overDescriptor })
    socket!.drawn_A = 0
    clock.advance(1200)
    expect(lastPort(hal)).toMatchObject({ fault: PORT_FAULT.none })
  })

  it('a motor whose grant ends at its stop is no liar, though its current is still to be seen in that instant', () => {
    const { hal, clock, context, socket } = running()
    for (let wait_ms = 50; wait_ms < 150; wait_ms += 5) {
      context!.power.want(4, 4, 1000, 2)
      socket!.drawn_A = 3
      clock.advance(wait_ms)
      context!.power.release()
      clock.advance(19)
      socket!.drawn_A = 0
      clock.advance(1500 - wait_ms)
    }
    expect(sentBy(hal, PortStatusCodec).filter(port => port.state === PORT_STATE.limiting || port.fault !== PORT_FAULT.none)).toEqual([])
    context!.power.want(4, 4, 1000, 2)
    socket!.drawn_A = 3
    clock.advance(100)
    context!.power.release()
    clock.advance(20)
    // What its eFuse lets through now.
    socket!.drawn_A = 0.5
    clock.advance(1180)
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.limiting, fault: PORT_FAULT.overDescriptor })
  })

  it('a component that draws all of its grant for long shows a fault until it keeps to one; an end stop shows none', () => {
    const { hal, clock, context, socket } = running()
    context!.power.want(4, 4, 1000, 2)
    socket!.drawn_A = 4
    clock.advance(220)
    socket!.drawn_A = 3
    clock.advance(200)
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.on, fault: PORT_FAULT.none })
    socket!.drawn_A = 4
    clock.advance(400)
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.limiting, fault: PORT_FAULT.overDescriptor })
    socket!.drawn_A = 0
    context!.power.release()
    clock.advance(1200)
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.on, fault: PORT_FAULT.overDescriptor })
    context!.power.want(4, 4, 1000, 2)
    socket!.drawn_A = 3
    clock.advance(300)
    expect(lastPort(hal)).toMatchObject({ fault: PORT_FAULT.none })
    context!.power.bound(2)
    socket!.drawn_A = 2
    clock.advance(600)
    expect(lastPort(hal)).toMatchObject({ state: PORT_STATE.limiting, fault: PORT_FAULT.none })
  })

  it('keeps records across a reset of the hub', () => {
    const { hal, image, contexts, context } = running()
    context!.save(3, new Uint8Array([1, 2, 3]))
    expect(context!.load(3)).toEqual(new Uint8Array([1, 2, 3]))
    const again = new FakeHal(LOCATION.FL, 2)
    for (const [key, record] of hal.nvm.records) again.nvm.write(key, record)
    again.sockets[0]!.plug(DESCRIPTORS.window)
    createHub(again, image)
    again.clock.advance(100)
    expect(contexts.at(-1)!.load(3)).toEqual(new Uint8Array([1, 2, 3]))
    expect(contexts.at(-1)!.load(4)).toBeUndefined()
  })

  it('a wish from within create is not lost', () => {
    const spy = probe()
    const entry = spy.image.components[0]!
    const image: HubImage = {
      ...spy.image,
      components: [{ ...entry, create: (context) => {
        context.power.want(1, 2, 100, 3)
        return entry.create(context)
      } }],
    }
    const { clock, socket } = boot(image)
    socket!.plug(DESCRIPTORS.window)
    clock.advance(100)
    expect(spy.calls).toContain('granted')
  })
})
