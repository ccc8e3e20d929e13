import { checkBaud } from '../baud.ts'
import { DEFAULT_ENDPOINT } from '../endpoint.ts'
import { HostLink } from '../host-link.ts'
import type { Link, LinkOptions } from '../link.ts'
import { DEFAULT_BITRATE } from '../link-base.ts'
import { accessTo, readPlace, uartBaud } from '../transport.ts'
import { LinkUriError, type LinkUri } from '../uri.ts'
import { bitrateCommand } from './bitrates.ts'
import { LINE_BUFFER_BYTES, USB_LINE_BUFFER_BYTES } from './families.ts'
import { SlcanHostSession } from './host-session.ts'

/** Frames an adapter has room for: LAWICEL's have 32. */
const DEFAULT_WINDOW = 32

/** `slcan:/dev/ttyUSB0?bitrate=500000`, `slcan:host:port`: we are the host of an SLCAN (Lawicel) adapter. */
export function createSlcanLink(uri: LinkUri, options: LinkOptions): Link {
  const { bitrate = DEFAULT_BITRATE, mode } = options
  const place = readPlace(uri, DEFAULT_ENDPOINT.slcan)
  const command = bitrateCommand(bitrate)
  if (command === undefined) throw new LinkUriError(`"${uri.text}": an SLCAN adapter cannot make ${bitrate} bit/s exactly`)
  const timestamps = uri.words.get('timestamps') !== 'no'
  const baud = uartBaud(uri, place)
  const echo = uri.words.get('echo')
  const settings = {
    bitrateCommand: command,
    bitrate,
    listenOnly: mode === 'listen',
    timestamps,
    window: uri.numbers.get('window') ?? DEFAULT_WINDOW,
    echo: echo === undefined ? undefined : echo === 'yes',
    baud,
    probe: uri.words.get('probe') !== 'no',
  }
  return new HostLink(uri.text, options, accessTo(place), {
    warning: checkBaud(uri, timestamps ? 'slcan+timestamp' : 'slcan', baud, bitrate),
    carries: frame => !frame.fd && !frame.error,
    createSession(transport, host) {
      const lineBuffer = uri.numbers.get('buffer') ?? USB_LINE_BUFFER_BYTES[transport.usb ?? ''] ?? LINE_BUFFER_BYTES
      return new SlcanHostSession(transport.stream, host, { ...settings, lineBuffer })
    },
  })
}
