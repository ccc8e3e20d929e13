import { describe, expect, it } from 'vitest'
import { createCar } from './car.ts'

/** The sedan with its engine on, and FL's return contact gone bad. */
function badGround(extra_Ohm: number): ReturnType<typeof createCar> {
  const car = createCar({ seed: 3 })
  car.boot()
  car.setIgnition('on')
  car.run(3000)
  car.powerFault({ kind: 'corrosion', cable: 'drop.FL', conductor: 'return', extra_Ohm })
  return car
}

describe('the bus hears the copper', () => {
  it('while a high current lifts the ground of a hub: it and the others make errors, and recover when the current ends', () => {
    const car = badGround(0.9)
    const before = car.bus.counters.errorFrames
    car.run(1000)
    expect(car.bus.counters.errorFrames).toBe(before)
    car.press('DASH.windowFL.down')
    car.run(1500)
    expect(car.bus.counters.errorFrames).toBeGreaterThan(before + 5)
    const heard = [...car.hubs.values()].map(host => host.controllers[0]!).map(({ tec, rec }) => tec + rec)
    expect(heard.filter(count => count > 0).length).toBeGreaterThan(1)
    car.release('DASH.windowFL.down')
    car.run(4000)
    const after = car.bus.counters.errorFrames
    car.run(2000)
    expect(car.bus.counters.errorFrames).toBe(after)
    expect(car.hub('FL').controllers[0]!.state).toBe(0)
  })

  it('not for a contact that is only poor, nor for a bad one in the supply conductor', () => {
    for (const fault of [{ conductor: 'return', extra_Ohm: 0.1 }, { conductor: 'supply', extra_Ohm: 0.9 }] as const) {
      const car = createCar({ seed: 3 })
      car.boot()
      car.run(3000)
      car.powerFault({ kind: 'corrosion', cable: 'drop.FL', ...fault })
      car.press('DASH.windowFL.down')
      car.run(2000)
      expect(car.bus.counters.errorFrames).toBe(0)
    }
  })
})
