import { checkBaud } from '../baud.ts'
import { HostLink, type HostSession, type SessionHost } from '../host-link.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { readPlace, uartBaud, type Transport } from '../transport.ts'
import { LinkUriError, type LinkUri } from '../uri.ts'
import { bitrateCommand } from './bitrates.ts'
import { LINE_BUFFER_BYTES, USB_LINE_BUFFER_BYTES } from './families.ts'
import { SlcanHostSession, type HostSettings } from './host-session.ts'
import { DEFAULT_SLCAN_ENDPOINT } from './slcan-listen.ts'

/** Frames an adapter has room for: LAWICEL's have 32. */
const DEFAULT_WINDOW = 32

/** `slcan:/dev/ttyUSB0?bitrate=500000`, `slcan:host:port`. */
export function createSlcanLink(uri: LinkUri, options: LinkOptions): Link {
  return new SlcanLink(uri, options)
}

/** We are the host of an SLCAN (Lawicel) adapter, on a serial port or on TCP. */
class SlcanLink extends HostLink {
  private readonly settings: Omit<HostSettings, 'lineBuffer'>
  private readonly lineBuffer: number | undefined
  protected override readonly warning: string

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri.text, options, readPlace(uri, DEFAULT_SLCAN_ENDPOINT))
    const command = bitrateCommand(this.bitrate)
    if (command === undefined) throw new LinkUriError(`"${uri.text}": an SLCAN adapter cannot make ${this.bitrate} bit/s exactly`)
    const timestamps = uri.words.get('timestamps') !== 'no'
    const baud = uartBaud(uri, this.place)
    this.warning = checkBaud(uri, timestamps ? 'slcan+timestamp' : 'slcan', baud, this.bitrate)
    this.lineBuffer = uri.numbers.get('buffer')
    const echo = uri.words.get('echo')
    this.settings = {
      bitrateCommand: command,
      bitrate: this.bitrate,
      listenOnly: this.mode === 'listen',
      timestamps,
      window: uri.numbers.get('window') ?? DEFAULT_WINDOW,
      echo: echo === undefined ? undefined : echo === 'yes',
      baud,
      probe: uri.words.get('probe') !== 'no',
    }
  }

  protected override carries(frame: LinkFrame): boolean {
    return !frame.fd && !frame.error
  }

  protected override createSession(transport: Transport, host: SessionHost): HostSession {
    const lineBuffer = this.lineBuffer ?? USB_LINE_BUFFER_BYTES[transport.usb ?? ''] ?? LINE_BUFFER_BYTES
    return new SlcanHostSession(transport.stream, host, { ...this.settings, lineBuffer })
  }
}
