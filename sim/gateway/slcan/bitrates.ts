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
