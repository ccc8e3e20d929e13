import type { LinkFrame } from '../link.ts'
import { BusNumbers, tooManyBuses } from './bus-names.ts'
import { CAN_XL, createLogFrame, fdCodeOf, type LogDetails, type FrameFault, type LogFrame } from './log-frame.ts'

/**
 * CAN frames as Linux puts them into captures: an identifier word, length, flags, two bytes, data; alone (link type 227,
 * the word big-endian) or behind a cooked header that names protocol and direction (113, and 276 with an interface number;
 * the word in the byte order of the section). Sources: tcpdump.org/linktypes, linux/can.h, Wireshark's packet-socketcan.c.
 */

export const LINK_TYPE = { cooked: 113, can: 227, cooked2: 276 } as const

/** Bytes in front of the data. */
const CAN_HEADER_BYTES = 8
export const COOKED2_BYTES = 20
const COOKED_BYTES = 16
/** Sizes of `struct can_frame` and `struct canfd_frame`: a record of the first is classic whatever its other bytes say. */
const CLASSIC_RECORD_BYTES = 16
const FD_RECORD_BYTES = 72
const CLASSIC_BYTES = 8

const WORD = { extended: 0x8000_0000, remote: 0x4000_0000, error: 0x2000_0000, id: 0x1fff_ffff } as const
const FLAGS = { brs: 0x01, esi: 0x02, fd: 0x04, xl: 0x80 } as const
const PROTOCOL = { can: 0x000c, canFd: 0x000d, canXl: 0x000e } as const
const ARPHRD_CAN = 280
const OUTGOING = 4

export function isCanLinkType(linkType: number): boolean {
  return Object.values(LINK_TYPE).some(known => known === linkType)
}

/** Reads records of a capture, one after the other, into one frame. */
export class RecordReader {
  readonly frame = createLogFrame()
  readonly buses = new BusNumbers()

  /** Reads a record of a link type. Time, bus and name are the caller's, but where packets name their interface. */
  read(linkType: number, body: DataView, at: number, captured: number, little: boolean): FrameFault | undefined {
    const { frame } = this
    if (linkType === LINK_TYPE.can) return readCanFrame(body, at, captured, false, undefined, frame)
    if (linkType !== LINK_TYPE.cooked && linkType !== LINK_TYPE.cooked2) {
      return { cause: 'link-type', reason: `a packet of link type ${linkType}, none of ${Object.values(LINK_TYPE).join(', ')}` }
    }
    const cooked2 = linkType === LINK_TYPE.cooked2
    const bytes = cooked2 ? COOKED2_BYTES : COOKED_BYTES
    if (captured < bytes) return { cause: 'short-packet', reason: `a cooked packet of ${captured} bytes` }
    const protocol = body.getUint16(at + (cooked2 ? 0 : 14), false)
    const hardware = body.getUint16(at + (cooked2 ? 8 : 2), false)
    if (hardware !== ARPHRD_CAN) return { cause: 'no-can', reason: `a packet of hardware type ${hardware}, not ${ARPHRD_CAN} (CAN)` }
    if (protocol === PROTOCOL.canXl) return CAN_XL
    if (protocol !== PROTOCOL.can && protocol !== PROTOCOL.canFd) {
      return { cause: 'no-can', reason: `a packet of protocol 0x${protocol.toString(16)}, which is not CAN` }
    }
    const fault = readCanFrame(body, at + bytes, captured - bytes, little, protocol === PROTOCOL.canFd, frame)
      ?? (cooked2 ? this.numbered(body.getUint32(at + 4, false)) : undefined)
    const kind = cooked2 ? body.getUint8(at + 10) : body.getUint16(at, false)
    frame.direction = kind === OUTGOING ? 'sent' : 'received'
    return fault
  }

  /** Linux counts interfaces from 1. */
  private numbered(number: number): FrameFault | undefined {
    this.frame.name = ''
    this.frame.bus = this.buses.of(number, number - 1)
    return this.frame.bus < 0 ? tooManyBuses(`number ${number}`) : undefined
  }
}

