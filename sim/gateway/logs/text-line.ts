import { putLatin1 } from './bytes.ts'
import { LONGEST_PIECE } from './log-frame.ts'

const ZERO = 0x30
const SPACE = 0x20
const POINT = 0x2e
const LETTER = 0x41 - 10

/** Puts a piece of a text log together without making strings of its numbers. */
export class TextLine {
  private readonly bytes = new Uint8Array(LONGEST_PIECE)
  private used = 0

  /** Latin-1, with spaces in front up to this width. */
  text(text: string, width = 0): this {
    for (let n = text.length; n < width; n++) this.bytes[this.used++] = SPACE
    this.used = putLatin1(text, this.bytes, this.used)
    return this
  }

  char(code: number): this {
    this.bytes[this.used++] = code
    return this
  }

  /** Upper-case hexadecimal digits, so many. */
  hex(value: number, digits: number): this {
    let rest = value
    for (let at = this.used + digits - 1; at >= this.used; at--) {
      const digit = rest & 15
      this.bytes[at] = digit < 10 ? ZERO + digit : LETTER + digit
      rest >>>= 4
    }
    this.used += digits
    return this
  }

  /** A whole number from 0 to 2^53; narrower ones have `fill` in front. */
  decimal(value: number, width = 1, fill = ZERO): this {
    const { bytes } = this
    let digits = 1
    for (let limit = 10; value >= limit; limit *= 10) digits++
    for (let n = digits; n < width; n++) bytes[this.used++] = fill
    let rest = value
    for (let at = this.used + digits - 1; at >= this.used; at--) {
      const next = Math.floor(rest / 10)
      bytes[at] = ZERO + rest - 10 * next
      rest = next
    }
    this.used += digits
    return this
  }

  /** Spaces up to a width, a decimal number, a point and so many digits of a fraction. */
  fixed(whole: number, fraction: number, digits: number, width = 0): this {
    this.decimal(whole, width - digits - 1, SPACE)
    return this.char(POINT).decimal(fraction, digits)
  }

  /** Data bytes in hexadecimal, each with `before` in front of it; 0: with nothing. */
  data(bytes: Uint8Array, length: number, before = 0): this {
    for (let i = 0; i < length; i++) {
      if (before !== 0) this.bytes[this.used++] = before
      this.hex(bytes[i]!, 2)
    }
    return this
  }

  /** What was put together, and begins anew; valid until then. */
  take(): Uint8Array {
    const piece = this.bytes.subarray(0, this.used)
    this.used = 0
    return piece
  }
}
