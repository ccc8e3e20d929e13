import { describe, expect } from 'vitest'
import { SEDAN } from '#sim/car/index.ts'
import { SEAT_FAN_PARTS, SeatFanPlant } from '#sim/plants/index.ts'
import { journey } from '../kit/index.ts'

/** The sedan with a seat fan at the front left door hub. */
const topology = {
  ...SEDAN, name: 'sedan with a seat fan',
  hubs: SEDAN.hubs.map(hub => hub.location === 'FL' ? { ...hub, ports: [...hub.ports, { class: 'seatFan' }] } as const : hub),
}

describe('a seat fan', () => {
  journey('runs at the level it is told, within its grant', async (car) => {
    const sequence = car.send('SeatFanCommand@FL', { level_pct: 80 })
    await car.until('the command is echoed', () => car.peek('SeatFanStatus@FL')?.echoSequence === sequence, { within_ms: 200 })
    await car.until('it is on', () => car.status('SeatFanStatus@FL').state === 'on', { within_ms: 1500 })
    await car.until('the output is there', () => Number(car.shows('FL.seatFan').output_pct) > 79, { within_ms: 2000 })
    await car.run(2500)
    const { level_pct, current_A, granted_A } = car.status('SeatFanStatus@FL')
    expect(level_pct).toBe(80)
    expect(current_A).toBeGreaterThan(0.5 * SEAT_FAN_PARTS.run_A)
    expect(granted_A).toBeGreaterThanOrEqual(current_A)
    car.send('SeatFanCommand@FL', { level_pct: 0 })
    await car.until('it is off, and has given its current back', () => {
      const status = car.status('SeatFanStatus@FL')
      return status.state === 'off' && status.granted_A === 0 && Number(car.shows('FL.seatFan').output_pct) < 1
    }, { within_ms: 3000 })
  }, { topology })

  journey('goes off with the ignition, and says so when its lead breaks', async (car) => {
    car.send('SeatFanCommand@FL', { level_pct: 100 })
    await car.until('it is on', () => car.status('SeatFanStatus@FL').state === 'on', { within_ms: 1500 })
    car.car.plant('FL.seatFan', SeatFanPlant).setBroken(true)
    await car.until('the fault is told', () => car.status('SeatFanStatus@FL').state === 'fault', { within_ms: 2000 })
    car.car.plant('FL.seatFan', SeatFanPlant).setBroken(false)
    car.send('SeatFanCommand@FL', { level_pct: 100 })
    await car.until('it is on again', () => car.status('SeatFanStatus@FL').state === 'on', { within_ms: 1500 })
    car.car.setIgnition('off')
    await car.until('it is off', () => car.status('SeatFanStatus@FL').state === 'off', { within_ms: 1500 })
  }, { topology })
})
