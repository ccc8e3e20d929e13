import { describe, expect } from 'vitest'

import { journey, type SimulatedVehicle } from '../kit/index.ts'

type Door = 'FL' | 'FR' | 'RL' | 'RR'
const status = (car: SimulatedVehicle, door: Door = 'FL') => car.status(`WindowStatus@${door}`)
const glass_pct = (car: SimulatedVehicle, door: Door = 'FL'): number => car.shows(`${door}.window`)['position_pct'] as number

/** Opens the driver's window and has it learn its travel. */
async function learned(car: SimulatedVehicle): Promise<void> {
  car.send('WindowCommand@FL', { action: 'learn' })
  await car.until('the travel is learned', () => status(car)['learned'] === true && status(car)['state'] === 'still', { within_ms: 30_000 })
}

describe('a window', () => {
  journey('moves as long as its switch is held, and stops when it is let go', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => status(car)['state'] === 'opening', { within_ms: 300 })
    await car.run(1000)
    expect(glass_pct(car)).toBeGreaterThan(10)
    car.release('DASH.windowFL.down')
    await car.until('it stands', () => status(car)['state'] !== 'opening', { within_ms: 400 })
    const stopped_pct = glass_pct(car)
    await car.run(2000)
    expect(glass_pct(car)).toBeCloseTo(stopped_pct, 1)
  })

  journey('runs all the way at a tap on the switch', async (car) => {
    await learned(car)
    await car.press('DASH.windowFL.down', 150)
    const took_ms = await car.until('it is open', () => status(car)['position_pct'] === 100, { within_ms: 8000 })
    expect(took_ms).toBeGreaterThan(2000)
    await car.press('DASH.windowFL.up', 150)
    await car.until('it is closed', () => status(car)['position_pct'] === 0, { within_ms: 8000 })
    expect(glass_pct(car)).toBeLessThan(1)
  })

  journey('goes where it is sent, counts the position and echoes sender and sequence', async (car) => {
    await learned(car)
    const sequence = car.send('WindowCommand@FL', { action: 'goto', position_pct: 50 })
    await car.until('the echo comes', () => status(car)['echoSequence'] === sequence && status(car)['echoSender'] === 9, { within_ms: 100 })
    await car.until('it stands', () => status(car)['state'] === 'still', { within_ms: 8000 })
    expect(status(car)['position_pct']).toBeCloseTo(50, 0)
    expect(glass_pct(car)).toBeCloseTo(50, 0)
  })

  journey('obeys the switch in its own door', async (car) => {
    car.hold('RR.window.down')
    await car.until('the glass moves', () => status(car, 'RR')['state'] === 'opening', { within_ms: 300 })
    await car.run(500)
    car.release('RR.window.down')
    await car.until('it stands', () => status(car, 'RR')['state'] !== 'opening', { within_ms: 400 })
  })

  journey('that may not close by itself does not at a tap on the switch in its own door: it stops with the thumb', async (car) => {
    car.hold('RR.window.down')
    await car.run(2500)
    car.release('RR.window.down')
    await car.run(500)
    expect(status(car, 'RR').learned).toBe(false)
    for (const tap of ['RR.window.up', 'DASH.windowRR.up'] as const) {
      const before_pct = glass_pct(car, 'RR')
      await car.press(tap, 150)
      await car.run(400)
      const tapped_pct = glass_pct(car, 'RR')
      expect(before_pct - tapped_pct, tap).toBeLessThan(8)
      await car.run(1500)
      expect(glass_pct(car, 'RR'), tap).toBeCloseTo(tapped_pct, 1)
    }
  }, { learned: false })

  journey('is closed by nobody while somebody holds it open, from whichever hub', async (car) => {
    await learned(car)
    await car.press('DASH.windowFL.down', 150)
    await car.until('it is open', () => status(car).position_pct === 100, { within_ms: 8000 })
    await car.press('DASH.windowFL.up', 2500)
    await car.run(1000)
    // The driver taps up; the passenger holds down before the tap is over.
    car.hold('DASH.windowFL.up')
    await car.run(40)
    car.hold('FL.window.down')
    await car.run(200)
    car.release('DASH.windowFL.up')
    await car.run(1500)
    expect(glass_pct(car)).toBeGreaterThan(70)
    car.release('FL.window.down')
    await car.run(500)
    // The driver holds down; somebody taps up at the door.
    await car.press('FL.window.up', 2000)
    await car.run(500)
    const before_pct = glass_pct(car)
    car.hold('DASH.windowFL.down')
    await car.run(500)
    await car.press('FL.window.up', 170)
    await car.run(1500)
    expect(glass_pct(car)).toBeGreaterThan(before_pct + 10)
    car.release('DASH.windowFL.down')
    await car.run(500)
    // And nobody has to let go of it twice.
    await car.press('FL.window.up', 150)
    await car.until('it is closed', () => status(car).position_pct === 0, { within_ms: 8000 })
  }, { expects: [] })

  journey('opens but does not close with the ignition off', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.run(1500)
    car.release('DASH.windowFL.down')
    await car.run(300)
    car.car.setIgnition('off')
    await car.until('the car says so', () => car.status('VehicleState@ALL')['ignition'] === 'off', { within_ms: 500 })
    const before_pct = glass_pct(car)
    car.hold('DASH.windowFL.up')
    await car.expectNever('the glass rises', () => glass_pct(car) < before_pct - 1, { for_ms: 2000 })
    car.release('DASH.windowFL.up')
    car.hold('DASH.windowFL.down')
    await car.until('the glass sinks', () => glass_pct(car) > before_pct + 5, { within_ms: 2000 })
  })

  journey('is closed by nobody while somebody holds it open whose hold began before its hub was reset', async (car) => {
    await learned(car)
    await car.press('DASH.windowFL.down', 150)
    await car.until('it is open', () => status(car).position_pct === 100, { within_ms: 8000 })
    car.hold('DASH.windowFL.down')
    await car.run(500)
    car.car.resetHub('FL')
    await car.run(800)
    const before_pct = glass_pct(car)
    await car.press('FL.window.up', 170)
    await car.run(1500)
    expect(glass_pct(car)).toBeGreaterThanOrEqual(before_pct)
    car.release('DASH.windowFL.down')
    await car.run(500)
    await car.press('FL.window.up', 2000)
    expect(glass_pct(car)).toBeLessThan(before_pct - 10)
  })

  journey('that is plugged in while its own switch is held open is closed by nobody, whether it was held before or pressed meanwhile', async (car) => {
    for (const pressedOut of [false, true]) {
      if (!pressedOut) car.hold('FL.window.down')
      // It stands, so that it knows its place afterwards.
      await car.run(6000)
      car.car.unplug('FL.window')
      await car.run(300)
      if (pressedOut) car.hold('FL.window.down')
      await car.run(300)
      car.car.plug('FL.window')
      await car.run(500)
      const before_pct = glass_pct(car)
      car.hold('DASH.windowFL.up')
      await car.run(1500)
      car.release('DASH.windowFL.up')
      expect(glass_pct(car)).toBeCloseTo(before_pct, 1)
      // Let go while nothing is plugged in: that counts as well.
      car.car.unplug('FL.window')
      await car.run(300)
      car.release('FL.window.down')
      await car.run(300)
      car.car.plug('FL.window')
      await car.run(500)
      await car.press('DASH.windowFL.up', 1500)
      expect(glass_pct(car)).toBeLessThan(before_pct - 10)
    }
  })

  journey('reverses when a hand is in its way', async (car) => {
    await learned(car)
    await car.press('DASH.windowFL.down', 150)
    await car.until('it is open', () => status(car)['position_pct'] === 100, { within_ms: 8000 })
    car.car.obstruct('FL.window', 150, 10)
    await car.press('DASH.windowFL.up', 150)
    await car.until('it reverses', () => status(car)['pinch'] === true, { within_ms: 8000 })
    await car.until('it stands', () => ['still', 'blocked'].includes(String(status(car)['state'])), { within_ms: 8000 })
    expect(glass_pct(car)).toBeGreaterThan(150 / 450 * 100 + 20)
  })

  journey('keeps its learned travel over a reset, and does not move by itself after it', async (car) => {
    await learned(car)
    car.send('WindowCommand@FL', { action: 'goto', position_pct: 40 })
    await car.until('it stands half open', () => status(car)['state'] === 'still' && glass_pct(car) > 35, { within_ms: 8000 })
    const before_pct = glass_pct(car)
    car.car.resetHub('FL')
    const reset_ms = car.now_ms
    await car.until('the hub is back', () => car.history('WindowStatus@FL', reset_ms).length > 0, { within_ms: 3000 })
    await car.expectNever('the glass moves', () => Math.abs(glass_pct(car) - before_pct) > 0.5, { for_ms: 2000 })
    expect(status(car)['learned']).toBe(true)
    expect(status(car)['position_pct']).toBeCloseTo(before_pct, 0)
  })
})
