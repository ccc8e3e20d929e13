import type { FrameFault } from './log-frame.ts'
import type { Range } from './log-io.ts'
import { CHANNEL, CONVERSION, DATA, FRAME_KINDS, type FrameKind, GROUP } from './mf4.ts'
import { long, type Block, type Mf4File } from './mf4-file.ts'

/** Where a channel's raw value is in a record, and what it is: `offset + factor * raw`. */
export interface Field {
  /** Bytes from the beginning of the record's data. */
  readonly at: number
  readonly shift: number
  /** 0: the raw value is 0 in all records. */
  readonly bits: number
  readonly bytes: number
  readonly type: number
  readonly offset: number
  readonly factor: number
}

/** The bytes of a frame: in the record itself, or told by their place in a stream of their own. */
type DataField = Field & ({ readonly kind: 'inside' } | { readonly kind: 'apart', readonly stream: number })

export type Part = 'BusChannel' | 'ID' | 'IDE' | 'DLC' | 'DataLength' | 'Dir' | 'EDL' | 'BRS' | 'ESI' | 'ErrorType'

const NO_PARTS: Readonly<Record<Part, undefined>> = {
  BusChannel: undefined, ID: undefined, IDE: undefined, DLC: undefined, DataLength: undefined, Dir: undefined, EDL: undefined,
  BRS: undefined, ESI: undefined, ErrorType: undefined,
}

/** A channel group whose records are frames. */
export interface FrameGroup {
  readonly kind: FrameKind
  /** Seconds. */
  readonly time: Field | undefined
  readonly parts: Readonly<Record<Part, Field | undefined>>
  readonly data: DataField | undefined
}

export interface Group {
  readonly at: number
  readonly recordId: number
  readonly recordBytes: number
  readonly cycles: number
  /** Records of a length of their own, in front of each; frames of other groups point at them. */
  readonly variable: boolean
  /** Undefined: its records are no frames. */
  readonly frames: FrameGroup | undefined
}

export interface DataGroup {
  /** Bytes in front of each record that tell its group: 0, 1, 2, 4, 8. */
  readonly recordIdBytes: number
  readonly data: number
  readonly groups: readonly Group[]
}

interface Channel {
  readonly name: string
  readonly type: number
  readonly field: Field
  readonly data: number
  readonly conversion: number
}

const GROUP_BYTES = 32
const CHANNEL_BYTES = 16
const CONVERSION_BYTES = 40
const RECORD_ID_BYTES: readonly number[] = [0, 1, 2, 4, 8]
/** Nothing of a frame is longer; channels that are do not matter here. */
const LONGEST_FIELD = 4096
const WORD = 0x1_0000_0000
/** Kinds of blocks, for people. */
const BLOCKS: Readonly<Record<string, string>> = { DG: 'data group', CG: 'channel group', CN: 'channel', CC: 'conversion' }
/** An array in a channel: nothing of a frame is one. */
const INSIDE_A_CHANNEL = 'CA'

/**
 * Reads what a file holds: its data groups with those channel groups that are frames. Each block is read once. What should be
 * there and is not is told, once for each cause: where a file was cut off, all that lay behind is missing.
 */
export class GroupFinder {
  private readonly file: Mf4File
  private readonly bad: (fault: FrameFault) => void
  private readonly seen = new Set<number>()
  private readonly told = new Set<string>()

  constructor(file: Mf4File, bad: (fault: FrameFault) => void) {
    this.file = file
    this.bad = bad
  }

  * dataGroups(first: number): Generator<Range, DataGroup[], Uint8Array> {
    const found: DataGroup[] = []
    for (let at = first; ;) {
      const block = yield* this.next(at, 'DG')
      if (block === undefined) return found
      const [next = 0, firstGroup = 0, data = 0] = block.links
      const recordIdBytes = (yield* this.data(block, 1))?.getUint8(0)
      if (recordIdBytes === undefined) return found
      const groups = yield* this.groups(firstGroup)
      if (groups.some(group => group.frames !== undefined)) {
        if (RECORD_ID_BYTES.includes(recordIdBytes)) found.push({ recordIdBytes, data, groups })
        else this.tell({ cause: 'record', reason: `no number of a group has ${recordIdBytes} bytes; its frames cannot be read` })
      }
      at = next
    }
  }

