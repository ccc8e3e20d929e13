import { slamAt_m_s2 } from '../plants/index.ts'
import { Ripple } from '../power/index.ts'
import type { CaseParameter } from './tolerances.ts'

/** What of a case happens to supply, door and glass while the motor runs. */
export type Happening = Readonly<Record<
  Extract<CaseParameter, 'step_V' | 'stepAt_ms' | 'ripple_Vpp' | 'ripple_Hz' | 'rippleAt' | 'dip_V' | 'dip_ms' | 'dipAt_ms' | 'contact_ohm' | 'contactAt_ms'
  | 'slam_m_s2' | 'slam_ms' | 'slamAt_ms' | 'gust_N' | 'gust_ms' | 'gustAt_ms'>,
  number
>>

/** A hub resets below; nothing in the declared space goes deeper. */
const LEAST_V = 6
/** A gust rises and falls in this share of its time. */
const GUST_EDGE = 0.2

/** What happens at the milliseconds of a motion: the supply moves, the door is slammed, wind presses the glass. */
export class Surroundings {
  private readonly happening: Happening
  private readonly ripple: Ripple

  constructor(happening: Happening) {
    this.happening = happening
    this.ripple = new Ripple(happening.ripple_Vpp, happening.ripple_Hz, happening.rippleAt)
  }

  /** The mean supply of the next millisecond, `time_ms` after the start, to a hub that draws `drawn_A` from a feed of `feed_V`. */
  supply_V(time_ms: number, feed_V: number, drawn_A: number): number {
    const h = this.happening
    let supply_V = feed_V + this.ripple.next_V()
    if (time_ms >= h.stepAt_ms) supply_V += h.step_V
    if (time_ms >= h.dipAt_ms && time_ms < h.dipAt_ms + h.dip_ms) supply_V -= h.dip_V
    if (time_ms >= h.contactAt_ms) supply_V -= h.contact_ohm * drawn_A
    return supply_V > LEAST_V ? supply_V : LEAST_V
  }

  /** Of a slam, m/s². */
  slam_m_s2(time_ms: number): number {
    const { slam_m_s2, slamAt_ms, slam_ms } = this.happening
    return slamAt_m_s2(slam_m_s2, (time_ms - slamAt_ms) / slam_ms)
  }

  /** Drag that wind adds. */
  gust_N(time_ms: number): number {
    const { gust_N, gustAt_ms, gust_ms } = this.happening
    const share = (time_ms - gustAt_ms) / gust_ms
    if (!(share > 0 && share < 1)) return 0
    return gust_N * Math.min(1, share / GUST_EDGE, (1 - share) / GUST_EDGE)
  }
}
