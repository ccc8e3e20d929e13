import type { Prng } from '../kernel/index.ts'

/** A body on its springs and an axle on its tyre: resonances of a car, Hz, and their damping. */
const MODES = [{ frequency_Hz: 1.5, damping: 0.25 }, { frequency_Hz: 11, damping: 0.15 }] as const
const PI = 3.141592653589793

/** A standard normal number, near enough: the sum of twelve uniform ones (Irwin and Hall), the bytes of three throws, in steps of 1/256. */
export function normal(dice: Prng): number {
  const a = dice.uint32()
  const b = dice.uint32()
  const c = dice.uint32()
  // Two sums of six bytes side by side, none of which reaches 16 bits.
  const sums = (a & 0xff00ff) + (a >>> 8 & 0xff00ff) + (b & 0xff00ff) + (b >>> 8 & 0xff00ff) + (c & 0xff00ff) + (c >>> 8 & 0xff00ff)
  // A byte stands for the middle of its step.
  return ((sums & 0xffff) + (sums >>> 16) + 6) / 256 - 6
}

/** Vertical acceleration of the body on a rough road: white noise through the resonances of body and axle, half of it each. */
export class Road {
  private readonly dice: Prng
  private readonly rms_m_s2: number
  private readonly value = new Float64Array(MODES.length)
  private readonly rate = new Float64Array(MODES.length)

  /** `rms_m_s2`: 0 smooth, 1 a bad country road, 2 cobbles (ISO 2631-1 calls it extremely uncomfortable). */
  constructor(dice: Prng, rms_m_s2: number) {
    this.dice = dice
    this.rms_m_s2 = rms_m_s2
  }

  /** The acceleration `dt_s` later, m/s². */
  next(dt_s: number): number {
    if (this.rms_m_s2 === 0) return 0
    let sum = 0
    for (let i = 0; i < MODES.length; i++) {
      const w = 2 * PI * MODES[i]!.frequency_Hz
      const damping = MODES[i]!.damping
      // White noise of this density gives the resonator the variance 1.
      const noise = Math.sqrt(4 * damping * w * w * w / dt_s) * normal(this.dice)
      this.rate[i]! += dt_s * (noise - 2 * damping * w * this.rate[i]! - w * w * this.value[i]!)
      this.value[i]! += dt_s * this.rate[i]!
      sum += this.value[i]!
    }
    return sum * this.rms_m_s2 * Math.SQRT1_2
  }
}

/** Acceleration in a slam, up positive, when that share of it is over, m/s²: one arch. */
export function slamAt_m_s2(peak_m_s2: number, share: number): number {
  return share > 0 && share < 1 ? 4 * share * (1 - share) * peak_m_s2 : 0
}
