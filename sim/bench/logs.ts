import { createLinkFrame } from '../gateway/index.ts'
import { LOG_FORMATS, type LogFormat } from '../gateway/logs/index.ts'
import { type BenchRow, median, row } from './measure.ts'

const FRAMES = 100_000
const ROUNDS = 7
/** What a file is read in. */
const PIECE_BYTES = 65_536
const CYCLE_ns = 111_000
/** In November 2023. */
const BEGIN_ns = 1_700_000_000e9

/** Each kind of log, written and read: frames per second of processor time, as other work on the machine does not count. */
export function benchLogs(): BenchRow[] {
  return LOG_FORMATS.flatMap((format) => {
    if (format.writer === undefined) return []
    const bytes = written(format.writer)
    const writing = measured(`logs: ${format.name} written`, () => void written(format.writer!), bytes)
    return format.reader === undefined ? [writing] : [writing, measured(`logs: ${format.name} read`, () => read(format, bytes), bytes)]
  })
}

function measured(name: string, work: () => void, bytes: Uint8Array): BenchRow {
  work()
  const rates = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return FRAMES / ((user + system) / 1e6)
  })
  return row({
    name, value: median(rates), unit: 'frames/s', target: { atLeast: 1e6, of: 'value' },
    note: `${Math.round(bytes.length / FRAMES)} bytes a frame, processor time`,
  })
}

/** What hubs send: extended frames of 8 bytes on one bus. */
function written(writerOf: NonNullable<LogFormat['writer']>): Uint8Array {
  const writer = writerOf()
  const frame = createLinkFrame()
  const details = { direction: 'received', name: 'can0', lengthCode: 0, esi: false } as const
  const pieces: Uint8Array[] = []
  let gathered = new Uint8Array(PIECE_BYTES)
  let used = 0
  const add = (piece: string | Uint8Array): void => {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
    if (used + bytes.length > gathered.length) {
      pieces.push(gathered.subarray(0, used))
      gathered = new Uint8Array(Math.max(PIECE_BYTES, bytes.length))
      used = 0
    }
    gathered.set(bytes, used)
    used += bytes.length
  }
  frame.length = 8
  for (let n = 0; n < FRAMES; n++) {
    frame.id = 0x18ff_8081 + (n & 0xf) * 0x101
    for (let i = 0; i < 8; i++) frame.data[i] = (n >> i) + 0x1d * i
    frame.timestamp_ns = BEGIN_ns + n * CYCLE_ns
    const piece = writer.frame(frame, details)
    if (piece === undefined) throw new Error('a writer refuses a frame of the benchmark')
    add(piece)
  }
  add(writer.end())
  const all = Buffer.concat([...pieces, gathered.subarray(0, used)])
  all.set(writer.finalHead?.() ?? [])
  return all
}

function read(format: LogFormat, bytes: Uint8Array): void {
  let frames = 0
  let sum = 0
  const sink = {
    onFrame: (frame: { readonly data: Uint8Array }): void => {
      frames++
      sum += frame.data[0]!
    },
    onBadLine: (bad: { readonly reason: string }): void => { throw new Error(`${format.name}: ${bad.reason}`) },
  }
  if (format.seeker === undefined) {
    const reader = format.reader!(sink)
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) reader.push(bytes.subarray(at, at + PIECE_BYTES))
    reader.end()
  } else {
    const seeker = format.seeker(sink, bytes.length)
    for (let step = seeker.next(); step.done !== true;) step = seeker.next(bytes.subarray(step.value.at, step.value.at + step.value.length))
  }
  if (frames !== FRAMES || sum === 0) throw new Error(`${format.name}: ${frames} frames of ${FRAMES} were read`)
}
