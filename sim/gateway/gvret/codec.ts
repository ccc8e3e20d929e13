import type { LinkFrame } from '../link.ts'

/**
 * GVRET, the binary protocol between SavvyCAN and devices of EVTV and of many others: 0xF1, a command, its content. Text mode
 * ends with 0xE7. Multi-byte numbers are little-endian. Bit 31 of an identifier marks the 29-bit format. There are no
 * remote frames, and the checksum at the end of a frame is 0 and not checked, in SavvyCAN and in the devices alike.
 * Sources: SavvyCAN (connections/gvretserial.cpp) and ESP32RET (gvret_comm.cpp, commbuffer.cpp).
 */
export const START = 0xf1
export const BINARY_MODE = 0xe7

export const COMMAND = {
  frame: 0, timeSync: 1, digitalInputs: 2, analogInputs: 3, setDigitalOutputs: 4, setupBuses: 5, busParameters: 6, deviceInfo: 7,
  setSingleWire: 8, keepAlive: 9, setSystemType: 10, echoFrame: 11, busCount: 12, extendedBuses: 13, setupExtendedBuses: 14, fdFrame: 20,
} as const

/** Bits above the rate in `setupBuses`. */
export const RATE_MASK = 0xf_ffff
export const RATE_VALID = 0x8000_0000
export const RATE_ENABLED = 0x4000_0000
export const RATE_LISTEN_ONLY = 0x2000_0000

/** Longest frame of either direction: head, time, identifier, length, 8 bytes, checksum. */
export const GVRET_FRAME_BYTES = 20

const EXTENDED = 0x8000_0000
/** Behind 0xF1 and the command: offsets of a frame's parts, in each direction. */
const TO_DEVICE = { id: 2, bus: 6, length: 7, data: 8 } as const
const TO_HOST = { time: 2, id: 6, lengthAndBus: 10, data: 11 } as const

/** What a device has for us: frames with µs of its clock. Answers the end. */
export function encodeToHost(frame: LinkFrame, bytes: Uint8Array, at: number): number {
  const time_us = Math.floor(frame.timestamp_ns / 1000) % 2 ** 32
  bytes[at++] = START
  bytes[at++] = COMMAND.frame
  at = writeWord(time_us >>> 0, bytes, at)
  at = writeWord(wordOf(frame), bytes, at)
  bytes[at++] = frame.length | frame.bus << 4
  return writeData(frame, bytes, at)
}

/** What we have for a device. Answers the end. */
export function encodeToDevice(frame: LinkFrame, bytes: Uint8Array, at: number): number {
  bytes[at++] = START
  bytes[at++] = COMMAND.frame
  at = writeWord(wordOf(frame), bytes, at)
  bytes[at++] = frame.bus
  bytes[at++] = frame.length
  return writeData(frame, bytes, at)
}

export type GvretFault = 'id-range' | 'length-range' | 'bus-range'

/** Reads a whole message of a device; `timestamp_ns` becomes its stamp in µs. Answers what is wrong. */
export function decodeToHost(bytes: Uint8Array, start: number, frame: LinkFrame): GvretFault | undefined {
  const lengthAndBus = bytes[start + TO_HOST.lengthAndBus]!
  frame.bus = lengthAndBus >> 4
  frame.length = lengthAndBus & 0x0f
  if (frame.length > 8) return 'length-range'
  frame.timestamp_ns = readWord(bytes, start + TO_HOST.time)
  return finish(bytes, start + TO_HOST.id, start + TO_HOST.data, frame)
}

/** Reads a whole message of a host. Answers what is wrong. */
export function decodeToDevice(bytes: Uint8Array, start: number, frame: LinkFrame): GvretFault | undefined {
  frame.bus = bytes[start + TO_DEVICE.bus]!
  frame.length = bytes[start + TO_DEVICE.length]!
  if (frame.length > 8) return 'length-range'
  return finish(bytes, start + TO_DEVICE.id, start + TO_DEVICE.data, frame)
}

function finish(bytes: Uint8Array, idAt: number, dataAt: number, frame: LinkFrame): GvretFault | undefined {
  const word = readWord(bytes, idAt)
  const extended = word >= EXTENDED
  const id = extended ? word - EXTENDED : word
  if (id > (extended ? 0x1fff_ffff : 0x7ff)) return 'id-range'
  if (frame.bus > 1) return 'bus-range'
  frame.id = id
  frame.extended = extended
  frame.remote = false
  frame.fd = false
  frame.brs = false
  frame.error = false
  for (let i = 0; i < frame.length; i++) frame.data[i] = bytes[dataAt + i]!
  return undefined
}

/**
 * Length of a whole message to a device that begins like this, as far as its first `have` bytes tell: never less than what
 * is known to be needed.
 */
export function lengthToDevice(bytes: Uint8Array, start: number, have: number): number {
  if (have < 2) return 2
  switch (bytes[start + 1]) {
    case COMMAND.frame:
    case COMMAND.echoFrame:
      if (have <= TO_DEVICE.length) return TO_DEVICE.length + 1
      return TO_DEVICE.data + Math.min(8, bytes[start + TO_DEVICE.length]! & 0x0f) + 1
    case COMMAND.fdFrame:
      if (have <= TO_DEVICE.length) return TO_DEVICE.length + 1
      return TO_DEVICE.data + Math.min(64, bytes[start + TO_DEVICE.length]!) + 1
    case COMMAND.setupBuses: return 10
    case COMMAND.setupExtendedBuses: return 14
    case COMMAND.setDigitalOutputs:
    case COMMAND.setSingleWire:
    case COMMAND.setSystemType: return 3
    default: return 2
  }
}

/** The same for a message of a device. */
export function lengthToHost(bytes: Uint8Array, start: number, have: number): number {
  if (have < 2) return 2
  switch (bytes[start + 1]) {
    case COMMAND.frame:
      return have <= TO_HOST.lengthAndBus ? TO_HOST.data : TO_HOST.data + (bytes[start + TO_HOST.lengthAndBus]! & 0x0f) + 1
    case COMMAND.fdFrame: return have < 11 ? 11 : 12 + Math.min(64, bytes[start + 10]!) + 1
    case COMMAND.timeSync: return 6
    case COMMAND.digitalInputs:
    case COMMAND.keepAlive: return 4
    case COMMAND.analogInputs: return 17
    case COMMAND.busParameters: return 12
    case COMMAND.deviceInfo: return 8
    case COMMAND.busCount: return 3
    case COMMAND.extendedBuses: return 17
    default: return 2
  }
}

export function writeWord(word: number, bytes: Uint8Array, at: number): number {
  bytes[at++] = word & 0xff
  bytes[at++] = word >>> 8 & 0xff
  bytes[at++] = word >>> 16 & 0xff
  bytes[at++] = word >>> 24
  return at
}

export function readWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24) >>> 0
}

function wordOf(frame: LinkFrame): number {
  return frame.extended ? frame.id + EXTENDED : frame.id
}

function writeData(frame: LinkFrame, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < frame.length; i++) bytes[at++] = frame.data[i]!
  bytes[at++] = 0
  return at
}
