import type { Socket } from 'node:net'
import type { Endpoint } from '../endpoint.ts'
import type { Link, LinkOptions } from '../link.ts'
import { TcpSessionsLink, type TcpClient } from '../tcp-listen-link.ts'
import type { LinkUri } from '../uri.ts'
import { GvretDeviceSession, type DeviceOwner } from './device-session.ts'

export const DEFAULT_GVRET_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 2323 }

/** `gvret-listen:host:port`. */
export function createGvretListen(uri: LinkUri, options: LinkOptions): Link {
  return new GvretListen(uri, options)
}

/** We are a GVRET device on TCP, as SavvyCAN's network connections expect it. */
class GvretListen extends TcpSessionsLink {
  private readonly owner: DeviceOwner

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri, options, 'gvret', DEFAULT_GVRET_ENDPOINT)
    this.owner = {
      bitrate: this.bitrate,
      queueFrames: this.queueFrames,
      now_ns: this.now_ns,
      accept: (frame, from) => this.accept(frame, from),
      changed: () => this.refreshState(),
      report: line => this.report(`${uri.text}: ${line}`),
    }
  }

  protected override serve(socket: Socket, origin: string, peer: string): TcpClient {
    return new GvretDeviceSession(this.owner, socket, () => socket.destroy(), origin, peer)
  }
}
