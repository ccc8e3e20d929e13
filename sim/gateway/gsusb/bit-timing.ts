/** What the controller can be set to, in time quanta. Source: Linux, `struct can_bittiming_const`. */
export interface TimingLimits {
  readonly clock_Hz: number
  readonly tseg1Min: number
  readonly tseg1Max: number
  readonly tseg2Min: number
  readonly tseg2Max: number
  readonly sjwMax: number
  readonly brpMin: number
  readonly brpMax: number
  readonly brpInc: number
}

/** Time quanta before and behind the sample point, and the prescaler. */
export interface BitTiming {
  readonly propSeg: number
  readonly phaseSeg1: number
  readonly phaseSeg2: number
  readonly sjw: number
  readonly brp: number
}

/** Where CAN in Automation wants the sample point, as Linux does. */
function samplePoint(bitrate: number): number {
  return bitrate > 800_000 ? 0.75 : bitrate > 500_000 ? 0.8 : 0.875
}

/**
 * The timing that gives exactly this bit rate (bit/s) with the sample point nearest to CiA's, and of those the one with
 * the finest quanta. `undefined`: the controller cannot. Anything is accepted as limits.
 */
export function bitTiming(limits: TimingLimits, bitrate: number): BitTiming | undefined {
  const { clock_Hz, tseg1Min, tseg1Max, tseg2Min, tseg2Max, sjwMax } = limits
  const wanted = samplePoint(bitrate)
  let best: BitTiming | undefined
  let bestOff = Infinity
  const first = Math.max(1, limits.brpMin)
  const last = Math.min(limits.brpMax, clock_Hz / bitrate)
  for (let brp = first; brp <= last; brp += Math.max(1, limits.brpInc)) {
    const quanta = clock_Hz / (brp * bitrate)
    if (!Number.isInteger(quanta)) continue
    const ideal = Math.round(quanta * (1 - wanted))
    const tseg2 = Math.max(tseg2Min, 1, quanta - 1 - tseg1Max, Math.min(tseg2Max, ideal))
    const tseg1 = quanta - 1 - tseg2
    if (tseg2 > tseg2Max || tseg1 < Math.max(2, tseg1Min) || tseg1 > tseg1Max) continue
    const off = Math.abs((1 + tseg1) / quanta - wanted)
    if (off >= bestOff) continue
    bestOff = off
    const propSeg = tseg1 >> 1
    const phaseSeg1 = tseg1 - propSeg
    const sjw = Math.max(1, Math.min(sjwMax, phaseSeg1, tseg2 >> 1))
    best = { propSeg, phaseSeg1, phaseSeg2: tseg2, sjw, brp }
  }
  return best
}
