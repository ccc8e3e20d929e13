import type { Socket } from 'node:net'
import type { LinkFrame } from '../link.ts'
import { createCounters } from '../counters.ts'
import { cloneLinkFrame } from '../link-frame.ts'
import { type EnvelopeBody, SpineConnection, STREAM_VERSION } from '../spine/index.ts'
import type { FarEnd } from './link-contract.ts'

/** Either end of the spine stream, laid open for tests. */
export class SpinePeer implements FarEnd {
  readonly received: LinkFrame[] = []
  readonly bodies: EnvelopeBody[] = []
  origin = ''
  ended: string | undefined
  readonly connection: SpineConnection
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    this.connection = new SpineConnection(socket, {
      onFrame: frame => this.received.push(cloneLinkFrame(frame)),
      onBody: body => this.bodies.push(body),
      onEnd: (reason) => { this.ended = reason },
    }, createCounters(), 100_000)
  }

  hello(version = STREAM_VERSION): void {
    this.connection.sendBody({ hello: { version, name: 'test', bitrate: 500_000, now_ns: 0, listen_only: false } })
  }

  send(frame: LinkFrame): void {
    this.connection.sendFrame(frame)
  }

  sendGarbage(): void {
    this.socket.write(Buffer.alloc(200, 0xff))
  }

  stall(stalled: boolean): void {
    if (stalled) this.socket.pause()
    else this.socket.resume()
  }

  async leave(): Promise<void> {
    this.socket.destroy()
  }
}
