import { describe, expect, it } from 'vitest'
import {
  claimId, type Codec, CODECS, dataIdOf, E2E_OUTCOME, HUB_TYPE, hubAddress, hubName, LightStatusCodec, LOCATION, LOCATION_NAMES,
  messageId, protect, VehicleStateCodec, WindowCommandCodec,
} from '#protocol/index.ts'
import { MESSAGES } from '#protocol/catalogue/index.ts'
import { FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { Receiver } from './receive.ts'
import { Schedule } from './schedule.ts'

const { FL, FR, DASH, ALL } = LOCATION
const SOURCE = hubAddress(DASH)

function setUp() {
  const hal = new FakeHal(FL, 0)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const receiver = new Receiver(schedule, counters, hubAddress(FL), 32)
  const taken: string[] = []
  receiver.on(WindowCommandCodec, (values, location, source) => taken.push(`${values.action} to ${LOCATION_NAMES[location]} from ${source}`))
  const send = <V>(codec: Codec<V>, location: number, values: V, counter: number, source = SOURCE): Uint8Array => {
    const id = messageId(codec.priority, codec.page, codec.kind, location, source)
    const data = new Uint8Array(codec.length)
    codec.encode(values, data)
    protect(data, data.length, dataIdOf(id), counter)
    receiver.receive(id, data, data.length)
    return data
  }
  const command = WindowCommandCodec.create()
  return { hal, clock: hal.clock, counters, schedule, receiver, taken, send, command }
}

describe('the receiver', () => {
  it('is kept awake by commands and by tools, not by what hubs report', () => {
    const { receiver, send, command } = setUp()
    let wishes = 0
    receiver.onWish = () => wishes++
    send(LightStatusCodec, FR, LightStatusCodec.create(), 0, hubAddress(FR))
    send(VehicleStateCodec, ALL, VehicleStateCodec.create(), 0)
    expect(wishes).toBe(0)
    send(WindowCommandCodec, FL, command, 0)
    // Nothing here obeys this one.
    send(WindowCommandCodec, FR, command, 1)
    expect(wishes).toBe(2)
    send(LightStatusCodec, FR, LightStatusCodec.create(), 1, 0xf9)
    expect(wishes).toBe(3)
  })

  it('hands over what is for this hub and passes every check', () => {
    const { taken, send, command, counters } = setUp()
    send(WindowCommandCodec, FL, { ...command, action: 3 }, 4)
    send(WindowCommandCodec, FL, { ...command, action: 0 }, 5)
    expect(taken).toEqual([`3 to FL from ${SOURCE}`, `0 to FL from ${SOURCE}`])
    expect(counters.rxFrames).toBe(2)
    expect(counters.e2e[E2E_OUTCOME.ok]).toBe(2)
  })

  it('ignores what is for others, of a kind nobody wants, or from its own address', () => {
    const { taken, send, command, counters } = setUp()
    send(WindowCommandCodec, FR, command, 0)
    send(LightStatusCodec, FL, LightStatusCodec.create(), 0)
    send(VehicleStateCodec, ALL, VehicleStateCodec.create(), 0)
    expect(counters.rxUnwanted).toBe(3)
    send(WindowCommandCodec, FL, command, 0, hubAddress(FL))
    expect(counters.rxOwnAddress).toBe(1)
    expect(taken).toEqual([])
  })

  it('takes a message where the catalogue has it, and nowhere else', () => {
    for (const row of MESSAGES) {
      const codec = (CODECS as Readonly<Record<string, Codec<object>>>)[row.name]!
      const { receiver, send } = setUp()
      const heard: number[] = []
      receiver.on(codec, (_values, location) => heard.push(location))
      for (let location = 0; location < 16; location++) send(codec, location, codec.create(), 0)
      const there = row.locations.map(name => LOCATION[name]).filter(location => row.page === 0 || location === ALL || location === FL)
      expect(heard, row.name).toEqual(there.sort((a, b) => a - b))
    }
  })

  it('takes no sender for two that was reset while the hub stood still, and two for two', () => {
    for (const still_ms of [0, 1000]) {
      const { clock, receiver, schedule, send, command } = setUp()
      const doubts: boolean[] = []
      receiver.onDoubt = (_id, conflicting) => doubts.push(conflicting)
      const look = schedule.job('look', () => schedule.startIn(look, 10))
      schedule.startIn(look, 10)
      send(WindowCommandCodec, FL, command, 3)
      clock.stall(still_ms)
      // It came at the beginning of the standstill, and its sender has booted since: the claim was lost.
      send(WindowCommandCodec, FL, command, 4)
      clock.advance(30)
      send(WindowCommandCodec, FL, { ...command, action: 4 }, 4)
      expect([still_ms, doubts]).toEqual([still_ms, [still_ms === 0]])
    }
  })

  it('counts a wrong CRC, a repeated and a jumping counter, and changes nothing', () => {
    const { receiver, taken, send, command, counters } = setUp()
    const data = send(WindowCommandCodec, FL, command, 3)
    const id = messageId(WindowCommandCodec.priority, 1, WindowCommandCodec.kind, FL, SOURCE)
    receiver.receive(id, data, data.length)
    data[2]! ^= 0x10
    receiver.receive(id, data, data.length)
    send(WindowCommandCodec, FL, command, 12)
    expect(taken.length).toBe(1)
    expect(counters.e2e[E2E_OUTCOME.repeated]).toBe(1)
    expect(counters.e2e[E2E_OUTCOME.badCrc]).toBe(1)
    expect(counters.e2e[E2E_OUTCOME.wrongSequence]).toBe(1)
    send(WindowCommandCodec, FL, command, 13)
    expect(taken.length).toBe(2)
  })

  it('keeps one counter of what a hub says over and over, whatever priority its identifier has', () => {
    const { receiver, send, counters, clock } = setUp()
    let heard = 0
    receiver.on(VehicleStateCodec, () => heard++)
    const state = VehicleStateCodec.create()
    const data = [0, 1, 2].map(counter => send(VehicleStateCodec, ALL, state, counter)).at(-1)!
    expect(heard).toBe(3)
    const id = messageId(0, VehicleStateCodec.page, VehicleStateCodec.kind, ALL, SOURCE)
    receiver.receive(id, data, data.length)
    expect([heard, counters.e2e[E2E_OUTCOME.repeated]]).toEqual([3, 1])
    protect(data, data.length, dataIdOf(id), 3)
    receiver.receive(id, data, data.length)
    send(VehicleStateCodec, ALL, state, 3)
    expect([heard, counters.e2e[E2E_OUTCOME.repeated]]).toEqual([4, 2])
    receiver.silent = true
    send(VehicleStateCodec, ALL, state, 4)
    receiver.silent = false
    clock.advance(10)
    receiver.receive(id, data, data.length - 1)
    data[3]! ^= 1
    receiver.receive(id, data, data.length)
    expect([heard, counters.rxSilent, counters.rxWrongLength, counters.e2e[E2E_OUTCOME.badCrc]]).toEqual([4, 1, 1, 1])
    send(VehicleStateCodec, ALL, state, 5)
    expect(heard).toBe(5)
  })

  it('keeps the counters of two senders apart', () => {
    const { taken, send, command } = setUp()
    send(WindowCommandCodec, FL, command, 3, SOURCE)
    send(WindowCommandCodec, FL, command, 3, 0xf9)
    send(WindowCommandCodec, FL, command, 4, SOURCE)
    expect(taken.length).toBe(3)
  })

  it('refuses a frame that is too short before it reads it', () => {
    const { receiver, taken, counters } = setUp()
    const id = messageId(WindowCommandCodec.priority, 1, WindowCommandCodec.kind, FL, SOURCE)
    for (let length = 0; length < WindowCommandCodec.length; length++) receiver.receive(id, new Uint8Array(length), length)
    expect(counters.rxWrongLength).toBe(WindowCommandCodec.length)
    expect(taken).toEqual([])
  })

  it('takes a longer frame of a newer sender when its checksum covers all of it', () => {
    const { receiver, taken, command } = setUp()
    const id = messageId(WindowCommandCodec.priority, 1, WindowCommandCodec.kind, FL, SOURCE)
    const data = new Uint8Array(8)
    WindowCommandCodec.encode(command, data)
    data[7] = 0x55
    protect(data, 8, dataIdOf(id), 0)
    receiver.receive(id, data, 8)
    expect(taken.length).toBe(1)
  })

  it('starts a sender\'s counter afresh when it claims its address', () => {
    const { receiver, taken, send, command } = setUp()
    send(WindowCommandCodec, FL, command, 9, SOURCE)
    receiver.receive(claimId(SOURCE), hubName(HUB_TYPE.dash, LOCATION.DASH, 1), 8)
    send(WindowCommandCodec, FL, command, 0, SOURCE)
    expect(taken.length).toBe(2)
  })

  it('discards a command that waited through a stall for longer than it lives', () => {
    const { clock, schedule, taken, send, command, counters } = setUp()
    const care = schedule.job('care', () => schedule.startIn(care, 100))
    schedule.startIn(care, 100)
    clock.advance(250)
    clock.stall(200)
    send(WindowCommandCodec, FL, command, 0)
    expect(taken.length).toBe(1)
    clock.stall(200)
    send(WindowCommandCodec, FL, command, 1)
    clock.advance(0)
    send(WindowCommandCodec, FL, command, 2)
    expect(counters.rxStale).toBe(2)
    clock.advance(50)
    send(WindowCommandCodec, FL, command, 3)
    expect(taken.length).toBe(2)
  })

  it('hears only claims and requests while the hub is silent', () => {
    const { receiver, taken, send, command, counters } = setUp()
    const peers: number[] = []
    receiver.onPeer = id => peers.push(id)
    receiver.silent = true
    send(WindowCommandCodec, FL, command, 0)
    receiver.receive(0x18eeff81, new Uint8Array(8), 8)
    expect(taken).toEqual([])
    expect(counters.rxSilent).toBe(1)
    expect(peers).toEqual([0x18eeff81])
  })
})
