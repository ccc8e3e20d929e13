import { BELL, CR } from './codec.ts'

/** Lines longer than this are no SLCAN of any dialect (the longest, an FD frame, has 142 characters). */
export const MAX_LINE_BYTES = 160

export interface LineHandler {
  /** A line without its end; `bytes` is only lent. */
  onLine(bytes: Uint8Array, start: number, end: number): void
  /** A line was too long and is thrown away up to its end. Called once, when it got too long. */
  onOverlong(): void
  /** A bell: an adapter's "error". Only with `bells`. */
  onBell?(): void
}

const NEWLINE = 0x0a

/**
 * Cuts a byte stream into lines, whatever pieces it comes in. Memory is constant: a line without an end costs
 * MAX_LINE_BYTES. Newlines beside CR, as terminals send them, are skipped.
 */
export class SlcanLineReader {
  private readonly partial = new Uint8Array(MAX_LINE_BYTES)
  private partialLength = 0
  private skipping = false
  private readonly handler: LineHandler
  private readonly bells: boolean

  /** With `bells` (what an adapter sends) a bell is a message of its own, without CR. */
  constructor(handler: LineHandler, bells = false) {
    this.handler = handler
    this.bells = bells
  }

  push(chunk: Uint8Array): void {
    const size = chunk.length
    let start = 0
    if (this.skipping && !this.bells) {
      start = chunk.indexOf(CR) + 1
      if (start === 0) return
      this.skipping = false
    }
    for (let at = start; at < size; at++) {
      const byte = chunk[at]
      if (byte === CR) {
        this.endLine(chunk, start, at)
        start = at + 1
      } else if (byte === NEWLINE && at === start && this.partialLength === 0) {
        start = at + 1
      } else if (byte === BELL && this.bells) {
        this.keep(chunk, start, at)
        start = at + 1
        this.handler.onBell?.()
      }
    }
    this.keep(chunk, start, size)
  }

  private endLine(chunk: Uint8Array, start: number, end: number): void {
    if (this.skipping) {
      this.skipping = false
      return
    }
    if (this.partialLength === 0) {
      if (end - start > MAX_LINE_BYTES) this.handler.onOverlong()
      else this.handler.onLine(chunk, start, end)
      return
    }
    this.keep(chunk, start, end)
    const length = this.partialLength
    this.partialLength = 0
    // Kept no more: it got too long just now, and here is its end.
    if (this.skipping) this.skipping = false
    else this.handler.onLine(this.partial, 0, length)
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (length === 0 || this.skipping) return
    if (this.partialLength + length > MAX_LINE_BYTES) {
      this.partialLength = 0
      this.skipping = true
      this.handler.onOverlong()
      return
    }
    for (let at = start; at < end; at++) this.partial[this.partialLength++] = chunk[at]!
  }
}
