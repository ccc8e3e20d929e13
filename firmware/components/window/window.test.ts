import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, IGNITION, WINDOW_ACTION, WINDOW_STATE } from '#protocol/catalogue/enums.ts'
import { DriverBench, benchDescriptor } from '../../testing/driver-bench.ts'
import { WindowModel } from '../../testing/window-model.ts'
import { WINDOW_LIMITS } from './parameters.ts'
import { encodeWindowRecord } from './record.ts'
import { WINDOW_RECORD_KEY, windowEntry } from './window.ts'

const DESCRIPTOR = benchDescriptor(COMPONENT_CLASS.window, { travel_pulses: WindowModel.TRAVEL, stall_A: 20 })
const GONE = NaN

function bench(opening_pct: number, learned = true): { bench: DriverBench, glass: WindowModel } {
  const glass = new WindowModel(opening_pct * WindowModel.TRAVEL / 100, 1234)
  const nvm = new Map<number, Uint8Array>()
  if (learned) {
    const record = { serial: DESCRIPTOR.serial, travel_pulses: WindowModel.TRAVEL, position_pulses: glass.x }
    nvm.set(WINDOW_RECORD_KEY, encodeWindowRecord(record))
  }
  return { glass, bench: new DriverBench(windowEntry, DESCRIPTOR, { nvm, prepare: (b) => { b.plant = glass } }) }
}

function order(b: DriverBench, action: keyof typeof WINDOW_ACTION, position_pct = GONE): boolean {
  return b.command({ sequence: 0, action: WINDOW_ACTION[action], position_pct })
}

const duty = (b: DriverBench): number => b.duties[0]!
const resting = (b: DriverBench) => () => b.pending === 0
const pct = (glass: WindowModel): number => glass.x * 100 / WindowModel.TRAVEL

describe('a learned window', () => {
  it('opens by itself to the lower end, rests there and remembers it', () => {
    const { bench: b, glass } = bench(0)
    expect(order(b, 'autoDown')).toBe(true)
    b.run(50)
    expect(b.status().state).toBe(WINDOW_STATE.opening)
    expect(b.until(resting(b), 8000)).toBeLessThan(6000)
    expect(pct(glass)).toBeGreaterThan(99)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, position_pct: 100, learned: 1, fault: 0 })
    expect(b.wish).toBeUndefined()
    b.reset()
    expect(b.status().position_pct).toBeCloseTo(100, 0)
  })

  it('closes by itself within 8 s, slower over the last 60 mm, and takes the upper end as reference', () => {
    const { bench: b, glass } = bench(100)
    order(b, 'autoUp')
    b.run(1500)
    const fast = duty(b)
    b.until(() => glass.x < 80, 8000)
    expect(fast).toBe(-1)
    expect(duty(b)).toBeGreaterThan(-0.75)
    expect(b.until(resting(b), 8000)).toBeLessThan(6000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, position_pct: 0, pinch: 0, fault: 0 })
  })

  it('stops when told, and brakes', () => {
    const { bench: b, glass } = bench(20)
    order(b, 'autoDown')
    b.run(1000)
    order(b, 'stop')
    expect(duty(b)).toBe(0)
    expect(b.braked.has(0)).toBe(true)
    const at = glass.x
    b.until(resting(b), 1000)
    expect(glass.x - at).toBeLessThan(12)
    expect(b.braked.has(0)).toBe(false)
  })

  it.each([[50], [20], [80], [3], [97], [49]])('goes to %d % within 1 %', (goal) => {
    for (const start of [0, 45, 100]) {
      const { bench: b, glass } = bench(start)
      expect(order(b, 'goto', goal)).toBe(true)
      b.until(resting(b), 10000)
      expect(Math.abs(pct(glass) - goal), `from ${start}`).toBeLessThanOrEqual(1)
      expect(b.status().fault).toBe(0)
    }
  })

  it('goes to 0 and 100 as to the ends', () => {
    for (const [start, goal] of [[40, 0], [40, 100]] as const) {
      const { bench: b } = bench(start)
      order(b, 'goto', goal)
      b.until(resting(b), 10000)
      expect(b.status().position_pct).toBe(goal)
    }
  })

  it('moves while held and stops when nobody holds it any more', () => {
    const { bench: b } = bench(20)
    order(b, 'down')
    b.run(500)
    expect(duty(b)).toBeGreaterThan(0)
    b.component.released!()
    expect(duty(b)).toBe(0)
    b.until(resting(b), 1000)
    expect(b.status().state).toBe(WINDOW_STATE.still)
  })

  it('an automatic motion does not need to be held', () => {
    const { bench: b } = bench(20)
    order(b, 'autoDown')
    b.run(250)
    b.component.released!()
    expect(duty(b)).toBeGreaterThan(0)
  })

  it('brakes before it turns round', () => {
    const { bench: b } = bench(50)
    order(b, 'autoDown')
    b.run(500)
    order(b, 'autoUp')
    expect(b.braked.has(0)).toBe(true)
    const braked_ms = b.until(() => duty(b) < 0, 1000)
    expect(braked_ms).toBeGreaterThanOrEqual(WINDOW_LIMITS.brake_ms)
    expect(braked_ms).toBeLessThan(WINDOW_LIMITS.brakeMost_ms + WINDOW_LIMITS.tick_ms)
  })

  it('writes its memory only with the motor off, and does not trust it after a reset on the way', () => {
    const { bench: b } = bench(20)
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
    const { bench: b } = bench(20)
    const other = { ...DESCRIPTOR, serial: 7 }
    const swapped = new DriverBench(windowEntry, other, { nvm: b.nvm })
    expect(swapped.status().learned).toBe(0)
  })
})

