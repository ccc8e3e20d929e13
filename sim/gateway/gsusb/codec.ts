import { FD_DATA_BYTES, FD_LENGTHS, fdLengthCode } from '#protocol/index.ts'
import type { LinkFrame } from '../link.ts'
import type { BitTiming, TimingLimits } from './bit-timing.ts'

/** The messages of gs_usb, little endian. Source: Linux, drivers/net/can/usb/gs_usb.c; candleLight_fw, include/gs_usb.h. */

export const REQUEST = {
  hostFormat: 0, bitTiming: 1, mode: 2, limits: 4, deviceConfig: 5, dataBitTiming: 10, extendedLimits: 11,
} as const
export const HOST_FORMAT = 0x0000_beef
export const MODE_RESET = 0
export const MODE_START = 1
/** Features of a device, and the same bits ask for them at its start. */
export const FEATURE = { listenOnly: 1 << 0, timestamps: 1 << 4, fd: 1 << 8, extendedLimits: 1 << 10 } as const
/** Echo identifier of a frame from the bus. */
export const FROM_BUS = 0xffff_ffff

export const CONFIG_BYTES = 12
export const LIMITS_BYTES = 40
export const EXTENDED_LIMITS_BYTES = 72
const LIMITS_OF_DATA_AT = 40

const HEAD_BYTES = 12
const CLASSIC_BYTES = HEAD_BYTES + 8
const FD_BYTES = HEAD_BYTES + FD_DATA_BYTES
const TIMESTAMP_BYTES = 4

const EXTENDED = 0x8000_0000
const REMOTE = 0x4000_0000
const ERROR = 0x2000_0000
const ID_MASK = 0x1fff_ffff
const STANDARD_MASK = 0x7ff

const FLAG_OVERFLOW = 1 << 0
const FLAG_FD = 1 << 1
const FLAG_BRS = 1 << 2

export function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, n) => view.setUint32(4 * n, value, true))
  return bytes
}

/** What `limits` answers: at least LIMITS_BYTES. */
export function readLimits(view: DataView, of: 'arbitration' | 'data' = 'arbitration'): TimingLimits {
  const start = of === 'data' ? LIMITS_OF_DATA_AT : 8
  const at = (n: number): number => view.getUint32(start + 4 * n, true)
  return {
    clock_Hz: view.getUint32(4, true),
    tseg1Min: at(0), tseg1Max: at(1), tseg2Min: at(2), tseg2Max: at(3), sjwMax: at(4), brpMin: at(5), brpMax: at(6), brpInc: at(7),
  }
}

export function encodeTiming({ propSeg, phaseSeg1, phaseSeg2, sjw, brp }: BitTiming): Uint8Array<ArrayBuffer> {
  return words(propSeg, phaseSeg1, phaseSeg2, sjw, brp)
}

/** Writes the frame with its echo identifier; the bytes it takes. `view` has room for 76. */
export function encodeFrame(frame: LinkFrame, echo: number, channel: number, view: DataView<ArrayBuffer>): number {
  view.setUint32(0, echo, true)
  view.setUint32(4, (frame.id | (frame.extended ? EXTENDED : 0) | (frame.remote ? REMOTE : 0)) >>> 0, true)
  view.setUint8(8, frame.fd ? fdLengthCode(frame.length) : frame.length)
  view.setUint8(9, channel)
  view.setUint8(10, frame.fd ? FLAG_FD | (frame.brs ? FLAG_BRS : 0) : 0)
  view.setUint8(11, 0)
  const bytes = frame.fd ? FD_BYTES : CLASSIC_BYTES
  const used = frame.remote ? 0 : frame.length
  for (let n = 0; n < bytes - HEAD_BYTES; n++) view.setUint8(HEAD_BYTES + n, n < used ? frame.data[n]! : 0)
  return bytes
}

/** One message of a device, read in place; `load` first. */
export class HostFrame {
  echo = 0
  channel = 0
  overflow = false
  /** µs modulo 2^32; NaN: it has none. */
  timestamp_us = NaN
  private view: DataView = new DataView(new ArrayBuffer(0))

  /** The cause when the bytes are no message. Anything is accepted. */
  load(bytes: Uint8Array): 'short-message' | undefined {
    if (bytes.length < HEAD_BYTES) return 'short-message'
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const flags = view.getUint8(10)
    const end = flags & FLAG_FD ? FD_BYTES : CLASSIC_BYTES
    if (bytes.length < end) return 'short-message'
    this.view = view
    this.echo = view.getUint32(0, true)
    this.channel = view.getUint8(9)
    this.overflow = (flags & FLAG_OVERFLOW) !== 0
    this.timestamp_us = bytes.length >= end + TIMESTAMP_BYTES ? view.getUint32(end, true) : NaN
    return undefined
  }

  /** Its frame, time and origin aside; the cause when it is none. */
  read(frame: LinkFrame): 'length' | undefined {
    const { view } = this
    const word = view.getUint32(4, true)
    const flags = view.getUint8(10)
    const code = view.getUint8(8)
    if (code > 15) return 'length'
    frame.error = (word & ERROR) !== 0
    frame.extended = !frame.error && (word & EXTENDED) !== 0
    frame.id = word & (frame.extended || frame.error ? ID_MASK : STANDARD_MASK)
    frame.fd = !frame.error && (flags & FLAG_FD) !== 0
    frame.brs = frame.fd && (flags & FLAG_BRS) !== 0
    frame.remote = !frame.error && !frame.fd && (word & REMOTE) !== 0
    frame.bus = 0
    frame.length = frame.fd ? FD_LENGTHS[code]! : Math.min(code, 8)
    if (frame.remote) return undefined
    for (let n = 0; n < frame.length; n++) frame.data[n] = view.getUint8(HEAD_BYTES + n)
    return undefined
  }
}
