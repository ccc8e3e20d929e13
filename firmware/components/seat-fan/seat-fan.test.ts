import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, IGNITION, SEAT_FAN_PLUG, SEAT_FAN_STATE } from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { SEAT_FAN_PARAMETERS, seatFanEntry } from './seat-fan.ts'

const RUN_A = 2
const PEAK_A = 3

function onBench() {
  const load = { connected: true }
  const b = new DriverBench(seatFanEntry, benchDescriptor(COMPONENT_CLASS.seatFan, {}, RUN_A, PEAK_A), {
    prepare: (bench) => {
      bench.plant = { current_A: () => bench.granted && load.connected ? bench.duties[SEAT_FAN_PLUG.output]! * RUN_A : 0 }
    },
  })
  const set = (level_pct: number): boolean => b.command({ sequence: 0, level_pct })
  return { b, load, set }
}

describe('a seat fan', () => {
  it('runs at the level it is told, with the current that its descriptor asks for, and gives it back', () => {
    const { b, set } = onBench()
    expect(set(60)).toBe(true)
    expect(b.wish).toEqual({ run_A: RUN_A, peak_A: PEAK_A, priority: SEAT_FAN_PARAMETERS.priority })
    expect(b.duties[SEAT_FAN_PLUG.output]).toBe(0.6)
    expect(b.status()).toMatchObject({ state: SEAT_FAN_STATE.on, level_pct: 60 })
    b.run(5000)
    expect(b.status()).toMatchObject({ state: SEAT_FAN_STATE.on, level_pct: 60 })
    expect(set(0)).toBe(true)
    expect(b.status()).toMatchObject({ state: SEAT_FAN_STATE.off, level_pct: 0 })
    expect([b.wish, b.driving, b.pending]).toEqual([undefined, false, 0])
  })

  it.each([NaN, -1, 101])('refuses the level %d', (level_pct) => {
    const { b, set } = onBench()
    expect(set(level_pct)).toBe(false)
    expect([b.wish, b.driving]).toEqual([undefined, false])
  })

  it('waits for power, goes without it, and comes back with it', () => {
    const { b, set } = onBench()
    b.grants = false
    set(100)
    expect([b.driving, b.status().state]).toEqual([false, SEAT_FAN_STATE.waiting])
    b.setPower(true)
    expect([b.duties[SEAT_FAN_PLUG.output], b.status().state]).toEqual([1, SEAT_FAN_STATE.on])
    b.setPower(false)
    expect([b.driving, b.status().state]).toEqual([false, SEAT_FAN_STATE.waiting])
  })

  it('runs with the ignition on only', () => {
    const { b, set } = onBench()
    set(100)
    b.setIgnition(IGNITION.accessory)
    expect([b.driving, b.wish, b.status().state]).toEqual([false, undefined, SEAT_FAN_STATE.off])
    expect(set(100)).toBe(false)
  })

  it('that draws no current is off, with a fault, until it is set again', () => {
    const { b, load, set } = onBench()
    set(50)
    load.connected = false
    const took_ms = b.until(() => b.status().state === SEAT_FAN_STATE.fault, 2000)
    expect(took_ms).toBeLessThanOrEqual(SEAT_FAN_PARAMETERS.check_ms)
    expect([b.driving, b.wish, b.pending]).toEqual([false, undefined, 0])
    load.connected = true
    set(50)
    b.run(2000)
    expect(b.status()).toMatchObject({ state: SEAT_FAN_STATE.on, level_pct: 50 })
  })

  it('that trips the eFuse is off, with a fault', () => {
    const { b, set } = onBench()
    set(100)
    b.tripped = true
    b.setPower(false)
    expect([b.driving, b.wish, b.status().state]).toEqual([false, undefined, SEAT_FAN_STATE.fault])
  })
})
