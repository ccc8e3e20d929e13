/** What was stored, if it is a record of this length whose first byte is this version; undefined: none, older, or another's. */
export function recordOf(bytes: Uint8Array | undefined, length: number, version: number): Uint8Array | undefined {
  return bytes !== undefined && bytes.length === length && bytes[0] === version ? bytes : undefined
}

/** A number of 16 bits in a record, the low byte first. */
export function put16(bytes: Uint8Array, first: number, value: number): void {
  bytes[first] = value & 0xff
  bytes[first + 1] = (value >>> 8) & 0xff
}

export function get16(bytes: Uint8Array, first: number): number {
  return bytes[first]! | (bytes[first + 1]! << 8)
}

/** The same of 32 bits, as a serial number has. */
export function put32(bytes: Uint8Array, first: number, value: number): void {
  put16(bytes, first, value)
  put16(bytes, first + 2, value >>> 16)
}

export function get32(bytes: Uint8Array, first: number): number {
  return (get16(bytes, first) | (get16(bytes, first + 2) << 16)) >>> 0
}
