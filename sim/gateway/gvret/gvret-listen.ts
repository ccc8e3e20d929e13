import { DEFAULT_ENDPOINT, readEndpoint } from '../endpoint.ts'
import type { Link, LinkOptions } from '../link.ts'
import { ListeningLink } from '../listening-link.ts'
import { maxClients, serveSessions, tcpEntrance } from '../tcp-entrance.ts'
import type { LinkUri } from '../uri.ts'
import { GvretDeviceSession } from './device-session.ts'

/** `gvret-listen:host:port`: we are a GVRET device, as SavvyCAN's network connections expect it. */
export function createGvretListen(uri: LinkUri, options: LinkOptions): Link {
  const endpoint = readEndpoint(uri, DEFAULT_ENDPOINT.gvret)
  return new ListeningLink(uri.text, options, host => tcpEntrance(host, 'gvret', endpoint, serveSessions(
    host, maxClients(uri), (socket, origin, peer) => new GvretDeviceSession(host, socket, () => socket.destroy(), origin, peer),
  )))
}
