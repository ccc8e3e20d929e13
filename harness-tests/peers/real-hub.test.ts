import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { HUBS } from '#protocol/catalogue/locations.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Vehicle, vehicleAt } from '../kit/index.ts'

const SPINE = fileURLToPath(new URL('../../sim/cli/bin/spine.js', import.meta.url))
const LIMIT_ms = 60_000

/** The car without its door FL, and that door alone on a bus of its own, in another process: between them an SLCAN line and a gateway. */
describe('a hub that is not in the car\'s process', () => {
  const processes: ChildProcess[] = []
  let car: Vehicle

  /** Starts a command; resolves with what it says first that matches. */
  async function start(words: readonly string[], said: RegExp): Promise<string> {
    const child = spawn(process.execPath, [SPINE, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    processes.push(child)
    const errors: string[] = []
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', line => errors.push(line))
    return new Promise((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        const found = said.exec(chunk.toString())?.[0]
        if (found !== undefined) resolve(found)
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      child.on('close', code => reject(new Error(`spine ${words.join(' ')} ended with ${code}:\n${errors.join('\n')}`)))
    })
  }

  beforeAll(async () => {
    const others = HUBS.filter(hub => hub !== 'FL').flatMap(hub => ['--real', hub])
    const spine = await start(['car', '--headless', '--real', 'FL', '--listen', 'spine-listen:127.0.0.1:0'], /spine:127\.0\.0\.1:\d+/)
    const adapter = await start(['car', '--headless', ...others, '--listen', 'slcan-listen:127.0.0.1:0'], /slcan:127\.0\.0\.1:\d+/)
    await start(['gateway', '--actuate', spine, adapter], /A up.*B up/)
    car = await vehicleAt(spine)
  }, LIMIT_ms)

  afterAll(async () => {
    await car?.driver.close()
    for (const child of processes.reverse()) {
      const ended = new Promise(resolve => child.on('close', resolve))
      if (child.exitCode === null && child.kill('SIGINT')) await ended
    }
  })

  it('joins the car, is granted its current by the manager in the dash, and obeys the driver\'s switch', async () => {
    await car.until('the door reports', () => car.peek('WindowStatus@FL') !== undefined, { within_ms: 20_000 })
    await car.press('DASH.windowFL.down', 1500)
    await car.until('the glass has moved', () => Number(car.status('WindowStatus@FL')['position_pct']) > 10, { within_ms: 10_000 })
    expect(car.history('PowerGrant@FL').some(grant => grant.values['result'] === 'granted')).toBe(true)
    expect(car.history('WindowStatus@FL').some(status => Number(status.values['current_A']) > 1)).toBe(true)
  }, LIMIT_ms)
})
