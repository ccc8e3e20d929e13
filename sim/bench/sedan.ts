import { createCar, type Car } from '../car/car.ts'
import { type BenchRow, median, row } from './measure.ts'

/** Virtual time of one measurement, and how many there are. */
const SLICE_ms = 60_000
const ROUNDS = 7
/** Until the engine has compiled what is hot, virtual time. */
const WARM_UP_ms = 600_000

/** The whole car as a multiple of real time, at rest and in motion. By processor time, which other work on the machine does not stretch. */
export function benchSedan(): BenchRow[] {
  return [
    row({
      name: 'sedan idle', value: timesRealTime(startedCar(), car => car.run(SLICE_ms), SLICE_ms), unit: '× real time',
      target: { atLeast: 1000, of: 'value' },
    }),
    row({
      name: 'sedan, everything moving', value: timesRealTime(startedCar(), moveEverything, SLICE_ms), unit: '× real time',
      target: { atLeast: 200, of: 'value' },
    }),
  ]
}

function startedCar(): Car {
  const car = createCar({ seed: 1 })
  car.boot()
  car.run(2000)
  return car
}

function timesRealTime(car: Car, drive: (car: Car) => void, slice_ms: number): number {
  for (let warmed = 0; warmed < WARM_UP_ms; warmed += slice_ms) drive(car)
  const samples: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.cpuUsage()
    drive(car)
    const used = process.cpuUsage(start)
    samples.push(slice_ms / ((used.user + used.system) / 1000))
  }
  return median(samples)
}

const WINDOWS = ['windowFL', 'windowFR', 'windowRL', 'windowRR']
const HELD = ['mirrorFL', 'mirrorFR']
/** Travel of a window, with a margin, before it turns round. */
const TURN_ms = 2500

/** Four windows up and down, both mirrors tilting to and fro, lamps and stereo in use, for one slice. */
function moveEverything(car: Car): void {
  for (let t = 0, up = false; t < SLICE_ms; t += TURN_ms, up = !up) {
    const held = [
      ...WINDOWS.map(name => `DASH.${name}.${up ? 'up' : 'down'}`),
      ...HELD.map(name => `DASH.${name}.${up ? 'left' : 'right'}`),
    ]
    const tapped = ['DASH.lights.head', 'DASH.lights.interior', 'DASH.stereo.seekUp']
    for (const name of [...held, ...tapped]) car.press(name)
    car.run(200)
    for (const name of tapped) car.release(name)
    car.run(TURN_ms - 400)
    for (const name of held) car.release(name)
    car.run(200)
  }
}
