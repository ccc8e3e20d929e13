import { describe, expect, it } from 'vitest'
import { createCar, SEDAN } from '../car/index.ts'
import { Digest } from '../checkers/index.ts'
import { runScript } from '../fuzz/index.ts'
import type { ControlRequest } from '../gateway/spine/index.ts'
import { type CarDescription, Controls, type LiveSnapshot } from './index.ts'

/** A car whose time passes as the test says. */
function touched(seed = 3) {
  const car = createCar({ seed })
  const digest = new Digest()
  car.bus.tap(tapped => digest.frame(tapped))
  const controls = new Controls(car, SEDAN, { wake: action => action(), speed: 1, setSpeed: () => undefined })
  const ask = (request: ControlRequest): unknown => controls.answer(request)
  return {
    car, digest, controls, ask,
    seen: () => (ask({ kind: 'snapshot' }) as { snapshot: LiveSnapshot }).snapshot,
    described: () => (ask({ kind: 'describe' }) as { car: CarDescription }).car,
  }
}

describe('what is asked of a car in real time', () => {
  it('is remembered as a script that does the same at the same instants', () => {
    const { car, digest, ask, described } = touched()
    const press = { kind: 'press', with: { switch: 'DASH.windowFL.down' } } as const
    const hand = { kind: 'obstacle', with: { window: 'FL.window', opening_mm: 120, stiffness_N_mm: 10 } } as const
    car.boot()
    car.run(1500.25)
    ask({ kind: 'begin', deed: press })
    car.run(2500.125)
    ask({ kind: 'end', deed: press })
    ask({ kind: 'begin', deed: hand })
    ask({ kind: 'begin', deed: { kind: 'press', with: { switch: 'FL.window.up' } } })
    car.run(3000)
    ask({ kind: 'begin', deed: { kind: 'cut', with: { cable: 'drop.RL' } } })
    car.run(700)
    const { script } = described()
    expect(script.events.map(event => event.kind)).toEqual(['press', 'obstacle', 'press', 'cut'])
    const again = new Digest()
    runScript({ ...script, for_ms: car.now_ns / 1e6 }, { frame: tapped => again.frame(tapped) })
    expect(again.frames).toBe(digest.frames)
    expect(again.frames).toBeGreaterThan(300)
  })

  it('shows what stands, and takes it back', () => {
    const { car, ask, seen } = touched()
    car.boot()
    car.run(1500)
    const out = { kind: 'unplug', with: { component: 'FL.mirror' } }
    ask({ kind: 'begin', deed: out })
    expect(seen().live.deeds).toEqual([out])
    expect(seen().components['FL.mirror']!.port).toBe(-1)
    expect(() => ask({ kind: 'begin', deed: out })).toThrow('unplug makes no sense now')
    ask({ kind: 'end', deed: out })
    expect(seen().live.deeds).toEqual([])
    expect(seen().components['FL.mirror']!.port).toBe(1)
  })

  it('is refused when the car has no such thing', () => {
    const { ask } = touched()
    expect(() => ask({ kind: 'begin', deed: { kind: 'explode', with: {} } })).toThrow('unknown kind of event "explode"')
    expect(() => ask({ kind: 'begin', deed: { kind: 'press', with: { switch: 'FL.roof.up' } } })).toThrow('unknown switch')
    expect(() => ask({ kind: 'speed', factor: NaN })).toThrow('speed NaN is not in 0…1000')
  })

  it('tells events since somebody looks, and how many there were', () => {
    const { car, ask, seen } = touched()
    seen()
    car.boot()
    car.run(100)
    ask({ kind: 'begin', deed: { kind: 'ignition', with: { position: 'off' } } })
    const { live } = seen()
    expect(live.events.at(-1)).toMatchObject({ kind: 'ignition', position: 'off' })
    expect(live.told).toBeGreaterThanOrEqual(live.events.length)
  })

  it('sends each change of a watched signal, and none of others', () => {
    const { car, ask, controls } = touched()
    car.boot()
    car.run(1500)
    ask({ kind: 'watch', signals: ['FL.window position_pct'] })
    ask({ kind: 'begin', deed: { kind: 'press', with: { switch: 'DASH.windowFL.down' } } })
    car.run(2000)
    const [series, ...others] = controls.feed.take(performance.now())
    expect(others).toEqual([])
    const points = new Float64Array(series!.points.buffer)
    expect(points.length).toBeGreaterThan(200)
    expect(points[1]).toBe(0)
    expect(points.at(-1)).toBeCloseTo(car.snapshot().components['FL.window']!.shows['position_pct'] as number, 0)
  })
})
