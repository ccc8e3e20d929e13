import { describe, expect, it } from 'vitest'
import { IGNITION, WINDOW_ACTION, type WindowAction, WINDOW_STATE, WindowCommandCodec, type WindowCommandValues } from '#protocol/index.ts'
import { DriverBench, duty, order, rest, WINDOW_DESCRIPTOR, windowBench, WindowModel } from '../../testing/index.ts'
import { COMMAND_RANK, type CommandRank } from '../component.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { windowEntry } from './window.ts'

const pct = (glass: WindowModel): number => glass.x * 100 / WindowModel.TRAVEL

describe('a learned window', () => {
  it('opens by itself to the lower end, rests there and remembers it', () => {
    const { bench: b, glass } = windowBench(0)
    expect(order(b, 'autoDown')).toBe(true)
    b.run(50)
    expect(b.status().state).toBe(WINDOW_STATE.opening)
    expect(rest(b, 8000)).toBeLessThan(6000)
    expect(pct(glass)).toBeGreaterThan(99)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, position_pct: 100, learned: 1, fault: 0 })
    expect(b.wish).toBeUndefined()
    b.reset()
    expect(b.status().position_pct).toBeCloseTo(100, 0)
  })

  it('closes by itself within 8 s, slower over the last 60 mm, and takes the upper end as reference', () => {
    const { bench: b, glass } = windowBench(100)
    order(b, 'autoUp')
    b.run(1500)
    const from = glass.x
    b.run(100)
    expect((from - glass.x) * 10 * 450 / WindowModel.TRAVEL).toBeGreaterThan(95)
    b.until(() => glass.x < 60, 8000)
    const near = glass.x
    b.run(100)
    expect((near - glass.x) * 10 * 450 / WindowModel.TRAVEL).toBeLessThan(35)
    rest(b, 8000)
    expect(b.now_ms).toBeLessThan(8000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, position_pct: 0, pinch: 0, fault: 0 })
  })

  it('stops when told, and brakes', () => {
    const { bench: b, glass } = windowBench(20)
    order(b, 'autoDown')
    b.run(1000)
    order(b, 'stop')
    expect(duty(b)).toBe(0)
    expect(b.braked.has(0)).toBe(true)
    const at = glass.x
    rest(b, 1000)
    expect(glass.x - at).toBeLessThan(12)
    expect(b.braked.has(0)).toBe(false)
  })

  it('closes no further when somebody holds it open whose command is not in force; what opens it goes on', () => {
    const { bench: b, glass } = windowBench(60)
    const rank = (action: WindowAction): CommandRank => {
      const values: WindowCommandValues = { ...WindowCommandCodec.create(), action }
      return b.component.rank!(values)
    }
    expect([rank(WINDOW_ACTION.down), rank(WINDOW_ACTION.up)]).toEqual([COMMAND_RANK.insists, COMMAND_RANK.yields])
    order(b, 'autoUp')
    b.run(1000)
    b.component.outranked!()
    rest(b, 1000)
    expect(pct(glass)).toBeGreaterThan(30)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, fault: 0 })
    order(b, 'autoDown')
    b.run(500)
    b.component.outranked!()
    rest(b, 8000)
    expect(pct(glass)).toBeGreaterThan(99)
  })

  it.each([[50], [20], [80], [3], [97], [49]])('goes to %d % within 1 %', (goal) => {
    for (const start of [0, 45, 100]) {
      const { bench: b, glass } = windowBench(start)
      expect(order(b, 'goto', goal)).toBe(true)
      rest(b, 10000)
      expect(Math.abs(pct(glass) - goal), `from ${start}`).toBeLessThanOrEqual(1)
      expect(b.status().fault).toBe(0)
    }
  })

  it('goes to 0 and 100 as to the ends', () => {
    for (const [start, goal] of [[40, 0], [40, 100]] as const) {
      const { bench: b } = windowBench(start)
      order(b, 'goto', goal)
      rest(b, 10000)
      expect(b.status().position_pct).toBe(goal)
    }
  })

  it('moves while held and stops when nobody holds it any more', () => {
    const { bench: b } = windowBench(20)
    order(b, 'down')
    b.run(500)
    expect(duty(b)).toBeGreaterThan(0)
    b.component.released!()
    expect(duty(b)).toBe(0)
    rest(b, 1000)
    expect(b.status().state).toBe(WINDOW_STATE.still)
  })

  it('an automatic motion does not need to be held', () => {
    const { bench: b } = windowBench(20)
    order(b, 'autoDown')
    b.run(250)
    b.component.released!()
    expect(duty(b)).toBeGreaterThan(0)
  })

  it('brakes before it turns round', () => {
    const { bench: b } = windowBench(50)
    order(b, 'autoDown')
    b.run(500)
    order(b, 'autoUp')
    expect(b.braked.has(0)).toBe(true)
    const braked_ms = b.until(() => duty(b) < 0, 1000)
    expect(braked_ms).toBeGreaterThanOrEqual(WINDOW_PARAMETERS.brake_ms)
    expect(braked_ms).toBeLessThan(WINDOW_PARAMETERS.brakeMost_ms + WINDOW_PARAMETERS.tick_ms)
  })

  it('writes its memory only with the motor off, and does not trust it after a reset on the way', () => {
    const { bench: b } = windowBench(20)
    order(b, 'autoDown')
    b.run(1000)
    b.reset()
    expect(duty(b)).toBe(0)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.unlearned, learned: 0, position_pct: NaN })
    b.run(2000)
    expect(b.driving).toBe(false)
    expect(b.saves.every(save => !save.driving)).toBe(true)
  })

  it('another window in the same door starts unlearned', () => {
    const { bench: b } = windowBench(20)
    const other = { ...WINDOW_DESCRIPTOR, serial: 7 }
    const swapped = new DriverBench(windowEntry, other, { nvm: b.nvm })
    expect(swapped.status().learned).toBe(0)
  })
})

