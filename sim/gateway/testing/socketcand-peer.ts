import type { Socket } from 'node:net'
import type { LinkFrame } from '../link.ts'
import type { FarEnd } from './link-contract.ts'

/** What both ends of a socketcand connection have: text, cut into what stands in angle brackets. */
export abstract class SocketcandPeer implements FarEnd {
  origin = ''
  readonly received: LinkFrame[] = []
  protected readonly socket: Socket
  private text = ''

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => this.read(chunk))
    socket.on('error', () => undefined)
  }

  abstract send(frame: LinkFrame): void

  abstract sendGarbage(): void

  write(text: string): void {
    this.socket.write(text)
  }

  stall(stalled: boolean): void {
    if (stalled) this.socket.pause()
    else this.socket.resume()
  }

  async leave(): Promise<void> {
    this.socket.destroy()
  }

  /** Takes what stands from a `<` to its `>`, with what was in front of it. */
  protected abstract take(text: string): void

  private read(chunk: string): void {
    this.text += chunk
    for (let end = this.text.indexOf('>'); end >= 0; end = this.text.indexOf('>')) {
      const message = this.text.slice(0, end + 1)
      this.text = this.text.slice(end + 1)
      this.take(message)
    }
  }
}
