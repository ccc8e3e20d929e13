import { WINDOW_LIMITS } from './parameters.ts'

/** Knots of the profile: close together near the top, where the upper seal takes hold, then wider. */
const FINE = 11
const FINE_mm = 3
const COARSE = 20
const COARSE_mm = (WINDOW_LIMITS.travel_mm - (FINE - 1) * FINE_mm) / COARSE
export const FRICTION_KNOTS = FINE + COARSE

/** Resolution and range of the stored image, A; 0 = not learned. */
const STORED_A = 0.1
const VERSION = 1
export const FRICTION_BYTES = 1 + FRICTION_KNOTS
/** The upper seal as the kind of window has it: it adds so much at the top, from this gap on. */
const TOP_SEAL_A = 1.6
const TOP_SEAL_mm = 12
/** Share of a new closing in what is learned. */
const LEARN_SHARE = 0.3

/** Where `gap_mm` lies: knot number with fraction. */
function knotOf(gap_mm: number): number {
  return Math.max(0, Math.min(FRICTION_KNOTS - 1, gap_mm / FINE_mm, FINE - 1 + (gap_mm - (FINE - 1) * FINE_mm) / COARSE_mm))
}

/** Number of the first knot that is not below `gap_mm`; the last one for what lies above it. */
export function frictionKnotAbove(gap_mm: number): number {
  return Math.ceil(knotOf(gap_mm))
}

/** Opening at which a knot lies, mm: for those who fill a profile. */
export function frictionKnot_mm(index: number): number {
  return index < FINE ? index * FINE_mm : (FINE - 1) * FINE_mm + (index - FINE + 1) * COARSE_mm
}

/** NVM image of the currents at all knots, A; 0 = not learned. */
export function frictionImage(current_A: Float32Array): Uint8Array {
  const bytes = new Uint8Array(FRICTION_BYTES)
  bytes[0] = VERSION
  // Stryker disable next-line EqualityOperator: a typed array ignores what is written beyond its end.
  for (let i = 0; i < FRICTION_KNOTS; i++) bytes[i + 1] = Math.max(0, Math.min(255, Math.round(current_A[i]! / STORED_A)))
  return bytes
}

/**
 * The current that closing takes at each part of the travel, learned from closings that met nothing; in between it is
 * interpolated. Until a part is learned the nominal current stands for it, with a common upper seal.
 */
export class FrictionProfile {
  /** Something was learned since the image was made. */
  changed: boolean
  private readonly nominal_A: number
  private readonly learned_A: Float32Array
  private readonly sum_A: Float32Array
  private readonly weight: Float32Array

  constructor(nominal_A: number) {
    this.changed = false
    this.nominal_A = nominal_A
    this.learned_A = new Float32Array(FRICTION_KNOTS)
    this.sum_A = new Float32Array(FRICTION_KNOTS)
    this.weight = new Float32Array(FRICTION_KNOTS)
  }

  /** Every part of the travel from `gap_mm` to the top is learned. */
  known(gap_mm: number): boolean {
    const last = frictionKnotAbove(gap_mm)
    for (let i = 0; i <= last; i++) if (!(this.learned_A[i]! > 0)) return false
    return true
  }

  /** Current that closing at `gap_mm` took so far, A. */
  usual_A(gap_mm: number): number {
    const knot = knotOf(gap_mm)
    const low = Math.floor(knot)
    const low_A = this.knot(low)
    return low_A + (this.knot(low + 1) - low_A) * (knot - low)
  }

  /** A closing begins: forgets what the last one, unfinished, saw. */
  begin(): void {
    this.sum_A.fill(0)
    this.weight.fill(0)
  }

  /** The closing takes `load_A` at `gap_mm`. */
  see(gap_mm: number, load_A: number): void {
    const knot = knotOf(gap_mm)
    const low = Math.floor(knot)
    const share = knot - low
    this.add(low, load_A, 1 - share)
    this.add(low + 1, load_A, share)
  }

  /** The closing reached the top without an obstacle: what it saw is learned. */
  finish(): void {
    // Stryker disable next-line EqualityOperator: beyond the last knot there is no weight.
    for (let i = 0; i < FRICTION_KNOTS; i++) {
      if (!(this.weight[i]! > 0)) continue
      const seen_A = this.sum_A[i]! / this.weight[i]!
      const learned_A = this.learned_A[i]!
      this.changed = true
      this.learned_A[i] = learned_A > 0 ? learned_A + (seen_A - learned_A) * LEARN_SHARE : seen_A
    }
  }

  /** Image for the NVM. */
  encode(): Uint8Array {
    return frictionImage(this.learned_A)
  }

  /** Takes a stored image. `false`: it is none of this version, and nothing was changed. */
  decode(bytes: Uint8Array | undefined): boolean {
    if (bytes === undefined || bytes.length !== FRICTION_BYTES || bytes[0] !== VERSION) return false
    // Stryker disable next-line EqualityOperator: a typed array ignores what is written beyond its end.
    for (let i = 0; i < FRICTION_KNOTS; i++) this.learned_A[i] = bytes[i + 1]! * STORED_A
    return true
  }

  private knot(index: number): number {
    const learned_A = this.learned_A[index]!
    if (learned_A > 0) return learned_A
    return this.nominal_A + TOP_SEAL_A * Math.max(0, 1 - frictionKnot_mm(index) / TOP_SEAL_mm)
  }

  private add(index: number, load_A: number, weight: number): void {
    this.sum_A[index] = this.sum_A[index]! + load_A * weight
    this.weight[index] = this.weight[index]! + weight
  }
}
