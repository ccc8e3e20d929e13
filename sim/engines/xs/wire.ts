/** What a hub in an engine and the simulator's board say to each other: numbers, as doubles, so that they arrive as they were. */

/** Calls into the hub's firmware. */
export const CALLBACK = { boot: 0, timer: 1, receive: 2, sent: 3, presence: 4, input: 5, woken: 6, interrupt: 7 } as const
export type CallbackName = keyof typeof CALLBACK

/** What firmware asks of its board: members of the Hal. */
export const REQUEST = {
  after: 0, cancel: 1, supply_V: 2, temperature_C: 3, acceleration_m_s2: 4, random: 5, kickWatchdog: 6, sleep: 7, log: 8,
  send: 9, abort: 10, filter: 11, tec: 12, rec: 13, state: 14, overflows: 15, recover: 16, nvmRead: 17, nvmWrite: 18,
  present: 19, descriptor: 20, power: 21, limit: 22, current_A: 23, takeMeans: 24, mean_A: 25, meanPlug_V: 26, tripped: 27, drive: 28,
  brake: 29, pulses: 30, analog: 31, input: 32, write: 33, read: 34,
  onReceive: 35, onSent: 36, onPresence: 37, onInput: 38, restart: 39, driveWatched: 40, hold_ms: 41,
  // Of a board with chips of its own: its CAN controller behind SPI, its flash.
  transfer: 42, interrupted: 43, onInterrupt: 44, flashRead: 45, flashWrite: 46, flashErase: 47,
  cmac: 48,
} as const
export type RequestName = keyof typeof REQUEST

/** Numbers at the head of a message: which, three arguments or time and three arguments; bytes follow. */
export const HEAD_NUMBERS = 5
export const HEAD_BYTES = 8 * HEAD_NUMBERS
/** Of an answer that is bytes or nothing: there is nothing. */
export const NOTHING = -1
