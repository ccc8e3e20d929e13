import type { BusNumbers } from './bus-names.ts'
import { copyLinkFrame } from '../link-frame.ts'
import { createLogFrame, type FrameFault, type LogFrame, TRUNCATED } from './log-frame.ts'
import type { Range } from './log-io.ts'
import { fillData, LENGTH_BYTES, RecordedData, StreamedData, StreamWindow } from './mf4-apart.ts'
import { long } from './mf4-file.ts'
import { type LogStart, readHead } from './mf4-frame.ts'
import { type DataGroup, type Group, readField } from './mf4-groups.ts'
import type { DataStream } from './mf4-stream.ts'

/** Records are far shorter; a longer one is a wrong length. */
const LONGEST_RECORD = 1 << 20
/** Frames that wait for their data. */
const MOST_WAITING = 1024

/** What a cursor needs of its file. */
export interface CursorContext {
  readonly start: LogStart
  readonly buses: BusNumbers
  readonly unfinished: boolean
  readonly open: (at: number) => DataStream
  readonly bad: (fault: FrameFault) => void
}

interface Waiting { readonly frame: LogFrame, readonly place: number, readonly data: RecordedData }

/** Goes through the frames of a data group, one after the other. */
export class GroupCursor {
  /** Where the cursor is. */
  readonly frame = createLogFrame()
  private readonly context: CursorContext
  private readonly records: StreamWindow
  private readonly groups: ReadonlyMap<number, Group>
  private readonly idBytes: number
  private readonly only: Group | undefined
  /** Records of a sorted group that are still to come. */
  private left: number
  /** Records that an unsorted group says it has, and those that came; of frames' bytes apart none is counted. */
  private readonly due: number
  private came = 0
  /** Where data lie that are not in their frames' records, by the link that points at them. */
  private readonly recorded: ReadonlyMap<number, RecordedData>
  private readonly streamed = new Map<number, StreamedData>()
  private readonly waiting: Waiting[] = []
  /** The frame lacks its data, which are at this place of this stream. */
  private lacking: { readonly data: StreamedData, readonly place: number } | undefined

  constructor(group: DataGroup, context: CursorContext) {
    this.context = context
    this.records = new StreamWindow(context.open(group.data))
    this.idBytes = group.recordIdBytes
    this.groups = new Map(group.groups.map(each => [each.recordId, each]))
    this.recorded = new Map(group.groups.filter(({ variable }) => variable).map(({ at }) => [at, new RecordedData()]))
    this.only = this.idBytes === 0 ? group.groups[0] : undefined
    const sizes = this.only === undefined && !context.unfinished ? group.groups.map(({ variable, cycles }) => variable ? 0 : cycles) : []
    this.due = sizes.reduce((sum, cycles) => sum + cycles, 0)
    this.left = this.only === undefined || context.unfinished ? Infinity : this.only.cycles
  }

  /** Goes on without asking for more of the file, if it can: whether it is at the next frame. */
  step(): boolean {
    if (this.lacking !== undefined) return false
    while (!this.takeWaiting()) {
      const size = this.recordSize()
      if (size < 0) return false
      const { records } = this
      const group = this.groupHere()!
      const base = records.from + this.idBytes
      records.from += size
      this.left--
      if (!group.variable) this.came++
      if (group.variable) this.recorded.get(group.at)!.add(records.bytes.subarray(base + LENGTH_BYTES, records.from))
      else if (group.frames !== undefined && this.read(base, group.frames)) return true
      if (this.lacking !== undefined) return false
    }
    return true
  }

  /** Goes to the next frame; false: there is none. */
  * next(): Generator<Range, boolean, Uint8Array> {
    for (;;) {
      if (this.step()) return true
      const { lacking } = this
      if (lacking === undefined) {
        if (this.left > 0 && (yield* this.records.more())) continue
        return this.end()
      }
      const more = yield* lacking.data.more()
      const taken = lacking.data.take(lacking.place, this.frame)
      if (taken === 'more' && more) continue
      this.lacking = undefined
      if (taken === 'taken') return true
      this.missing()
    }
  }

