import { describe, expect, it } from 'vitest'
import {
  type Codec, GRANT_RESULT, hubAddress, HubStatusCodec, IGNITION, LOCATION, MANAGER_STATE, messagePgn, PortStatusCodec, PowerGrantCodec,
  PowerReleaseCodec, PowerRequestCodec, PowerShedCodec, SHED_REASON, VehicleStateCodec,
} from '#protocol/index.ts'
import { FIRST_MANAGER, STANDBY_MANAGER } from './entries.ts'
import { MANAGER_RULES } from './manager.ts'
import { FakeHal, linePlan, sentBy, TOOL } from '../../testing/index.ts'
import { createCounters, type Receiver, Schedule, Transmitter, Vehicle } from '../../runtime/index.ts'
import { HubPower, ORPHANED_ms } from '../hub/index.ts'
import { PortFeed } from '../port/index.ts'

const { DASH, FL, HOOD, TRUNK } = LOCATION
const { none, active, rebuilding } = MANAGER_STATE

interface Handler { handle(values: object, location: number, source: number): void }

/** A hub with a manager and one port of its own; the other hub of the plan is FL. */
function seated(standby = false) {
  const location = standby ? TRUNK : DASH
  const hal = new FakeHal(location, 1)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const transmit = new Transmitter(hal.bus, schedule, counters, hubAddress(location), 16)
  transmit.open()
  const power = new HubPower(hal, { share_A: 5, drop: undefined }, 3, schedule, transmit, counters)
  const vehicle = new Vehicle(schedule)
  const beats: boolean[] = []
  const feed = new PortFeed(hal.sockets[0]!, 0, schedule, counters, {
    grantChanged: () => undefined, refusalChanged: () => undefined, feedChanged: () => undefined, overdrawnChanged: () => undefined,
  }, power)
  feed.plug(0.1)
  const hub = { up: true }
  const plan = linePlan({ hubs: 2, ports: 1, locations: [location, FL] })
  const entry = standby ? STANDBY_MANAGER : FIRST_MANAGER
  const manager = entry.create({
    location, schedule, power,
    operating: () => hub.up, supply_V: () => hal.volts, log: () => undefined, ignition: () => vehicle.ignition(),
  }, plan)
  manager.onChange = state => beats.push(state !== none)
  const seat = entry.seat(manager, power)
  const handlers = new Map<number, Handler>()
  const receiver: Pick<Receiver, 'on'> = { on: (codec, handle) => handlers.set(messagePgn(codec.page, codec.kind, 0), { handle }) }
  seat.listen(receiver as Receiver)
  /** A message of the other hub, or of somebody who speaks in its name. */
  const hear = (codec: Codec<object>, values: object = {}, source = hubAddress(FL), at: number = FL): void =>
    handlers.get(messagePgn(codec.page, codec.kind, 0))!.handle({ ...codec.create(), ...values }, at, source)
  const fill = () => {
    const values = VehicleStateCodec.create()
    seat.fill(values)
    return values
  }
  return { hal, counters, schedule, power, vehicle, beats, feed, hub, seat, manager, hear, fill }
}

/** In charge, with the other hub's port reported. */
function inCharge() {
  const car = seated()
  car.manager.start()
  car.hear(HubStatusCodec)
  car.hear(PortStatusCodec)
  car.hal.clock.advance(MANAGER_RULES.tick_ms)
  return car
}

