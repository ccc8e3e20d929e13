import { expect, it } from 'vitest'
import { createCar } from './car.ts'

/** Two steps of the voltage to and fro, each larger than this, are no motor's doing. V. */
const SWING_V = 0.5

/** A load that changes is told to the copper a step later: more than this between them is another current. A. */
const LATE_A = 0.5

/** Times that the voltage of the dash went to and fro within two milliseconds while two windows open behind a bad contact. */
function swings(extra_Ohm: number): number {
  const car = createCar({ seed: 5 })
  car.boot()
  car.run(2000)
  car.powerFault({ kind: 'corrosion', cable: 'spine.HOOD', conductor: 'both', extra_Ohm })
  car.press('DASH.windowFL.down')
  car.press('DASH.windowRL.down')
  let [before_V, last_V] = [NaN, NaN]
  let count = 0
  for (let i = 0; i < 3000; i++) {
    car.run(1)
    const now_V = car.power.feeds.get('DASH')!.voltage_V()
    if ((now_V - last_V > SWING_V && before_V - last_V > SWING_V) || (last_V - now_V > SWING_V && last_V - before_V > SWING_V)) count++
    before_V = last_V
    last_V = now_V
  }
  return count
}

it.each([0.05, 0.15, 0.25, 0.37, 0.6, 1])('motors behind %f Ω have one voltage, and do not draw in one step what they leave in the next', (extra_Ohm) => {
  expect(swings(extra_Ohm)).toBeLessThan(20)
})

it.each([['DASH.lights.head', 20], ['DASH.windowFL.down', 5]])('the copper carries what ports draw while an eFuse holds them at its limit: %s, %f A and more', (press, least_A) => {
  const car = createCar({ seed: 5 })
  car.boot()
  car.run(2000)
  for (const cable of ['drop.HOOD', 'drop.FL']) car.powerFault({ kind: 'corrosion', cable, conductor: 'supply', extra_Ohm: 0.1 })
  car.press(press)
  let late = 0
  let most_A = 0
  for (let i = 0; i < 1000; i++) {
    car.run(1)
    for (const name of ['HOOD', 'FL']) {
      const feed = car.power.feeds.get(name)!
      const drawn_A = feed.ports_A() + feed.board_A()
      most_A = Math.max(most_A, drawn_A)
      if (Math.abs(car.power.supply.current_A(`drop.${name}`) - drawn_A) > LATE_A) late++
    }
  }
  expect(most_A).toBeGreaterThan(least_A)
  expect(late).toBeLessThan(10)
})
