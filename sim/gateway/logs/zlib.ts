/**
 * The zlib format (RFC 1950) over DEFLATE (RFC 1951) by fflate, so that compressed logs are read and written where there is no
 * Node. Both work on whole pieces of bounded size.
 */
import { Unzlib, unzlibSync, zlibSync } from 'fflate'

/** Packs bytes into a zlib stream, quickly rather than tightly. */
export const deflate = (bytes: Uint8Array): Uint8Array => zlibSync(bytes, { level: 1 })

/** Unpacks a zlib stream of at most `most` bytes; undefined: it is none, it is cut, it is longer, or its checksum is wrong. */
export function inflate(bytes: Uint8Array, most: number): Uint8Array | undefined {
  if (bytes.length < HEAD_BYTES + SUM_BYTES) return undefined
  let plain: Uint8Array
  try {
    // One byte more than allowed shows a stream that is longer: the library stops at the end of what it is given.
    plain = unzlibSync(bytes, { out: new Uint8Array(most + 1) })
  } catch {
    return undefined
  }
  // The library does not look at the checksum.
  const sum = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - SUM_BYTES).getUint32(0)
  return plain.length <= most && adler32(plain) === sum ? plain : undefined
}

/** Unpacks what there is of a zlib stream that was cut off, at most `most` bytes; of what is broken that in front of it. */
export function inflatePart(bytes: Uint8Array, most: number): Uint8Array {
  const out = new Uint8Array(most)
  let used = 0
  const stream = new Unzlib((piece) => {
    const kept = piece.subarray(0, most - used)
    out.set(kept, used)
    used += kept.length
  })
  try {
    for (let at = 0; at < bytes.length && used < most; at += PIECE_BYTES) stream.push(bytes.subarray(at, at + PIECE_BYTES))
  } catch {
    // What came before is good.
  }
  return out.subarray(0, used)
}

/** What is given to the library at once: a thousand times as much may come out of it. */
const PIECE_BYTES = 4096
const HEAD_BYTES = 2
const SUM_BYTES = 4

/** The checksum of RFC 1950, clause 8.2. */
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
