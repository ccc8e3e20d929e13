import { carriedFrames, requiredBaud, saturatedRate, type Encoding } from './line-rates.ts'

/** A line that carries less than this share of a full bus is refused: it would lose most of a busy bus. */
export const HOPELESS_SHARE = 0.2

export interface BaudVerdict {
  readonly verdict: 'carries' | 'tight' | 'hopeless'
  /** The arithmetic in one line. */
  readonly text: string
}

/** Whether a UART at `baud` carries a full bus of `bitrate` bit/s: 29-bit frames of 8 bytes, back to back, as the car has them. */
export function judgeBaud(encoding: Encoding, baud: number, bitrate: number): BaudVerdict {
  const full = saturatedRate(bitrate, true, 8)
  const carried = carriedFrames(encoding, true, 8, baud)
  const share = carried / full
  return {
    verdict: share >= 1 ? 'carries' : share >= HOPELESS_SHARE ? 'tight' : 'hopeless',
    text: `${baud} baud carries ${Math.floor(carried)} of the ${Math.floor(full)} frames/s of a full ${bitrate / 1000} kbit/s bus (${Math.floor(share * 100)} %); `
      + `all of them take ${Math.ceil(requiredBaud(encoding, true, 8, full))} baud`,
  }
}
