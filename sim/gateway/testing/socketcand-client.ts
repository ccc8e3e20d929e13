import type { Socket } from 'node:net'
import type { LinkFrame } from '../link.ts'
import { frameOf } from './frames.ts'
import type { FarEnd } from './link-contract.ts'
import { eventually } from './wait.ts'

/** A client of socketcand, written from its documentation. */
export class SocketcandClient implements FarEnd {
  origin = ''
  readonly received: LinkFrame[] = []
  /** What it was told, frames left out. */
  readonly replies: string[] = []
  private readonly socket: Socket
  private text = ''

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => this.read(chunk))
    socket.on('error', () => undefined)
  }

  async ask(command: string): Promise<string> {
    const before = this.replies.length
    this.socket.write(command)
    await eventually(() => this.replies.length > before, () => `an answer to ${command}`)
    return this.replies[before]!
  }

  write(text: string): void {
    this.socket.write(text)
  }

  send(frame: LinkFrame): void {
    const id = frame.id.toString(16).padStart(frame.extended ? 8 : 3, '0')
    const data = [...frame.data.subarray(0, frame.length)].map(byte => ` ${byte.toString(16)}`).join('')
    this.socket.write(`< send ${id} ${frame.length}${data} >`)
  }

  sendGarbage(): void {
    this.socket.write(`hello< send 999 9 >< send xyz 0 >< send 123 2 1 >< nonsense >< ${'x'.repeat(5000)} >`)
  }

  stall(stalled: boolean): void {
    if (stalled) this.socket.pause()
    else this.socket.resume()
  }

  async leave(): Promise<void> {
    this.socket.destroy()
  }

  private read(chunk: string): void {
    this.text += chunk
    for (let end = this.text.indexOf('>'); end >= 0; end = this.text.indexOf('>')) {
      const message = this.text.slice(0, end + 1).trim()
      this.text = this.text.slice(end + 1)
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
}
