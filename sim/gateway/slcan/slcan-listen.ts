import type { Socket } from 'node:net'
import type { Endpoint } from '../endpoint.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { isTtyPath } from '../serial.ts'
import { TcpSessionsLink, type TcpClient } from '../tcp-listen-link.ts'
import type { LinkUri } from '../uri.ts'
import { SlcanSession, type SessionOwner } from './session.ts'
import { SlcanTty } from './slcan-tty.ts'

export const DEFAULT_SLCAN_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 3333 }

/** `slcan-listen:host:port` or `slcan-listen:/dev/…`. */
export function createSlcanListen(uri: LinkUri, options: LinkOptions): Link {
  return isTtyPath(uri.target) ? new SlcanTty(uri, options) : new SlcanTcp(uri, options)
}

/** We are an SLCAN adapter that many hosts may share, each with a channel, filter and queue of its own, over TCP. */
class SlcanTcp extends TcpSessionsLink {
  private readonly owner: SessionOwner

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri, options, 'slcan', DEFAULT_SLCAN_ENDPOINT)
    this.owner = {
      bitrate: this.bitrate,
      queueFrames: this.queueFrames,
      listenOnly: this.mode === 'listen',
      now_ns: this.now_ns,
      accept: (frame: LinkFrame, from: SlcanSession) => this.accept(frame, from),
      changed: () => this.refreshState(),
    }
  }

  protected override serve(socket: Socket, origin: string, peer: string): TcpClient {
    return new SlcanSession(this.owner, socket, () => socket.destroy(), origin, peer)
  }
}
