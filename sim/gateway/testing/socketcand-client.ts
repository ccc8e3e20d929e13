import type { LinkFrame } from '../link.ts'
import { frameOf } from './frames.ts'
import { SocketcandPeer } from './socketcand-peer.ts'
import { eventually } from './wait.ts'

/** A client of socketcand, written from its documentation. */
export class SocketcandClient extends SocketcandPeer {
  /** What it was told, frames left out. */
  readonly replies: string[] = []

  async ask(command: string): Promise<string> {
    const before = this.replies.length
    this.socket.write(command)
    await eventually(() => this.replies.length > before, () => `an answer to ${command}`)
    return this.replies[before]!
  }

  override send(frame: LinkFrame): void {
    const id = frame.id.toString(16).padStart(frame.extended ? 8 : 3, '0')
    const data = [...frame.data.subarray(0, frame.length)].map(byte => ` ${byte.toString(16)}`).join('')
    this.socket.write(`< send ${id} ${frame.length}${data} >`)
  }

  override sendGarbage(): void {
    this.socket.write(`hello< send 999 9 >< send xyz 0 >< send 123 2 1 >< nonsense >< ${'x'.repeat(5000)} >`)
  }

  protected override take(text: string): void {
    const message = text.trim()
    const frame = /^< frame ([0-9A-F]{3}|[0-9A-F]{8}) (\d+)\.(\d{6}) ([0-9A-F ]*) >$/.exec(message)
    if (frame === null) this.replies.push(message)
    else {
      const [, id, seconds, micros, data] = frame
      this.received.push(frameOf({
        id: parseInt(id!, 16), extended: id!.length === 8, timestamp_ns: Number(seconds) * 1e9 + Number(micros) * 1000,
        bytes: [...Buffer.from(data!.replaceAll(' ', ''), 'hex')],
      }))
    }
  }
}
