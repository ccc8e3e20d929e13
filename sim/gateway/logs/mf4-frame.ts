import { type BusNumbers, tooManyBuses } from './bus-names.ts'
import { clearLogFrame, fdCodeOf, fdLengthOf, type FrameFault, type LogFrame, makeErrorFrame, timeFault } from './log-frame.ts'
import { type Field, type FrameGroup, readField, readRaw } from './mf4-groups.ts'

/** When a log was begun, seconds and nanoseconds since 1970. */
export interface LogStart { readonly seconds: number, readonly nanos: number }

const EXTENDED = 0x8000_0000
const ERROR_KIND = 0x2000_0000
const ERROR_BYTES = 8
/** What an error type is to SocketCAN: bits of the class, of data byte 2, and data byte 3. */
const ERROR_TYPES: readonly (readonly [classBits: number, kind: number, place: number])[] = [
  [0, 0, 0], [0, 0x01, 0], [0, 0x02, 0], [0, 0x04, 0], [0, 0, 0x08], [0x20, 0, 0],
]

/** Reads all of a record but the data bytes: time, bus, identifier, kind and length. Undefined: it is a frame so far. */
export function readHead(
  view: DataView, base: number, group: FrameGroup, start: LogStart, buses: BusNumbers, frame: LogFrame,
): FrameFault | undefined {
  const { parts } = group
  clearLogFrame(frame)
  frame.timestamp_ns = timeOf(view, base, group, start)
  const channel = read(view, base, parts.BusChannel, 0)
  frame.bus = buses.of(channel, channel - 1)
  if (frame.bus < 0) return tooManyBuses(`number ${channel}`)
  frame.direction = parts.Dir === undefined ? '' : readField(view, base, parts.Dir) === 0 ? 'received' : 'sent'
  if (group.kind === 'CAN_ErrorFrame' && (parts.ErrorType !== undefined || group.data === undefined)) return namedError(read(view, base, parts.ErrorType, 0), frame)
  const extended = read(view, base, parts.IDE, 0) !== 0
  const fault = identifier(read(view, base, parts.ID, 0), parts.IDE, extended, group.kind === 'CAN_ErrorFrame', frame)
  if (fault !== undefined) return fault
  frame.remote = group.kind === 'CAN_RemoteFrame'
  frame.fd = !frame.remote && !frame.error && read(view, base, parts.EDL, 0) !== 0
  frame.brs = frame.fd && read(view, base, parts.BRS, 0) !== 0
  frame.esi = frame.fd && read(view, base, parts.ESI, 0) !== 0
  return lengthOf(read(view, base, parts.DLC, -1), read(view, base, parts.DataLength, -1), frame) ?? timeFault(frame.timestamp_ns)
}

function read(view: DataView, base: number, field: Field | undefined, otherwise: number): number {
  return field === undefined ? otherwise : readField(view, base, field)
}

/** Seconds and what is below them apart: a number holds no nanoseconds of today. */
function timeOf(view: DataView, base: number, { time }: FrameGroup, start: LogStart): number {
  if (time === undefined) return start.seconds * 1e9 + start.nanos
  const raw = readRaw(view, base, time)
  // Ticks of whole nanoseconds, which a product of fractions would round.
  const tick_ns = Math.round(time.factor * 1e9)
  const exact = Math.abs(time.factor * 1e9 - tick_ns) < 1e-6 && tick_ns > 0
  const since_ns = Math.round(exact ? raw * tick_ns : raw * time.factor * 1e9) + Math.round(time.offset * 1e9)
  const seconds = Math.floor(since_ns / 1e9)
  return (start.seconds + seconds) * 1e9 + (start.nanos + since_ns - seconds * 1e9)
}

function namedError(type: number, frame: LogFrame): FrameFault | undefined {
  const { direction } = frame
  makeErrorFrame(frame)
  frame.direction = direction
  const [classBits, kind, place] = ERROR_TYPES[type] ?? ERROR_TYPES[0]!
  frame.id |= classBits
  frame.data[2] = kind
  frame.data[3] = place
  return timeFault(frame.timestamp_ns)
}

function identifier(word: number, ide: Field | undefined, extended: boolean, error: boolean, frame: LogFrame): FrameFault | undefined {
  frame.error = error
  frame.extended = !error && (ide === undefined ? word >= EXTENDED : extended)
  frame.id = word % (error ? ERROR_KIND : EXTENDED)
  if (frame.id <= (frame.extended || error ? 0x1fff_ffff : 0x7ff)) return undefined
  return { cause: 'identifier', reason: `identifier ${frame.id.toString(16).toUpperCase()} is out of range` }
}

/** −1: it is not told. */
function lengthOf(code: number, bytes: number, frame: LogFrame): FrameFault | undefined {
  const coded = code < 0 || code > 15 ? -1 : frame.fd ? fdLengthOf(code) : Math.min(code, 8)
  const length = frame.error ? ERROR_BYTES : bytes < 0 || (frame.remote && coded >= 0) ? coded : bytes
  if (length < 0 || (frame.fd ? fdCodeOf(length) < 0 : length > 8)) {
    return { cause: 'length', reason: `no frame has ${Math.max(bytes, 0)} data bytes and a length code of ${code}` }
  }
  frame.length = length
  frame.lengthCode = !frame.fd && !frame.error && length === 8 && code > 8 && code < 16 ? code : 0
  return undefined
}
