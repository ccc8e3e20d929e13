import { HUBS } from '#protocol/index.ts'
import { SpineProcess } from '#sim/cli/testing/spine-process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Vehicle, vehicleAt } from '../kit/index.ts'

const LIMIT_ms = 240_000

/** The car without its door FL, and that door alone on a bus of its own, in another process: between them an SLCAN line and a gateway. */
describe('a hub that is not in the car\'s process', () => {
  const processes: SpineProcess[] = []
  let car: Vehicle

  function start(...words: string[]): SpineProcess {
    const started = new SpineProcess(...words)
    processes.push(started)
    return started
  }

  beforeAll(async () => {
    const others = HUBS.filter(hub => hub !== 'FL').flatMap(hub => ['--real', hub])
    const spine = await start('car', '--headless', '--real', 'FL', '--listen', 'spine-listen:127.0.0.1:0').says(/spine:127\.0\.0\.1:\d+/)
    const adapter = await start('car', '--headless', ...others, '--listen', 'slcan-listen:127.0.0.1:0').says(/slcan:127\.0\.0\.1:\d+/)
    await start('gateway', '--actuate', spine, adapter).says(/A up.*B up/)
    car = await vehicleAt(spine)
  }, LIMIT_ms)

  afterAll(async () => {
    await car?.driver.close()
    for (const started of processes.reverse()) await started.stop()
  })

  it('joins the car, is granted its current by the manager in the dash, and obeys the driver\'s switch', async () => {
    await car.until('the door reports', () => car.peek('WindowStatus@FL') !== undefined, { within_ms: 20_000 })
    await car.press('DASH.windowFL.down', 1500)
    await car.until('the glass has moved', () => Number(car.status('WindowStatus@FL')['position_pct']) > 10, { within_ms: 10_000 })
    expect(car.history('PowerGrant@FL').some(grant => grant.values['result'] === 'granted')).toBe(true)
    expect(car.history('WindowStatus@FL').some(status => Number(status.values['current_A']) > 1)).toBe(true)
  }, LIMIT_ms)
})
