import { type CodeOf, rounded } from '#protocol/index.ts'
import { get16, get32, put16, put32, recordOf } from '../record.ts'
import type { PinchGuard } from './guard.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

/**
 * Where the glass is, from the Hall counter. The counter is relative; the reference is the count at the closed end. The
 * travel is the measured one, or the descriptor's until there is one.
 */
export class GlassPosition {
  /** From closed to open. */
  travel_pulses: number
  /** The travel was found between the stops of this very window. */
  measured: boolean
  private closedCount: number

  constructor(travel_pulses: number) {
    this.travel_pulses = travel_pulses
    this.measured = false
    this.closedCount = NaN
  }

  measure(travel_pulses: number): void {
    this.travel_pulses = travel_pulses
    this.measured = true
  }

  known(): boolean {
    return this.closedCount === this.closedCount
  }

  forget(): void {
    this.closedCount = NaN
  }

  /** The counter reads `count` at `pulses` from the closed end. */
  reference(count: number, pulses: number): void {
    this.closedCount = count - pulses
  }

  /** Pulses from the closed end; NaN when not known. */
  pulses(count: number): number {
    return count - this.closedCount
  }

  /** 0 closed … 100 open; NaN when not known. */
  percent(count: number): number {
    return Math.max(0, Math.min(100, this.pulses(count) * 100 / this.travel_pulses))
  }

  /** The count at a percentage. */
  countAt(percent: number): number {
    return this.closedCount + percent * this.travel_pulses / 100
  }

  /** A length of glass in pulses. */
  toPulses(length_mm: number): number {
    return length_mm * WINDOW_PARAMETERS.pulses_mm
  }

  toMillimetres(pulses: number): number {
    return pulses / WINDOW_PARAMETERS.pulses_mm
  }

  /** Distance to the end in a direction (+1 open, −1 closed), mm; NaN when not known. */
  gap_mm(count: number, direction: number): number {
    return this.toMillimetres(direction === 1 ? this.travel_pulses - this.pulses(count) : this.pulses(count))
  }

  /** The counter reads what it cannot, were the position true. */
  astray(count: number): boolean {
    return Math.min(this.gap_mm(count, -1), this.gap_mm(count, 1)) < -WINDOW_PARAMETERS.astray_mm
  }
}

/** What the end of a leg of the learning run means. */
export const LEARNED = { lowerEnd: 0, done: 1, failed: 2 } as const
export type Learned = CodeOf<typeof LEARNED>

/** A travel that was found may be that of a component that says `nominal_pulses`. */
export function plausible(travel_pulses: number, nominal_pulses: number): boolean {
  return travel_pulses >= WINDOW_PARAMETERS.travelLeast * nominal_pulses && travel_pulses <= WINDOW_PARAMETERS.travelMost * nominal_pulses
}

/** A drum that lifts the glass takes so much more than one that takes up slack. */
const LIFTS_N = 60
/** So far it has to have turned before what it takes says that, and at most until it lifts. */
const TURNS_pulses = 2
const LIFTED_pulses = 25 * WINDOW_PARAMETERS.pulses_mm
/** Before its stop the upper seal may be met, and gives no more than this. */
const GIVES_pulses = 4 * WINDOW_PARAMETERS.pulses_mm

/** The learning run: to the lower end, then to the upper; the travel between them is compared with the descriptor's. */
export class LearningRun {
  /** +1 on the way to the lower end, then −1. */
  direction: number
  /** Counter at the lower end, once it was found. */
  lowCount: number
  /** From closed to open, once both ends were found. */
  travel_pulses: number
  private readonly nominal_pulses: number
  /** Where the way up began, with the cable wound up by the lower stop; Infinity: the glass is lifted. */
  private pressedCount: number
  private least_N: number
  private slackCount: number
  /** Where it first met what may be the upper end. */
  private metCount: number

  constructor(nominal_pulses: number) {
    this.direction = 1
    this.lowCount = 0
    this.travel_pulses = 0
    this.nominal_pulses = nominal_pulses
    this.pressedCount = 0
    this.least_N = Infinity
    this.slackCount = 0
    this.metCount = -Infinity
  }

  begin(): void {
    this.direction = 1
  }

  /**
   * The drum at `count` pulls with `load_N` on its way up. It first unwinds what the lower stop made it wind up, which its speed and its
   * rotor decided: where it takes least, the cable is slack and the glass stands at its lower end. Then it lifts.
   */
  lifts(count: number, load_N: number): void {
    const way_pulses = this.pressedCount - count
    if (way_pulses < TURNS_pulses || way_pulses > LIFTED_pulses) return
    if (load_N < this.least_N) {
      this.least_N = load_N
      this.slackCount = count
    } else if (load_N > this.least_N + LIFTS_N) {
      this.lowCount = this.slackCount
      this.pressedCount = Infinity
    }
  }

