import { afterEach, describe, expect, it } from 'vitest'
import { TOOL_ADDRESSES } from '#protocol/index.ts'
import { LiveCar } from '../car/live-car.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

/** What of a car a check moves. */
const MOVED = /^(light\d_pct|position_pct|heating|volume|source|playing)$/

describe('a check of a car that runs', () => {
  const cars: LiveCar[] = []
  afterEach(async () => { for (const live of cars.splice(0)) await live.close() })

  function standing({ car }: LiveCar): string[] {
    return Object.entries(car.snapshot().components).flatMap(([name, { shows }]) => Object.entries(shows)
      .filter(([key]) => MOVED.test(key)).map(([key, value]) => `${name} ${key} ${typeof value === 'number' ? Math.round(value / 2) * 2 : String(value)}`))
  }

  async function until(isSo: () => boolean, what: string): Promise<void> {
    for (const end_ms = performance.now() + 45_000; !isSo();) {
      if (performance.now() > end_ms) throw new Error(`not within 45 s: ${what}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  it('puts back what it switched when Ctrl-C ends it, and leaves the bus alone', async () => {
    const live = new LiveCar({ speed: 1, seed: 4, report: () => undefined })
    cars.push(live)
    await live.listen('spine-listen:127.0.0.1:0')
    const stop = new AbortController()
    const driving = live.run(Infinity, stop.signal)
    live.pacer.wake(() => live.car.setIgnition('on'))
    await until(() => live.car.now_ns > 2e9, 'the car is awake')
    const before = standing(live)
    const commands: number[] = []
    live.car.bus.tap(({ frame, end_ns }) => { if ((frame.id & 0xff) === TOOL_ADDRESSES[0]) commands.push(end_ns) })
    const terminal = fakeTerminal()
    const end = run(['check', live.links[0]!.addresses[0]!, '--for', '20s'], terminal)
    await until(() => standing(live).filter((one, i) => one !== before[i]).length > 3, 'loads are switched')
    terminal.interrupt()
    // Ended so early, nothing may have carried enough to be judged.
    expect([0, 1], terminal.err).toContain(await end)
    const ended_ns = live.car.now_ns
    await until(() => standing(live).join() === before.join(), 'all is as it was')
    await until(() => live.car.now_ns > ended_ns + 1e9, 'a second has passed')
    expect(commands.length).toBeGreaterThan(5)
    expect(commands.filter(end_ns => end_ns > ended_ns)).toEqual([])
    expect(new Set(Object.values(live.car.snapshot().hubs).map(hub => hub.canState))).toEqual(new Set(['errorActive']))
    stop.abort()
    await driving
  }, 60_000)
})
