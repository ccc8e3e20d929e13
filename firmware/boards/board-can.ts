import type { CanPort } from '../hal.ts'

/** A CAN port as its board handles it: it can sleep behind its wake-up filter. */
export interface BoardCan extends CanPort {
  /**
   * Neither receives nor acknowledges; what waited to be sent is dropped without a word. `woken` is called once, when something
   * is on the bus; the frame that woke it is lost.
   */
  sleep(woken: () => void): void
  /** Back on the bus. */
  wake(): void
}
