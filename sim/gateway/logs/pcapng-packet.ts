import { fdCodeOf, type LogFrame } from './log-frame.ts'
import { BLOCK, CAN_FLAGS, CAN_HEADER_BYTES, CAN_WORD, LINKTYPE_CAN_SOCKETCAN, OPTION } from './pcapng.ts'

/** What an interface description block says. */
export interface CaptureInterface {
  readonly linkType: number
  readonly bus: number
  /** Ticks a second are 1e9 / this. */
  readonly tick_ns: number
  readonly offset_ns: number
  /** Why its frames cannot be read as they should; empty: they can. */
  readonly fault: string
}

export interface PacketFault {
  readonly cause: string
  readonly reason: string
}

const WORD = 0x1_0000_0000
const ENHANCED_HEAD_BYTES = 20
const SIMPLE_HEAD_BYTES = 4
/** Frames of SocketCAN's own FD structure have this size; old captures lack the FD flag. */
const FD_STRUCTURE_BYTES = 72
const CLASSIC_BYTES = 8
const DIRECTIONS = ['', 'received', 'sent', ''] as const

/** Reads the body of an interface description; whatever is missing has its default (µs, bus by its number). */
export function readInterface(body: DataView, little: boolean, index: number): CaptureInterface {
  if (body.byteLength < 8) return { linkType: -1, bus: 0, tick_ns: 1000, offset_ns: 0, fault: 'an interface description is too short' }
  let bus = Math.min(index, 255)
  let tick_ns = 1000
  let offset_ns = 0
  let fault = ''
  forEachOption(body, 8, little, (code, at, length) => {
    if (code === OPTION.interfaceName) {
      const number = Number(/\d{1,9}$/.exec(latin1(body, at, Math.min(length, 64)))?.[0] ?? bus)
      if (number <= 255) bus = number
      else fault = `interface ${latin1(body, at, Math.min(length, 64))}: its number is above 255`
    } else if (code === OPTION.timeResolution && length >= 1) {
      const resolution = body.getUint8(at)
      tick_ns = 1e9 / (resolution < 0x80 ? 10 ** resolution : 2 ** (resolution & 0x7f))
    } else if (code === OPTION.timeOffset && length >= 8) {
      const high = body.getInt32(at + (little ? 4 : 0), little)
      offset_ns = (high * WORD + body.getUint32(at + (little ? 0 : 4), little)) * 1e9
    }
  })
  return { linkType: body.getUint16(0, little), bus, tick_ns, offset_ns, fault }
}

/** Reads a packet block into `frame`; undefined when it was a CAN frame. */
export function readPacket(
  type: number, body: DataView, little: boolean, interfaces: readonly CaptureInterface[], frame: LogFrame,
): PacketFault | undefined {
  const head = type === BLOCK.simplePacket ? SIMPLE_HEAD_BYTES : ENHANCED_HEAD_BYTES
  if (body.byteLength < head) return { cause: 'short-packet', reason: 'a packet block is too short' }
  const index = type === BLOCK.simplePacket ? 0 : type === BLOCK.obsoletePacket ? body.getUint16(0, little) : body.getUint32(0, little)
  if (index >= interfaces.length) return { cause: 'interface', reason: `a packet of interface ${index}, which was not described` }
  const from = interfaces[index]!
  if (from.linkType !== LINKTYPE_CAN_SOCKETCAN) {
    return { cause: 'link-type', reason: `a packet of link type ${from.linkType}, which is not CAN_SOCKETCAN (${LINKTYPE_CAN_SOCKETCAN})` }
  }
  let captured = body.byteLength - head
  frame.bus = from.bus
  frame.direction = ''
  frame.timestamp_ns = from.offset_ns
  if (type !== BLOCK.simplePacket) {
    const length = body.getUint32(12, little)
    if (length > captured) return { cause: 'short-packet', reason: `a packet of ${length} bytes in a block with room for ${captured}` }
    captured = length
    frame.timestamp_ns += Math.round((body.getUint32(4, little) * WORD + body.getUint32(8, little)) * from.tick_ns)
    forEachOption(body, head + (length + 3 & ~3), little, (code, at, size) => {
      if (code === OPTION.packetFlags && size >= 4) frame.direction = DIRECTIONS[body.getUint32(at, little) & 3]!
    })
  }
  return readCanFrame(body, head, captured, frame)
}

function readCanFrame(body: DataView, at: number, captured: number, frame: LogFrame): PacketFault | undefined {
  if (captured < CAN_HEADER_BYTES) return { cause: 'short-packet', reason: `a CAN frame of ${captured} bytes` }
  const word = body.getUint32(at, false)
  const length = body.getUint8(at + 4)
  const flags = body.getUint8(at + 5)
  if ((flags & CAN_FLAGS.xl) !== 0) return { cause: 'can-xl', reason: 'CAN XL frames are not supported' }
  frame.error = (word & CAN_WORD.error) !== 0
  frame.extended = !frame.error && (word & CAN_WORD.extended) !== 0
  frame.fd = !frame.error && ((flags & CAN_FLAGS.fd) !== 0 || length > CLASSIC_BYTES || captured === FD_STRUCTURE_BYTES)
  frame.brs = frame.fd && (flags & CAN_FLAGS.brs) !== 0
  frame.remote = !frame.error && !frame.fd && (word & CAN_WORD.remote) !== 0
  frame.id = word & 0x1fff_ffff
  frame.length = length
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

function forEachOption(body: DataView, from: number, little: boolean, visit: (code: number, at: number, length: number) => void): void {
  for (let at = from; at + 4 <= body.byteLength;) {
    const code = body.getUint16(at, little)
    const length = body.getUint16(at + 2, little)
    if (code === OPTION.end || at + 4 + length > body.byteLength) return
    visit(code, at + 4, length)
    at += 4 + (length + 3 & ~3)
  }
}

function latin1(body: DataView, at: number, length: number): string {
  return Buffer.from(body.buffer, body.byteOffset + at, length).toString('latin1')
}
