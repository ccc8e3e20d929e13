import { DEFAULT_ENDPOINT, readEndpoint } from '../endpoint.ts'
import type { Link, LinkOptions } from '../link.ts'
import { ListeningLink } from '../listening-link.ts'
import { maxClients, serveSessions, tcpEntrance } from '../tcp-entrance.ts'
import type { LinkUri } from '../uri.ts'
import { beaconTarget, withBeacon } from './beacon.ts'
import { SocketcandSession } from './session.ts'

/**
 * `socketcand-listen:host:port`: we are a socketcand daemon; `can0` or `spine0` is spine A, `can1` or `spine1` spine B.
 * `?beacon=yes` tells the lists of clients on this machine, `?beacon=192.0.2.255` those of a network.
 */
export function createSocketcandListen(uri: LinkUri, options: LinkOptions): Link {
  const endpoint = readEndpoint(uri, DEFAULT_ENDPOINT.socketcand)
  const target = beaconTarget(uri)
  return new ListeningLink(uri.text, options, (host) => {
    const entrance = tcpEntrance(host, 'socketcand', endpoint, serveSessions(
      host, maxClients(uri), (socket, origin, peer) => new SocketcandSession(host, socket, () => socket.destroy(), origin, peer),
    ))
    if (target === undefined) return entrance
    return withBeacon(entrance, host, endpoint, target, () => Number(/\d+$/.exec(entrance.addresses[0]!)![0]))
  })
}
