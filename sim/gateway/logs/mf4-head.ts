import { putLatin1 } from './bytes.ts'
import { CHANNEL, CONVERSION, DATA, type FrameKind, GROUP, HEAD_BYTES, ID_BYTES, SOURCE, SYNC_TIME, UNFINISHED } from './mf4.ts'
import type { Part } from './mf4-groups.ts'

/** A kind of record that is written: frames of one kind, with room for so many data bytes. */
export interface RecordKind { readonly id: number, readonly frames: FrameKind, readonly dataBytes: number }

/** Records, their number in front of each; in all of them time comes first, and the data last. */
export const RECORDS = {
  classic: { id: 1, frames: 'CAN_DataFrame', dataBytes: 8 },
  fd: { id: 2, frames: 'CAN_DataFrame', dataBytes: 64 },
  remote: { id: 3, frames: 'CAN_RemoteFrame', dataBytes: 0 },
  error: { id: 4, frames: 'CAN_ErrorFrame', dataBytes: 8 },
} as const satisfies Record<string, RecordKind>

/** Where parts of a record are, behind the number of its kind: byte, bit, bits. */
const LAYOUT: Readonly<Record<Exclude<Part, 'ErrorType'>, readonly [byte: number, bit: number, bits: number]>> = {
  BusChannel: [8, 0, 16], ID: [10, 0, 29], IDE: [13, 7, 1], DLC: [14, 0, 4], Dir: [14, 4, 1], EDL: [14, 5, 1], BRS: [14, 6, 1],
  ESI: [14, 7, 1], DataLength: [15, 0, 8],
}
export const DATA_AT = 16
const TIME_BITS = 64
/** In the flags of a channel: it is part of a frame. */
const BUS_EVENT = 0x400
const VERSION = 410
const FIRST_BYTES = 16_384
const WORD = 0x1_0000_0000
const TOOL = '<tool_id>spine</tool_id><tool_vendor>spine</tool_vendor><tool_version>1</tool_version>'
const COMMENT = `<FHcomment><TX>recorded</TX>${TOOL}</FHcomment>`

/** What a head tells that is known only at the end. */
export interface HeadState {
  readonly start_s: number
  /** Frames by the number of their kind of record; undefined: the file is not finished. */
  readonly cycles: readonly number[] | undefined
  readonly dataBytes: number
}

/** All that is in front of the records, the same length whatever it tells. */
export function mf4Head({ start_s, cycles, dataBytes }: HeadState): Uint8Array {
  const head = new HeadBuilder()
  head.identification(cycles !== undefined)
  const header = head.reserve(6, 32)
  const history = head.block('FH', [0, head.text('MD', COMMENT)], 16, view => putTime(view, 0, start_s))
  const factor = head.block('CC', [0, 0, 0, 0], 40, (view) => {
    view.setUint8(0, CONVERSION.linear)
    view.setUint16(6, 2, true)
    view.setFloat64(32, 1e-9, true)
  })
  const source = head.block('SI', [0, 0, 0], 8, (view) => {
    view.setUint8(0, SOURCE.bus)
    view.setUint8(1, SOURCE.can)
  })
  const shared = { source, factor, seconds: head.text('TX', 's'), time: head.text('TX', 't'), name: head.text('TX', 'CAN') }
  const groups = Object.values(RECORDS).reduceRight((next, kind) => channelGroup(head, kind, cycles?.[kind.id] ?? 0, next, shared), 0)
  // Its data begin where the head ends.
  const dataGroup = head.reserve(4, 8)
  const data = head.block('DT', [], 0, () => undefined)
  head.fill(dataGroup, 'DG', [0, groups, data, 0], view => view.setUint8(0, 1))
  head.fill(header, 'HD', [dataGroup, history, 0, 0, 0, 0], view => putTime(view, 0, start_s))
  if (cycles !== undefined) head.setLength(data, HEAD_BYTES + dataBytes)
  return head.take()
}

