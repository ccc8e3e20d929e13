import { describe, expect, it } from 'vitest'
import { IGNITION, WINDOW_STATE } from '#protocol/index.ts'
import { duty, order, rest, WINDOW_DESCRIPTOR, windowBench, WindowModel } from '../../testing/index.ts'
import { FRICTION_KNOTS, frictionImage } from './load.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { decodeWindowRecord, encodeWindowRecord } from './position.ts'
import { WINDOW_FRICTION_KEY, WINDOW_RECORD_KEY, WINDOW_ROTOR_KEY } from './window.ts'

const record = (nvm: Map<number, Uint8Array>): ReturnType<typeof decodeWindowRecord> => decodeWindowRecord(nvm.get(WINDOW_RECORD_KEY))

describe('the motor\'s bridge', () => {
  it('is told only what is new', () => {
    const { bench: b } = windowBench(10)
    order(b, 'autoDown')
    b.run(500)
    const { outputs } = b
    b.run(300)
    expect(b.outputs).toBe(outputs)
    expect(b.ticks).toBeGreaterThan(75)
  })

  it('hears nothing while power is waited for', () => {
    const { bench: b } = windowBench(10)
    b.grants = false
    order(b, 'autoDown')
    const { outputs } = b
    b.run(100)
    expect([b.outputs, b.ticks > 5]).toEqual([outputs, true])
  })

  it('brakes once, and is let go at rest', () => {
    const { bench: b } = windowBench(10)
    order(b, 'autoDown')
    b.run(500)
    const { outputs } = b
    order(b, 'stop')
    expect([b.outputs, b.braked.has(0)]).toEqual([outputs + 1, true])
    b.run(40)
    expect([b.outputs, b.braked.has(0)]).toEqual([outputs + 1, true])
    rest(b, 1000)
    expect([b.outputs, b.braked.has(0), duty(b)]).toEqual([outputs + 2, false, 0])
  })

  it('is off, and nothing ticks or asks for power, once the component is unplugged', () => {
    const { bench: b } = windowBench(10)
    order(b, 'autoDown')
    b.run(500)
    b.unplug()
    expect([duty(b), b.braked.has(0), b.pending, b.wish]).toEqual([0, false, 0, undefined])
    b.component.powerChanged!(true)
    b.component.vehicleChanged!()
    expect([duty(b), b.pending]).toEqual([0, 0])
  })
})

