/** Big-endian bytes of a number. */
export function bytesOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (8 * (count - 1 - i))) & 0xff)
}

/** A big-endian number of `count` bytes. */
export function number(bytes: Uint8Array, from: number, count: number): number {
  let value = 0
  for (let i = 0; i < count; i++) value = value * 0x100 + (bytes[from + i] ?? 0)
  return value
}
