import { imageVersion } from '#protocol/index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildHub, bundleModule, moddableProject, moddableScripts } from '../build/index.ts'
import { createCar, readTopology, SEDAN, sedanPower } from '../car/index.ts'
import { REGISTERS } from '../host/index.ts'
import { type DeedLog, hasXs, ModdableBoard, moddableWiring, recorded } from './index.ts'

const LIMIT_ms = 180_000
const WINDOW = 0
const HOLD_ms = 50

/** When each deed of a kind at the window's socket was done, and what it was. */
const deeds = (log: DeedLog, kind: string): [at_ms: number, what: string][] => log.map(line => line.split(' '))
  .filter(([, deed, port]) => deed === kind && Number(port) === WINDOW).map(([at, , , ...rest]) => [Number(at), rest.join(' ')])

describe.skipIf(!hasXs())('a door on an ESP32 whose firmware hangs while its window closes by itself', () => {
  let board: ModdableBoard

  beforeAll(async () => {
    const topology = readTopology(SEDAN)
    const { pins, wires } = moddableWiring(topology.hubs.find(hub => hub.location === 'FL')!.ports.length, [WINDOW])
    const { text, version } = await buildHub('door', 'xs', imageVersion(1, 0, 0), sedanPower(topology, topology.copper))
    board = new ModdableBoard(await bundleModule('sim/engines/xs/moddable.ts'), await moddableScripts(await moddableProject('door', version, text, pins)), wires)
  }, LIMIT_ms)
  afterAll(() => board.end())

  it('has no current any more 50 ms after the last time that somebody renewed the motor, and the glass stands', () => {
    const log: DeedLog = []
    const car = createCar({ seed: 3, can: REGISTERS, image: ({ location }) => location === 'FL' ? recorded(board.image, log) : undefined })
    const glass_pct = (): number => Number(car.snapshot().components['FL.window']!.shows['position_pct'])
    const steps: readonly [deed: () => void, for_ms: number][] = [
      [() => car.boot(), 1500], [() => car.setIgnition('on'), 500], [() => car.press('DASH.windowFL.down'), 1800], [() => car.release('DASH.windowFL.down'), 500],
      [() => car.press('DASH.windowFL.up'), 100], [() => car.release('DASH.windowFL.up'), 1000],
    ]
    for (const [deed, for_ms] of steps) {
      deed()
      car.run(for_ms)
    }
    const closing_pct = glass_pct()
    log.length = 0
    car.run(100)
    expect(deeds(log, 'drive').filter(([, what]) => what.startsWith('0 -')).length, 'it closes by itself').toBeGreaterThan(8)
    expect(deeds(log, 'power'), 'nobody takes its feed while it is renewed').toEqual([])
    const [renewed_ms] = deeds(log, 'drive').at(-1)!
    board.hang()
    car.run(2000)
    const [[off_ms, off]] = deeds(log, 'power') as [[number, string]]
    expect([off, off_ms - renewed_ms]).toEqual(['0', expect.toSatisfy((held_ms: number) => held_ms >= HOLD_ms && held_ms <= HOLD_ms + 1)])
    expect(deeds(log, 'power').length, 'and it stays off').toBe(1)
    const stands_pct = glass_pct()
    expect(stands_pct).toBeLessThan(closing_pct)
    car.run(500)
    expect([glass_pct(), car.snapshot().components['FL.window']!.current_A]).toEqual([stands_pct, 0])
  })
})