  /** Pulses to the upper end, by the descriptor's travel. */
  gap_pulses(count: number): number {
    return this.nominal_pulses - (this.lowCount - count)
  }

  /** The learned travel is the descriptor's, within `most_pulses`. */
  asDescribed(most_pulses: number): boolean {
    return Math.abs(this.travel_pulses - this.nominal_pulses) <= most_pulses
  }

  /** On the way up, it is where no end can be any more. */
  astray(count: number): boolean {
    return this.direction === -1 && this.lowCount - count > WINDOW_PARAMETERS.travelMost * this.nominal_pulses
  }

  /**
   * The glass meets something at `count`. True: that may be the upper end, as it is where that has to be and gave no more than a seal since
   * it was met.
   */
  meetsEnd(count: number): boolean {
    this.metCount = Math.max(this.metCount, count)
    return this.metCount - count <= GIVES_pulses && plausible(this.lowCount - count, this.nominal_pulses)
  }

  /** The glass stands under current, or is astray, with the counter at `count`. Returns what that is (`LEARNED`). */
  stands(count: number): Learned {
    if (this.direction === 1) {
      this.lowCount = count
      this.pressedCount = count
      this.least_N = Infinity
      this.metCount = -Infinity
      this.direction = -1
      return LEARNED.lowerEnd
    }
    this.travel_pulses = this.lowCount - count
    return this.meetsEnd(count) ? LEARNED.done : LEARNED.failed
  }
}

/** What the ends of the travel teach: where the glass is, how long its travel is, and what closing took on the way. */
export class TravelEnds {
  private readonly position: GlassPosition
  private readonly learning: LearningRun
  private readonly guard: PinchGuard

  constructor(position: GlassPosition, learning: LearningRun, guard: PinchGuard) {
    this.position = position
    this.learning = learning
    this.guard = guard
  }

  /** The glass stands at the lower stop. Its travel was measured: by that of a descriptor, the guard might end where no end is. */
  open(count: number): void {
    this.position.reference(count, this.position.travel_pulses)
  }

  /** It stands at the upper end; when it is pressed into the stop, that is the reference. */
  closed(count: number): void {
    if (!this.guard.pressed()) return
    this.position.reference(count, -this.guard.stretch_pulses())
    this.guard.finish()
  }

  /** It stands on the learning run, first at the lower end, then at the upper; or has passed it. Returns what that is (`LEARNED`). */
  learn(count: number): Learned {
    const learned = this.learning.stands(this.learning.direction === 1 ? count : count + this.guard.stretch_pulses())
    if (learned === LEARNED.done) this.learned(count)
    else if (learned !== LEARNED.lowerEnd) this.position.forget()
    return learned
  }

  private learned(count: number): void {
    this.position.measure(this.learning.travel_pulses)
    this.position.reference(count, -this.guard.stretch_pulses())
    if (this.learning.asDescribed(this.position.toPulses(WINDOW_PARAMETERS.describedWithin_mm))) this.guard.finish()
  }
}

/** What a window driver keeps over a reset. */
export interface WindowRecord {
  /** Of the window it was learned on: another one starts unlearned. */
  serial: number
  /** Learned travel. */
  travel_pulses: number
  /** From the closed end, a little negative when closed under tension; NaN: not known, as while the glass moves. */
  position_pulses: number
}

const VERSION = 2
const BYTES = 9
const UNKNOWN = 0xffff
/** The closed glass stands under tension, below 0: the image counts from there. */
const BELOW_pulses = 256

/** NVM image of a record: version, serial (32 bits), travel, position (16 bits each, 0xFFFF =
 * not known). */
export function encodeWindowRecord(record: WindowRecord): Uint8Array {
  const bytes = new Uint8Array(BYTES)
  const position = record.position_pulses
  bytes[0] = VERSION
  put32(bytes, 1, record.serial)
  put16(bytes, 5, rounded(record.travel_pulses))
  put16(bytes, 7, isNaN(position) ? UNKNOWN : Math.max(0, Math.min(UNKNOWN - 1, rounded(position) + BELOW_pulses)))
  return bytes
}

/** Undefined when the bytes are not a record of this version. */
export function decodeWindowRecord(stored: Uint8Array | undefined): WindowRecord | undefined {
  const bytes = recordOf(stored, BYTES, VERSION)
  if (bytes === undefined) return undefined
  const position = get16(bytes, 7)
  return {
    serial: get32(bytes, 1),
    travel_pulses: get16(bytes, 5),
    position_pulses: position === UNKNOWN ? NaN : position - BELOW_pulses,
  }
}
