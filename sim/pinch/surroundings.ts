import type { CaseParameter } from './tolerances.ts'

/** What of a case happens to supply, door and glass while the motor runs. */
export type Happening = Readonly<Record<
  Extract<CaseParameter, 'step_V' | 'stepAt_ms' | 'ripple_Vpp' | 'ripple_Hz' | 'rippleAt' | 'dip_V' | 'dip_ms' | 'dipAt_ms' | 'contact_ohm' | 'contactAt_ms'
  | 'slam_m_s2' | 'slam_ms' | 'slamAt_ms' | 'gust_N' | 'gust_ms' | 'gustAt_ms'>,
  number
>>

const PI = 3.141592653589793
/** A hub resets below; nothing in the declared space goes deeper. */
const LEAST_V = 6
/** A gust rises and falls in this share of its time. */
const GUST_EDGE = 0.2

/** What happens at the milliseconds of a motion: the supply moves, the door is slammed, wind presses the glass. */
export class Surroundings {
  private readonly happening: Happening
  private readonly ripple_V: number
  private readonly turn_cos: number
  private readonly turn_sin: number
  private cos: number
  private sin: number

  constructor(happening: Happening) {
    this.happening = happening
    const { ripple_Vpp, ripple_Hz, rippleAt } = happening
    // A sine that is averaged over a millisecond keeps sin(x)/x of its height, x half of its angle.
    const half_rad = PI * ripple_Hz / 1000
    const kept = sine(half_rad) / half_rad
    this.ripple_V = ripple_Vpp / 2 * (kept < 0 ? -kept : kept)
    this.turn_cos = sine(2 * half_rad + PI / 2)
    this.turn_sin = sine(2 * half_rad)
    this.cos = sine(2 * PI * rippleAt + PI / 2)
    this.sin = sine(2 * PI * rippleAt)
  }

  /** The mean supply of the next millisecond, `time_ms` after the start, to a hub that draws `drawn_A` from a feed of `feed_V`. */
  supply_V(time_ms: number, feed_V: number, drawn_A: number): number {
    const h = this.happening
    let supply_V = feed_V
    if (this.ripple_V > 0) {
      const { cos, sin } = this
      this.cos = cos * this.turn_cos - sin * this.turn_sin
      this.sin = sin * this.turn_cos + cos * this.turn_sin
      supply_V += this.ripple_V * this.sin
    }
    if (time_ms >= h.stepAt_ms) supply_V += h.step_V
    if (time_ms >= h.dipAt_ms && time_ms < h.dipAt_ms + h.dip_ms) supply_V -= h.dip_V
    if (time_ms >= h.contactAt_ms) supply_V -= h.contact_ohm * drawn_A
    return supply_V > LEAST_V ? supply_V : LEAST_V
  }

  /** Of a slam, m/s², up positive: one arch. */
  slam_m_s2(time_ms: number): number {
    const { slam_m_s2, slamAt_ms, slam_ms } = this.happening
    const share = (time_ms - slamAt_ms) / slam_ms
    return share > 0 && share < 1 ? 4 * share * (1 - share) * slam_m_s2 : 0
  }

  /** Drag that wind adds. */
  gust_N(time_ms: number): number {
    const { gust_N, gustAt_ms, gust_ms } = this.happening
    const share = (time_ms - gustAt_ms) / gust_ms
    if (!(share > 0 && share < 1)) return 0
    return gust_N * Math.min(1, share / GUST_EDGE, (1 - share) / GUST_EDGE)
  }
}

/** By its series, the same on every machine; to 1e-12 for the angles here. */
export function sine(angle_rad: number): number {
  let x = angle_rad - 2 * PI * Math.round(angle_rad / (2 * PI))
  if (x > PI / 2) x = PI - x
  if (x < -PI / 2) x = -PI - x
  let sum = x
  let term = x
  for (let k = 2; k <= 18; k += 2) {
    term *= -x * x / (k * (k + 1))
    sum += term
  }
  return sum
}