  /** Bytes of the record here; −1: not all of it is there, or none comes any more. */
  private recordSize(): number {
    const { records, idBytes } = this
    if (this.left === 0 || records.length < idBytes) return -1
    const group = this.groupHere()
    if (group === undefined) return this.stop('record', 'a record of a group that was not described; what follows cannot be read')
    let size = idBytes + group.recordBytes
    if (group.variable) {
      if (records.length < idBytes + LENGTH_BYTES) return -1
      size = idBytes + LENGTH_BYTES + records.view.getUint32(records.from + idBytes, true)
    }
    if (size === 0 || size > LONGEST_RECORD) return this.stop('record', `no record has ${size} bytes; what follows cannot be read`)
    return records.length < size ? -1 : size
  }

  private groupHere(): Group | undefined {
    if (this.only !== undefined) return this.only
    const { view, from } = this.records
    switch (this.idBytes) {
      case 1: return this.groups.get(view.getUint8(from))
      case 2: return this.groups.get(view.getUint16(from, true))
      case 4: return this.groups.get(view.getUint32(from, true))
      default: return this.groups.get(long(view, from))
    }
  }

  /** Reads a record; whether the cursor is at a frame now. */
  private read(base: number, group: NonNullable<Group['frames']>): boolean {
    const { frame, records } = this
    const { start, buses, bad } = this.context
    const fault = readHead(records.view, base, group, start, buses, frame)
    if (fault !== undefined) {
      bad(fault)
      return false
    }
    const { data } = group
    if (frame.remote || data === undefined || (frame.error && group.parts.ErrorType !== undefined)) return this.inOrder()
    if (data.kind === 'inside') {
      fillData(frame, records.bytes, base + data.at, Math.min(data.bytes, frame.length))
      return this.inOrder()
    }
    const place = readField(records.view, base, data)
    const recorded = this.recorded.get(data.stream)
    return recorded === undefined ? this.readStreamed(data.stream, place) : this.readRecorded(recorded, place)
  }

  private readStreamed(at: number, place: number): boolean {
    let data = this.streamed.get(at)
    if (data === undefined) this.streamed.set(at, data = new StreamedData(this.context.open(at)))
    const taken = data.take(place, this.frame)
    if (taken === 'more') this.lacking = { data, place }
    if (taken === 'gone') this.missing()
    return taken === 'taken'
  }

  private readRecorded(data: RecordedData, place: number): boolean {
    if (this.waiting.length === 0) {
      const taken = data.take(place, this.frame)
      if (taken === 'gone') this.missing()
      if (taken !== 'more') return taken === 'taken'
    }
    if (this.waiting.length === MOST_WAITING) {
      this.waiting.shift()
      this.missing()
    }
    this.waiting.push({ frame: copyOf(this.frame), place, data })
    return false
  }

  /** A frame that has all its data waits behind those that do not. */
  private inOrder(): boolean {
    if (this.waiting.length === 0) return true
    const data = new RecordedData()
    data.add(this.frame.data)
    return this.readRecorded(data, 0)
  }

  private takeWaiting(): boolean {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const taken = first.data.take(first.place, first.frame)
      if (taken === 'more') return false
      this.waiting.shift()
      if (taken === 'gone') {
        this.missing()
        continue
      }
      copyLinkFrame(first.frame, this.frame)
      const { direction, name, lengthCode, esi } = first.frame
      Object.assign(this.frame, { direction, name, lengthCode, esi })
      return true
    }
    return false
  }

  /** There is no more of the file. */
  private end(): boolean {
    const { records, left, waiting } = this
    const { fault } = records
    if (fault !== undefined) this.context.bad(fault)
    else if (left > 0 && (records.length > 0 || left < Infinity || this.came < this.due)) this.context.bad({ cause: TRUNCATED, reason: 'the data end in the middle of a record, or early' })
    this.left = 0
    records.from = records.bytes.length
    while (waiting.length > 0) {
      waiting.shift()
      this.missing()
    }
    return false
  }

  private stop(cause: string, reason: string): number {
    this.context.bad({ cause, reason })
    this.left = 0
    this.records.from = this.records.bytes.length
    return -1
  }

  private missing(): void {
    this.context.bad({ cause: 'data', reason: 'the data bytes of a frame are not there' })
  }
}

function copyOf(frame: LogFrame): LogFrame {
  return { ...frame, data: frame.data.slice() }
}
