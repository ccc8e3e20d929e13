/** What the driver of a CAN controller needs of its board: an SPI port, an interrupt line, and a moment later. */
export interface CanSpi {
  /** Sends the first `count` of `bytes` with chip select low, and puts what came back in their place. At most 14 bytes. */
  transfer(bytes: Uint8Array, count: number): void
  /** The interrupt line is low: something waits in the controller. */
  interrupted(): boolean
  /** Calls `handler` when the line falls, as a callback of its own, never from within a call into the board. */
  onInterrupt(handler: () => void): void
  /** Calls `then` as a callback of its own, as soon as what waits is done. */
  defer(then: () => void): void
}
