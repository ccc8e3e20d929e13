import { EXTENDED, FD, FD64, HEAD_BYTES, MESSAGE, OBJECT, TIME } from './blf.ts'
import { clearLogFrame, fdCodeOf, fdLengthOf, makeErrorFrame, timeFault, type FrameFault, type LogFrame } from './log-frame.ts'

const WORD = 0x1_0000_0000
/** From this upper word on a number does not hold both exactly. */
const EXACT_HIGH = 0x20_0000
/** Bytes in front of the data of an FD frame of the newer kind. */
const FD64_BYTES = 40
/** Bytes that have to be there, behind the head. */
const SHORTEST: Readonly<Record<number, number>> = {
  [OBJECT.message]: 16, [OBJECT.message2]: 16, [OBJECT.error]: 2, [OBJECT.errorExt]: 2, [OBJECT.fdError64]: 1,
  [OBJECT.fdMessage]: 84, [OBJECT.fdMessage64]: FD64_BYTES,
}

/** When a log was begun, seconds and nanoseconds since 1970. */
export interface LogStart { readonly seconds: number, readonly nanos: number }

/** Whether objects of this type are frames. */
export function isFrameObject(type: number): boolean {
  return SHORTEST[type] !== undefined
}

/** Reads an object that is a frame, head and all. */
export function readFrameObject(view: DataView, at: number, size: number, start: LogStart, frame: LogFrame): FrameFault | undefined {
  const head = view.getUint16(at + 4, true)
  const type = view.getUint32(at + 12, true)
  const body = at + head
  if (head < HEAD_BYTES || size < head + SHORTEST[type]!) return { cause: 'short-object', reason: `an object of type ${type} has ${size} bytes` }
  clearLogFrame(frame)
  frame.timestamp_ns = timeOf(view, at, start)
  const channel = type === OBJECT.fdMessage64 || type === OBJECT.fdError64 ? view.getUint8(body) : view.getUint16(body, true)
  if (channel > 256) return { cause: 'interface', reason: `channel ${channel} is above 256` }
  frame.bus = Math.max(0, channel - 1)
  if (type === OBJECT.message || type === OBJECT.message2) return message(view, body, frame) ?? timeFault(frame.timestamp_ns)
  if (type === OBJECT.fdMessage) return fdMessage(view, body, frame) ?? timeFault(frame.timestamp_ns)
  if (type === OBJECT.fdMessage64) return fdMessage64(view, body, head, size, frame) ?? timeFault(frame.timestamp_ns)
  makeErrorFrame(frame)
  return timeFault(frame.timestamp_ns)
}

/** Seconds and what is below them apart: a number would round long distances from the start. */
function timeOf(view: DataView, at: number, start: LogStart): number {
  const unit = view.getUint32(at + 16, true) === TIME.tenMicroseconds ? 1e5 : 1e9
  const high = view.getUint32(at + 28, true)
  let offset = high * WORD + view.getUint32(at + 24, true)
  let seconds = Math.floor(offset / unit)
  offset -= seconds * unit
  if (high >= EXACT_HIGH) {
    const exact = view.getBigUint64(at + 24, true)
    seconds = Number(exact / BigInt(unit))
    offset = Number(exact % BigInt(unit))
  }
  return (start.seconds + seconds) * 1e9 + (start.nanos + offset * (1e9 / unit))
}

function message(view: DataView, at: number, frame: LogFrame): FrameFault | undefined {
  const flags = view.getUint8(at + 2)
  frame.direction = (flags & MESSAGE.sent) !== 0 ? 'sent' : 'received'
  frame.remote = (flags & MESSAGE.remote) !== 0
  return identifier(view.getUint32(at + 4, true), frame) ?? lengthOf(view.getUint8(at + 3), 8, frame) ?? data(view, at + 8, 8, frame)
}

function fdMessage(view: DataView, at: number, frame: LogFrame): FrameFault | undefined {
  const flags = view.getUint8(at + 2)
  const fdFlags = view.getUint8(at + 13)
  const valid = view.getUint8(at + 14)
  frame.direction = (flags & MESSAGE.sent) !== 0 ? 'sent' : 'received'
  frame.fd = (fdFlags & FD.fd) !== 0
  frame.remote = !frame.fd && (flags & MESSAGE.remote) !== 0
  frame.brs = frame.fd && (fdFlags & FD.brs) !== 0
  frame.esi = frame.fd && (fdFlags & FD.esi) !== 0
  return identifier(view.getUint32(at + 4, true), frame) ?? lengthOf(view.getUint8(at + 3), valid, frame)
    ?? data(view, at + 20, Math.min(64, valid), frame)
}

function fdMessage64(view: DataView, at: number, head: number, size: number, frame: LogFrame): FrameFault | undefined {
  const valid = view.getUint8(at + 2)
  const flags = view.getUint32(at + 12, true)
  const extra = view.getUint8(at + 35)
  frame.direction = view.getUint8(at + 34) !== 0 ? 'sent' : 'received'
  frame.fd = (flags & FD64.fd) !== 0
  frame.remote = !frame.fd && (flags & FD64.remote) !== 0
  frame.brs = frame.fd && (flags & FD64.brs) !== 0
  frame.esi = frame.fd && (flags & FD64.esi) !== 0
  // Behind the data there may be more; its place counts from the beginning of the object.
  const end = (extra > 0 ? Math.min(size, extra) : size) - head
  return identifier(view.getUint32(at + 4, true), frame) ?? lengthOf(view.getUint8(at + 1), valid, frame)
    ?? data(view, at + FD64_BYTES, Math.max(0, Math.min(valid, end - FD64_BYTES)), frame)
}

function identifier(word: number, frame: LogFrame): FrameFault | undefined {
  frame.extended = word >= EXTENDED
  frame.id = frame.extended ? word - EXTENDED : word
  if (frame.id <= (frame.extended ? 0x1fff_ffff : 0x7ff)) return undefined
  return { cause: 'identifier', reason: `identifier ${frame.id.toString(16).toUpperCase()} is out of range` }
}

/** A length code; an FD frame of a few tools has no more than its data. */
function lengthOf(code: number, valid: number, frame: LogFrame): FrameFault | undefined {
  if (code > 15) return { cause: 'length', reason: `${code} is no length code` }
  frame.length = frame.fd ? fdLengthOf(code) : Math.min(code, 8)
  frame.lengthCode = !frame.fd && code > 8 ? code : 0
  if (valid > frame.length && frame.fd && fdCodeOf(valid) < 0) return { cause: 'length', reason: `no frame has ${valid} data bytes` }
  return undefined
}

/** What is not there is 0, as Vector's own library reads it. */
function data(view: DataView, at: number, there: number, frame: LogFrame): undefined {
  for (let i = 0; i < frame.length; i++) frame.data[i] = i < there ? view.getUint8(at + i) : 0
}
