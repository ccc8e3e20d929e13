import { checkBaud } from '../baud.ts'
import { DEFAULT_ENDPOINT } from '../endpoint.ts'
import { HostLink } from '../host-link.ts'
import type { Link, LinkOptions } from '../link.ts'
import { DEFAULT_BITRATE } from '../link-base.ts'
import { accessTo, readPlace, uartBaud } from '../transport.ts'
import type { LinkUri } from '../uri.ts'
import { GvretHostSession } from './host-session.ts'

/** What ESP32RET has; devices with native USB ignore it. */
const DEFAULT_BAUD = 1_000_000

/**
 * `gvret:/dev/ttyUSB0?bitrate=500000`, `gvret:host:port`: we are the host of a GVRET device, an ESP32RET, a GEVCU, a board
 * of ours on its UART.
 */
export function createGvretLink(uri: LinkUri, options: LinkOptions): Link {
  const { bitrate = DEFAULT_BITRATE, mode } = options
  const place = readPlace(uri, DEFAULT_ENDPOINT.gvret, DEFAULT_BAUD)
  const baud = uartBaud(uri, place)
  const settings = { bitrate, listenOnly: mode === 'listen', baud }
  return new HostLink(uri.text, options, accessTo(place), {
    warning: checkBaud(uri, 'gvret', baud, bitrate),
    carries: frame => !frame.fd && !frame.error && !frame.remote && frame.bus <= 1,
    createSession: (transport, host) => new GvretHostSession(transport.stream, host, settings),
  })
}
