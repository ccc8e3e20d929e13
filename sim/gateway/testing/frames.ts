import fc from 'fast-check'
import type { LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'

/** A frame for tests; what is not given is an empty extended data frame at time 0. */
export function frameOf(parts: Partial<LinkFrame> & { bytes?: readonly number[] }): LinkFrame {
  const { bytes, ...rest } = parts
  const frame = Object.assign(createLinkFrame(), rest)
  if (bytes) {
    frame.length = bytes.length
    frame.data.set(bytes)
  }
  return frame
}

/** The n-th frame of a sequence: its number is in the identifier and the data, so gaps and swaps show. */
export function numberedFrame(n: number): LinkFrame {
  const bytes = [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255]
  return frameOf({ id: 0x0c00_0000 + n % 0x10_0000, bytes, timestamp_ns: n * 1_000_000 })
}

export function numberOf(frame: LinkFrame): number {
  return (frame.data[0]! << 24 | frame.data[1]! << 16 | frame.data[2]! << 8 | frame.data[3]!) >>> 0
}

/** Data and remote frames of both formats and every length. */
export const CLASSIC_FRAMES: readonly LinkFrame[] = [
  ...Array.from({ length: 9 }, (_, length) => frameOf({
    id: 0x18ff_8100 + length, bytes: Array.from({ length }, (_, i) => 0xf0 - 17 * i & 255),
  })),
  frameOf({ id: 0 }),
  frameOf({ id: 0x1fff_ffff, bytes: [255] }),
  frameOf({ id: 0, extended: false }),
  frameOf({ id: 0x7ff, extended: false, bytes: [0, 1, 2, 3, 4, 5, 6, 7] }),
  frameOf({ id: 0x123, extended: false, remote: true, length: 8 }),
  frameOf({ id: 0x18ea_ff81, remote: true, length: 3 }),
  frameOf({ id: 0x18ea_ff81, remote: true, length: 0 }),
].map((frame, n) => Object.assign(frame, { timestamp_ns: n * 250_000 }))

/** What only some media carry: FD and error frames, the second bus. */
export const RICH_FRAMES: readonly LinkFrame[] = [
  frameOf({ id: 0x123, extended: false, fd: true, brs: true, bytes: Array.from({ length: 64 }, (_, i) => i) }),
  frameOf({ id: 0x18ff_8100, fd: true, bytes: Array.from({ length: 12 }, (_, i) => i * 3) }),
  frameOf({ id: 0x40, extended: false, error: true, bytes: [0, 0, 0, 0, 0, 0, 0, 0] }),
  frameOf({ id: 0x321, extended: false, bus: 1, bytes: [1, 2, 3] }),
].map((frame, n) => Object.assign(frame, { timestamp_ns: (n + 100) * 250_000 }))

const FD_LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]

/** Any classic frame. */
export function anyClassicFrame(): fc.Arbitrary<LinkFrame> {
  return fc.record({
    extended: fc.boolean(),
    remote: fc.boolean(),
    id: fc.nat(0x1fff_ffff),
    data: fc.uint8Array({ maxLength: 8 }),
    time_us: fc.nat(2 ** 40),
  }).map(({ extended, remote, id, data, time_us }) => Object.assign(frameOf({
    extended, remote, id: extended ? id : id & 0x7ff, bytes: [...data],
  }), { timestamp_ns: time_us * 1000 }))
}

/** Any frame at all: FD, error frames and other buses too. */
export function anyFrame(): fc.Arbitrary<LinkFrame> {
  const fd = fc.record({
    extended: fc.boolean(), brs: fc.boolean(), id: fc.nat(0x1fff_ffff), lengthCode: fc.nat(15), fill: fc.nat(255), bus: fc.nat(255),
  }).map(({ extended, brs, id, lengthCode, fill, bus }) => frameOf({
    extended, brs, bus, fd: true, id: extended ? id : id & 0x7ff,
    bytes: Array.from({ length: FD_LENGTHS[lengthCode]! }, (_, i) => fill + i & 255),
  }))
  const error = fc.record({ id: fc.nat(0x1fff_ffff), data: fc.uint8Array({ minLength: 8, maxLength: 8 }) })
    .map(({ id, data }) => frameOf({ id, extended: false, error: true, bytes: [...data] }))
  return fc.oneof(anyClassicFrame(), fd, error)
}

/** Bytes, and how to cut them: every way a stream may deliver them. */
export function anyPieces(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> {
  return fc.tuple(bytes, fc.array(fc.nat(64), { maxLength: 40 })).map(([all, cuts]) => cutInto(all, cuts))
}

/** Cuts `bytes` into pieces of these sizes; what is left is the last piece. */
export function cutInto(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let start = 0
  for (const size of sizes) {
    if (start >= bytes.length) break
    pieces.push(bytes.slice(start, start + size))
    start += size
  }
  pieces.push(bytes.slice(start))
  return pieces
}
