import type { LinkFrame } from '../../link.ts'

/**
 * StreamFrame of `spine.proto`, by hand: frames are the hot path of the stream, so they are packed and read without
 * allocating. A test keeps it equal to what protobufjs makes of the schema.
 */

/** Longest field `frames` of an Envelope: its tag and length, and all fields of an FD frame. */
export const STREAM_FRAME_BYTES = 112

const TAG_ID = 0x08
const TAG_DATA = 0x12
const TAG_EXTENDED = 0x18
const TAG_REMOTE = 0x20
const TAG_FD = 0x28
const TAG_BRS = 0x30
const TAG_ERROR = 0x38
const TAG_BUS = 0x40
const TAG_REMOTE_LENGTH = 0x48
const TAG_TIMESTAMP = 0x50
const TAG_MADE = 0x58
const TAG_DIRECTION = 0x60
const TAG_INTERFACE = 0x6a
const TAG_LENGTH_CODE = 0x70
const TAG_ESI = 0x78

/** Tag of the field `frames` in an Envelope. */
export const TAG_FRAMES = 0x1a

/** Writes `frames { … }` of an Envelope from `at` on; `made_us` is written when it is above 0. Answers where it ends. */
export function encodeStreamFrame(frame: LinkFrame, bytes: Uint8Array, at: number, made_us: number): number {
  bytes[at] = TAG_FRAMES
  const start = at + 2
  let end = start
  if (frame.id !== 0) {
    bytes[end++] = TAG_ID
    end = writeVarint(frame.id, bytes, end)
  }
  if (!frame.remote && frame.length > 0) {
    const length = frame.length
    const data = frame.data
    bytes[end++] = TAG_DATA
    bytes[end++] = length
    for (let i = 0; i < length; i++) bytes[end++] = data[i]!
  }
  if (frame.extended) end = writeTrue(TAG_EXTENDED, bytes, end)
  if (frame.remote) end = writeTrue(TAG_REMOTE, bytes, end)
  if (frame.fd) end = writeTrue(TAG_FD, bytes, end)
  if (frame.brs) end = writeTrue(TAG_BRS, bytes, end)
  if (frame.error) end = writeTrue(TAG_ERROR, bytes, end)
  if (frame.bus !== 0) {
    bytes[end++] = TAG_BUS
    end = writeVarint(frame.bus, bytes, end)
  }
  if (frame.remote && frame.length > 0) {
    bytes[end++] = TAG_REMOTE_LENGTH
    bytes[end++] = frame.length
  }
  if (frame.timestamp_ns > 0) {
    bytes[end++] = TAG_TIMESTAMP
    end = writeVarint(frame.timestamp_ns, bytes, end)
  }
  if (made_us > 0) {
    bytes[end++] = TAG_MADE
    end = writeVarint(made_us, bytes, end)
  }
  // All of it is shorter than 128 bytes, so its length is one byte.
  bytes[at + 1] = end - start
  return end
}

function writeTrue(tag: number, bytes: Uint8Array, at: number): number {
  bytes[at] = tag
  bytes[at + 1] = 1
  return at + 2
}

/** Writes a whole number 0…2⁶³ as a varint. Answers where it ends. */
export function writeVarint(value: number, bytes: Uint8Array, at: number): number {
  let low = value
  while (low > 0x7fff_ffff) {
    const rest = Math.floor(low / 128)
    bytes[at++] = low - rest * 128 | 0x80
    low = rest
  }
  while (low > 127) {
    bytes[at++] = low & 0x7f | 0x80
    low >>>= 7
  }
  bytes[at++] = low
  return at
}

export type StreamFault = 'truncated' | 'bad-varint' | 'wire-type' | 'id-range' | 'length-range' | 'bus-range' | 'remote-fd'

/** Reads the inside of a StreamFrame, and of a LoggedFrame: a cursor over bytes that is made once. */
export class StreamFrameReader {
  /** Of the frame read last: when its sender took it, µs since its Hello; 0 = it did not say. */
  made_us = 0
  /** Of the LoggedFrame read last: what is in it beside a StreamFrame, and where the bytes of the interface's name are. */
  direction = 0
  lengthCode = 0
  esi = false
  nameAt = 0
  nameLength = 0
  /** Where the last varint ended. */
  private at = 0
  private failed = false

