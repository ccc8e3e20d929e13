/**
 * One CAN frame, on a bus, in a queue, on a link or in a log. Owners keep frames and reuse them: whoever is handed a
 * frame in a callback reads it there and copies what it keeps.
 */
export interface CanFrame {
  /** 11-bit identifier, or 29-bit when `extended`. */
  id: number
  extended: boolean
  /** Remote transmission request; classic frames only. */
  remote: boolean
  /** CAN FD format; up to 64 data bytes. */
  fd: boolean
  /** Bit rate switch of an FD frame. */
  brs: boolean
  /** Which spine: 0 = A, 1 = B. */
  bus: number
  /** Data bytes in use (0–8, FD up to 64); of a remote frame the length it asks for. */
  length: number
  /** At least `length` bytes; bytes after `length` mean nothing. */
  data: Uint8Array
}

export const CLASSIC_DATA_BYTES = 8
export const FD_DATA_BYTES = 64

/** An empty extended data frame with room for `capacity` bytes. */
export function createFrame(capacity: number): CanFrame {
  return { id: 0, extended: true, remote: false, fd: false, brs: false, bus: 0, length: 0, data: new Uint8Array(capacity) }
}

/** Copies `from` into `to` without allocating; `to.data` must hold `from.length` bytes. */
export function copyFrame(from: CanFrame, to: CanFrame): void {
  to.id = from.id
  to.extended = from.extended
  to.remote = from.remote
  to.fd = from.fd
  to.brs = from.brs
  to.bus = from.bus
  to.length = from.length
  if (from.remote) return
  const length = from.length
  for (let i = 0; i < length; i++) to.data[i] = from.data[i]!
}
