/**
 * The zlib format (RFC 1950, 1951), so that compressed logs are read and written where there is no Node. Both work on whole
 * pieces of bounded size.
 */

const MOST_BITS = 15
const END_OF_BLOCK = 256
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12_289,
  16_385, 24_577,
]
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
const METHOD_DEFLATE = 8

/** By the next bits of the stream: symbol << 4 | bits of its code; 0: no code. */
interface Codes { readonly table: Uint16Array, readonly bits: number }

const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, n) => n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8)
const FIXED_DISTANCES = new Uint8Array(30).fill(5)

/** Unpacks a zlib stream of at most `most` bytes; undefined: it is none, it is cut, it is longer, or its checksum is wrong. */
export function inflate(bytes: Uint8Array, most: number): Uint8Array | undefined {
  const [method = 0, flags = 0] = bytes
  if ((method & 15) !== METHOD_DEFLATE || (method << 8 | flags) % 31 !== 0 || (flags & 0x20) !== 0) return undefined
  const stream = new Inflater(bytes, new Uint8Array(most))
  const end = stream.run()
  if (end < 0) return undefined
  const out = stream.out.subarray(0, end)
  return stream.checksum() === adler32(out) ? out : undefined
}

export function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let at = 0; at < bytes.length;) {
    // So many sums stay below 2^32.
    for (const end = Math.min(bytes.length, at + 3800); at < end; at++) {
      a += bytes[at]!
      b += a
    }
    a %= 65_521
    b %= 65_521
  }
  return (b << 16 | a) >>> 0
}

class Inflater {
  readonly out: Uint8Array
  private readonly bytes: Uint8Array
  private at = 2
  private hold = 0
  private held = 0
  private used = 0

  constructor(bytes: Uint8Array, out: Uint8Array) {
    this.bytes = bytes
    this.out = out
  }

  /** Bytes written; −1: the stream is wrong. */
  run(): number {
    for (;;) {
      const last = this.take(1)
      const kind = this.take(2)
      const good = kind === 0
        ? this.stored()
        : kind === 1 ? this.codes(codesOf(FIXED_LENGTHS), codesOf(FIXED_DISTANCES)) : kind === 2 && this.dynamic()
      if (!good || this.overrun) return -1
      if (last === 1) return this.used
    }
  }

  checksum(): number {
    this.align()
    const { at, bytes } = this
    return at + 4 <= bytes.length ? (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0 : -1
  }

  /** Bits behind the end are 0. */
  private get overrun(): boolean {
    return this.at - (this.held >> 3) > this.bytes.length
  }

  private fill(bits: number): void {
    while (this.held < bits) {
      this.hold |= (this.bytes[this.at++] ?? 0) << this.held
      this.held += 8
    }
  }

  private take(bits: number): number {
    this.fill(bits)
    const value = this.hold & (1 << bits) - 1
    this.hold >>>= bits
    this.held -= bits
    return value
  }

  private symbol({ table, bits }: Codes): number {
    this.fill(bits)
    const entry = table[this.hold & (1 << bits) - 1]!
    this.hold >>>= entry & 15
    this.held -= entry & 15
    return entry === 0 ? -1 : entry >> 4
  }

  /** To the next whole byte. */
  private align(): void {
    this.at -= this.held >> 3
    this.hold = this.held = 0
  }

  private stored(): boolean {
    this.align()
    const { at, bytes, out, used } = this
    if (at + 4 > bytes.length) return false
    const length = bytes[at]! | bytes[at + 1]! << 8
    if ((length ^ (bytes[at + 2]! | bytes[at + 3]! << 8)) !== 0xffff) return false
    if (at + 4 + length > bytes.length || used + length > out.length) return false
    out.set(bytes.subarray(at + 4, at + 4 + length), used)
    this.at += 4 + length
    this.used += length
    return true
  }

  private dynamic(): boolean {
    const lengths = 257 + this.take(5)
    const distances = 1 + this.take(5)
    const own = new Uint8Array(19)
    for (let n = 4 + this.take(4), i = 0; i < n; i++) own[CODE_LENGTH_ORDER[i]!] = this.take(3)
    const codes = codesOf(own)
    const all = new Uint8Array(lengths + distances)
    for (let n = 0; n < all.length;) {
      const symbol = codes === undefined ? -1 : this.symbol(codes)
      if (symbol < 0 || this.overrun || (symbol === 16 && n === 0)) return false
      if (symbol < 16) all[n++] = symbol
      else {
        const value = symbol === 16 ? all[n - 1]! : 0
        const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7)
        if (n + times > all.length) return false
        all.fill(value, n, n += times)
      }
    }
    return lengths <= 286 && this.codes(codesOf(all.subarray(0, lengths)), codesOf(all.subarray(lengths)))
  }