describe('ignition', () => {
  it.each(['up', 'autoUp', 'learn'] as const)('%s is refused with the ignition off', (action) => {
    const { bench: b } = windowBench(50)
    b.ignition = IGNITION.off
    expect(order(b, action)).toBe(false)
    expect(order(b, 'goto', 10)).toBe(false)
    b.run(500)
    expect(b.driving).toBe(false)
  })

  it('opening works without it', () => {
    const { bench: b } = windowBench(50)
    b.ignition = IGNITION.off
    expect(order(b, 'goto', 80)).toBe(true)
    rest(b, 5000)
    expect(order(b, 'down')).toBe(true)
    b.run(200)
    expect(duty(b)).toBeGreaterThan(0)
  })

  it('switched off while the glass closes: it stops at once', () => {
    const { bench: b } = windowBench(100)
    order(b, 'autoUp')
    b.run(1000)
    b.setIgnition(IGNITION.off)
    expect(duty(b)).toBe(0)
    rest(b, 1000)
    b.setIgnition(IGNITION.on)
    b.run(1000)
    expect(b.driving).toBe(false)
  })

  it('does not stop a reversal', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 400
    order(b, 'autoUp')
    b.until(() => b.status().pinch === 1, 6000)
    b.setIgnition(IGNITION.off)
    rest(b, 6000)
    expect(glass.x).toBeGreaterThan(400 + 125 / 450 * WindowModel.TRAVEL)
  })
})

describe('pinch', () => {
  it.each([[60, 0.2], [200, 0.5], [400, 2], [800, 0.2]])('at %d pulses, stiffness %d: reverses and reopens', (at, stiffness) => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = at
    glass.obstacleStiffness = stiffness
    order(b, 'autoUp')
    expect(b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)).toBeLessThan(8000)
    const met = glass.x
    rest(b, 8000)
    expect(glass.x).toBeGreaterThanOrEqual(Math.min(met + 195 / 450 * WindowModel.TRAVEL, WindowModel.TRAVEL - 15))
    expect(b.status()).toMatchObject({ pinch: 1, state: WINDOW_STATE.still, fault: 0 })
    expect(b.wishes.some(wish => wish.priority === 0)).toBe(true)
  })

  it('the flag stays until the next closing', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 400
    order(b, 'autoUp')
    rest(b, 12000)
    glass.obstacleAt = 0
    expect([b.status().pinch, b.pinches]).toEqual([1, 1])
    order(b, 'autoUp')
    rest(b, 12000)
    expect(b.status()).toMatchObject({ pinch: 0, position_pct: 0 })
    expect(b.pinches, 'counted once').toBe(1)
  })

  it('closing is refused during the reversal; opening goes on after it', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 300
    order(b, 'autoUp')
    b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)
    expect(order(b, 'autoUp')).toBe(false)
    expect(order(b, 'stop')).toBe(true)
    expect(b.status().state).toBe(WINDOW_STATE.reversing)
    expect(order(b, 'autoDown')).toBe(true)
    rest(b, 8000)
    expect(b.status().position_pct).toBe(100)
  })

  it('the released switch does not stop it, nor does a warm motor', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 400
    order(b, 'up')
    b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)
    b.component.released!()
    rest(b, 8000)
    expect(glass.x).toBeGreaterThan(700)
  })

  it('a withdrawn grant interrupts the reversal until there is power again', () => {
    const { bench: b, glass } = windowBench(100)
    glass.obstacleAt = 400
    order(b, 'autoUp')
    b.until(() => duty(b) > 0, 8000)
    b.run(200)
    b.grants = false
    b.setPower(false)
    expect(duty(b)).toBe(0)
    expect(b.wish?.priority).toBe(0)
    expect(b.status().state).toBe(WINDOW_STATE.waiting)
    b.run(500)
    b.setPower(true)
    rest(b, 8000)
    expect(glass.x).toBeGreaterThan(700)
  })

  it('twenty closings over the supply range meet nothing', () => {
    const { bench: b } = windowBench(100)
    for (let i = 0; i < 20; i++) {
      b.supply_V = 9 + (i * 7) % 8
      order(b, 'autoUp')
      rest(b, 14000)
      expect(b.status(), `closing ${i} at ${b.supply_V} V`).toMatchObject({ pinch: 0, position_pct: 0 })
      order(b, 'autoDown')
      rest(b, 14000)
      b.run(120000)
    }
  })
})