describe('power is asked for', () => {
  it('with comfort to close and open, as a share of the hub\'s own only to open by command', () => {
    for (const [action, shareable] of [['down', true], ['autoDown', true], ['up', false], ['autoUp', false], ['learn', false]] as const) {
      const { bench: b } = windowBench(50)
      order(b, action)
      expect(b.wish, action).toMatchObject({ priority: WINDOW_PARAMETERS.comfortPriority, peak_A: WINDOW_DESCRIPTOR.peak_A })
      expect(b.lease, action).toEqual({ duration_ms: WINDOW_PARAMETERS.lease_ms, shareable })
    }
  })

  it('once, kept through the brake when it turns round, and given back at rest', () => {
    const { bench: b } = windowBench(50)
    order(b, 'autoDown')
    b.run(500)
    order(b, 'down')
    b.run(100)
    expect(b.wishes.length).toBe(1)
    order(b, 'stop')
    expect([b.wish, b.granted, b.releases]).toEqual([undefined, false, 1])
    rest(b, 1000)
    expect(b.releases).toBe(1)
  })

  it('once also when it comes late', () => {
    const { bench: b } = windowBench(50)
    b.grants = false
    order(b, 'autoDown')
    b.run(100)
    b.setPower(true)
    expect(duty(b)).toBeGreaterThan(0)
    b.run(300)
    expect(b.wishes.length).toBe(1)
  })

  it('and given back by a window that waited in vain: the next one waits, too', () => {
    const { bench: b } = windowBench(50)
    b.grants = false
    order(b, 'autoDown')
    b.run(100)
    order(b, 'stop')
    expect(b.releases).toBe(1)
    order(b, 'autoDown')
    b.run(100)
    expect([b.driving, b.status().state]).toEqual([false, WINDOW_STATE.waiting])
  })

  it('at the most that the descriptor knows, and then no more', () => {
    const { bench: b, glass } = windowBench(100)
    b.nvm.set(WINDOW_FRICTION_KEY, frictionImage(new Float32Array(FRICTION_KNOTS).fill(25)))
    b.reset()
    glass.friction_A = 24
    order(b, 'autoUp')
    b.run(1000)
    expect(b.wishes.map(wish => wish.run_A)).toEqual([WINDOW_DESCRIPTOR.peak_A])
  })

  it('with the priority of safety to reverse', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 400
    order(b, 'autoUp')
    b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)
    const asked = b.wishes.length
    expect(b.wish).toMatchObject({ priority: WINDOW_PARAMETERS.safetyPriority })
    const priorities = (): number[] => b.wishes.slice(asked - 2).map(wish => wish.priority)
    expect(priorities()).toEqual([WINDOW_PARAMETERS.comfortPriority, WINDOW_PARAMETERS.safetyPriority])
    b.run(200)
    expect(b.wishes.length).toBe(asked)
    b.grants = false
    b.setPower(false)
    expect(b.wish).toMatchObject({ priority: WINDOW_PARAMETERS.safetyPriority })
    expect(b.wishes.length).toBe(asked + 1)
  })

  it('as for opening after a reversal that a held switch wants to go on, whatever was refused meanwhile', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 400
    order(b, 'autoUp')
    b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)
    expect(b.lease!.shareable).toBe(false)
    expect([order(b, 'autoDown'), order(b, 'autoUp')]).toEqual([true, false])
    b.until(() => b.wish?.priority === WINDOW_PARAMETERS.comfortPriority, 8000)
    expect(b.lease!.shareable).toBe(true)
  })

  it('anew after it was taken away', () => {
    const { bench: b } = windowBench(50)
    order(b, 'autoDown')
    b.run(300)
    b.setPower(false)
    rest(b, 1000)
    order(b, 'autoDown')
    expect(b.wishes.length).toBe(2)
    expect(duty(b)).toBeGreaterThan(0)
  })

  it('and taken while nothing moves it changes nothing', () => {
    const { bench: b } = windowBench(50)
    b.setPower(true)
    b.setPower(false)
    b.setIgnition(IGNITION.off)
    expect([b.driving, b.pending, b.wishes.length, b.statusChanges]).toEqual([false, 0, 0, 0])
  })
})

