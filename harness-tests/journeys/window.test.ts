import { describe, expect } from 'vitest'

import { journey } from '../kit/index.ts'

describe('a window', () => {
  journey('moves as long as its switch is held, and stops within a quarter of a second of its release', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => car.status('WindowStatus@FL').state === 'opening', { within_ms: 300 })
    await car.run(1000)
    expect(car.shows('FL.window').position_pct).toBeGreaterThan(10)
    car.release('DASH.windowFL.down')
    await car.until('the status says still', () => car.status('WindowStatus@FL').state !== 'opening', { within_ms: 400 })
    const stopped = car.shows('FL.window').position_pct
    await car.run(2000)
    expect(car.shows('FL.window').position_pct).toBeCloseTo(stopped as number, 1)
  })
})
