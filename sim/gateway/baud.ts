import { LinkUriError, type LinkUri } from './uri.ts'
import { carriedFrames, requiredBaud, saturatedRate, type Encoding } from './line-rates.ts'

/** A line that carries less than this share of a full bus is refused: it would lose most of a busy bus. */
const HOPELESS_SHARE = 0.2

interface BaudVerdict {
  readonly verdict: 'carries' | 'tight' | 'hopeless'
  /** The arithmetic in one line. */
  readonly text: string
}

/** Whether a UART at `baud` carries a full bus of `bitrate` bit/s: 29-bit frames of 8 bytes, back to back, as the car has them. */
function judgeBaud(encoding: Encoding, baud: number, bitrate: number): BaudVerdict {
  const full = saturatedRate(bitrate, true, 8)
  const carried = carriedFrames(encoding, true, 8, baud)
  const share = carried / full
  return {
    verdict: share >= 1 ? 'carries' : share >= HOPELESS_SHARE ? 'tight' : 'hopeless',
    text: `${baud} baud carries ${Math.floor(carried)} of the ${Math.floor(full)} frames/s of a full ${bitrate / 1000} kbit/s bus (${Math.floor(share * 100)} %); `
      + `all of them take ${Math.ceil(requiredBaud(encoding, true, 8, full))} baud`,
  }
}

/**
 * The same for a link, before it is opened. Throws LinkUriError when the port is hopeless, answers a warning when it is
 * tight, and nothing when it carries the bus or has no rate.
 */
export function checkBaud(uri: LinkUri, encoding: Encoding, baud: number | undefined, bitrate: number): string {
  if (baud === undefined) return ''
  const { verdict, text } = judgeBaud(encoding, baud, bitrate)
  if (verdict === 'carries') return ''
  if (verdict === 'tight' || uri.words.get('slow') === 'yes') return `${uri.text}: ${text}: on a busy bus the adapter loses frames`
  throw new LinkUriError(`"${uri.text}": ${text}. Raise baud=, or say usb=1 if ${uri.target} ignores its rate, or slow=yes if the bus is quiet`)
}