  /** Reads `bytes[start, end)` into `frame`. Answers undefined when it was a frame, otherwise why not. Never throws. */
  read(bytes: Uint8Array, start: number, end: number, frame: LinkFrame): StreamFault | undefined {
    frame.id = 0
    frame.length = 0
    frame.extended = false
    frame.remote = false
    frame.fd = false
    frame.brs = false
    frame.error = false
    frame.bus = 0
    frame.timestamp_ns = 0
    this.made_us = 0
    this.direction = this.lengthCode = this.nameLength = 0
    this.esi = false
    let remoteLength = 0
    this.at = start
    while (this.at < end) {
      const tag = this.varint(bytes, end)
      if (tag === TAG_DATA) {
        const length = this.varint(bytes, end)
        if (this.failed || this.at + length > end) return this.clear('truncated')
        if (length > 64) return 'length-range'
        const data = frame.data
        for (let i = 0; i < length; i++) data[i] = bytes[this.at + i]!
        frame.length = length
        this.at += length
        continue
      }
      if (tag === TAG_INTERFACE) {
        const length = this.varint(bytes, end)
        if (this.failed || this.at + length > end) return this.clear('truncated')
        this.nameAt = this.at
        this.nameLength = length
        this.at += length
        continue
      }
      if ((tag & 7) !== 0) {
        const fault = this.skip(tag & 7, bytes, end)
        if (fault !== undefined) return fault
        continue
      }
      const value = this.varint(bytes, end)
      if (this.failed) break
      if (tag === TAG_REMOTE_LENGTH) remoteLength = value
      else if (tag < TAG_MADE) setField(frame, tag, value)
      else this.setDetail(tag, value)
    }
    if (this.failed) {
      this.failed = false
      return 'bad-varint'
    }
    if (frame.remote) frame.length = remoteLength
    return check(frame)
  }

  private setDetail(tag: number, value: number): void {
    switch (tag) {
      case TAG_MADE: this.made_us = value; break
      case TAG_DIRECTION: this.direction = value; break
      case TAG_LENGTH_CODE: this.lengthCode = value; break
      case TAG_ESI: this.esi = value !== 0; break
    }
  }

  /** A field of a later version. */
  private skip(wireType: number, bytes: Uint8Array, end: number): StreamFault | undefined {
    if (wireType === 1) this.at += 8
    else if (wireType === 5) this.at += 4
    else if (wireType === 2) {
      const length = this.varint(bytes, end)
      this.at += length
    } else return 'wire-type'
    return this.failed || this.at > end ? this.clear('truncated') : undefined
  }

  private clear(fault: StreamFault): StreamFault {
    this.failed = false
    return fault
  }

  private varint(bytes: Uint8Array, end: number): number {
    if (this.at < end && bytes[this.at]! < 0x80) return bytes[this.at++]!
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (this.at >= end) break
      const byte = bytes[this.at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    this.failed = true
    return 0
  }
}

function setField(frame: LinkFrame, tag: number, value: number): void {
  switch (tag) {
    case TAG_ID: frame.id = value; break
    case TAG_EXTENDED: frame.extended = value !== 0; break
    case TAG_REMOTE: frame.remote = value !== 0; break
    case TAG_FD: frame.fd = value !== 0; break
    case TAG_BRS: frame.brs = value !== 0; break
    case TAG_ERROR: frame.error = value !== 0; break
    case TAG_BUS: frame.bus = value; break
    case TAG_TIMESTAMP: frame.timestamp_ns = value; break
  }
}

function check(frame: LinkFrame): StreamFault | undefined {
  if (frame.id > (frame.extended || frame.error ? 0x1fff_ffff : 0x7ff)) return 'id-range'
  if (frame.remote && frame.fd) return 'remote-fd'
  if (!(frame.fd ? isFdLength(frame.length) : frame.length <= 8)) return 'length-range'
  if (frame.bus > 255) return 'bus-range'
  return undefined
}

function isFdLength(length: number): boolean {
  if (length <= 8) return true
  if (length <= 24) return length % 4 === 0
  return length === 32 || length === 48 || length === 64
}
