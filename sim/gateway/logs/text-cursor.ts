const SPACE = 0x20
const TAB = 0x09
const LAST_PRINTED = 0x7e

/** The value of a digit 0–9, A–F, a–f by its character; 99: it is none. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 99 : value
})

/** Goes through the bytes of a line without making strings of them. What is not there is answered by −1 or false. */
export class TextCursor {
  at = 0
  end = 0
  private bytes: Uint8Array = new Uint8Array(0)

  begin(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes
    this.at = from
    this.end = to
  }

  /** The byte here; −1: the line ends. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at]! : -1
  }

  /** Whether it is this character, which is then passed. */
  skip(code: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== code) return false
    this.at++
    return true
  }

  /** Passes spaces and tabs; whether there were some, or the line ends. */
  gap(): boolean {
    const { bytes, end } = this
    let at = this.at
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++
    const found = at > this.at || at >= end
    this.at = at
    return found
  }

  /** Passes a word of printed characters. */
  word(): boolean {
    const { bytes, end } = this
    let at = this.at
    while (at < end && bytes[at]! > SPACE && bytes[at]! <= LAST_PRINTED) at++
    const found = at > this.at
    this.at = at
    return found
  }

  /** All digits that are here as a number; −1: none, or more than so many. */
  number(base: number, most: number): number {
    const { bytes, end } = this
    const from = this.at
    let at = from
    let value = 0
    for (; at < end; at++) {
      const digit = DIGITS[bytes[at]!]!
      if (digit >= base) break
      value = value * base + digit
    }
    this.at = at
    return at === from || at - from > most ? -1 : value
  }

  /** Digits of a fraction, filled up with zeros to so many; −1: none, or more. */
  fraction(digits: number): number {
    const from = this.at
    let value = this.number(10, digits)
    for (let n = this.at - from; value > 0 && n < digits; n++) value *= 10
    return value
  }

  /** One hexadecimal digit; −1: it is none. */
  digit(): number {
    const value = this.at < this.end ? DIGITS[this.bytes[this.at]!]! : 99
    if (value > 15) return -1
    this.at++
    return value
  }

  /** Two hexadecimal digits; −1: they are none. */
  byte(): number {
    const { bytes, at } = this
    if (at + 2 > this.end) return -1
    const high = DIGITS[bytes[at]!]!
    const low = DIGITS[bytes[at + 1]!]!
    if (high > 15 || low > 15) return -1
    this.at = at + 2
    return high * 16 + low
  }

  /** Whether these bytes are here; they are passed then. */
  same(other: Uint8Array): boolean {
    const { bytes, at } = this
    if (at + other.length > this.end) return false
    for (let i = 0; i < other.length; i++) if (bytes[at + i] !== other[i]) return false
    this.at = at + other.length
    return true
  }
}
