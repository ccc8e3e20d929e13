import { rounded } from '#protocol/index.ts'

/** Registers that set the length of a bit and where it is sampled. */
export interface BitTiming {
  readonly cnf1: number
  readonly cnf2: number
  readonly cnf3: number
}

/** Where a bit is sampled, of its length: what CiA 301 recommends up to 500 kbit/s. */
const SAMPLE_POINT = 7 / 8
const FEWEST_QUANTA = 8
const MOST_QUANTA = 25
const MOST_PRESCALE = 64
/** The segment after the sampling point needs two quanta, that before it at most eight after the propagation's eight. */
const SHORTEST_END = 2
const LONGEST_SEGMENT = 8
/** Hardest wrong: no crystal of a controller is better than this, and no bus works with more. */
const EXACT = 1e-9
const LENGTH_BY_REGISTER = 0x80

/**
 * Bit timing of an MCP2515 (data sheet DS20001801, section 5): the division that samples nearest to 7/8 of a bit, with
 * as many quanta as there are. `oscillator_Hz` is its crystal's frequency, 1–25 MHz; `bitrate` in bit/s, 10,000–1,000,000.
 * @throws RangeError when they do not divide.
 */
export function bitTiming(oscillator_Hz: number, bitrate: number): BitTiming {
  if (!(oscillator_Hz >= 1e6 && oscillator_Hz <= 25e6)) throw new RangeError(`oscillator ${oscillator_Hz} Hz is not in 1000000…25000000 Hz`)
  if (!(bitrate >= 10_000 && bitrate <= 1e6)) throw new RangeError(`bit rate ${bitrate} bit/s is not in 10000…1000000 bit/s`)
  let best: BitTiming | undefined = undefined
  let bestMiss = 1
  for (let quanta = MOST_QUANTA; quanta >= FEWEST_QUANTA; quanta--) {
    const prescale = oscillator_Hz / (2 * bitrate * quanta)
    const whole = rounded(prescale)
    if (whole < 1 || whole > MOST_PRESCALE || Math.abs(prescale - whole) > EXACT) continue
    const end = Math.min(LONGEST_SEGMENT, Math.max(SHORTEST_END, rounded(quanta * (1 - SAMPLE_POINT))))
    const before = quanta - 1 - end
    if (before > 2 * LONGEST_SEGMENT) continue
    const miss = Math.abs((1 + before) / quanta - SAMPLE_POINT)
    if (miss >= bestMiss) continue
    bestMiss = miss
    const phase = Math.min(LONGEST_SEGMENT, before - 1, Math.max(end, rounded(before / 2)))
    const jump = Math.min(4, end, phase)
    best = {
      cnf1: (jump - 1) << 6 | (whole - 1),
      cnf2: LENGTH_BY_REGISTER | (phase - 1) << 3 | (before - phase - 1),
      cnf3: end - 1,
    }
  }
  if (best === undefined) throw new RangeError(`no bit of ${bitrate} bit/s can be made of a crystal of ${oscillator_Hz} Hz: take 8 or 16 MHz`)
  return best
}
