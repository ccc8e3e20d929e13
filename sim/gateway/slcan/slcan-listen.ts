import { DEFAULT_ENDPOINT, readEndpoint } from '../endpoint.ts'
import type { Link, LinkOptions } from '../link.ts'
import { ListeningLink } from '../listening-link.ts'
import { isTtyPath } from '../serial.ts'
import { maxClients, serveSessions, tcpEntrance } from '../tcp-entrance.ts'
import type { LinkUri } from '../uri.ts'
import { SlcanSession } from './session.ts'
import { ttyEntrance } from './tty-entrance.ts'

/**
 * `slcan-listen:host:port`: we are an SLCAN adapter that many hosts may share, each with a channel, filter and queue of
 * its own. `slcan-listen:/dev/…`: one on a serial line or one end of a pty.
 */
export function createSlcanListen(uri: LinkUri, options: LinkOptions): Link {
  if (isTtyPath(uri.target)) return new ListeningLink(uri.text, options, host => ttyEntrance(host, uri))
  const endpoint = readEndpoint(uri, DEFAULT_ENDPOINT.slcan)
  return new ListeningLink(uri.text, options, host => tcpEntrance(host, 'slcan', endpoint, serveSessions(
    host, maxClients(uri), (socket, origin, peer) => new SlcanSession(host, socket, () => socket.destroy(), origin, peer),
  )))
}
