/** Longest length on the stream, bytes: 28 bits. */
const LENGTH_MOST_BYTES = 4

/** Size of the length (a varint) at `start`; 0 = not all there yet, −1 = too long. */
export function lengthSize(bytes: Uint8Array, start: number, end: number): number {
  const most = Math.min(end - start, LENGTH_MOST_BYTES)
  for (let i = 0; i < most; i++) {
    if (bytes[start + i]! < 0x80) return i + 1
  }
  return most === LENGTH_MOST_BYTES ? -1 : 0
}

/** The length of that size. */
export function readLength(bytes: Uint8Array, start: number, size: number): number {
  let length = 0
  for (let i = size - 1; i >= 0; i--) length = length << 7 | bytes[start + i]! & 0x7f
  return length
}
