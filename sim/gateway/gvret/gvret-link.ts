import { checkBaud } from '../baud.ts'
import { HostLink, type HostSession, type SessionHost } from '../host-link.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { readPlace, uartBaud, type Transport } from '../transport.ts'
import type { LinkUri } from '../uri.ts'
import { DEFAULT_GVRET_ENDPOINT } from './gvret-listen.ts'
import { GvretHostSession, type GvretSettings } from './host-session.ts'

/** What ESP32RET has; devices with native USB ignore it. */
const DEFAULT_BAUD = 1_000_000

/** `gvret:/dev/ttyUSB0?bitrate=500000`, `gvret:host:port`. */
export function createGvretLink(uri: LinkUri, options: LinkOptions): Link {
  return new GvretLink(uri, options)
}

/** We are the host of a GVRET device: an ESP32RET, a GEVCU, a board of ours on its UART. */
class GvretLink extends HostLink {
  private readonly settings: GvretSettings
  protected override readonly warning: string

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri.text, options, readPlace(uri, DEFAULT_GVRET_ENDPOINT, DEFAULT_BAUD))
    const baud = uartBaud(uri, this.place)
    this.warning = checkBaud(uri, 'gvret', baud, this.bitrate)
    this.settings = { bitrate: this.bitrate, listenOnly: this.mode === 'listen', baud }
  }

  protected override carries(frame: LinkFrame): boolean {
    return !frame.fd && !frame.error && !frame.remote && frame.bus <= 1
  }

  protected override createSession(transport: Transport, host: SessionHost): HostSession {
    return new GvretHostSession(transport.stream, host, this.settings)
  }
}
