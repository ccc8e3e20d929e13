import { afterEach, describe, expect, it } from 'vitest'
import { createCar } from '#sim/car/index.ts'
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
