import { START } from './codec.ts'

export interface MessageHandler {
  /** A whole message from 0xF1 on; `bytes` is only lent. */
  onMessage(bytes: Uint8Array, start: number): void
  /** A byte outside of messages. */
  onByte(byte: number): void
}

/** Length of the message that begins at `start`, as far as `have` bytes tell. */
export type LengthOf = (bytes: Uint8Array, start: number, have: number) => number

/** Longest message: an FD frame. */
const MESSAGE_BYTES = 80

/** Cuts a byte stream into GVRET messages, whatever pieces it comes in, in constant memory. */
export class GvretReader {
  private readonly partial = new Uint8Array(MESSAGE_BYTES)
  private have = 0
  private readonly handler: MessageHandler
  private readonly lengthOf: LengthOf

  constructor(handler: MessageHandler, lengthOf: LengthOf) {
    this.handler = handler
    this.lengthOf = lengthOf
  }

  push(chunk: Uint8Array): void {
    const size = chunk.length
    for (let at = 0; at < size;) {
      if (this.have > 0) {
        this.partial[this.have++] = chunk[at++]!
        if (this.have < this.lengthOf(this.partial, 0, this.have)) continue
        this.have = 0
        this.handler.onMessage(this.partial, 0)
      } else if (chunk[at] !== START) {
        this.handler.onByte(chunk[at++]!)
      } else {
        const left = size - at
        const length = this.lengthOf(chunk, at, left)
        if (length <= left) {
          this.handler.onMessage(chunk, at)
          at += length
        } else {
          this.partial.set(chunk.subarray(at, size))
          this.have = left
          return
        }
      }
    }
  }
}
