import { tooManyBuses, type BusNumbers } from './bus-names.ts'
import { latin1 } from './bytes.ts'
import { timeFault, type FrameFault } from './log-frame.ts'
import { BLOCK, OPTION } from './pcapng.ts'
import { isCanLinkType, LINK_TYPE, type RecordReader } from './socketcan-record.ts'

/** What an interface description block says. */
export interface CaptureInterface {
  readonly linkType: number
  /** Its name; empty: it has none. */
  readonly name: string
  readonly bus: number
  /** Ticks a second are 1e9 / this. */
  readonly tick_ns: number
  readonly offset_ns: number
  /** Why its frames cannot be read as they should; undefined: they can. */
  readonly fault: FrameFault | undefined
}

const WORD = 0x1_0000_0000
const ENHANCED_HEAD_BYTES = 20
const SIMPLE_HEAD_BYTES = 4
const DIRECTIONS = ['', 'received', 'sent', ''] as const
const MOST_NAME_BYTES = 64

/** Reads the body of an interface description; whatever is missing has its default (µs, bus by its number). */
export function readInterface(body: DataView, little: boolean, index: number, buses: BusNumbers): CaptureInterface {
  const short = { cause: 'interface', reason: 'an interface description is too short' }
  if (body.byteLength < 8) return { linkType: -1, name: '', bus: 0, tick_ns: 1000, offset_ns: 0, fault: short }
  const linkType = body.getUint16(0, little)
  let name = ''
  let tick_ns = 1000
  let offset_ns = 0
  forEachOption(body, 8, little, (code, at, length) => {
    if (code === OPTION.interfaceName) {
      name = latin1(new Uint8Array(body.buffer, body.byteOffset + at, Math.min(length, MOST_NAME_BYTES))).replace(/\0.*$/s, '')
    } else if (code === OPTION.timeResolution && length >= 1) {
      const resolution = body.getUint8(at)
      tick_ns = 1e9 / (resolution < 0x80 ? 10 ** resolution : 2 ** (resolution & 0x7f))
    } else if (code === OPTION.timeOffset && length >= 8) {
      const high = body.getInt32(at + (little ? 4 : 0), little)
      offset_ns = (high * WORD + body.getUint32(at + (little ? 0 : 4), little)) * 1e9
    }
  })
  // On a cooked capture of all interfaces each packet names its own.
  const bus = linkType === LINK_TYPE.cooked2 || !isCanLinkType(linkType) ? 0 : name === '' ? buses.of(index) : buses.of(name)
  return { linkType, name, bus, tick_ns, offset_ns, fault: bus < 0 ? tooManyBuses(name) : undefined }
}

/** Reads a packet block into the record reader's frame; undefined when it was a CAN frame. */
export function readPacket(
  type: number, body: DataView, little: boolean, interfaces: readonly CaptureInterface[], records: RecordReader,
): FrameFault | undefined {
  const simple = type === BLOCK.simplePacket
  const head = simple ? SIMPLE_HEAD_BYTES : ENHANCED_HEAD_BYTES
  if (body.byteLength < head) return { cause: 'short-packet', reason: 'a packet block is too short' }
  const index = simple ? 0 : type === BLOCK.obsoletePacket ? body.getUint16(0, little) : body.getUint32(0, little)
  if (index >= interfaces.length) return { cause: 'interface', reason: `a packet of interface ${index}, which was not described` }
  const from = interfaces[index]!
  if (from.fault !== undefined) return from.fault
  const room = body.byteLength - head
  const length = body.getUint32(simple ? 0 : 12, little)
  if (length > room && !simple) return { cause: 'short-packet', reason: `a packet of ${length} bytes in a block with room for ${room}` }
  const { frame } = records
  frame.bus = from.bus
  frame.name = from.name
  const fault = records.read(from.linkType, body, head, Math.min(length, room), little)
  if (fault !== undefined) return fault
  frame.timestamp_ns = from.offset_ns
  if (simple) return timeFault(frame.timestamp_ns)
  frame.timestamp_ns += Math.round((body.getUint32(4, little) * WORD + body.getUint32(8, little)) * from.tick_ns)
  forEachOption(body, head + (length + 3 & ~3), little, (code, at, size) => {
    if (code === OPTION.packetFlags && size >= 4) frame.direction = DIRECTIONS[body.getUint32(at, little) & 3]! || frame.direction
  })
  return timeFault(frame.timestamp_ns)
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