  private* groups(first: number): Generator<Range, Group[], Uint8Array> {
    const found: Group[] = []
    for (let at = first; ;) {
      const block = yield* this.next(at, 'CG')
      const view = block && (yield* this.data(block, GROUP_BYTES))
      if (block === undefined || view === undefined) return found
      const flags = view.getUint16(16, true)
      const head = { at, recordId: long(view, 0), cycles: long(view, 8), variable: (flags & GROUP.variable) !== 0 }
      const dataBytes = view.getUint32(24, true)
      const recordBytes = dataBytes + view.getUint32(28, true)
      const channels = head.variable ? [] : yield* this.channels(block.links[1] ?? 0)
      found.push({ ...head, recordBytes, frames: yield* this.frames(channels, dataBytes) })
      at = block.links[0] ?? 0
    }
  }

  /** All channels, those inside of others too. */
  private* channels(first: number): Generator<Range, Channel[], Uint8Array> {
    const found: Channel[] = []
    const waiting = [first]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const block = yield* this.next(at, 'CN', INSIDE_A_CHANNEL)
      const view = block && (yield* this.data(block, CHANNEL_BYTES))
      if (block === undefined || view === undefined) continue
      const [next = 0, inside = 0, name = 0, , conversion = 0, data = 0] = block.links
      const [type, dataType, shift] = [view.getUint8(0), view.getUint8(2), view.getUint8(3)]
      const [byte, bits] = [view.getUint32(4, true), view.getUint32(8, true)]
      const virtual = type === CHANNEL.virtualMaster || type === CHANNEL.virtual
      const place = virtual ? { at: 0, shift: 0, bits: 0, bytes: 0 } : { at: byte, shift, bits, bytes: Math.ceil((shift + bits) / 8) }
      const field = { ...place, type: dataType, offset: 0, factor: 1 }
      found.push({ name: yield* this.name(name), type, field, data, conversion })
      waiting.push(next, inside)
    }
    return found
  }

  private* frames(channels: readonly Channel[], dataBytes: number): Generator<Range, FrameGroup | undefined, Uint8Array> {
    const inside = channels.filter(({ field }) => field.at + field.bytes <= dataBytes && field.bytes <= LONGEST_FIELD && field.shift < 8)
    const kind = FRAME_KINDS.find(name => inside.some(channel => channel.name.startsWith(`${name}.`)))
    if (kind === undefined) return undefined
    // All of them in the same order, whatever the file has: the engine reads them at fixed places.
    const parts: Record<Part, Field | undefined> = { ...NO_PARTS }
    let data: DataField | undefined
    let time: Field | undefined
    for (const { name, field, type, data: stream, conversion } of inside) {
      const part = name.startsWith(`${kind}.`) ? name.slice(kind.length + 1) : ''
      if (part === 'DataBytes') data = type === CHANNEL.variable ? { ...field, kind: 'apart', stream } : { ...field, kind: 'inside' }
      else if (isPart(part)) parts[part] = yield* this.converted(field, conversion)
      else if (type === CHANNEL.master || type === CHANNEL.virtualMaster) time = yield* this.converted(field, conversion)
    }
    return { kind, parts, data, time }
  }

  /** With its linear conversion; undefined: it has another, and does not tell its value itself. */
  private* converted(field: Field, conversion: number): Generator<Range, Field | undefined, Uint8Array> {
    if (conversion === 0) return field
    const block = yield* this.file.block(conversion)
    const view = block?.kind === 'CC' ? yield* this.file.data(block, 24) : undefined
    if (block === undefined || view === undefined) {
      this.tell(this.file.fault('a conversion of a channel'))
      return undefined
    }
    if (view.getUint8(0) === CONVERSION.none) return field
    // Names for 0 and 1, of a direction for example.
    if (view.getUint8(0) === CONVERSION.texts && field.bits <= 8) return field
    const parameters = view.getUint8(0) === CONVERSION.linear ? yield* this.data(block, CONVERSION_BYTES) : undefined
    return parameters && { ...field, offset: parameters.getFloat64(24, true), factor: parameters.getFloat64(32, true) }
  }

  /** The block that a link points at; undefined: the link points nowhere, or at none of this kind, which is told. */
  private* next(at: number, kind: string, others = ''): Generator<Range, Block | undefined, Uint8Array> {
    if (at === 0) return undefined
    if (this.seen.has(at)) {
      this.tell({ cause: 'block', reason: `the file points at the same ${BLOCKS[kind]} again` })
      return undefined
    }
    this.seen.add(at)
    const block = yield* this.file.block(at)
    if (block?.kind === kind) return block
    if (block === undefined || block.kind !== others) this.tell(this.file.fault(`a ${BLOCKS[kind]}`))
    return undefined
  }

  private* data(block: Block, atLeast: number): Generator<Range, DataView | undefined, Uint8Array> {
    const view = yield* this.file.data(block, atLeast)
    if (view === undefined) this.tell(this.file.fault(`the end of a ${BLOCKS[block.kind]}`))
    return view
  }

  private* name(at: number): Generator<Range, string, Uint8Array> {
    const name = at === 0 ? '' : yield* this.file.text(at)
    if (name === undefined) this.tell(this.file.fault('the name of a channel'))
    return name ?? ''
  }

  private tell(fault: FrameFault): void {
    if (this.told.has(fault.cause)) return
    this.told.add(fault.cause)
    this.bad(fault)
  }
}

