import type { CanFrame } from '#protocol/index.ts'
import type { BusError } from '../bus/index.ts'

/** Bits of an error frame as Linux tells it: include/uapi/linux/can/error.h. */
const CLASS = { protocol: 0x08, noAcknowledge: 0x20, busError: 0x80, counters: 0x200 } as const
/** The kind of violation, and where in the frame it was: of bit errors and stuffing it is not known. */
const KINDS: Readonly<Record<BusError['type'], readonly [kind: number, place: number]>> = {
  bit: [0x01, 0], stuff: [0x04, 0], form: [0x02, 0], crc: [0, 0x08], ack: [0, 0x19],
}
const KIND_SENDING = 0x80
const ERROR_BYTES = 8

/** Writes an error of a node as an error frame of SocketCAN: kind, place, and the node's error counters. */
export function putErrorFrame(error: BusError, frame: CanFrame & { error: boolean }): void {
  const [kind, place] = KINDS[error.type]
  frame.id = CLASS.protocol | CLASS.busError | CLASS.counters | (error.type === 'ack' ? CLASS.noAcknowledge : 0)
  frame.error = true
  frame.extended = frame.remote = frame.fd = frame.brs = false
  frame.bus = 0
  frame.length = ERROR_BYTES
  frame.data.fill(0, 0, ERROR_BYTES)
  frame.data[2] = kind | (error.transmitter ? KIND_SENDING : 0)
  frame.data[3] = place
  frame.data[6] = Math.min(255, error.tec)
  frame.data[7] = Math.min(255, error.rec)
}