describe('ignition', () => {
  it.each(['up', 'autoUp', 'learn'] as const)('%s is refused with the ignition off', (action) => {
    const { bench: b } = bench(50)
    b.ignition = IGNITION.off
    expect(order(b, action)).toBe(false)
    expect(order(b, 'goto', 10)).toBe(false)
    b.run(500)
    expect(b.driving).toBe(false)
  })

  it('opening works without it', () => {
    const { bench: b } = bench(50)
    b.ignition = IGNITION.off
    expect(order(b, 'goto', 80)).toBe(true)
    b.until(resting(b), 5000)
    expect(order(b, 'down')).toBe(true)
    b.run(200)
    expect(duty(b)).toBeGreaterThan(0)
  })

  it('switched off while the glass closes: it stops at once', () => {
    const { bench: b } = bench(100)
    order(b, 'autoUp')
    b.run(1000)
    b.setIgnition(IGNITION.off)
    expect(duty(b)).toBe(0)
    b.until(resting(b), 1000)
    b.setIgnition(IGNITION.on)
    b.run(1000)
    expect(b.driving).toBe(false)
  })

  it('does not stop a reversal', () => {
    const { bench: b, glass } = bench(100)
    glass.obstacleAt = 400
    order(b, 'autoUp')
    b.until(() => b.status().pinch === 1, 6000)
    b.setIgnition(IGNITION.off)
    b.until(resting(b), 6000)
    expect(glass.x).toBeGreaterThan(400 + 125 / 450 * WindowModel.TRAVEL)
  })
})

