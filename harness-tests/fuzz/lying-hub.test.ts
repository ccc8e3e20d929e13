import { afterEach, describe, expect, it } from 'vitest'
import { type Car, createCar } from '#sim/car/index.ts'
import { LOCATION } from '#protocol/index.ts'
import { SABOTAGES } from './sabotage.ts'

describe('hubs that ignore their leases', () => {
  let mend = (): void => undefined
  afterEach(() => mend())

  it('are named by the power manager', () => {
    mend = SABOTAGES.find(({ name }) => name === 'hubs ignore their leases')!.put()
    const car = createCar({ seed: 5 })
    const said: { source: string, text: string, t_ms: number }[] = []
    car.trace.subscribe((event) => {
      if (event.kind === 'log') said.push({ source: event.source, text: event.text, t_ms: event.t_ns / 1e6 })
    })
    car.boot()
    car.run(3000)
    car.press('DASH.lights.head')
    car.run(100)
    car.release('DASH.lights.head')
    car.run(7000)
    const accusations = said.filter(({ source, text }) => source === 'DASH' && /^hub at location \d draws [\d.]+ A, 0\.0 A are granted to it$/.test(text))
    expect(accusations, JSON.stringify(said)).not.toEqual([])
    expect(accusations[0]!.t_ms).toBeLessThan(3000 + 6000)
  })
})

/** Who was named by whom, and when, ms. */
function named(car: Car): { by: string, location: number, t_ms: number }[] {
  const lines: { by: string, location: number, t_ms: number }[] = []
  car.trace.subscribe((event) => {
    const match = event.kind === 'log' ? /^hub at location (\d) draws/.exec(event.text) : null
    if (match !== null && event.kind === 'log') lines.push({ by: event.source, location: Number(match[1]), t_ms: event.t_ns / 1e6 })
  })
  return lines
}

/** A steady current is named 3.5 to 4.6 s after it begins. */
const NAMED_ms = 5500
const FROM_ms = 3000

describe('a switch that does not open, before a load that pulses', () => {
  it.each([[250, 50], [190, 60], [700, 50], [250, 250], [500, 500], [100, 100]])('is cut, and its hub named: %i ms on, %i ms off', (on_ms, off_ms) => {
    const car = createCar({ seed: 5 })
    const lines = named(car)
    car.boot()
    car.run(FROM_ms)
    const { outlet } = car.component('FL.latch')
    outlet!.fail('shorted')
    for (let t_ms = 0; t_ms < 8000; t_ms += on_ms + off_ms) {
      outlet!.bridge(13.8 / 28)
      car.run(on_ms)
      outlet!.bridge(Infinity)
      car.run(off_ms)
    }
    expect(car.hubs.get('FL')!.firmware!.counters.portsCut).toBeGreaterThan(0)
    expect(lines.map(({ by, location }) => ({ by, location }))).toEqual([{ by: 'DASH', location: LOCATION.FL }])
    expect(lines[0]!.t_ms - FROM_ms).toBeLessThan(NAMED_ms)
  })
})

describe('the hub that manages the power', () => {
  it('is named when it draws too much: by itself, and by the standby', () => {
    const car = createCar({ seed: 5 })
    const lines = named(car)
    car.boot()
    car.run(FROM_ms)
    const { outlet } = car.component('DASH.lamp')
    outlet!.fail('shorted')
    outlet!.bridge(13.8 / 12)
    car.run(8000)
    expect(lines.map(({ by, location }) => ({ by, location })).sort((one, other) => one.by < other.by ? -1 : 1))
      .toEqual([{ by: 'DASH', location: LOCATION.DASH }, { by: 'TRUNK', location: LOCATION.DASH }])
    expect(Math.max(...lines.map(({ t_ms }) => t_ms)) - FROM_ms).toBeLessThan(NAMED_ms)
  })
})
