import { describe, expect, it } from 'vitest'
import { type Descriptor, WINDOW_STATE, type WindowState } from '#protocol/index.ts'
import { duty, MOTOR_DATA, order, rest, WINDOW_DESCRIPTOR, windowBench, type WindowBench, WindowModel } from '../../testing/index.ts'
import { COMPONENT_FAULT } from '../component.ts'
import type { MotorConstants } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

const { driving_kmh, holdMost_ms } = WINDOW_PARAMETERS

/** A learned window whose descriptor says something else of its motor. */
function withMotor(opening_pct: number, constants: Partial<MotorConstants>): WindowBench {
  const data = { travel_pulses: WindowModel.TRAVEL, stall_A: 20, ...MOTOR_DATA, ...constants }
  return windowBench(opening_pct, true, { ...WINDOW_DESCRIPTOR, data } as Descriptor)
}

interface BoardOf { measuresMeans: boolean, measuresPlug?: boolean, acceleration_m_s2: number, holds_ms?: number }

/** A learned window on another board, in a car that drives. */
function onBoard(opening_pct: number, board: BoardOf, speed_kmh: number): WindowBench {
  const made = windowBench(opening_pct)
  Object.assign(made.bench, board, { speed_kmh })
  made.bench.reset()
  return made
}

interface Unguarded { cause: string, state: WindowState, window: (opening_pct: number) => WindowBench }

const motorUnknown = (cause: string, constants: Partial<MotorConstants>): Unguarded =>
  ({ cause, state: WINDOW_STATE.motorUnknown, window: opening_pct => withMotor(opening_pct, constants) })

const UNGUARDED: Unguarded[] = [
  motorUnknown('a descriptor without torque constant', { torque_Nm_A: 0 }),
  motorUnknown('a descriptor without winding', { winding_ohm: 0 }),
  motorUnknown('an older descriptor, which knows nothing of a motor', {
    torque_Nm_A: 0, torqueTolerance_pct: 0, winding_ohm: 0, windingTolerance_pct: 0,
  }),
  motorUnknown('a torque constant known too loosely', { torqueTolerance_pct: 10.5 }),
  motorUnknown('a winding known too loosely', { windingTolerance_pct: 10.5 }),
  {
    cause: 'a board without means', state: WINDOW_STATE.noMeans,
    window: opening_pct => onBoard(opening_pct, { measuresMeans: false, acceleration_m_s2: 0 }, 0),
  },
  {
    cause: 'a board without means of the plug', state: WINDOW_STATE.noMeans,
    window: opening_pct => onBoard(opening_pct, { measuresMeans: true, measuresPlug: false, acceleration_m_s2: 0 }, 0),
  },
  {
    cause: 'a board that leaves a motor on which nobody renews', state: WINDOW_STATE.noMeans,
    window: opening_pct => onBoard(opening_pct, { measuresMeans: true, acceleration_m_s2: 0, holds_ms: Infinity }, 0),
  },
  {
    cause: 'a board that ends such a motor late', state: WINDOW_STATE.noMeans,
    window: opening_pct => onBoard(opening_pct, { measuresMeans: true, acceleration_m_s2: 0, holds_ms: holdMost_ms + 1 }, 0),
  },
  {
    cause: 'a moving car whose board has no accelerometer', state: WINDOW_STATE.roadUnseen,
    window: opening_pct => onBoard(opening_pct, { measuresMeans: true, acceleration_m_s2: NaN }, driving_kmh),
  },
]

