import { describe, expect, it } from 'vitest'
import {
  check, counterOf, dataIdOf, hubAddress, HubStatusCodec, kindOf, LatchCommandCodec, LightCommandCodec, LOCATION,
  locationOf, MirrorCommandCodec, peerId, PortStatusCodec, PowerGrantCodec, PowerShedCodec, SwitchEventCodec,
  WindowCommandCodec,
} from '#protocol/index.ts'
import { FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { Schedule } from './schedule.ts'
import { NO_KEY } from './frame-queue.ts'
import { SPACING_ms, Transmitter } from './transmit.ts'

/** Frames that wait or are in the controller. */
const ROOM = 16

function setUp() {
  const hal = new FakeHal(LOCATION.DASH, 0)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const transmit = new Transmitter(hal.bus, schedule, counters, hubAddress(LOCATION.DASH), ROOM)
  transmit.open()
  const hub = HubStatusCodec.create()
  const command = WindowCommandCodec.create()
  const latch = LatchCommandCodec.create()
  const mirror = MirrorCommandCodec.create()
  const grant = PowerGrantCodec.create()
  const port = PortStatusCodec.create()
  const event = SwitchEventCodec.create()
  return { hal, bus: hal.bus, clock: hal.clock, counters, transmit, hub, command, latch, mirror, grant, port, event }
}

const { DASH, FL, FR, RL, RR, TRUNK } = LOCATION

describe('the transmitter of a hub that goes to sleep', () => {
  it('forgets what waited and what the controller had, and sends again when it is opened', () => {
    const { bus, clock, counters, transmit, hub, command } = setUp()
    bus.hold = true
    for (let i = 0; i < 3; i++) {
      transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
      transmit.send(WindowCommandCodec, FL + i, command, NO_KEY)
    }
    transmit.sendPeer(peerId(6, 0xee, 0xff, 0x85), new Uint8Array(8), 8)
    transmit.rest()
    bus.sleep(() => undefined)
    expect(transmit.waiting()).toBe(0)
    expect(counters.txDiscarded).toBe(counters.txQueued)
    clock.advance(100)
    bus.wake()
    bus.hold = false
    transmit.open()
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    clock.advance(1)
    expect(bus.sent.map(frame => kindOf(frame.id))).toEqual([WindowCommandCodec.kind])
  })
})

describe('the transmitter', () => {
  it('protects frames end to end, with one counter per data id', () => {
    const { bus, clock, transmit, hub, port } = setUp()
    for (let i = 0; i < 17; i++) {
      transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
      transmit.send(PortStatusCodec, DASH, port, NO_KEY)
      clock.advance(5)
    }
    const frames = bus.sent.filter(frame => kindOf(frame.id) === HubStatusCodec.kind)
    expect(frames.map(frame => counterOf(frame.data))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0, 1])
    expect(bus.sent.every(frame => check(frame.data, frame.data.length, dataIdOf(frame.id)))).toBe(true)
  })

  it('sends nothing before the address is claimed, and counts it', () => {
    const { hal, bus, clock, hub } = setUp()
    const counters = createCounters()
    const closed = new Transmitter(hal.bus, new Schedule(hal, counters), counters, 0x85, ROOM)
    expect(closed.send(HubStatusCodec, DASH, hub, NO_KEY)).toBe(false)
    clock.advance(10)
    expect(bus.sent).toEqual([])
    expect(counters.txClosed).toBe(1)
  })

  it('lets the more urgent pass while the controller is busy, and keeps the order within a message', () => {
    const { bus, clock, transmit, hub, port, event, command } = setUp()
    bus.hold = true
    for (let i = 0; i < 4; i++) transmit.send(SwitchEventCodec, DASH, { ...event, switch: i }, NO_KEY)
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    transmit.send(PortStatusCodec, DASH, port, NO_KEY)
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    clock.advance(1)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    expect(bus.sent.map(frame => frame.id >>> 26)).toEqual([2, 5, 5, 5, 5, 6, 6])
    const events = bus.sent.filter(frame => kindOf(frame.id) === SwitchEventCodec.kind)
    expect(events.map(frame => frame.data[2])).toEqual([0, 1, 2, 3])
    expect(events.map(frame => counterOf(frame.data))).toEqual([0, 1, 2, 3])
  })

  it('takes the least urgent frame back from full buffers when something urgent comes', () => {
    const { bus, clock, counters, transmit, hub, port, event } = setUp()
    bus.hold = true
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    transmit.send(PortStatusCodec, DASH, port, NO_KEY)
    transmit.send(SwitchEventCodec, DASH, event, NO_KEY)
    transmit.send(PowerShedCodec, 0, PowerShedCodec.create(), NO_KEY)
    clock.advance(1)
    expect(bus.aborts).toBe(1)
    bus.hold = false
    bus.kick()
    clock.advance(10)
    expect(bus.sent.map(frame => frame.id >>> 26)).toEqual([0, 5, 6, 6])
    expect(counters.txYielded).toBe(1)
    expect(counters.txSent).toBe(4)
  })

  it('spaces frames to one hub by 10 ms, others pass', () => {
    const { bus, clock, transmit, command, mirror } = setUp()
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    transmit.send(MirrorCommandCodec, FL, mirror, NO_KEY)
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    transmit.send(MirrorCommandCodec, FR, mirror, NO_KEY)
    clock.advance(100)
    const toFL = bus.sent.filter(frame => locationOf(frame.id) === FL)
    expect(toFL.length).toBe(3)
    for (let i = 1; i < toFL.length; i++) expect(toFL[i]!.at_ms - toFL[i - 1]!.at_ms).toBeGreaterThanOrEqual(SPACING_ms)
    expect(locationOf(bus.sent[1]!.id)).toBe(FR)
  })

  it('lets answers about power and latch commands neither wait for the spacing nor cause it', () => {
    const { bus, clock, transmit, command, mirror, latch, grant } = setUp()
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    transmit.send(MirrorCommandCodec, FL, mirror, NO_KEY)
    clock.advance(2)
    for (let port = 0; port < 3; port++) transmit.send(PowerGrantCodec, FL, { ...grant, port }, port)
    transmit.send(LatchCommandCodec, FL, latch, NO_KEY)
    clock.advance(50)
    const { kind: granting } = PowerGrantCodec
    expect(bus.sent.map(frame => kindOf(frame.id)))
      .toEqual([WindowCommandCodec.kind, granting, granting, granting, LatchCommandCodec.kind, MirrorCommandCodec.kind])
    expect(bus.sent[4]!.at_ms).toBeLessThan(2 + 5 * bus.frame_ms)
    expect(bus.sent[5]!.at_ms - bus.sent[0]!.at_ms).toBeLessThan(SPACING_ms + 2 * bus.frame_ms)
  })

  it('takes a frame back that waits for the bus and holds up a more urgent one to the same hub', () => {
    const { bus, clock, counters, transmit, command, mirror } = setUp()
    bus.hold = true
    transmit.send(MirrorCommandCodec, FL, mirror, NO_KEY)
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    clock.advance(1)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    expect(bus.sent.map(frame => kindOf(frame.id))).toEqual([WindowCommandCodec.kind, MirrorCommandCodec.kind])
    expect(counters).toMatchObject({ txYielded: 1, txSent: 2 })
  })

  it('takes a frame back for a more urgent one of the same priority, also behind one that has to wait', () => {
    const { bus, clock, transmit, command, event } = setUp()
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    clock.advance(1)
    bus.hold = true
    for (const location of [RL, RR, TRUNK]) transmit.send(LightCommandCodec, location, LightCommandCodec.create(), NO_KEY)
    transmit.send(SwitchEventCodec, DASH, event, NO_KEY)
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    transmit.send(WindowCommandCodec, FR, command, NO_KEY)
    clock.advance(1)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    const { kind: light } = LightCommandCodec
    const { kind: window } = WindowCommandCodec
    expect(bus.sent.slice(1).map(frame => kindOf(frame.id))).toEqual([window, light, light, light, SwitchEventCodec.kind, window])
  })

  it('tells how long each frame took from being queued to being sent', () => {
    const { clock, transmit, command, hub } = setUp()
    const told: number[][] = []
    transmit.onSent = (id, response_ms) => told.push([kindOf(id), Math.round(response_ms * 10) / 10])
    transmit.sendPeer(peerId(6, 0xee, 0xff, 0x85), new Uint8Array(8), 8)
    clock.advance(5)
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    clock.advance(50)
    const { kind: window } = WindowCommandCodec
    expect(told).toEqual([[window, 0.3], [HubStatusCodec.kind, 0.6], [window, 10.6]])
  })

  it('replaces what still waits by its newer content', () => {
    const { bus, clock, counters, transmit, port, hub } = setUp()
    bus.hold = true
    for (let i = 0; i < 3; i++) transmit.send(SwitchEventCodec, DASH, SwitchEventCodec.create(), NO_KEY)
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    transmit.send(PortStatusCodec, DASH, { ...port, port: 1, current_A: 2 }, 1)
    transmit.send(PortStatusCodec, DASH, { ...port, port: 2, current_A: 2 }, 2)
    transmit.send(PortStatusCodec, DASH, { ...port, port: 3, current_A: 2 }, 3)
    transmit.send(PortStatusCodec, DASH, { ...port, port: 3, current_A: 6 }, 3)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    const states = bus.sent.filter(frame => kindOf(frame.id) === PortStatusCodec.kind).map(frame => [frame.data[2]! & 0x0f, frame.data[4]])
    expect(states).toEqual([[1, 10], [2, 10], [3, 30]])
    expect(counters.txSuperseded).toBe(1)
  })

  it('drops what outlived its lifetime, in the queue and in the controller', () => {
    const { bus, clock, counters, transmit, command, hub } = setUp()
    bus.hold = true
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    transmit.send(WindowCommandCodec, FL, command, NO_KEY)
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    clock.advance(WindowCommandCodec.lifetime_ms + 1)
    expect(counters.txExpired).toBe(2)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    expect(bus.sent.map(frame => kindOf(frame.id))).toEqual([HubStatusCodec.kind])
    expect(transmit.waiting()).toBe(0)
  })

  it('drops the least urgent when the queue is full, and counts it', () => {
    const { bus, clock, counters, transmit, hub, command, port } = setUp()
    bus.hold = true
    for (let i = 0; i < ROOM; i++) expect(transmit.send(PortStatusCodec, DASH, port, i)).toBe(true)
    expect(transmit.send(HubStatusCodec, DASH, hub, NO_KEY)).toBe(true)
    expect(transmit.send(WindowCommandCodec, FL, command, NO_KEY)).toBe(true)
    expect(transmit.send(PortStatusCodec, DASH, port, 20)).toBe(false)
    expect(counters.txOverflow).toBe(3)
    expect(transmit.waiting()).toBe(ROOM)
    clock.advance(1)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    expect(counters.txSent).toBe(ROOM)
    expect(counters.txQueued).toBe(counters.txSent + counters.txOverflow)
  })

  it('tries again when the controller refuses', () => {
    const { bus, clock, counters, transmit, hub } = setUp()
    bus.failNext = 2
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    clock.advance(20)
    expect(bus.sent.length).toBe(1)
    expect(counterOf(bus.sent[0]!.data)).toBe(0)
    expect(counters.txSent).toBe(1)
  })

  it('throws for a command out of range and loses no room by it', () => {
    const { transmit, command, clock, counters } = setUp()
    for (let i = 0; i < 2 * ROOM; i++) {
      expect(() => transmit.send(WindowCommandCodec, FL, { ...command, position_pct: 120 }, NO_KEY)).toThrow(RangeError)
    }
    expect(transmit.send(WindowCommandCodec, FL, command, NO_KEY)).toBe(true)
    clock.advance(10)
    expect(counters.txSent).toBe(1)
    expect(counters.txQueued).toBe(1)
  })

  it('when closed drops catalogue messages and still sends claims', () => {
    const { bus, clock, counters, transmit, hub, port } = setUp()
    bus.hold = true
    for (let i = 0; i < 5; i++) transmit.send(PortStatusCodec, DASH, port, i)
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    clock.advance(1)
    transmit.close()
    transmit.sendPeer(peerId(6, 0xee, 0xff, 0xfe), new Uint8Array(8), 8)
    clock.advance(1)
    bus.hold = false
    bus.kick()
    clock.advance(20)
    expect(bus.sent.map(frame => frame.id)).toEqual([peerId(6, 0xee, 0xff, 0xfe)])
    expect(counters.txDiscarded).toBe(6)
    expect(transmit.waiting()).toBe(0)
  })

  it('reports a frame that is stuck in the controller', () => {
    const { bus, clock, transmit, hub } = setUp()
    let stuck = 0
    transmit.onStuck = () => stuck++
    bus.hold = true
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    clock.advance(40)
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    expect(stuck).toBe(0)
    clock.advance(20)
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    expect(stuck).toBe(1)
  })

  it('keeps what was in the controller when the queue is full, and leaves no number out', () => {
    const { bus, clock, counters, transmit, hub, port, event, command } = setUp()
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    clock.advance(5)
    bus.hold = true
    transmit.send(HubStatusCodec, DASH, hub, NO_KEY)
    transmit.send(PortStatusCodec, DASH, port, NO_KEY)
    transmit.send(SwitchEventCodec, DASH, event, NO_KEY)
    // Takes the place of PortStatus in the controller, and the next of HubStatus.
    for (const location of [FL, FR]) {
      transmit.send(WindowCommandCodec, location, command, NO_KEY)
      clock.advance(1)
    }
    expect(counters.txYielded).toBe(2)
    for (let i = transmit.waiting(); i < ROOM; i++) transmit.send(HubStatusCodec, DASH, hub, i)
    expect(transmit.send(WindowCommandCodec, RL, command, NO_KEY)).toBe(true)
    expect(transmit.send(WindowCommandCodec, RR, command, NO_KEY)).toBe(true)
    expect(counters.txOverflow).toBe(2)
    clock.advance(1)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    expect(counters.txSent).toBe(1 + ROOM)
    transmit.send(PortStatusCodec, DASH, port, NO_KEY)
    clock.advance(5)
    for (const { kind, count } of [{ kind: HubStatusCodec.kind, count: 11 }, { kind: PortStatusCodec.kind, count: 2 }]) {
      const numbers = bus.sent.filter(sent => kindOf(sent.id) === kind && locationOf(sent.id) === DASH).map(sent => counterOf(sent.data))
      expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i))
    }
  })

  it('gives the last place of what was in the controller to what is urgent', () => {
    const { bus, clock, counters, transmit, mirror, port, command, latch } = setUp()
    bus.hold = true
    // Each is more urgent than those before: the controller gets it, and gives one of them back.
    for (let i = 0; i < 3; i++) transmit.send(PortStatusCodec, 15 - i, port, NO_KEY)
    for (let i = 0; i < 10; i++) {
      transmit.send(MirrorCommandCodec, 15 - i, mirror, NO_KEY)
      clock.advance(1)
    }
    for (let i = 0; i < 3; i++) {
      transmit.send(WindowCommandCodec, 15 - i, command, NO_KEY)
      clock.advance(1)
    }
    expect([transmit.waiting(), counters.txYielded]).toEqual([ROOM, 13])
    expect(transmit.send(WindowCommandCodec, FL, command, NO_KEY)).toBe(false)
    expect(transmit.send(LatchCommandCodec, FL, latch, NO_KEY)).toBe(true)
    expect(counters.txOverflow).toBe(2)
    clock.advance(1)
    bus.hold = false
    bus.kick()
    clock.advance(50)
    expect(bus.sent).toHaveLength(ROOM)
    expect(bus.sent.filter(sent => kindOf(sent.id) === PortStatusCodec.kind)).toHaveLength(2)
  })

  it('counts the age of what waited elsewhere from when it happened', () => {
    const { bus, clock, counters, transmit, event } = setUp()
    const told: number[] = []
    transmit.onSent = (_id, response_ms) => told.push(Math.round(response_ms * 10) / 10)
    clock.advance(500)
    expect(transmit.sendLate(SwitchEventCodec, DASH, event, NO_KEY, 450)).toBe(true)
    clock.advance(1)
    expect(told).toEqual([50.3])
    bus.hold = true
    transmit.sendLate(SwitchEventCodec, DASH, event, NO_KEY, 501 - SwitchEventCodec.lifetime_ms + 20)
    clock.advance(19)
    expect(counters.txExpired).toBe(0)
    clock.advance(2)
    expect(counters.txExpired).toBe(1)
    transmit.close()
    expect(transmit.sendLate(SwitchEventCodec, DASH, event, NO_KEY, 0)).toBe(false)
  })
})
