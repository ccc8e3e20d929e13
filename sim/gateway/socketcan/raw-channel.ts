/** A raw CAN socket: the part of the package `socketcan` 4.0 that we use. */
export interface RawChannel {
  addListener(event: 'onMessage', callback: (message: RawMessage) => void): void
  addListener(event: 'onStopped', callback: () => void): void
  start(): void
  stop(): void
  /** Bytes written, or negative when the kernel refused; it does not say why. */
  send(message: OutMessage): number
  /** As `send`. Copies `data` before it looks at the length: more than 64 bytes would overrun its memory. */
  sendFD(message: OutMessage): number
  setRxFilters(filters: KernelFilter | readonly KernelFilter[]): void
  setErrorFilters(mask: number): void
  /** It may send while it receives, and does not receive what it sent itself. */
  readonly bothWays?: boolean
  /** Hands over what the socket still holds, where that can be done. */
  drain?(): void
  /** Frees the socket at once, where that can be done; the package's own waits until its object is collected. */
  release?(): void
}

/** A received frame, lent to the listener. */
export interface RawMessage {
  readonly id: number
  readonly ext?: boolean
  readonly rtr?: boolean
  readonly err?: boolean
  /** Whether it has the FD format, and switched its bit rate; the package does not say. */
  readonly fd?: boolean
  readonly brs?: boolean
  readonly data: Uint8Array
  /** Present when timestamps were asked for. */
  readonly ts_sec?: number
  readonly ts_usec?: number
}

export interface OutMessage {
  id: number
  ext: boolean
  rtr: boolean
  fd_brs: boolean
  data: Buffer
  /** The package writes the time of sending here. */
  ts_sec: number
  ts_usec: number
}

/** Accepts frames with `(frame id & mask) === (id & mask)`, flags included; `invert`: all others. */
export interface KernelFilter {
  readonly id: number
  readonly mask: number
  readonly invert?: boolean
}

/** Format flag in a kernel filter: 29-bit identifier. */
export const EXTENDED_FLAG = 0x8000_0000

/** Lets nothing through: what differs from 0 under no mask. */
export const ACCEPT_NOTHING: KernelFilter = { id: 0, mask: 0, invert: true }

/** Makes a channel on an interface; throws when the kernel says no. The kernel's `timestamps` cost half of the speed. */
export type OpenChannel = (name: string, options: { timestamps: boolean }) => RawChannel
