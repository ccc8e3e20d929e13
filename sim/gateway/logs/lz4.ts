/** LZ4 frames, as lz4_Frame_format.md 1.6 and lz4_Block_format.md have them; their checksums are not looked at. */

const MAGIC = 0x184d_2204
const FLAG = { contentChecksum: 4, contentSize: 8, blockChecksum: 16, dictionary: 1 } as const
const VERSION_MASK = 0xc0
const VERSION = 0x40
const PLAIN = 0x8000_0000
const SHORTEST_MATCH = 4
const LONG = 15

/** Unpacks frames into `target`, which they must fill exactly. False: they do not, or are none. Never throws. */
export function unpackLz4(packed: Uint8Array, target: Uint8Array): boolean {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let at = 0
  let end = 0
  do {
    if (at + 7 > packed.length || view.getUint32(at, true) !== MAGIC) return false
    const flags = packed[at + 4]!
    if ((flags & VERSION_MASK) !== VERSION || (flags & FLAG.dictionary) !== 0) return false
    at += 7 + ((flags & FLAG.contentSize) === 0 ? 0 : 8)
    for (;;) {
      if (at + 4 > packed.length) return false
      const size = view.getUint32(at, true)
      at += 4
      if (size === 0) break
      const length = size % PLAIN
      if (at + length > packed.length) return false
      end = size >= PLAIN ? copy(packed, at, length, target, end) : unpackBlock(packed, at, at + length, target, end)
      if (end < 0) return false
      at += length + ((flags & FLAG.blockChecksum) === 0 ? 0 : 4)
    }
    at += (flags & FLAG.contentChecksum) === 0 ? 0 : 4
  } while (at < packed.length)
  return end === target.length
}

function copy(from: Uint8Array, at: number, length: number, target: Uint8Array, end: number): number {
  if (end + length > target.length) return -1
  target.set(from.subarray(at, at + length), end)
  return end + length
}

/** Unpacks a block behind what is there already; answers where it ends, −1: it is broken. */
function unpackBlock(packed: Uint8Array, start: number, stop: number, target: Uint8Array, begin: number): number {
  let at = start
  let end = begin
  while (at < stop) {
    const token = packed[at++]!
    let literals = token >> 4
    if (literals === LONG) {
      let more: number
      do {
        if (at >= stop) return -1
        more = packed[at++]!
        literals += more
      } while (more === 255)
    }
    if (at + literals > stop || end + literals > target.length) return -1
    for (const last = at + literals; at < last;) target[end++] = packed[at++]!
    if (at === stop) return end
    if (at + 2 > stop) return -1
    const distance = packed[at]! | packed[at + 1]! << 8
    at += 2
    let length = (token & LONG) + SHORTEST_MATCH
    if (length === LONG + SHORTEST_MATCH) {
      let more: number
      do {
        if (at >= stop) return -1
        more = packed[at++]!
        length += more
      } while (more === 255)
    }
    if (distance === 0 || distance > end || end + length > target.length) return -1
    for (const last = end + length; end < last; end++) target[end] = target[end - distance]!
  }
  return end
}