describe('pinch', () => {
  it.each([[60, 0.2], [200, 0.5], [400, 2], [800, 0.2]])('at %d pulses, stiffness %d: reverses and reopens', (at, stiffness) => {
    const { bench: b, glass } = bench(100)
    glass.obstacleAt = at
    glass.obstacleStiffness = stiffness
    order(b, 'autoUp')
    expect(b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)).toBeLessThan(8000)
    const met = glass.x
    b.until(resting(b), 8000)
    expect(glass.x).toBeGreaterThanOrEqual(Math.min(met + 195 / 450 * WindowModel.TRAVEL, WindowModel.TRAVEL - 15))
    expect(b.status()).toMatchObject({ pinch: 1, state: WINDOW_STATE.still, fault: 0 })
    expect(b.wishes.some(wish => wish.priority === 0)).toBe(true)
  })

  it('the flag stays until the next closing', () => {
    const { bench: b, glass } = bench(100)
    glass.obstacleAt = 400
    order(b, 'autoUp')
    b.until(resting(b), 12000)
    glass.obstacleAt = 0
    expect(b.status().pinch).toBe(1)
    order(b, 'autoUp')
    b.until(resting(b), 12000)
    expect(b.status()).toMatchObject({ pinch: 0, position_pct: 0 })
  })

  it('closing is refused during the reversal; opening goes on after it', () => {
    const { bench: b, glass } = bench(100)
    glass.obstacleAt = 300
    order(b, 'autoUp')
    b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)
    expect(order(b, 'autoUp')).toBe(false)
    expect(order(b, 'stop')).toBe(true)
    expect(b.status().state).toBe(WINDOW_STATE.reversing)
    expect(order(b, 'autoDown')).toBe(true)
    b.until(resting(b), 8000)
    expect(b.status().position_pct).toBe(100)
  })

  it('the released switch does not stop it, nor does a warm motor', () => {
    const { bench: b, glass } = bench(100)
    glass.obstacleAt = 400
    order(b, 'up')
    b.until(() => b.status().state === WINDOW_STATE.reversing, 8000)
    b.component.released!()
    b.until(resting(b), 8000)
    expect(glass.x).toBeGreaterThan(700)
  })

  it('a withdrawn grant interrupts the reversal until there is power again', () => {
    const { bench: b, glass } = bench(100)
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
    b.until(resting(b), 8000)
    expect(glass.x).toBeGreaterThan(700)
  })

  it('twenty closings over the supply range meet nothing', () => {
    const { bench: b } = bench(100)
    for (let i = 0; i < 20; i++) {
      b.supply_V = 9 + (i * 7) % 8
      order(b, 'autoUp')
      b.until(resting(b), 14000)
      expect(b.status(), `closing ${i} at ${b.supply_V} V`).toMatchObject({ pinch: 0, position_pct: 0 })
      order(b, 'autoDown')
      b.until(resting(b), 14000)
      b.run(120000)
    }
  })
})

describe('an unlearned window', () => {
  it('refuses what needs a position', () => {
    const { bench: b } = bench(50, false)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.unlearned, learned: 0 })
    expect([order(b, 'autoUp'), order(b, 'autoDown'), order(b, 'goto', 50)]).toEqual([false, false, false])
    expect([order(b, 'down'), order(b, 'stop'), order(b, 'up')]).toEqual([true, true, true])
  })

  it('learns its travel, then knows where it is, also after a reset', () => {
    const { bench: b } = bench(37, false)
    expect(order(b, 'learn')).toBe(true)
    b.run(100)
    expect(b.status().state).toBe(WINDOW_STATE.learning)
    b.until(resting(b), 30000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, learned: 1, position_pct: 0, fault: 0 })
    b.reset()
    expect(b.status()).toMatchObject({ learned: 1, position_pct: 0 })
    order(b, 'goto', 50)
    b.until(resting(b), 10000)
    expect(b.status().position_pct).toBeCloseTo(50, 0)
  })

  it('opens again when the learning run meets a hand', () => {
    const { bench: b, glass } = bench(37, false)
    glass.obstacleAt = 500
    order(b, 'learn')
    b.until(resting(b), 30000)
    expect(glass.x).toBeGreaterThan(900)
    expect(b.status()).toMatchObject({ learned: 0, fault: 1, pinch: 1 })
  })

  it('a command ends the learning run', () => {
    const { bench: b } = bench(37, false)
    order(b, 'learn')
    b.run(500)
    order(b, 'stop')
    b.until(resting(b), 1000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.unlearned, learned: 0 })
  })

  it('held at the top for a second it takes the stop as its reference', () => {
    const { bench: b } = bench(10, false)
    order(b, 'up')
    b.until(() => !b.driving && b.now_ms > 100, 10000)
    expect(b.status().learned).toBe(0)
    b.run(1500)
    expect(b.status()).toMatchObject({ learned: 1, position_pct: 0 })
    expect(b.pending).toBe(0)
  })

  it('released at the top it stays unlearned', () => {
    const { bench: b } = bench(10, false)
    order(b, 'up')
    b.until(() => !b.driving && b.now_ms > 100, 10000)
    b.component.released!()
    b.run(3000)
    expect(b.status().learned).toBe(0)
    expect(b.pending).toBe(0)
  })
})

