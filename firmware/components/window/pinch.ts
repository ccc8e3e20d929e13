import { WINDOW_LIMITS } from './parameters.ts'

/** What is known of a closing glass at a tick. */
export interface ClosingState {
  /** Since the motor started. */
  elapsed_ms: number
  /** Since the last pulse. */
  stalled_ms: number
  /** Distance to the closed end. */
  gap_mm: number
  /** Current in the motor (not in the feed). */
  motor_A: number
  duty: number
}

/** Tells an obstacle from friction while the glass closes. One instance a window. */
export interface PinchDetector {
  /** A closing begins. */
  begin(): void
  /** Takes one tick. True: something is between glass and frame. */
  update(state: ClosingState): boolean
  /** The closing ended without an obstacle: what was seen of friction may be learned. */
  finish(): void
}

/** Zones of the travel with a friction of their own. */
const ZONES = 16
export const PINCH_LIMITS = {
  /** Force above friction that counts as an obstacle, and what one ampere pushes (73:1 worm, 22 mm drum). */
  trip_N: 60,
  forcePerAmpere_N: 28,
  /** Allowance for noise and a friction that is not yet learned. */
  noise_A: 0.5,
  unlearned_A: 1.5,
  /** Ticks in a row. */
  confirmTicks: 2,
  /** The start's inrush and the ramp say nothing. */
  start_ms: 250,
  /** A glass that stands this long away from the end is held. */
  stall_ms: 80,
  /** Below this opening nothing is pinched: the glass is in its seal (FMVSS 118: 4 mm). */
  endGap_mm: 4,
  /** Share of a new closing in the learned friction. */
  learnShare: 0.25,
} as const

/**
 * Force from current: what the motor draws above the learned friction of this part of the travel. Friction is learned
 * from closings that met nothing.
 */
export class CurrentPinchDetector implements PinchDetector {
  private readonly nominal_A: number
  private readonly learned_A: Float32Array
  private readonly sum_A: Float32Array
  private readonly samples: Uint16Array
  private overTicks: number

  /** `nominal_A`: the run current, taken for friction until there is something learned. */
  constructor(nominal_A: number) {
    this.nominal_A = nominal_A
    this.learned_A = new Float32Array(ZONES)
    this.sum_A = new Float32Array(ZONES)
    this.samples = new Uint16Array(ZONES)
    this.overTicks = 0
  }

  begin(): void {
    this.overTicks = 0
    for (let i = 0; i < ZONES; i++) {
      this.sum_A[i] = 0
      this.samples[i] = 0
    }
  }

  update(state: ClosingState): boolean {
    if (!(state.gap_mm > PINCH_LIMITS.endGap_mm)) return false
    const limit_ms = state.elapsed_ms < PINCH_LIMITS.start_ms ? WINDOW_LIMITS.stall_ms : PINCH_LIMITS.stall_ms
    if (state.stalled_ms >= limit_ms) return true
    if (state.elapsed_ms < PINCH_LIMITS.start_ms) return false
    const zone = Math.max(0, Math.min(ZONES - 1, Math.floor(state.gap_mm * ZONES / WINDOW_LIMITS.travel_mm)))
    const learned_A = this.learned_A[zone]!
    const expected_A = learned_A > 0 ? learned_A : this.nominal_A + PINCH_LIMITS.unlearned_A
    const trip_A = expected_A + PINCH_LIMITS.noise_A + PINCH_LIMITS.trip_N / PINCH_LIMITS.forcePerAmpere_N
    this.overTicks = state.motor_A > trip_A ? this.overTicks + 1 : 0
    this.sum_A[zone] = this.sum_A[zone]! + state.motor_A
    this.samples[zone] = this.samples[zone]! + 1
    return this.overTicks >= PINCH_LIMITS.confirmTicks
  }

  finish(): void {
    for (let i = 0; i < ZONES; i++) {
      const samples = this.samples[i]!
      if (samples === 0) continue
      const seen_A = this.sum_A[i]! / samples
      const learned_A = this.learned_A[i]!
      this.learned_A[i] = learned_A > 0 ? learned_A + (seen_A - learned_A) * PINCH_LIMITS.learnShare : seen_A
    }
  }
}
