import type { Socket } from 'node:net'
import type { LinkFrame } from '../link.ts'
import { frameOf } from './frames.ts'
import { SocketcandPeer } from './socketcand-peer.ts'

/** One connection of a socketcand daemon, written from its sources (state_nobus.c, state_raw.c) and not from ours. */
export class SocketcandDaemon extends SocketcandPeer {
  /** Commands in the order in which they came, frames left out. */
  readonly commands: string[] = []
  raw = false
  /** It goes on reading, and says nothing. */
  answers: boolean
  private readonly buses: readonly string[]

  /** `answers: false`: it accepts the connection and says nothing more than hello. */
  constructor(socket: Socket, buses: readonly string[], answers = true) {
    super(socket)
    this.buses = buses
    this.answers = answers
    socket.write('< hi >')
  }

  override send(frame: LinkFrame): void {
    const id = frame.id.toString(16).toUpperCase().padStart(frame.extended ? 8 : 3, '0')
    const seconds = Math.floor(frame.timestamp_ns / 1e9)
    const micros = Math.floor((frame.timestamp_ns - seconds * 1e9) / 1000)
    const data = Buffer.from(frame.data.subarray(0, frame.length)).toString('hex').toUpperCase()
    this.socket.write(`< frame ${id} ${seconds}.${String(micros).padStart(6, '0')} ${data} >`)
  }

  override sendGarbage(): void {
    this.socket.write(`hello< frame 999 1 >< frame xyz 1.000000 >< frame 123 1.000000 123 >< nonsense >< ${'x'.repeat(5000)} >`)
  }

  protected override take(text: string): void {
    const frame = /^< send ([0-9A-Fa-f]+) (\d)((?: [0-9A-Fa-f]{1,2})*) >$/.exec(text)
    if (frame !== null && this.raw) {
      const [, id, length, data] = frame
      const bytes = data!.trim().split(' ').filter(word => word !== '').map(word => parseInt(word, 16))
      if (bytes.length !== Number(length)) throw new Error(`the daemon would refuse ${text}`)
      this.received.push(frameOf({ id: parseInt(id!, 16), extended: id!.length === 8, bytes }))
      return
    }
    this.commands.push(text)
    if (!this.answers) return
    const bus = /^< open (\S+) >$/.exec(text)?.[1]
    if (bus !== undefined && !this.buses.includes(bus)) this.socket.end('< error could not open bus >')
    else if (text === '< echo >') this.socket.write('< echo >')
    else {
      this.raw ||= text === '< rawmode >'
      this.socket.write('< ok >')
    }
  }
}
