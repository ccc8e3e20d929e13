import { lengthSize, readLength } from './varint.ts'

/** Longest message of the stream, bytes. A peer that announces a longer one is no peer. */
export const MAX_MESSAGE_BYTES = 1_048_576

/** Takes a message; answers whether reading may go on. `bytes` is only lent. */
export type MessageHandler = (bytes: Uint8Array, start: number, end: number) => boolean

const FIRST_ROOM = 4096

/**
 * Cuts a byte stream into length-delimited messages, whatever pieces it comes in. Memory is bounded by the longest
 * message; a length above it ends the stream.
 */
export class MessageReader {
  private readonly onMessage: MessageHandler
  private readonly limit: number
  private partial = new Uint8Array(FIRST_ROOM)
  private partialLength = 0
  private dead = false

  constructor(onMessage: MessageHandler, limit = MAX_MESSAGE_BYTES) {
    this.onMessage = onMessage
    this.limit = limit
  }

  /** Answers `false` when the bytes were no messages; then nothing more is read. */
  push(chunk: Uint8Array): boolean {
    if (this.dead) return false
    let bytes = chunk
    let end = chunk.length
    if (this.partialLength > 0) {
      this.keep(chunk, 0, chunk.length)
      bytes = this.partial
      end = this.partialLength
    }
    let start = 0
    while (start < end) {
      const header = lengthSize(bytes, start, end)
      if (header === 0) break
      const length = readLength(bytes, start, header)
      if (header < 0 || length > this.limit) return this.fail()
      const body = start + header
      if (body + length > end) break
      if (!this.onMessage(bytes, body, body + length)) return this.fail()
      start = body + length
    }
    if (bytes !== this.partial) {
      this.keep(bytes, start, end)
    } else {
      if (start > 0) this.partial.copyWithin(0, start, end)
      this.partialLength = end - start
    }
    return true
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.partialLength + end - start
    if (needed > this.partial.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.partial.length))
      larger.set(this.partial.subarray(0, this.partialLength))
      this.partial = larger
    }
    this.partial.set(bytes.subarray(start, end), this.partialLength)
    this.partialLength = needed
  }

  private fail(): false {
    this.dead = true
    this.partial = new Uint8Array(0)
    this.partialLength = 0
    return false
  }
}
