import { type Car, createCar } from '../car/index.ts'
import { BusyHands } from './everything.ts'
import { type BenchRow, median, row } from './measure.ts'

/** Drives that are measured, all the same, after others in which the engine compiles what is hot. */
const WARM_UP = 20
const DRIVES = 20
/** A drive, in slices of virtual time. */
const SLICES = 400
const SLICE_ms = 50
const IDLE_SLICE_ms = 250

interface Drive {
  readonly slice_ms: number
  /** Share of the windows' time in which they moved. */
  readonly moving?: () => number
  readonly run: () => void
}

/**
 * The whole car as a multiple of real time, at rest and in motion, by processor time of all threads. The same drive of a new
 * car is repeated, and of each of its slices the quickest counts: what else the machine does makes a slice longer, never
 * shorter. Whole drives, which no such choice flatters (garbage is collected in them, too), are noted: the quickest and the median.
 */
export function benchSedan(): BenchRow[] {
  return [
    measured('sedan idle', 1000, idle),
    measured('sedan, everything moving', 200, moving),
  ]
}

function idle(): Drive {
  const car = startedCar()
  return { slice_ms: IDLE_SLICE_ms, run: () => car.run(IDLE_SLICE_ms) }
}

function moving(): Drive {
  const hands = new BusyHands(startedCar())
  hands.prepare()
  hands.begin()
  return { slice_ms: SLICE_ms, moving: () => hands.windowsMoving, run: () => hands.move(SLICE_ms) }
}

function startedCar(): Car {
  const car = createCar({ seed: 1 })
  car.boot()
  car.run(2000)
  return car
}

function measured(name: string, atLeast: number, begin: () => Drive): BenchRow {
  const least_ms: number[] = new Array<number>(SLICES).fill(Infinity)
  const wholes_ms: number[] = []
  let drive: Drive | undefined
  for (let round = 0; round < WARM_UP + DRIVES; round++) {
    drive = begin()
    let whole_ms = 0
    for (let slice = 0; slice < SLICES; slice++) {
      const took_ms = processorTime_ms(drive.run)
      whole_ms += took_ms
      if (round >= WARM_UP) least_ms[slice] = Math.min(least_ms[slice]!, took_ms)
    }
    if (round >= WARM_UP) wholes_ms.push(whole_ms)
  }
  const virtual_ms = SLICES * drive!.slice_ms
  const value = virtual_ms / least_ms.reduce((sum, slice_ms) => sum + slice_ms, 0)
  const times = (whole_ms: number): string => Math.round(virtual_ms / whole_ms).toLocaleString('en')
  const wholes = `whole drives: ${times(Math.min(...wholes_ms))} at best, median ${times(median(wholes_ms))}`
  const share = drive?.moving === undefined ? '' : `; windows moving ${Math.round(100 * drive.moving())} % of the time`
  return row({ name, value, unit: '× real time', note: `${wholes}${share}`, target: { atLeast, of: 'value' } })
}

function processorTime_ms(work: () => void): number {
  const start = process.cpuUsage()
  work()
  const used = process.cpuUsage(start)
  return (used.user + used.system) / 1000
}
