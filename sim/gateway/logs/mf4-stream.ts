import type { Range } from './log-io.ts'
import { type FrameFault, TRUNCATED } from './log-frame.ts'
import { HEAD_BYTES } from './mf4.ts'
import { long, type Block, type Mf4File } from './mf4-file.ts'
import { inflate, inflatePart } from './zlib.ts'

/** What is taken out of a plain block at once. */
const PIECE_BYTES = 65_536
/** Writers pack 4 MiB at most. */
const LONGEST_PACKED = 1 << 25
const ZIPPED_BYTES = 24
const PACKING = { deflate: 0, transposed: 1 } as const

/**
 * The data of a group, or of a channel: one block after the other, plain (DT, SD), packed (DZ), or listed (DL, HL). Each
 * block is read once at most, so that a list which repeats itself ends.
 */
export class DataStream {
  /** Why there is no more than there is; undefined: nothing is wrong. */
  fault: FrameFault | undefined
  private readonly file: Mf4File
  private readonly unfinished: boolean
  private readonly seen: Set<number>
  /** Blocks that are not begun, the next last. */
  private readonly waiting: number[]
  private plainAt = 0
  private plainEnd = 0

  constructor(file: Mf4File, at: number, seen: Set<number>, unfinished: boolean) {
    this.file = file
    this.waiting = [at]
    this.seen = seen
    this.unfinished = unfinished
  }

  /** The next piece, valid until the next call; undefined: there is none. */
  * piece(): Generator<Range, Uint8Array | undefined, Uint8Array> {
    for (;;) {
      if (this.plainAt < this.plainEnd) {
        const bytes = yield* this.file.bytes(this.plainAt, Math.min(PIECE_BYTES, this.plainEnd - this.plainAt))
        if (bytes.length === 0) return this.end({ cause: TRUNCATED, reason: 'the file ends in the middle of its data' })
        this.plainAt += bytes.length
        return bytes
      }
      const at = this.waiting.pop()
      if (at === undefined) return undefined
      if (at === 0) continue
      if (this.seen.has(at)) {
        this.fault ??= { cause: 'block', reason: 'the file points at the same data again; they are read once' }
        continue
      }
      this.seen.add(at)
      const block = yield* this.file.block(at)
      const unpacked = block === undefined ? this.end(this.file.fault('a data block')) : yield* this.open(block)
      if (unpacked !== undefined) return unpacked
    }
  }

  private* open(block: Block): Generator<Range, Uint8Array | undefined, Uint8Array> {
    const [first = 0, ...rest] = block.links
    switch (block.kind) {
      case 'DT':
      case 'SD':
      case 'RD': {
        // The length of the last block of an unfinished file was never written.
        const length = this.unfinished && block.length <= HEAD_BYTES ? Infinity : block.length
        this.plainAt = block.dataAt
        this.plainEnd = this.unfinished ? Math.min(this.file.size, block.at + length) : block.at + length
        return undefined
      }
      case 'DL':
        this.waiting.push(first, ...rest.reverse())
        return undefined
      case 'HL':
        this.waiting.push(first)
        return undefined
      case 'DZ': return yield* this.unpack(block)
      default: return this.end({ cause: 'block', reason: `data in a block of kind ${block.kind.replace(/[^\x20-\x7e]/g, '?')} cannot be read` })
    }
  }

  private* unpack(block: Block): Generator<Range, Uint8Array | undefined, Uint8Array> {
    const head = yield* this.file.data(block, ZIPPED_BYTES)
    if (head === undefined) return this.end({ cause: TRUNCATED, reason: 'the file ends in the middle of a packed block' })
    const [packing, columns, plain, packed] = [head.getUint8(2), head.getUint32(4, true), long(head, 8), long(head, 16)]
    if ((packing !== PACKING.deflate && packing !== PACKING.transposed) || plain > LONGEST_PACKED || packed > LONGEST_PACKED) {
      return this.end({ cause: 'packing', reason: `a block is packed in a way ${packing} that is not known, or is too long` })
    }
    const bytes = yield* this.file.bytes(block.dataAt + ZIPPED_BYTES, packed)
    if (bytes.length < packed) {
      this.end({ cause: TRUNCATED, reason: 'the file ends in the middle of a packed block' })
      return packing === PACKING.transposed ? undefined : inflatePart(bytes, plain)
    }
    const out = inflate(bytes, plain)
    if (out?.length !== plain) return this.end({ cause: 'packing', reason: 'a block cannot be unpacked' })
    return packing === PACKING.transposed ? transposed(out, columns) : out
  }

  private end(fault: FrameFault): undefined {
    this.fault = fault
    this.waiting.length = 0
    this.plainAt = this.plainEnd = 0
    return undefined
  }
}

/** Bytes that were sorted by their column, as they were; what fills no whole row is at the end. */
function transposed(bytes: Uint8Array, columns: number): Uint8Array {
  const rows = columns === 0 ? 0 : Math.floor(bytes.length / columns)
  const out = Uint8Array.from(bytes)
  for (let column = 0, from = 0; column < columns && from < rows * columns; column++) {
    for (let to = column; to < rows * columns; to += columns) out[to] = bytes[from++]!
  }
  return out
}