function isPart(name: string): name is Part {
  return Object.hasOwn(NO_PARTS, name)
}

/** A field's value; of text, whether it begins with a T. */
export function readField(view: DataView, base: number, field: Field): number {
  const { offset, factor } = field
  return offset === 0 && factor === 1 ? readRaw(view, base, field) : offset + factor * readRaw(view, base, field)
}

export function readRaw(view: DataView, base: number, { at: byte, bits, bytes, shift, type }: Field): number {
  const at = base + byte
  if (bits === 0) return 0
  if (shift === 0 && bits === 8 && type <= DATA.signedBig) return view.getUint8(at)
  if (type === DATA.text || type === DATA.textUtf8) return view.getUint8(at) === 0x54 ? 1 : 0
  if (type === DATA.float || type === DATA.floatBig) return readFloat(view, at, bits, type === DATA.float)
  const big = type === DATA.unsignedBig || type === DATA.signedBig
  if (shift === 0 && bits === 32) return view.getUint32(at, !big)
  if (shift === 0 && bits === 64) return view.getUint32(big ? at : at + 4, !big) * WORD + view.getUint32(big ? at + 4 : at, !big)
  if (!big && bytes <= 4 && bits < 32) {
    let word = 0
    for (let i = bytes - 1; i >= 0; i--) word = word << 8 | view.getUint8(at + i)
    return word >>> shift & (1 << bits) - 1
  }
  let value = 0
  let weight = 1
  for (let i = 0; i < bytes && i < 8; i++) {
    value += view.getUint8(big ? at + bytes - 1 - i : at + i) * weight
    weight *= 256
  }
  return Math.floor(value / 2 ** shift) % 2 ** bits
}

function readFloat(view: DataView, at: number, bits: number, little: boolean): number {
  const value = bits === 32 ? view.getFloat32(at, little) : bits === 64 ? view.getFloat64(at, little) : 0
  return Number.isFinite(value) ? value : 0
}
