import type { Table } from './interpolate.ts'
import { inRange } from './range.ts'

/**
 * What happens to the supply at the battery node over time, as straight lines between points. `override`: a source of this
 * voltage takes the place of battery and alternator (a test bench, or a cable that somebody connected). `add`: the
 * battery's own voltage moves by this much. When the last point is over, the car's own supply is back.
 */
export interface SupplyProfile {
  readonly name: string
  readonly mode: 'override' | 'add'
  /** Points in ms from the start, rising, the first at 0, and in V. */
  readonly points: Table
  /** Of the overriding source, Ω. */
  readonly source_Ohm: number
}

/** Collects points of a profile. Times are durations; the order of calls is the order in time. */
export class ProfileBuilder {
  private readonly x: number[] = [0]
  private readonly y: number[]

  constructor(start_V: number) {
    this.y = [inRange('voltage', start_V, -100, 100, 'V')]
  }

  /** Goes to `voltage_V` (−100…100 V) in a straight line of `duration_ms` (0.001 to an hour). */
  to(voltage_V: number, duration_ms: number): this {
    inRange('voltage', voltage_V, -100, 100, 'V')
    inRange('duration', duration_ms, 0.001, 3_600_000, 'ms')
    this.x.push(this.x[this.x.length - 1]! + duration_ms)
    this.y.push(voltage_V)
    return this
  }

  /** Stays for `duration_ms`. */
  hold(duration_ms: number): this {
    return this.to(this.y[this.y.length - 1]!, duration_ms)
  }

  /** Rides on the present voltage with a sine of `amplitude_V` for whole periods of `period_ms`, in 16 lines each. */
  sine(amplitude_V: number, period_ms: number, periods: number): this {
    inRange('periods', periods, 1, 1000, '')
    const middle_V = this.y[this.y.length - 1]!
    for (let period = 0; period < periods; period++) {
      for (let i = 1; i <= 16; i++) this.to(middle_V + amplitude_V * SINE_16[i % 16]!, period_ms / 16)
    }
    return this
  }

  /** `source_Ohm` 0–10 Ω. */
  build(name: string, mode: SupplyProfile['mode'] = 'override', source_Ohm = 0.01): SupplyProfile {
    inRange('source resistance', source_Ohm, 0, 10, 'Ω')
    if (this.x.length < 2) throw new RangeError(`profile "${name}" has no duration`)
    return { name, mode, points: { x: [...this.x], y: [...this.y] }, source_Ohm }
  }
}

/** sin(n · 22.5°), from square roots, so that it is the same bits on every machine. */
const HALF = Math.sqrt(0.5)
const LOW = Math.sqrt(2 - Math.sqrt(2)) / 2
const HIGH = Math.sqrt(2 + Math.sqrt(2)) / 2
const SINE_16 = [0, LOW, HALF, HIGH, 1, HIGH, HALF, LOW, 0, -LOW, -HALF, -HIGH, -1, -HIGH, -HALF, -LOW]

/** Battery voltage before and after a start, V. */
const BEFORE_V = 12

/** ISO 16750-2, starting profile of 12 V systems: lowest voltage, voltage while cranking, its duration, the way back. */
const CRANKING = {
  I: { lowest_V: 8, cranking_V: 9.5, cranking_ms: 1000, back_ms: 40 },
  II: { lowest_V: 4.5, cranking_V: 6.5, cranking_ms: 10_000, back_ms: 100 },
  III: { lowest_V: 3, cranking_V: 5, cranking_ms: 1000, back_ms: 100 },
  IV: { lowest_V: 6, cranking_V: 6.5, cranking_ms: 10_000, back_ms: 100 },
} as const

export type CrankingLevel = keyof typeof CRANKING
export const CRANKING_LEVELS = ['I', 'II', 'III', 'IV'] as const

/**
 * ISO 16750-2 starting profile: down in 5 ms, 15 ms at the bottom, up in 50 ms, cranking with 2 V peak to peak at 2 Hz,
 * back. The ripple is laid around the cranking voltage, the harsher reading.
 */
export function cranking(level: CrankingLevel): SupplyProfile {
  const { lowest_V, cranking_V, cranking_ms, back_ms } = CRANKING[level]
  return new ProfileBuilder(BEFORE_V)
    .to(lowest_V, 5).hold(15).to(cranking_V, 50)
    .sine(1, 500, cranking_ms / 500)
    .to(BEFORE_V, back_ms).hold(100)
    .build(`ISO 16750-2 cranking ${level}`)
}

export interface Pulse4Options {
  /** How much is lost at the starter's inrush: 4–7 V, default 6. */
  readonly drop_V?: number
  /** Duration of that: 15–40 ms, default 40. */
  readonly drop_ms?: number
  /** How much is lost while cranking: 2.5–6 V and not more than `drop_V`, default 5. */
  readonly cranking_V?: number
  /** 0.5–20 s, default 2. */
  readonly cranking_s?: number
  /** Way back: 5 ms if the engine starts, 100 ms if not; default 5. */
  readonly back_ms?: number
}

/** ISO 7637-2 (2004) pulse 4 of 12 V systems, from 12 V. */
export function pulse4(options: Pulse4Options = {}): SupplyProfile {
  const { drop_V = 6, drop_ms = 40, cranking_V = 5, cranking_s = 2, back_ms = 5 } = options
  inRange('drop', drop_V, 4, 7, 'V')
  inRange('duration of the drop', drop_ms, 15, 40, 'ms')
  inRange('drop while cranking', cranking_V, 2.5, Math.min(6, drop_V), 'V')
  inRange('cranking', cranking_s, 0.5, 20, 's')
  inRange('way back', back_ms, 5, 100, 'ms')
  return new ProfileBuilder(BEFORE_V)
    .to(BEFORE_V - drop_V, 5).hold(drop_ms).to(BEFORE_V - cranking_V, 50)
    .hold(cranking_s * 1000).to(BEFORE_V, back_ms).hold(100)
    .build('ISO 7637-2 pulse 4')
}

/**
 * ISO 16750-2 load dump, test B (alternator with clamping): up in 10 ms to the clamp of 35 V, there as long as the unclamped
 * pulse of 87 V would be above it (62 % of its duration), then along its decay. `duration_ms` 40–400.
 */
export function loadDump(duration_ms = 400): SupplyProfile {
  inRange('load dump', duration_ms, 40, 400, 'ms')
  const running_V = 14
  return new ProfileBuilder(running_V)
    .to(35, 10).hold(0.62 * duration_ms - 10)
    .to(25.5, 0.18 * duration_ms).to(21.3, 0.2 * duration_ms).to(16.3, 0.5 * duration_ms).to(running_V, 0.5 * duration_ms)
    .build('ISO 16750-2 load dump', 'override', 0.05)
}

/** ISO 16750-2 overvoltage: somebody connects a 24 V truck battery, 60 s long by the standard. */
export function jumpStart(duration_s = 60): SupplyProfile {
  return new ProfileBuilder(BEFORE_V).to(24, 10).hold(duration_s * 1000).to(BEFORE_V, 10).build('jump start 24 V')
}

/** ISO 16750-2 reversed voltage: the battery is connected the wrong way round, −14 V, 60 s by the standard. */
export function reverse(duration_s = 60): SupplyProfile {
  return new ProfileBuilder(0).to(-14, 10).hold(duration_s * 1000).to(0, 10).build('reversed supply')
}