describe('the memory', () => {
  it('says unknown while the glass moves, once, and the place when it rests', () => {
    const { bench: b, glass } = windowBench(50)
    order(b, 'autoDown')
    b.run(500)
    expect(record(b.nvm)).toMatchObject({ position_pulses: NaN, travel_pulses: WindowModel.TRAVEL, serial: WINDOW_DESCRIPTOR.serial })
    expect(b.saves.length).toBe(1)
    order(b, 'stop')
    rest(b, 1000)
    expect(b.saves.map(save => save.key)).toEqual([WINDOW_RECORD_KEY, WINDOW_RECORD_KEY])
    expect(Math.abs(record(b.nvm)!.position_pulses - glass.x)).toBeLessThan(2)
    b.run(500)
    for (const action of ['stop', 'goto', 'stop'] as const) order(b, action)
    expect(b.saves.length).toBe(2)
  })

  it('says unknown while a closing backs off, and where that was stopped when it rests', () => {
    const { bench: b, glass } = windowBench(0)
    order(b, 'up')
    b.run(100)
    expect(duty(b)).toBeGreaterThan(0)
    expect(record(b.nvm)!.position_pulses).toBeNaN()
    order(b, 'stop')
    rest(b, 1000)
    expect(glass.x).toBeGreaterThan(3)
    expect(Math.abs(record(b.nvm)!.position_pulses - glass.x)).toBeLessThan(2)
    expect(b.saves.map(save => [save.key, save.driving])).toEqual([[WINDOW_RECORD_KEY, false], [WINDOW_RECORD_KEY, false]])
  })

  it('keeps friction when a closing taught some', () => {
    const { bench: b } = windowBench(50)
    order(b, 'autoUp')
    rest(b, 10_000)
    expect(b.saves.map(save => save.key)).toEqual([WINDOW_RECORD_KEY, WINDOW_RECORD_KEY, WINDOW_FRICTION_KEY, WINDOW_ROTOR_KEY])
    order(b, 'autoDown')
    rest(b, 10_000)
    expect(b.saves.length).toBe(6)
  })

  it('is not written by a window that does not know where it is', () => {
    const { bench: b } = windowBench(50, false)
    order(b, 'down')
    b.run(300)
    order(b, 'stop')
    rest(b, 1000)
    expect(b.saves).toEqual([])
    const { bench: lost } = windowBench(50)
    order(lost, 'autoDown')
    lost.run(100)
    lost.reset()
    order(lost, 'down')
    lost.run(300)
    expect(lost.saves.length).toBe(1)
  })

  it('is of the window it was learned on: the travel, the place, the friction', () => {
    const friction = frictionImage(new Float32Array(FRICTION_KNOTS).fill(14))
    for (const [serial, position_pulses, learned, knows] of [
      [WINDOW_DESCRIPTOR.serial, 300, 1, true], [WINDOW_DESCRIPTOR.serial, NaN, 0, true], [7, 300, 0, false],
    ] as const) {
      const { bench: b } = windowBench(50, false)
      b.nvm.set(WINDOW_RECORD_KEY, encodeWindowRecord({ serial, travel_pulses: 940, position_pulses }))
      b.nvm.set(WINDOW_FRICTION_KEY, friction)
      b.reset()
      expect(b.status()).toMatchObject({ learned, position_pct: learned === 1 ? expect.closeTo(300 / 9.4, 0) as number : NaN })
      order(b, 'up')
      expect(b.wish!.run_A > 12).toBe(knows)
    }
  })
})

describe('its ticks', () => {
  it('come every 10 ms, whatever else comes in between', () => {
    const { bench: b } = windowBench(10)
    order(b, 'autoDown')
    const { ticks } = b
    for (let i = 0; i < 100; i++) {
      b.run(7)
      b.setIgnition(IGNITION.on)
    }
    expect(b.ticks - ticks).toBe(70)
  })
})

describe('the status', () => {
  it('is told anew when what it shows changes, not with the position', () => {
    const { bench: b } = windowBench(50)
    const changes = (): number => {
      const { statusChanges } = b
      b.statusChanges = 0
      return statusChanges
    }
    order(b, 'autoDown')
    expect(changes()).toBe(1)
    b.run(500)
    expect(changes()).toBe(0)
    b.setPower(false)
    expect(changes()).toBe(1)
    rest(b, 1000)
    expect(changes()).toBe(1)
    order(b, 'stop')
    expect(changes()).toBe(0)
  })

  it('says that it moves until it rests; not while it stands at its stop and the switch is held', () => {
    const { bench: b } = windowBench(80)
    expect(b.component.moving()).toBe(false)
    order(b, 'autoDown')
    b.run(100)
    b.reset()
    order(b, 'down')
    expect(b.component.moving()).toBe(true)
    b.until(() => !b.driving, 10_000)
    expect([b.component.moving(), b.pending]).toEqual([false, 1])
    b.run(WINDOW_PARAMETERS.referenceHold_ms + 10)
    expect(b.component.moving()).toBe(false)
    order(b, 'up')
    b.run(300)
    order(b, 'stop')
    expect([b.driving, b.component.moving()]).toEqual([false, true])
    b.grants = false
    rest(b, 1000)
    order(b, 'up')
    expect([b.driving, b.component.moving()]).toEqual([false, true])
  })

  it('has one frame', () => {
    expect(windowBench(0).bench.component.statusCount).toBe(1)
  })
})
