import { DEFAULT_ENDPOINT, readEndpoint } from '../endpoint.ts'
import type { Link, LinkOptions } from '../link.ts'
import { ListeningLink } from '../listening-link.ts'
import { maxClients, serveSessions, tcpEntrance } from '../tcp-entrance.ts'
import type { LinkUri } from '../uri.ts'
import { SocketcandSession } from './session.ts'

/** `socketcand-listen:host:port`: we are a socketcand daemon; `can0` or `spine0` is spine A, `can1` or `spine1` spine B. */
export function createSocketcandListen(uri: LinkUri, options: LinkOptions): Link {
  const endpoint = readEndpoint(uri, DEFAULT_ENDPOINT.socketcand)
  return new ListeningLink(uri.text, options, host => tcpEntrance(host, 'socketcand', endpoint, serveSessions(
    host, maxClients(uri), (socket, origin, peer) => new SocketcandSession(host, socket, () => socket.destroy(), origin, peer),
  )))
}
