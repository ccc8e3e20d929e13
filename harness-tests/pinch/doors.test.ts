import { describe, expect } from 'vitest'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

const DOORS = ['FL', 'FR', 'RL', 'RR'] as const
const status = (car: SimulatedVehicle, door: typeof DOORS[number]) => car.status(`WindowStatus@${door}`)
const shows = (car: SimulatedVehicle, door: typeof DOORS[number]) => car.shows(`${door}.window`)
const glass_mm = (car: SimulatedVehicle, door: typeof DOORS[number]): number => (shows(car, door)['position_pct'] as number) * 4.5
const standing = (car: SimulatedVehicle, door: typeof DOORS[number]): boolean => ['still', 'blocked'].includes(String(status(car, door)['state']))

async function open(car: SimulatedVehicle, door: typeof DOORS[number]): Promise<void> {
  car.send(`WindowCommand@${door}`, { action: 'autoDown' })
  await car.until(`${door} is open`, () => status(car, door)['position_pct'] === 100 && standing(car, door), { within_ms: 8000 })
}

describe('a hand in the window', () => {
  for (const door of DOORS) {
    journey(`of door ${door}: it is pressed with less than 100 N, and let go`, async (car) => {
      await open(car, door)
      car.car.obstruct(`${door}.window`, 120, 10)
      car.send(`WindowCommand@${door}`, { action: 'autoUp' })
      await car.until('it reverses', () => status(car, door)['pinch'] === true, { within_ms: 8000 })
      await car.until('it stands', () => standing(car, door), { within_ms: 5000 })
      expect(shows(car, door)['peakContactForce_N']).toBeLessThan(100)
      expect(shows(car, door)['peakContactForce_N']).toBeGreaterThan(30)
      expect(shows(car, door)['contactForce_N']).toBe(0)
      expect(glass_mm(car, door)).toBeGreaterThan(120 + 125)
      car.car.clearObstacle(`${door}.window`)
      car.send(`WindowCommand@${door}`, { action: 'autoUp' })
      await car.until('it closes after all', () => status(car, door)['position_pct'] === 0 && standing(car, door), { within_ms: 10_000 })
      expect(status(car, door)['pinch']).toBe(false)
    })
  }

  journey('at all four doors at once', async (car) => {
    for (const door of DOORS) await open(car, door)
    for (const [i, door] of DOORS.entries()) car.car.obstruct(`${door}.window`, [6, 20, 60, 150][i]!, [65, 65, 20, 5][i]!)
    for (const door of DOORS) car.send(`WindowCommand@${door}`, { action: 'autoUp' })
    await car.until('all reverse', () => DOORS.every(door => status(car, door)['pinch'] === true), { within_ms: 30_000 })
    await car.until('all stand', () => DOORS.every(door => standing(car, door)), { within_ms: 8000 })
    for (const door of DOORS) expect(shows(car, door)['peakContactForce_N'], door).toBeLessThan(100)
  })

  journey('while the door\'s processor stops for 15 ms again and again', async (car) => {
    await open(car, 'FL')
    car.car.obstruct('FL.window', 20, 65)
    car.send('WindowCommand@FL', { action: 'autoUp' })
    let paused_ms = car.now_ms
    await car.until('it reverses', () => {
      if (car.now_ms - paused_ms >= 50) {
        car.car.hub('FL').pause(15)
        paused_ms = car.now_ms
      }
      return status(car, 'FL')['pinch'] === true
    }, { within_ms: 12_000 })
    expect(shows(car, 'FL')['peakContactForce_N']).toBeLessThan(100)
  })
})

describe('a door hub that resets', () => {
  journey('with a switch held starts nothing, until the switch is let go and pressed again', async (car) => {
    await open(car, 'FL')
    car.hold('FL.window.up')
    await car.until('the glass rises', () => glass_mm(car, 'FL') < 400, { within_ms: 2000 })
    car.car.resetHub('FL')
    const stopped_mm = glass_mm(car, 'FL')
    await car.expectNever('the glass goes on', () => Math.abs(glass_mm(car, 'FL') - stopped_mm) > 15, { for_ms: 3000 })
    car.release('FL.window.up')
    await car.run(300)
    car.hold('FL.window.up')
    await car.until('it rises again', () => glass_mm(car, 'FL') < stopped_mm - 30, { within_ms: 3000 })
    car.release('FL.window.up')
  })
})
