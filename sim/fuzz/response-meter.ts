import { LOCATION, type LocationName, MESSAGES } from '#protocol/catalogue/index.ts'
import { dataId, dataIdOf } from '#protocol/index.ts'
import type { Car, CpuName } from '../car/index.ts'
import { generateScript } from './generate.ts'
import { chosenCar } from './chosen-car.ts'
import { fuzzOptions, type FuzzOptions, onlyRates } from './options.ts'
import { runScript } from './run.ts'
import { carNames } from './stage.ts'

/**
 * How long one message took at one location, from being queued in the sender's firmware to the end of its transmission; on a board that
 * pays for its callbacks to the end of the one that was under way by then, as what is handed to the controller may come at its end.
 */
export interface ObservedResponse {
  readonly message: string
  readonly location: LocationName
  readonly frames: number
  /** Longest; 0 when there was no frame. */
  readonly worst_ms: number
  /** Who sent that one, in which run and when. */
  readonly sender: string
  readonly run: number
  readonly at_ms: number
}

/** What people do with a car that has no fault, a minute: far more than anybody does. */
const USE = {
  press: 150, obstacle: 4, door: 4, ignition: 2, gear: 1, speed: 1, tool: 10, hand: 4, together: 3,
}
const RUN_ms = 60_000
/** Of one run; below it there is no time for anything. */
export const LEAST_OBSERVED_ms = 5000

interface Row { message: string, location: LocationName, frames: number, worst_ms: number, sender: string, run: number, at_ms: number }

/** Listens to the hubs of one car after another. */
class ResponseMeter {
  private readonly rows = new Map<number, Row>()
  private run = 0

  constructor() {
    for (const { name, page, kind, locations } of MESSAGES) {
      for (const location of locations) {
        const row: Row = { message: name, location, frames: 0, worst_ms: 0, sender: '', run: 0, at_ms: 0 }
        this.rows.set(dataId(page, kind, LOCATION[location]), row)
      }
    }
  }

  attach(car: Car, run: number): void {
    this.run = run
    for (const host of car.hubs.values()) {
      host.frameSent = (id, response_ms) => this.sent(this.rows.get(dataIdOf(id))!, host.name, response_ms, car)
    }
  }

  observed(): readonly ObservedResponse[] {
    return [...this.rows.values()]
  }

  private sent(row: Row, sender: string, response_ms: number, car: Car): void {
    row.frames++
    if (response_ms <= row.worst_ms) return
    row.worst_ms = response_ms
    row.sender = sender
    row.run = this.run
    row.at_ms = car.now_ns / 1e6
  }
}

/** Random use of a car without faults, in runs of a minute and one that is shorter; each is run `run` of `useOptions`. */
export class ResponseObserver {
  /** Of the car's time, so far. */
  observed_ms = 0
  private readonly seed: number
  private readonly for_ms: number
  private readonly cpu: CpuName | undefined
  private readonly meter = new ResponseMeter()
  private readonly names = carNames()
  private run = 0

  /** @throws RangeError for less than `LEAST_OBSERVED_ms`. */
  constructor(seed: number, for_ms: number, cpu?: CpuName) {
    if (!(for_ms >= LEAST_OBSERVED_ms && for_ms < Infinity)) throw new RangeError(`${for_ms} ms to observe is not ${LEAST_OBSERVED_ms} ms or more`)
    this.seed = seed
    this.for_ms = for_ms
    this.cpu = cpu
  }

  /** Lets the next minute, or what is left, pass. `false`: nothing is left that would say anything. */
  next(): boolean {
    const left_ms = this.for_ms - this.run * RUN_ms
    if (left_ms < LEAST_OBSERVED_ms) return false
    const { meter, run } = this
    const for_ms = Math.min(RUN_ms, left_ms)
    runScript(generateScript(useOptions(this.seed, for_ms, this.cpu), run, this.names), { begin: car => meter.attach(car, run) })
    this.run++
    this.observed_ms += for_ms
    return true
  }

  get rows(): readonly ObservedResponse[] {
    return this.meter.observed()
  }
}

function useOptions(seed: number, for_ms: number, cpu: CpuName | undefined): FuzzOptions {
  return fuzzOptions({ ...chosenCar({ cpu }), seed, for_ms, quiet_ms: 0, off: 0, nights: 0, perMinute: onlyRates(USE) })
}
