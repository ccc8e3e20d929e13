import { describe, expect, it } from 'vitest'
import { GEAR, IGNITION, MANAGER_STATE, VehicleStateCodec } from '#protocol/index.ts'
import { FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { Schedule } from './schedule.ts'
import { DOUBT_ms, KNOWN_IGNITION_ms, KNOWN_SPEED_ms, Vehicle } from './vehicle.ts'

function setUp() {
  const hal = new FakeHal(1, 0)
  const schedule = new Schedule(hal, createCounters())
  const vehicle = new Vehicle(schedule)
  // The clock was read when the frame came.
  const receive = vehicle.receive.bind(vehicle)
  vehicle.receive = (values) => {
    schedule.now()
    receive(values)
  }
  let changes = 0
  vehicle.onChange = () => changes++
  const state = { ...VehicleStateCodec.create(), ignition: IGNITION.on, gear: GEAR.drive, speed_kmh: 30 }
  return { clock: hal.clock, schedule, vehicle, state, changes: () => changes }
}

describe('the vehicle view', () => {
  it('is off and unknown before the first word', () => {
    const { vehicle } = setUp()
    expect([vehicle.ignition(), vehicle.gear(), vehicle.speed_kmh(), vehicle.fresh()]).toEqual([IGNITION.off, NaN, NaN, false])
  })

  it('says what the bus said, and tells of changes only', () => {
    const { clock, vehicle, state, changes } = setUp()
    for (let i = 0; i < 5; i++) {
      vehicle.receive(state)
      clock.advance(100)
    }
    expect([vehicle.ignition(), vehicle.gear(), vehicle.speed_kmh()]).toEqual([IGNITION.on, GEAR.drive, 30])
    expect(changes()).toBe(1)
    vehicle.receive({ ...state, speed_kmh: 31 })
    expect(changes()).toBe(2)
  })

  it('holds what was last known through a silence: the ignition for 2 s, the speed for 10 s; and tells when they end', () => {
    const { clock, vehicle, state, changes } = setUp()
    vehicle.receive(state)
    clock.advance(KNOWN_IGNITION_ms)
    expect([vehicle.fresh(), vehicle.ignition(), vehicle.speed_kmh()]).toEqual([false, IGNITION.on, 30])
    expect(changes()).toBe(1)
    clock.advance(2)
    expect([vehicle.ignition(), vehicle.gear(), vehicle.speed_kmh()]).toEqual([IGNITION.off, NaN, 30])
    expect(changes()).toBe(2)
    clock.advance(KNOWN_SPEED_ms - KNOWN_IGNITION_ms)
    expect([vehicle.ignition(), vehicle.gear(), vehicle.speed_kmh()]).toEqual([IGNITION.off, NaN, NaN])
    expect(changes()).toBe(3)
    clock.advance(5000)
    expect(changes()).toBe(3)
    vehicle.receive(state)
    expect(changes()).toBe(4)
    expect(vehicle.ignition()).toBe(IGNITION.on)
  })

  it('believes its own component more than the bus, and does not age', () => {
    const { clock, schedule, vehicle, state, changes } = setUp()
    vehicle.read(IGNITION.accessory, GEAR.park, 0)
    vehicle.receive(state)
    clock.advance(5000)
    expect([vehicle.ignition(), vehicle.gear(), vehicle.speed_kmh()]).toEqual([IGNITION.accessory, GEAR.park, 0])
    expect(schedule.pending()).toEqual([])
    vehicle.forget()
    clock.advance(KNOWN_IGNITION_ms + 1)
    expect(vehicle.ignition()).toBe(IGNITION.off)
    expect(changes()).toBe(2)
  })

  it('keeps the speed of a car whose vehicle component was pulled out while it drove, and says it, until there is one again', () => {
    const { clock, vehicle, state } = setUp()
    vehicle.read(IGNITION.on, GEAR.drive, 120)
    vehicle.forget()
    for (let i = 0; i < 60; i++) {
      clock.advance(1000)
      vehicle.receive({ ...state, speed_kmh: 0 })
      vehicle.doubt()
      const said = VehicleStateCodec.create()
      vehicle.fill(said, 13)
      expect([vehicle.speed_kmh(), said.speed_kmh]).toEqual([120, 120])
    }
    expect([vehicle.ignition(), vehicle.gear()]).toEqual([IGNITION.off, NaN])
    vehicle.read(IGNITION.on, GEAR.park, 0)
    expect(vehicle.speed_kmh()).toBe(0)
    vehicle.read(IGNITION.on, GEAR.park, 5)
    vehicle.forget()
    clock.advance(KNOWN_SPEED_ms + 1)
    expect(vehicle.speed_kmh()).toBe(NaN)
  })

  it('a sender that knows no vehicle takes nothing away from what another said', () => {
    const { clock, vehicle, state } = setUp()
    vehicle.receive({ ...state, speed_kmh: 120 })
    for (let i = 0; i < 9; i++) {
      clock.advance(1000)
      vehicle.receive({ ...state, ignition: IGNITION.off, speed_kmh: NaN })
      expect(vehicle.speed_kmh()).toBe(120)
    }
    expect(vehicle.ignition()).toBe(IGNITION.off)
    clock.advance(2000)
    expect(vehicle.speed_kmh()).toBeNaN()
  })

  it('believes no car that stops faster than brakes can, and one that starts at once', () => {
    const { clock, vehicle, state } = setUp()
    vehicle.receive({ ...state, speed_kmh: 120 })
    clock.advance(100)
    vehicle.receive({ ...state, speed_kmh: 0 })
    expect(vehicle.speed_kmh()).toBeCloseTo(114, 6)
    for (let i = 0; i < 20; i++) {
      clock.advance(100)
      vehicle.receive({ ...state, speed_kmh: 0 })
    }
    expect(vehicle.speed_kmh()).toBe(0)
    vehicle.receive({ ...state, speed_kmh: 120 })
    expect(vehicle.speed_kmh()).toBe(120)
  })

  it('in doubt holds the ignition, and the speed but for a higher one', () => {
    const { clock, vehicle, state } = setUp()
    vehicle.receive({ ...state, speed_kmh: 60 })
    for (let i = 0; i < 200; i++) {
      clock.advance(100)
      vehicle.doubt()
      vehicle.receive({ ...state, ignition: IGNITION.off, speed_kmh: 0 })
    }
    expect([vehicle.ignition(), vehicle.speed_kmh()]).toEqual([IGNITION.on, 60])
    vehicle.receive({ ...state, speed_kmh: 80 })
    expect(vehicle.speed_kmh()).toBe(80)
    clock.advance(DOUBT_ms + 1)
    vehicle.receive({ ...state, ignition: IGNITION.off, speed_kmh: 0 })
    expect([vehicle.ignition(), vehicle.speed_kmh()]).toEqual([IGNITION.off, 0])
  })

  it('fills a VehicleState that can be sent even when nothing is known', () => {
    const { vehicle } = setUp()
    const values = VehicleStateCodec.create()
    vehicle.fill(values, 12.8)
    expect(values).toMatchObject({ ignition: IGNITION.off, gear: GEAR.neutral, speed_kmh: NaN })
    expect(values).toMatchObject({ battery_V: 12.8, manager: MANAGER_STATE.active })
    expect(() => VehicleStateCodec.encode(values, new Uint8Array(8))).not.toThrow()
    vehicle.read(NaN, NaN, NaN)
    vehicle.fill(values, 12.8)
    expect(() => VehicleStateCodec.encode(values, new Uint8Array(8))).not.toThrow()
  })
})
