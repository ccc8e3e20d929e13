import { type Car, createCar } from '../car/car.ts'
import { BusyHands } from './everything.ts'
import { type BenchRow, median, row } from './measure.ts'

/** Slices of virtual time that are measured, after others in which the engine compiles what is hot. */
const WARM_UP = 12
const SLICES = 25
const IDLE_ms = 60_000
const MOVING_ms = 20_000
/** Between two moving slices, not measured: firmware lets a motor rest that is used without a break. */
const REST_ms = 120_000

/**
 * The whole car as a multiple of real time, at rest and in motion, by processor time of all threads. The best slice counts:
 * what else the machine does makes a slice longer, never shorter. The median is noted.
 */
export function benchSedan(): BenchRow[] {
  return [idle(), moving()]
}

function idle(): BenchRow {
  const car = startedCar()
  const samples = slices(() => timesRealTime(IDLE_ms, () => car.run(IDLE_ms)))
  return row({ name: 'sedan idle', ...figures(samples), target: { atLeast: 1000, of: 'value' } })
}

function moving(): BenchRow {
  const hands = new BusyHands(startedCar())
  hands.prepare()
  const samples = slices(() => {
    const factor = timesRealTime(MOVING_ms, () => hands.move(MOVING_ms))
    hands.rest(REST_ms)
    return factor
  })
  const { note, ...rest } = figures(samples)
  const share = `windows moving ${Math.round(100 * hands.windowsMoving)} % of the time`
  return row({ name: 'sedan, everything moving', ...rest, note: `${note}; ${share}`, target: { atLeast: 200, of: 'value' } })
}

function startedCar(): Car {
  const car = createCar({ seed: 1 })
  car.boot()
  car.run(2000)
  return car
}

function slices(measure: () => number): number[] {
  return Array.from({ length: WARM_UP + SLICES }, measure).slice(WARM_UP)
}

function timesRealTime(virtual_ms: number, drive: () => void): number {
  const start = process.cpuUsage()
  drive()
  const used = process.cpuUsage(start)
  return virtual_ms / ((used.user + used.system) / 1000)
}

function figures(samples: readonly number[]): Pick<BenchRow, 'value' | 'unit'> & { readonly note: string } {
  return { value: Math.max(...samples), unit: '× real time', note: `median ${Math.round(median(samples)).toLocaleString('en')}` }
}
