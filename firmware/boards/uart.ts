/**
 * Whoever sends this line through the cable has the interpreter's console back; to a console it is a text, and does nothing.
 * No message of GVRET holds so many bytes of the host's choice in a row.
 */
export const CONSOLE_WORD = '"the console of this board, please"'

/** A serial port as a board has it: to the computer on the desk, through its USB cable. */
export interface Uart {
  /** Takes the first `count` of `bytes`; it may wait until there is room. */
  write(bytes: Uint8Array, count: number): void
  /** Calls `handler` with what came in, as a callback of its own. `bytes` are valid during the call only. */
  onBytes(handler: (bytes: Uint8Array, count: number) => void): void
  /** Calls `then` as a callback of its own, as soon as what waits is done. */
  defer(then: () => void): void
  /** ms since boot. */
  now(): number
}
