import { BusNumbers } from './bus-names.ts'
import { latin1 } from './bytes.ts'
import { foreignFault } from './first-bytes.ts'
import type { FrameFault } from './log-frame.ts'
import type { LogReader, LogSeeker, LogSink, Range } from './log-io.ts'
import { ID_BYTES, UNFINISHED } from './mf4.ts'
import { GroupCursor } from './mf4-cursor.ts'
import { Mf4File, viewOf } from './mf4-file.ts'
import type { LogStart } from './mf4-frame.ts'
import { GroupFinder } from './mf4-groups.ts'
import { DataStream } from './mf4-stream.ts'

/** After so many frames whoever takes them may do something with them. */
const FRAMES_AT_ONCE = 2048
/** What is held of a log that comes from a pipe; a longer one has to be in a file. */
const LONGEST_PIPED = 1 << 28
const FIRST_BYTES = 1 << 16
const BILLION = 1_000_000_000n

/**
 * Reads the frames of all groups in the order of their times. Groups that are no CAN frames are skipped. Memory is bounded:
 * a piece of each group.
 */
export function* readMf4(sink: LogSink, size: number): LogSeeker {
  let blocks = 0
  const bad = ({ cause, reason }: FrameFault): void => sink.onBadLine({ line: ++blocks, cause, reason, text: '' })
  if (size === 0) return
  const file = new Mf4File(size)
  const id = yield* file.bytes(0, ID_BYTES)
  const magic = latin1(id.subarray(0, 8))
  const version = id.length < ID_BYTES ? 0 : viewOf(id).getUint16(28, true)
  const unfinished = magic === 'UnFinMF '
  const flags = unfinished && id.length === ID_BYTES ? viewOf(id).getUint16(60, true) : 0
  if ((magic !== 'MDF     ' && !unfinished) || version < 400 || version >= 500) {
    return bad(foreignFault(id) ?? { cause: 'no-mf4', reason: 'it does not begin with the head of an MDF file of version 4' })
  }
  const head = yield* file.block(ID_BYTES)
  const view = head?.kind === 'HD' ? yield* file.data(head, 16) : undefined
  if (head === undefined || view === undefined) return bad(file.fault('the header block'))
  const began = view.getBigUint64(0, true)
  const start: LogStart = { seconds: Number(began / BILLION), nanos: Number(began % BILLION) }
  const seen = new Set<number>()
  const context = {
    start, buses: new BusNumbers(), bad, unfinished: (flags & (UNFINISHED.cycles | UNFINISHED.lastDataLength)) !== 0,
    open: (at: number) => new DataStream(file, at, seen, unfinished),
  }
  const groups = yield* new GroupFinder(file, bad).dataGroups(head.links[0] ?? 0)
  if (groups.length === 0) return
  yield* merged(groups.map(group => new GroupCursor(group, context)), (cursor) => {
    blocks++
    sink.onFrame(cursor.frame)
  })
}

function* merged(all: readonly GroupCursor[], onFrame: (cursor: GroupCursor) => void): Generator<Range, void, Uint8Array> {
  const cursors: GroupCursor[] = []
  for (const cursor of all) if (yield* cursor.next()) cursors.push(cursor)
  for (let frames = 1; cursors.length > 0; frames++) {
    let first = 0
    for (let n = 1; n < cursors.length; n++) if (cursors[n]!.frame.timestamp_ns < cursors[first]!.frame.timestamp_ns) first = n
    const cursor = cursors[first]!
    onFrame(cursor)
    if (frames % FRAMES_AT_ONCE === 0) yield { at: 0, length: 0 }
    if (!cursor.step() && !(yield* cursor.next())) cursors.splice(first, 1)
  }
}

/** Holds a log that comes in pieces until its end, for a seeking reader. */
export class HeldReader implements LogReader {
  private readonly sink: LogSink
  private readonly read: (sink: LogSink, size: number) => LogSeeker
  private bytes = new Uint8Array(FIRST_BYTES)
  private used = 0
  private tooLong = false

  constructor(sink: LogSink, read: (sink: LogSink, size: number) => LogSeeker) {
    this.sink = sink
    this.read = read
  }

  push(chunk: Uint8Array): void {
    const end = this.used + chunk.length
    this.tooLong ||= end > LONGEST_PIPED
    if (this.tooLong) return
    if (end > this.bytes.length) {
      const longer = new Uint8Array(Math.max(end, 2 * this.bytes.length))
      longer.set(this.bytes.subarray(0, this.used))
      this.bytes = longer
    }
    this.bytes.set(chunk, this.used)
    this.used = end
  }

  end(): void {
    if (this.tooLong) return this.sink.onBadLine({ line: 1, cause: 'too-long', reason: 'it is too long to be read from a pipe: name its file', text: '' })
    const seeker = this.read(this.sink, this.used)
    for (let step = seeker.next(); step.done !== true;) {
      const { at, length } = step.value
      step = seeker.next(this.bytes.subarray(at, Math.min(this.used, at + length)))
    }
  }
}