  private codes(lengths: Codes | undefined, distances: Codes | undefined): boolean {
    if (lengths === undefined || distances === undefined) return false
    const { out } = this
    while (!this.overrun) {
      const symbol = this.symbol(lengths)
      if (symbol === END_OF_BLOCK) return true
      if (symbol < 0 || this.used === out.length) return false
      if (symbol < END_OF_BLOCK) {
        out[this.used++] = symbol
        continue
      }
      const base = LENGTH_BASE[symbol - 257]
      if (base === undefined) return false
      const length = base + this.take(LENGTH_BITS[symbol - 257]!)
      const far = this.symbol(distances)
      if (far < 0 || far >= DISTANCE_BASE.length) return false
      const distance = DISTANCE_BASE[far]! + this.take(DISTANCE_BITS[far]!)
      if (distance > this.used || this.used + length > out.length) return false
      for (let end = this.used + length; this.used < end; this.used++) out[this.used] = out[this.used - distance]!
    }
    return false
  }
}

/** Canonical codes of these lengths; undefined: there are more than fit. */
function codesOf(lengths: Uint8Array): Codes | undefined {
  const count = new Uint16Array(MOST_BITS + 1)
  for (const length of lengths) count[length]!++
  count[0] = 0
  let bits = 1
  const next = new Uint16Array(MOST_BITS + 2)
  for (let length = 1, code = 0; length <= MOST_BITS; length++) {
    if (count[length]! > 0) bits = length
    next[length] = code
    code += count[length]!
    if (code > 1 << length) return undefined
    code <<= 1
  }
  const table = new Uint16Array(1 << bits)
  lengths.forEach((length, symbol) => {
    if (length === 0) return
    for (let at = reversed(next[length]!++, length); at < table.length; at += 1 << length) table[at] = symbol << 4 | length
  })
  return { table, bits }
}

function reversed(code: number, bits: number): number {
  let back = 0
  for (let i = 0; i < bits; i++) back |= (code >> i & 1) << bits - 1 - i
  return back
}

const HASH_BITS = 13
const LONGEST_MATCH = 258
const WINDOW = 32_768

/** Packs bytes into a zlib stream: one block of fixed codes, repetitions found by their last three bytes. */
export class Deflater {
  private out = new Uint8Array(0)
  private used = 0
  private hold = 0
  private held = 0
  private readonly seen = new Int32Array(1 << HASH_BITS)

  /** Valid until the next call. */
  run(bytes: Uint8Array): Uint8Array {
    const most = (bytes.length * 9 >> 3) + 16
    if (this.out.length < most) this.out = new Uint8Array(most)
    this.out[0] = 0x78
    this.out[1] = 0x01
    this.used = 2
    this.hold = this.held = 0
    this.seen.fill(-1)
    this.put(0b011, 3)
    for (let at = 0; at < bytes.length;) at += this.step(bytes, at)
    this.literal(END_OF_BLOCK)
    this.put(0, 7)
    const sum = adler32(bytes)
    for (let shift = 24; shift >= 0; shift -= 8) this.out[this.used++] = sum >>> shift & 255
    return this.out.subarray(0, this.used)
  }

  /** Writes a byte, or a repetition; answers how many bytes it was. */
  private step(bytes: Uint8Array, at: number): number {
    if (at + 3 <= bytes.length) {
      const hash = Math.imul(bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16, 0x9e37_79b1) >>> 32 - HASH_BITS
      const before = this.seen[hash]!
      this.seen[hash] = at
      if (before >= 0 && at - before <= WINDOW) {
        let length = 0
        while (length < LONGEST_MATCH && at + length < bytes.length && bytes[before + length] === bytes[at + length]) length++
        if (length >= 3) {
          this.repetition(length, at - before)
          return length
        }
      }
    }
    this.literal(bytes[at]!)
    return 1
  }

  private literal(symbol: number): void {
    const bits = FIXED_LENGTHS[symbol]!
    const code = symbol < 144 ? 48 + symbol : symbol < 256 ? 400 + symbol - 144 : symbol < 280 ? symbol - 256 : 192 + symbol - 280
    this.put(reversed(code, bits), bits)
  }

  private repetition(length: number, distance: number): void {
    const long = lastNotAbove(LENGTH_BASE, length)
    this.literal(257 + long)
    this.put(length - LENGTH_BASE[long]!, LENGTH_BITS[long]!)
    const far = lastNotAbove(DISTANCE_BASE, distance)
    this.put(reversed(far, 5), 5)
    this.put(distance - DISTANCE_BASE[far]!, DISTANCE_BITS[far]!)
  }

  private put(value: number, bits: number): void {
    this.hold |= value << this.held
    this.held += bits
    while (this.held >= 8) {
      this.out[this.used++] = this.hold & 255
      this.hold >>>= 8
      this.held -= 8
    }
  }
}

function lastNotAbove(bases: readonly number[], value: number): number {
  let at = bases.length - 1
  while (bases[at]! > value) at--
  return at
}
