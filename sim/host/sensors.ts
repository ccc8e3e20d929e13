import type { Prng } from '../kernel/index.ts'
import { normal, type Sense } from '../plants/index.ts'
import type { Instruments } from './hub-host.ts'

/** How far the sensors of one kind are from the truth. All of a kind share the ranges; each has its own errors within them. */
interface SensorSpread {
  /** Gain within 1 ± this. */
  readonly gain: number
  /** Offset within ± this, in the unit of what is measured. */
  readonly offset: number
  /** Of a single reading, rms. */
  readonly noise: number
  /** Of the converter. */
  readonly step: number
  /** Source or reason. */
  readonly why: string
}

/** What a hub says it measures, by kind of sensor. */
export type SensorTable = Readonly<Record<'supply_V' | 'port_A', SensorSpread>>

/**
 * Sensors of the hubs of a car. What the law of a window reads of its motor, means at 1 kHz, has its own declaration
 * (`Piece` of `Ride`, judged in sim/pinch); these are no worse than that.
 */
export const SENSORS: SensorTable = {
  supply_V: {
    gain: 0.01, offset: 0.02, noise: 0.02, step: 0.02,
    why: 'divider of 0.5 % resistors, reference of 0.5 %, a converter of 10 bits over 20 V with one step of offset and one of noise',
  },
  port_A: {
    gain: 0.02, offset: 0.1, noise: 0.05, step: 0.01,
    why: 'current sense of smart high-side switches, calibrated at two points: 2 %, 0.1 A of offset, 50 mA of noise beside a motor',
  },
}

/** One sensor: its errors are drawn when it is made, its noise at each reading. */
class Sensor implements Sense {
  private readonly dice: Prng
  private readonly spread: SensorSpread
  private readonly gain: number
  private readonly offset: number

  constructor(dice: Prng, spread: SensorSpread) {
    this.dice = dice
    this.spread = spread
    this.gain = 1 + spread.gain * (2 * dice.next() - 1)
    this.offset = spread.offset * (2 * dice.next() - 1)
  }

  /** One reading of `truth`; never below 0, as converters are. */
  read(truth: number): number {
    const { noise, step } = this.spread
    let value = truth * this.gain + this.offset
    if (noise > 0) value += noise * normal(this.dice)
    if (step > 0) value = Math.round(value / step) * step
    return value > 0 ? value : 0
  }
}

/** The sensors of one hub. Its board thermometer is exact to what HubStatus tells, its door has no shaking of its own. */
export class HubSensors implements Instruments {
  /** By port. */
  readonly ports: readonly Sense[]
  private readonly supply: Sensor
  private readonly feeds: readonly Sensor[]

  /** `feeds`: before the diodes of a board with two. */
  constructor(dice: Prng, ports: number, table: SensorTable, feeds: number) {
    this.supply = new Sensor(dice, table.supply_V)
    this.ports = Array.from({ length: ports }, () => new Sensor(dice, table.port_A))
    this.feeds = Array.from({ length: feeds }, () => new Sensor(dice, table.supply_V))
  }

  supply_V(true_V: number): number {
    return this.supply.read(true_V)
  }

  feed_V(feed: number, true_V: number): number {
    return this.feeds[feed]!.read(true_V)
  }

  temperature_C(true_C: number): number {
    return true_C
  }

  acceleration_m_s2(true_m_s2: number): number {
    return true_m_s2
  }
}
