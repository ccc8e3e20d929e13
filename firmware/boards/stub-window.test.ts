import { describe, expect, it } from 'vitest'
import {
  COMPONENT_CLASS, ComponentAnnounceCodec, decodeDescriptor, LOCATION, PORT_FAULT, PortStatusCodec, STUB_MAKER, VehicleStateCodec,
  WINDOW_ACTION, WINDOW_STATE, WindowCommandCodec, WindowStatusCodec, type WindowStatusValues,
} from '#protocol/index.ts'
import type { Port } from '../hal.ts'
import { bootHub } from '../hub/index.ts'
import { DOOR } from '../hubs/index.ts'
import { FakeHal, lastOf, sendTo, sentBy } from '../testing/index.ts'
import { deskWiring } from './index.ts'
import { StubWindow } from './stub-window.ts'

const [WINDOW] = deskWiring('esp32-xs', LOCATION.FL).stubs!
const DASH = 0x85

/** The door FL on a desk, in a car whose ignition is on. */
function desk() {
  const hal = new FakeHal(LOCATION.FL, 0)
  const stub = new StubWindow(WINDOW!, () => hal.clock.now_ms)
  const ports: readonly Port[] = [stub]
  hal.volts = WINDOW!.supply_V
  const hub = bootHub(Object.assign(hal, { ports: ports as never }), DOOR)
  let counter = 0
  let sequence = 0
  const run = (for_ms: number, action?: number): void => {
    sequence = (sequence + 1) % 16
    for (let t = 0; t < for_ms; t += 100) {
      counter = (counter + 1) % 15
      sendTo(hal, VehicleStateCodec, LOCATION.ALL, { ...VehicleStateCodec.create(), ignition: 2, speed_kmh: 0, manager: 2 }, counter, DASH)
      if (action !== undefined) sendTo(hal, WindowCommandCodec, LOCATION.FL, { ...WindowCommandCodec.create(), sequence, action }, counter)
      hal.clock.advance(100)
    }
  }
  run(1500)
  return { hal, hub, stub, run, status: (): WindowStatusValues => sentBy(hal, WindowStatusCodec).at(-1)! }
}

describe('the window that a board on a desk plays', () => {
  it('is in doors only, and says that it is a stub', () => {
    expect(decodeDescriptor(new Uint8Array(WINDOW!.memory)).descriptor).toMatchObject({ class: COMPONENT_CLASS.window, maker: STUB_MAKER })
    expect(deskWiring('esp32', LOCATION.HOOD).stubs).toEqual([])
    const { hal } = desk()
    expect(lastOf(sentBy(hal, ComponentAnnounceCodec))).toMatchObject({ class: COMPONENT_CLASS.window, maker: STUB_MAKER })
    expect(lastOf(sentBy(hal, PortStatusCodec)), 'and again and again, for who comes later').toMatchObject({ fault: PORT_FAULT.none, stub: 1 })
  })

  it('opens as long as it is told, and stands at its stop', () => {
    const { stub, run, status } = desk()
    const before = stub.pulses(0)
    run(1000, WINDOW_ACTION.down)
    expect(status().state).toBe(WINDOW_STATE.opening)
    run(500)
    const stood = stub.pulses(0)
    expect(stood - before).toBeGreaterThan(WINDOW!.travel_pulses / 8)
    run(1000)
    expect(stub.pulses(0)).toBe(stood)
    run(4000, WINDOW_ACTION.down)
    run(1000)
    expect([stub.pulses(0), status().state, status().fault]).toEqual([WINDOW!.travel_pulses, WINDOW_STATE.unlearned, 0])
  })

  it('closes only while it is held, and does not learn: nothing here measures what it meets', () => {
    const { stub, run, status } = desk()
    run(6000, WINDOW_ACTION.down)
    run(1000)
    run(500, WINDOW_ACTION.autoUp)
    run(500, WINDOW_ACTION.learn)
    expect([stub.pulses(0), status().state]).toEqual([WINDOW!.travel_pulses, WINDOW_STATE.unlearned])
    run(3000, WINDOW_ACTION.up)
    expect(status()).toMatchObject({ state: WINDOW_STATE.closing, pinch: 0 })
    run(500)
    const stood = stub.pulses(0)
    expect(stood).toBeLessThan(WINDOW!.travel_pulses - 50)
    run(1000)
    expect(stub.pulses(0)).toBe(stood)
  })

  it('draws as a motor does: most when it starts or stands at its stop, none without a feed', () => {
    let now_ms = 0
    const stub = new StubWindow(WINDOW!, () => now_ms)
    const stall_A = WINDOW!.supply_V / WINDOW!.winding_ohm
    stub.drive(0, 1)
    expect([stub.current_A(), stub.pulses(0)]).toEqual([0, WINDOW!.travel_pulses / 2])
    stub.power(true)
    expect(stub.current_A()).toBe(stall_A)
    now_ms = 500
    expect(stub.current_A()).toBeCloseTo(WINDOW!.friction_A, 1)
    for (; now_ms < 4000; now_ms += 100) stub.pulses(0)
    expect([stub.current_A(), stub.pulses(0)]).toEqual([stall_A, WINDOW!.travel_pulses])
    stub.drive(0, -1)
    now_ms += 500
    expect(stub.current_A()).toBeCloseTo(WINDOW!.friction_A + WINDOW!.lifts_A, 1)
    stub.brake(0)
    expect(stub.current_A()).toBe(0)
    now_ms += 200
    const stands = stub.pulses(0)
    now_ms += 1000
    expect(stub.pulses(0)).toBe(stands)
    expect(() => stub.drive(0, NaN)).toThrow(RangeError)
    expect([stub.current_A(), stub.tripped(), stub.present(), stub.hold_ms(), stub.mean_A()]).toEqual([0, false, true, Infinity, NaN])
  })
})