function channelGroup(
  head: HeadBuilder, kind: RecordKind, cycles: number, next: number,
  shared: Readonly<Record<'source' | 'factor' | 'seconds' | 'time' | 'name', number>>,
): number {
  const { frames, dataBytes } = kind
  const channel = (name: string, follows: number, parts: Partial<ChannelParts>): number => head.channel(
    { name: head.text('TX', name), source: shared.source, ...parts }, follows,
  )
  let inside = 0
  if (dataBytes > 0) inside = channel(`${frames}.DataBytes`, 0, { byte: DATA_AT, bits: 8 * dataBytes, data: DATA.bytes, flags: BUS_EVENT })
  for (const [part, [byte, bit, bits]] of Object.entries(LAYOUT).reverse()) {
    inside = channel(`${frames}.${part}`, inside, { byte, bit, bits, flags: BUS_EVENT })
  }
  const frame = channel(frames, 0, { byte: 8, bits: 8 * (DATA_AT - 8 + dataBytes), data: DATA.bytes, flags: BUS_EVENT, inside })
  const time = head.channel({
    name: shared.time, source: 0, type: CHANNEL.master, sync: SYNC_TIME, bits: TIME_BITS, conversion: shared.factor, unit: shared.seconds,
  }, frame)
  return head.block('CG', [next, time, shared.name, shared.source, 0, 0], 32, (view) => {
    view.setUint8(0, kind.id)
    putLong(view, 8, cycles)
    view.setUint16(16, GROUP.bus | GROUP.plainBus, true)
    view.setUint16(18, '.'.charCodeAt(0), true)
    view.setUint32(24, DATA_AT + dataBytes, true)
  })
}

interface ChannelParts {
  readonly name: number
  readonly source: number
  readonly type: number
  readonly sync: number
  readonly data: number
  readonly byte: number
  readonly bit: number
  readonly bits: number
  readonly flags: number
  readonly inside: number
  readonly conversion: number
  readonly unit: number
}

const PLAIN: ChannelParts = {
  name: 0, source: 0, type: CHANNEL.fixed, sync: 0, data: DATA.unsigned, byte: 0, bit: 0, bits: 0, flags: 0, inside: 0,
  conversion: 0, unit: 0,
}

/** Puts blocks one behind the other. */
class HeadBuilder {
  private readonly bytes = new Uint8Array(FIRST_BYTES)
  private readonly view = new DataView(this.bytes.buffer)
  private used = ID_BYTES

  identification(finished: boolean): void {
    putLatin1(finished ? 'MDF     4.10    spine   ' : 'UnFinMF 4.10    spine   ', this.bytes, 0)
    this.view.setUint16(28, VERSION, true)
    this.view.setUint16(60, finished ? 0 : UNFINISHED.cycles | UNFINISHED.lastDataLength, true)
  }

  /** Room for a block with so many links and bytes of data. */
  reserve(links: number, dataBytes: number): number {
    const at = this.used
    this.view.setUint32(at + 8, HEAD_BYTES + 8 * links + dataBytes, true)
    this.used = at + HEAD_BYTES + 8 * links + dataBytes + 7 & ~7
    return at
  }

  fill(at: number, kind: string, links: readonly number[], data: (view: DataView) => void): void {
    putLatin1(`##${kind}`, this.bytes, at)
    this.view.setUint32(at + 16, links.length, true)
    links.forEach((link, n) => this.view.setUint32(at + HEAD_BYTES + 8 * n, link, true))
    data(new DataView(this.bytes.buffer, at + HEAD_BYTES + 8 * links.length))
  }

  block(kind: string, links: readonly number[], dataBytes: number, data: (view: DataView) => void): number {
    const at = this.reserve(links.length, dataBytes)
    this.fill(at, kind, links, data)
    return at
  }

  text(kind: 'TX' | 'MD', text: string): number {
    const at = this.block(kind, [], text.length + 1, () => undefined)
    putLatin1(text, this.bytes, at + HEAD_BYTES)
    return at
  }

  channel(parts: Partial<ChannelParts>, next: number): number {
    const { name, source, type, sync, data, byte, bit, bits, flags, inside, conversion, unit } = { ...PLAIN, ...parts }
    return this.block('CN', [next, inside, name, source, conversion, 0, unit, 0], 72, (view) => {
      ;[type, sync, data, bit].forEach((value, n) => view.setUint8(n, value))
      view.setUint32(4, byte, true)
      view.setUint32(8, bits, true)
      view.setUint32(12, flags, true)
    })
  }

  setLength(at: number, length: number): void {
    putLong(this.view, at + 8, length)
  }

  take(): Uint8Array {
    return this.bytes.subarray(0, this.used)
  }
}

function putLong(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % WORD, true)
  view.setUint32(at + 4, Math.floor(value / WORD), true)
}

/** A time in UTC, in nanoseconds since 1970, with offsets of 0 that are valid. */
function putTime(view: DataView, at: number, seconds: number): void {
  view.setBigUint64(at, BigInt(seconds) * 1_000_000_000n, true)
  view.setUint8(at + 12, 2)
}
