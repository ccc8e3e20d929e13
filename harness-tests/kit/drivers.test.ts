import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { SpineProcess } from '#sim/cli/testing/spine-process.ts'
import { afterAll, describe, expect, it } from 'vitest'

import { heard, journey, type Vehicle, vehicleAt, vehicleFrom } from './index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'spine-'))
const log = path.join(folder, 'drive.log')

/** One journey, for any car. */
async function opensTheWindow(car: Vehicle): Promise<void> {
  await car.until('the door reports', () => car.peek('WindowStatus@FR') !== undefined, { within_ms: 3000 })
  expect(car.status('WindowStatus@FR')['state']).toBe('still')
  await car.press('DASH.windowFR.down', 1000)
  await seesTheWindowOpen(car)
}

async function seesTheWindowOpen(car: Vehicle): Promise<void> {
  await car.until('the glass has moved', () => Number(car.peek('WindowStatus@FR')?.['position_pct'] ?? 0) > 10, { within_ms: 5000 })
  await car.until('it stands', () => car.status('WindowStatus@FR')['state'] === 'still', { within_ms: 5000 })
}

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a journey', () => {
  journey('runs in the simulator', opensTheWindow)

  it('runs against a car behind a link, and then against its recording', async () => {
    const running = new SpineProcess('car', '--headless', '--listen', 'spine-listen:127.0.0.1:0', '--record', log)
    const car = await vehicleAt(await running.says(/spine:127\.0\.0\.1:\d+/))
    try {
      await opensTheWindow(car)
    } finally {
      await car.driver.close()
      await running.stop()
    }

    const recorded = vehicleFrom(log)
    await seesTheWindowOpen(recorded)
    await expect(recorded.press('DASH.windowFR.up')).rejects.toThrow(/cannot press switches/)
  }, 60_000)

  it('says what the car refused', async () => {
    const car = vehicleFrom(log)
    expect(() => car.status(heard('WindowStatus@TRUNK'))).toThrow(/no location TRUNK/)
    await expect(car.until('it flies', () => false, { within_ms: 10 })).rejects.toThrow(/waited 10 ms in vain until it flies/)
  })
})