/** The same door with a processor that is held up at any time it looks at the clock, for up to `most_ms`, once in `seldom` times. */
function heldUp(seed: number, seldom: number, most_ms: number, counts = true): readonly number[] {
  const hal = new FakeHal(LOCATION.FL, 0)
  let word = seed * 0x9e37_79b1 >>> 0
  const draw = (): number => {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
    return word / 2 ** 32
  }
  const now = (): number => {
    if (draw() * seldom < 1) hal.clock.stall(Math.floor(draw() * most_ms))
    return hal.clock.now_ms
  }
  const stub = new StubWindow(WINDOW!, now)
  if (!counts) stub.pulses = () => 0
  hal.volts = WINDOW!.supply_V
  bootHub(Object.assign(hal, { ports: [stub] as never, gap_ms: Infinity, now }), DOOR)
  let counter = 0
  for (let sequence = 0; sequence < 12; sequence++) {
    const action = [WINDOW_ACTION.down, WINDOW_ACTION.up, undefined][Math.floor(draw() * 3)]
    const end_ms = hal.clock.now_ms + 200 + draw() * 4000
    while (hal.clock.now_ms < end_ms) {
      counter = (counter + 1) % 15
      sendTo(hal, VehicleStateCodec, LOCATION.ALL, { ...VehicleStateCodec.create(), ignition: 2, speed_kmh: 0, manager: 2 }, counter, DASH)
      if (action !== undefined) sendTo(hal, WindowCommandCodec, LOCATION.FL, { ...WindowCommandCodec.create(), sequence, action }, counter)
      hal.clock.advance(100)
    }
  }
  return [...new Set(sentBy(hal, PortStatusCodec).map(status => status.fault))]
}

describe('a board whose processor is held up', () => {
  it.each([[100, 50], [100, 300], [20, 30], [200, 2000], [5, 20]])('once in %d looks at the clock for up to %d ms names no sensor', (seldom, most_ms) => {
    for (let seed = 1; seed <= 12; seed++) expect(heldUp(seed, seldom, most_ms), `seed ${seed}`).toEqual([PORT_FAULT.none])
  })

  it('finds a window all the same whose pulses are lost', () => {
    for (let seed = 1; seed <= 6; seed++) expect(heldUp(seed, 20, 30, false), `seed ${seed}`).toContain(PORT_FAULT.driver)
  })
})
