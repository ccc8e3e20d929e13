import type { Duplex } from 'node:stream'
import type { LinkFrame } from '../link.ts'
import { cloneLinkFrame, createLinkFrame } from '../link-frame.ts'
import { decodeSlcanFrame, encodeSlcanFrame, isFrameLetter, SLCAN_FRAME_BYTES, SlcanLineReader } from '../slcan/index.ts'
import type { FarEnd } from './link-contract.ts'
import { eventually } from './wait.ts'

/** A program that talks SLCAN to an adapter, for tests. */
export class SlcanHost implements FarEnd {
  readonly received: LinkFrame[] = []
  /** Lines that were no frames, and bells as `\a`. */
  readonly replies: string[] = []
  origin = ''
  private readonly stream: Duplex
  private readonly hangUp: () => Promise<void>

  constructor(stream: Duplex, hangUp: () => Promise<void>) {
    this.stream = stream
    this.hangUp = hangUp
    const frame = createLinkFrame()
    const reader = new SlcanLineReader({
      onLine: (bytes, start, end) => {
        if (!isFrameLetter(bytes[start]!)) this.replies.push(Buffer.from(bytes.slice(start, end)).toString('latin1'))
        else if (decodeSlcanFrame(bytes, start, end, frame) === undefined) this.received.push(cloneLinkFrame(frame))
        else throw new Error(`the adapter sent ${Buffer.from(bytes.slice(start, end)).toString('latin1')}`)
      },
      onOverlong: () => { throw new Error('the adapter sent an overlong line') },
      onBell: () => this.replies.push('\\a'),
    }, true)
    stream.on('data', (chunk: Uint8Array) => reader.push(chunk))
    stream.on('error', () => undefined)
  }

  /** Sends lines and waits for as many replies, which it returns. */
  async ask(...lines: string[]): Promise<string[]> {
    const before = this.replies.length
    for (const line of lines) this.stream.write(`${line}\r`)
    await eventually(() => this.replies.length >= before + lines.length, () => `${lines.length} replies, there are ${this.replies.slice(before).join(' ')}`)
    return this.replies.slice(before)
  }

  write(bytes: Uint8Array | string): void {
    this.stream.write(bytes)
  }

  send(frame: LinkFrame): void {
    const bytes = new Uint8Array(SLCAN_FRAME_BYTES)
    this.stream.write(bytes.subarray(0, encodeSlcanFrame(frame, bytes, 0, false)))
  }

  sendGarbage(): void {
    this.stream.write(Buffer.concat([Buffer.alloc(5000, 'x'), Buffer.from('\rT1\rt9990\rt12391122\r\0\xff\r', 'latin1')]))
  }

  stall(stalled: boolean): void {
    if (stalled) this.stream.pause()
    else this.stream.resume()
  }

  leave(): Promise<void> {
    return this.hangUp()
  }
}
