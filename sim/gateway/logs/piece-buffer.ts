import { putLatin1 } from './bytes.ts'

const FIRST_BYTES = 65_536

/** Gathers the pieces of a log until they are written in one go; grows to what one round needs and is reused. */
export class PieceBuffer {
  private buffer = new Uint8Array(FIRST_BYTES)
  private used = 0

  get length(): number {
    return this.used
  }

  /** Adds a piece; text is Latin-1. */
  add(piece: string | Uint8Array): void {
    const end = this.used + piece.length
    if (end > this.buffer.length) this.grow(Math.max(end, 2 * this.buffer.length))
    if (typeof piece === 'string') putLatin1(piece, this.buffer, this.used)
    else this.buffer.set(piece, this.used)
    this.used = end
  }

  /** What was added, and begins anew; valid until the next `add`. */
  take(): Uint8Array {
    const bytes = this.buffer.subarray(0, this.used)
    this.used = 0
    return bytes
  }

  private grow(bytes: number): void {
    const longer = new Uint8Array(bytes)
    longer.set(this.buffer.subarray(0, this.used))
    this.buffer = longer
  }
}
