import type { Socket } from 'node:net'
import type { Endpoint } from '../endpoint.ts'
import type { Link, LinkOptions } from '../link.ts'
import { TcpSessionsLink, type TcpClient } from '../tcp-listen-link.ts'
import type { LinkUri } from '../uri.ts'
import { SocketcandSession, type SocketcandOwner } from './session.ts'

export const DEFAULT_SOCKETCAND_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 29536 }

/** `socketcand-listen:host:port`. */
export function createSocketcandListen(uri: LinkUri, options: LinkOptions): Link {
  return new SocketcandListen(uri, options)
}

/** We are a socketcand daemon: clients open `can0` or `spine0` (spine A), `can1` or `spine1` (spine B). */
class SocketcandListen extends TcpSessionsLink {
  private readonly owner: SocketcandOwner

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri, options, 'socketcand', DEFAULT_SOCKETCAND_ENDPOINT)
    this.owner = {
      queueFrames: this.queueFrames,
      now_ns: this.now_ns,
      accept: (frame, from) => this.accept(frame, from),
      changed: () => this.refreshState(),
    }
  }

  protected override serve(socket: Socket, origin: string, peer: string): TcpClient {
    return new SocketcandSession(this.owner, socket, () => socket.destroy(), origin, peer)
  }
}
