/** One signal of a message, as a DBC file describes it. */
export interface DbcSignal {
  readonly name: string
  /** Bit number as DBC counts: of the least significant bit, big-endian of the most significant one. */
  readonly start: number
  readonly bits: number
  readonly littleEndian: boolean
  readonly signed: boolean
  readonly factor: number
  readonly offset: number
  readonly unit: string
  /** Bits of a floating-point number in place of an integer. */
  readonly isFloat: boolean
  /** Names of raw values. */
  readonly texts: ReadonlyMap<number, string>
  /** What chooses others by its raw value. */
  readonly isMultiplexer: boolean
  /** When it is there: when this multiplexer is, and its raw value is in one of the ranges; undefined: always. */
  readonly chosenBy: { readonly multiplexer: string, readonly ranges: readonly (readonly [from: number, to: number])[] } | undefined
}

/** Raw integers above 2^53, either way, are bigints. */
export type RawValue = number | bigint

const EXACT_BITS = 48

/** Bytes a frame needs to hold the signal. */
export function bytesNeeded({ start, bits, littleEndian }: DbcSignal): number {
  return littleEndian ? (start + bits + 7) >> 3 : (msbFirst(start) + bits + 7) >> 3
}

/** The bit's distance from the first bit on the wire. */
function msbFirst(start: number): number {
  return (start >> 3) * 8 + 7 - (start & 7)
}

/** The raw value; the data hold `bytesNeeded` bytes. */
export function rawValue(signal: DbcSignal, data: Uint8Array): RawValue {
  const unsigned = unsignedOf(signal, data)
  if (signal.isFloat) return floatOf(signal.bits, unsigned)
  if (!signal.signed) return unsigned
  if (typeof unsigned === 'number' && signal.bits <= 53) return unsigned >= 2 ** (signal.bits - 1) ? unsigned - 2 ** signal.bits : unsigned
  return smallest(BigInt.asIntN(signal.bits, BigInt(unsigned)))
}

/** The physical value of a raw one. */
export function physicalValue({ factor, offset }: DbcSignal, raw: RawValue): RawValue {
  return factor === 1 && offset === 0 ? raw : Number(raw) * factor + offset
}

function unsignedOf({ start, bits, littleEndian }: DbcSignal, data: Uint8Array): RawValue {
  const from = littleEndian ? start : msbFirst(start)
  const first = from >> 3
  const last = (from + bits - 1) >> 3
  const below = littleEndian ? from & 7 : 8 * (last + 1) - (from + bits)
  if (8 * (last - first + 1) <= EXACT_BITS) {
    let value = 0
    for (let n = first; n <= last; n++) value = value * 256 + data[littleEndian ? first + last - n : n]!
    return Math.floor(value / 2 ** below) % 2 ** bits
  }
  let value = 0n
  for (let n = first; n <= last; n++) value = value << 8n | BigInt(data[littleEndian ? first + last - n : n]!)
  return smallest(BigInt.asUintN(bits, value >> BigInt(below)))
}

function smallest(value: bigint): RawValue {
  return value >= -0x20_0000_0000_0000n && value <= 0x20_0000_0000_0000n ? Number(value) : value
}

function floatOf(bits: number, raw: RawValue): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(raw))
  if (bits === 64) return view.getFloat64(0)
  if (bits === 32) return view.getFloat32(4)
  return halfOf(view.getUint16(6))
}

/** A number of 16 bits (IEEE 754). */
function halfOf(word: number): number {
  const sign = word >= 0x8000 ? -1 : 1
  const exponent = word >> 10 & 31
  const fraction = word & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
