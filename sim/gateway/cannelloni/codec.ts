import type { LinkFrame } from '../link.ts'

/**
 * Datagrams of cannelloni, format version 2: a head, then frames packed one behind the other, all of it big-endian. Source:
 * cannelloni, doc/udp_format.md and parser.cpp.
 */

const CANNELLONI_VERSION = 2
const DATA = 0
export const HEAD_BYTES = 5
const COUNT_MOST = 0xffff

const EXTENDED = 0x8000_0000
const REMOTE = 0x4000_0000
const ERROR = 0x2000_0000
/** In the length: an FD frame, whose flags follow. */
const FD = 0x80
const BRS = 0x01

const CLASSIC_MOST = 8
const FD_LENGTHS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64])

/** Bytes of the frame in a datagram. */
export function frameBytes(frame: LinkFrame): number {
  return 5 + (frame.fd ? 1 : 0) + (frame.remote ? 0 : frame.length)
}

/** Writes the frame at `at` and answers where it ends. */
export function writeFrame(frame: LinkFrame, bytes: Uint8Array, at: number): number {
  const id = frame.id + (frame.extended ? EXTENDED : 0) + (frame.remote ? REMOTE : 0) + (frame.error ? ERROR : 0)
  for (let shift = 24; shift >= 0; shift -= 8) bytes[at++] = id >>> shift & 0xff
  bytes[at++] = frame.length | (frame.fd ? FD : 0)
  if (frame.fd) bytes[at++] = frame.brs ? BRS : 0
  if (frame.remote) return at
  for (let i = 0; i < frame.length; i++) bytes[at++] = frame.data[i]!
  return at
}

/** Completes a datagram with so many frames. */
export function writeHead(bytes: Uint8Array, sequence: number, frames: number): void {
  bytes[0] = CANNELLONI_VERSION
  bytes[1] = DATA
  bytes[2] = sequence
  bytes[3] = frames >> 8
  bytes[4] = frames & 0xff
}

/** Why a datagram is none, or none of ours. */
export type DatagramFault = 'too-short' | 'wrong-version' | 'no-data' | 'cut-off' | 'bad-length' | 'trailing'

/** Hands every frame of a datagram to `take`, one memory for all; answers what is wrong with it behind those, if anything. */
export function readDatagram(bytes: Uint8Array, frame: LinkFrame, take: (frame: LinkFrame) => void): DatagramFault | undefined {
  if (bytes.length < HEAD_BYTES) return 'too-short'
  if (bytes[0] !== CANNELLONI_VERSION) return 'wrong-version'
  if (bytes[1] !== DATA) return 'no-data'
  const count = bytes[3]! << 8 | bytes[4]!
  let at = HEAD_BYTES
  for (let n = 0; n < count; n++) {
    if (at + 5 > bytes.length) return 'cut-off'
    const word = (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0
    const length = bytes[at + 4]!
    at += 5
    frame.fd = length >= FD
    frame.length = length & 0x7f
    frame.extended = word >= EXTENDED
    frame.remote = (word & REMOTE) !== 0
    frame.error = (word & ERROR) !== 0
    frame.id = word & (frame.extended || frame.error ? 0x1fff_ffff : 0x7ff)
    if (frame.fd ? frame.remote || !FD_LENGTHS.has(frame.length) : frame.length > CLASSIC_MOST) return 'bad-length'
    if (frame.fd && at === bytes.length) return 'cut-off'
    frame.brs = frame.fd && (bytes[at]! & BRS) !== 0
    if (frame.fd) at++
    if (!frame.remote) {
      if (at + frame.length > bytes.length) return 'cut-off'
      for (let i = 0; i < frame.length; i++) frame.data[i] = bytes[at + i]!
      at += frame.length
    }
    take(frame)
  }
  return at < bytes.length ? 'trailing' : undefined
}

/** Whether one more frame of this size fits behind `frames` that end at `end`. */
export function fits(end: number, frames: number, bytes: number, size: number): boolean {
  return end + bytes <= size && frames < COUNT_MOST
}