describe('a manager\'s seat', () => {
  it('brings the manager what hubs say of themselves, and nothing that others say in their name', () => {
    for (const codec of [HubStatusCodec, PortStatusCodec, PowerRequestCodec, PowerReleaseCodec] as Codec<object>[]) {
      const { hear, manager } = seated()
      hear(codec, {}, TOOL, HOOD)
      hear(codec, {}, hubAddress(FL), HOOD)
      expect(manager.counters.strangers).toBe(0)
      hear(codec, {}, hubAddress(HOOD), HOOD)
      expect(manager.counters.strangers).toBe(1)
    }
  })

  it('lets the manager hear how warm a hub is', () => {
    const { hal, hear } = inCharge()
    hear(HubStatusCodec, { temperature_C: 104 })
    hear(PowerRequestCodec, { port: 0, sequence: 4, run_A: 12, peak_A: 12, duration_ms: 1000, priority: 2 })
    hal.clock.advance(5)
    expect(sentBy(hal, PowerGrantCodec).map(({ result }) => result)).toEqual([GRANT_RESULT.deferred])
    hear(HubStatusCodec, { temperature_C: 70 })
    hal.clock.advance(MANAGER_RULES.tick_ms)
    expect(sentBy(hal, PowerGrantCodec).at(-1)).toMatchObject({ result: GRANT_RESULT.granted, run_A: 12 })
  })

  it('puts it in charge when it has learned what there is', () => {
    const { manager, beats } = inCharge()
    expect([manager.state, beats]).toEqual([active, [true, true]])
  })

  it('sends another hub\'s grant onto the bus, and to no port of its own', () => {
    const { hal, hear, counters, feed } = inCharge()
    feed.want(3, 3, 1000, 2)
    hear(PowerRequestCodec, { port: 0, sequence: 4, run_A: 5, peak_A: 5, duration_ms: 1000, priority: 2 })
    hal.clock.advance(5)
    expect(sentBy(hal, PowerGrantCodec).map(grant => grant.run_A).sort()).toEqual([3, 5])
    expect([feed.granted_A(), counters.grantsTaken, counters.grantsStale]).toEqual([3, 1, 0])
  })

  it('asks, answers and gives back within the hub, and says all of it on the bus too', () => {
    const { hal, feed, manager } = inCharge()
    feed.want(3, 3, 1000, 2)
    hal.clock.advance(2)
    expect([feed.granted(), feed.granted_A()]).toEqual([true, 3])
    expect(manager.allocator.find(0, 0)).toMatchObject({ held: true, run_mA: 3000 })
    feed.release()
    hal.clock.advance(2)
    expect(manager.allocator.find(0, 0)!.held).toBe(false)
    const codecs: Codec<object>[] = [PowerRequestCodec, PowerGrantCodec, PowerReleaseCodec]
    expect(codecs.map(codec => sentBy(hal, codec).length)).toEqual([1, 1, 1])
  })

  it('lets the manager learn what its own ports hold', () => {
    const { hal, feed, hub, manager, hear } = inCharge()
    feed.want(3, 3, 10_000, 2)
    hal.clock.advance(2)
    hub.up = false
    hal.clock.advance(100)
    expect(manager.state).toBe(none)
    manager.allocator.release(0, 0, 4)
    hub.up = true
    hear(HubStatusCodec)
    hal.clock.advance(100)
    expect(manager.allocator.find(0, 0)).toMatchObject({ held: true, run_mA: 3000 })
  })

  it('hears the manager of the other seat, and of no other hub', () => {
    for (const [standby, other] of [[false, TRUNK], [true, DASH]] as const) {
      const { seat, manager, hal, hear } = seated(standby)
      manager.start()
      hear(PortStatusCodec)
      hal.clock.advance(standby ? 2000 : 100)
      hear(PortStatusCodec)
      hal.clock.advance(100)
      const before = manager.state
      expect(before).not.toBe(none)
      const values = { ...VehicleStateCodec.create(), manager: active }
      for (const source of [hubAddress(standby ? TRUNK : DASH), hubAddress(FL), TOOL]) seat.heardVehicle(values, source)
      expect(manager.state).toBe(before)
      seat.heardVehicle(values, hubAddress(other))
      expect(manager.state).toBe(standby ? none : rebuilding)
    }
  })

  it('writes state and shed level into the VehicleState', () => {
    const { hal, fill, hear } = inCharge()
    expect(fill()).toMatchObject({ manager: active, shedLevel: 0 })
    hal.volts = 9
    hear(HubStatusCodec)
    hal.clock.advance(300)
    expect(fill()).toMatchObject({ manager: active, shedLevel: 1 })
    expect(sentBy(hal, PowerShedCodec)).toEqual([])
    hal.clock.advance(1)
    expect(sentBy(hal, PowerShedCodec)).toEqual([{ level: 1, reason: SHED_REASON.undervoltage }])
  })

  it('sheds its own ports too, and those of the hub it follows no longer', () => {
    const { hal, power, vehicle, feed, hear } = inCharge()
    feed.want(3, 3, 10_000, 2)
    hal.clock.advance(2)
    vehicle.read(IGNITION.start, NaN, NaN)
    hear(HubStatusCodec)
    hal.clock.advance(100)
    expect([power.inCharge.shedLevel, feed.granted()]).toEqual([2, false])
  })

  it('lets its hub hear the manager in itself for as long as that is in charge', () => {
    const { hal, power, fill, hub, hear } = inCharge()
    const beat = (): void => {
      for (let i = 0; i < 3 * ORPHANED_ms / 100; i++) {
        hal.clock.advance(100)
        if (i % 10 === 0) hear(HubStatusCodec)
        fill()
      }
    }
    beat()
    expect(power.inCharge.isGone()).toBe(false)
    hub.up = false
    beat()
    expect(power.inCharge.isGone()).toBe(true)
  })

  it('ends the heartbeat of a standby that makes way, and follows it no more', () => {
    const { seat, manager, beats, hal, power, hear } = seated(true)
    manager.start()
    hal.clock.advance(2000)
    expect([manager.state, beats]).toEqual([rebuilding, [true]])
    hear(HubStatusCodec)
    hal.clock.advance(2000)
    const follows_ms = hal.now()
    expect([manager.state, beats]).toEqual([active, [true, true]])
    hear(HubStatusCodec)
    hal.clock.advance(1000)
    while (hal.now() < follows_ms + ORPHANED_ms) {
      seat.heardVehicle({ ...VehicleStateCodec.create(), manager: active }, hubAddress(DASH))
      expect([manager.state, beats.at(-1)]).toEqual([none, false])
      hal.clock.advance(100)
    }
    expect(power.inCharge.isGone()).toBe(true)
  })

  it('takes over what its hub was told to shed', () => {
    const { power, manager, hal, fill } = seated(true)
    power.inCharge.follow(DASH, 1)
    hal.volts = 11
    manager.start()
    hal.clock.advance(1900)
    expect(manager.state).toBe(rebuilding)
    expect(fill()).toMatchObject({ manager: rebuilding, shedLevel: 1 })
  })
})