/** `fd`: told by the protocol; undefined: told by the size, the length and the flags. */
function readCanFrame(
  body: DataView, at: number, captured: number, little: boolean, fd: boolean | undefined, frame: LogFrame,
): FrameFault | undefined {
  if (captured < CAN_HEADER_BYTES) return { cause: 'short-packet', reason: `a CAN frame of ${captured} bytes` }
  const word = body.getUint32(at, little)
  const length = body.getUint8(at + 4)
  const flags = body.getUint8(at + 5)
  if (captured !== CLASSIC_RECORD_BYTES && fd !== false && (flags & FLAGS.xl) !== 0) return CAN_XL
  frame.error = (word & WORD.error) !== 0
  frame.extended = !frame.error && (word & WORD.extended) !== 0
  frame.fd = !frame.error && (fd ?? (captured !== CLASSIC_RECORD_BYTES
    && (captured === FD_RECORD_BYTES || length > CLASSIC_BYTES || (flags & FLAGS.fd) !== 0)))
  frame.brs = frame.fd && (flags & FLAGS.brs) !== 0
  frame.esi = frame.fd && (flags & FLAGS.esi) !== 0
  frame.remote = !frame.error && !frame.fd && (word & WORD.remote) !== 0
  frame.id = word & WORD.id
  frame.length = length
  const code = body.getUint8(at + 7)
  frame.lengthCode = !frame.fd && !frame.error && length === CLASSIC_BYTES && code > CLASSIC_BYTES && code < 16 ? code : 0
  frame.direction = ''
  if (!frame.extended && !frame.error && frame.id > 0x7ff) {
    return { cause: 'identifier', reason: `identifier ${frame.id.toString(16).toUpperCase()} is out of range` }
  }
  if (frame.fd ? fdCodeOf(length) < 0 : length > CLASSIC_BYTES) return { cause: 'length', reason: `no frame has ${length} data bytes` }
  if (frame.remote) return undefined
  if (captured < CAN_HEADER_BYTES + length) {
    return { cause: 'short-packet', reason: `${captured - CAN_HEADER_BYTES} of ${length} data bytes were captured` }
  }
  for (let i = 0; i < length; i++) frame.data[i] = body.getUint8(at + CAN_HEADER_BYTES + i)
  return undefined
}

/** Bytes that `putCanFrame` writes: FD frames as long as Linux writes them, so that none looks classic. */
export function recordBytes(frame: LinkFrame): number {
  return frame.fd ? FD_RECORD_BYTES : CAN_HEADER_BYTES + (frame.remote ? 0 : frame.length)
}

/** Writes a record of link type 227, or what follows a cooked header with the word little-endian. */
export function putCanFrame(
  frame: LinkFrame, { lengthCode, esi }: Readonly<LogDetails>, view: DataView, at: number, little: boolean,
): void {
  const kind = (frame.extended ? WORD.extended : 0) + (frame.remote ? WORD.remote : 0) + (frame.error ? WORD.error : 0)
  view.setUint32(at, frame.id + kind, little)
  view.setUint8(at + 4, frame.length)
  view.setUint8(at + 5, frame.fd ? FLAGS.fd | (frame.brs ? FLAGS.brs : 0) | (esi ? FLAGS.esi : 0) : 0)
  view.setUint8(at + 6, 0)
  view.setUint8(at + 7, frame.fd ? 0 : lengthCode)
  const end = at + recordBytes(frame)
  const dataEnd = at + CAN_HEADER_BYTES + (frame.remote ? 0 : frame.length)
  for (let to = at + CAN_HEADER_BYTES, i = 0; to < end; to++, i++) view.setUint8(to, to < dataEnd ? frame.data[i]! : 0)
}

/** Writes a cooked header of link type 276. */
export function putCooked2(frame: LinkFrame, sent: boolean, interfaceNumber: number, view: DataView, at: number): void {
  view.setUint16(at, frame.fd ? PROTOCOL.canFd : PROTOCOL.can, false)
  view.setUint16(at + 2, 0, false)
  view.setUint32(at + 4, interfaceNumber, false)
  view.setUint16(at + 8, ARPHRD_CAN, false)
  view.setUint8(at + 10, sent ? OUTGOING : 1)
  view.setUint8(at + 11, 0)
  view.setUint32(at + 12, 0)
  view.setUint32(at + 16, 0)
}