describe('power', () => {
  it('waits for it, then goes', () => {
    const { bench: b } = bench(20)
    b.grants = false
    order(b, 'autoDown')
    b.run(500)
    expect(b.driving).toBe(false)
    expect(b.status().state).toBe(WINDOW_STATE.waiting)
    b.setPower(true)
    b.run(20)
    expect(duty(b)).toBeGreaterThan(0)
  })

  it('refused for too long: gives up with a fault and takes its wish back', () => {
    const { bench: b } = bench(20)
    b.grants = false
    order(b, 'autoDown')
    b.run(WINDOW_LIMITS.grant_ms + 20)
    expect(b.status()).toMatchObject({ fault: 1, state: WINDOW_STATE.still })
    expect(b.wish).toBeUndefined()
    expect(b.pending).toBe(0)
  })

  it('withdrawn on the way: stops and does not go on by itself', () => {
    const { bench: b } = bench(20)
    order(b, 'autoDown')
    b.run(500)
    b.setPower(false)
    expect(duty(b)).toBe(0)
    b.run(100)
    b.setPower(true)
    b.run(500)
    expect(b.driving).toBe(false)
    expect(b.status().fault).toBe(1)
  })

  it('unplugged on the way: off, silent for ever', () => {
    const { bench: b } = bench(20)
    order(b, 'autoDown')
    b.run(500)
    b.component.dispose()
    expect(duty(b)).toBe(0)
    expect(b.pending).toBe(0)
    expect(b.wish).toBeUndefined()
  })
})

describe('faults', () => {
  it('blocked while opening: off within 300 ms, reported until the next command', () => {
    const { bench: b, glass } = bench(20)
    order(b, 'autoDown')
    b.run(500)
    glass.frozen = true
    expect(b.until(() => !b.driving, 1000)).toBeLessThan(300)
    b.until(resting(b), 1000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.blocked, fault: 1 })
    glass.frozen = false
    order(b, 'down')
    b.run(300)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.opening, fault: 0 })
  })

  it('blocked in both directions: reverses once, then gives up', () => {
    const { bench: b, glass } = bench(60)
    order(b, 'autoUp')
    b.run(500)
    glass.frozen = true
    b.until(resting(b), 5000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.blocked, fault: 1, pinch: 1 })
  })

  it('a motor that draws nothing is a fault, not an end stop', () => {
    const { bench: b, glass } = bench(1)
    glass.unconnected = true
    order(b, 'autoUp')
    b.until(resting(b), 5000)
    expect(b.status()).toMatchObject({ fault: 1, pinch: 0 })
    expect(b.status().position_pct).toBeCloseTo(1, 0)
  })

  it('a counter that never stops does not keep the motor on', () => {
    const { bench: b, glass } = bench(0)
    glass.step = () => {
      glass.x += 0.01
    }
    glass.current_A = () => 4
    order(b, 'autoDown')
    expect(b.until(() => !b.driving, 30000)).toBeLessThanOrEqual(WINDOW_LIMITS.run_ms + WINDOW_LIMITS.tick_ms)
    expect(b.until(resting(b), 1000)).toBeLessThan(1000)
    expect(b.status().fault).toBe(1)
  })

  it('too many closings in a row: rests until it is cool, and says so', () => {
    const { bench: b } = bench(0)
    let closings = 0
    while (b.status().thermal === 0 && closings < 100) {
      order(b, closings % 2 === 0 ? 'autoDown' : 'autoUp')
      b.until(resting(b), 10000)
      closings += 1
    }
    expect(closings).toBeGreaterThan(12)
    expect(closings).toBeLessThan(60)
    expect(order(b, 'autoDown')).toBe(false)
    b.run(120000)
    expect(b.status().thermal).toBe(0)
    expect(order(b, 'autoDown')).toBe(true)
  })
})
