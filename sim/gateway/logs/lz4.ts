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
  return unpackFrames(packed, target) === target.length
}

/** Unpacks what there is of frames that were cut off; answers how many bytes. */
export function unpackLz4Part(packed: Uint8Array, target: Uint8Array): number {
  const end = unpackFrames(packed, target)
  return end < 0 ? ~end : end
}

/** How many bytes they are; the complement (`~`) of how many came before what is broken, or missing. */
function unpackFrames(packed: Uint8Array, target: Uint8Array): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let at = 0
  let end = 0
  do {
    if (at + 7 > packed.length || view.getUint32(at, true) !== MAGIC) return ~end
    const flags = packed[at + 4]!
    if ((flags & VERSION_MASK) !== VERSION || (flags & FLAG.dictionary) !== 0) return ~end
    at += 7 + ((flags & FLAG.contentSize) === 0 ? 0 : 8)
    for (;;) {
      if (at + 4 > packed.length) return ~end
      const size = view.getUint32(at, true)
      at += 4
      if (size === 0) break
      const stop = at + size % PLAIN
      const there = Math.min(stop, packed.length)
      end = size >= PLAIN ? copy(packed, at, there - at, target, end) : unpackBlock(packed, at, there, target, end)
      if (end < 0) return end
      if (there < stop) return ~end
      at = stop + ((flags & FLAG.blockChecksum) === 0 ? 0 : 4)
    }
    at += (flags & FLAG.contentChecksum) === 0 ? 0 : 4
  } while (at < packed.length)
  return end
}

function copy(from: Uint8Array, at: number, length: number, target: Uint8Array, end: number): number {
  if (end + length > target.length) return ~end
  target.set(from.subarray(at, at + length), end)
  return end + length
}

/** Unpacks a block behind what is there already; answers where it ends; `~` of that: it is broken, or cut. */
function unpackBlock(packed: Uint8Array, start: number, stop: number, target: Uint8Array, begin: number): number {
  let at = start
  let end = begin
  while (at < stop) {
    const token = packed[at++]!
    let literals = token >> 4
    if (literals === LONG) {
      let more: number
      do {
        if (at >= stop) return ~end
        more = packed[at++]!
        literals += more
      } while (more === 255)
    }
    if (at + literals > stop || end + literals > target.length) return ~end
    for (const last = at + literals; at < last;) target[end++] = packed[at++]!
    if (at === stop) return end
    if (at + 2 > stop) return ~end
    const distance = packed[at]! | packed[at + 1]! << 8
    at += 2
    let length = (token & LONG) + SHORTEST_MATCH
    if (length === LONG + SHORTEST_MATCH) {
      let more: number
      do {
        if (at >= stop) return ~end
        more = packed[at++]!
        length += more
      } while (more === 255)
    }
    if (distance === 0 || distance > end || end + length > target.length) return ~end
    for (const last = end + length; end < last; end++) target[end] = target[end - distance]!
  }
  return end
}
