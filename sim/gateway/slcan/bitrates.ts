/** Bit rates of `S0` … `S8`, bit/s. */
export const SLCAN_BITRATES = [10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000] as const

/** Clock of the time quantum of the adapters' controller (SJA1000 at 16 MHz), Hz. */
const QUANTUM_CLOCK_HZ = 8_000_000

/** Bit rate that the SJA1000 bus timing registers `btr0`, `btr1` set, bit/s. */
export function btrBitrate(btr0: number, btr1: number): number {
  const prescaler = (btr0 & 0x3f) + 1
  const quanta = 1 + (btr1 & 0x0f) + 1 + (btr1 >> 4 & 0x07) + 1
  return QUANTUM_CLOCK_HZ / (prescaler * quanta)
}

/** Time quanta a bit may have: one for the start, 1–16 before the sample point, 1–8 behind it. */
const LEAST_QUANTA = 8
const MOST_QUANTA = 25
const MOST_PRESCALER = 64
/** Sample point to come close to, as CiA 301 recommends. */
const SAMPLE_POINT = 0.875

/**
 * The command that sets a bit rate: `S0` … `S8`, else `s` with bus timing registers that give it exactly, sampled near
 * 87.5 %. Undefined: the adapters' controller cannot make it.
 */
export function bitrateCommand(bitrate: number): string | undefined {
  const index = SLCAN_BITRATES.indexOf(bitrate as typeof SLCAN_BITRATES[number])
  if (index >= 0) return `S${index}`
  let best = -1
  let bestMiss = Infinity
  for (let quanta = LEAST_QUANTA; quanta <= MOST_QUANTA; quanta++) {
    const prescaler = QUANTUM_CLOCK_HZ / (bitrate * quanta)
    if (!Number.isInteger(prescaler) || prescaler > MOST_PRESCALER) continue
    const before = Math.min(16, Math.max(quanta - 9, Math.round(quanta * SAMPLE_POINT) - 1))
    const behind = quanta - 1 - before
    const miss = Math.abs((1 + before) / quanta - SAMPLE_POINT)
    if (miss >= bestMiss) continue
    bestMiss = miss
    best = (prescaler - 1) << 8 | (behind - 1) << 4 | (before - 1)
  }
  if (best >= 0) return `s${best.toString(16).toUpperCase().padStart(4, '0')}`
  return undefined
}
