import { latin1 } from './bytes.ts'
import { type FrameFault, TRUNCATED } from './log-frame.ts'
import type { Range } from './log-io.ts'
import { HEAD_BYTES } from './mf4.ts'

/** Read at once, so that small blocks that lie together are asked for together. */
const WINDOW_BYTES = 65_536
const LONGEST_NAME = 256
const MOST_LINKS = 65_536
const WORD = 0x1_0000_0000

/** A block: its kind, its links, and where its data are in `view`, which is valid until the next request. */
export interface Block {
  readonly kind: string
  readonly at: number
  /** With head and links; as the file says, wherever it ends. */
  readonly length: number
  readonly links: readonly number[]
  /** Of the file: where its data begin. */
  readonly dataAt: number
}

/** An eight-byte number; what is beyond 2^53 is no place in a file and no length, and may round. */
export function long(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * WORD + view.getUint32(at, true)
}

/** Blocks and bytes of a file, asked for by generators. */
export class Mf4File {
  readonly size: number
  private window: Uint8Array = new Uint8Array(0)
  private windowAt = 0
  /** The file ends before the end of what was asked for last. */
  private isCut = false

  constructor(size: number) {
    this.size = size
  }

  /** So many bytes, fewer at the end of the file; valid until the next call. */
  * bytes(at: number, length: number): Generator<Range, Uint8Array, Uint8Array> {
    this.isCut = at + length > this.size
    if (!(at >= 0 && at < this.size)) return this.window.subarray(0, 0)
    const wanted = Math.min(length, this.size - at)
    if (at < this.windowAt || at + wanted > this.windowAt + this.window.length) {
      this.window = yield { at, length: Math.min(this.size - at, Math.max(wanted, WINDOW_BYTES)) }
      this.windowAt = at
    }
    return this.window.subarray(at - this.windowAt, at - this.windowAt + wanted)
  }

  /** The block there; undefined: there is none. */
  * block(at: number): Generator<Range, Block | undefined, Uint8Array> {
    if (at === 0) return undefined
    const head = viewOf(yield* this.bytes(at, HEAD_BYTES))
    if (head.byteLength < HEAD_BYTES || head.getUint16(0, false) !== 0x2323) return undefined
    const kind = String.fromCharCode(head.getUint8(2), head.getUint8(3))
    const length = long(head, 8)
    const count = long(head, 16)
    if (count > MOST_LINKS) return undefined
    const view = viewOf(yield* this.bytes(at + HEAD_BYTES, 8 * count))
    if (view.byteLength < 8 * count) return undefined
    return { kind, at, length, links: Array.from({ length: count }, (_, n) => long(view, 8 * n)), dataAt: at + HEAD_BYTES + 8 * count }
  }

  /** The data of a block, at least so many bytes; undefined: there are fewer. */
  * data(block: Block, atLeast: number): Generator<Range, DataView | undefined, Uint8Array> {
    const view = viewOf(yield* this.bytes(block.dataAt, atLeast))
    return view.byteLength < atLeast ? undefined : view
  }

  /** Why what was asked for last is not there. */
  fault(what: string): FrameFault {
    return this.isCut
      ? { cause: TRUNCATED, reason: `the file ends in the middle: before ${what}` }
      : { cause: 'block', reason: `${what} is not where it should be` }
  }

  /** A text or metadata block's text, up to 256 bytes; undefined: there is none. */
  * text(at: number): Generator<Range, string | undefined, Uint8Array> {
    const block = yield* this.block(at)
    if (block === undefined || (block.kind !== 'TX' && block.kind !== 'MD')) return undefined
    const length = Math.min(LONGEST_NAME, Math.max(0, block.length - (block.dataAt - block.at)))
    const bytes = yield* this.bytes(block.dataAt, length)
    return bytes.length < length ? undefined : latin1(bytes).replace(/\0.*$/s, '')
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