describe.each(UNGUARDED)('a window with $cause', ({ state, window }) => {
  it('says so while it stands, and closes nothing by itself', () => {
    const { bench: b, glass } = window(50)
    expect(b.status()).toMatchObject({ state, learned: 1, fault: 0 })
    expect([...b.standing]).toEqual(state === WINDOW_STATE.motorUnknown ? [COMPONENT_FAULT.motorUnknown] : [])
    const orders = [order(b, 'autoUp'), order(b, 'goto', 20), order(b, 'goto', 0), order(b, 'learn')]
    expect(orders).toEqual([false, false, false, false])
    b.run(1000)
    expect([glass.x, b.pending, b.wish]).toEqual([0.5 * WindowModel.TRAVEL, 0, undefined])
  })

  it('opens as any other, and says so again when it stands', () => {
    const { bench: b, glass } = window(20)
    expect(order(b, 'goto', 60)).toBe(true)
    b.run(200)
    expect(b.status().state).toBe(WINDOW_STATE.opening)
    rest(b, 8000)
    expect(Math.abs(glass.x / WindowModel.TRAVEL - 0.6)).toBeLessThan(0.01)
    expect(order(b, 'autoDown')).toBe(true)
    rest(b, 8000)
    expect(b.status()).toMatchObject({ state, position_pct: 100, fault: 0 })
  })

  it('closes while the switch is held, to the top, and no further than it is held', () => {
    const { bench: b, glass } = window(50)
    expect(order(b, 'up')).toBe(true)
    b.run(1500)
    expect(b.status().state).toBe(WINDOW_STATE.closing)
    expect(duty(b)).toBeLessThan(0)
    b.component.released!()
    rest(b, 1000)
    const stands = glass.x
    expect(stands).toBeLessThan(0.5 * WindowModel.TRAVEL)
    expect(stands).toBeGreaterThan(0.2 * WindowModel.TRAVEL)
    expect(b.status()).toMatchObject({ state, pinch: 0, fault: 0 })
    b.run(1000)
    expect(glass.x).toBe(stands)
    order(b, 'up')
    rest(b, 15_000)
    expect(b.status()).toMatchObject({ state, position_pct: 0, pinch: 0, fault: 0 })
    expect(glass.x).toBeLessThan(0)
  })
})

describe('a window whose board has no accelerometer', () => {
  const still = (): WindowBench => onBoard(100, { measuresMeans: true, acceleration_m_s2: NaN }, driving_kmh - 0.1)

  it('closes by itself while the car stands', () => {
    const { bench: b } = still()
    expect(b.status().state).toBe(WINDOW_STATE.still)
    expect(order(b, 'autoUp')).toBe(true)
    rest(b, 14_000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, position_pct: 0, pinch: 0 })
  })

  it('stops when the car drives off, without a fault; a held switch goes on', () => {
    const { bench: b, glass } = still()
    order(b, 'autoUp')
    b.run(1500)
    expect(duty(b)).toBeLessThan(0)
    b.speed_kmh = driving_kmh
    b.component.vehicleChanged!()
    expect(duty(b)).toBe(0)
    rest(b, 1000)
    const stands = glass.x
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.roadUnseen, pinch: 0, fault: 0 })
    order(b, 'up')
    b.run(1000)
    expect(b.status().state).toBe(WINDOW_STATE.closing)
    expect(glass.x).toBeLessThan(stands)
    b.speed_kmh = 0
    b.component.released!()
    rest(b, 1000)
    expect(b.status().state).toBe(WINDOW_STATE.still)
  })

  it('waits for power no longer when the car drives off meanwhile', () => {
    const { bench: b, glass } = still()
    b.grants = false
    order(b, 'autoUp')
    b.run(100)
    expect(b.status().state).toBe(WINDOW_STATE.waiting)
    b.speed_kmh = 50
    b.run(20)
    expect([b.status().state, b.wish]).toEqual([WINDOW_STATE.roadUnseen, undefined])
    b.setPower(true)
    b.run(1000)
    expect(glass.x).toBe(WindowModel.TRAVEL)
  })
})

describe('whether a closing can be guarded', () => {
  it('a window closes by itself with a motor known as closely as is needed, with an accelerometer on the road, and with a board just quick enough', () => {
    for (const { bench: b } of [withMotor(60, { torqueTolerance_pct: 10, windingTolerance_pct: 10 }),
      onBoard(60, { measuresMeans: true, acceleration_m_s2: 0 }, 130),
      onBoard(60, { measuresMeans: true, acceleration_m_s2: 0, holds_ms: holdMost_ms }, 0)]) {
      expect(b.status().state).toBe(WINDOW_STATE.still)
      expect(order(b, 'autoUp')).toBe(true)
      rest(b, 14_000)
      expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, position_pct: 0, pinch: 0, fault: 0 })
    }
  })

  it('is not what a window says first that does not know its place, and it is refused the learning run', () => {
    const data = { travel_pulses: WindowModel.TRAVEL, stall_A: 20, ...MOTOR_DATA, torque_Nm_A: 0 }
    const { bench: b } = windowBench(50, false, { ...WINDOW_DESCRIPTOR, data } as Descriptor)
    expect(b.status().state).toBe(WINDOW_STATE.unlearned)
    expect([order(b, 'learn'), order(b, 'up')]).toEqual([false, true])
  })
})
